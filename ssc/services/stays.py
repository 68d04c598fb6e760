"""Stays that the Authority orders: nothing else holds up a decision while it is referred (A-49)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc.models import AuthorityAnswer, PlanPeriod, PlanVersion, Referral, RemedyNotice, Stay
from ssc.services.referable import in_words
from ssc.services.remedy_notices import resume_for_authority, suspend_for_authority

FIELDS = ("ordered_on", "authority_reference", "text")


@transaction.atomic
def order_stay(*, referral: Referral, by: User, at: dt.datetime, values: dict[str, Any]) -> Stay:
    """Record that the Authority ordered a referred decision not to be carried out for now. Section F2.2A

    Takes the fields named in FIELDS. A person of the Secretariat is called to see that nothing is carried out; where
    the decision is on a plan, the time of a notice for failure to gain approval stands still (A-59). Reading: a stay is
    recorded as such and shuts no gate of the list by itself (A-49).
    """
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    grant = require(by, Duty.RECORD_AUTHORITY_ORDER)
    if referral.state != Referral.State.LODGED:
        raise Conflict(f"{referral} is {referral.get_state_display().lower()} by now.")
    if standing_of(referral) is not None:
        raise Conflict("A stay of this decision stands already.")
    stay = Stay(
        recorded_by=by,
        recorded_at=at,
        **referral.about,
        **{name: values[name] for name in FIELDS if name in values},
    )
    if stay.ordered_on > london_day(at):
        raise Refusal("That day is still to come.", clause=referral.clause, field="ordered_on")
    stay.text = clean_reason(stay.text, field="text", clause=referral.clause)
    stay.full_clean()
    stay.save()
    journal.record(
        actor=grant.actor,
        at=at,
        verb="ssc.stay.ordered",
        subject=stay,
        clause=referral.clause,
        reason=stay.text,
    )
    journal.open_task(
        key=task_key(stay), title=f"The Authority ordered a stay: {in_words(referral.decision)}",
        detail="Do not carry it out until the stay has ended.", clause=referral.clause, at=at, subject=stay,
    )  # fmt: skip
    for notice in _notices(stay):
        if notice.suspension is None:
            suspend_for_authority(notice=notice, actor=grant.actor, at=at, reason=stay.text)
    return stay


@transaction.atomic
def end_stay(*, stay: Stay, by: User, at: dt.datetime, version: int, reason: str) -> Stay:
    """Record that the Authority ended its stay; what it suspended goes on. Section F2.2A"""
    stay = Stay.objects.select_for_update(of=("self",)).get(pk=stay.pk)
    grant = require(by, Duty.RECORD_AUTHORITY_ORDER)
    reason = clean_reason(reason, clause=stay.clause)
    if stay.version != version or stay.ended_on is not None:
        raise Conflict("The stay was changed since you opened it.")
    _end(stay, grant, at, reason)
    return stay


def end_with_determination(answer: AuthorityAnswer, *, grant: Grant, at: dt.datetime) -> None:
    """End the stay of what the Authority has now determined, as the confirmation of its determination. F2.2A-6 and F2.7B-2

    Call it once the determination has taken effect: what ended with it does not go on. Reading: a stay holds until the
    Authority determines, so it needs no order of its own to end (A-49).
    """
    for stay in Stay.objects.select_for_update(of=("self",)).filter(ended_on=None, **answer.about):
        _end(stay, grant, at, f"The Authority has determined: {answer.get_outcome_display().lower()}.")


def _end(stay: Stay, grant: Grant, at: dt.datetime, reason: str) -> None:
    stay.ended_on, stay.ended_reason, stay.ended_by = london_day(at), reason, grant.user
    keep(stay)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.stay.ended", subject=stay, clause=stay.clause, reason=reason
    )
    journal.close_task(key=task_key(stay), at=at, reason=reason)
    for notice in _notices(stay):
        if notice.suspension is not None and notice.suspension.by_authority:
            resume_for_authority(notice=notice, actor=grant.actor, at=at, reason=reason)


def standing_of(referral: Referral) -> Stay | None:
    """Give the stay of a referred decision that stands, or None."""
    return Stay.objects.filter(ended_on=None, **referral.about).first()


def task_key(stay: Stay) -> str:
    """The key of the task that stands while a stay does."""
    return f"stay:{stay.pk}"


def _notices(stay: Stay) -> list[RemedyNotice]:
    """The notices for failure to gain approval that run on the plan concerned."""
    decision = stay.decision
    if not isinstance(decision, PlanVersion | PlanPeriod):
        return []
    running = decision.plan.remedy_notices.running().filter(ground=RemedyNotice.Ground.APPROVAL)
    return list(running.order_by("pk"))
