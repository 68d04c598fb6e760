"""A case as its page shows it: the file, read in a bounded number of queries however much is in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum

from cpl.models import CertificateEvent
from cpl.services.dcc_list_contents import counts_for
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.journal.models import Act, Obligation
from secgov.time_rules import WorkingCalendar, london_day
from ssc.models import Case, Determination, ImpactPaper, InformationRequest, Referral, RemedialPlan
from ssc.portal.charts import ImpactChart, impact_chart
from ssc.rules import cases as rules
from ssc.rules import impact as impact_rules
from ssc.rules.plans import days_left
from ssc.services.determination_facts import may_still_remove
from ssc.services.impact import Actual, actual_of, group_of
from ssc.services.plan_access import ssc_path_of

STATES = {"open": "info", "determined": "law", "void": "gone"}
SERIOUSNESS = {"high": "bad", "medium": "warn", "low": "plain"}
PLAN_KINDS = {
    "imposed": "info", "proposed": "warn", "commented": "info", "approved": "good", "completed": "good", "discharged": "gone",
}  # fmt: skip
SHOWN_ENTRIES = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of "the file so far": when, what in bold, the rest, its clause; `law` where it is a legal act."""

    on: dt.date
    strong: str
    rest: str = ""
    clause: str = ""
    law: bool = False
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its state in words, its answers and what can be done with it."""

    row: InformationRequest
    kind: str
    words: str
    replies: list[Any]
    can_remind: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """An impact paper as it is shown: the options with their words, the chart, and what it rests on."""

    row: ImpactPaper
    options: list[tuple[str, dict[str, Any]]]
    suppliers: list[tuple[int, str]]
    chart: ImpactChart | None
    remaining: list[int]
    more_remaining: int

    @property
    def paces(self) -> list[tuple[str, int | None]]:
        """How many Devices each Supplier says it upgrades a week; None where it has not said."""
        given = self.row.figures["paces"]
        return [(name, given.get(str(key))) for key, name in self.suppliers]

    def cells(self) -> list[tuple[str, dict[str, Any], list[int | None]]]:
        """Each option with what it would Suspend with each Supplier, in the order of the columns."""
        lines = []
        for label, option in self.options:
            by_key = {each["key"]: each["systems"] for each in option["shares"]}
            lines.append((label, option, [by_key.get(key) for key, _ in self.suppliers]))
        return lines


@dataclass(slots=True)
class File:
    """All that the page of a case shows to somebody to whom its papers are open."""

    case: Case
    events: list[CertificateEvent]
    event: CertificateEvent
    confirmed: bool
    systems: int | None
    suppliers: int
    target: Obligation | None
    triage_owed: Obligation | None
    paper: Paper | None
    actual: Actual | None
    requests: list[Asked]
    notes: list[Any]
    determinations: list[Determination]
    in_hand: Determination | None
    removable: Determination | None
    plans: list[tuple[RemedialPlan, str, str]]
    lines: list[Line]
    group: list[Case]
    conflicts: list[Any]
    guests: list[Any]
    facts: list[Any] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many requests have an answer."""
        return sum(bool(each.replies) for each in self.requests)


def duties_of(user: User) -> dict[str, bool]:
    """Say what somebody may do on the SSC's pages, for templates."""
    return {
        "prepare": bool(permitted(user, Duty.PREPARE_CASE)),
        "decide": bool(permitted(user, Duty.CONFIRM_DETERMINATION)),
        "comment": bool(permitted(user, Duty.COMMENT_ON_CASE)),
        "advise": bool(permitted(user, Duty.ADVISE_ON_CASES)),
    }


