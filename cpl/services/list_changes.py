"""The second person's decision on changes of the list: the legal act (Section F2.2, F2.8, chart 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django_fsm import can_proceed

from cpl.models import DeviceModel, ListChange
from cpl.rules import list_changes as rules
from cpl.rules.submissions import clean_reason
from cpl.services import additions, corrections, panel_decisions, reinstatements, removals
from cpl.services.locks import hold_list
from cpl.services.rows import keep
from cpl.services.update_duties import open_limbs
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.journal.nudge import nudge

HOW = {
    ListChange.Kind.ADD: additions,
    ListChange.Kind.CORRECT: corrections,
    ListChange.Kind.REMOVE: removals,
    ListChange.Kind.REINSTATE: reinstatements,
}
"""Where each kind of change is carried out, and taken back."""
DONE = {
    ListChange.Kind.ADD: "cpl.device_model.listed",
    ListChange.Kind.CORRECT: "cpl.device_model.corrected",
    ListChange.Kind.REMOVE: "cpl.device_model.removed",
    ListChange.Kind.REINSTATE: "cpl.device_model.reinstated",
}


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


def _lock_changes(seen: Sequence[ListChange]) -> list[ListChange]:
    """Take the rows as they now are, locked in one order. Raises Conflict where any is not as the person saw it."""
    versions = {change.pk: change.version for change in seen}
    # Entries before changes, in the order of whatever moves a removal, so that neither waits for the other for ever.
    entries = ListChange.objects.filter(pk__in=versions).values("device_model")
    list(
        DeviceModel.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=entries).order_by("pk")
    )
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
    kind = ListChange.Kind(change.kind)
    with _naming_the_entry(change):
        model = HOW[kind].carry_out(change, grant=grant, at=at, reason=reason)
    change.device_model = model
    panel_decisions.note_addition(change, grant=grant, at=at, reason=reason)
    change.approved_by, change.approved_at = by, at
    # A duty is owed since its last gate cleared, approved or not; what the Panel chooses, since now.
    change.required_at = change.required_at if change.is_duty else at
    change.four_eyes = settings.FOUR_EYES
    change.approve()
    keep(change)
    one_person = "" if settings.FOUR_EYES else " Four eyes are off: one person may do both."
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.list_change.approved",
        subject=change,
        clause=change.clause,
        reason=reason + one_person,
        public_reason=change.public_reason,
        before=change.before,
        after=change.after,
    )
    journal.record(
        actor=grant.actor,
        at=at,
        verb=DONE[kind],
        subject=model,
        clause=change.clause,
        reason=reason,
        public_reason=change.public_reason,
        before=change.before,
        after=change.after,
    )
    _end_targets(change, act, at)
    if not change.is_duty:
        open_limbs(change, act=act)


@contextmanager
def _naming_the_entry(change: ListChange) -> Iterator[None]:
    """Let a refusal say which change of a set it is about; the others can be approved without it."""
    try:
        yield
    except Refusal as refusal:
        refuse_any(
            Refusal(
                f"Entry {change.entry_number:06d}: {each.message}",
                clause=each.clause,
                field=each.field,
                remedy=each.remedy,
            )
            for each in refusal.each
        )


def _end_targets(change: ListChange, act: Act, at: dt.datetime) -> None:
    for obligation in Obligation.objects.standing().about(change).filter(by_law=False):
        journal.discharge(obligation=obligation, act=act, at=at)


@transaction.atomic
def send_back(*, changes: Sequence[ListChange], by: User, at: dt.datetime, reason: str) -> list[ListChange]:
    """Send proposed changes back to the Secretariat: they are cancelled, and what they rest on is open again."""
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
        HOW[ListChange.Kind(change.kind)].take_back(change, grant=grant, at=at, reason=reason)
    return fresh
