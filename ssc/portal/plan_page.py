"""What a plan's page shows, to its Party and to the SSC: stages, notices with their days, milestones, what is asked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cpl.services.dcc_list_contents import counts_since
from secgov.accounts.models import Organisation
from secgov.journal.models import Obligation
from secgov.time_rules import WorkingCalendar, london_day, working_days_before, working_days_between
from ssc.models import (
    ComplianceFinding,
    Milestone,
    PlanComment,
    PlanVersion,
    ProgressReport,
    RemedialPlan,
    RemedyNotice,
    RemedySuspension,
)
from ssc.portal.plan_chart import PlanChart, plan_chart
from ssc.rules import plans as plan_rules
from ssc.rules import remedy
from ssc.services.remedy_notices import clock_of

SECOND = dt.timedelta(seconds=1)
State = RemedialPlan.State
STATE_TAGS = {
    "imposed": "warn", "proposed": "info", "commented": "warn", "approved": "good", "completed": "good",
    "discharged": "gone",
}  # fmt: skip
VERSION_TAGS = {
    "submitted": "info",
    "commented": "warn",
    "approved": "good",
    "refused": "bad",
    "replaced": "",
}
NOTICE_TAGS = {"running": "bad", "remedied": "good", "ended": "gone"}
FINDING_TAGS = {"met": ("good", "Met"), "not_met": ("bad", "Not met"), "non_compliant": ("bad", "Not met")}


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the stage bar: its word, its date or what is awaited from whom."""

    label: str
    detail: str
    done: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A Working Day of a notice."""

    day: dt.date
    kind: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A remedy notice with its clock and its days. `left` is None where no time runs."""

    row: RemedyNotice
    clock: Obligation | None
    left: int | None
    last_day: dt.date
    days: list[Day]
    suspension: RemedySuspension | None
    unremedied: bool
    kind: str


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone with its state, and how many Devices are done of how many."""

    row: Milestone
    kind: str
    label: str
    note: str
    done: int | None
    finding: ComplianceFinding | None
    evidence: list[Any]


@dataclass(slots=True)
class PlanPage:
    """Everything that the page says about a plan."""

    plan: RemedialPlan
    current: PlanVersion | None
    newest: PlanVersion | None
    versions: list[PlanVersion]
    comments: list[PlanComment]
    reports: list[ProgressReport]
    stages: list[Stage] = field(default_factory=list)
    notices: list[NoticeView] = field(default_factory=list)
    milestones: list[MilestoneView] = field(default_factory=list)
    owed: list[tuple[Obligation, Any]] = field(default_factory=list)
    chart: PlanChart | None = None
    findings: list[ComplianceFinding] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The tag of its state."""
        return STATE_TAGS[self.plan.state]

    @property
    def words(self) -> str:
        """Its state in words, with the version that stands."""
        if self.plan.state == State.APPROVED and self.current:
            return f"Approved, version {self.current.number}"
        return self.plan.get_state_display()

    @property
    def unanswered(self) -> list[PlanComment]:
        """The comments that wait for an answer."""
        approved = PlanVersion.State.APPROVED  # which settles the comments on it
        return [
            each
            for each in self.comments
            if not hasattr(each, "answer") and each.plan_version.state != approved
        ]

    @property
    def counted(self) -> bool:
        """Whether any milestone counts Devices."""
        return any(each.row.devices is not None for each in self.milestones)

    @property
    def goes_on(self) -> bool:
        """Whether anything can still be done under it."""
        return self.plan.state not in (State.COMPLETED, State.DISCHARGED)

    @property
    def version_tags(self) -> list[tuple[PlanVersion, str]]:
        """The versions, newest first, with their tags."""
        return [(each, VERSION_TAGS[each.state]) for each in self.versions]


