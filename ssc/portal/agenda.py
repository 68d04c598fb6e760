"""A meeting of the SSC: what is on its agenda with its papers, what waits for one, and how the two meet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import refuse
from cpl.web.records import Record, Work
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.time_rules import london_day
from ssc.models import (
    AgendaItem,
    Case,
    CommitteeMeeting,
    Consultation,
    Proposal,
    ProposalDecision,
    Referral,
    RemedialPlan,
    SscView,
)  # fmt: skip
from ssc.models.casework import SUBJECTS
from ssc.portal.case_file import SERIOUSNESS, brief_of, duties_of, for_briefs
from ssc.portal.case_forms import AgendaForm, ReasonForm
from ssc.portal.determining import facts_of
from ssc.portal.frame import page, plans_open_to
from ssc.services.meetings import (
    agendas_to_come,
    call_off_meeting,
    put_on_agenda,
    take_off_agenda,
    words_of,
)
from ssc.services.plan_access import ssc_path_of

MOST_ITEMS = 100
HOME = "Security Sub-Committee"
METHODS = ["GET", "HEAD", "POST"]
Found = dict[str, QuerySet[Any]]


@login_required
@require_http_methods(METHODS)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Gather the items of a meeting with their papers, to read and to print; its secretary puts there what waits."""
    require(request.user, Duty.READ_CASES)
    row = get_object_or_404(CommitteeMeeting, pk=pk)
    at = clock.now()
    to_come = row.called_off_at is None and row.on >= london_day(at)
    items = list(row.items.filter(taken_off_at=None))
    waiting = (
        _not_on_any(_waiting_for(row.on, request.user), today=london_day(at), items=items) if to_come else []
    )
    form = None
    if request.method == "POST":
        require(request.user, Duty.PREPARE_CASE)
        form = AgendaForm(request.POST, waiting=waiting)
        if form.is_valid():
            try:
                put_on_agenda(meeting=row, subjects=form.subjects, by=request.user, at=at)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("ssc:meeting", pk)
    elif waiting and duties_of(request.user)["prepare"]:
        form = AgendaForm(waiting=waiting)
    context = {
        "meeting": row,
        "may": duties_of(request.user),
        "now": at,
        "to_come": to_come,
        "waits": [(_address_of(kind, each), SUBJECTS[kind], words_of(each)) for kind, each in waiting],
        "form": form,
        **_on_agenda(items, request.user),
    }
    return page(request, "meeting.html", context, status=422 if form and form.errors else 200)


def _readable(user: User) -> Found:
    """What a person may know of, by its kind."""
    return {
        "case": Case.objects.visible_to(user),
        "plan": plans_open_to(user),
        "referral": Referral.objects.visible_to(user).select_related("organisation"),
        "view": SscView.objects.select_related("request"),
        "proposal": Proposal.objects.visible_to(user),
    }


def _waiting_for(on: dt.date, user: User) -> Found:
    """What waits for a word of the SSC by a day."""
    found = _readable(user)
    return {
        "case": Case.objects.papers_open_to(user).filter(state=Case.State.OPEN).order_by("target_date", "pk"),
        "plan": found["plan"].filter(state=RemedialPlan.State.PROPOSED).order_by("pk"),
        "referral": found["referral"].filter(state=Referral.State.LODGED).order_by("pk"),
        "view": SscView.objects.to_be_ratified(),
        "proposal": _proposals_for(on, found["proposal"]),
    }


