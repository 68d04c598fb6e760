"""The forms in which what the Panel, the SSC and the Authority decided is written down."""

from typing import Any

from django import forms

from cpl.models import AuthorityOrder, DeviceModel, PanelDecision, SscAdvice
from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField
from cpl.portal.query_form import DocumentedForm, document_field, level_field

ENTRY_ERRORS = {
    "required": "Give the entry’s number, for example 000123.",
    "invalid": "Give a number, for example 000123.",
}
GROUNDS = (
    ("Z6.8(a)", "The SSC’s advice, SMETS1 (Z6.8(a))"),
    ("Z6.8(b)", "A determination that its Devices do not comply, SMETS1 (Z6.8(b))"),
    ("Z6.9", "Reinstatement of a SMETS1 Device Model (Z6.9)"),
    ("F2.1", "It never met Section F2.1: listed in error"),
)


class EntryField(forms.CharField):
    """An entry, by its number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=9, error_messages=dict(ENTRY_ERRORS), help_text="Six digits, for example 000123.",
            widget=forms.TextInput(attrs={"class": "w-s id", "autocomplete": "off", "inputmode": "numeric"}), **kwargs,
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        """Find the entry; None where none is given and none need be. Raises ValidationError where there is none such."""
        text = super().clean(value)
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise forms.ValidationError(ENTRY_ERRORS["invalid"])
        model = DeviceModel.objects.filter(pk=int(text)).first()
        if model is None:
            raise forms.ValidationError(f"There is no entry {text}.")
        return model


class PanelDecisionForm(DocumentedForm):
    """A decision of the Panel, with its minute (Z6.8, Z6.9, F2.2A)."""

    model = EntryField(label="Entry")
    kind = forms.ChoiceField(
        label="What the Panel decided", widget=forms.RadioSelect,
        choices=[each for each in PanelDecision.Kind.choices if each[0] != PanelDecision.Kind.ADD],
        error_messages={"required": "Choose what the Panel decided."},
    )  # fmt: skip
    clause = forms.ChoiceField(
        label="On what ground", choices=GROUNDS, widget=forms.RadioSelect,
        error_messages={"required": "Choose the ground."},
    )  # fmt: skip
    minute_reference = forms.CharField(
        label="Minute", max_length=200, error_messages={"required": "Give the minute’s reference."}
    )
    decided_on = DayField(label="When the Panel decided")
    reasons = words_field(
        "Reasons", "Say why the Panel decided so.", "For the parties to a referral; not published."
    )
    advice = forms.ModelChoiceField(
        label="The SSC’s advice", queryset=SscAdvice.objects.filter(withdrawn_at=None), required=False,
        empty_label="none", help_text="Only for Z6.8(a).",
    )  # fmt: skip
    determined_by = forms.ChoiceField(
        label="Who determined that Devices do not comply", choices=[("", "nobody"), *PanelDecision.Determiner.choices],
        required=False, help_text="Only for Z6.8(b).",
    )  # fmt: skip
    determination_reference = forms.CharField(
        label="Reference of that determination", max_length=200, required=False
    )
    in_combination = forms.BooleanField(label="They do not comply in combination with others", required=False)
    others = forms.CharField(
        label="The other entries", max_length=400, required=False, help_text="Their numbers, with commas."
    )
    rectification_reference = forms.CharField(
        label="Determination that the issue has been rectified", max_length=200, required=False,
        help_text="Only to reinstate what was removed under Z6.8(b).",
    )  # fmt: skip
    public_reason = words_field(
        "Reason for the public",
        "",
        "Left blank, a plain sentence is used. Nothing confidential.",
        required=False,
    )
    evidence_note = words_field(
        "Where the evidence stands", "", "For an entry listed in error; or attach it.", required=False
    )
    evidence = document_field("Evidence", "")
    classification = level_field()
    document_name = "evidence"

    def clean_others(self) -> list[DeviceModel]:
        """Find the other entries by their numbers."""
        numbers = [each.strip() for each in self.cleaned_data["others"].split(",") if each.strip()]
        if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
            raise forms.ValidationError("Give numbers with commas between them, for example 000123, 000124.")
        found = DeviceModel.objects.in_bulk([int(each) for each in numbers])
        if missing := [each for each in numbers if int(each) not in found]:
            raise forms.ValidationError(f"There is no entry {missing[0]}.")
        return list(found.values())


class AdviceForm(DocumentedForm):
    """The SSC's advice that a SMETS1 Device Model be removed (Z6.8(a))."""

    model = EntryField(label="Entry")
    advised_on = DayField(label="When the SSC advised")
    minute_reference = forms.CharField(
        label="Minute", max_length=200, error_messages={"required": "Give the minute’s reference."}
    )
    text = words_field("The advice", "Write what the SSC advises.")
    document = document_field("The advice in writing", "")
    classification = level_field()


class OrderForm(DocumentedForm):
    """What the Authority determined of an entry (F2.2A, F2.7B)."""

    model = EntryField(label="Entry")
    outcome = forms.ChoiceField(
        label="What the Authority determined", choices=AuthorityOrder.Outcome.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what the Authority determined."},
    )  # fmt: skip
    clause = forms.ChoiceField(
        label="On whose decision", widget=forms.RadioSelect,
        choices=[("F2.2A", "A decision of the Panel (F2.2A)"), ("F2.7B", "A determination of the SSC (F2.7B)")],
        error_messages={"required": "Choose whose decision was referred."},
    )  # fmt: skip
    ordered_on = DayField(label="When the Authority determined")
    reference = forms.CharField(
        label="Reference", max_length=200, error_messages={"required": "Give the determination’s reference."}
    )
    text = words_field("What it says", "Write what the Authority determined.")
    document = document_field("The determination", "")
    classification = level_field()
