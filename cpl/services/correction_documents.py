"""A correction that is asked for, together with the document that shows the right value (A-64)."""

import datetime as dt
from collections.abc import Mapping

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import CorrectionRequest, DeviceModel
from cpl.services.corrections import ask_correction, may_ask
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.documents.services import store_document


@transaction.atomic
def give_correction(
    *, model: DeviceModel, by: User, at: dt.datetime, values: Mapping[str, str], reason: str,
    upload: UploadedFile | None = None, classification: str = "", evidence_note: str = "",
) -> CorrectionRequest:  # fmt: skip
    """Ask that an entry be put right, and keep the evidence: both or neither. Section F2.2

    Takes what `ask_correction` takes, the uploaded evidence and its level under the Information Policy. Raises what
    `store_document` and `ask_correction` raise.
    """
    evidence = None
    if upload is not None:
        duty = Duty.SUBMIT_DEVICE if may_ask(by, model) else Duty.PROPOSE_LIST_CHANGE
        owner = require(by, duty).organisation
        evidence = store_document(
            upload=upload, classification=classification, organisation=owner, by=by, at=at
        )
    return ask_correction(
        model=model,
        by=by,
        at=at,
        values=values,
        reason=reason,
        evidence=evidence,
        evidence_note=evidence_note,
    )
