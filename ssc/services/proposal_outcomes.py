"""What follows an approval: schedule, NCSC's sign-off and publication, or guidance (SC-5.1, SC-6.13 to SC-7.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from cpl.models import ScVersion, SecurityCharacteristic
from cpl.rules.security_characteristics import Number, check_follows, clean_number
from cpl.rules.submissions import clean_reason
from cpl.services import security_characteristics as register
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import DueDate, end_of_day, london_day
from ssc import proposal_notices as notices
from ssc.models import Guidance, Proposal, Schedule, SignOff
from ssc.proposal_report import report_title
from ssc.rules import proposals as rules
from ssc.rules.proposal_form import clean_text, clean_title
from ssc.services.proposal_rows import (
    PUBLICATION,
    State,
    check_state,
    lock_proposal,
    move,
    note,
    require_for_ssc,
)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the SSC sets: which version of which set, from when, and what else must change."""

    number: str
    implementation_on: dt.date | None
    amp_change: bool | None
    tsat_change: bool | None
    characteristic: SecurityCharacteristic | None = None
    new_name: str = ""
    device_types: Sequence[str] = ()
    amp_text: str = ""
    tsat_text: str = ""
    sec_consultation: str = ""
    reason: str = ""


@transaction.atomic
def schedule_version(
    *, proposal: Proposal, planned: Planned, by: User, at: dt.datetime, version: int
) -> Schedule:
    """Set the implementation date of an approved modification, and tell the industry. SC Methodology 6.13 and SC-6.15

    A new Principal Version names its SEC consultation. Raises NotPermitted, Conflict, Refusals.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.DECIDED)
    if proposal.kind != Proposal.Kind.SC_MODIFICATION:
        raise Refusal("A use case becomes guidance; it has no version.", clause="SC-7.1")
    row = _plan(proposal, planned, by, at)
    act = move(
        proposal, "schedule", grant=grant, at=at, clause="SC-6.13", reason=row.reason,
        after={"version": row.number, "implementation_on": row.implementation_on},
    )  # fmt: skip
    _await_publication(proposal, row, act, at)
    _tell_industry(proposal, row, at)
    return row


def _plan(proposal: Proposal, planned: Planned, by: User, at: dt.datetime) -> Schedule:
    rules.check_schedule(
        implementation_on=planned.implementation_on, today=london_day(at), amp_change=planned.amp_change,
        tsat_change=planned.tsat_change, amp_text=planned.amp_text, tsat_text=planned.tsat_text,
    )  # fmt: skip
    number = clean_number(planned.number)
    if planned.characteristic is not None:
        known = register.numbers_of(planned.characteristic)
        check_follows(number, known=known, sec_consultation=planned.sec_consultation)
    elif not planned.new_name.strip() or not planned.device_types:
        raise Refusal(
            "Choose the set that changes, or name the new one and its Physical Device Types.", clause="SC-6.13",
            field="characteristic",
        )  # fmt: skip
    elif register.set_named(planned.new_name) is not None:
        raise Refusal(
            "A set of that name is in the register already.", clause="SC-6.13", field="new_name",
            remedy="Choose it above, or give the new one another name.",
        )  # fmt: skip
    _check_unplanned(proposal, number, planned.characteristic, planned.new_name)
    row = Schedule(
        proposal=proposal, characteristic=planned.characteristic,
        new_name="" if planned.characteristic else planned.new_name.strip(),
        device_types=[] if planned.characteristic else list(planned.device_types),
        principal=number.principal, sub=number.sub, implementation_on=planned.implementation_on,
        amp_change=planned.amp_change, amp_text=planned.amp_text.strip(), tsat_change=planned.tsat_change,
        tsat_text=planned.tsat_text.strip(), sec_consultation=planned.sec_consultation.strip(),
        reason=clean_reason(planned.reason, clause="SC-6.13"), set_by=by, set_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    return row


def _check_unplanned(
    proposal: Proposal, number: Number, characteristic: SecurityCharacteristic | None, new_name: str
) -> None:
    """Refuse a version that another proposal plans: once that one is published, this one could never be. SC Methodology 6.17"""
    under_way = Proposal.objects.filter(state__in=[State.SCHEDULED, State.SIGNED_OFF]).exclude(pk=proposal.pk)
    for other in under_way:
        row = schedule_of(other)
        same = row.characteristic_id == characteristic.pk if characteristic else row.is_named(new_name)
        if same and number == Number(row.principal, row.sub):
            raise Refusal(
                f"{other} plans version {number} of that set already.", clause="SC-6.17", field="number",
                remedy=f"Give the version after it, for example {number.principal}.{number.sub + 1}.",
            )  # fmt: skip


def _await_publication(proposal: Proposal, row: Schedule, act: Act, at: dt.datetime) -> None:
    """Watch that NCSC publishes on the day: its confirmation is recorded, or missed aloud. SC Methodology 6.14

    NCSC owes it and is no user here, so it does not count among the Code's dates that are kept (by_law is off).
    """
    on = row.implementation_on
    journal.open_obligation_until(
        clause=PUBLICATION, duty="NCSC publishes a version of Security Characteristics: record its confirmation",
        owed_by=Obligation.Owner.SSC, subject=proposal, act=act, from_at=at, by_law=False,
        due=DueDate(end_of_day(on), on, ("NCSC publishes it on the implementation date that the SSC set.",)),
    )  # fmt: skip


def _tell_industry(proposal: Proposal, row: Schedule, at: dt.datetime) -> None:
    on = row.implementation_on
    notices.tell(
        notices.industry(), proposal=proposal, clause="SC-6.13", key=f"schedule-{row.pk}", at=at,
        what=f"version {row.number} applies from {on.day} {on:%B %Y}",
        then="NCSC signs it off and publishes it on that day.",
    )  # fmt: skip


@transaction.atomic
def move_date(
    *,
    proposal: Proposal,
    implementation_on: dt.date | None,
    reason: str,
    by: User,
    at: dt.datetime,
    version: int,
    number: str = "",
) -> Schedule:
    """Move the implementation date or number the version anew, and tell the industry. SC Methodology 6.13 and SC Methodology 6.17

    `number` is left empty where it stays; another version of the set may have come out before. Raises NotPermitted,
    Conflict, Refusal for a day that has passed, or a number that follows no other.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.SCHEDULED, State.SIGNED_OFF)
    last = schedule_of(proposal)
    rules.check_schedule(
        implementation_on=implementation_on, today=london_day(at), amp_change=last.amp_change, tsat_change=last.tsat_change,
        amp_text=last.amp_text, tsat_text=last.tsat_text,
    )  # fmt: skip
    planned = clean_number(number) if number.strip() else Number(last.principal, last.sub)
    if planned != Number(last.principal, last.sub):
        known = register.numbers_of(last.characteristic) if last.characteristic else []
        check_follows(planned, known=known, sec_consultation=last.sec_consultation)
        _check_unplanned(proposal, planned, last.characteristic, last.new_name)
    elif implementation_on == last.implementation_on:
        raise Refusal("That is the date already.", clause="SC-6.13", field="implementation_on")
    reason = clean_reason(reason, clause="SC-6.13")
    kept = ("characteristic_id", "new_name", "device_types", "amp_change", "amp_text")
    row = Schedule(
        proposal=proposal, implementation_on=implementation_on, reason=reason, set_by=by, set_at=at,
        principal=planned.principal, sub=planned.sub,
        tsat_change=last.tsat_change, tsat_text=last.tsat_text, sec_consultation=last.sec_consultation,
        **{name: getattr(last, name) for name in kept},
    )  # fmt: skip
    row.full_clean()
    row.save()
    act = note(
        proposal, "date_moved", grant=grant, at=at, clause="SC-6.13", reason=reason,
        after={"from": last.implementation_on, "to": implementation_on, "version": row.number},
    )  # fmt: skip
    for each in Obligation.objects.standing().about(proposal).filter(clause=PUBLICATION):
        journal.fall_away(obligation=each, reason=reason, at=at)
    _await_publication(proposal, row, act, at)
    _tell_industry(proposal, row, at)
    return row


