"""Adding a Device Model: the proposal, and what its approval carries out (Section F2.1, chart 3)."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import transaction

from cpl.models import (
    AssuranceCertificate,
    CertificateCoverage,
    DeviceModel,
    ListChange,
    ListingPeriod,
    Submission,
)
from cpl.rules import list_changes as rules
from cpl.rules.device_identity import FIELDS
from cpl.rules.image import check_hash_unchanged
from cpl.rules.listing import ListingFacts, check_listable, listing_limbs, usable_certificates
from cpl.rules.submissions import clean_note, clean_reason
from cpl.services.certificates import validate_relied_upon
from cpl.services.drafts import lock_submission
from cpl.services.expiry import plan_notices
from cpl.services.listing_facts import identity_of, listing_facts, offered_certificates
from cpl.services.proposing import put_forward, words_of
from cpl.services.rows import keep, listed_once
from cpl.services.submissions import (
    check_not_own,
    check_transition,
    discharge_all,
    require_review,
    return_to_review,
    tell_submitter,
)
from firmware_repo.rules.release import ReleaseDetails
from firmware_repo.services import name_manufacturer, record_release
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.time_rules import london_day


def what_the_list_will_say(submission: Submission) -> dict[str, Any]:
    """The entry as the list will show it once the submission is approved: what the second person sees."""
    device = identity_of(submission)
    certificates = sorted(f"{each.body} {each.number}" for each in offered_certificates(submission))
    return {
        "Status": "Current",
        **words_of(
            submission.get_device_type_display(),
            submission.manufacturer_name,
            submission.manufacturer_identifier,
            device.device_model,
            submission.firmware_version,
            f"{submission.spec_type} {submission.spec_version} / GBCS {submission.gbcs_version}",
        ),
        "Image creator": submission.image_creator,
        "Image descriptor": submission.image_descriptor,
        "Hash": submission.image_hash,
        "Certificates": ", ".join(certificates),
        "Firmware details": f"complete, digest {_digest_of_details(submission)}",
        "May be upgraded from": _upgrade_path(submission),
    }


def _upgrade_path(submission: Submission) -> str:
    if submission.upgrade_kind == "entries":
        return ", ".join(f"{number:06d}" for number in submission.upgrades_from)
    return "no earlier entry" if submission.upgrade_kind else "not stated"


def _digest_of_details(submission: Submission) -> str:
    """Bind the approval to the Manufacturer's details without writing a person's address into the journal. TR-10"""
    details = (submission.fir_email, submission.fir_phone, submission.fir_address, submission.release_notes)
    return hashlib.sha256("\n".join(details).encode()).hexdigest()[:16]


def _before(submission: Submission) -> dict[str, Any] | None:
    return {"Status": "Removed"} if submission.relists_id else None


@transaction.atomic
def propose_listing(
    *,
    submission: Submission,
    by: User,
    at: dt.datetime,
    version: int,
    reason: str,
    public_reason: str = "",
    eligibility_override: str = "",
) -> ListChange:
    """Propose to a second person that a submitted device be listed. Section F2.1

    Refused with everything that is lacking. `eligibility_override` is the Panel's reason for listing a SMETS1 model
    without an eligible combination (A-36).
    """
    submission = lock_submission(submission, version=version)
    grant = require_review(submission, by)
    require(by, Duty.PROPOSE_LIST_CHANGE)
    reason = clean_reason(reason)
    check_transition(submission, "propose", "proposed")
    submission.eligibility_override = clean_note(eligibility_override, field="override_reason")
    facts = listing_facts(submission, on=london_day(at))
    check_listable(facts, on=london_day(at))
    submission.propose()
    keep(submission)
    clause = rules.clause_of_listing(facts.device.generation)
    change = ListChange(
        kind=ListChange.Kind.ADD,
        clause=clause,
        entry_number=submission.entry_number,
        device_model_id=submission.relists_id,
        submission=submission,
        before=_before(submission),
        after=what_the_list_will_say(submission),
        gates=_gates(facts, at),
        reason=reason,
        public_reason=clean_note(public_reason, field="public_reason")
        or _public_reason(facts.device.generation),
    )
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.proposed",
        subject=submission,
        clause=clause,
        reason=reason,
    )
    discharge_all(submission, act=act, at=at)
    return put_forward(change, facts=_facts(change, facts), grant=grant, at=at)


def _facts(change: ListChange, facts: ListingFacts) -> rules.ChangeFacts:
    return rules.ChangeFacts(
        kind=change.kind,
        clause=change.clause,
        entry=f"{change.entry_number:06d}",
        generation=facts.device.generation,
        listed=bool(facts.listed_as),
        reason=change.reason,
        public_reason=change.public_reason,
        before=change.before,
        after=change.after,
        ground_reference=change.submission.reference if change.submission else "",
    )


def _public_reason(generation: str) -> str:
    if generation == "SMETS1":
        return "All required information has been received."
    return "All required Assurance Certificates have been received."


def _gates(facts: ListingFacts, at: dt.datetime) -> list[dict[str, Any]]:
    return [
        {"clause": each.clause, "asks": each.asks, "met": each.met, "at": at.isoformat()}
        for each in listing_limbs(facts, on=london_day(at))
    ]


def carry_out(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> DeviceModel:
    """List what a submission asks for: entry, period, release and certificates at once. Section F2.1, F2.16

    Called by the approval, in its transaction. Judges every limb again, as of now; raises Refusal where one has shut,
    Conflict where the entry would say anything else than was proposed.
    """
    submission = lock_submission(change.submission)
    check_not_own(submission, grant.user)
    facts = listing_facts(submission, on=london_day(at))
    check_listable(facts, on=london_day(at))
    rules.check_gates(_facts(change, facts))
    if what_the_list_will_say(submission) != change.after:
        raise Conflict(
            f"What entry {change.entry_number:06d} would say has changed since it was proposed.",
            newer={"change": change.pk},
        )
    relied_upon = _relied_upon(submission, facts, london_day(at))
    validate_relied_upon(certificates=relied_upon, actor=grant.actor, at=at)
    model = _list(submission, grant, at)
    _cover(model, relied_upon)
    change.gates = _gates(facts, at)
    _open_period(change, model, facts, at)
    for certificate in relied_upon:
        plan_notices(certificate=certificate, at=at)
    submission.accept()
    submission.decided_at = at
    keep(submission)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.accepted",
        subject=submission,
        clause=change.clause,
        reason=reason,
    )
    tell_submitter(submission, "cpl/submission_accepted", at)
    return model


def _open_period(change: ListChange, model: DeviceModel, facts: ListingFacts, at: dt.datetime) -> None:
    """Put the entry on the list. Raises Conflict where the same Device Model was listed while this was being decided."""
    with listed_once(f"The Device Model of entry {model}", change):
        ListingPeriod.objects.create(
            device_model=model,
            identity=facts.device.key,
            origin=ListingPeriod.Origin.RELISTED if facts.relists else ListingPeriod.Origin.ADDED,
            opened_at=at,
            opened_by_change=change,
        )


def take_back(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Bring the submission of a change that was sent back to review again."""
    return_to_review(submission=change.submission, change=change, reason=reason, grant=grant, at=at)


