"""What the SSC determined and advised, recorded by its secretary and confirmed by its Chair (Z6.2, Z6.4, Z6.8(a))."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.models import AffectedEntry, BindingDetermination, SscAdvice
from cpl.portal.decision_forms import AdviceForm, DeterminationForm
from cpl.portal.event_forms import AgreeForm
from cpl.portal.frame import page
from cpl.portal.judged import JudgedForm, refuse
from cpl.rules.certificates import NCSC
from cpl.services.decision_documents import give_advice, give_determination
from cpl.services.determinations import FIELDS, confirm_determination
from cpl.services.panel_choices import withdraw_advice
from cpl.web import decided
from cpl.web.records import Record, Work, acts_about, facts, owed_about
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock

SHOWN = 100


class WithdrawForm(AgreeForm):
    """Why the SSC withdraws its advice."""

    agree = None


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("portal:determinations"), "Determinations")]


@login_required
@require_safe
def determinations(request: HttpRequest) -> HttpResponse:
    """Show what waits for the SSC, and what it determined and advised."""
    require(request.user, Duty.READ_DETERMINATIONS)
    struck = (
        AffectedEntry.objects.filter(event__certificate__body=NCSC, covered_by=None, event__overtaken_at=None)
        .exclude(event__state__in=["denied", "superseded"])
        .exclude(device_model__determinations__state__in=["binding", "recorded"])
        .select_related("device_model", "event__certificate")
    )
    context = {
        "struck": struck[:SHOWN],
        "rows": [
            (row, decided.DETERMINATION_KINDS[row.state])
            for row in BindingDetermination.objects.select_related("device_model")[:SHOWN]
        ],
        "advice": SscAdvice.objects.select_related("device_model")[:SHOWN],
        "may_record": permitted(request.user, Duty.RECORD_DETERMINATION),
    }
    return page(request, "determinations.html", context)


@login_required
@require_safe
def determination(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one determination, and to the Chair the form that confirms it."""
    require(request.user, Duty.READ_DETERMINATIONS)
    return _page(request, _row(pk))


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm as Chair what was recorded, so that it binds the Panel; or say that it is not so."""
    require(request.user, Duty.READ_DETERMINATIONS)
    row = _row(pk)
    form = AgreeForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("version", "agree", "reason")}
        try:
            confirm_determination(determination=row, by=request.user, at=clock.now(), **given)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:determination", pk)
    return _page(request, row, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record what the SSC determined of an entry."""
    require(request.user, Duty.RECORD_DETERMINATION)
    form = DeterminationForm(initial={"model": request.GET.get("entry", "")})
    if request.method == "POST":
        form = DeterminationForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                made = give_determination(
                    model=values["model"], by=request.user, at=clock.now(), upload=values["document"],
                    values={name: values[name] for name in FIELDS if name != "document"},
                    classification=values["classification"],
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal, called={"events": "model"})
            else:
                return redirect("portal:determination", made.pk)
    return _form_page(
        request, form, "Record a determination", "Record the determination",
        "It binds the Panel once the Chair has confirmed it. The event need not be confirmed yet; only the removal waits "
        "for that.", "Z6.2",
    )  # fmt: skip


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


def _row(pk: Any) -> BindingDetermination:
    return get_object_or_404(BindingDetermination.objects.select_related("device_model"), pk=pk)


def _page(request: HttpRequest, row: BindingDetermination, refused: AgreeForm | None = None) -> HttpResponse:
    works = []
    if row.state == BindingDetermination.State.RECORDED and permitted(
        request.user, Duty.CONFIRM_DETERMINATION
    ):
        form = refused or AgreeForm(initial={"version": row.version})
        action = reverse("portal:confirm-determination", args=[row.pk])
        works = [Work("Is this what the SSC determined?", action, form, "Record my decision")]
    shown = Record(
        title=str(row),
        lede="The Panel does as the SSC determines.",
        clause=row.clause,
        state=(decided.DETERMINATION_KINDS[row.state], row.get_state_display()),
        crumbs=_crumbs(),
        here=f"Entry {row.device_model}",
        facts=decided.of_determination(row),
        works=works,
        acts=acts_about(row),
        owed=owed_about(row),
    )
    return page(request, "record.html", shown.context(), status=422 if refused else 200)
