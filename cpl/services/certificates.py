"""Recording certificates and attesting them (Section F2.4, F2.5, chart 5)."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from cpl.models import AssuranceCertificate, CertificateCoverage, Submission, SubmissionCertificate
from cpl.rules.device_identity import FIELDS, identity
from cpl.rules.submissions import clean_reason
from cpl.services.removals import VALIDATE, follow_certificate
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day

NUMBER_ONCE = "cpl_assurancecertificate_number_once"
SAME_FIELDS = ("standard", "standard_version", "issued_on", "expires_on", "renews_on", "sc_version")


def record_certificate(
    *, row: SubmissionCertificate, submission: Submission, actor: Actor, at: dt.datetime
) -> AssuranceCertificate:
    """Record a submitted certificate, or join the one that stands, and note that it is said to name the device.

    Raises Refusal where the same body's number stands with other details. Appendix Z 2.1(f)
    """
    standing = (
        AssuranceCertificate.objects.select_for_update()
        .filter(body=row.body, number__iexact=row.number.strip())
        .exclude(state__in=[AssuranceCertificate.State.VOID, AssuranceCertificate.State.INVALID])
        .first()
    )
    certificate = standing or _new_certificate(row, actor, at)
    if standing and (
        other := [name for name in SAME_FIELDS if getattr(standing, name) != getattr(row, name)]
    ):
        if row.certificate_id != standing.pk or not _only_here(standing, submission):
            names = ", ".join(AssuranceCertificate._meta.get_field(name).verbose_name for name in other)
            raise Refusal(
                f"{certificate} is recorded already with another {names}.",
                clause="Z2.1(f)",
                field="certificates",
                remedy="Compare with the certificate itself. If yours are its details, tell the Secretariat, who can find the "
                "recorded one invalid.",
            )
        _amend(standing, row, actor, at)
    _end_claims_of_before(certificate, submission, at)
    CertificateCoverage.objects.get_or_create(
        certificate=certificate,
        identity=submission.identity,
        ended_on=None,
        defaults={field: getattr(submission, field) for field in FIELDS},
    )
    row.certificate = certificate
    row.save(update_fields=["certificate"])
    follow_certificate(certificate, at=at)  # who gave it decides whether it holds a removal
    return certificate


def _new_certificate(row: SubmissionCertificate, actor: Actor, at: dt.datetime) -> AssuranceCertificate:
    certificate = AssuranceCertificate(
        body=row.body, number=row.number.strip(), document=row.document, recorded_at=at,
        certification_commenced_on=row.certification_commenced_on,
        **{name: getattr(row, name) for name in SAME_FIELDS},
    )  # fmt: skip
    keep_new(certificate, field="certificates")
    journal.record(
        actor=actor, at=at, verb="cpl.certificate.recorded", subject=certificate, clause="Z2.1(f)",
        reason="It was given with a submission.",
        after={name: str(getattr(certificate, name) or "") for name in ("body", "number", *SAME_FIELDS)},
    )  # fmt: skip
    return certificate


def keep_new(certificate: AssuranceCertificate, *, field: str) -> None:
    """Judge a new certificate by its constraints, and save it. Appendix Z 2.1(f)

    Raises Refusal (of the field named) where its number was recorded by somebody else since it was looked for: the
    database alone sees what two people give at one instant.
    """
    certificate.full_clean(exclude=["state"], validate_constraints=False)
    certificate.validate_constraints(exclude={"state", "number"})
    try:
        with transaction.atomic():
            certificate.save()
    except IntegrityError as taken:
        if NUMBER_ONCE not in str(taken):
            raise
        raise Refusal(
            "Somebody else has recorded a certificate of this number at this very moment.",
            clause="Z2.1(f)",
            field=field,
            remedy="Send it again: it is then compared with the one on record.",
        ) from taken


def _only_here(certificate: AssuranceCertificate, submission: Submission) -> bool:
    """Whether a certificate still waits for its first approval, and came with this submission alone."""
    others = certificate.submitted_as.exclude(submission=submission).exists()
    return certificate.state == AssuranceCertificate.State.RECORDED and not others


def _amend(
    certificate: AssuranceCertificate, row: SubmissionCertificate, actor: Actor, at: dt.datetime
) -> None:
    """Put right what a submitter typed wrongly, before anybody relied on it; what was attested must be seen again."""
    before = {name: str(getattr(certificate, name) or "") for name in SAME_FIELDS}
    for name in SAME_FIELDS:
        setattr(certificate, name, getattr(row, name))
    certificate.document = row.document
    certificate.marks_seen = certificate.models_named = False
    certificate.attested_at = certificate.attested_by = None
    certificate.coverage.update(attested_at=None, attested_by=None)
    keep(certificate)
    journal.record(
        actor=actor,
        at=at,
        verb="cpl.certificate.amended",
        subject=certificate,
        clause="Z2.1(f)",
        reason="The submitter put its details right in answer to a query.",
        before=before,
        after={name: str(getattr(certificate, name) or "") for name in SAME_FIELDS},
    )


def _end_claims_of_before(certificate: AssuranceCertificate, submission: Submission, at: dt.datetime) -> None:
    """End what this submission said of the certificate before its device was put right, where nobody attested it."""
    identities = {
        identity(**{field: version.fields[field] for field in FIELDS})
        for version in submission.versions.all()
    } - {submission.identity}
    certificate.coverage.filter(
        identity__in=identities, attested_at=None, device_model=None, ended_on=None
    ).update(ended_on=london_day(at), end_reason="The submission was put right.")


def _lock(certificate: AssuranceCertificate, version: int) -> AssuranceCertificate:
    fresh = AssuranceCertificate.objects.select_for_update().get(pk=certificate.pk)
    if fresh.version != version:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"certificate": str(fresh), "state": fresh.state, "version": fresh.version},
        )
    return fresh


@transaction.atomic
def attest_certificate(
    *,
    certificate: AssuranceCertificate,
    by: User,
    at: dt.datetime,
    version: int,
    marks_seen: bool,
    models_named: bool,
    reason: str,
) -> AssuranceCertificate:
    """Attest what a person saw on a certificate: its marks, and that it expressly names its models. Section F2.4

    It stays `recorded` until the approval of a listing under it makes it valid (two people). A certificate already
    valid keeps its state: the attestation then covers the models newly said to be named (Section F2.5).
    """
    certificate = _lock(certificate, version)
    grant = require(by, Duty.ATTEST_CERTIFICATE)
    reason = clean_reason(reason, clause="F2.4")
    if certificate.state not in (AssuranceCertificate.State.RECORDED, AssuranceCertificate.State.VALID):
        raise Conflict(
            f"{certificate} is {certificate.get_state_display().lower()}: it can no longer be attested."
        )
    if certificate.state == AssuranceCertificate.State.RECORDED:
        certificate.marks_seen, certificate.models_named = marks_seen, models_named
        certificate.attested_by, certificate.attested_at = by, at
    if models_named:
        certificate.coverage.filter(attested_at=None, ended_on=None).update(attested_at=at, attested_by=by)
    keep(certificate)
    journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate.attested", subject=certificate, clause="F2.4", reason=reason,
        after={"marks_seen": marks_seen, "models_named": models_named},
    )  # fmt: skip
    follow_certificate(certificate, at=at)
    return certificate


@transaction.atomic
def invalidate_certificate(
    *, certificate: AssuranceCertificate, by: User, at: dt.datetime, version: int, reason: str
) -> AssuranceCertificate:
    """Find a recorded certificate invalid: it fails F2.5, or is not what it was said to be. Section F2.5"""
    certificate = _lock(certificate, version)
    grant = require(by, Duty.ATTEST_CERTIFICATE)
    reason = clean_reason(reason, clause="F2.5")
    if certificate.state != AssuranceCertificate.State.RECORDED:
        raise Conflict(
            f"{certificate} is {certificate.get_state_display().lower()}: it cannot be found invalid now."
        )
    certificate.invalidate()
    certificate.invalid_reason = reason
    keep(certificate)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.certificate.found_invalid",
        subject=certificate,
        clause="F2.5",
        reason=reason,
    )
    _answered(certificate, act, at)
    follow_certificate(certificate, at=at)
    return certificate


def provided_key(certificate: AssuranceCertificate) -> str:
    """Give the key of the task to find a certificate valid or invalid that was provided by the portal."""
    return f"provided-certificate:{certificate.pk}"


def _answered(certificate: AssuranceCertificate, act: Act, at: dt.datetime) -> None:
    """Discharge our own target to say whether a certificate that holds a removal is valid (A-14)."""
    journal.close_task(key=provided_key(certificate), at=at, reason=act.reason)
    for obligation in Obligation.objects.standing().about(certificate).filter(duty=VALIDATE):
        journal.discharge(obligation=obligation, act=act, at=at)


def validate_relied_upon(
    *, certificates: list[AssuranceCertificate], actor: Actor, at: dt.datetime,
    reason: str = "A second person approved a listing that relies on it.",
) -> None:  # fmt: skip
    """Make valid the attested certificates on which an approved listing relies; the approval is their second person.

    Section F2.5; chart 5, "validate". Called inside the approval, and by an Approver's act on a certificate alone.
    """
    for certificate in AssuranceCertificate.objects.select_for_update().filter(
        pk__in=[each.pk for each in certificates]
    ):
        if certificate.state == AssuranceCertificate.State.RECORDED:
            certificate.validate()
            keep(certificate)
            act = journal.record(
                actor=actor, at=at, verb="cpl.certificate.validated", subject=certificate, clause="F2.5",
                reason=reason,
            )  # fmt: skip
            _answered(certificate, act, at)
        follow_certificate(certificate, at=at)
