"""Uploads and downloads at the edge: too much is refused before it is read, and no browser runs what it gets."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from secgov.documents.models import Document
from secgov.documents.rules import megabytes

ROOM_FOR_FIELDS = 256 * 1024
"""Bytes that the rest of a form may take beside its file."""


class UploadLimitMiddleware:
    """Refuse, from its announced length alone, a request larger than any document may be.

    It must answer here: the check for forged forms reads the whole body before any view is called.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, or answer 413. A body without an announced length is not read by the server at all.

        Programs are left to the API, which reads far less of a body than this and answers in its own way.
        """
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith("/api/"):
            return self.get_response(request)
        if announced.isdigit() and int(announced) > settings.DOCUMENT_MAX_BYTES + ROOM_FOR_FIELDS:
            most = megabytes(settings.DOCUMENT_MAX_BYTES)
            return render(request, "documents/too_large.html", {"most": most}, status=413)
        return self.get_response(request)


def download(document: Document, data: bytes) -> HttpResponse:
    """Answer with a document as a file to save, under a type that no browser second-guesses."""
    answer = HttpResponse(data, content_type=document.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, document.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
