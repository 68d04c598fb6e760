"""The forms about the end of certificates: reports, the bodies' answers, action towards renewal."""

from typing import Any

from django import forms

from cpl.models import AssuranceCertificate, BodyStatement, CertificateCoverage, CertificateEvent, DeviceModel
from cpl.portal.judged import DayField
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from cpl.rules.certificates import BODY_NAMES

MOST = 4000
KINDS = (
    (CertificateEvent.Kind.WITHDRAWN, "The body withdrew it"),
    (CertificateEvent.Kind.CANCELLED, "The body cancelled it"),
    (CertificateEvent.Kind.EXPIRED, "It has expired"),
    (CertificateEvent.Kind.NOT_RENEWED, "It was not renewed"),
)


def words_field(label: str, says: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """Make a field for a few sentences."""
    return forms.CharField(
        label=label, max_length=MOST, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text, required=required,
        error_messages={"required": says},
    )  # fmt: skip


class ReportForm(DocumentedForm):
    """What ended a certificate, as somebody tells it (Z6.7)."""

    kind = forms.ChoiceField(
        label="What happened", choices=KINDS, widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )  # fmt: skip
    occurred_on = DayField(
        label="When it happened",
        help_text="The first day on which it no longer held, for example 11 January 2027.",
    )
    aware_on = DayField(label="When you became aware of it")
    targets = forms.ModelMultipleChoiceField(
        label="Only for these models", queryset=CertificateCoverage.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text="Tick none where the whole certificate has ended.",
    )  # fmt: skip
    note = words_field("How you know", "", "Kept in the journal, never published.", required=False)
    evidence = document_field("Evidence", "What shows it, if you have it.")
    classification = level_field()
    from_ncsc = forms.BooleanField(label="NCSC told us of it in a notice", required=False)
    document_name = "evidence"

    def __init__(
        self, *args: Any, certificate: AssuranceCertificate, desk: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["targets"]
        # At the desk whatever it is said to name; elsewhere only what has been listed, not what others submit.
        field.queryset = certificate.coverage.filter(
            ended_on=None, **({} if desk else {"device_model__isnull": False})
        )
        field.label_from_instance = model_in_words
        if not desk or certificate.body != "NCSC":
            del self.fields["from_ncsc"]


def model_in_words(link: CertificateCoverage | DeviceModel) -> str:
    """Name a Device Model that a certificate covers."""
    maker = link.manufacturer_id if isinstance(link, DeviceModel) else link.manufacturer_identifier
    return f"{link.short_type} {maker} {link.duis_device_model}, firmware {link.firmware_version}"


class AnswerForm(DocumentedForm):
    """What the body that issued the certificate says of the event (Z6.7)."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    body = forms.ChoiceField(
        label="Which body answered", choices=list(BODY_NAMES.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose the body that answered."},
    )  # fmt: skip
    contact = forms.CharField(
        label="Who answered for it",
        max_length=200,
        error_messages={"required": "Name the person or the office."},
    )
    method = forms.ChoiceField(
        label="How", choices=BodyStatement.Method.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose how the body answered."},
    )  # fmt: skip
    said_on = DayField(label="When it answered")
    effective_on = DayField(
        label="Since when, by its word",
        required=False,
        help_text="Only if it gives another day than was reported.",
    )
    reference = forms.CharField(
        label="Reference", max_length=200, help_text="Of the letter, the mail or the call.",
        error_messages={"required": "Give a reference by which the answer can be found again."},
    )  # fmt: skip
    document = document_field("The answer itself", "If it came in writing.")
    classification = level_field()
    reason = words_field("Reason", "Say what the body said: one sentence will do.", "Kept in the journal.")

    def __init__(self, *args: Any, confirms: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not confirms:
            del self.fields["effective_on"]


class RenewalForm(DocumentedForm):
    """What was done so that a CPA Certificate can be considered for renewal (F2.6)."""

    taken_on = DayField(
        label="When it was done", help_text="Before the certificate’s date; the date itself is late."
    )
    what = words_field(
        "What was done", "Say what was done: one sentence will do.", "For example: NCSC has our application."
    )
    evidence = document_field("Evidence", "If you have it.")
    classification = level_field()
    document_name = "evidence"


class DatesForm(DocumentedForm):
    """The dates of a certificate that was renewed in place (Z2.1(g))."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    expires_on = DayField(label="Expiry date", required=False, help_text="If the certificate states one now.")
    renews_on = DayField(label="Renewal date", required=False, help_text="If the certificate states one now.")
    reference = forms.CharField(label="What it rests on", max_length=200, required=False,
                                help_text="The letter or page that says so; or attach it.")  # fmt: skip
    evidence = document_field("Evidence", "")
    classification = level_field()
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")
    document_name = "evidence"


class VoidForm(DocumentedForm):
    """Why a certificate was entered in error."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reference = forms.CharField(label="What shows it", max_length=200, required=False,
                                help_text="The letter or page that says so; or attach it.")  # fmt: skip
    evidence = document_field("Evidence", "")
    classification = level_field()
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")
    document_name = "evidence"


class AgreeForm(DocumentedForm):
    """The second person's word."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    agree = forms.TypedChoiceField(
        label="Do you agree?", choices=[("yes", "Yes"), ("no", "No, send it back")], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes", error_messages={"required": "Choose whether you agree."},
    )  # fmt: skip
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")
