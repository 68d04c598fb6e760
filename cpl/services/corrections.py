"""Correcting what the list says of an entry: same number, evidence, two people, never a removal (A-64)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django_fsm import can_proceed

from cpl.models import CorrectionRequest, DeviceModel, ListChange, ListingPeriod, Submission
from cpl.rules import list_changes as rules
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.image import read_image
from cpl.rules.submissions import check_own_organisation, clean_note, clean_reason
from cpl.services.correction_mails import tell_asker, tell_owner
from cpl.services.proposing import put_forward, words_of
from cpl.services.rows import keep, listed_once
from firmware_repo.models import Manufacturer
from firmware_repo.services import name_manufacturer
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, organisations_of, require
from secgov.documents.models import Document
from secgov.errors import Conflict, NotPermitted, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Obligation

CLAUSE = "F2.2"
IMAGE_FIELDS = ("image_creator", "image_descriptor", "image_hash")
CORRECTABLE = (*FIELDS, *IMAGE_FIELDS)
LOOK_TARGET = 1  # Working Day; our own target (TR-9)


def fields_of(model: DeviceModel) -> dict[str, str]:
    """What the list says of an entry, by field."""
    return {field: str(getattr(model, field)) for field in CORRECTABLE}


def what_it_says(model: DeviceModel, fields: Mapping[str, str]) -> dict[str, str]:
    """The cells of an entry with these fields, as the second person reads them before and after."""
    device = _read(fields)
    maker = Manufacturer.objects.filter(pk=device.manufacturer_identifier).first()
    return {
        **words_of(
            dict(DeviceModel._meta.get_field("device_type").choices)[device.device_type],
            maker.name if maker else "",
            device.manufacturer_identifier,
            device.device_model,
            device.firmware_version,
            f"{device.spec_type} {device.spec_version} / GBCS {device.gbcs_version}",
        ),
        "Image creator": fields["image_creator"],
        "Image descriptor": fields["image_descriptor"],
        "Hash": fields["image_hash"],
    }


def _read(fields: Mapping[str, str]) -> DeviceIdentity:
    device, refusals = read_device(fields)
    refuse_any(refusals)
    if device is None:
        raise AssertionError("a device without refusals is a device")
    return device


def clean_values(model: DeviceModel, values: Mapping[str, str]) -> dict[str, str]:
    """Give what a correction would change, in the stored spelling; anything not correctable is ignored. Section F2.2

    Raises Refusals for values that the list could not hold, and Refusal where nothing would change.
    """
    now = fields_of(model)
    wanted = now | {field: str(values[field]).strip() for field in CORRECTABLE if field in values}
    device = _read(wanted)
    refusals: tuple[Refusal, ...] = ()
    if any(wanted[field] != now[field] for field in IMAGE_FIELDS):
        image, refusals = read_image(wanted, has_image=any(wanted[field] for field in IMAGE_FIELDS))
        if image is not None:
            wanted |= {field: getattr(image, field) for field in IMAGE_FIELDS}
    refuse_any(refusals)
    wanted |= {field: getattr(device, field) for field in FIELDS}
    changed = {field: value for field, value in wanted.items() if value != now[field]}
    if not changed:
        raise Refusal(
            "The list says this already.",
            clause=CLAUSE,
            remedy="Give the value that is wrong, as it should be.",
        )
    return changed


def may_ask(user: User, model: DeviceModel) -> bool:
    """Whether a person's organisation submitted this entry, and so may ask that it be put right."""
    return Submission.objects.filter(
        entry_number=model.pk, state="accepted", organisation__in=organisations_of(user, Duty.SUBMIT_DEVICE)
    ).exists()


