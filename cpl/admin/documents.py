"""The documents of a submission on the desk: what each is, how confidential, how large, and who took it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cpl.admin.decisions import draw
from cpl.models import Submission
from secgov.documents.models import Document


def show_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every document given with a submission, and who took those that are not White."""
    submission = get_object_or_404(
        Submission.objects.visible_to(request.user).select_related("organisation"), pk=pk
    )
    purposes = _purposes(submission)
    rows = (
        Document.objects.visible_to(request.user)
        .filter(pk__in=purposes)
        .select_related("uploaded_by", "organisation")
        .with_size()
        .prefetch_related("readings__read_by")
        .order_by("uploaded_at", "pk")
    )
    context = {"submission": submission, "rows": [(row, sorted(purposes[row.pk])) for row in rows]}
    return draw(request, "admin/cpl/documents.html", context)


def _purposes(submission: Submission) -> dict[int, set[str]]:
    """Give what each document of a submission was given for, by its key."""
    found: dict[int, set[str]] = {}
    given = [
        *((row.document_id, str(row)) for row in submission.certificates.all()),
        *((row.mapping_evidence_id, f"Mapping evidence for {row}") for row in submission.certificates.all()),
        *((row.document_id, "Answer to a question") for row in submission.queries.all()),
        *((row.evidence_id, "Answer to a warning") for row in submission.warnings.all()),
    ]
    for key, purpose in given:
        if key is not None:
            found.setdefault(key, set()).add(purpose)
    return found
