"""The forms of a proposal: Appendix 2 in four steps, and what the SSC records at each stage. The rules judge them."""

from typing import Any

from django import forms

from cpl.models import SecurityCharacteristic
from cpl.portal.certificate_form import CLASSIFICATIONS
from cpl.portal.judged import DayField, JudgedForm
from secgov.accounts.models import Organisation
from secgov.documents.rules import KINDS_IN_WORDS
from ssc.models import Proposal
from ssc.rules.proposal_form import REASONS

ANSWERS = [("yes", "Yes"), ("no", "No")]
KINDS = [
    (
        Proposal.Kind.SC_MODIFICATION,
        "An SC Modification Request: Security Characteristics shall change, or new ones be made",
    ),
    (Proposal.Kind.USE_CASE, "A use case for the refurbishment of Devices: guidance shall say what to do"),
]


class AskedForm(JudgedForm):
    """A form that names what was left out, in our own words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                named = field.label or name.replace("_", " ").capitalize()
                colon = "" if named.endswith("?") else ":"
                field.error_messages["required"] = f"{named}{colon} this is not answered yet.".replace(
                    "? t", "? T"
                )


def text(label: str, help_text: str = "", *, rows: int = 5, required: bool = True) -> forms.CharField:
    """A field for several lines."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def answer(label: str, help_text: str = "") -> forms.TypedChoiceField:
    """A question that is answered yes or no."""
    return forms.TypedChoiceField(
        label=label, help_text=help_text, widget=forms.RadioSelect, choices=ANSWERS,
        coerce=lambda said: said == "yes", empty_value=None, error_messages={"required": f"{label} Answer yes or no."},
    )  # fmt: skip


class KindForm(AskedForm):
    """What is proposed, and for which organisation."""

    kind = forms.ChoiceField(
        label="What do you propose?", widget=forms.RadioSelect, choices=KINDS,
        help_text="One form holds one of the two. For both, make two proposals.",
        error_messages={"required": "Choose what you propose."},
    )  # fmt: skip
    organisation = forms.ModelChoiceField(
        queryset=None, empty_label=None, widget=forms.RadioSelect, label="For which organisation?",
        error_messages={"required": "Choose the organisation for which you propose it."},
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations
        if organisations.count() == 1:
            field.initial, field.disabled, field.widget = organisations.get(), True, forms.HiddenInput()


class KeyInForm(AskedForm):
    """A form that came by e-mail, with the form itself."""

    kind = forms.ChoiceField(label="What is proposed?", widget=forms.RadioSelect, choices=KINDS)
    received_on = DayField(
        label="Received on", help_text="The day on which the e-mail came. For example 14 January 2027."
    )
    original = forms.FileField(label="The form as it came", help_text=f"{KINDS_IN_WORDS}.")
    classification = forms.ChoiceField(
        label="Classification", widget=forms.RadioSelect, choices=CLASSIFICATIONS
    )
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.admitted(), required=False, empty_label="Not registered here",
        help_text="Whose people may go on with it.",
    )  # fmt: skip


class WhoForm(AskedForm):
    """Step 1: the title, and who proposes."""

    sc_title = forms.CharField(label="Proposed SC modification title", max_length=200)
    use_case_title = forms.CharField(label="Proposed use case title", max_length=200)
    includes_triage = forms.BooleanField(label="The use case includes the triage of Devices", required=False)
    proposer_name = forms.CharField(
        label="Name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    proposer_organisation = forms.CharField(
        label="Organisation", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    proposer_phone = forms.CharField(
        label="Contact number", max_length=40, help_text="For example +44 20 7946 0000.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-m"}),
    )  # fmt: skip
    proposer_email = forms.CharField(
        label="Email address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = (
            ("use_case_title", "includes_triage") if kind == Proposal.Kind.SC_MODIFICATION else ("sc_title",)
        )
        for name in other:
            del self.fields[name]


class NeedForm(AskedForm):
    """Step 2: questions 1 to 3, and why Security Characteristics should change."""

    issue = text("1. What issue are you looking to address?")
    necessity = text("2. Why does it need to be addressed?", "Why is doing nothing not an option?")
    solution = text("3. What is your proposed solution?")
    reasons = forms.MultipleChoiceField(
        label="Reasons for the change", required=False, choices=list(REASONS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Choose all that apply; a modification needs one, or another reason in words.",
    )  # fmt: skip
    reason_other = text("Another reason", rows=2, required=False)
    modification_reference = forms.CharField(
        label="SEC Modification", required=False, max_length=20,
        help_text="Its number, where one gave rise to this, for example MP209.",
        widget=forms.TextInput(attrs={"class": "w-s"}),
    )  # fmt: skip


class EffectForm(AskedForm):
    """Step 3: questions 4 to 6."""

    affects_existing = answer("4. Does this affect an existing SC?")
    affected = forms.ModelChoiceField(
        label="Which one", queryset=SecurityCharacteristic.objects.all(), required=False, empty_label="Choose it",
        help_text="Only with yes.",
    )  # fmt: skip
    affected_text = text("Why it needs changing", "Only with yes.", rows=3, required=False)
    needs_new = answer("5. Does this require a new SC?")
    needs_new_text = text("Why a new one is needed", "Only with yes.", rows=3, required=False)
    urgent = answer(
        "6. Is it an urgent business need?", "Urgent proposals stand first in the queue; no step is left out."
    )
    urgent_text = text("Why it is urgent", "Only with yes.", rows=3, required=False)


class SupporterForm(AskedForm):
    """Step 4: a SEC Party that supports it."""

    party = forms.ModelChoiceField(
        label="SEC Party", queryset=Organisation.objects.parties(), empty_label="Choose the Party",
        error_messages={"required": "Choose the SEC Party that supports it."},
    )  # fmt: skip
    name = forms.CharField(
        label="Name",
        max_length=150,
        error_messages={"required": "Give the name of the person who supports it."},
    )
    phone = forms.CharField(
        label="Contact number", max_length=40, widget=forms.TextInput(attrs={"type": "tel", "class": "w-m"})
    )
    email = forms.CharField(
        label="Email address", max_length=254, widget=forms.EmailInput(),
        help_text="The request to confirm goes there, and into the Party’s inbox here.",
    )  # fmt: skip


class ReasonForm(AskedForm):
    """Why something is taken back, declined, dropped or refined again."""

    reason = text("Reason", rows=3)


class NoteForm(AskedForm):
    """What changed in a new version."""

    note = text("What changed, or your answer", "The SSC reads it beside the new version.", rows=4)


class ResponseForm(AskedForm):
    """A response to a consultation."""

    organisation = forms.ModelChoiceField(
        queryset=None, empty_label=None, label="For which organisation?", widget=forms.RadioSelect
    )
    about = forms.CharField(
        label="What it is about",
        max_length=200,
        required=False,
        help_text="A part of the proposal, say; you can respond several times.",
    )
    text = text("Your view", rows=6)

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations
        if organisations.count() == 1:
            field.initial, field.disabled, field.widget = organisations.get(), True, forms.HiddenInput()


class AnswerForm(AskedForm):
    """What the SSC answers, in place of the answer that stood there."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = text("Answer", rows=3)
