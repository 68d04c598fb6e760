"""What the Panel decides of its own: recorded with its minute, confirmed by a second person (Z6.8, Z6.9, F2.2A, A-16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from cpl.models import DeviceModel, ListChange, ListingPeriod, PanelDecision
from cpl.rules import list_changes as change_rules
from cpl.rules import removal as rules
from cpl.rules.limbs import Limb
from cpl.rules.submissions import clean_reason
from cpl.rules.versions import SMETS1
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.time_rules import london_day


def discretion_of(decision: PanelDecision, others: Sequence[DeviceModel]) -> rules.Discretion:
    """A decision as the rules see it, with the other Device Models that it names."""
    model = decision.device_model
    last = model.periods.order_by("-id").first()
    listed = bool(last and last.is_open)
    on_list = ListingPeriod.objects.open().filter(device_model__in=[each.pk for each in others])
    return rules.Discretion(
        kind=decision.kind,
        clause=decision.clause,
        generation=model.generation,
        listed=listed,
        advice=decision.advice is not None,
        advice_withdrawn=decision.advice is not None and decision.advice.withdrawn_at is not None,
        determiner=decision.determined_by,
        determination=decision.determination_reference,
        in_combination=decision.in_combination,
        others=on_list.exclude(device_model=model).count(),
        closed_under=last.closing_clause if last and not listed else "",
        rectified=decision.rectification_reference,
        evidence=bool(decision.evidence or decision.evidence_note.strip()),
        minute=decision.minute_reference,
        reasons=decision.reasons,
    )


def limbs_of(decision: PanelDecision) -> list[Limb]:
    """Judge what a decision rests on, as of now. Appendix Z 6.8 and Appendix Z 6.9"""
    return list(rules.decision_limbs(discretion_of(decision, list(decision.other_models.all()))))


def record_decision(
    decision: PanelDecision, *, others: Sequence[DeviceModel], grant: Grant, at: dt.datetime
) -> PanelDecision:
    """Judge and keep a decision that waits for its second person. Appendix Z 6.8 and Appendix Z 6.9

    Takes the decision unsaved. Raises Refusals with everything that is lacking, Conflict where one on the entry waits.
    """
    if PanelDecision.objects.filter(device_model=decision.device_model, state="recorded").exists():
        raise Conflict(f"A decision on entry {decision.device_model} waits for its second person already.")
    rules.check_decision(discretion_of(decision, others))
    decision.recorded_by, decision.recorded_at = grant.user, at
    decision.full_clean(exclude=["state"])
    decision.save()
    decision.other_models.set(others)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.panel_decision.recorded",
        subject=decision,
        clause=decision.clause,
        reason=decision.reasons,
        after={"kind": decision.kind, "minute": decision.minute_reference},
    )
    return decision


def carry_out(
    decision: PanelDecision, *, grant: Grant, at: dt.datetime, reason: str
) -> list[dict[str, object]]:
    """Confirm a decision along with the change of the list that it makes; give its gates as the change keeps them."""
    decision = PanelDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    discretion = discretion_of(decision, list(decision.other_models.all()))
    rules.check_decision(discretion)
    _decide(decision, grant=grant, at=at, reason=reason)
    return [
        {"clause": each.clause, "asks": each.asks, "met": each.met, "at": decision.recorded_at.isoformat()}
        for each in rules.decision_limbs(discretion)
    ]


def confirm_decision(
    *, decision: PanelDecision, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> PanelDecision:
    """Confirm as the second person a decision not to remove, or not to reinstate; or send it back. Section F2.2A

    A decision to remove or to reinstate is confirmed by approving its change of the list.
    """
    decision = PanelDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if decision.version != version or decision.state != PanelDecision.State.RECORDED:
        raise Conflict(f"{decision} is {decision.get_state_display().lower()} by now.")
    if decision.changes.exists():
        raise Conflict(f"{decision} is decided with its change of the list.")
    grant = second_person(by)
    reason = clean_reason(reason)
    if not agree:
        end_waiting(decision, actor=grant.actor, at=at, reason=reason)
        return PanelDecision.objects.get(pk=decision.pk)
    change_rules.check_second_person(
        first=str(decision.recorded_by_id),
        first_role=change_rules.FIRST_ROLE,
        second=str(by.pk),
        second_role=grant.role.value,
        four_eyes=settings.FOUR_EYES,
    )
    rules.check_decision(discretion_of(decision, list(decision.other_models.all())))
    _decide(decision, grant=grant, at=at, reason=reason)
    return decision


def second_person(by: User) -> Grant:
    """Who may be the second person: the Approver, or with FOUR_EYES off whoever may propose."""
    if not settings.FOUR_EYES and (grant := permitted(by, Duty.PROPOSE_LIST_CHANGE)):
        return grant
    return require(by, Duty.APPROVE_LIST_CHANGE)


def _decide(decision: PanelDecision, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    decision.decide()
    decision.second_by, decision.second_at, decision.second_reason = grant.user, at, reason
    decision.four_eyes = settings.FOUR_EYES
    keep(decision)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.panel_decision.decided",
        subject=decision,
        clause=decision.clause,
        reason=reason,
        after={"kind": decision.kind},
    )


def end_waiting(decision: PanelDecision, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """End a decision that waits for its second person, and will not be confirmed."""
    decision = PanelDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    decision.refuse()
    decision.second_at, decision.second_reason = at, reason
    keep(decision)
    journal.record(
        actor=actor,
        at=at,
        verb="cpl.panel_decision.refused",
        subject=decision,
        clause=decision.clause,
        reason=reason,
    )


def note_addition(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Write down that the Panel decided to add a SMETS1 Device Model, so that the decision can be referred. Section F2.2A

    Its two people are those of the change. Other additions carry no right of referral.
    """
    model = change.device_model
    if change.kind != ListChange.Kind.ADD or model.generation != SMETS1 or change.submission is None:
        return
    decision = PanelDecision(
        device_model=model, kind=PanelDecision.Kind.ADD, clause=change.clause, decided_on=london_day(at),
        minute_reference=change.submission.reference, reasons=change.reason, recorded_by=change.proposed_by,
        recorded_at=change.proposed_at,
    )  # fmt: skip
    decision.save()
    _decide(decision, grant=grant, at=at, reason=reason)
    change.panel_decision = decision
