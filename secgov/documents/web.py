"""Uploads and downloads at the edge: too much is refused before it is read, and no browser runs what it gets."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from secgov.documents.models import Document
from secgov.documents.rules import megabytes

ROOM_FOR_FIELDS = 256 * 1024
"""Bytes that the rest of a form may take beside its file."""

View = Callable[..., HttpResponse]


def accepts_upload(view: View) -> View:
    """Refuse, from its announced length alone, a request larger than any document may be.

    The check for forged forms reads the whole body, so it is put off until the length has been looked at.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > settings.DOCUMENT_MAX_BYTES + ROOM_FOR_FIELDS:
            return render(
                request,
                "documents/too_large.html",
                {"most": megabytes(settings.DOCUMENT_MAX_BYTES)},
                status=413,
            )
        return protected(request, *args, **kwargs)

    return guarded


def download(document: Document, data: bytes) -> HttpResponse:
    """Answer with a document as a file to save, under a type that no browser second-guesses."""
    answer = HttpResponse(data, content_type=document.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, document.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
