"""The form with which a question of the Secretariat is answered, and what shows the questions so far."""

from typing import Any

from django import forms

from cpl.models import Submission
from cpl.portal.certificate_form import CLASSIFICATIONS
from cpl.portal.judged import JudgedForm
from secgov.documents.rules import KINDS_IN_WORDS, MEDIA_TYPES

CHOOSE_LEVEL = "Choose White, Green, Amber or Red: every document carries a classification."


def document_field(label: str, help_text: str) -> forms.FileField:
    """Make the field for a document that may be given."""
    return forms.FileField(
        label=label, required=False, max_length=300, help_text=f"{help_text} {KINDS_IN_WORDS}.".strip(),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{each}" for each in MEDIA_TYPES)}),
        error_messages={"empty": "The file is empty. Choose it again; it may not have been saved."},
    )  # fmt: skip


def level_field() -> forms.ChoiceField:
    """Make the field for the classification of that document."""
    return forms.ChoiceField(
        label="Who may see the document",
        required=False,
        widget=forms.RadioSelect,
        choices=CLASSIFICATIONS,
        help_text="Only with a document. None of them is published by us.",
    )


class DocumentedForm(JudgedForm):
    """A form with a document that may be given; one that is given carries its classification."""

    document_name = "document"

    def clean(self) -> dict[str, Any]:
        """Ask for the classification where a document is given."""
        values = super().clean()
        if values.get(self.document_name) and not values.get("classification"):
            self.add_error("classification", CHOOSE_LEVEL)
        return values


class QueryAnswerForm(DocumentedForm):
    """The owner's answer."""

    text = forms.CharField(
        label="Your answer", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Say what you put right, or why it is right as it stands. The Secretariat reads it; it is not published.",
        error_messages={"required": "Write an answer: one or two sentences will do."},
    )  # fmt: skip
    document = document_field("A document that shows it", "")
    classification = level_field()


def questions(row: Submission, form: QueryAnswerForm | None) -> dict[str, object]:
    """Give the questions about a submission, the one that waits with its form, and the versions so far."""
    asked = list(row.queries.select_related("asked_by", "answered_by", "document"))
    waiting = next((each for each in asked if each.answered_at is None), None)
    return {
        "question": waiting if row.state == Submission.State.QUERIED else None,
        "answered": [each for each in asked if each.answered_at is not None],
        "answer_form": form or (QueryAnswerForm(auto_id="answer_%s") if waiting else None),
        "versions": list(row.versions.defer("fields", "certificates").select_related("by")),
    }
