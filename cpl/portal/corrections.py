"""Asking that a listed entry of one's own be put right, and what becomes of it (A-64)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.comparing import lines_of_correction
from cpl.models import CorrectionRequest, DeviceModel, ListChange
from cpl.portal.correction_form import CorrectionForm
from cpl.portal.forms import WithdrawForm
from cpl.portal.frame import page, version_seen
from cpl.portal.judged import refuse
from cpl.services.correction_documents import give_correction
from cpl.services.corrections import LOOK_TARGET, may_ask, withdraw_correction
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.models import Obligation
from secgov.journal.services import working_calendar
from secgov.time_rules import explain_working_days

State = CorrectionRequest.State
PAGE = 25
TAGS = {
    State.ASKED: ("info", "Asked", "The Secretariat looks at it, and proposes it to a second person or says why not."),
    State.PROPOSED: ("law", "Proposed", "A second person looks at exactly what will change, and approves it or sends it back."),
    State.DECLINED: ("bad", "Declined", "Nothing more. With other evidence you can ask again."),
    State.WITHDRAWN: ("gone", "Withdrawn", "Nothing more. You can ask again at any time."),
}  # fmt: skip
MADE = (
    "good",
    "Corrected",
    "The entry has been put right; nothing is withdrawn. The next edition carries it.",
)


def own_corrections(request: HttpRequest) -> Any:
    """Give the corrections that the person's organisations asked for, newest first."""
    organisations = organisations_of(request.user, Duty.SUBMIT_DEVICE)
    rows = CorrectionRequest.objects.filter(organisation__in=organisations)
    return rows.select_related("device_model", "change__edition", "asked_by", "evidence").defer(
        "change__edition__manifest"
    )


def standing_of(row: CorrectionRequest) -> tuple[str, str, str]:
    """Give where a correction stands: the tag's kind and word, and what happens next."""
    if row.change and row.change.state in (ListChange.State.APPROVED, ListChange.State.ISSUED):
        return MADE
    return TAGS[State(row.state)]


@login_required
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """List the corrections that one's organisations asked for."""
    found = Paginator(own_corrections(request), PAGE).get_page(request.GET.get("page"))
    rows = [(each, standing_of(each)) for each in found]
    return page(request, "corrections.html", {"page": found, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that an entry be put right: what it should say, why, and what shows it."""
    entry = get_object_or_404(DeviceModel.objects.select_related("manufacturer"), pk=number)
    if not may_ask(request.user, entry):
        raise Http404
    if request.method != "POST":
        return _form(request, entry, CorrectionForm(entry=entry))
    form = CorrectionForm(request.POST, request.FILES, entry=entry)
    if form.is_valid():
        values = form.cleaned_data
        try:
            row = give_correction(
                model=entry, by=request.user, at=clock.now(), values=form.values, reason=values["reason"],
                upload=values["evidence"], classification=values["classification"], evidence_note=values["evidence_note"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, called={"document": "evidence"})
        else:
            return redirect("portal:correction", row.pk)
    return _form(request, entry, form, status=422)


def _form(
    request: HttpRequest, entry: DeviceModel, form: CorrectionForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "entry": entry,
        "form": form,
        "look_due": explain_working_days(clock.now(), LOOK_TARGET, working_calendar()).due_at,
    }
    return page(request, "correct.html", context, status=status)


@login_required
@require_safe
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a correction: what was asked, where it stands, what happens next and by when."""
    return _show(request, get_object_or_404(own_corrections(request), pk=pk))


def _show(request: HttpRequest, row: CorrectionRequest, form: WithdrawForm | None = None) -> HttpResponse:
    subject = row.change if row.state == State.PROPOSED and row.change else row
    kind, word, then = standing_of(row)
    context = {
        "row": row,
        "kind": kind,
        "word": word,
        "then": then,
        "lines": lines_of_correction(row),
        "due": Obligation.objects.standing().about(subject).order_by("due_at", "id").first(),
        "form": form or (WithdrawForm() if row.state == State.ASKED else None),
        "version": version_seen(request) or row.version,
    }
    return page(request, "correction.html", context, status=422 if form else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was asked."""
    row = get_object_or_404(own_corrections(request), pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdraw_correction(
                request=row,
                by=request.user,
                at=clock.now(),
                version=version_seen(request),
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:correction", pk)
    return _show(request, row, form)
