"""Corrections on the Secretariat's desk: what is asked for, what it would change, and the Secretariat's word (A-64)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cpl.admin.decisions import MOST, DecisionForm, draw
from cpl.comparing import lines_of_correction
from cpl.models import CorrectionRequest, DeviceModel
from cpl.portal.correction_form import CorrectionForm
from cpl.portal.judged import refuse
from cpl.services.correction_documents import give_correction
from cpl.services.corrections import decline_correction, propose_correction
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag
from secgov.journal.models import Act, Obligation

State = CorrectionRequest.State
KINDS = {State.ASKED: "warn", State.PROPOSED: "law", State.DECLINED: "bad", State.WITHDRAWN: "gone"}


class ProposeCorrectionForm(DecisionForm):
    """A correction for a second person to approve."""

    public_reason = forms.CharField(
        label="Reason for the public",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands on the entry’s page, for example: typing error in the submission. Nothing confidential.",
        error_messages={"required": "Say why, for the public: one sentence will do."},
    )


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(RegisterAdmin):
    """Every correction that was asked for, by owners and by the Secretariat itself."""

    list_display = ("entry", "standing", "fields_named", "organisation", "asked_by", "asked_at", "decided_at")
    list_filter = ("state",)
    search_fields = ("=device_model__number", "organisation__name", "reason")
    date_hierarchy = "asked_at"
    list_select_related = ("device_model", "organisation", "asked_by")

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: CorrectionRequest) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    @admin.display(description="state", ordering="state")
    def standing(self, row: CorrectionRequest) -> SafeString:
        """The state as a word with its shape."""
        return tag(KINDS[State(row.state)], row.get_state_display())

    @admin.display(description="would change")
    def fields_named(self, row: CorrectionRequest) -> str:
        """The fields that it would change."""
        return ", ".join(name.replace("_", " ") for name in row.values)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that starts one, and the buttons' addresses."""
        view = self.admin_site.admin_view
        start = view(require_http_methods(["GET", "HEAD", "POST"])(self.start))
        return [
            path("start/", start, name="cpl_correctionrequest_start"),
            path("<int:pk>/propose/", view(require_POST(self.propose)), name="cpl_correctionrequest_propose"),
            path("<int:pk>/decline/", view(require_POST(self.decline)), name="cpl_correctionrequest_decline"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what is asked for, with its evidence, and the buttons of whoever may press them."""
        return self._page(request, self._row(object_id))

    def start(self, request: HttpRequest) -> HttpResponse:
        """Start a correction of the Secretariat's own: `?entry=000123`."""
        require(request.user, Duty.PROPOSE_LIST_CHANGE)
        number = request.GET.get("entry", "")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404
        entry = get_object_or_404(DeviceModel.objects.select_related("manufacturer"), pk=int(number))
        form = CorrectionForm(entry=entry)
        if request.method == "POST":
            form = CorrectionForm(request.POST, request.FILES, entry=entry)
            if form.is_valid() and (row := self._given(request, entry, form)):
                messages.success(request, f"It is kept. Now propose the correction of entry {entry}.")
                return redirect("admin:cpl_correctionrequest_change", row.pk)
        context = {"entry": entry, "form": form}
        return draw(request, "admin/cpl/start_correction.html", context, status=422 if form.errors else 200)

    def _given(
        self, request: HttpRequest, entry: DeviceModel, form: CorrectionForm
    ) -> CorrectionRequest | None:
        """Hand the form to the service; what it refuses is written into the form."""
        values = form.cleaned_data
        try:
            return give_correction(
                model=entry, by=request.user, at=clock.now(), values=form.values, reason=values["reason"],
                upload=values["evidence"], classification=values["classification"], evidence_note=values["evidence_note"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, called={"document": "evidence"})
            return None

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose the correction to a second person."""
        row = self._row(pk)
        form = _propose_form(row, request.POST)
        if form.is_valid():
            try:
                change = propose_correction(request=row, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"{change} waits for an Approver.")
                return redirect("admin:cpl_correctionrequest_change", pk)
        return self._page(request, row, propose=form)

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Find that the list is right as it is."""
        row = self._row(pk)
        form = _decline_form(row, request.POST)
        if form.is_valid():
            try:
                decline_correction(request=row, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "The list stays as it is. Whoever asked has been told.")
                return redirect("admin:cpl_correctionrequest_change", pk)
        return self._page(request, row, decline=form)

    def _row(self, pk: Any) -> CorrectionRequest:
        rows = CorrectionRequest.objects.select_related(
            "device_model", "organisation", "asked_by", "evidence", "change"
        )
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _page(self, request: HttpRequest, row: CorrectionRequest, **refused: Any) -> HttpResponse:
        may = permitted(request.user, Duty.PROPOSE_LIST_CHANGE) and row.state == State.ASKED
        buttons = {"propose": _propose_form(row), "decline": _decline_form(row)} if may else {}
        context = {
            "row": row,
            "kind": KINDS[State(row.state)],
            "lines": lines_of_correction(row),
            "obligations": Obligation.objects.about(row).order_by("id"),
            "acts": _acts(row),
            "form": next(iter(refused.values()), None),
            **buttons,
            **refused,
        }
        return draw(request, "admin/cpl/correction.html", context, status=422 if refused else 200)


def _propose_form(row: CorrectionRequest, data: Any = None) -> ProposeCorrectionForm:
    return ProposeCorrectionForm(data, initial={"version": row.version}, auto_id="propose_%s")


def _decline_form(row: CorrectionRequest, data: Any = None) -> DecisionForm:
    form = DecisionForm(data, initial={"version": row.version}, auto_id="decline_%s")
    form.fields["reason"].help_text = "Whoever asked reads this, word for word."
    return form


def _acts(row: CorrectionRequest) -> QuerySet[Act]:
    return Act.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk)).select_related(
        "actor"
    )[:40]
