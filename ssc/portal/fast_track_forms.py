"""The forms of the fast track: the request, the three answers, the queue, the test (PPCT Report 4.1.2, 9.15 to 9.17)."""

from typing import Any

from django import forms

from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from secgov.accounts.models import Organisation
from ssc.models import TestSlot, VulnerabilityNotification
from ssc.rules.fast_track import GROUND

DEVICE = "Type/manufacturer/model/hardware version/hardware revision/firmware version"


def yes_no(label: str, yes: str, no: str, says: str, help_text: str = "") -> forms.TypedChoiceField:
    """Make a question with two answers and no default; `says` asks for one where none is given."""
    return forms.TypedChoiceField(
        label=label, choices=[("yes", yes), ("no", no)], widget=forms.RadioSelect, help_text=help_text,
        coerce=lambda value: value == "yes", error_messages={"required": says},
    )  # fmt: skip


class VersionForm(JudgedForm):
    """A step that asks nothing but to be taken."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class RequestForm(DocumentedForm):
    """A Testing Participant asks for the fast track (PPCT Report 4.1.2)."""

    ground = forms.ChoiceField(
        label="Why should it be tested first?", widget=forms.RadioSelect,
        error_messages={"required": "Choose why it should be tested first."},
        choices=[
            (GROUND, "It addresses a material security vulnerability"),
            ("OTHER", "Another reason: a feature, safety, volume, mode of operation"),
        ],
    )  # fmt: skip
    provider = forms.CharField(
        label="Communications service provider", max_length=120,
        error_messages={"required": "Name the communications service provider."},
    )  # fmt: skip
    devices = forms.CharField(
        label="Devices of the combination", max_length=1500,
        error_messages={"required": "Name the devices, one a line."},
        widget=forms.Textarea(attrs={"rows": 4, "class": "id"}),
        help_text=f"One a line: {DEVICE}. For example: Gas Smart Meter/7E3E/0000/03/00/05080608",
    )  # fmt: skip
    new_device = forms.CharField(
        label="The one with the new firmware", max_length=120,
        error_messages={"required": "Say which of the devices has the new firmware."},
        widget=forms.TextInput(attrs={"class": "id"}),
        help_text="As in the list above.",
    )  # fmt: skip
    purpose = forms.CharField(
        label="What the firmware is for", max_length=300,
        error_messages={"required": "Say what the firmware is for."},
        help_text="The DCC reads this. The weakness itself belongs in your notification to the SSC alone.",
    )  # fmt: skip
    notification = forms.ModelChoiceField(
        label="Your notification to the SSC", queryset=VulnerabilityNotification.objects.none(), required=False,
        empty_label="None here", help_text="Only the SSC reads it. Without one it may be refused.",
    )  # fmt: skip
    assessment = words_field(
        "Why the S1SR and DMVES requirements are not affected",
        "",
        "A text, or a document below.",
        required=False,
    )
    document = document_field("The assessment as a document", "")
    classification = level_field()
    affects_interoperability = yes_no(
        "Is anything known that might impact interoperability?", "Yes", "None known", "Answer yes, or none known.",
        "You tell the DCC later, at any time, of what you become aware of.",
    )  # fmt: skip
    interoperability = words_field("What might impact it", "", required=False)
    device_volume = forms.IntegerField(
        label="Devices concerned", min_value=0, max_value=99_999_999, required=False,
        help_text="If you know. It gives no priority.",
    )  # fmt: skip
    note = words_field("Safety, mode of operation, or else", "", "It gives no priority.", required=False)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notification"].queryset = VulnerabilityNotification.objects.filter(
            organisation=organisation
        )

    def clean(self) -> dict[str, Any]:
        """Read the lines of devices."""
        values = super().clean()
        values["devices"] = [line.strip() for line in values.get("devices", "").splitlines() if line.strip()]
        return values


class NotificationForm(JudgedForm):
    """A vulnerability is notified to the SSC: what it is, the steps, and in what time (PPCT Report 4.1)."""

    vulnerability = words_field(
        "What the weakness is", "Say what the weakness is.", "Only the SSC reads this."
    )
    steps = words_field("Steps to rectify it, or to mitigate its impact", "Say what is done about it.")
    intended_by = DayField(label="When these are intended to be done")


class SeekForm(VersionForm):
    """The DCC's one message to SECAS (PPCT Report 9.15)."""

    date_if_not = DayField(label="Tested on, if not fast tracked")
    date_if_fast = DayField(label="Tested on, if fast tracked", help_text="The same day, or earlier.")
    asks_whether_notified = forms.BooleanField(
        label="We ask whether the SSC has been notified of the vulnerability",
        error_messages={"required": "Ask in the same message whether the SSC has been notified (PPCT-9.15)."},
    )


