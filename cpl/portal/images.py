"""Giving the image file itself: it is read as it streams, and nothing of it is kept but what it says (A-01)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from cpl.portal import tasks_of_draft as tasks
from cpl.portal.frame import own_submission, page, version_seen
from cpl.portal.judged import JudgedForm, refuse
from cpl.portal.steps import side
from cpl.rules.image_file import ImageFile
from cpl.services.drafts import EDITABLE
from cpl.services.images import ImageReader, record_image_file
from secgov.errors import Refusal
from secgov.journal import clock


class ReadFile(UploadedFile):
    """What is left of an uploaded image once it went by: what was read of it, or why it could not be."""

    def __init__(self, name: str, size: int, *, read: ImageFile | None, refusal: Refusal | None) -> None:
        super().__init__(file=None, name=name, size=size)
        self.read_as, self.refusal = read, refusal


class ImageUploadHandler(FileUploadHandler):
    """Feeds each piece of a file to the reader and lets it go, so that nothing lands in memory or on disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.reader, self.refusal = ImageReader(), None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece; after a refusal the rest goes by unread."""
        if self.refusal is not None:
            return
        try:
            self.reader.feed(raw_data)
        except Refusal as refusal:
            self.refusal = refusal

    def file_complete(self, file_size: int) -> ReadFile:
        """Give what was read."""
        read = None
        if self.refusal is None:
            try:
                read = self.reader.finish(self.file_name)
            except Refusal as refusal:
                self.refusal = refusal
        return ReadFile(self.file_name, file_size, read=read, refusal=self.refusal)


class ImageFileForm(JudgedForm):
    """The file itself."""

    image_file = forms.FileField(
        label="The image file",
        max_length=300,
        allow_empty_file=True,
        help_text="As the manufacturer hands it over, usually ending in .ota. It is read and not kept.",
        error_messages={"required": "Choose the image file, or type the Hash on the page before."},
    )


@csrf_exempt  # the check for forged forms reads the body, so it has to come after the handler is set
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def image_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the Hash from the image file, and compare what the file says with what was typed."""
    request.upload_handlers = [ImageUploadHandler(request)]
    return _image_file(request, reference)


@csrf_protect
def _image_file(request: HttpRequest, reference: str) -> HttpResponse:
    submission = own_submission(request, reference)
    form = ImageFileForm()
    if request.method == "POST":
        form = ImageFileForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data["image_file"]
            if given.refusal is None:
                record_image_file(
                    submission=submission,
                    by=request.user,
                    at=clock.now(),
                    version=version_seen(request),
                    file=given.read_as,
                )
                return redirect("portal:step", reference, tasks.IMAGE.slug)
            refuse(form, given.refusal)
    elif submission.state not in EDITABLE:
        return redirect("portal:submission", reference)
    context = {
        "submission": submission,
        "step": tasks.IMAGE,
        "form": form,
        "version": version_seen(request) or submission.version,
        "hash_skips_header": settings.IMAGE_HASH_SKIPS_OTA_HEADER,
        **side(submission, tasks.IMAGE),
    }
    return page(request, "image_file.html", context, status=422 if form.errors else 200)
