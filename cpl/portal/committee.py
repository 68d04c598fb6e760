"""The SSC's advice on SMETS1 Device Models, recorded and withdrawn by its secretary (Z6.8(a))."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cpl.models import SscAdvice
from cpl.portal.decision_forms import AdviceForm
from cpl.portal.event_forms import AgreeForm
from cpl.portal.frame import page
from cpl.portal.judged import JudgedForm, refuse
from cpl.services.decision_documents import give_advice
from cpl.services.panel_choices import withdraw_advice
from cpl.web.records import Record, Work, acts_about, facts
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock

REGISTER = "/portal/ssc/determinations/"  # the SSC’s own page, a layer above


class WithdrawForm(AgreeForm):
    """Why the SSC withdraws its advice."""

    agree = None


def _crumbs() -> list[tuple[str, str]]:
    return [(REGISTER, "Determinations")]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def advise(request: HttpRequest) -> HttpResponse:
    """Record the SSC's advice that a SMETS1 Device Model be removed."""
    require(request.user, Duty.RECORD_DETERMINATION)
    form = AdviceForm()
    if request.method == "POST":
        form = AdviceForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                made = give_advice(
                    model=values["model"], by=request.user, at=clock.now(), upload=values["document"],
                    values={name: values[name] for name in ("advised_on", "minute_reference", "text")},
                    classification=values["classification"],
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("portal:ssc-advice", made.pk)
    return _form_page(
        request, form, "Record advice", "Record the advice",
        "That a SMETS1 Device Model be removed. The Panel decides on it.", "Z6.8(a)",
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def advice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the SSC's advice; its secretary may withdraw it."""
    require(request.user, Duty.READ_DETERMINATIONS)
    row = get_object_or_404(SscAdvice.objects.select_related("device_model", "recorded_by"), pk=pk)
    form = WithdrawForm(initial={"version": row.version})
    if request.method == "POST":
        form = WithdrawForm(request.POST)
        if form.is_valid():
            withdraw_advice(
                advice=row, by=request.user, at=clock.now(), version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
            return redirect("portal:ssc-advice", pk)
    stands = row.withdrawn_at is None and permitted(request.user, Duty.RECORD_DETERMINATION)
    shown = Record(
        title=str(row),
        lede="Ground on which the Panel may remove a SMETS1 Device Model.",
        clause="Z6.8(a)",
        state=("gone", "Withdrawn") if row.withdrawn_at else ("law", "Stands"),
        crumbs=_crumbs(),
        here=f"Advice on entry {row.device_model}",
        facts=facts([
            ("Entry", row.device_model), ("Advised", row.advised_on), ("Minute", row.minute_reference),
            ("Advice", row.text), ("Recorded by", row.recorded_by), ("Recorded", row.recorded_at),
            ("Withdrawn", row.withdrawn_at), ("Why", row.withdrawn_reason),
        ]),
        works=[Work("Withdraw it", request.path, form, "Withdraw the advice", bad=True)] if stands else [],
        acts=acts_about(row),
    )  # fmt: skip
    return page(request, "record.html", shown.context(), status=422 if form.errors else 200)


def _form_page(
    request: HttpRequest, form: JudgedForm, title: str, button: str, lede: str, clause: str
) -> HttpResponse:
    shown = Record(
        title=title,
        lede=lede,
        clause=clause,
        crumbs=_crumbs(),
        here=title,
        works=[Work("What was decided", request.get_full_path(), form, button)],
    )
    return page(request, "record.html", shown.context(), status=422 if form.errors else 200)
