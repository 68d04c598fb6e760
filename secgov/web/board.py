"""The Secretariat's board: what is owed, by urgency, and what waits. Its number of queries does not grow with the rows."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cpl.models import CorrectionRequest, Edition, ListChange, Receipt, Submission
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
    london_day,
    start_of_day,
)
from secgov.web import owed
from secgov.web.owed import OTHERS, Day, Line

MOST_OBLIGATIONS = 500
MOST_ROWS = 25
MOST_TASKS = 200
WHOSE = (("", "Everyone’s"), ("mine", "Mine"), ("nobody", "Nobody’s yet"))


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
    lines = owed.lines_of(standing)
    people = sorted({line.waiting_on for line in lines})
    clauses = sorted({line.obligation.clause for line in lines})
    shown = FilterForm(request.GET, people=people, clauses=clauses)
    shown.is_valid()
    chosen = [line for line in lines if _is_chosen(line, shown.cleaned_data, people, clauses)]
    waiting_changes = list(
        ListChange.objects.proposed()
        .select_related("submission", "device_model", "proposed_by")
        .order_by("proposed_at", "id")[:MOST_ROWS]
    )
    chosen_whose = request.GET.get("whose", "")
    submissions = list(
        Submission.objects.waiting()
        .whose(chosen_whose, request.user)
        .select_related("organisation", "assigned_to")
        .order_by("submitted_at", "id")[:MOST_ROWS]
    )
    tasks = list(Task.objects.filter(closed_at=None)[:MOST_TASKS])
    context = {
        "form": refused,
        "filter": shown,
        "calendar": calendar,
        "groups": owed.groups_of(chosen, day, calendar),
        "counts": _counts(day),
        "month": f"{now.astimezone(LONDON):%B}",
        "standing_shown": len(standing),
        "most": MOST_OBLIGATIONS,
        "submissions": submissions,
        "whose": chosen_whose if chosen_whose in dict(WHOSE) else "",
        "whose_choices": WHOSE,
        "old_since": _a_working_day_before(day, submissions, calendar),
        "changes": waiting_changes,
        "tasks": owed.tasks_of(tasks),
        "tasks_shown": len(tasks),
        "tasks_open": Task.objects.filter(closed_at=None).count(),
        "may_close": permitted(request.user, Duty.CLOSE_TASK),
        "may_publish": permitted(request.user, Duty.PUBLISH_EDITION),
        "may_propose": permitted(request.user, Duty.PROPOSE_LIST_CHANGE),
        "reads_proposals": permitted(request.user, Duty.READ_PROPOSALS),
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


def _is_chosen(line: Line, values: dict[str, str], people: list[str], clauses: list[str]) -> bool:
    person, clause = values.get("on"), values.get("clause")
    return (person not in people or line.waiting_on == person) and (
        clause not in clauses or line.obligation.clause == clause
    )


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
        reverse("admin:cpl_correctionrequest_changelist"): CorrectionRequest.objects.filter(
            state=CorrectionRequest.State.ASKED
        ).count(),
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
        "to_load": Obligation.objects.standing().filter(clause="F2.9").order_by("-due_at", "-id").first(),
    }


def _signs_of_life() -> dict[str, Any]:
    beats = list(Heartbeat.objects.order_by("finished_at"))
    return {
        "promises": PromiseCheck.objects.first(),
        "beats": beats,
        "last_beat": beats[-1] if beats else None,
    }
