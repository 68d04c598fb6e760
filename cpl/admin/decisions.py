"""The forms behind the buttons of the work pages, and how a refusal finds its field."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cpl.portal.judged import error_of
from secgov.errors import Refusal

MOST = 4000  # characters of a reason


class DecisionForm(forms.Form):
    """A button with its reason, bound to the version that the person saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the journal.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The fields carry no `required` attribute: an empty one is answered by the page, in its own words.
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["reason"].error_messages["required"] = "Say why: one sentence will do."

    def refuse(self, refusal: Refusal) -> None:
        """Show what a service refused, each sentence beside its field where the form has it."""
        for each in refusal.each:
            self.add_error(each.field if each.field in self.fields else None, error_of(each))


class VersionForm(forms.Form):
    """A button without a reason, bound to the version that the person saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class AttestForm(DecisionForm):
    """What a person saw on a certificate (F2.4, F2.5)."""

    marks_seen = forms.BooleanField(required=False)
    models_named = forms.BooleanField(
        required=False,
        label="It expressly names each Device Model listed here, and the Physical Device Type (F2.5).",
    )
    field_order = ("version", "marks_seen", "models_named", "reason")

    def __init__(self, *args: Any, statement: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marks_seen"].label = statement


class ProposeForm(DecisionForm):
    """A listing for a second person to approve (F2.1)."""

    public_reason = forms.CharField(
        label="Reason for the public",
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Left blank: that all required certificates or information have been received. Nothing confidential.",
    )
    override_reason = forms.CharField(
        label="Why it is listed without an eligible combination",
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The Panel’s reason; only where none holds this SMETS1 model (A-36).",
    )

    def __init__(self, *args: Any, smets1: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not smets1:
            del self.fields["override_reason"]


def draw(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Draw a work page of the desk."""
    return render(request, template, context, status=status)