@transaction.atomic
def ask_correction(
    *,
    model: DeviceModel,
    by: User,
    at: dt.datetime,
    values: Mapping[str, str],
    reason: str,
    evidence: Document | None,
    evidence_note: str = "",
) -> CorrectionRequest:
    """Say that an entry is wrong: its owner, or the Secretariat itself. Section F2.2, A-64

    The evidence is a document, or words that name where the right value stands. Opens our own target of one Working
    Day for the Secretariat.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    grant = _may(by, model)
    reason = clean_reason(reason)
    evidence_note = clean_note(evidence_note, field="evidence_note")
    changed = clean_values(model, values)
    if evidence is None and not evidence_note:
        raise Refusal(
            "No evidence has been given.",
            clause=CLAUSE,
            field="evidence",
            remedy="Attach the document that shows the right value, or say where it stands.",
        )
    waits = Q(state="asked") | Q(state="proposed", change__state=ListChange.State.PROPOSED)
    standing = CorrectionRequest.objects.filter(waits, device_model=model).first()
    if standing:
        raise Conflict(f"A correction of entry {model} is asked for already.", newer={"request": standing.pk})
    request = CorrectionRequest(
        device_model=model,
        organisation=grant.organisation,
        asked_by=by,
        asked_at=at,
        values=changed,
        reason=reason,
        evidence=evidence,
        evidence_note=evidence_note,
    )
    request.full_clean(exclude=["state"])
    request.save()
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.correction.asked",
        subject=request,
        clause=CLAUSE,
        reason=reason,
        before={field: fields_of(model)[field] for field in changed},
        after=changed,
    )
    journal.open_obligation_for_working_days(
        clause=CLAUSE,
        duty="Look at a correction that is asked for",
        owed_by=Obligation.Owner.PANEL,
        subject=request,
        act=act,
        from_at=at,
        working_days=LOOK_TARGET,
        by_law=False,
    )
    tell_asker(request, "cpl/correction_received", at)
    return request


def _may(by: User, model: DeviceModel) -> Grant:
    if may_ask(by, model):
        return require(by, Duty.SUBMIT_DEVICE)
    return require(by, Duty.PROPOSE_LIST_CHANGE)


def _check_not_own(request: CorrectionRequest, grant: Grant) -> None:
    """Refuse to decide on what another organisation asked to which this person belongs as well. X-2

    What the Secretariat asks itself it may propose: its second person decides.
    """
    own = grant.user.memberships.current().exclude(organisation=grant.organisation)
    check_own_organisation(
        submitter=str(request.organisation_id),
        own={str(each) for each in own.values_list("organisation", flat=True)},
    )


def _lock(request: CorrectionRequest, version: int) -> CorrectionRequest:
    fresh = CorrectionRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if fresh.version != version:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"request": fresh.pk, "state": fresh.state, "version": fresh.version},
        )
    return fresh


@transaction.atomic
def propose_correction(
    *, request: CorrectionRequest, by: User, at: dt.datetime, version: int, reason: str, public_reason: str
) -> ListChange:
    """Propose a correction to a second person, with what stood before and what shall stand. Section F2.2, A-64"""
    request = _lock(request, version)
    grant = require(by, Duty.PROPOSE_LIST_CHANGE)
    _check_not_own(request, grant)
    reason = clean_reason(reason)
    public_reason = clean_reason(public_reason, field="public_reason")
    if not can_proceed(request.propose):
        raise Conflict(f"{request} is {request.get_state_display().lower()}.", newer={"state": request.state})
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=request.device_model_id)
    change = ListChange(
        kind=ListChange.Kind.CORRECT,
        clause=CLAUSE,
        entry_number=model.pk,
        device_model=model,
        before=what_it_says(model, fields_of(model)),
        after=what_it_says(model, fields_of(model) | request.values),
        reason=reason,
        public_reason=public_reason,
        evidence=request.evidence,
        evidence_note=request.evidence_note,
    )
    put_forward(change, facts=_facts(change, model), grant=grant, at=at)
    request.propose()
    request.change = change
    keep(request)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.correction.proposed",
        subject=request,
        clause=CLAUSE,
        reason=reason,
    )
    for obligation in Obligation.objects.standing().about(request):
        journal.discharge(obligation=obligation, act=act, at=at)
    tell_asker(request, "cpl/correction_proposed", at)
    return change


def _facts(change: ListChange, model: DeviceModel) -> rules.ChangeFacts:
    return rules.ChangeFacts(
        kind=change.kind,
        clause=change.clause,
        entry=f"{model.pk:06d}",
        entry_after=f"{change.entry_number:06d}",
        generation=model.generation,
        listed=model.periods.filter(closed_at=None, closed_known_by=None).exists(),
        reason=change.reason,
        public_reason=change.public_reason,
        before=change.before,
        after=change.after,
        evidence=change.evidence_note or (change.evidence.name if change.evidence else ""),
    )


@transaction.atomic
def decline_correction(
    *, request: CorrectionRequest, by: User, at: dt.datetime, version: int, reason: str
) -> CorrectionRequest:
    """Find that the list is right as it is; the reason is told to whoever asked."""
    request = _lock(request, version)
    grant = require(by, Duty.PROPOSE_LIST_CHANGE)
    _check_not_own(request, grant)
    return _end(request, "decline", "cpl.correction.declined", grant, clean_reason(reason), at)


@transaction.atomic
def withdraw_correction(
    *, request: CorrectionRequest, by: User, at: dt.datetime, version: int, reason: str
) -> CorrectionRequest:
    """Take back what one's organisation asked."""
    request = _lock(request, version)
    if request.organisation not in [
        *organisations_of(by, Duty.SUBMIT_DEVICE),
        *organisations_of(by, Duty.PROPOSE_LIST_CHANGE),
    ]:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    grant = _may(by, request.device_model)
    return _end(request, "withdraw", "cpl.correction.withdrawn", grant, clean_reason(reason), at)


