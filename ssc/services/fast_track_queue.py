"""The DCC's testing queue: who is tested when, and who is told that a day has moved (PPCT Report 4.1.2, 9.17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from cpl.notices import notice_contacts
from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Contact, Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest, SlotMove, TestSlot
from ssc.rules import fast_track as rules

MOVED = "ssc/test_day_moved"
MOVED_BACK = "ssc/test_day_moved_back"
CLAUSE = "PPCT-9.17"


@transaction.atomic
def plan_slot(
    *, organisation: Organisation, combination: str, planned_on: dt.date, by: User, at: dt.datetime
) -> TestSlot:
    """Put a combination into the testing queue, as the DCC agreed with its Testing Participant. PPCT Report 9.17"""
    grant = require(by, Duty.SEEK_SSC_VIEW)
    if planned_on < london_day(at):
        raise Refusal("That day is past.", clause=CLAUSE, field="planned_on")
    slot = TestSlot(
        organisation=organisation, combination=combination.strip(), planned_on=planned_on, planned_by=by, planned_at=at
    )  # fmt: skip
    slot.full_clean()
    slot.save()
    _record(slot, "planned", grant, at, "Agreed with the Testing Participant.")
    return slot


def take_place(request: FastTrackRequest, *, on: dt.date, grant: Grant, at: dt.datetime) -> TestSlot:
    """Give a request its place for its ordinary turn. PPCT Report 9.15

    An earlier request for the same combination, which was refused, gives up its own.
    """
    earlier = TestSlot.objects.filter(
        ended_on=None, fast_track__organisation=request.organisation, fast_track__state=FastTrackRequest.State.REFUSED,
        fast_track__combination_key=request.combination_key,
    )  # fmt: skip
    for each in earlier.order_by("pk"):
        leave(each, grant=grant, at=at, reason=f"Asked for again: {request}.")
    slot = TestSlot(
        organisation=request.organisation, combination=str(request), fast_track=request, planned_on=on, planned_by=grant.user,
        planned_at=at,
    )  # fmt: skip
    slot.full_clean()
    slot.save()
    _record(slot, "planned", grant, at, "Its ordinary turn.")
    return slot


def giving_way(request: FastTrackRequest) -> list[TestSlot]:
    """Give the places whose day may have to move: from the fast day on, before the ordinary one. PPCT Report 4.1.2"""
    return list(
        TestSlot.objects.filter(
            ended_on=None,
            priority=None,
            planned_on__gte=request.date_if_fast,
            planned_on__lt=request.date_if_not,
        )
        .exclude(fast_track=request)
        .select_related("organisation")
    )


def go_first(
    request: FastTrackRequest, *, days: Mapping[int, dt.date], grant: Grant, at: dt.datetime
) -> None:
    """Put what was granted first, move the places that give way, and tell those whose day changed. PPCT Report 9.17

    Of several granted requests the one granted first goes first. Each organisation is told of its own days alone, and
    nothing of the reason. The day that was told may be past by now: then it is tested from today on. Raises Conflict for
    a place that does not give way.
    """
    today = london_day(at)
    slots = _held()
    own = next(slot for slot in slots.values() if slot.fast_track_id == request.pk)
    allowed = {slot.pk for slot in giving_way(request)}
    if days.keys() - allowed:
        raise Conflict("The queue was changed since you opened it.")
    moves = [rules.Move(pk, slots[pk].organisation_id, slots[pk].planned_on, day) for pk, day in days.items()]
    if early := [move for move in moves if move.now_on < move.was_on]:
        raise Refusal(
            "A place that gives way moves to a later day.", clause="PPCT-4.1.2", field=f"slot_{early[0].slot}"
        )
    if past := [move for move in moves if move.was_on < move.now_on < today]:
        raise Refusal("That day is past.", clause="PPCT-4.1.2", field=f"slot_{past[0].slot}")
    for each in moves:
        if each.now_on != each.was_on:
            _move(slots[each.slot], each.now_on, request, grant, at, "It gives way to a test with priority.")
    last = TestSlot.objects.filter(ended_on=None).aggregate(last=Max("priority"))["last"]
    own.priority = (last or 0) + 1
    _move(own, max(request.date_if_fast, today), request, grant, at, "The fast track was granted.")
    for organisation_id, moved in rules.impacted(moves).items():
        _tell_of_moves(
            organisation_id, moved, slots, request, at, template=MOVED, title="The day of your test has moved"
        )


def move_back(request: FastTrackRequest, *, grant: Grant, at: dt.datetime) -> None:
    """Give those who gave way to a request their days again, as it was withdrawn untested; tell them. PPCT Report 4.1.2

    Only a day still to come, that nobody with priority has by now, and only where nothing moved the place since.
    """
    slots = _held()
    taken = {slot.planned_on for slot in slots.values() if slot.priority is not None}
    moves = []
    for slot in slots.values():
        if slot.priority is None and request.moved_slots.filter(slot=slot).exists():
            history = [
                rules.Moved(each.was_on, each.now_on, each.fast_track is None or _is_idle(each.fast_track))
                for each in slot.moves.select_related("fast_track")
            ]
            day = rules.way_back(history, planned_on=slot.planned_on, today=london_day(at), taken=taken)
            moves.append(rules.Move(slot.pk, slot.organisation_id, slot.planned_on, day))
    for each in moves:
        if each.now_on != each.was_on:
            _move(
                slots[each.slot], each.now_on, request, grant, at, "What it gave way to is tested no longer."
            )
    for organisation_id, moved in rules.impacted(moves).items():
        _tell_of_moves(organisation_id, moved, slots, request, at, template=MOVED_BACK,
                       title="The day of your test has moved back")  # fmt: skip


def _is_idle(request: FastTrackRequest) -> bool:
    """Whether a request that others gave way to was withdrawn without the outcome of any test."""
    return request.state == FastTrackRequest.State.WITHDRAWN and not request.results.exists()


def _move(
    slot: TestSlot, day: dt.date, request: FastTrackRequest | None, grant: Grant, at: dt.datetime, reason: str
) -> None:
    was = slot.planned_on
    slot.planned_on = day
    keep(slot)
    if was != day:
        SlotMove.objects.create(slot=slot, fast_track=request, was_on=was, now_on=day, moved_at=at)
    _record(slot, "moved", grant, at, reason, {"was_on": was, "now_on": day, "priority": slot.priority})


def _tell_of_moves(
    organisation_id: int, moved: tuple[rules.Move, ...], slots: Mapping[int, TestSlot], request: FastTrackRequest,
    at: dt.datetime, *, template: str, title: str,
) -> None:  # fmt: skip
    organisation = Organisation.objects.get(pk=organisation_id)
    days = [
        {
            "was": f"{each.was_on:%A} {each.was_on.day} {each.was_on:%B %Y}",
            "now": f"{each.now_on:%A} {each.now_on.day} {each.now_on:%B %Y}",
        }
        for each in moved
    ]
    journal.give_notice(
        organisation_id=organisation_id, recipients=notice_contacts(organisation, Contact.Purpose.TESTING), template=template,
        context={"days": days}, title=title, clause="PPCT-4.1.2", subject=slots[moved[0].slot],
        key=f"{template}:{request.pk}", at=at,
    )  # fmt: skip
    nudge("journal.send_messages")


@transaction.atomic
def reorder(
    *, slot: TestSlot, by: User, at: dt.datetime, version: int, priority: int, reason: str
) -> TestSlot:
    """Put a granted request before or behind other granted ones, with a reason. PPCT Report 9.17

    `priority` is its new place among them, from 1. Raises Refusal for what was not granted, Conflict for a stale version.
    """
    grant = require(by, Duty.SEEK_SSC_VIEW)
    held = (each for each in _held().values() if each.priority is not None)
    granted = sorted(held, key=lambda each: (each.priority or 0, each.pk))
    slot = next((each for each in granted if each.pk == slot.pk), slot)
    if slot.priority is None or slot not in granted:
        raise Refusal("Only what was granted the fast track has a place to change.", clause=CLAUSE)
    if slot.version != version:
        raise Conflict("The queue was changed since you opened it.")
    if not 1 <= priority <= len(granted):
        raise Refusal(f"Give a place from 1 to {len(granted)}.", clause=CLAUSE, field="priority")
    reason = clean_reason(reason, clause=CLAUSE)
    granted.remove(slot)
    granted.insert(priority - 1, slot)
    for place, each in enumerate(granted, start=1):
        if each.priority != place:
            each.priority = place
            keep(each)
    _record(slot, "reordered", grant, at, reason, {"priority": priority})
    return slot


@transaction.atomic
def end_slot(*, slot: TestSlot, by: User, at: dt.datetime, version: int, reason: str) -> TestSlot:
    """Take a combination out of the queue: tested, or no longer wanted. PPCT Report 9.17"""
    grant = require(by, Duty.SEEK_SSC_VIEW)
    held = _held().get(slot.pk)
    if held is None or held.version != version:
        raise Conflict("The queue was changed since you opened it.")
    slot = held
    if slot.fast_track_id and slot.fast_track.state not in ("refused", "withdrawn"):
        raise Refusal("Record the outcome of its test instead.", clause=CLAUSE)
    leave(slot, grant=grant, at=at, reason=clean_reason(reason, clause=CLAUSE))
    return slot


def leave(slot: TestSlot, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Take a place out of the queue, with its reason; those granted after it move up by one. PPCT Report 9.17

    The reason stays with the place: the journal is read by people who may not see the queue.
    """
    held = _held()
    if slot.pk not in held:
        raise Conflict("The queue was changed since you opened it.")
    slot = held.pop(slot.pk)
    place = slot.priority
    slot.ended_on, slot.ended_reason, slot.priority = london_day(at), reason, None
    keep(slot)
    for each in held.values():
        if place is not None and each.priority is not None and each.priority > place:
            each.priority -= 1
            keep(each)
    _record(slot, "ended", grant, at, "It leaves the testing queue.")


def _held() -> dict[int, TestSlot]:
    """Lock the whole queue, in the order of its keys as everywhere, and give it by key as it stands once we hold it."""
    rows = TestSlot.objects.select_for_update().filter(ended_on=None).order_by("pk")
    return {slot.pk: slot for slot in rows}


def _record(
    slot: TestSlot,
    verb: str,
    grant: Grant,
    at: dt.datetime,
    reason: str,
    after: dict[str, object] | None = None,
) -> None:
    journal.record(
        actor=grant.actor, at=at, verb=f"ssc.test_slot.{verb}", subject=slot, clause=CLAUSE, reason=reason,
        after=after or {"planned_on": slot.planned_on},
    )  # fmt: skip
