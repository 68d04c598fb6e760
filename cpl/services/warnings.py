"""Warnings about a submission: read against the entries that stand, kept, and closed when a value is put right.

What is warned about is always computed afresh from the rows; what is kept is each warning as it was shown, with its
answer. So nothing is forgotten when the list moves on, and an answer stays as long as the values it was given for.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from cpl.models import (
    AssuranceCertificate,
    DeviceModel,
    ListingPeriod,
    RaisedWarning,
    Submission,
    SubmissionCertificate,
)
from cpl.rules.certificates import KIND_NAMES, KINDS
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.image_file import read_image_file
from cpl.rules.submission_warnings import Maker, Offer, OfferedCertificate, warnings_about
from cpl.rules.warnings import Sibling, Standing, SubmissionWarning
from cpl.services.sc_checks import facts_for
from firmware_repo.models import Manufacturer


def warnings_of(submission: Submission) -> tuple[SubmissionWarning, ...]:
    """Give every warning about a submission as it now is; none while its device is incomplete. Section F2.2"""
    device, _ = read_device({name: str(getattr(submission, name) or "") for name in FIELDS})
    if device is None:
        return ()
    image_hash = submission.image_hash.strip().upper()
    offer = Offer(
        device=device,
        image_hash=image_hash,
        manufacturer_name=submission.manufacturer_name.strip(),
        certificates=tuple(
            _offered(row, device)
            for row in submission.certificates.select_related("certificate").order_by("id")
        ),
        image_file=read_image_file(submission.image_file),
    )
    makers = [Maker(*row) for row in Manufacturer.objects.exclude(name="").values_list("identifier", "name")]
    return warnings_about(offer, standing=_standing(submission, device, image_hash), makers=makers)


def open_warnings(submission: Submission) -> tuple[SubmissionWarning, ...]:
    """Give the warnings that ask for an answer and have none. Section F2.2"""
    answered = set(
        submission.warnings.filter(answer=RaisedWarning.Answer.RIGHT).values_list("fingerprint", flat=True)
    )
    return tuple(each for each in warnings_of(submission) if each.asks and each.fingerprint not in answered)


@transaction.atomic
def raise_warnings(*, submission: Submission, at: dt.datetime) -> tuple[SubmissionWarning, ...]:
    """Keep what is warned about now, and close what was put right; give what still asks for an answer. Section F2.2

    Called by every service that changes a submission or looks at it anew, in its transaction, with the row locked.
    A warning that comes back after it was put right is open again.
    """
    asking = {each.fingerprint: each for each in warnings_of(submission) if each.asks}
    kept = {row.fingerprint: row for row in submission.warnings.select_for_update()}
    for fingerprint, warning in asking.items():
        row = kept.get(fingerprint)
        if row is None:
            row = RaisedWarning(submission=submission, fingerprint=fingerprint, raised_at=at)
        elif row.answer == RaisedWarning.Answer.RIGHT:
            continue
        row.code, row.clause, row.field = warning.code, warning.clause, warning.field
        row.seen, row.expected = warning.seen, warning.expected
        row.answer, row.answered_at = "", None
        row.full_clean()
        row.save()
    for fingerprint, row in kept.items():
        if fingerprint not in asking and not row.answer:
            row.answer, row.answered_at = RaisedWarning.Answer.PUT_RIGHT, at
            row.full_clean()
            row.save()
    answered = {row.fingerprint for row in kept.values() if row.answer == RaisedWarning.Answer.RIGHT}
    return tuple(each for fingerprint, each in asking.items() if fingerprint not in answered)


def entries_to_compare(entries: Q | None = None) -> list[Sibling]:
    """Give entries as the rules compare them, all of them or those that match, each with whether it is on the list."""
    listed = ListingPeriod.objects.open().filter(device_model=OuterRef("pk"))
    rows = DeviceModel.objects.filter(entries or Q()).annotate(is_listed=Exists(listed)).order_by("number")
    names = ["manufacturer_id" if name == "manufacturer_identifier" else name for name in FIELDS]
    return [
        Sibling(f"{number:06d}", DeviceIdentity(*device), image_hash, is_listed)
        for number, image_hash, is_listed, *device in rows.values_list(
            "number", "image_hash", "is_listed", *names
        )
    ]


def _standing(submission: Submission, device: DeviceIdentity, image_hash: str) -> Standing:
    """The entries of the same manufacturer and those with the same Hash, but not the one that this submission is."""
    alike = Q(manufacturer=device.manufacturer_identifier)
    if image_hash:
        alike |= Q(image_hash=image_hash)
    own = Q(pk__in=[pk for pk in (submission.relists_id, submission.entry_number) if pk])
    counted = (
        DeviceModel.objects.exclude(own)
        .order_by()
        .values_list("spec_type", "spec_version", "gbcs_version")
        .annotate(number=Count("pk"))
    )
    return Standing(entries_to_compare(alike & ~own), pairs={row[:3]: row[3] for row in counted})


def certificate_name(row: SubmissionCertificate) -> str:
    """Give how people call a certificate: its kind and number."""
    return f"{KIND_NAMES[KINDS[row.body]]} {row.number}"


def _offered(row: SubmissionCertificate, device: DeviceIdentity) -> OfferedCertificate:
    """A certificate of a submission, with the models that it was attested for, if it was recorded before."""
    recorded = row.certificate or (
        AssuranceCertificate.objects.filter(body=row.body, number__iexact=row.number.strip())
        .exclude(state=AssuranceCertificate.State.VOID)
        .first()
    )
    attested = (
        recorded.coverage.filter(ended_on=None).exclude(attested_at=None).order_by("id") if recorded else ()
    )
    models = [DeviceIdentity(**{name: getattr(link, name) for name in FIELDS}) for link in attested]
    facts = facts_for(
        device_type=device.device_type, sc_version=row.sc_version, commenced_on=row.certification_commenced_on
    )
    return OfferedCertificate(
        sc_version=row.sc_version,
        commenced_on=row.certification_commenced_on,
        sc_expected=facts.expected,
        sc_mapped=facts.mapped,
        name=certificate_name(row),
        firmware_named=row.firmware_named,
        mapped=row.mapping_evidence_id is not None,
        other_models=tuple(str(each) for each in models if each.key != device.key),
        names_this=any(each.key == device.key for each in models),
    )
