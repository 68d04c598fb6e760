"""The Panel's own decisions as duties: to remove, not to remove, to reinstate, not to reinstate (Z6.8, Z6.9, A-64)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cpl.models import DeviceModel, ListChange, PanelDecision, SscAdvice
from cpl.rules.removal import LISTED_IN_ERROR
from cpl.rules.submissions import clean_reason
from cpl.services import panel_decisions
from cpl.services.proposing import put_forward
from cpl.services.reinstatements import reinstatement_of
from cpl.services.removals import facts_of, removal_of
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.documents.models import Document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal

PUBLIC_REASONS = {
    "Z6.8(a)": "The Security Sub-Committee advised its removal.",
    "Z6.8(b)": "Devices of this Device Model were determined not to comply with SMETS1.",
    LISTED_IN_ERROR: "Listed in error: it never met Section F2.1. No certificate is concerned.",
    "Z6.9": "Reinstated by the Panel.",
}
FIELDS = (
    "kind", "clause", "minute_reference", "decided_on", "reasons", "advice", "determined_by", "determination_reference",
    "in_combination", "rectification_reference", "evidence", "evidence_note",
)  # fmt: skip
"""What a person says of a decision."""


@transaction.atomic
def record_panel_decision(
    *,
    model: DeviceModel,
    by: User,
    at: dt.datetime,
    values: dict[str, Any],
    others: Sequence[DeviceModel] = (),
    public_reason: str = "",
) -> PanelDecision:
    """Record what the Panel decided of an entry, with its minute; a second person confirms it. Appendix Z 6.8, 6.9

    Takes the fields named in FIELDS, and the other Device Models of a combination. A decision to remove or to reinstate
    puts that change before an Approver at once; the clock starts at the approval (A-68). Raises Refusals with
    everything that is lacking.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    grant = require(by, Duty.PROPOSE_LIST_CHANGE)
    decision = PanelDecision(device_model=model, **{name: values[name] for name in FIELDS if name in values})
    if decision.advice and decision.advice.device_model_id != model.pk:
        raise Refusal("That advice is about another entry.", clause="Z6.8(a)", field="advice")
    panel_decisions.record_decision(decision, others=others, grant=grant, at=at)
    make = {"remove": removal_of, "reinstate": reinstatement_of}.get(decision.kind)
    if make is None:
        journal.open_task(
            key=f"panel-decision:{decision.pk}",
            title=f"{decision}: a second person confirms it",
            clause=decision.clause,
            at=at,
            subject=decision,
        )
        return decision
    waiting = ListChange.objects.proposed().filter(entry_number=model.pk).first()
    if waiting:
        raise Conflict(f"{waiting} waits for its second person already.", newer={"change": waiting.pk})
    change = make(
        model,
        clause=decision.clause,
        reason=decision.reasons,
        public_reason=public_reason.strip() or PUBLIC_REASONS[decision.clause],
    )
    change.panel_decision = decision
    change.evidence, change.evidence_note = decision.evidence, decision.evidence_note
    put_forward(change, facts=facts_of(change), grant=grant, at=at)
    return decision


@transaction.atomic
def confirm_panel_decision(
    *, decision: PanelDecision, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> PanelDecision:
    """Confirm, as the second person, that the Panel decided not to remove or not to reinstate. Section F2.2A"""
    decided = panel_decisions.confirm_decision(
        decision=decision, by=by, at=at, version=version, agree=agree, reason=reason
    )
    journal.close_task(key=f"panel-decision:{decision.pk}", at=at, reason=reason)
    return decided


@transaction.atomic
def record_advice(
    *,
    model: DeviceModel,
    by: User,
    at: dt.datetime,
    advised_on: dt.date,
    minute_reference: str,
    text: str,
    document: Document | None = None,
) -> SscAdvice:
    """Record the SSC's advice that a SMETS1 Device Model be removed. Appendix Z 6.8(a)"""
    grant = require(by, Duty.RECORD_DETERMINATION)
    advice = SscAdvice(
        device_model=model,
        advised_on=advised_on,
        minute_reference=minute_reference,
        text=clean_reason(text, field="text"),
        document=document,
        recorded_by=by,
        recorded_at=at,
    )
    advice.full_clean()
    advice.save()
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.ssc_advice.recorded",
        subject=advice,
        clause="Z6.8(a)",
        reason=text,
    )
    return advice


@transaction.atomic
def withdraw_advice(*, advice: SscAdvice, by: User, at: dt.datetime, version: int, reason: str) -> SscAdvice:
    """Withdraw the SSC's advice; a removal that rests on it and is not yet approved is blocked. Appendix Z 6.8(a)"""
    advice = SscAdvice.objects.select_for_update(of=("self",)).get(pk=advice.pk)
    grant = require(by, Duty.RECORD_DETERMINATION)
    reason = clean_reason(reason)
    if advice.version != version or advice.withdrawn_at is not None:
        raise Conflict(f"{advice} was changed since you opened it.")
    advice.withdrawn_at, advice.withdrawn_reason = at, reason
    keep(advice)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.ssc_advice.withdrawn",
        subject=advice,
        clause="Z6.8(a)",
        reason=reason,
    )
    return advice