def schedule_of(proposal: Proposal) -> Schedule:
    """The schedule as it stands now."""
    return proposal.schedules.order_by("-id").first()


@transaction.atomic
def sign_off_version(
    *, proposal: Proposal, reference: str, signed_off_on: dt.date, by: User, at: dt.datetime, version: int
) -> SignOff:
    """Record that NCSC signed the new version off: its act, apart from the SSC's approval. SC Methodology 5.1"""
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.SCHEDULED)
    rules.check_signed_off(reference=reference, signed_off_on=signed_off_on, today=london_day(at))
    row = SignOff(
        proposal=proposal,
        reference=reference.strip(),
        signed_off_on=signed_off_on,
        recorded_by=by,
        recorded_at=at,
    )
    row.full_clean()
    row.save()
    move(
        proposal, "sign_off", grant=grant, at=at, clause="SC-5.1", reason=f"NCSC signed it off, {row.reference}.",
        after={"signed_off_on": signed_off_on},
    )  # fmt: skip
    return row


@transaction.atomic
def publish_version(
    *, proposal: Proposal, published_on: dt.date, mitigations: str, gbcs_versions: str, by: User, at: dt.datetime, version: int
) -> ScVersion:  # fmt: skip
    """Record that NCSC published the version, enter it in the register, tell Parties and group. SC-6.1, SC-6.14 and SC-6.18

    Takes the day of NCSC's publication, the mitigations (one a line) and the GBCS versions it goes with. Raises
    NotPermitted, Conflict, Refusals.
    """
    planned = schedule_of(proposal)
    held = register.hold_set(planned.characteristic_id) if planned and planned.characteristic_id else None
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.SIGNED_OFF)
    planned = schedule_of(proposal)
    signed = proposal.sign_off_record
    rules.check_published(published_on=published_on, today=london_day(at), signed_off_on=signed.signed_off_on)
    if held is None:
        held = register.set_named(planned.new_name) or register.add_set(
            name=planned.new_name, device_types=planned.device_types, actor=grant.actor, at=at,
            reason=f"A new set, on request {proposal}.",
        )  # fmt: skip
    row = register.publish_version(
        characteristic=held, number=Number(planned.principal, planned.sub), published_on=published_on,
        implementation_on=planned.implementation_on, mitigations=mitigations, gbcs_versions=gbcs_versions,
        proposal_reference=str(proposal.reference), ncsc_reference=signed.reference,
        sec_consultation=planned.sec_consultation, actor=grant.actor, at=at,
    )  # fmt: skip
    proposal.ended_at = at
    act = move(
        proposal, "publish", grant=grant, at=at, clause="SC-6.14", reason="NCSC published it.",
        after={"published_on": published_on, "version": str(row)},
    )  # fmt: skip
    for each in Obligation.objects.standing().about(proposal).filter(clause=PUBLICATION):
        journal.discharge(obligation=each, act=act, at=at)
    told = notices.parties_and_group(proposal) | notices.proposer(proposal)
    notices.tell(
        told, proposal=proposal, what=f"NCSC has published version {row.number}", clause="SC-6.18", key="published", at=at,
        then="A certification that begins from that day on uses it.", path=f"/security-characteristics/{held.slug}/",
    )  # fmt: skip
    return row


