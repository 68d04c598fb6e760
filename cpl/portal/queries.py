"""A question of the Secretariat and its answer, the versions of a submission, and the whole of it on paper."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.comparing import compare_versions, two_versions
from cpl.models import Submission
from cpl.portal.frame import own_submission, page, version_seen
from cpl.portal.judged import refuse
from cpl.portal.progress import happenings_of, progress_of
from cpl.portal.query_form import QueryAnswerForm, questions
from cpl.portal.submissions import answers, show_submission
from cpl.portal.warnings import shown_warnings
from cpl.rules.information_policy import highest_level
from cpl.services.submission_documents import give_answer
from secgov.documents.models import Classification
from secgov.errors import Refusal
from secgov.journal import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the answer to what the Secretariat asked; the submission as it now stands is a new version."""
    row = own_submission(request, reference)
    if request.method != "POST":
        return redirect("portal:submission", reference)
    form = QueryAnswerForm(request.POST, request.FILES, auto_id="answer_%s")
    lacking: list[Refusal] = []
    if form.is_valid():
        values = form.cleaned_data
        try:
            give_answer(
                submission=row, by=request.user, at=clock.now(), version=version_seen(request), text=values["text"],
                upload=values["document"], classification=values["classification"],
            )  # fmt: skip
        except Refusal as refusal:
            for each in refusal.each:
                if each.field in form.fields:
                    refuse(form, each)
                else:
                    lacking.append(each)
        else:
            return redirect("portal:submission", reference)
    return show_submission(
        request, row, answer=form, refusals=tuple(lacking), version=version_seen(request) or row.version
    )


@login_required
@require_safe
def versions(request: HttpRequest, reference: str) -> HttpResponse:
    """Lay two versions of a submission side by side: `?a=1&b=2`, or the newest two."""
    row = own_submission(request, reference)
    found = list(row.versions.select_related("by"))
    chosen = two_versions(found, request.GET.get("a", ""), request.GET.get("b", ""))
    if chosen is None:
        raise Http404
    lines = compare_versions(*chosen)
    context = {
        "submission": row,
        "versions": found,
        "a": chosen[0],
        "b": chosen[1],
        "before": f"Version {chosen[0].number}",
        "after": f"Version {chosen[1].number}",
        "lines": [line for line in lines if line.differs],
        "same": sum(not line.differs for line in lines),
    }
    return page(request, "versions.html", context)


@login_required
@require_safe
def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the whole submission as one page to print, with its name, its classification and the instant."""
    row = own_submission(request, reference)
    documents = [each.document.classification for each in row.certificates.all() if each.document]
    context = {
        "submission": row,
        "progress": progress_of([row])[row.pk],
        "happenings": happenings_of(row),
        "warnings": shown_warnings(row),
        "level": Classification(
            highest_level(documents, listed=row.state == Submission.State.ACCEPTED)
        ).label,
        **questions(row, None),
        **answers(row),
    }
    return page(request, "paper.html", context)
