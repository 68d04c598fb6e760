"""Decisions together with the documents that show them: both are kept, or neither (Appendix Z 6.8, Section F2.2A)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import AuthorityOrder, DeviceModel, PanelDecision, SscAdvice
from cpl.services.authority_orders import record_authority_order
from cpl.services.panel_choices import record_advice, record_panel_decision
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.documents.models import Document
from secgov.documents.services import store_document


def _kept(
    upload: UploadedFile | None, classification: str, by: User, duty: Duty, at: dt.datetime
) -> Document | None:
    grant = require(by, duty)
    if upload is None:
        return None
    return store_document(
        upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at
    )


@transaction.atomic
def give_panel_decision(
    *, model: DeviceModel, by: User, at: dt.datetime, values: dict[str, Any], others: Sequence[DeviceModel],
    public_reason: str, upload: UploadedFile | None, classification: str,
) -> PanelDecision:  # fmt: skip
    """Record a decision of the Panel with its evidence. Appendix Z 6.8 and Appendix Z 6.9"""
    evidence = _kept(upload, classification, by, Duty.PROPOSE_LIST_CHANGE, at)
    return record_panel_decision(
        model=model,
        by=by,
        at=at,
        values=values | {"evidence": evidence},
        others=others,
        public_reason=public_reason,
    )


@transaction.atomic
def give_advice(
    *, model: DeviceModel, by: User, at: dt.datetime, values: dict[str, Any], upload: UploadedFile | None,
    classification: str,
) -> SscAdvice:  # fmt: skip
    """Record the SSC's advice with its document. Appendix Z 6.8(a)"""
    document = _kept(upload, classification, by, Duty.RECORD_DETERMINATION, at)
    return record_advice(model=model, by=by, at=at, document=document, **values)


@transaction.atomic
def give_order(
    *, model: DeviceModel, by: User, at: dt.datetime, values: dict[str, Any], upload: UploadedFile | None,
    classification: str,
) -> AuthorityOrder:  # fmt: skip
    """Record what the Authority determined with its document; the Secretariat confirms it. Section F2.2A"""
    document = _kept(upload, classification, by, Duty.RECORD_AUTHORITY_ORDER, at)
    return record_authority_order(model=model, by=by, at=at, values=values | {"document": document})
