"""The forms in which the SSC's secretary records each step of a proposal. The rules judge them."""

from typing import Any

from django import forms
from django.db.models import Q

from cpl.models import SecurityCharacteristic
from cpl.portal.certificate_form import CLASSIFICATIONS
from cpl.portal.judged import DayField
from cpl.rules.device_types import CHOICES as DEVICE_TYPES
from secgov.accounts.models import Organisation, PartyCategory
from ssc.models import Proposal, ProposalAdvice, ProposalDecision, WorkingGroup
from ssc.portal.proposal_forms import AskedForm, ReasonForm, answer, text
from ssc.rules.proposals import CATEGORIES, CRITERIA


def target(label: str = "Target date") -> DayField:
    """By when the SSC means to be through; never asked for by the source."""
    return DayField(
        label=label, required=False,
        help_text="Your own: the methodology sets none. It never blocks. For example 1 February 2027.",
    )  # fmt: skip


class RefineAgainForm(ReasonForm):
    """Back to refinement."""

    target_on = target()


class TakeUpForm(AskedForm):
    """The beginning of triage."""

    classification = forms.ChoiceField(
        label="Classification", widget=forms.RadioSelect, choices=CLASSIFICATIONS,
        help_text="Only what is White stands on the public tracker with its title.",
    )  # fmt: skip
    target_on = target("Triage done by")


class ClassifyForm(AskedForm):
    """Another classification, and how often the Panel hears of it."""

    classification = forms.ChoiceField(
        label="Classification", widget=forms.RadioSelect, choices=CLASSIFICATIONS
    )
    panel_updates = forms.ChoiceField(
        label="What the Panel hears of it", widget=forms.RadioSelect, choices=Proposal.PanelUpdates.choices
    )
    reason = text("Reason", rows=2)


class ClarifyForm(AskedForm):
    """A question to the proposer."""

    question = text("What shall the proposer make clear?")
    reply_by = DayField(label="Answer by", required=False, help_text="For example 1 February 2027.")
    invited_to_meeting = forms.BooleanField(
        label="Invite the proposer to a meeting of the SSC", required=False
    )


class EndTriageForm(AskedForm):
    """What triage found."""

    need_is_clear = answer("Is the business need clearly articulated?")
    finding = text("What triage found", rows=4)
    target_on = target("NCSC’s view by")


