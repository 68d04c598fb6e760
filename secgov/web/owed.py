"""The lines of the board: obligations sorted by urgency, each with what it is about and the next step."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from cpl.models import ListChange
from cpl.rules.publication import format_edition
from secgov.journal.models import Obligation, Task
from secgov.time_rules import (
    WorkingCalendar,
    due_within_working_days,
    end_of_day,
    london_day,
    working_days_after,
)

SOON = 5  # Working Days
FOLDED_OVER = 3  # lines of one duty
APPROVE = "admin:cpl_listchange_approve"
PAGES = {
    "cpl.listchange": APPROVE,
    "cpl.submission": "admin:cpl_submission_change",
    "cpl.correctionrequest": "admin:cpl_correctionrequest_change",
    "cpl.edition": "admin:cpl_edition_change",
    "cpl.assurancecertificate": "admin:cpl_assurancecertificate_change",
    "cpl.certificateevent": "admin:cpl_certificateevent_change",
    "cpl.certificatechange": "admin:cpl_certificatechange_change",
    "cpl.expirynotice": "admin:cpl_expirynotice_change",
    "cpl.relayednotice": "admin:cpl_relayednotice_change",
    "cpl.bindingdetermination": "admin:cpl_bindingdetermination_change",
    "cpl.paneldecision": "admin:cpl_paneldecision_change",
    "cpl.authorityorder": "admin:cpl_authorityorder_change",
    "ssc.case": "admin:ssc_case_change",
    "ssc.determination": "admin:ssc_determination_change",
    "ssc.remedialplan": "admin:ssc_remedialplan_change",
    "ssc.remedynotice": "admin:ssc_remedynotice_change",
    "ssc.referral": "admin:ssc_referral_change",
    "ssc.authorityanswer": "admin:ssc_authorityanswer_change",
    "ssc.stay": "admin:ssc_stay_change",
}
"""Where the desk shows each kind of thing."""
WHOLE_PAGES = {"cpl.webhookpause": "admin:cpl_receipt_dcc"}
"""Things that have no page of their own, but stand on one."""
OTHERS = (Obligation.Owner.DCC, Obligation.Owner.PARTY)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an obligation is about, where its page is, and the words of the button that leads there."""

    name: str
    url: str = ""
    button: str = ""


