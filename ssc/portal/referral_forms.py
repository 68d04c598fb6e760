"""The forms about referrals: a Party's own, and what the Authority's recorder writes (F2.2A, F2.7B)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from secgov.accounts.models import Organisation
from ssc.models import AuthorityAnswer


class GroundsForm(JudgedForm):
    """Why a Party disagrees with a decision."""

    grounds = forms.CharField(
        label="Your grounds", max_length=20_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Why you disagree. The Authority reads this, and so do the Secretariat and, where it is about the "
        "SSC’s decision, the SSC. No other Party does.",
        error_messages={"required": "Say why you disagree with the decision."},
    )  # fmt: skip


class NewReferralForm(GroundsForm):
    """A referral that begins."""

    organisation = forms.ModelChoiceField(
        label="For which organisation", queryset=Organisation.objects.none(), empty_label=None
    )
    field_order = ("organisation", "grounds")

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=[each.pk for each in organisations])
        if len(organisations) == 1:
            field.widget = forms.HiddenInput()
            field.initial = organisations[0].pk


class VersionedForm(JudgedForm):
    """A button, bound to the version of the referral that the person saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ChangeGroundsForm(GroundsForm, VersionedForm):
    """The grounds of a draft, written anew."""


class DocumentForm(DocumentedForm):
    """A document to go with a draft."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    document = document_field("Document", "")
    classification = level_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = True
        self.fields["document"].error_messages["required"] = "Choose the file."


class ReasonForm(VersionedForm):
    """Why something ends."""

    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")


class AnswerForm(DocumentedForm):
    """What the Authority determined of a referred decision."""

    outcome = forms.ChoiceField(
        label="What the Authority determined", widget=forms.RadioSelect,
        error_messages={"required": "Choose what the Authority determined."},
    )  # fmt: skip
    answered_on = DayField(label="When the Authority determined")
    authority_reference = forms.CharField(
        label="Reference", max_length=200, error_messages={"required": "Give the determination’s reference."}
    )
    text = words_field(
        "What it says", "Write what the Authority determined.", "The Party that referred reads it."
    )
    document = document_field("The determination", "If you have it as a file.")
    classification = level_field()

    def __init__(self, *args: Any, outcomes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(AuthorityAnswer.Outcome.choices)
        self.fields["outcome"].choices = [(each, labels[each]) for each in outcomes]


class StayForm(JudgedForm):
    """A stay that the Authority ordered."""

    ordered_on = DayField(label="When the Authority ordered it")
    authority_reference = forms.CharField(
        label="Reference", max_length=200, error_messages={"required": "Give the order’s reference."}
    )
    text = words_field("What it says", "Write what the Authority ordered.")
