"""The form with which somebody says what an entry of the list should say."""

from typing import Any

from django import forms

from cpl.models import DeviceModel
from cpl.portal.judged import CODE
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from cpl.services.corrections import CORRECTABLE, fields_of

LABELS = {"manufacturer_identifier": "Manufacturer identifier", "image_hash": "Hash"}
CODES = frozenset(
    {
        *("manufacturer_identifier", "model_identifier", "hardware_version", "hardware_revision"),
        *("firmware_version", "spec_version", "gbcs_version", "image_hash"),
    }
)


def _field(name: str, now: str) -> forms.Field:
    stored = DeviceModel._meta.get_field("manufacturer" if name == "manufacturer_identifier" else name)
    label = LABELS.get(name) or str(stored.verbose_name)
    label = label[:1].upper() + label[1:]
    if name in ("device_type", "spec_type"):
        shown = dict(stored.choices)[now]
        return forms.ChoiceField(
            label=label, choices=stored.choices, required=False, help_text=f"The list says {shown}."
        )
    widget = forms.TextInput(attrs={**CODE, "class": "id"} if name in CODES else {})
    says = f"The list says {now}." if now else "The list says nothing."
    return forms.CharField(label=label, required=False, max_length=1000, help_text=says, widget=widget)


class CorrectionForm(DocumentedForm):
    """Every field that can be put right, filled with what the list says; then the reason and the evidence."""

    reason = forms.CharField(
        label="What is wrong, and how it came about", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the journal; the public reads the Secretariat’s own words.",
        error_messages={"required": "Say what is wrong: one or two sentences will do."},
    )  # fmt: skip
    evidence = document_field(
        "Evidence", "The document that shows the right value, for example a certificate."
    )
    classification = level_field()
    evidence_note = forms.CharField(
        label="Where the right value stands", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: page 2 of CPA Certificate CPA-26-1. Needed where you attach nothing.",
    )  # fmt: skip
    document_name = "evidence"

    def __init__(self, *args: Any, entry: DeviceModel, **kwargs: Any) -> None:
        says = fields_of(entry)
        super().__init__(*args, initial={**says, **kwargs.pop("initial", {})}, **kwargs)
        own = dict(self.fields)
        self.fields = {name: _field(name, says[name]) for name in CORRECTABLE} | own
        self.order_fields([*CORRECTABLE, *own])

    @property
    def values(self) -> dict[str, str]:
        """What the entry should say, by field."""
        return {name: self.cleaned_data[name] for name in CORRECTABLE}

    def values_first(self) -> list[forms.BoundField]:
        """The fields of the entry."""
        return [self[name] for name in CORRECTABLE]

    def evidence_then(self) -> list[forms.BoundField]:
        """The fields that say why."""
        return [self[name] for name in ("reason", "evidence", "classification", "evidence_note")]
