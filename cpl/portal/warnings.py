"""Warnings as the portal's pages show them: what was seen beside what was expected, and the answer or its form."""

from dataclasses import dataclass
from typing import Any

from django import forms

from cpl.models import RaisedWarning, Submission
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.judged import JudgedForm
from cpl.rules.submission_warnings import CERTIFICATE_OTHER_FIRMWARE
from cpl.rules.submissions import clean_reason
from cpl.rules.warnings import SubmissionWarning
from cpl.services.drafts import EDITABLE
from cpl.services.warnings import warnings_of
from secgov.documents.rules import KINDS_IN_WORDS, MEDIA_TYPES

SLIP, RIGHT = "slip", "right"


class AnswerForm(JudgedForm):
    """How one warning is answered."""

    answer = forms.ChoiceField(
        label="What is the case?",
        widget=forms.RadioSelect,
        choices=[
            (SLIP, "It is a slip: take me to the field"),
            (RIGHT, "The value is right, for this reason"),
        ],
        error_messages={"required": "Say what is the case: choose one of the two."},
    )
    reason = forms.CharField(
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences. It is kept with the submission and not published.",
    )
    evidence = forms.FileField(
        label="Evidence, if there is any",
        required=False,
        max_length=300,
        help_text=f"{KINDS_IN_WORDS}. Kept for audit, not published.",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{each}" for each in MEDIA_TYPES)}),
        error_messages={"empty": "The file is empty. Choose it again; it may not have been saved."},
    )

    def __init__(self, *args: Any, warning: SubmissionWarning, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"w-{warning.fingerprint[:8]}-%s", **kwargs)
        if warning.code == CERTIFICATE_OTHER_FIRMWARE:
            self.fields["answer"].choices = [
                (SLIP, "I will put the certificate right, or give another"),
                (RIGHT, "It covers this firmware, and I attach the manufacturer’s mapping"),
            ]
            self.fields["evidence"].label = "Mapping evidence"
            self.fields[
                "evidence"
            ].help_text = f"Release notes will do. {KINDS_IN_WORDS}. Kept for audit, not published."

    def clean(self) -> dict[str, Any]:
        """Ask for a reason only where the value is said to be right."""
        values = super().clean()
        if values.get("answer") == RIGHT:
            self.cleaners = {"reason": clean_reason}
            values = super().clean()
        return values


@dataclass(frozen=True, slots=True)
class ShownWarning:
    """A warning on a page: the step that its field belongs to, and its answer or the form for it."""

    warning: SubmissionWarning
    step: tasks.Step
    row: RaisedWarning | None = None
    form: AnswerForm | None = None

    @property
    def open(self) -> bool:
        """True while it waits for an answer."""
        return self.warning.asks and self.row is None


def shown_warnings(
    submission: Submission, *, refused: dict[str, AnswerForm] | None = None
) -> list[ShownWarning]:
    """Give the warnings about a submission as they now stand: those that wait first, notes last.

    `refused` gives a form that was not taken, by its warning's fingerprint.
    """
    answered = {
        row.fingerprint: row
        for row in submission.warnings.filter(answer=RaisedWarning.Answer.RIGHT).select_related(
            "evidence", "answered_by"
        )
    }
    editable = submission.state in EDITABLE
    shown = []
    for each in warnings_of(submission):
        row = answered.get(each.fingerprint)
        form = None
        if editable and each.asks and row is None:
            form = (refused or {}).get(each.fingerprint) or AnswerForm(warning=each)
        shown.append(ShownWarning(each, tasks.step_of(each.field), row, form))
    return sorted(shown, key=lambda one: (not one.open, not one.warning.asks))
