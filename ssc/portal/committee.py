"""The SSC's meetings with their items, its seats, and the register of what it determined."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import AffectedEntry, BindingDetermination, Body, SscAdvice
from cpl.portal.judged import refuse
from cpl.web import decided
from cpl.web.records import Fact, Listing, Record, Work, acts_about, facts, owed_about
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.time_rules import london_day
from ssc.models import (
    Case,
    CommitteeMeeting,
    CommitteeSeat,
    Determination,
)  # fmt: skip
from ssc.portal.case_forms import MeetingForm, ReasonForm, SeatForm
from ssc.portal.frame import page
from ssc.rules.committee import CATEGORIES, vacant
from ssc.services.meetings import call_meeting
from ssc.services.participants import end_seat, seat_member

PAGE = 50
MOST_ITEMS = 100
HOME = "Security Sub-Committee"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meetings(request: HttpRequest) -> HttpResponse:
    """List the meetings, those to come first, and call the next."""
    require(request.user, Duty.READ_CASES)
    may_call = permitted(request.user, Duty.PREPARE_CASE)
    if request.method == "POST":
        require(request.user, Duty.PREPARE_CASE)
    form = MeetingForm(request.POST) if request.method == "POST" else MeetingForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = call_meeting(by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:meeting", made.pk)
    today = london_day(clock.now())
    rows = list(CommitteeMeeting.objects.all()[:PAGE])
    context = {
        "coming": sorted((each for each in rows if each.on >= today), key=lambda each: each.on),
        "past": [each for each in rows if each.on < today],
        "form": form if may_call else None,
    }
    return page(request, "meetings.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Show who sits on the SSC for whom, and which seats stand vacant; its secretary keeps them."""
    require(request.user, Duty.READ_CASES)
    may_keep = permitted(request.user, Duty.PREPARE_CASE)
    if request.method == "POST":
        require(request.user, Duty.PREPARE_CASE)
    form = SeatForm(request.POST) if request.method == "POST" else SeatForm()
    if request.method == "POST" and form.is_valid():
        try:
            seat_member(by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:members")
    seats = list(CommitteeSeat.objects.filter(ended_on=None).select_related("holder"))
    empty = vacant(each.category for each in seats if each.holder_id)
    record = Record(
        title="Who sits on the Committee",
        lede="Representatives of six categories; how they vote is Section G’s, and is not computed here.",
        clause="SC-1.2",
        crumbs=[(reverse("ssc:docket"), HOME)],
        here="Members",
        listings=[Listing("Seats", [_seat(each, bool(may_keep)) for each in seats], "No seat is recorded.")],
        note=f"Nobody represents {', '.join(CATEGORIES[each] for each in empty)}." if empty else "",
        works=[Work("Record a seat", request.path, form, "Record the seat")] if may_keep else [],
    )
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _seat(row: CommitteeSeat, may_keep: bool) -> list[Fact]:
    lines = facts(
        [("For", row.get_category_display()), ("Held by", row.holder or "vacant"), ("Since", row.began_on)]
    )
    if may_keep:
        lines.append(Fact("End", "End this seat", reverse("ssc:end-seat", args=[row.pk])))
    return lines


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_a_seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that somebody holds a seat no longer."""
    require(request.user, Duty.PREPARE_CASE)
    row = get_object_or_404(CommitteeSeat.objects.select_related("holder"), pk=pk)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        end_seat(seat=row, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        return redirect("ssc:members")
    record = Record(
        title=f"End a seat: {row}", lede="The seat stays on file with its dates.", clause="SC-1.2",
        crumbs=[(reverse("ssc:docket"), HOME), (reverse("ssc:members"), "Members")], here="End",
        works=[Work("Why it ends", request.path, form, "End the seat", bad=True)],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


@login_required
@require_safe
def determinations(request: HttpRequest) -> HttpResponse:
    """List what the SSC determined, newest first, and its advice on SMETS1."""
    require(request.user, Duty.READ_CASES)
    rows = BindingDetermination.objects.select_related("device_model", "ssc_determination__case")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [(row, decided.DETERMINATION_KINDS[row.state]) for row in found.object_list],
        "advice": SscAdvice.objects.select_related("device_model")[:PAGE],
        "may_advise": permitted(request.user, Duty.RECORD_DETERMINATION),
    }
    return page(request, "determinations.html", context)


@login_required
@require_safe
def information(request: HttpRequest) -> HttpResponse:
    """List, for information, entries whose CPA Certificate ended while another held them: no case is opened (A-08)."""
    require(request.user, Duty.READ_CASES)
    rows = AffectedEntry.objects.filter(event__certificate__body=Body.NCSC).exclude(covered_by=None)
    rows = rows.select_related("event__certificate", "covered_by").order_by("-noted_at", "-pk")[:PAGE]
    record = Record(
        title="For the Committee’s information",
        lede="Entries whose CPA Certificate ended while another was in force for them: no case was opened.",
        clause="F2.7A(a)",
        crumbs=[(reverse("ssc:docket"), HOME)],
        here="Information",
        listings=[Listing(f"The newest {PAGE}", [_informed(each) for each in rows], "None so far.")],
    )
    return page(request, "record.html", record.context())


def _informed(row: AffectedEntry) -> list[Fact]:
    return [
        Fact("Entry", f"{row.device_model_id:06d}", f"/cpl/entries/{row.device_model_id:06d}/"),
        *facts(
            [
                ("Event", row.event),
                ("Since", row.event.occurred_on),
                ("Held by", row.covered_by),
                ("Noted", row.noted_at),
            ]
        ),
    ]


@login_required
@require_safe
def determination(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one determination as it binds the Panel, to whom its case is open."""
    require(request.user, Duty.READ_CASES)
    row = get_object_or_404(BindingDetermination.objects.select_related("device_model"), pk=pk)
    made = Determination.objects.filter(binding=row).select_related("case").first()
    closed = made and not Case.objects.papers_open_to(request.user).filter(pk=made.case_id).exists()
    lines = facts([("Entry", row.device_model)]) if closed else decided.of_determination(row)
    if made and not closed:
        lines.insert(1, Fact("Case", str(made.case), reverse("ssc:case", args=[made.case.reference])))
    shown = Record(
        title=str(row) if not closed else f"Determination on entry {row.device_model}",
        lede="The Panel does as the SSC determines.",
        clause=row.clause,
        state=(decided.DETERMINATION_KINDS[row.state], row.get_state_display()),
        crumbs=[(reverse("ssc:docket"), HOME), (reverse("ssc:determinations"), "Determinations")],
        here=f"Entry {row.device_model}",
        facts=lines,
        note="A conflict of interest closes it to you." if closed else "",
        acts=[] if closed else acts_about(row),
        owed=[] if closed else owed_about(row),
    )
    return page(request, "record.html", shown.context())