class ViewForm(DocumentedForm):
    """The three answers (PPCT Report 9.16)."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    was_notified = yes_no("Has the SSC been notified of the vulnerability?", "Yes", "No", "Answer yes or no.")
    is_material = yes_no("Does the Chair consider it material?", "Yes", "No", "Answer yes or no.")
    warrants = yes_no(
        "Does the Chair consider that this warrants the fast track?", "Yes", "No", "Answer yes or no."
    )
    to_change = words_field("What would have to change", "", "Wherever an answer is no.", required=False)
    evidence = words_field(
        "How the Chair’s view is known", "", "For example: mail of 11 January, 10:40.", required=False
    )
    document = document_field("The Chair’s mail or minute", "")
    classification = level_field()

    def __init__(self, *args: Any, is_chair: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_chair:
            for name in ("evidence", "document", "classification"):
                del self.fields[name]


class GrantForm(VersionForm):
    """The new days of those who give way (PPCT Report 9.17)."""

    def __init__(self, *args: Any, slots: list[TestSlot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = slots
        for slot in slots:
            self.fields[f"slot_{slot.pk}"] = DayField(
                label=f"{slot.combination}, {slot.organisation}", initial=slot.planned_on,
                help_text=f"Planned for {slot.planned_on.day} {slot.planned_on:%B %Y}. Leave it, or give a later day.",
            )  # fmt: skip

    def days(self) -> dict[int, Any]:
        """Give the day of each place by its key."""
        return {slot.pk: self.cleaned_data[f"slot_{slot.pk}"] for slot in self.slots}


class RefuseForm(VersionForm):
    """A refusal, with what would have to change besides what the SSC said."""

    to_change = words_field(
        "What else would have to change", "", "Besides what the SSC said.", required=False
    )


class SetsForm(VersionForm):
    """The Testing Participant's device sets are there (PPCT Report 4.1.2)."""

    received_on = DayField(label="When they came")


class ResultForm(VersionForm):
    """How a test ended."""

    has_passed = yes_no("How did it end?", "It passed", "It failed", "Say whether it passed.")
    tested_on = DayField(label="Day of the test")
    evidence = forms.CharField(label="Reference of the test report", max_length=200)
    note = words_field("Note", "", required=False)


class InteroperabilityForm(JudgedForm):
    """Something that might impact interoperability (PPCT Report 9.17)."""

    text = words_field("What might impact interoperability", "Say what it is: one sentence will do.")


class ReasonForm(VersionForm):
    """A step with its reason."""

    reason = words_field("Reason", "Say why: one sentence will do.")


class RatifyForm(ReasonForm):
    """Whether the SSC ratified a view (PPCT Report 4.1)."""

    ratified = forms.TypedChoiceField(
        label="Did the SSC ratify it?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes", error_messages={"required": "Choose whether the SSC ratified it."},
    )  # fmt: skip
    minute_reference = forms.CharField(label="Minute reference", max_length=200)


class SlotForm(JudgedForm):
    """A combination goes into the testing queue."""

    organisation = forms.ModelChoiceField(
        label="Whose", queryset=Organisation.objects.none(), empty_label="Choose the organisation",
        error_messages={"required": "Choose whose combination it is."},
    )  # fmt: skip
    combination = forms.CharField(
        label="What is tested", max_length=150, help_text="As you call it. Only its organisation sees it besides you.",
        error_messages={"required": "Name the combination."},
    )  # fmt: skip
    planned_on = DayField(label="Planned for")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.admitted().filter(
            kind__in=["party", "manufacturer"]
        )


class OrderForm(VersionForm):
    """A new place among the granted."""

    priority = forms.IntegerField(label="New place", min_value=1, max_value=999)
    reason = words_field(
        "Reason",
        "Say why: one sentence will do.",
        "The Secretariat reads it in the journal: name no combination, and no weakness.",
    )
