"""Proposing a listing, and the second person's decision: the legal act (Section F2.2, chart 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django_fsm import can_proceed

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
from cpl.rules.publication import PUBLICATION_WORKING_DAYS
from cpl.rules.submissions import clean_reason
from cpl.services.certificates import validate_relied_upon
from cpl.services.listing_facts import identity_of, listing_facts, offered_certificates
from cpl.services.locks import hold_list
from cpl.services.rows import keep
from cpl.services.submissions import _guard_state, _review, _tell, lock_submission, return_to_review
from firmware_repo.rules.release import ReleaseDetails
from firmware_repo.services import name_manufacturer, record_release
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day

APPROVE_TARGET = 1  # Working Day; our own target (A-68: the age of unapproved proposals is shown and alarmed)
F2_8_LIMBS = (
    ("F2.8(a)", "Provide the updated list to the DCC"),
    ("F2.8(b)", "Publish the updated list on the Website"),
    ("F2.8(c)", "Notify the Parties that the list has been updated"),
)


def what_the_list_will_say(submission: Submission) -> dict[str, Any]:
    """The entry as the list will show it once the submission is approved: what the second person sees."""
    device = identity_of(submission)
    certificates = sorted(f"{each.body} {each.number}" for each in offered_certificates(submission))
    return {
        "Status": "Current",
        "Device type": submission.get_device_type_display(),
        "Manufacturer": f"{submission.manufacturer_name} {submission.manufacturer_identifier}".strip(),
        "Model and hardware": device.device_model,
        "Firmware": submission.firmware_version,
        "Specification": f"{submission.spec_type} {submission.spec_version} / GBCS {submission.gbcs_version}",
        "Image creator": submission.image_creator,
        "Image descriptor": submission.image_descriptor,
        "Hash": submission.image_hash,
        "Certificates": ", ".join(certificates),
        "Firmware details": "\n".join(
            [submission.fir_email, submission.fir_phone, submission.fir_address, submission.release_notes]
        ),
    }


def _before(submission: Submission) -> dict[str, Any] | None:
    return {"Status": "Removed"} if submission.relists_id else None


def digest_of(changes: Sequence[ListChange]) -> str:
    """The SHA-256 of exactly what a set of changes will do; what a person approves is bound to it. TR-10"""
    return rules.digest_of(
        {
            "change": change.pk,
            "version": change.version,
            "kind": change.kind,
            "clause": change.clause,
            "entry": f"{change.entry_number:06d}",
            "before": change.before,
            "after": change.after,
            "public_reason": change.public_reason,
        }
        for change in changes
    )


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
    grant = _review(submission, by)
    require(by, Duty.PROPOSE_LIST_CHANGE)
    reason = clean_reason(reason)
    _guard_state(submission, "propose", "proposed")
    submission.eligibility_override = eligibility_override.strip()
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
        public_reason=public_reason.strip() or _public_reason(facts.device.generation),
        proposed_by=by,
        proposed_at=at,
    )
    rules.check_gates(_facts(change, facts))
    change.digest = rules.digest_of([change.after])
    change.full_clean(exclude=["state"])
    change.save()
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.proposed",
        subject=submission,
        clause=clause,
        reason=reason,
    )
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.list_change.proposed", subject=change, clause=clause, reason=reason,
        before=change.before, after=change.after,
    )  # fmt: skip
    journal.open_obligation_for_working_days(
        clause="F2.2", duty="Approve a change of the list, or send it back", owed_by=Obligation.Owner.PANEL, subject=change,
        act=act, from_at=at, working_days=APPROVE_TARGET, by_law=False,
    )  # fmt: skip
    return change


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


def _lock_changes(seen: Sequence[ListChange]) -> list[ListChange]:
    """Take the rows as they now are, locked in one order. Raises Conflict where any is not as the person saw it."""
    versions = {change.pk: change.version for change in seen}
    fresh = list(ListChange.objects.select_for_update(of=("self",)).filter(pk__in=versions).order_by("pk"))
    for change in fresh:
        if change.version != versions[change.pk] or change.state != ListChange.State.PROPOSED:
            raise Conflict(
                f"{change} was changed since you opened it. It is now: {change.get_state_display().lower()}.",
                newer={"change": change.pk, "state": change.state, "version": change.version},
            )
    return fresh


def _decide(by: User) -> Grant:
    """Who may decide: the Approver, or with FOUR_EYES off whoever may propose."""
    if not settings.FOUR_EYES and (grant := permitted(by, Duty.PROPOSE_LIST_CHANGE)):
        return grant
    return require(by, Duty.APPROVE_LIST_CHANGE)


@transaction.atomic
def approve_list_changes(
    *, changes: Sequence[ListChange], digest: str, by: User, at: dt.datetime, reason: str
) -> list[ListChange]:
    """Approve proposed changes as one set: the legal act, all of it or nothing. Section F2.2, F2.8

    Takes the changes and the digest as the person saw them. Raises Conflict where either is stale, and Refusal where a
    gate has shut since. Opens or closes the periods and starts three F2.8 obligations for each change (A-68).
    """
    hold_list(shared=True)
    fresh = _lock_changes(changes)
    grant = _decide(by)
    reason = clean_reason(reason)
    if not fresh or digest_of(fresh) != digest:
        raise Conflict(
            "What these changes would do is no longer what you were shown. Look at them again, then decide.",
            newer={"digest": digest_of(fresh), "changes": [change.pk for change in fresh]},
        )
    for change in fresh:
        _check_second_person(change, by, grant)
        _approve(change, by, grant, at, reason)
    nudge("cpl.publish")
    return fresh


def _check_second_person(change: ListChange, by: User, grant: Grant) -> None:
    rules.check_second_person(
        first=str(change.proposed_by_id),
        first_role=rules.FIRST_ROLE,
        second=str(by.pk),
        second_role=grant.role.value,
        four_eyes=settings.FOUR_EYES,
    )


def _approve(change: ListChange, by: User, grant: Grant, at: dt.datetime, reason: str) -> None:
    if change.kind != ListChange.Kind.ADD or change.submission is None:
        raise AssertionError(f"{change} has no service yet")
    submission = lock_submission(change.submission)
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
    change.device_model = model
    change.approved_by, change.approved_at, change.required_at = by, at, at
    change.four_eyes = settings.FOUR_EYES
    change.gates = _gates(facts, at)
    change.approve()
    keep(change)
    ListingPeriod.objects.create(
        device_model=model,
        identity=facts.device.key,
        origin=ListingPeriod.Origin.RELISTED if submission.relists_id else ListingPeriod.Origin.ADDED,
        opened_at=at,
        opened_by_change=change,
    )
    submission.accept()
    submission.decided_at = at
    keep(submission)
    one_person = "" if settings.FOUR_EYES else " Four eyes are off: one person may do both."
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.list_change.approved", subject=change, clause=change.clause, reason=reason + one_person,
        public_reason=change.public_reason, before=change.before, after=change.after,
    )  # fmt: skip
    journal.record(
        actor=grant.actor, at=at, verb="cpl.device_model.listed", subject=model, clause=change.clause, reason=reason,
        public_reason=change.public_reason, before=change.before, after=change.after,
    )  # fmt: skip
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.accepted",
        subject=submission,
        clause=change.clause,
        reason=reason,
    )
    _end_targets(change, act, at)
    for clause, duty in F2_8_LIMBS:
        journal.open_obligation_for_working_days(
            clause=clause, duty=duty, owed_by=Obligation.Owner.PANEL, subject=change, act=act, from_at=at,
            working_days=PUBLICATION_WORKING_DAYS,
        )  # fmt: skip
    _tell(submission, "cpl/submission_accepted", at)


def _end_targets(change: ListChange, act: Any, at: dt.datetime) -> None:
    for obligation in Obligation.objects.standing().about(change).filter(by_law=False):
        journal.discharge(obligation=obligation, act=act, at=at)


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


@transaction.atomic
def send_back(*, changes: Sequence[ListChange], by: User, at: dt.datetime, reason: str) -> list[ListChange]:
    """Send proposed changes back to the Secretariat: they are cancelled, their submissions are in review again."""
    fresh = _lock_changes(changes)
    grant = _decide(by)
    reason = clean_reason(reason)
    for change in fresh:
        if not can_proceed(change.cancel):
            raise Conflict(
                f"{change} can no longer be sent back.", newer={"change": change.pk, "state": change.state}
            )
        change.cancel()
        change.cancelled_reason = reason
        keep(change)
        act = journal.record(
            actor=grant.actor,
            at=at,
            verb="cpl.list_change.cancelled",
            subject=change,
            clause=change.clause,
            reason=reason,
        )
        _end_targets(change, act, at)
        if change.submission is not None:
            return_to_review(submission=change.submission, change=change, reason=reason, grant=grant, at=at)
    return fresh
