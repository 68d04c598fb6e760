"""Submissions and listed entries, made through the services that make them in life."""

import datetime as dt
import itertools
from typing import Any

from django.db import transaction

from cpl.models import ListChange, Submission
from cpl.services import additions, drafts, list_changes, submissions
from cpl.services import certificates as certificate_services
from secgov.accounts.models import Organisation, User
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM

NOON = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)
_keys = itertools.count(1)

DEVICE = {
    "device_type": "gsme",
    "manufacturer_identifier": "7e3e",
    "manufacturer_name": "Tarnwick Gas Meters",
    "model_identifier": "0000",
    "hardware_version": "03",
    "hardware_revision": "00",
    "firmware_version": "05080607",
    "spec_type": "SMETS",
    "spec_version": "4.2",
    "gbcs_version": "3.2",
    "has_image": True,
    "image_creator": "Tarnwick Gas Meters",
    "image_descriptor": "Release 5.8.6",
    "image_hash": "ab" * 32,
    "fir_email": "firmware@tarnwick.example",
    "fir_phone": "+44 1632 960114",
    "fir_address": "1 Gas Lane\nTarnwick",
    "release_notes": "none",
}
ZIGBEE = {
    "body": "ZIGBEE", "number": "ZIG26-1", "standard": "ZigBee Smart Energy", "standard_version": "1.4",
    "issued_on": dt.date(2026, 1, 5),
}  # fmt: skip
CPA = {
    "body": "NCSC", "number": "CPA-26-1", "standard": "CPA Foundation", "standard_version": "1.3",
    "issued_on": dt.date(2026, 1, 5), "renews_on": dt.date(2032, 1, 5), "sc_version": "1.3",
}  # fmt: skip


def draft(
    by: User, organisation: Organisation, *, at: dt.datetime = NOON, relists: int | None = None, **values: Any
) -> Submission:
    """A draft with every field filled, unless told otherwise."""
    submission = drafts.start_submission(
        by=by, organisation=organisation, at=at, idempotency_key=f"key-{next(_keys)}", relists=relists
    )
    return drafts.save_draft(
        submission=submission, by=by, at=at, version=submission.version, values=DEVICE | values
    )


def submitted(
    by: User, organisation: Organisation, *, at: dt.datetime = NOON, certificates: tuple[dict, ...] | None = None,
    relists: int | None = None, **values: Any,
) -> Submission:  # fmt: skip
    """A submission handed in, with a ZigBee and a CPA Certificate unless told otherwise; numbers follow the firmware."""
    submission = draft(by, organisation, at=at, relists=relists, **values)
    if certificates is None:
        suffix = f"-{submission.manufacturer_identifier}-{submission.firmware_version}"
        certificates = tuple(each | {"number": each["number"] + suffix} for each in (ZIGBEE, CPA))
    for each in certificates:
        drafts.put_certificate(submission=submission, by=by, at=at, version=submission.version, values=each)
        submission = Submission.objects.get(pk=submission.pk)
    return submissions.submit(submission=submission, by=by, at=at, version=submission.version, declared=True)


def attest_all(submission: Submission, secretariat: User, *, at: dt.datetime = NOON) -> None:
    """The Secretariat has seen every certificate of a submission."""
    for row in submission.certificates.select_related("certificate"):
        certificate_services.attest_certificate(
            certificate=row.certificate, by=secretariat, at=at, version=row.certificate.version,
            marks_seen=True, models_named=True, reason="Seen on the certificate.",
        )  # fmt: skip


def proposed(submission: Submission, secretariat: User, *, at: dt.datetime = NOON) -> ListChange:
    """A submission taken up, attested and proposed for listing."""
    submission = submissions.take_up(submission=submission, by=secretariat, at=at, version=submission.version)
    attest_all(submission, secretariat, at=at)
    return additions.propose_listing(
        submission=submission,
        by=secretariat,
        at=at,
        version=submission.version,
        reason="Everything required is here.",
    )


def approved(change: ListChange, approver: User, *, at: dt.datetime = NOON) -> ListChange:
    """A proposed change, approved by a second person."""
    [change] = list_changes.approve_list_changes(
        changes=[change],
        digest=list_changes.digest_of([change]),
        by=approver,
        at=at,
        reason="Checked against the evidence.",
    )
    return change


def restated(certificate, **facts):
    """Have a certificate state something else, with the act that the database asks for."""
    with transaction.atomic():
        type(certificate).objects.filter(pk=certificate.pk).update(**facts)
        journal.record(actor=SYSTEM, at=NOON, verb="test.restated", subject=certificate, reason="A test.")
