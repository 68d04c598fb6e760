"""The forms in which the SSC acts on a plan: comments, decisions, findings, periods, remedy notices (Z6.3, Z6.5)."""

from typing import Any

from django import forms

from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm
from ssc.models import (
    ComplianceFinding,
    Milestone,
    MinutedDecision,
    PeriodUnit,
    PlanPeriod,
    RemedialPlan,
    RemedyNotice,
)

MINUTE = "Where a meeting decided."


def _minute(*, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label="Minute", max_length=200, required=required, help_text="" if required else MINUTE,
        error_messages={"required": "Give the minute’s reference."},
    )  # fmt: skip


def _reason(help_text: str = "The Party reads it.") -> forms.CharField:
    return words_field("Reason", "Say why: one sentence will do.", help_text)


def _milestone_words(row: Milestone) -> str:
    return f"Milestone {row.number}: {row.what}"


class OnPlanForm(JudgedForm):
    """A form that acts on a plan as the person saw it."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: RemedialPlan, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": plan.version} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.plan = plan
        if "milestone" in self.fields:
            field = self.fields["milestone"]
            current = plan.current
            field.queryset = current.milestones.all() if current else Milestone.objects.none()
            field.label_from_instance = _milestone_words


class OnVersionForm(OnPlanForm):
    """A form about one version of a plan."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class CommentForm(OnVersionForm):
    """A comment on the newest version (Z6.3(b))."""

    text = words_field("Comment", "Write the comment.", "The Party answers it with its next version.")


class DecideForm(OnVersionForm):
    """The Chair's word on the newest version (Z6.3(b))."""

    approve = forms.TypedChoiceField(
        label="What does the SSC decide?", widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[("yes", "It is approved"), ("no", "It is not approved: the Party may refer that to the Authority")],
        error_messages={"required": "Choose whether it is approved."},
    )  # fmt: skip
    reason = _reason()
    minute_reference = _minute()


class AskProgressForm(JudgedForm):
    """What the SSC wants to know of a plan's progress (Z6.3(d))."""

    question = words_field("Question", "Write what the SSC wants to know.")
    reply_by = DayField(label="Reply by")


class FindingForm(OnPlanForm):
    """What the SSC finds (Z6.3(c))."""

    milestone = forms.ModelChoiceField(
        label="Of which milestone",
        queryset=Milestone.objects.none(),
        required=False,
        empty_label="the plan as a whole",
    )
    finding = forms.ChoiceField(
        label="What the SSC finds", choices=ComplianceFinding.Finding.choices, widget=forms.RadioSelect,
        help_text="Only non-compliance in a material respect can lead to a remedy notice.",
        error_messages={"required": "Choose what the SSC finds."},
    )  # fmt: skip
    reason = _reason()
    minute_reference = _minute()

    def clean(self) -> dict[str, Any]:
        """A plan as a whole is completed, not met."""
        values = super().clean()
        if values.get("finding") == ComplianceFinding.Finding.MET and not values.get("milestone"):
            self.add_error("milestone", "Choose the milestone that is met; a plan as a whole is completed.")
        return values


class EndForm(OnPlanForm):
    """That a plan has ended, and how (chart 7)."""

    how = forms.ChoiceField(
        label="How does it end?", widget=forms.RadioSelect,
        choices=[("complete", "It has been carried out"), ("discharge", "It is no longer asked for")],
        error_messages={"required": "Choose how it ends."},
    )  # fmt: skip
    reason = _reason()


class PeriodForm(OnPlanForm):
    """Another period for what is still to be done (A-60)."""

    kind = forms.ChoiceField(
        label="Which time", choices=PlanPeriod.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose which time."},
    )  # fmt: skip
    days = forms.IntegerField(
        label="How many days", widget=forms.TextInput(attrs={"class": "w-s", "inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid"), "Give a number of days, for example 20."),
    )  # fmt: skip
    unit = forms.ChoiceField(
        label="Unit", choices=PeriodUnit.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose Working Days or calendar days."},
    )  # fmt: skip
    starts_on = DayField(label="It starts on", help_text="That day is not counted.")
    reason = _reason()


class NoticeForm(OnPlanForm):
    """A remedy notice (Z6.5)."""

    ground = forms.ChoiceField(
        label="Which failure", choices=RemedyNotice.Ground.choices, widget=forms.RadioSelect,
        help_text="A missing report can be cited only as part of a failure to comply.",
        error_messages={"required": "Choose the failure."},
    )  # fmt: skip
    milestone = forms.ModelChoiceField(
        label="About which milestone",
        queryset=Milestone.objects.none(),
        required=False,
        empty_label="none alone",
    )
    text = words_field(
        "What the failure is, and what is required", "Say what the failure is and what is required."
    )
    minute_reference = _minute()


class StandStillForm(OnPlanForm):
    """Why the time to remedy stands still, or goes on (A-59)."""

    reason = _reason()


class MinuteForm(OnPlanForm):
    """A decision as the secretary records it from the minutes, for the Chair to carry out."""

    kind = forms.ChoiceField(
        label="What the SSC decided", choices=MinutedDecision.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what the SSC decided."},
    )  # fmt: skip
    milestone = forms.ModelChoiceField(
        label="Milestone", queryset=Milestone.objects.none(), required=False, empty_label="none, or the plan as a whole",
        help_text="For a finding or a remedy notice.",
    )  # fmt: skip
    finding = forms.ChoiceField(
        label="Finding", choices=[("", "none"), *ComplianceFinding.Finding.choices], required=False
    )
    ground = forms.ChoiceField(
        label="Ground of the remedy notice",
        choices=[("", "none"), *RemedyNotice.Ground.choices],
        required=False,
    )
    notice = forms.ModelChoiceField(
        label="Which remedy notice was remedied",
        queryset=RemedyNotice.objects.none(),
        required=False,
        empty_label="none",
    )
    remedied_on = DayField(label="On which day it was remedied", required=False)
    reason = words_field(
        "Reason", "Say why, or what is required.", "The Party reads it; in a remedy notice it is the text."
    )
    minute_reference = _minute(required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notice"].queryset = self.plan.remedy_notices.running()


class ConfirmForm(JudgedForm):
    """The Chair's word on exactly what the secretary recorded."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    agree = forms.TypedChoiceField(
        label="Is this what the SSC decided?", choices=[("yes", "Yes: carry it out"), ("no", "No: send it back")],
        widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        error_messages={"required": "Choose whether the SSC decided this."},
    )  # fmt: skip
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")