def read_plan(plan: RemedialPlan, *, at: dt.datetime, calendar: WorkingCalendar, party: str) -> PlanPage:
    """Gather what a plan's page shows, as of an instant; `party` is how the Party is spoken of."""
    versions = list(plan.versions.select_related("document", "submitted_by").order_by("-number"))
    comments = PlanComment.objects.filter(plan_version__plan=plan).select_related("answer", "plan_version")
    found = PlanPage(
        plan=plan,
        current=next((each for each in versions if each.state == PlanVersion.State.APPROVED), None),
        newest=versions[0] if versions else None,
        versions=versions,
        comments=list(comments.order_by("pk")),
        reports=list(plan.progress_reports.select_related("document", "request").order_by("as_of", "pk")),
        findings=list(plan.findings.select_related("milestone").order_by("-pk")),
    )
    today = london_day(at)
    found.notices = [
        _notice(each, at=at, calendar=calendar)
        for each in plan.remedy_notices.select_related("milestone").prefetch_related("claims__document")
    ]
    found.milestones = list(_milestones(found, today, calendar))
    found.owed = list(_owed(found))
    found.stages = _stages(found, party)
    shown = found.current or found.newest
    planned = [(each.by, each.devices) for each in shown.milestones.order_by("by")] if shown else []
    found.chart = plan_chart(
        [(day, number) for day, number in planned if number is not None],
        [(each.as_of, each.devices) for each in found.reports if each.devices is not None],
        today=today,
        counted=_counted(plan),
    )
    return found


def _counted(plan: RemedialPlan) -> list[tuple[dt.date, int]]:
    """What the DCC counts on the entry: the Party's own Devices; for the DCC's plan all, whoever's they are."""
    is_dcc = plan.organisation.kind == Organisation.Kind.DCC
    model = plan.determination.case.device_model
    found = counts_since(model, None if is_dcc else plan.organisation, at=plan.imposed_at)
    return [(max(day, london_day(plan.imposed_at)), number) for day, number in found]


def _notice(row: RemedyNotice, *, at: dt.datetime, calendar: WorkingCalendar) -> NoticeView:
    clock, suspension = clock_of(row), row.suspension
    today = london_day(at)
    last_day = london_day(clock.due_at - SECOND) if clock else row.announced_last_day
    runs = row.state == RemedyNotice.State.RUNNING and suspension is None
    warned = {working_days_before(last_day, left, calendar) for left in remedy.WARNINGS}
    days = [
        _day(each, today, last_day, warned)
        for each in remedy.days_of(london_day(row.sent_at), last_day, calendar)
    ]
    unremedied = bool(
        clock
        and row.state != RemedyNotice.State.ENDED
        and suspension is None
        and remedy.is_unremedied(due_at=clock.due_at, at=at, remedied_on=row.remedied_on)
    )
    return NoticeView(
        row=row,
        clock=clock,
        left=working_days_between(today, last_day, calendar) if runs and not unremedied else None,
        last_day=last_day,
        days=days,
        suspension=suspension,
        unremedied=unremedied,
        kind=NOTICE_TAGS[row.state],
    )


def _day(day: dt.date, today: dt.date, last_day: dt.date, warned: set[dt.date]) -> Day:
    if day == last_day:
        return Day(day, "end", "last day")
    if day == today:
        return Day(day, "now", "today")
    if day < today:
        return Day(day, "past")
    return Day(day, "mark-day", "a warning goes out") if day in warned else Day(day, "")


