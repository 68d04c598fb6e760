"""What the Authority determined of an entry: final, and stronger than any gate but the second person (F2.2A, A-71)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cpl.models import AuthorityOrder, DeviceModel, ListChange
from cpl.rules.submissions import clean_reason
from cpl.services import panel_decisions
from cpl.services.determinations import supersede_binding
from cpl.services.proposing import keep_proposed
from cpl.services.reinstatements import reinstatement_of
from cpl.services.removal_grounds import open_period
from cpl.services.removals import facts_of, follow_gates
from cpl.services.rows import keep
from cpl.services.update_duties import drop_all, open_limbs
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day

FIELDS = ("outcome", "clause", "ordered_on", "reference", "text", "document")


@transaction.atomic
def record_authority_order(
    *, model: DeviceModel, by: User, at: dt.datetime, values: dict[str, Any]
) -> AuthorityOrder:
    """Record what the Authority determined of an entry; a member of the Secretariat confirms it. Section F2.2A

    Takes the fields named in FIELDS. Raises Refusal where it would change nothing, Conflict where another waits.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    grant = require(by, Duty.RECORD_AUTHORITY_ORDER)
    order = AuthorityOrder(
        device_model=model,
        recorded_by=by,
        recorded_at=at,
        **{name: values[name] for name in FIELDS if name in values},
    )
    if model.authority_orders.filter(state=AuthorityOrder.State.RECORDED).exists():
        raise Conflict(f"An order on entry {model} waits for its second person already.")
    if order.ordered_on > london_day(at):
        raise Refusal("That day is still to come.", clause=order.clause, field="ordered_on")
    _check_fits(order, model)
    order.full_clean(exclude=["state"])
    order.save()
    journal.record(
        actor=grant.actor, at=at, verb="cpl.authority_order.recorded", subject=order, clause=order.clause,
        reason=order.text, after={"outcome": order.outcome, "reference": order.reference},
    )  # fmt: skip
    journal.open_task(
        key=f"authority-order:{order.pk}", title=f"{order}: confirm what was recorded", clause=order.clause, at=at,
        subject=order,
    )  # fmt: skip
    return order


def _check_fits(order: AuthorityOrder, model: DeviceModel) -> None:
    listed = open_period(model) is not None
    if listed == (order.outcome == AuthorityOrder.Outcome.REINSTATE):
        raise Refusal(
            f"Entry {model} is {'' if listed else 'not '}on the list.", clause=order.clause, field="outcome"
        )


@transaction.atomic
def confirm_authority_order(
    *, order: AuthorityOrder, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> AuthorityOrder:
    """Confirm, as a member of the Secretariat, what the Authority's recorder wrote; or say that it is not so. Section F2.2A

    From this instant it overrides what the Panel or the SSC had decided: a removal or reinstatement that it asks for
    arises with its obligations, one that it forbids is cancelled. The change itself still has its own second person.
    """
    order = AuthorityOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    grant = require(by, Duty.CONFIRM_AUTHORITY_ORDER)
    reason = clean_reason(reason)
    if order.version != version or order.state != AuthorityOrder.State.RECORDED:
        raise Conflict(f"{order} is {order.get_state_display().lower()} by now.")
    if order.recorded_by_id == by.pk:
        raise Refusal("You recorded this, so a second person has to confirm it.", clause=order.clause)
    order.second_by, order.second_at, order.second_reason = by, at, reason
    if not agree:
        order.refuse()
        return _keep(order, "cpl.authority_order.refused", grant, at, reason)
    _check_fits(order, order.device_model)
    order.confirm()
    _keep(order, "cpl.authority_order.confirmed", grant, at, reason)
    _carry_on(order, grant, at)
    return order


def _keep(order: AuthorityOrder, verb: str, grant: Grant, at: dt.datetime, reason: str) -> AuthorityOrder:
    keep(order)
    journal.record(actor=grant.actor, at=at, verb=verb, subject=order, clause=order.clause, reason=reason)
    journal.close_task(key=f"authority-order:{order.pk}", at=at, reason=reason)
    return order


def _carry_on(order: AuthorityOrder, grant: Grant, at: dt.datetime) -> None:
    model, reason = (
        order.device_model,
        f"The Authority has determined: {order.get_outcome_display().lower()}.",
    )
    if order.outcome == AuthorityOrder.Outcome.REINSTATE:
        _make_way(model, grant, at, reason)
        change = reinstatement_of(
            model, clause=order.clause, reason=reason, public_reason="Reinstated as the Authority determined."
        )
        change.authority_order, change.required_at = order, at
        act = keep_proposed(change, facts=facts_of(change), first=order.second_by, actor=grant.actor, at=at)
        open_limbs(change, act=act)
        return
    supersede_binding(model, by=grant, at=at, reason=reason)
    if order.outcome == AuthorityOrder.Outcome.RETAIN:
        _make_way(model, grant, at, reason)
    follow_gates(entries=[model.pk], at=at)


def _make_way(model: DeviceModel, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Cancel a removal or reinstatement that waits: the Authority's word goes before the Panel's choice."""
    waiting = (
        ListChange.objects.select_for_update(of=("self",))
        .filter(state=ListChange.State.PROPOSED, entry_number=model.pk, kind__in=["remove", "reinstate"])
        .first()
    )
    if waiting is None:
        return
    waiting.cancel()
    waiting.cancelled_reason, waiting.held_since = reason, None
    keep(waiting)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.list_change.cancelled",
        subject=waiting,
        clause=waiting.clause,
        reason=reason,
    )
    drop_all(waiting, at=at, reason=reason)
    if waiting.panel_decision:
        panel_decisions.end_waiting(waiting.panel_decision, actor=grant.actor, at=at, reason=reason)
