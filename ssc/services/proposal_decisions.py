"""Deciding on a proposal: prepared by the secretary with its report, confirmed by the Chair on exactly that (SC-6.10)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from django.conf import settings
from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted
from secgov.errors import Conflict, Refusal
from secgov.time_rules import london_day
from ssc import proposal_notices as notices
from ssc.models import Proposal, ProposalAdvice, ProposalDecision, ProposalReport
from ssc.proposal_report import report_of, report_title
from ssc.rules import proposals as rules
from ssc.services.proposal_consultation import consultation_end
from ssc.services.proposal_rows import State, check_state, lock_proposal, move, note, require_for_ssc
from ssc.services.proposal_triage import criteria_of

Outcome = ProposalDecision.Outcome


@transaction.atomic
def prepare_decision(
    *,
    proposal: Proposal,
    outcome: str,
    reasons: str,
    minute_reference: str,
    by: User,
    at: dt.datetime,
    version: int,
) -> ProposalDecision:
    """Prepare what the SSC decides, for the Chair to confirm. SC Methodology 6.10

    Raises NotPermitted, Conflict, and Refusals before the consultation has closed or without the advice of both; where
    NCSC said no, a rejection needs neither.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.NCSC_LIAISON, State.CONSULTATION)
    if outcome not in Outcome.values:
        raise Refusal("Choose approve or reject.", clause="SC-6.10", field="outcome")
    if proposal.decisions.filter(dropped_at=None).exists():
        raise Conflict("A decision is prepared already.")
    decision = ProposalDecision(
        proposal=proposal, outcome=outcome, reasons=reasons.strip(), minute_reference=minute_reference.strip(),
        prepared_by=by, prepared_at=at,
    )  # fmt: skip
    _check(proposal, decision, at)
    decision.full_clean()
    decision.save()
    note(
        proposal, "decision_prepared", grant=grant, at=at, clause="SC-6.10", reason=decision.reasons,
        after={"outcome": outcome, "minute": decision.minute_reference},
    )  # fmt: skip
    notices.tell(
        notices.chair(), proposal=proposal, what="a decision waits for the Chair’s word", clause="SC-6.10", at=at,
        then="It is confirmed exactly as it stands, or sent back.", key=f"prepared-{decision.pk}",
        path=f"{notices.portal_path(proposal)}decide/",
    )  # fmt: skip
    return decision


def _check(proposal: Proposal, decision: ProposalDecision, at: dt.datetime) -> None:
    criteria = criteria_of(proposal)
    if proposal.state == State.NCSC_LIAISON and (criteria is None or rules.is_agreed(criteria)):
        raise Refusal(
            "Only what NCSC does not agree to is decided here.",
            clause="SC-6.5",
            remedy="Go on to refinement.",
        )
    kinds = list(proposal.advices.values_list("source", flat=True))
    facts = rules.DecisionFacts(
        outcome=decision.outcome,
        reasons=decision.reasons,
        minute_reference=decision.minute_reference,
        refused_by_ncsc=proposal.state == State.NCSC_LIAISON,
        consultation_ends_on=consultation_end(proposal),
        group_advice=kinds.count(ProposalAdvice.Source.WORKING_GROUP),
        ncsc_advice=kinds.count(ProposalAdvice.Source.NCSC),
    )
    rules.check_decidable(facts, on=london_day(at))


def digest_of(decision: ProposalDecision) -> str:
    """The SHA-256 of exactly what the Chair confirms: outcome, reasons, minute and the whole report. SC-6.11"""
    said = [
        decision.outcome,
        decision.reasons,
        decision.minute_reference,
        report_of(decision.proposal, decision),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def drop_decision(
    *, decision: ProposalDecision, reason: str, by: User, at: dt.datetime, version: int
) -> ProposalDecision:
    """Drop what was prepared: the Chair does not confirm it, or the secretary begins anew. SC Methodology 6.10"""
    proposal = lock_proposal(decision.proposal, version=version)
    duty = Duty.DECIDE_PROPOSAL if permitted(by, Duty.DECIDE_PROPOSAL) else Duty.WORK_ON_PROPOSAL
    grant = require_for_ssc(proposal, by, duty)
    row = _waiting(decision)
    row.dropped_at, row.dropped_reason = at, clean_reason(reason, clause="SC-6.10")
    row.full_clean()
    row.save()
    note(proposal, "decision_dropped", grant=grant, at=at, clause="SC-6.10", reason=row.dropped_reason)
    return row


def _waiting(decision: ProposalDecision) -> ProposalDecision:
    row = ProposalDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if row.confirmed_at is not None or row.dropped_at is not None:
        raise Conflict("This decision was confirmed or dropped already.")
    return row


@transaction.atomic
def confirm_decision(
    *, decision: ProposalDecision, digest: str, by: User, at: dt.datetime, version: int
) -> ProposalDecision:
    """Decide as Chair, on exactly the prepared text and report, and send both out. SC Methodology 6.8 and SC Methodology 6.10

    A Working Group has no part in it. Panel and proposer are told, with the report (SC-6.11, SC-6.12). Raises
    NotPermitted, Conflict where anything changed since it was shown, Refusals.
    """
    proposal = lock_proposal(decision.proposal, version=version)
    grant = _chair(proposal, by)
    row = _waiting(decision)
    if settings.FOUR_EYES and row.prepared_by_id == by.pk:
        raise Refusal("You prepared it, so a second person has to confirm it.", clause="SC-6.10")
    _check(proposal, row, at)
    text = report_of(proposal, row)
    rules.check_report(text)
    row.proposal = proposal
    if digest != digest_of(row):
        raise Conflict("What the decision rests on has changed since you looked at it. Read it again.")
    row.confirmed_by, row.confirmed_at, row.four_eyes = by, at, settings.FOUR_EYES
    row.full_clean()
    row.save()
    ProposalReport.objects.create(
        proposal=proposal, title=report_title(proposal), text=text, made_at=at,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    if row.outcome == Outcome.REJECT:
        proposal.ended_at, proposal.ended_reason = at, row.reasons
    move(
        proposal, row.outcome, grant=grant, at=at, clause="SC-6.10", reason=row.reasons,
        after={"digest": digest, "four_eyes": settings.FOUR_EYES},
    )  # fmt: skip
    _tell_outcome(proposal, at)
    return row


def _chair(proposal: Proposal, by: User) -> Grant:
    if not settings.FOUR_EYES and permitted(by, Duty.WORK_ON_PROPOSAL):
        return require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    return require_for_ssc(proposal, by, Duty.DECIDE_PROPOSAL)


def _tell_outcome(proposal: Proposal, at: dt.datetime) -> None:
    """Tell Panel and proposer of the outcome, with the report; of a rejection too. SC Methodology 6.11 and SC Methodology 6.12"""
    approved = proposal.state == State.DECIDED
    what = "the SSC approved it" if approved else "the SSC rejected it"
    then = f"The {report_title(proposal)} says why."
    for whom, clause in ((notices.panel(), "SC-6.11"), (notices.proposer(proposal), "SC-6.12")):
        notices.tell(
            whom, proposal=proposal, what=what, then=then, clause=clause, key="outcome", at=at,
            path=f"{notices.portal_path(proposal)}report/",
        )  # fmt: skip
