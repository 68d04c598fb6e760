"""The forms of a Working Group: joining, inviting, meeting, papers, contributions (SC Methodology, Appendix 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, people_who_may
from secgov.documents.models import Classification
from secgov.time_rules import LONDON
from ssc.models import GroupContribution, GroupMeeting, GroupMember, Proposal, Undertaking, WorkingGroup


class JoinForm(DocumentedForm):
    """What somebody confirms on joining."""

    terms = forms.IntegerField(required=False, widget=forms.HiddenInput)
    accepts = forms.BooleanField(label="I accept the terms of reference as they stand above", required=False)
    is_available = forms.BooleanField(
        label="I have the time for the meetings and the work between them", required=False
    )
    is_fair = forms.BooleanField(
        label="I act fairly and objectively, and weigh complexity, impact and urgency", required=False
    )
    is_impartial = forms.BooleanField(label="I act impartially", required=False)
    interests = words_field(
        "Interests that you declare", "", "Write “None” where there are none.", required=False
    )
    levels = forms.MultipleChoiceField(
        label="I undertake to keep what is shared at these levels", required=False, widget=forms.CheckboxSelectMultiple,
        choices=Undertaking._meta.get_field("level").choices,
        help_text="By the SEC Panel Information Policy. Papers of a level that you leave out stay closed to you.",
    )  # fmt: skip
    signature = forms.CharField(label="Signed with your name", max_length=150, required=False)
    document = document_field("Or the undertaking, signed, as a document", "")
    classification = level_field()


class InviteForm(JudgedForm):
    """A person to invite."""

    email = forms.EmailField(
        label="E-mail of somebody with an account here", max_length=254,
        error_messages={
            "required": "Give an e-mail address.", "invalid": "Give an e-mail address, for example ada@maker.example.",
        },
    )  # fmt: skip

    def clean_email(self) -> User:
        """Find the person. Raises ValidationError where there is none."""
        person = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if person is None or not person.memberships.current().exists():
            raise forms.ValidationError(
                "Nobody with this address has an account here. Invite them to their organisation first."
            )
        return person


class MeetForm(JudgedForm):
    """A meeting, with time, date and place."""

    on = DayField(label="Day")
    time = forms.TimeField(
        label="Time", input_formats=["%H:%M"], widget=forms.TextInput(attrs={"class": "w-s"}),
        help_text="London time, for example 10:00.",
        error_messages={"required": "Give a time, for example 10:00.", "invalid": "Give a time, for example 10:00."},
    )  # fmt: skip
    place = forms.CharField(
        label="Place, or the number to call", max_length=200,
        error_messages={"required": "Give the place, or the number to call."},
    )  # fmt: skip
    mode = forms.ChoiceField(
        label="How", choices=GroupMeeting.Mode.choices, widget=forms.RadioSelect, initial="in_person"
    )
    agenda = words_field("Agenda", "Give the agenda.")

    def clean(self) -> dict[str, Any]:
        """Refuse an hour that the clocks leave out on that day."""
        given = super().clean()
        if "on" in given and "time" in given:
            shown = self.starts_at.astimezone(dt.UTC).astimezone(LONDON)
            if shown.time() != given["time"]:
                self.add_error(
                    "time", "The clocks go forward on that day and leave this hour out. Give another."
                )
        return given

    @property
    def starts_at(self) -> dt.datetime:
        """The instant that was typed."""
        return dt.datetime.combine(self.cleaned_data["on"], self.cleaned_data["time"], LONDON)


class PaperForm(DocumentedForm):
    """A paper, for a meeting or for none."""

    title = forms.CharField(
        label="Title", max_length=200, error_messages={"required": "Give the paper’s title."}
    )
    document = document_field("The paper", "")
    classification = level_field()
    meeting = forms.ModelChoiceField(
        label="For the meeting",
        queryset=GroupMeeting.objects.none(),
        required=False,
        empty_label="No meeting",
    )
    late_reason = words_field(
        "Why it comes late", "", "Only with less than five Working Days to the meeting.", required=False
    )

    def __init__(self, *args: Any, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = group.meetings.filter(called_off_at=None, minuted_at=None)
        self.fields["document"].required = True
        self.fields["document"].error_messages["required"] = "Choose the file."


class SayForm(JudgedForm):
    """A contribution to a proposal."""

    proposal = forms.ModelChoiceField(
        label="To which proposal", queryset=Proposal.objects.none(), empty_label=None,
        error_messages={"required": "Choose the proposal."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="What it is", choices=GroupContribution.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is."},
    )  # fmt: skip
    text = words_field("In words", "Write it: one sentence will do.")
    cost = words_field("Cost and other implications", "", "For an estimate.", required=False)
    benefit = words_field("Benefit", "", "For an estimate.", required=False)
    assessment = words_field("How it meets the intent", "", "For an alternative.", required=False)

    def __init__(self, *args: Any, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposal"].queryset = group.proposals.all()


class SeenMeetingField(forms.ModelChoiceField):
    """A meeting together with its version as it was shown: `12.1`.

    `known` are those that may be named, though they wait no longer: the service says what became of them.
    """

    known = GroupMeeting.objects.none()

    def prepare_value(self, value: Any) -> Any:
        """Write a choice as the meeting and its version."""
        return f"{value.pk}.{value.version}" if isinstance(value, GroupMeeting) else value

    def to_python(self, value: Any) -> GroupMeeting | None:
        """Read both back. Raises ValidationError for what is no meeting here."""
        if value in self.empty_values:
            return None
        key, _, seen = str(value).partition(".")
        if not _is_number(key) or not _is_number(seen):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        meeting = self.known.filter(pk=key).first()
        if meeting is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        meeting.version = int(seen)
        return meeting


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


class MinuteForm(JudgedForm):
    """The minutes of a meeting that was held."""

    meeting = SeenMeetingField(
        label="Which meeting", queryset=GroupMeeting.objects.none(), empty_label=None,
        error_messages={"required": "Choose the meeting.", "invalid_choice": "Choose a meeting of this group."},
    )  # fmt: skip
    chaired_by = forms.ModelChoiceField(
        label="Who chaired", queryset=User.objects.none(), empty_label=None,
        help_text="The SSC’s Chair, or whoever holds that role.",
        error_messages={"required": "Say who chaired."},
    )  # fmt: skip
    present = forms.ModelMultipleChoiceField(
        label="Present",
        queryset=GroupMember.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = words_field("Minutes", "Write the minutes.")
    classification = forms.ChoiceField(
        label="Who may read the minutes", widget=forms.RadioSelect, choices=Classification.choices,
        help_text="White: every member. Else those who have undertaken to keep that level.",
        error_messages={"required": "Say who may read the minutes."},
    )  # fmt: skip

    def __init__(self, *args: Any, group: WorkingGroup, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = group.meetings.filter(starts_at__lte=at)
        self.fields["meeting"].queryset = held.filter(called_off_at=None, minuted_at=None)
        self.fields["meeting"].known = held
        self.fields["chaired_by"].queryset = people_who_may(Duty.DECIDE_PROPOSAL)
        self.fields["present"].queryset = group.members.exclude(state="invited").select_related(
            "person", "organisation"
        )
        self.fields["present"].label_from_instance = lambda member: f"{member.person}, {member.organisation}"


class WhyForm(JudgedForm):
    """A step with its reason."""

    reason = words_field("Reason", "Say why: one sentence will do.")


class EndForm(WhyForm):
    """The end of a membership."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    breach = forms.TypedChoiceField(
        label="Why does it end?", widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[("no", "Cannot do the work, or acts to its detriment"), ("yes", "Breached the undertaking")],
        error_messages={"required": "Choose why it ends."},
    )  # fmt: skip


class CallOffForm(WhyForm):
    """A meeting is called off."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class CloseForm(CallOffForm):
    """A group is closed."""


class TermsForm(JudgedForm):
    """A new version of the terms of reference."""

    text = words_field("Terms of reference", "Write the terms.")
    from_on = DayField(label="In force from")
