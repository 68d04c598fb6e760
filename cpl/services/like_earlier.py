"""Starting a submission from an entry that stands: what stays the same is taken over, what is new is not guessed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.models import CertificateCoverage, DeviceModel, Submission, SubmissionCertificate
from cpl.rules.device_identity import FIELDS
from cpl.services.certificates import SAME_FIELDS
from cpl.services.drafts import lock_submission, start_submission
from cpl.services.rows import keep
from cpl.services.warnings import raise_warnings
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import services as journal


@transaction.atomic
def start_like(
    *, number: int, by: User, organisation: Organisation, at: dt.datetime, idempotency_key: str
) -> Submission:
    """Begin a draft like an earlier entry: everything but firmware, image and what certificates cover. Section F2.17

    Device type, manufacturer, hardware, versions and contact details are taken over, and so are the certificates in
    force as they are known by number: that they name the new firmware must be seen anew. A document goes along only
    where it is this organisation's own. The same key again gives the draft that it began. Raises NotPermitted, and
    Refusal (field ``number``) where there is no such entry.
    """
    grant = require(by, Duty.SUBMIT_DEVICE, organisation)
    submission = start_submission(by=by, organisation=organisation, at=at, idempotency_key=idempotency_key)
    if submission.device_type:
        return submission
    submission = lock_submission(submission)
    entry = DeviceModel.objects.select_related("manufacturer", "firmware_record").filter(pk=number).first()
    if entry is None:
        raise Refusal(
            f"There is no entry {number:06d}.",
            clause="F2.17",
            field="number",
            remedy="Look the number up in the list.",
        )
    for name in FIELDS:
        if name != "firmware_version":
            setattr(submission, name, getattr(entry, name))
    submission.manufacturer_name = entry.manufacturer.name
    record = entry.firmware_record
    if record is not None:
        submission.fir_email, submission.fir_phone = record.email, record.phone
        submission.fir_address = record.address
    keep(submission)
    for link in (
        CertificateCoverage.objects.filter(device_model=entry, ended_on=None)
        .exclude(certificate__state="void")
        .select_related("certificate", "certificate__document")
    ):
        certificate = link.certificate
        document = certificate.document
        SubmissionCertificate.objects.get_or_create(
            submission=submission,
            body=certificate.body,
            number=certificate.number,
            defaults={name: getattr(certificate, name) for name in SAME_FIELDS}
            | {"document": document if document and document.organisation_id == organisation.pk else None},
        )
    raise_warnings(submission=submission, at=at)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.filled",
        subject=submission,
        clause="F2.17",
        reason=f"It was begun like entry {number:06d}.",
    )
    return submission
