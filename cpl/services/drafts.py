"""A draft: begun, filled in, changed; nothing is judged yet (Section F2.17, chart 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from cpl.models import DeviceModel, Submission, SubmissionCertificate
from cpl.rules.certificate_texts import clean_certificate
from cpl.rules.certificates import check_kind
from cpl.rules.device_identity import FIELDS
from cpl.services.locks import hold_numbers
from cpl.services.rows import keep
from cpl.services.warnings import raise_warnings
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.models import Document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day

DRAFT_FIELDS = (
    *FIELDS, "manufacturer_name", "has_image", "image_creator", "image_descriptor", "image_hash",
    "fir_email", "fir_phone", "fir_address", "release_notes", "released_on",
)  # fmt: skip
CERTIFICATE_FIELDS = (
    "body",
    "number",
    "standard",
    "standard_version",
    "issued_on",
    "expires_on",
    "renews_on",
    "sc_version",
    "firmware_named",
)
COMMENCED = "certification_commenced_on"
"""When it began: only here, since lists of many devices do not say it (SC-6.16)."""
EDITABLE = (Submission.State.DRAFT, Submission.State.QUERIED)


def lock_submission(submission: Submission, *, version: int | None = None) -> Submission:
    """Take the row as it now is, locked. Raises Conflict where the person saw another version."""
    fresh = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=submission.pk)
    )
    if version is not None and fresh.version != version:
        raise Conflict(
            f"{fresh.reference} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"reference": fresh.reference, "state": fresh.state, "version": fresh.version},
        )
    return fresh


def require_own(submission: Submission, by: User) -> Grant:
    return require(by, Duty.SUBMIT_DEVICE, submission.organisation, hidden=True)


def check_editable(submission: Submission) -> None:
    """Allow a change only to a draft, or to a submission about which the Secretariat asks something."""
    if submission.state not in EDITABLE:
        raise Conflict(
            f"{submission.reference} is no longer a draft: it cannot be changed.",
            newer={"state": submission.state},
        )


@transaction.atomic
def start_submission(
    *, by: User, organisation: Organisation, at: dt.datetime, idempotency_key: str, relists: int | None = None
) -> Submission:
    """Begin a draft for an organisation; the same key again gives the draft that it began.

    `relists` is the number of a removed entry that returns (Z6-R1, A-24): its device fields are taken over.
    """
    grant = require(by, Duty.SUBMIT_DEVICE, organisation)
    hold_numbers()  # before the question below, so that two presses at the same instant make one draft
    begun = Submission.objects.filter(idempotency_key=idempotency_key).first()
    if begun:
        require_own(begun, by)
        return begun
    year = london_day(at).year
    last = Submission.objects.filter(reference__startswith=f"S-{year}-").aggregate(last=Max("reference"))[
        "last"
    ]
    submission = Submission(
        reference=f"S-{year}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:05d}",
        organisation=organisation,
        created_by=by,
        created_at=at,
        saved_at=at,
        idempotency_key=idempotency_key,
    )
    if relists is not None:
        _take_over(submission, relists)
    submission.save()
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.begun",
        subject=submission,
        clause="F2.17",
        reason="A draft was begun.",
    )
    return submission


def _take_over(submission: Submission, number: int) -> None:
    entry = DeviceModel.objects.select_related("manufacturer").filter(pk=number).first()
    if entry is None or entry.periods.filter(closed_at=None, closed_known_by=None).exists():
        raise Refusal(
            f"Entry {number:06d} is not a removed entry, so it cannot return.", clause="Z6-R1", field="relists",
            remedy="Give the number of an entry that the list shows as Removed, or start a new device.",
        )  # fmt: skip
    submission.relists = entry
    for field in FIELDS:
        setattr(submission, field, getattr(entry, field))
    submission.manufacturer_name = entry.manufacturer.name
    submission.has_image = bool(entry.image_hash)
    submission.image_creator, submission.image_descriptor = entry.image_creator, entry.image_descriptor
    submission.image_hash = entry.image_hash


@transaction.atomic
def save_draft(
    *, submission: Submission, by: User, at: dt.datetime, version: int, values: Mapping[str, Any]
) -> Submission:
    """Keep what was typed so far. Takes any of DRAFT_FIELDS; anything else is ignored. Nothing is judged yet."""
    submission = lock_submission(submission, version=version)
    require_own(submission, by)
    check_editable(submission)
    for field in DRAFT_FIELDS:
        if field in values:
            setattr(submission, field, values[field])
    if submission.has_image is False:
        submission.image_file = None
    submission.saved_at = at
    keep(submission)
    raise_warnings(submission=submission, at=at)
    return submission


@transaction.atomic
def put_certificate(
    *, submission: Submission, by: User, at: dt.datetime, version: int, values: Mapping[str, Any],
    document: Document | None = None, certificate: SubmissionCertificate | None = None,
) -> SubmissionCertificate:  # fmt: skip
    """Add a certificate to a draft, or change one of it. Takes CERTIFICATE_FIELDS and the document, if given anew."""
    submission = lock_submission(submission, version=version)
    require_own(submission, by)
    check_editable(submission)
    values = clean_certificate(values)
    row = SubmissionCertificate(submission=submission)
    if certificate is not None:
        row = SubmissionCertificate.objects.select_for_update().get(pk=certificate.pk, submission=submission)
    for field in (*CERTIFICATE_FIELDS, COMMENCED):
        if field in values:
            setattr(row, field, values[field])
    if document is not None:
        row.document = document
    if row.sc_version:  # only a CPA Certificate has one: whoever gives it says what kind it is
        check_kind(body=row.body, kind="CPA")
    row.full_clean()
    row.save()
    submission.saved_at = at
    keep(submission)
    raise_warnings(submission=submission, at=at)
    return row


@transaction.atomic
def remove_certificate(
    *, submission: Submission, by: User, at: dt.datetime, version: int, certificate: SubmissionCertificate
) -> Submission:
    """Take a certificate out of a draft."""
    submission = lock_submission(submission, version=version)
    require_own(submission, by)
    check_editable(submission)
    SubmissionCertificate.objects.filter(pk=certificate.pk, submission=submission).delete()
    submission.saved_at = at
    keep(submission)
    raise_warnings(submission=submission, at=at)
    return submission


def submission_fields(submission: Submission) -> dict[str, str]:
    """Every field of a submission as text, by name: what the rules read."""
    names = [name for name in DRAFT_FIELDS if name not in ("has_image", "released_on")]
    return {name: str(getattr(submission, name) or "") for name in names}