class NcscViewForm(AskedForm):
    """NCSC's view, with its four answers."""

    text = text("What NCSC said", rows=4)
    reference = forms.CharField(label="NCSC’s reference", max_length=120)
    given_on = DayField(label="Given on", help_text="For example 14 January 2027.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in CRITERIA.items():
            self.fields[name] = answer(f"{words}.")
        self.order_fields(list(CRITERIA))


REGISTERED = {
    "Suppliers": Q(party_category__in=[PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER]),
    "Device Manufacturers": Q(kind=Organisation.Kind.MANUFACTURER),
    "Test laboratories": Q(kind=Organisation.Kind.TEST_LAB),
    "DCC and its Service Providers": Q(kind=Organisation.Kind.DCC),
    "Other relevant parties": Q(
        party_category__in=[
            *(PartyCategory.ELECTRICITY_NETWORK, PartyCategory.GAS_NETWORK, PartyCategory.OTHER_SEC_PARTY),
        ]
    )
    | Q(kind__in=[Organisation.Kind.TRADE_BODY, Organisation.Kind.OTHER]),
}
"""Who is registered here, by category; others are named in words."""


class ConveneForm(AskedForm):
    """A Working Group: its areas, and whom it invites by category."""

    name = forms.CharField(label="Name of the group", max_length=150)
    areas = text("Areas to assess", "Agreed with NCSC; one a line.", rows=3)
    variations = text("Instructions, and variations of the terms of reference", rows=3, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Organisation.objects.admitted()
        for place, category in enumerate(CATEGORIES):
            rows = known.filter(REGISTERED[category]) if category in REGISTERED else known.none()
            if rows.exists():
                self.fields[f"invited_{place}"] = forms.ModelMultipleChoiceField(
                    label="Registered here",
                    queryset=rows,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
            self.fields[f"others_{place}"] = forms.CharField(
                label="Others, by name", max_length=200, required=False
            )
            self.fields[f"category_{place}"] = forms.CharField(
                label="Why nobody is invited", max_length=500, required=False
            )

    @property
    def own(self) -> list[Any]:
        """The fields of the group itself."""
        return [self[name] for name in ("name", "areas", "variations")]

    @property
    def categories(self) -> list[tuple[str, list[Any]]]:
        """The fields of each category."""
        return [
            (
                category,
                [
                    self[f"{part}_{place}"]
                    for part in ("invited", "others", "category")
                    if f"{part}_{place}" in self.fields
                ],
            )
            for place, category in enumerate(CATEGORIES)
        ]


class JoinGroupForm(AskedForm):
    """An open group considers one more."""

    group = forms.ModelChoiceField(
        queryset=WorkingGroup.objects.filter(state="open"), label="Open Working Group"
    )


class RefineForm(AskedForm):
    """The beginning of refinement."""

    target_on = target("Refined by")


class ConsultForm(AskedForm):
    """A consultation and its period."""

    text = text("What you ask for views on")
    starts_on = DayField(label="First day", help_text="Today or later.")
    ends_on = DayField(label="Last day", help_text="It belongs to the period. For example 12 March 2027.")
    is_open = answer("Is it open to the whole industry?")
    invited = forms.ModelMultipleChoiceField(
        label="Who is asked, if not", queryset=Organisation.objects.admitted().exclude(
            kind__in=[Organisation.Kind.CODE_BODY, Organisation.Kind.AUTHORITY]
        ),
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    target_on = target("Decided by")


class AdviceForm(AskedForm):
    """Advice of the group or of NCSC."""

    source = forms.ChoiceField(
        label="Who advises", widget=forms.RadioSelect, choices=ProposalAdvice.Source.choices
    )
    group = forms.ModelChoiceField(
        label="Working Group", queryset=None, required=False, empty_label="None: it is NCSC"
    )
    text = text("The advice")
    reference = forms.CharField(label="Reference", max_length=120, required=False)
    given_on = DayField(label="Given on", help_text="For example 13 March 2027.")

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = proposal.working_groups.all()


class PrepareForm(AskedForm):
    """What the SSC decides, for the Chair."""

    outcome = forms.ChoiceField(
        label="Outcome", widget=forms.RadioSelect, choices=ProposalDecision.Outcome.choices
    )
    reasons = text("Reasons of the SSC")
    minute_reference = forms.CharField(
        label="Minute", max_length=200, help_text="For example SSC 112, item 4."
    )


class ScheduleForm(AskedForm):
    """From when which version applies, and what else changes."""

    characteristic = forms.ModelChoiceField(
        label="Set of Security Characteristics", queryset=SecurityCharacteristic.objects.all(), required=False,
        empty_label="A new set",
    )  # fmt: skip
    new_name = forms.CharField(label="Name of the new set", max_length=120, required=False)
    device_types = forms.MultipleChoiceField(
        label="Physical Device Types of the new set", choices=DEVICE_TYPES, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    number = forms.CharField(
        label="Version", max_length=10, help_text="Principal Version, point, Sub-Version, for example 1.3.",
        widget=forms.TextInput(attrs={"class": "w-s"}),
    )  # fmt: skip
    sec_consultation = forms.CharField(
        label="SEC consultation", max_length=120, required=False, help_text="Its reference; only for a new Principal Version.",
    )  # fmt: skip
    implementation_on = DayField(
        label="Implementation date", help_text="Today or later. For example 1 June 2027."
    )
    amp_change = answer("Must Assurance Maintenance Plans change?")
    amp_text = text("How", rows=2, required=False)
    tsat_change = answer("Must the applicability tables of Schedule 11 change?")
    tsat_text = text("How they must change", rows=2, required=False)
    reason = text("Reason", "For example the minute.", rows=2)


class MoveDateForm(AskedForm):
    """Another implementation date, or another number."""

    implementation_on = DayField(
        label="Implementation date", help_text="Today or later. For example 1 July 2027."
    )
    number = forms.CharField(
        label="Version", max_length=10, required=False, widget=forms.TextInput(attrs={"class": "w-s"}),
        help_text="Another one only where another version of the set came out before.",
    )  # fmt: skip
    reason = text("Reason", rows=2)


class SignOffForm(AskedForm):
    """NCSC's sign-off."""

    reference = forms.CharField(label="NCSC’s reference", max_length=120)
    signed_off_on = DayField(label="Signed off on", help_text="For example 14 May 2027.")


class PublishForm(AskedForm):
    """NCSC's publication, and what the register takes over."""

    published_on = DayField(label="Published on", help_text="The day on which it came onto NCSC’s website.")
    mitigations = forms.CharField(
        label="Mitigations", widget=forms.Textarea(attrs={"rows": 12, "class": "id"}),
        help_text="One a line, in four parts: DEV.M123 | name | threats | requirements. "
        "It begins with those of the version before.",
    )  # fmt: skip
    gbcs_versions = forms.CharField(
        label="GBCS versions it goes with", required=False, max_length=100,
        help_text="As Table 4 of Schedule 11 says, parted by commas, for example 3.2, 4.0.",
    )  # fmt: skip


class GuidanceForm(AskedForm):
    """The guidance that a use case becomes."""

    title = forms.CharField(label="Title", max_length=200)
    text = text("The guidance", "It is public. Blank lines part its paragraphs.", rows=14)
