"""Answering a warning about a submission of one's own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cpl.models import Submission
from cpl.portal.frame import own_submission, version_seen
from cpl.portal.judged import refuse
from cpl.portal.submissions import show_check, show_submission
from cpl.portal.tasks_of_draft import CERTIFICATES, step_of
from cpl.portal.warnings import SLIP, AnswerForm
from cpl.services.warning_answers import answer_warning
from cpl.services.warnings import warnings_of
from secgov.errors import Conflict, Refusal
from secgov.journal import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str, fingerprint: str) -> HttpResponse:
    """Lead to the field that is a slip, or keep the reason for which its value is right."""
    row = own_submission(request, reference)
    if request.method != "POST":
        return _back(row)
    warning = next((each for each in warnings_of(row) if each.fingerprint == fingerprint), None)
    if warning is None:
        raise Conflict("This warning no longer waits for an answer: the value was changed.")
    form = AnswerForm(request.POST, request.FILES, warning=warning)
    if form.is_valid():
        if form.cleaned_data["answer"] == SLIP:
            step = step_of(warning.field)
            if step is CERTIFICATES:
                return redirect("portal:certificates", reference)
            return redirect(f"/portal/submissions/{reference}/{step.slug}/?from=check#id_{warning.field}")
        try:
            answer_warning(
                submission=row,
                fingerprint=fingerprint,
                by=request.user,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
                upload=form.cleaned_data["evidence"],
            )
        except Refusal as refusal:
            refuse(form, refusal, called={"document": "evidence"})
        else:
            return _back(row)
    show = show_check if row.state == Submission.State.DRAFT else show_submission
    return show(request, row, refused={fingerprint: form}, version=version_seen(request) or row.version)


def _back(row: Submission) -> HttpResponse:
    page = "portal:check" if row.state == Submission.State.DRAFT else "portal:submission"
    return redirect(page, row.reference)
