"""Reinstating a SMETS1 Device Model that was removed under Appendix Z 6.8 (Appendix Z 6.9)."""

from __future__ import annotations

import datetime as dt

from cpl.models import DeviceModel, ListChange, ListingPeriod
from cpl.rules import list_changes as rules
from cpl.rules.limbs import Limb
from cpl.services import panel_decisions
from cpl.services.removals import REASON, STATUS, facts_of
from secgov.accounts.permissions import Grant
from secgov.errors import Refusal


def reinstatement_of(model: DeviceModel, *, clause: str, reason: str, public_reason: str) -> ListChange:
    """A reinstatement of an entry, unsaved, with what the list says of it before and after."""
    last = model.periods.order_by("-id").first()
    return ListChange(
        kind=ListChange.Kind.REINSTATE,
        clause=clause,
        entry_number=model.pk,
        device_model=model,
        before={STATUS: "Removed", REASON: last.public_reason if last else ""},
        after={STATUS: "Current", REASON: public_reason},
        reason=reason,
        public_reason=public_reason,
    )


def carry_out(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> DeviceModel:
    """Put an entry back on the list under its own number, in a new period. Appendix Z 6.9

    Called by the approval, in its transaction. Raises Refusal where a gate has shut since, or where another entry of
    the same Device Model is on the list.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=change.device_model_id)
    rules.check_gates(facts_of(change))
    twin = ListingPeriod.objects.open().filter(identity=model.identity).exclude(device_model=model).first()
    if twin:
        raise Refusal(
            f"Entry {twin.device_model_id:06d} is the same Device Model, and is on the list.", clause="Z6.9"
        )
    if change.panel_decision:
        change.gates = panel_decisions.carry_out(change.panel_decision, grant=grant, at=at, reason=reason)
    ListingPeriod.objects.create(
        device_model=model,
        identity=model.identity,
        origin=ListingPeriod.Origin.REINSTATED,
        opened_at=at,
        opened_by_change=change,
    )
    return model


def take_back(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Send a reinstatement back to the Secretariat; one that the Authority determined can only be approved."""
    if change.is_duty:
        raise Refusal(
            f"{change} was determined by the Authority: it can be approved, not sent back.",
            clause=change.clause,
        )
    panel_decisions.end_waiting(change.panel_decision, actor=grant.actor, at=at, reason=reason)


def gates_now(change: ListChange) -> list[Limb]:
    """Judge the gates of a waiting reinstatement as its approval will. Appendix Z 6.9"""
    if change.panel_decision:
        return panel_decisions.limbs_of(change.panel_decision)
    return list(rules.gates(facts_of(change)))