def _milestones(found: PlanPage, today: dt.date, calendar: WorkingCalendar) -> Iterable[MilestoneView]:
    shown = found.current or found.newest
    if shown is None:
        return
    noticed = {
        each.row.milestone_id for each in found.notices if each.row.state == RemedyNotice.State.RUNNING
    }
    newest = {each.milestone_id: each for each in reversed(found.findings)}
    is_next = True
    for row in shown.milestones.prefetch_related("evidence__document").order_by("number"):
        finding = newest.get(row.pk)
        note = "the notice is about this one" if row.pk in noticed else ""
        if finding:
            kind, label = FINDING_TAGS[finding.finding]
        elif found.current is None:
            kind, label = "", "Proposed"
        elif row.by < today:
            kind, label, note = "warn", "Day passed", note or "the Committee has not judged it"
        elif is_next:
            left = plan_rules.days_left(row.by, today=today, calendar=calendar)
            kind, label, is_next = "info", "Next", False
            if left is not None:
                note = note or f"{left} Working Day{'' if left == 1 else 's'} left"
        else:
            kind, label = "", "Later"
        until = min(row.by, today)
        counted = [each.devices for each in found.reports if each.devices is not None and each.as_of <= until]
        done = counted[-1] if counted else None
        yield MilestoneView(row, kind, label, note, done, finding, list(row.evidence.all()))


def _owed(found: PlanPage) -> Iterable[tuple[Obligation, Any]]:
    """What stands, soonest first, each with the request or the notice that it is about."""
    subjects: list[Any] = [
        found.plan,
        *found.plan.progress_requests.all(),
        *(each.row for each in found.notices),
    ]
    rows = [(each, subject) for subject in subjects for each in Obligation.objects.standing().about(subject)]
    return sorted(rows, key=lambda pair: pair[0].due_at)


def _day_of(at: dt.datetime | dt.date) -> str:
    day = london_day(at)
    return f"{day.day} {day:%B %Y}"


def _stages(found: PlanPage, party: str) -> list[Stage]:
    plan = found.plan
    order = ["imposed", "proposed", "commented", "approved", "completed"]
    reached = _reached(found) if plan.state == State.DISCHARGED else plan.state
    place = order.index(reached)
    details = [
        _day_of(plan.imposed_at),
        _proposed(found, party),
        _commented(found),
        _approved(found),
        _completed(found),
    ]
    labels = ["Imposed", "Proposed", "Commented", "Approved, being carried out", "Completed"]
    stages = [
        Stage(
            label,
            detail,
            done=number < place,
            current=number == place and found.plan.state != State.DISCHARGED,
        )
        for number, (label, detail) in enumerate(zip(labels, details, strict=True))
    ]
    if plan.state == State.DISCHARGED and plan.discharged_at:
        return [
            *(each for each in stages if each.done),
            Stage("Discharged", _day_of(plan.discharged_at), current=True),
        ]
    return stages


def _reached(found: PlanPage) -> str:
    """How far a discharged plan had come."""
    if found.current:
        return "approved"
    if found.comments:
        return "commented"
    return "proposed" if found.versions else "imposed"


def _proposed(found: PlanPage, party: str) -> str:
    if found.newest:
        return f"{_day_of(found.newest.submitted_at)}, version {found.newest.number}"
    due = next((each.due_at for each, _ in found.owed if each.clause == "Z6.3(a)"), None)
    return f"awaited from {party}" + (f" by {_day_of(due - SECOND)}" if due else "")


def _commented(found: PlanPage) -> str:
    if not found.comments:
        return "no comment so far"
    count, waiting = len(found.comments), len(found.unanswered)
    words = f"{count} comment{'' if count == 1 else 's'}"
    if waiting:
        return f"{words}, {waiting} to answer"
    answered = all(hasattr(each, "answer") for each in found.comments)
    return f"{words}, all answered" if answered else f"{words}, settled by the approval"


def _approved(found: PlanPage) -> str:
    if found.current and found.current.decided_at:
        return f"since {_day_of(found.current.decided_at)}"
    due = next((each.due_at for each, _ in found.owed if each.clause == "Z6.3(b)"), None)
    return f"to be gained by {_day_of(due - SECOND)}" if due else "awaited from the Committee"


def _completed(found: PlanPage) -> str:
    if found.plan.completed_at:
        return _day_of(found.plan.completed_at)
    return f"{_day_of(found.current.remedied_by)}, as planned" if found.current else "not yet"