def file_of(case: Case, *, at: dt.datetime, calendar: WorkingCalendar) -> File:
    """Gather the file of a case."""
    events = [
        row.event
        for row in case.events.select_related("event__certificate").prefetch_related("event__statements")
    ]
    standing = [each for each in events if rules.Event(each.state, each.overtaken_at is not None).stands]
    counted = counts_for(None).filter(device_model=case.device_model)
    summed = counted.order_by().aggregate(systems=Sum("systems"))
    owed = list(Obligation.objects.standing().about(case))
    determinations = list(
        case.determinations.select_related("binding", "decided_by", "prepared_by", "minute", "ncsc_document")
    )
    requests = list(case.requests.select_related("addressee").prefetch_related("replies__document"))
    plans = RemedialPlan.objects.filter(determination__case=case).select_related("organisation")
    return File(
        case=case,
        events=events,
        event=(standing or events)[0],
        confirmed=any(each.state == CertificateEvent.State.CONFIRMED for each in standing),
        systems=summed["systems"],
        suppliers=counted.count(),
        target=next((each for each in owed if "Triage" not in each.duty), None),
        triage_owed=next((each for each in owed if "Triage" in each.duty), None),
        paper=paper_of(case.impact_papers.select_related("counts", "deployed").first()),
        actual=actual_of(case),
        requests=[_asked(each, london_day(at), calendar) for each in requests],
        notes=list(case.notes.select_related("by", "document")),
        determinations=determinations,
        in_hand=next((each for each in determinations if each.state in ("draft", "put")), None),
        removable=may_still_remove(case) if case.state == Case.State.DETERMINED else None,
        plans=[(each, PLAN_KINDS[each.state], ssc_path_of(each)) for each in plans.order_by("pk")],
        lines=_lines(case, events, determinations, requests, london_day(at)),
        group=list(group_of(case).exclude(pk=case.pk)),
        conflicts=list(case.conflicts.select_related("member")),
        guests=list(case.guests.select_related("guest")),
        facts=list(case.facts.all()),
    )


@dataclass(frozen=True, slots=True)
class Brief:
    """What a meeting's page shows of a case."""

    event: CertificateEvent
    confirmed: bool
    paper: Paper | None
    requests: list[InformationRequest]
    answered: int
    notes: list[Any]
    waits: Determination | None


