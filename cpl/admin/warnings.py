"""Warnings on the desk: those about a submission, with their answers, and the list's own entries that look out of line."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cpl.admin.decisions import DecisionForm, draw
from cpl.models import DeviceModel, RaisedWarning, Submission
from cpl.rules.list_review import warned_entries
from cpl.rules.warnings import SubmissionWarning
from cpl.services.warnings import entries_to_compare, warnings_of
from secgov.documents.rules import KINDS_IN_WORDS

ANSWERABLE = (Submission.State.SUBMITTED, Submission.State.IN_REVIEW)
PAGE = 50


class AnswerForm(DecisionForm):
    """Why a value that looks out of line is right, in the Secretariat's own words."""

    evidence = forms.FileField(
        label="Evidence, if there is any",
        required=False,
        max_length=300,
        help_text=f"{KINDS_IN_WORDS}. Kept for audit as Amber, not published.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]  # the answer is bound to the values that were seen, by their fingerprint
        self.fields["reason"].label = "Why the value is right"
        self.fields["reason"].help_text = "Kept with the submission. If it may be a slip, ask the submitter."


def answer_form(fingerprint: str, *data: Any) -> AnswerForm:
    """Give the form of one warning; its fields' ids are its own."""
    return AnswerForm(*data, auto_id=f"w-{fingerprint[:8]}-%s")


def desk_warnings(
    submission: Submission, *, may_answer: bool, refused: dict[str, AnswerForm] | None = None
) -> list[dict[str, Any]]:
    """Give the warnings about a submission as they now stand, open ones first, and after them those put right."""
    kept = {
        row.fingerprint: row
        for row in submission.warnings.exclude(answer="").select_related("evidence", "answered_by")
    }
    may_answer = may_answer and submission.state in ANSWERABLE
    shown = [_shown(each, submission, kept, may_answer, refused or {}) for each in warnings_of(submission)]
    return sorted(shown, key=lambda one: (one["row"] is not None, not one["warning"].asks))


def put_right(submission: Submission) -> list[RaisedWarning]:
    """Give the warnings that were closed because a value was put right: they are kept."""
    return list(submission.warnings.filter(answer=RaisedWarning.Answer.PUT_RIGHT))


def _shown(
    warning: SubmissionWarning,
    submission: Submission,
    kept: dict[str, RaisedWarning],
    may_answer: bool,
    refused: dict[str, AnswerForm],
) -> dict[str, Any]:
    row = kept.get(warning.fingerprint)
    row = row if row is not None and row.answer == RaisedWarning.Answer.RIGHT else None
    form = None
    if may_answer and warning.asks and row is None:
        form = refused.get(warning.fingerprint) or answer_form(warning.fingerprint)
    action = reverse("admin:cpl_submission_answer_warning", args=[submission.pk, warning.fingerprint])
    return {"warning": warning, "row": row, "form": form, "action": action}


def show_warned(request: HttpRequest) -> HttpResponse:
    """List the entries of the list that would have been warned about when they came, each with its warnings."""
    entries = entries_to_compare()
    found = warned_entries(entries)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    models = DeviceModel.objects.select_related("manufacturer").in_bulk(
        [int(entry.number) for entry, _ in page.object_list]
    )
    rows = [
        {"entry": entry, "model": models[int(entry.number)], "warnings": warnings}
        for entry, warnings in page.object_list
    ]
    context = {"page": page, "rows": rows, "warned": len(found), "judged": len(entries)}
    return draw(request, "admin/cpl/warned.html", context)