def _end(
    request: CorrectionRequest, transition: str, verb: str, grant: Grant, reason: str, at: dt.datetime
) -> CorrectionRequest:
    if not can_proceed(getattr(request, transition)):
        raise Conflict(f"{request} is {request.get_state_display().lower()}.", newer={"state": request.state})
    getattr(request, transition)()
    request.decided_at, request.decision_reason = at, reason
    keep(request)
    journal.record(actor=grant.actor, at=at, verb=verb, subject=request, clause=CLAUSE, reason=reason)
    for obligation in Obligation.objects.standing().about(request):
        journal.fall_away(obligation=obligation, reason=reason, at=at)
    tell_asker(request, f"cpl/correction_{request.state}", at)
    return request


def carry_out(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> DeviceModel:
    """Put an entry right: the same number, its open period and what its certificates name along with it. A-64

    Called by the approval, in its transaction. Raises Conflict where the entry no longer says what it said.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=change.device_model_id)
    request = change.correction_request
    _check_not_own(request, grant)
    if what_it_says(model, fields_of(model)) != change.before:
        raise Conflict(
            f"Entry {model} no longer says what it said when the correction was proposed.",
            newer={"change": change.pk},
        )
    rules.check_gates(_facts(change, model))
    fields = fields_of(model) | request.values
    device = _read(fields)
    _refuse_twice(model, device)
    name_manufacturer(identifier=device.manufacturer_identifier, name="", actor=grant.actor, at=at)
    for field in (*FIELDS, *IMAGE_FIELDS):
        setattr(model, field if field != "manufacturer_identifier" else "manufacturer_id", fields[field])
    model.generation = device.generation
    with listed_once(f"What entry {model} was to be corrected to", change):
        keep(model)  # the period's copy of the identity follows by a trigger
    for coverage in model.coverage.filter(ended_on=None):
        for field in FIELDS:
            setattr(coverage, field, fields[field])
        coverage.save()
    tell_owner(request, at)
    return model


def _refuse_twice(model: DeviceModel, device: DeviceIdentity) -> None:
    other = ListingPeriod.objects.open().filter(identity=device.key).exclude(device_model=model).first()
    if other:
        raise Refusal(
            f"The corrected entry would be the same as entry {other.device_model_id:06d}, which is on the list.",
            clause="Z2.1(c)",
            remedy="Look at both entries: one of them may have been listed in error.",
        )


def take_back(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Open a correction again whose change was sent back."""
    reopen(change, actor=grant.actor, at=at, reason=reason)


def reopen(change: ListChange, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Open a correction again whose change will not be made as proposed."""
    request = CorrectionRequest.objects.select_for_update(of=("self",)).get(change=change)
    request.send_back()
    request.change = None
    keep(request)
    journal.record(
        actor=actor,
        at=at,
        verb="cpl.correction.sent_back",
        subject=request,
        clause=CLAUSE,
        reason=reason,
    )
