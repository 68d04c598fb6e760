"""What the Authority's recorder writes of a referral: its determination, its stays (A-49, A-71)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cpl.portal.judged import refuse
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock
from ssc.models import Stay
from ssc.portal.referral_forms import AnswerForm, ReasonForm, StayForm
from ssc.portal.referrals import seen_referral, show
from ssc.services.authority_answers import FIELDS, give_answer, possible_outcomes
from ssc.services.stays import end_stay, order_stay


@login_required
@require_POST
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the Authority determined; a member of the Secretariat confirms it."""
    row = seen_referral(request, reference)
    require(request.user, Duty.RECORD_AUTHORITY_ORDER)
    form = AnswerForm(request.POST, request.FILES, outcomes=possible_outcomes(row.decision))
    if form.is_valid():
        values = form.cleaned_data
        try:
            give_answer(
                referral=row, by=request.user, at=clock.now(), upload=values["document"],
                values={name: values[name] for name in FIELDS if name != "document"},
                classification=values["classification"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, called={"ordered_on": "answered_on", "reference": "authority_reference"})
        else:
            return redirect("ssc:referral", row.reference)
    return show(request, row, refused={"answer": form}, status=422)


@login_required
@require_POST
def stay(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that the Authority ordered a stay."""
    row = seen_referral(request, reference)
    require(request.user, Duty.RECORD_AUTHORITY_ORDER)
    form = StayForm(request.POST, auto_id="stay_%s")
    if form.is_valid():
        try:
            order_stay(referral=row, by=request.user, at=clock.now(), values=form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:referral", row.reference)
    return show(request, row, refused={"stay": form}, status=422)


@login_required
@require_POST
def finish_stay(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Record that the Authority ended its stay."""
    row = seen_referral(request, reference)
    require(request.user, Duty.RECORD_AUTHORITY_ORDER)
    found: Any = get_object_or_404(Stay.objects.filter(**row.about), pk=pk)
    form = ReasonForm(request.POST, auto_id="end_%s")
    if form.is_valid():
        try:
            end_stay(stay=found, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:referral", row.reference)
    return show(request, row, refused={"end_stay": form}, status=422)