def _relied_upon(submission: Submission, facts: ListingFacts, on: dt.date) -> list[AssuranceCertificate]:
    usable = {(each.body, each.number) for each in usable_certificates(facts, on=on)}
    return [each for each in offered_certificates(submission) if (each.body, each.number) in usable]


def _list(submission: Submission, grant: Grant, at: dt.datetime) -> DeviceModel:
    """Make the entry, or bring back the one that returns, with its release in the repository (A-57)."""
    manufacturer = name_manufacturer(
        identifier=submission.manufacturer_identifier,
        name=submission.manufacturer_name,
        actor=grant.actor,
        at=at,
    )
    record = record_release(
        cpl_number=submission.entry_number,
        manufacturer=manufacturer,
        details=ReleaseDetails(
            email=submission.fir_email,
            phone=submission.fir_phone,
            address=submission.fir_address,
            release_notes=submission.release_notes,
        ),
        released_on=submission.released_on,
        upgrades_from=submission.upgrades_from if submission.upgrade_kind else None,
        actor=grant.actor,
        at=at,
    )
    model = submission.relists or DeviceModel(number=submission.entry_number)
    check_hash_unchanged(held=model.image_hash, offered=submission.image_hash)
    for field in FIELDS:
        setattr(
            model,
            field if field != "manufacturer_identifier" else "manufacturer_id",
            getattr(submission, field),
        )
    model.generation = identity_of(submission).generation
    for field in ("image_creator", "image_descriptor", "image_hash"):
        setattr(model, field, getattr(submission, field))
    model.firmware_record = record
    model.version += int(submission.relists_id is not None)
    model.full_clean(exclude=["identity"])
    model.save()
    return model


def _cover(model: DeviceModel, certificates: list[AssuranceCertificate]) -> None:
    CertificateCoverage.objects.filter(
        certificate__in=certificates,
        identity=DeviceModel.objects.values_list("identity", flat=True).get(pk=model.pk),
        device_model=None,
    ).update(device_model=model)