@transaction.atomic
def issue_guidance(
    *, proposal: Proposal, title: str, text: str, by: User, at: dt.datetime, version: int
) -> Guidance:
    """Issue an approved use case as guidance, and tell Panel, proposer and industry. SC Methodology 7.1 and SC Methodology 7.2

    Reading: the outcome of a use case is published guidance in place of a new version (A-31). Raises NotPermitted,
    Conflict, Refusal.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.DECIDED)
    if proposal.kind != Proposal.Kind.USE_CASE:
        raise Refusal("A modification is scheduled; it does not become guidance.", clause="SC-7.2")
    row = Guidance(
        proposal=proposal, number=proposal.guidance.count() + 1, issued_by=by, issued_at=at,
        title=clean_title(title, field="title", clause="SC-7.2"),
        text=clean_text(text, field="text", clause="SC-7.2", name="the guidance"),
    )  # fmt: skip
    row.full_clean()
    row.save()
    proposal.ended_at = at
    move(
        proposal, "issue_guidance", grant=grant, at=at, clause="SC-7.2", reason=f"As approved, {report_title(proposal)}.",
        after={"guidance": row.pk},
    )  # fmt: skip
    told = notices.industry() | notices.panel() | notices.proposer(proposal)
    notices.tell(
        told, proposal=proposal, what="guidance on it is issued", then="Everybody may read it.", at=at,
        clause="SC-7.2", key="guidance", path=f"/guidance/security-characteristics/{row.pk}/",
    )  # fmt: skip
    return row