def _proposals_for(on: dt.date, rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Those that wait for a word of the SSC: to be taken up, in triage, or ripe to be decided by that day."""
    state = Proposal.State
    asked = Consultation.objects.filter(proposal=OuterRef("pk"), ends_on__gte=on)
    ripe = Q(state=state.CONSULTATION) & ~Exists(asked)
    prepared = Exists(ProposalDecision.objects.filter(proposal=OuterRef("pk"), dropped_at=None))
    waits = Q(state__in=[state.SUBMITTED, state.TRIAGE]) | ripe
    waits |= Q(state__in=[state.NCSC_LIAISON, state.CONSULTATION]) & Q(prepared)
    return rows.filter(waits).in_order()


def _not_on_any(found: Found, *, today: dt.date, items: list[AgendaItem]) -> list[tuple[str, Any]]:
    """Those that stand on the agenda of no meeting to come, as kind and row."""
    standing = [*items, *agendas_to_come(on=today)]
    taken = {(kind, getattr(each, f"{kind}_id")) for each in standing for kind in SUBJECTS}
    return [
        (kind, row)
        for kind, rows in found.items()
        for row in rows[:MOST_ITEMS]
        if (kind, row.pk) not in taken
    ]


def _address_of(kind: str, row: Any) -> str:
    """Where one reads it."""
    if kind == "plan":
        return ssc_path_of(row)
    if kind == "view":
        return reverse("ssc:fast-track-request", args=[row.request.reference])
    return reverse(f"ssc:{kind}", args=[row.pk if kind == "proposal" else row.reference])


def _on_agenda(items: list[AgendaItem], user: User) -> dict[str, Any]:
    """The items of a meeting by their kind, with their papers; a closed file is named only."""
    found = _readable(user)
    keys = {kind: {getattr(each, f"{kind}_id"): each.pk for each in items} for kind in SUBJECTS}
    on = {kind: rows.filter(pk__in=[key for key in keys[kind] if key]) for kind, rows in found.items()}
    readable = set(Case.objects.papers_open_to(user).values_list("pk", flat=True))
    papers = []
    for case in for_briefs(on["case"])[:MOST_ITEMS]:
        brief = brief_of(case) if case.pk in readable else None
        says = facts_of(brief.waits, case=case) if brief and brief.waits else []
        grade = SERIOUSNESS.get(case.seriousness, "")
        papers.append(
            {"case": case, "file": brief, "grade": grade, "says": says, "item": keys["case"][case.pk]}
        )
    plans = on["plan"].select_related("determination__case").order_by("pk")
    return {
        "waiting_items": [each for each in papers if each["says"]],
        "open_items": [each for each in papers if not each["says"]],
        "plans": [(each, ssc_path_of(each), keys["plan"][each.pk]) for each in plans],
        "referrals": [(each, keys["referral"][each.pk]) for each in on["referral"].order_by("pk")],
        "views": [(each, keys["view"][each.pk]) for each in on["view"].order_by("pk")],
        "proposals": [(each, keys["proposal"][each.pk]) for each in on["proposal"].in_order()],
        "any_item": bool(items),
    }


def _crumbs(row: CommitteeMeeting) -> list[tuple[str, str]]:
    return [
        (reverse("ssc:docket"), HOME),
        (reverse("ssc:meetings"), "Meetings"),
        (reverse("ssc:meeting", args=[row.pk]), f"{row.on.day} {row.on:%B %Y}"),
    ]


@login_required
@require_http_methods(METHODS)
def take_off(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Take something off the agenda of a meeting."""
    require(request.user, Duty.PREPARE_CASE)
    rows = AgendaItem.objects.select_related("meeting", *SUBJECTS).filter(meeting=pk)
    row = get_object_or_404(rows, pk=item)
    if not _readable(request.user)[row.kind].filter(pk=row.subject.pk).exists():
        raise Http404
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        try:
            take_off_agenda(item=row, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:meeting", pk)
    record = Record(
        title=f"Take {words_of(row.subject)} off the agenda", lede="It then waits for another meeting.", clause="Z6.2(d)",
        crumbs=_crumbs(row.meeting), here="Take off",
        works=[Work("Why it is taken off", request.path, form, "Take it off", bad=True)],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a meeting off."""
    require(request.user, Duty.PREPARE_CASE)
    row = get_object_or_404(CommitteeMeeting, pk=pk)
    form = (
        ReasonForm(request.POST) if request.method == "POST" else ReasonForm(initial={"version": row.version})
    )
    if request.method == "POST" and form.is_valid():
        try:
            call_off_meeting(
                meeting=row, by=request.user, at=clock.now(), version=form.cleaned_data["version"] or 0,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:meetings")
    record = Record(
        title=f"Call off the meeting of {row.on.day} {row.on:%B %Y}", lede="Its items wait for the next.", clause="Z6.2(d)",
        crumbs=_crumbs(row), here="Call off",
        works=[Work("Why it is called off", request.path, form, "Call it off", bad=True)],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)
