"""Work in every stage, so that a newcomer's desk and portal are not empty: made through the services, as in life."""

import datetime as dt

from cpl.models import ListChange, Submission
from cpl.services import additions, certificates, drafts, list_changes, submissions
from secgov.accounts.models import Organisation, User

REASON = "Sample: checked against the evidence."
DEVICE = {
    "device_type": "single_element_esme",
    "manufacturer_identifier": "7B25",
    "manufacturer_name": "Osmotherley Instruments",
    "model_identifier": "3138",
    "hardware_version": "42",
    "hardware_revision": "30",
    "spec_type": "SMETS",
    "spec_version": "4.2",
    "gbcs_version": "3.2",
    "has_image": True,
    "image_creator": "Osmotherley Instruments",
    "fir_email": "firmware@osmotherley.example",
    "fir_phone": "01632 960114",
    "fir_address": "Osmotherley Instruments\n4 Dial Street\nTarnwick",
    "release_notes": "Clock drift after a long loss of power; two security fixes.",
}


def load_stories(*, people: dict[str, User], at: dt.datetime) -> None:
    """One listing approved, so that the first edition of ours follows; one proposed, one submitted, two drafts."""
    list_device(people, "16161720", at)
    _propose(_submit(people, "16161721", at), people, at)
    _submit(people, "16161722", at)
    _draft(people, "16161723", at)
    _draft(
        people, "101A1724", at
    )  # decimal 16.26.23.36 in hexadecimal, unlike its siblings: a warning to answer


def list_device(people: dict[str, User], firmware: str, at: dt.datetime) -> None:
    """Submit a device with this firmware, propose it and approve it."""
    change = _propose(_submit(people, firmware, at), people, at)
    list_changes.approve_list_changes(
        changes=[change],
        digest=list_changes.digest_of([change]),
        by=people["approver"],
        at=at,
        reason=REASON,
    )


def _draft(people: dict[str, User], firmware: str, at: dt.datetime) -> Submission:
    maker = Organisation.objects.get(name="Osmotherley Instruments")
    submission = drafts.start_submission(
        by=people["manufacturer"], organisation=maker, at=at, idempotency_key=f"sample-{firmware}"
    )
    values = DEVICE | {
        "firmware_version": firmware,
        "image_descriptor": f"Release {firmware[:2]}.{firmware[2:4]}.{firmware[4:6]}.{firmware[6:]}",
        "image_hash": f"{int(firmware, 16):064x}",
    }
    return drafts.save_draft(
        submission=submission, by=people["manufacturer"], at=at, version=submission.version, values=values
    )


def _submit(people: dict[str, User], firmware: str, at: dt.datetime) -> Submission:
    submission = _draft(people, firmware, at)
    by = people["manufacturer"]
    for values in (
        {"body": "ZIGBEE", "number": f"ZIG-26-{firmware}", "standard": "ZigBee Smart Energy", "standard_version": "1.4"},
        {"body": "DLMS", "number": f"DLMS-{firmware}", "standard": "DLMS conformance test", "standard_version": "3.1"},
        {"body": "NCSC", "number": f"CPA-SM-26-{firmware}", "standard": "CPA Foundation grade", "standard_version": "1.3",
         "renews_on": dt.date(2030, 5, 14), "sc_version": "1.3"},
    ):  # fmt: skip
        drafts.put_certificate(
            submission=submission,
            by=by,
            at=at,
            version=submission.version,
            values=values | {"issued_on": dt.date(2026, 2, 22)},
        )
        submission = Submission.objects.get(pk=submission.pk)
    return submissions.submit(submission=submission, by=by, at=at, version=submission.version, declared=True)


def _propose(submission: Submission, people: dict[str, User], at: dt.datetime) -> ListChange:
    by = people["secretariat"]
    submission = submissions.take_up(submission=submission, by=by, at=at, version=submission.version)
    for row in submission.certificates.select_related("certificate"):
        certificates.attest_certificate(
            certificate=row.certificate,
            by=by,
            at=at,
            version=row.certificate.version,
            marks_seen=True,
            models_named=True,
            reason=REASON,
        )
    return additions.propose_listing(
        submission=submission, by=by, at=at, version=submission.version, reason=REASON
    )
