"""Documents of one's own, to download."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from secgov.documents.models import Document
from secgov.documents.services import read_document
from secgov.documents.web import download
from secgov.journal import clock


@login_required
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a document as a file to save; who took it is noted."""
    row = get_object_or_404(Document.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    return download(row, read_document(document=row, by=request.user, at=clock.now()))