@dataclass(slots=True)
class Line:
    """Obligations of one duty that end together and lead to one next step; `obligation` is the first of them."""

    obligation: Obligation
    waiting_on: str
    next_step: Subject
    subjects: list[Subject] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines of one duty under one urgency, the nearest first; many of them are one row that opens."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """The line whose date comes first."""
        return self.lines[0]

    @property
    def count(self) -> int:
        """How many obligations they hold."""
        return sum(line.count for line in self.lines)

    @property
    def waiting_on(self) -> tuple[str, ...]:
        """On whom they wait, each once."""
        return tuple(dict.fromkeys(line.waiting_on for line in self.lines))


@dataclass(slots=True)
class Group:
    """The lines of one urgency."""

    id: str
    label: str
    note: str = ""
    lines: list[Line] = field(default_factory=list)
    count: int = 0

    @property
    def folds(self) -> list[Fold]:
        """The lines as rows: those of one duty together where there are more than FOLDED_OVER."""
        alike: dict[tuple[str, str], list[Line]] = {}
        for line in self.lines:
            alike.setdefault((line.obligation.clause, line.obligation.duty), []).append(line)
        folds = [
            Fold(tuple(part))
            for lines in alike.values()
            for part in ([lines] if len(lines) > FOLDED_OVER else [[line] for line in lines])
        ]
        return sorted(folds, key=lambda fold: fold.first.obligation.due_at)


@dataclass(slots=True)
class TaskFold:
    """Open tasks of one kind, newest first; many of them are one row that opens."""

    heading: str
    tasks: list[tuple[Task, str]] = field(default_factory=list)

    @property
    def since(self) -> dt.datetime:
        """Since when the oldest of them is open."""
        return min(task.opened_at for task, _ in self.tasks)

    @property
    def clause(self) -> str:
        """The clause of them all."""
        return self.tasks[0][0].clause


def tasks_of(tasks: Iterable[Task]) -> list[TaskFold]:
    """Put tasks with their pages together by kind where there are more than FOLDED_OVER; else each stays by itself."""
    kinds: dict[tuple[str, str, str], TaskFold] = {}
    for task in tasks:
        kind = (task.key.partition(":")[0], task.title.partition(":")[0], task.clause)
        fold = kinds.setdefault(kind, TaskFold(task.title))
        fold.heading = task.title if fold.heading == task.title else kind[1]
        fold.tasks.append((task, page_of(task)))
    return [
        fold
        for found in kinds.values()
        for fold in (
            [found]
            if len(found.tasks) > FOLDED_OVER
            else [TaskFold(task.title, [(task, page)]) for task, page in found.tasks]
        )
    ]


@dataclass(frozen=True, slots=True)
class Day:
    """The boundaries that sort obligations into groups."""

    now: dt.datetime
    today_ends: dt.datetime
    soon_ends: dt.datetime

    @classmethod
    def at(cls, now: dt.datetime, calendar: WorkingCalendar) -> "Day":
        """Compute them for an instant."""
        return cls(now, end_of_day(london_day(now)), due_within_working_days(now, SOON, calendar))

    def group_of(self, obligation: Obligation) -> str:
        """Name the group that an obligation belongs to."""
        if obligation.due_at <= self.now:
            return "overdue"
        if obligation.owed_by in OTHERS:
            return "others"
        if obligation.due_at <= self.today_ends:
            return "today"
        return "next" if obligation.due_at <= self.soon_ends else "later"


def lines_of(obligations: list[Obligation]) -> list[Line]:
    """Join the obligations of one clause, duty and end: twelve approved changes are one line, not twelve.

    Those of changes that an edition carries already are about the edition. Costs one query.
    """
    lines: dict[tuple[str, str, dt.datetime, str], Line] = {}
    for each, subject in zip(obligations, subjects_of(obligations), strict=True):
        # Changes of one approval are decided together; submissions and certificates each on their own page.
        apart = (
            ""
            if each.subject_type == "cpl.listchange" and subject.button != "Record channel"
            else subject.url
        )
        key = (each.clause, each.duty, each.due_at, apart)
        line = lines.setdefault(key, Line(each, _waiting_on(each), subject))
        line.count += 1
        if subject not in line.subjects:
            line.subjects.append(subject)
    return list(lines.values())


def subjects_of(obligations: list[Obligation]) -> list[Subject]:
    """Give for each obligation what it is about and where the desk shows that. Costs one query."""
    editions = _editions(obligations)
    return [
        _subject(each, editions.get(each.subject_id) if each.subject_type == "cpl.listchange" else None)
        for each in obligations
    ]


def groups_of(lines: list[Line], day: Day, calendar: WorkingCalendar) -> list[Group]:
    """Sort lines into groups by urgency; give those that hold any."""
    today = london_day(day.now)
    first, last = working_days_after(today, 1, calendar), working_days_after(today, SOON, calendar)
    coming = f"{first:%A} {first.day} {first:%B} to {last:%A} {last.day} {last:%B}"
    groups = {
        "overdue": Group("overdue", "Overdue"),
        "today": Group("today", "Due today", f"{today:%A} {today.day} {today:%B}"),
        "next": Group("next", f"Next {SOON} Working Days", coming),
        "later": Group("later", "Later"),
        "others": Group("others", "Waiting for others"),
    }
    for line in lines:
        group = groups[day.group_of(line.obligation)]
        group.lines.append(line)
        group.count += line.count
    return [group for group in groups.values() if group.lines]


def _editions(obligations: list[Obligation]) -> dict[str, tuple[int, int]]:
    """Key and number of the edition that carries each change owed about, where one does."""
    changes = {each.subject_id for each in obligations if each.subject_type == "cpl.listchange"}
    rows = ListChange.objects.filter(pk__in=changes, edition__isnull=False)
    return {
        str(pk): (edition, number)
        for pk, edition, number in rows.values_list("pk", "edition", "edition__number")
    }


def _subject(obligation: Obligation, edition: tuple[int, int] | None) -> Subject:
    name, key = obligation.subject_name, obligation.subject_id
    if edition:
        page = reverse("admin:cpl_edition_change", args=[edition[0]])
        if obligation.clause == "F2.8(c)":
            return Subject(f"Edition {format_edition(edition[1])}", f"{page}#parties", "Record channel")
        return Subject(f"Edition {format_edition(edition[1])}", page, "Open edition")
    if obligation.subject_type == "cpl.listchange":
        return Subject(name, f"{reverse('admin:cpl_listchange_approve')}?change={key}", "Open change")
    if obligation.subject_type == "cpl.submission":
        return Subject(name, reverse("admin:cpl_submission_change", args=[key]), "Take it up")
    if obligation.subject_type == "cpl.correctionrequest":
        return Subject(name, reverse("admin:cpl_correctionrequest_change", args=[key]), "Look at it")
    if obligation.subject_type == "cpl.edition":
        return Subject(f"Edition {name}", reverse("admin:cpl_edition_change", args=[key]), "Open edition")
    if obligation.subject_type == "cpl.assurancecertificate":
        return Subject(name, reverse("admin:cpl_assurancecertificate_change", args=[key]), "Open certificate")
    if obligation.subject_type == "cpl.certificateevent":
        return Subject(name, reverse("admin:cpl_certificateevent_change", args=[key]), "Record the answer")
    if obligation.subject_type == "cpl.bindingdetermination":
        return Subject(
            name, reverse("admin:cpl_bindingdetermination_change", args=[key]), "Open determination"
        )
    page = PAGES.get(obligation.subject_type)
    return Subject(name, reverse(page, args=[key]), "Open it") if page else Subject(name)


def page_of(task: Task) -> str:
    """Give the desk's page of what a task is about, so that an alarm leads to the work; "" where it has none."""
    if task.subject_type in WHOLE_PAGES:
        return reverse(WHOLE_PAGES[task.subject_type])
    page = PAGES.get(task.subject_type)
    return (
        f"{reverse(page)}?change={task.subject_id}"
        if page == APPROVE
        else (reverse(page, args=[task.subject_id]) if page else "")
    )


def _waiting_on(obligation: Obligation) -> str:
    if obligation.owed_by == Obligation.Owner.PANEL:
        decides = obligation.subject_type == "cpl.listchange" and not obligation.by_law
        return "Approver" if decides else "Secretariat"
    if obligation.organisation:
        return obligation.organisation.name
    return Obligation.Owner(obligation.owed_by).label
