"""The documents of a fast track, handed out to those who may see what each is about, with a note of who took them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Document
from secgov.documents.services import hand_out
from secgov.errors import NotPermitted
from ssc.models import FastTrackRequest


@transaction.atomic
def read_fast_track_document(
    *, request: FastTrackRequest, key: int, by: User, at: dt.datetime
) -> tuple[Document, bytes]:
    """Give a document of a request, and its bytes, to somebody who may have it; who took it is noted. PPCT Report 4.1.2

    The assessment is for all who see the request; the evidence of the Chair's view for the SSC and the auditor alone.
    Raises NotPermitted, hidden, for everybody and everything else.
    """
    if not FastTrackRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise NotPermitted("There is no such document.", hidden=True)
    view = getattr(request, "view", None)
    evidence = view.document if view else None
    if evidence and evidence.pk == key and permitted(by, Duty.READ_CASES):
        return evidence, hand_out(document=evidence, by=by, at=at)
    if request.assessment_document_id != key or request.assessment_document is None:
        raise NotPermitted("There is no such document.", hidden=True)
    return request.assessment_document, hand_out(document=request.assessment_document, by=by, at=at)
