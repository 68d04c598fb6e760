"""The facts from which the rules decide whether a Device Model may be listed, read from the rows."""

from __future__ import annotations

import datetime as dt

from cpl.models import (
    AssuranceCertificate,
    CertificateCoverage,
    DeviceModel,
    EligibleCombinationMember,
    ListingPeriod,
    RequiredCertificate,
    Submission,
)
from cpl.rules.certificates import Certificate, Coverage
from cpl.rules.device_identity import FIELDS, DeviceIdentity
from cpl.rules.image import Image
from cpl.rules.listing import FormerListing, ListingFacts
from cpl.rules.required_certificates import Requirement, required_bodies
from cpl.rules.status import Question
from cpl.services.dcc_list_contents import is_on_eligible_list
from cpl.services.warnings import open_warnings

RELEASE_FIELDS = {
    "email": "fir_email",
    "phone": "fir_phone",
    "address": "fir_address",
    "release_notes": "release_notes",
}


def identity_of(submission: Submission) -> DeviceIdentity:
    """The device that a submission names; its fields are in their stored spelling since it was submitted."""
    return DeviceIdentity(**{field: getattr(submission, field) for field in FIELDS})


def certificate_facts(certificate: AssuranceCertificate, coverage: list[CertificateCoverage]) -> Certificate:
    """A certificate as the rules see it, with the models it is known to name."""
    return Certificate(
        body=certificate.body,
        number=certificate.number,
        standard=certificate.standard,
        standard_version=certificate.standard_version,
        state=certificate.state,
        marks_seen=certificate.marks_seen,
        models_named=certificate.models_named,
        coverage=tuple(
            Coverage(link.identity, link.ended_on, link.attested_at is not None) for link in coverage
        ),
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        renews_on=certificate.renews_on,
        sc_version=certificate.sc_version,
        lapsed_on=certificate.lapse(),
    )


def offered_certificates(submission: Submission) -> list[AssuranceCertificate]:
    """The recorded certificates that speak for a submission's device, given with it or recorded before."""
    ids = CertificateCoverage.objects.filter(identity=submission.identity).values("certificate")
    given = submission.certificates.exclude(certificate=None).values("certificate")
    return list(
        (AssuranceCertificate.objects.filter(pk__in=ids) | AssuranceCertificate.objects.filter(pk__in=given))
        .exclude(state=AssuranceCertificate.State.VOID)
        .with_lapse()
        .order_by("recorded_at", "id")
        .prefetch_related("coverage")
    )


def is_eligible(device: DeviceIdentity | Question, *, on: dt.date) -> bool:
    """Whether a SMETS1 eligible combination holds the device that day. PPCT Report 4.1.2

    From the DCC's first Eligible list on, its newest one decides; until then the combinations kept by hand.
    """
    by_the_dcc = is_on_eligible_list(device.device_key)
    if by_the_dcc is not None:
        return by_the_dcc
    members = EligibleCombinationMember.objects.filter(
        device_type=device.device_type,
        manufacturer_identifier=device.manufacturer_identifier,
        model_identifier=device.model_identifier,
        hardware_version=device.hardware_version,
        hardware_revision=device.hardware_revision,
        firmware_version=device.firmware_version,
        combination__first_added_on__lte=on,
    )
    return (
        members.filter(combination__ended_on=None).exists()
        or members.filter(combination__ended_on__gte=on).exists()
    )


def _former(device: DeviceIdentity) -> FormerListing | None:
    model = (
        DeviceModel.objects.filter(identity=device.key)
        .exclude(periods__in=ListingPeriod.objects.open())
        .order_by("-number")
        .first()
    )
    if model is None:
        return None
    last = model.periods.order_by("-id").first()
    return FormerListing(f"{model.number:06d}", last.closing_clause if last else "")


def listing_facts(submission: Submission, *, on: dt.date, override_reason: str | None = None) -> ListingFacts:
    """Read everything that decides on a submission's listing on a London date. Section F2.1

    `override_reason` stands in for the one stored, while a proposal is being made.
    """
    device = identity_of(submission)
    listed = ListingPeriod.objects.open().filter(identity=device.key).first()
    certificates = offered_certificates(submission)
    return ListingFacts(
        device=device,
        required=required_bodies(
            [
                Requirement(
                    row.device_type,
                    row.spec_type,
                    row.spec_version,
                    row.body,
                    row.effective_from,
                    row.effective_to,
                )
                for row in RequiredCertificate.objects.filter(device_type=device.device_type)
            ],
            generation=device.generation,
            device_type=device.device_type,
            spec_type=device.spec_type,
            spec_version=device.spec_version,
            on=on,
        ),
        certificates=tuple(certificate_facts(each, list(each.coverage.all())) for each in certificates),
        image=Image(submission.image_creator, submission.image_descriptor, submission.image_hash),
        release=tuple((field, getattr(submission, name)) for field, name in RELEASE_FIELDS.items()),
        warnings_open=tuple(f"{each.heading}." for each in open_warnings(submission)),
        eligible=is_eligible(device, on=on),
        override_reason=submission.eligibility_override if override_reason is None else override_reason,
        relists=f"{submission.relists_id:06d}" if submission.relists_id else "",
        relists_identity=submission.relists.identity if submission.relists else "",
        former=_former(device),
        listed_as=f"{listed.device_model_id:06d}" if listed else "",
    )
