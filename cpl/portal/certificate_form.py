"""The form for one certificate of a submission."""

from typing import Any

from django import forms

from cpl.models import SubmissionCertificate
from cpl.portal.judged import DayField, JudgedForm, refuse
from cpl.rules import certificates
from cpl.rules.limbs import unmet
from cpl.rules.submission_warnings import clean_firmware_named
from secgov.documents.models import Classification
from secgov.documents.rules import KINDS_IN_WORDS, MEDIA_TYPES
from secgov.errors import Refusal

CLASSIFICATIONS = [
    (Classification.WHITE, "White: anybody, subject to copyright"),
    (Classification.GREEN, "Green: people who work with the Code"),
    (Classification.AMBER, "Amber: those who need to know"),
    (Classification.RED, "Red: named people only"),
]


class CertificateForm(JudgedForm):
    """A certificate of one of the three bodies, copied from its document."""

    body = forms.CharField(
        label="Issued by", widget=forms.RadioSelect(choices=list(certificates.BODY_NAMES.items()))
    )
    number = forms.CharField(
        label="Certificate number", max_length=60, widget=forms.TextInput(attrs={"class": "w-m"}),
        error_messages={"required": "Give the certificate number; copy it from the certificate."},
    )  # fmt: skip
    standard = forms.CharField(
        label="Standard", max_length=120, help_text="Against which it was issued, for example Smart Energy Profile.",
        error_messages={"required": "Give the standard against which it was issued; copy it from the certificate."},
    )  # fmt: skip
    standard_version = forms.CharField(
        label="Version of the standard", max_length=40, help_text="For example 1.4.",
        widget=forms.TextInput(attrs={"class": "w-s"}),
        error_messages={"required": "Give the version of the standard; copy it from the certificate."},
    )  # fmt: skip
    issued_on = DayField(label="Issue date", help_text="For example 14 May 2024.")
    expires_on = DayField(
        label="Expiry date", required=False,
        help_text="If the certificate states one. A CPA Certificate states an expiry date or a renewal date.",
    )  # fmt: skip
    renews_on = DayField(
        label="Renewal date",
        required=False,
        help_text="If the certificate states one, as lifetime CPA Certificates do.",
    )
    sc_version = forms.CharField(
        label="Security Characteristics version", required=False, max_length=20,
        help_text="For a CPA Certificate only, for example 1.3.", widget=forms.TextInput(attrs={"class": "w-s"}),
    )  # fmt: skip
    certification_commenced_on = DayField(
        label="Certification began on", required=False,
        help_text="For a CPA Certificate, if you know the day: the version then newest is the one to use.",
    )  # fmt: skip
    document = forms.FileField(
        label="The certificate itself", max_length=300, help_text=f"{KINDS_IN_WORDS}.",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{each}" for each in MEDIA_TYPES)}),
        error_messages={
            "required": "Choose the certificate’s file. The Secretariat must see it to attest it.",
            "empty": "The file is empty. Choose it again; it may not have been saved.",
        },
    )  # fmt: skip
    classification = forms.ChoiceField(
        label="Who may see the document", widget=forms.RadioSelect,
        choices=CLASSIFICATIONS,
        help_text="Under the Panel’s Information Policy. None of them is published by us.",
        error_messages={"required": "Choose White, Green, Amber or Red: every document carries a classification."},
    )  # fmt: skip
    firmware_named = forms.CharField(
        label="Firmware as the certificate names it",
        required=False,
        max_length=120,
        help_text="Only where it is not written as you typed it, for example release 16.16.17.",
        widget=forms.TextInput(attrs={"class": "w-m"}),
    )
    mapping = forms.FileField(
        label="Mapping evidence",
        required=False,
        max_length=300,
        help_text="Only then: that both names mean the same firmware. Release notes will do. Kept for audit, not published.",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{each}" for each in MEDIA_TYPES)}),
        error_messages={"empty": "The file is empty. Choose it again; it may not have been saved."},
    )
    cleaners = {"body": certificates.clean_body}

    def __init__(self, *args: Any, held: SubmissionCertificate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if held is not None and held.document is not None:
            self.fields["document"].required = False
            self.fields[
                "document"
            ].help_text = f"{KINDS_IN_WORDS}. Leave it empty to keep {held.document.name}."
            self.fields["classification"].required = False
            self.fields["classification"].help_text = "Only if you give another file."
        if held is not None and held.mapping_evidence is not None:
            self.fields["mapping"].help_text = f"Leave it empty to keep {held.mapping_evidence.name}."

    def clean(self) -> dict[str, Any]:
        """Judge number, standard, dates and versions by the rules for certificates."""
        values = super().clean()
        if values.get("document") and not values.get("classification"):
            self.add_error("classification", self.fields["classification"].error_messages["required"])
        try:
            values["firmware_named"] = clean_firmware_named(values.get("firmware_named") or "")
        except Refusal as refusal:
            refuse(self, refusal)
        if values.get("body") and not self.errors.keys() & {"issued_on", "expires_on", "renews_on"}:
            facts = certificates.Certificate(
                **{
                    name: values.get(name) or ""
                    for name in ("body", "number", "standard", "standard_version", "sc_version")
                },
                **{name: values.get(name) for name in ("issued_on", "expires_on", "renews_on")},
            )
            for limb in unmet(
                (
                    *certificates.number_limbs(facts),
                    certificates.cap_limb(facts),
                    certificates.order_limb(facts),
                    *certificates.cpa_limbs(facts),
                )
            ):
                if not self.has_error(limb.field):
                    refuse(self, limb.as_refusal())
        return values