def for_briefs(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Bring along what the briefs of many cases show, in a number of queries that does not grow with them."""
    return rows.select_related("device_model__manufacturer").prefetch_related(
        "events__event__certificate",
        "requests__replies",
        "notes__by",
        "notes__document",
        "determinations__obliged",
        Prefetch("impact_papers", ImpactPaper.objects.select_related("counts", "deployed")),
    ).order_by("target_date", "pk")  # fmt: skip


def brief_of(case: Case) -> Brief:
    """Give the brief of a case that was fetched `for_briefs`."""
    events = [row.event for row in case.events.all()]
    standing = [each for each in events if rules.Event(each.state, each.overtaken_at is not None).stands]
    requests = [each for each in case.requests.all() if each.withdrawn_at is None]
    return Brief(
        event=(standing or events)[0],
        confirmed=any(each.state == CertificateEvent.State.CONFIRMED for each in standing),
        paper=paper_of(next(iter(case.impact_papers.all()), None)),
        requests=requests,
        answered=sum(bool(each.replies.all()) for each in requests),
        notes=list(case.notes.all()),
        waits=next(
            (each for each in case.determinations.all() if each.state == Determination.State.PUT), None
        ),
    )


def label_of(key: str, removal_day: dt.date | None) -> str:
    """Name an option of an impact paper."""
    day = f"{removal_day.day} {removal_day:%B %Y}" if removal_day else "a later day"
    return {
        impact_rules.NOW: "Remove now",
        impact_rules.LATER: f"Remove on {day}",
        impact_rules.RETAIN: "Retain",
        impact_rules.RETAIN_PLAN: "Retain with a plan",
    }[key]


def paper_of(row: ImpactPaper | None) -> Paper | None:
    """Give an impact paper as it is shown; None for none."""
    if row is None:
        return None
    options = [(label_of(each["key"], row.removal_day), each) for each in row.figures["options"]]
    shares = max((each["shares"] for _, each in options), key=len)
    remaining = row.figures["remaining"]
    return Paper(
        row=row,
        options=options,
        suppliers=[(each["key"], each["name"]) for each in shares],
        chart=impact_chart([each for _, each in options], [label for label, _ in options]),
        remaining=remaining[:SHOWN_ENTRIES],
        more_remaining=max(len(remaining) - SHOWN_ENTRIES, 0),
    )


def _asked(row: InformationRequest, today: dt.date, calendar: WorkingCalendar) -> Asked:
    replies = list(row.replies.all())
    late = rules.is_overdue(
        reply_by=row.reply_by, answered=bool(replies), withdrawn=row.withdrawn_at is not None, today=today
    )
    waits = not replies and row.withdrawn_at is None
    if row.withdrawn_at:
        kind, words = "gone", "Withdrawn"
    elif replies:
        kind, words = "good", "Answered"
    elif row.is_voluntary:
        kind, words = "", "Voluntary"
    elif late:
        kind, words = "bad", "Late"
    else:
        days = days_left(row.reply_by, today=today, calendar=calendar)
        left = "Asked" if days is None else f"{days} Working Day{'' if days == 1 else 's'} left"
        kind, words = "warn", "Due today" if days == 0 else left
    return Asked(row, kind, words, replies, waits)


def _lines(
    case: Case, events: list[CertificateEvent], determinations: list[Determination], requests: list[InformationRequest],
    today: dt.date,
) -> list[Line]:  # fmt: skip
    found = [
        Line(each.occurred_on, each.get_kind_display(), str(each.certificate), "F2.7A(a)", law=True)
        for each in events
    ]
    for each in events:
        found += [
            Line(said.said_on, "Confirmed" if said.confirms else "Denied", f"by {said.get_body_display()}", "Z6.7", law=True)
            for said in each.statements.all()
        ]  # fmt: skip
    found += [line for act in _acts(case, determinations, requests) if (line := _line(act, requests))]
    found += _referral_lines(determinations)
    found += _meeting_lines(case, today)
    found.sort(key=lambda line: line.on, reverse=True)
    if case.state == Case.State.OPEN and case.target_date:
        found.insert(0, Line(case.target_date, "Target", "for the determination", "Z6.2(d)", coming=True))
    return found


def _meeting_lines(case: Case, today: dt.date) -> list[Line]:
    """The meetings that have it on their agenda, or had."""
    rows = case.agenda_items.filter(taken_off_at=None, meeting__called_off_at=None).select_related("meeting")
    return [
        Line(row.meeting.on, "On the agenda", "of the Committee", "Z6.2(d)", coming=row.meeting.on >= today)
        for row in rows
    ]


def _referral_lines(determinations: list[Determination]) -> list[Line]:
    """What Parties took to the Authority of these determinations, and what it determined; which Party is told elsewhere."""
    rows = Referral.objects.filter(determination__ssc_determination__in=determinations).exclude(
        lodged_at=None
    )
    found = []
    for each in rows.select_related("answer"):
        found.append(Line(london_day(each.lodged_at), "Referred to the Authority", str(each), each.clause))
        if each.answer:
            outcome = each.answer.get_outcome_display()
            found.append(
                Line(each.answer.answered_on, "The Authority determined:", outcome, each.clause, law=True)
            )
    return found


def _acts(case: Case, *more: Iterable[Any]) -> list[Act]:
    about = Q(subject_type=case._meta.label_lower, subject_id=str(case.pk))
    for rows in more:
        for row in rows:
            about |= Q(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return list(Act.objects.filter(about).order_by("-id"))


PLAIN = {
    "ssc.case.opened": ("Case opened", "by itself", True),
    "ssc.case.joined": ("Another event joined", "", True),
    "ssc.case.returned": ("Returned to the SSC", "", True),
    "ssc.case.fact_noted": ("New fact", "", False),
    "ssc.case.void": ("Void", "", True),
    "ssc.case.impact_computed": ("Impact computed", "", False),
    "ssc.case.paper_written": ("Paper added", "", False),
    "ssc.case.comment_written": ("Comment", "", False),
    "ssc.case.advice_written": ("Expert advice", "", False),
    "ssc.case.conflict_declared": ("Conflict of interest declared", "", False),
    "ssc.case.conflict_ended": ("Conflict of interest ended", "", False),
    "ssc.case.guest_invited": ("Expert invited", "", False),
    "ssc.determination.put": ("Put to the Chair", "", False),
    "ssc.determination.confirmed": ("Determined", "", True),
    "ssc.determination.refused": ("Not confirmed by the Chair", "", False),
    "ssc.determination.dropped": ("Determination dropped", "", False),
}
WITH_REASON = {"ssc.case.returned", "ssc.case.void", "ssc.case.fact_noted", "ssc.case.joined"}
ASKING = {
    "ssc.request.made": "asked", "ssc.request.answered": "answered", "ssc.request.reminded": "reminded",
    "ssc.request.withdrawn": "no longer asked",
}  # fmt: skip


def _line(act: Act, requests: list[InformationRequest]) -> Line | None:
    on, after = london_day(act.at), act.after or {}
    if act.verb == "ssc.case.triaged":
        return Line(on, "Triage:", str(after.get("seriousness", "")), act.clause)
    if act.verb in ASKING:
        names = {str(each.pk): str(each.addressee) for each in requests}
        return Line(on, names.get(act.subject_id, ""), ASKING[act.verb], act.clause)
    if act.verb in PLAIN:
        strong, rest, law = PLAIN[act.verb]
        return Line(on, strong, act.reason if act.verb in WITH_REASON else rest, act.clause, law=law)
    return None
