"""The forms in which a Party answers the SSC: a plan with its milestones, reports, evidence, replies."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, error_of
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from secgov.errors import Refusal
from ssc.models import PlanComment
from ssc.rules.plans import Promised, check_all_answered

LEAST_ROWS, MOST_ROWS = 3, 40


class NumberField(forms.IntegerField):
    """A number as people write it, and as our pages do: 18,420."""

    def to_python(self, value: Any) -> int | None:
        """Read it without the commas and blanks between its thousands."""
        return super().to_python(value.replace(",", "").replace(" ", "") if isinstance(value, str) else value)


def devices_field(label: str) -> forms.IntegerField:
    """Make the field for a number of Devices, which need not be given."""
    return NumberField(
        label=label, required=False, min_value=0, max_value=99_999_999,
        widget=forms.TextInput(attrs={"class": "w-s", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"{label}: give a number, for example 1900."
        ),
    )  # fmt: skip


class PlanForm(DocumentedForm):
    """A plan: how the Party remedies the issue, by when, its milestones, and an answer to every comment (Z6.3(a))."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    rows = forms.CharField(widget=forms.HiddenInput, required=False)
    remedy = words_field(
        "How you intend to remedy the issue", "Say how you intend to remedy the issue.",
        "What resulted in, or arises from, the end of the certificate.",
    )  # fmt: skip
    remedied_by = DayField(
        label="Within what time: all is remedied by", help_text="For example 31 March 2027."
    )
    document = document_field(
        "The plan as a document", "If there is more to it. Choose it last: adding a row loses it."
    )
    classification = level_field()

    def __init__(
        self, *args: Any, count: int = LEAST_ROWS, comments: Sequence[PlanComment] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.count, self.comments = min(max(count, 1), MOST_ROWS), comments
        self.initial["rows"] = self.count
        for number in range(1, self.count + 1):
            self.fields[f"what_{number}"] = forms.CharField(
                label=f"Milestone {number}: what", required=False, max_length=300
            )
            self.fields[f"by_{number}"] = DayField(label=f"Milestone {number}: by", required=False)
            self.fields[f"devices_{number}"] = devices_field(f"Milestone {number}: Devices, together so far")
        for comment in comments:
            self.fields[f"answer_{comment.pk}"] = words_field(
                f"Your answer to comment {comment.number}", "", required=False
            )

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a milestone that is begun, and for an answer to every comment."""
        values = super().clean()
        for number in self._begun():
            if not values.get(f"what_{number}") and f"what_{number}" not in self.errors:
                self.add_error(f"what_{number}", f"Milestone {number}: say what will be done.")
            if not values.get(f"by_{number}") and f"by_{number}" not in self.errors:
                self.add_error(
                    f"by_{number}", f"Milestone {number}: give a day, for example 1 February 2027."
                )
        for comment in self.comments:
            name = f"answer_{comment.pk}"
            try:
                check_all_answered([] if (values.get(name) or "").strip() else [comment.number], field=name)
            except Refusal as refusal:
                self.add_error(name, error_of(refusal))
        return values

    def _begun(self) -> list[int]:
        """The rows in which something was typed."""
        names = ("what", "by", "devices")
        return [
            number
            for number in range(1, self.count + 1)
            if any(self.data.get(f"{name}_{number}", "").strip() for name in names)
        ]

    @property
    def milestones(self) -> list[Promised]:
        """The milestones that were typed, in order."""
        values = self.cleaned_data
        return [
            Promised(values[f"what_{n}"], values[f"by_{n}"], values[f"devices_{n}"]) for n in self._begun()
        ]

    @property
    def places(self) -> dict[str, str]:
        """Where the rule's n-th milestone stands, since rows may be left blank."""
        return {f"by_{place}": f"by_{number}" for place, number in enumerate(self._begun(), 1)}

    @property
    def answers(self) -> dict[int, str]:
        """The answers by the comment's key."""
        return {each.pk: self.cleaned_data.get(f"answer_{each.pk}") or "" for each in self.comments}

    @property
    def milestone_rows(self) -> Iterable[tuple[int, BoundField, BoundField, BoundField]]:
        """The fields of each row, for the page."""
        for number in range(1, self.count + 1):
            yield number, self[f"what_{number}"], self[f"by_{number}"], self[f"devices_{number}"]

    @property
    def answer_rows(self) -> Iterable[tuple[PlanComment, BoundField]]:
        """Each comment with the field for its answer, for the page."""
        for comment in self.comments:
            yield comment, self[f"answer_{comment.pk}"]


class ReportForm(DocumentedForm):
    """How a plan goes on (Z6.3(d))."""

    text = words_field("How it goes on", "Say how it goes on: one or two sentences will do.")
    as_of = DayField(label="Up to which day")
    devices = devices_field("Devices done, together so far")
    document = document_field("A document that shows it", "")
    classification = level_field()


class EvidenceForm(DocumentedForm):
    """What shows that a milestone is met (Z6.3(c))."""

    text = words_field("What shows that it is met", "Say what shows it: one sentence will do.")
    document = document_field("Evidence", "")
    classification = level_field()


class RemediedForm(DocumentedForm):
    """That a failure is remedied, as the Party says (Z6.5)."""

    remedied_on = DayField(label="On which day was it remedied")
    text = words_field("What you did", "Say what you did: one or two sentences will do.")
    document = document_field("What shows it", "")
    classification = level_field()


class ReplyForm(DocumentedForm):
    """An answer to what the SSC asked (Z6.6)."""

    text = words_field(
        "Your answer",
        "Write an answer: one or two sentences will do.",
        "Only the Committee reads it; it is not published.",
    )
    document = document_field("A document with it", "")
    classification = level_field()
