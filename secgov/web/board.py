"""The Secretariat's board: what is owed, by urgency, and what waits. Its number of queries does not grow with the rows."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cpl.models import Edition, ListChange, Receipt, Submission
from cpl.services.publication import next_edition, parties_progress, request_publication
from secgov.accounts.permissions import Duty, permitted
from secgov.accounts.services import close_task
from secgov.journal import clock
from secgov.journal.models import Heartbeat, Obligation, PromiseCheck, Task
from secgov.journal.services import working_calendar
from secgov.time_rules import (
    LONDON,
    WorkingCalendar,
    due_within_working_days,
    end_of_day,
    london_day,
    start_of_day,
    working_days_after,
)

SOON = 5  # Working Days
MOST_OBLIGATIONS = 500
MOST_ROWS = 25
OTHERS = (Obligation.Owner.DCC, Obligation.Owner.PARTY)
ABOUT = {
    "cpl.submission": ("admin:cpl_submission_change", ""),
    "cpl.edition": ("admin:cpl_edition_change", "Edition"),
    "cpl.assurancecertificate": ("admin:cpl_assurancecertificate_change", ""),
}


@dataclass(slots=True)
class Line:
    """Obligations of one duty that end together; `obligation` is the first of them."""

    obligation: Obligation
    waiting_on: str
    url: str
    button: str
    subjects: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """The lines of one urgency."""

    id: str
    label: str
    note: str = ""
    lines: list[Line] = field(default_factory=list)
    count: int = 0


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


class FilterForm(forms.Form):
    """Which of it to show. A value that is no choice shows everything."""

    on = forms.CharField(label="Show", required=False, widget=forms.Select)
    clause = forms.CharField(label="Clause", required=False, widget=forms.Select)

    def __init__(self, *args: Any, people: list[str], clauses: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.choices = [
            ("", "Everyone’s work"),
            *((each, f"{each}’s work") for each in people),
        ]
        self.fields["clause"].widget.choices = [("", "Every clause"), *((each, each) for each in clauses)]


class ReasonForm(forms.Form):
    """Why a button was pressed."""

    reason = forms.CharField(label="Reason", max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


def show(request: HttpRequest, *, refused: forms.Form | None = None, status: int = 200) -> HttpResponse:
    """Draw the board; `refused` is the form of a button whose reason was not taken."""
    now, calendar = clock.now(), working_calendar()
    day = Day.at(now, calendar)
    standing = list(Obligation.objects.standing().select_related("organisation")[:MOST_OBLIGATIONS])
    lines = _lines(standing)
    people = sorted({line.waiting_on for line in lines})
    clauses = sorted({line.obligation.clause for line in lines})
    shown = FilterForm(request.GET, people=people, clauses=clauses)
    shown.is_valid()
    chosen = [line for line in lines if _is_chosen(line, shown.cleaned_data, people, clauses)]
    waiting_changes = list(
        ListChange.objects.proposed()
        .select_related("submission", "device_model", "proposed_by")
        .order_by("proposed_at")[:MOST_ROWS]
    )
    submissions = list(
        Submission.objects.waiting()
        .select_related("organisation", "taken_up_by")
        .order_by("submitted_at")[:MOST_ROWS]
    )
    context = {
        "form": refused,
        "filter": shown,
        "calendar": calendar,
        "groups": _groups(chosen, day, calendar),
        "counts": _counts(day),
        "month": f"{now.astimezone(LONDON):%B}",
        "standing_shown": len(standing),
        "most": MOST_OBLIGATIONS,
        "submissions": submissions,
        "old_since": _a_working_day_before(day, submissions, calendar),
        "changes": waiting_changes,
        "tasks": list(Task.objects.filter(closed_at=None)[:MOST_ROWS]),
        "tasks_open": Task.objects.filter(closed_at=None).count(),
        "may_close": permitted(request.user, Duty.CLOSE_TASK),
        "may_publish": permitted(request.user, Duty.PUBLISH_EDITION),
        "next": next_edition(),
        "window": settings.EDITION_WINDOW_MINUTES,
        "four_eyes": settings.FOUR_EYES,
        "waiting": _waiting(),
        **_newest_edition(),
        **_signs_of_life(),
    }
    return render(request, "admin/board.html", context, status=status)


@require_POST
def publish_now(request: HttpRequest) -> HttpResponse:
    """Ask for the next edition at once (A-70)."""
    form = ReasonForm(request.POST, auto_id="publish_%s")
    if not form.is_valid():
        return show(request, refused=form, status=422)
    request_publication(by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
    messages.success(
        request, "The next edition has been asked for. It appears here as soon as the worker has built it."
    )
    return redirect("admin:index")


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a task, with what was done about it."""
    task = get_object_or_404(Task, pk=pk)
    form = ReasonForm(request.POST, auto_id=f"task_{pk}_%s")
    if not form.is_valid():
        return show(request, refused=form, status=422)
    close_task(task=task, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
    messages.success(request, f"Closed: {task.title}")
    return redirect("admin:index")


def _lines(obligations: list[Obligation]) -> list[Line]:
    """Join the obligations of one clause, duty and end: twelve approved changes are one line, not twelve."""
    lines: dict[tuple[str, str, dt.datetime], Line] = {}
    for each in obligations:
        line = lines.get((each.clause, each.duty, each.due_at))
        if line is None:
            url, button = _next_step(each)
            line = lines[each.clause, each.duty, each.due_at] = Line(each, _waiting_on(each), url, button)
        line.subjects.append((_about(each), _address(each)))
    return list(lines.values())


def _is_chosen(line: Line, values: dict[str, str], people: list[str], clauses: list[str]) -> bool:
    person, clause = values.get("on"), values.get("clause")
    return (person not in people or line.waiting_on == person) and (
        clause not in clauses or line.obligation.clause == clause
    )


def _about(obligation: Obligation) -> str:
    before = ABOUT.get(obligation.subject_type, ("", ""))[1]
    return f"{before} {obligation.subject_name}".strip()


def _address(obligation: Obligation) -> str:
    if obligation.subject_type == "cpl.listchange":
        return f"{reverse('admin:cpl_listchange_approve')}?change={obligation.subject_id}"
    name = ABOUT.get(obligation.subject_type, ("", ""))[0]
    return reverse(name, args=[obligation.subject_id]) if name else ""


def _waiting_on(obligation: Obligation) -> str:
    if obligation.owed_by == Obligation.Owner.PANEL:
        decides = obligation.subject_type == "cpl.listchange" and not obligation.by_law
        return "Approver" if decides else "Secretariat"
    if obligation.organisation:
        return obligation.organisation.name
    return Obligation.Owner(obligation.owed_by).label


def _next_step(obligation: Obligation) -> tuple[str, str]:
    words = {
        "cpl.submission": "Open submission",
        "cpl.listchange": "Open change",
        "cpl.edition": "Open edition",
    }
    return _address(obligation), words.get(obligation.subject_type, "")


def _groups(lines: list[Line], day: Day, calendar: WorkingCalendar) -> list[Group]:
    today = london_day(day.now)
    first, last = working_days_after(today, 1, calendar), working_days_after(today, SOON, calendar)
    groups = {
        "overdue": Group("overdue", "Overdue"),
        "today": Group("today", "Due today", f"{today:%A} {today.day} {today:%B}"),
        "next": Group(
            "next",
            f"Next {SOON} Working Days",
            f"{first:%A} {first.day} {first:%B} to {last:%A} {last.day} {last:%B}",
        ),
        "later": Group("later", "Later"),
        "others": Group("others", "Waiting for others"),
    }
    for line in lines:
        group = groups[day.group_of(line.obligation)]
        group.lines.append(line)
        group.count += len(line.subjects)
    return [group for group in groups.values() if group.lines]


def _counts(day: Day) -> dict[str, int]:
    """Count every standing obligation by urgency, shown or not, and those met in this month of London."""
    month = start_of_day(london_day(day.now).replace(day=1))
    standing, mine = Q(discharged_at=None, fell_away_at=None), ~Q(owed_by__in=OTHERS)
    return Obligation.objects.aggregate(
        overdue=Count("pk", filter=standing & Q(due_at__lte=day.now)),
        today=Count("pk", filter=standing & mine & Q(due_at__gt=day.now, due_at__lte=day.today_ends)),
        next=Count("pk", filter=standing & mine & Q(due_at__gt=day.today_ends, due_at__lte=day.soon_ends)),
        others=Count("pk", filter=standing & ~mine & Q(due_at__gt=day.now)),
        met=Count("pk", filter=Q(discharged_at__gte=month)),
    )


def _a_working_day_before(day: Day, submissions: list[Submission], calendar: WorkingCalendar) -> set[int]:
    """The submissions that nobody took up within a Working Day, by their keys (F2.2, our own target)."""
    return {
        each.pk
        for each in submissions
        if each.state == Submission.State.SUBMITTED
        and due_within_working_days(each.submitted_at, 1, calendar) <= day.now
    }


def _waiting() -> dict[str, int]:
    """What waits at each place of the desk's navigation."""
    return {
        reverse("admin:cpl_submission_changelist"): Submission.objects.waiting().count(),
        reverse("admin:cpl_listchange_changelist"): ListChange.objects.proposed().count(),
    }


def _newest_edition() -> dict[str, Any]:
    edition = Edition.objects.placed().defer("manifest").first()
    if edition is None:
        return {"edition": None}
    receipts = (
        Receipt.objects.select_related("edition")
        .defer("edition__manifest")
        .order_by("-edition__number", "-at", "-id")
    )
    return {
        "edition": edition,
        "limbs": {limb.limb: limb for limb in edition.limbs.all()},
        "parties": parties_progress(edition),
        "received": receipts.filter(kind=Receipt.Kind.RECEIVED).first(),
        "loaded": receipts.exclude(kind=Receipt.Kind.RECEIVED).prefetch_related("holdbacks").first(),
        "to_load": Obligation.objects.standing().filter(clause="F2.9").order_by("-due_at").first(),
    }


def _signs_of_life() -> dict[str, Any]:
    beats = list(Heartbeat.objects.order_by("finished_at"))
    return {
        "promises": PromiseCheck.objects.first(),
        "beats": beats,
        "last_beat": beats[-1] if beats else None,
    }
