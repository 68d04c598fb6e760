"""A new certificate for entries of the list, from the page of the one that they have (Z6.7)."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cpl.models import AssuranceCertificate, DeviceModel
from cpl.portal.certificate_form import CertificateForm
from cpl.portal.event_forms import model_in_words, words_field
from cpl.portal.held_certificates import form_page, visible_certificate
from cpl.portal.judged import refuse
from cpl.services.lacking import CERTIFICATE_FIELDS
from cpl.services.replacements import entries_to_provide_for, provide_certificate
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock


class ReplacementForm(CertificateForm):
    """A new certificate of the body that issued the one that ends, and the entries that it names."""

    body = None
    firmware_named = None
    mapping = None
    cleaners = {}
    entries = forms.MultipleChoiceField(
        label="Entries that the new certificate names",
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that you submitted or supply. It must name each of them expressly.",
        error_messages={
            "required": "Tick the entries that the new certificate names.",
            "invalid_choice": "An entry that was ticked is not one of these. Tick them again.",
        },
    )
    note = words_field(
        "Where it comes from", "Say where it comes from: one sentence will do.", "Kept in the journal."
    )
    field_order = ("entries",)

    def __init__(
        self, *args: Any, replaced: AssuranceCertificate, models: list[DeviceModel], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.replaced = replaced
        self.fields["entries"].choices = [
            (str(each.pk), f"{each}, {model_in_words(each)}") for each in models
        ]
        if replaced.body != "NCSC":
            del self.fields["renews_on"], self.fields["sc_version"]

    def clean(self) -> dict[str, Any]:
        """Judge it as a submitter's, issued by the same body."""
        self.cleaned_data |= {"body": self.replaced.body, "firmware_named": ""}
        return super().clean()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def replacement(request: HttpRequest, pk: int) -> HttpResponse:
    """Provide a new certificate to the Panel for entries that this one names (Z6.7)."""
    row = visible_certificate(request, pk)
    mine = entries_to_provide_for(row, organisations_of(request.user, Duty.SUBMIT_DEVICE))
    if mine is None:
        raise Http404
    organisation, models = mine
    form = ReplacementForm(replaced=row, models=models)
    if request.method == "POST":
        form = ReplacementForm(request.POST, request.FILES, replaced=row, models=models)
        if form.is_valid():
            values = form.cleaned_data
            try:
                new = provide_certificate(
                    numbers=[int(each) for each in values["entries"]], organisation=organisation, by=request.user,
                    at=clock.now(), values={name: values.get(name) for name in CERTIFICATE_FIELDS} | {
                        "sc_version": values.get("sc_version") or ""},
                    upload=values["document"], classification=values["classification"], reason=values["note"],
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            except ValidationError as error:
                form.add_error("number", error.messages)
            else:
                return redirect("portal:held-certificate", new.pk)
    return form_page(
        request, row, form, "A new certificate for these models", "Provide it",
        "It counts once the Secretariat has found it valid. Until then it holds the removal of the entries you tick; found "
        "invalid, the removal goes on.", "Z6.7",
    )  # fmt: skip
