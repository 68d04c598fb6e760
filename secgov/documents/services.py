"""Keeping documents, and handing them out with a note of who took them."""

import datetime as dt
import hashlib

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents import rules
from secgov.documents.models import Classification, Content, Document, Reading
from secgov.errors import NotPermitted


@transaction.atomic
def store_document(
    *, upload: UploadedFile, classification: str, organisation: Organisation, by: User, at: dt.datetime,
    reserved: bool = False,
) -> Document:  # fmt: skip
    """Keep an uploaded file as a document of an organisation. X-2

    Takes the upload as the form gave it, its level under the Information Policy, whose it is, who gives it and when.
    One that is `reserved` is handed out only by whoever keeps what it belongs to (`hand_out`).
    The same bytes are kept once, however often they are given. The row itself is the record: it can never change.
    Raises NotPermitted, and Refusal (field ``document`` or ``classification``) for a file of another kind, an empty
    or oversize one, or an unknown level.
    """
    require(by, Duty.KEEP_DOCUMENTS, organisation)
    name = rules.clean_name(upload.name or "")
    media_type = rules.media_type_of(name)
    level = rules.clean_classification(classification, known=Classification.values)
    rules.check_size(upload.size or 0, most=settings.DOCUMENT_MAX_BYTES)
    data = upload.read()
    rules.check_is_what_it_says(name, data)
    document = Document(
        content=keep_content(data), name=name, media_type=media_type, classification=level, organisation=organisation,
        uploaded_by=by, uploaded_at=at, is_reserved=reserved,
    )  # fmt: skip
    document.full_clean()
    document.save()
    return document


def keep_content(data: bytes) -> Content:
    """Keep bytes under their own digest, once however often they are given. X-2"""
    content, _ = Content.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(), defaults={"size": len(data), "data": data}
    )
    return content


@transaction.atomic
def read_document(*, document: Document, by: User, at: dt.datetime) -> bytes:
    """Give a document's bytes to somebody who may have them, and note who took it unless it is White.

    Raises NotPermitted, hidden, for everybody else: that the document exists is nobody else's business.
    """
    if document.is_reserved or not (
        permitted(by, Duty.READ_ALL_DOCUMENTS) or permitted(by, Duty.KEEP_DOCUMENTS, document.organisation)
    ):
        raise NotPermitted("You may not read this document.", hidden=True)
    return hand_out(document=document, by=by, at=at)


@transaction.atomic
def hand_out(*, document: Document, by: User, at: dt.datetime) -> bytes:
    """Give a document's bytes to somebody who, as the caller has judged, may have them; note who took it unless White."""
    if document.classification != Classification.WHITE:
        Reading.objects.create(document=document, read_by=by, read_at=at)
    return bytes(Content.objects.values_list("data", flat=True).get(pk=document.content_id))
