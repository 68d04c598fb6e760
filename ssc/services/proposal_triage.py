"""The SSC's triage of a proposal, and its liaison with NCSC (SC-6.3 to SC-6.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.documents.models import Classification
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from secgov.time_rules import DueDate, end_of_day, london_day
from ssc import proposal_notices as notices
from ssc.models import ClarificationRound, NcscView, Proposal
from ssc.rules import proposals as rules
from ssc.rules.proposal_form import clean_text
from ssc.services.proposal_rows import State, check_state, lock_proposal, move, note, require_for_ssc
from ssc.services.proposal_support import supports_of


@transaction.atomic
def take_up_proposal(
    *,
    proposal: Proposal,
    classification: str,
    target_on: dt.date | None,
    by: User,
    at: dt.datetime,
    version: int,
) -> Proposal:
    """Begin triage of a supported proposal, and tell the Panel of it. SC Methodology 6.3, SC-6.4-1 and SC Methodology 6.7

    Takes its level under the Information Policy, which says how much of it the tracker shows, and by when the SSC means
    to be through. Raises NotPermitted, Conflict, Refusal where no Party has confirmed its support.

    Reading: the Panel is told at the start of triage and again of the outcome (A-30).
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.SUBMITTED)
    rules.check_supported(supports_of(proposal))
    proposal.classification, proposal.triaged_at = _level(classification), at
    move(
        proposal, "take_up", grant=grant, at=at, clause="SC-6.4", reason="A Party supports it.", target_on=target_on,
        after={"classification": proposal.classification},
    )  # fmt: skip
    notices.tell(
        notices.panel(), proposal=proposal, what="the SSC considers a request", clause="SC-6.7", key="panel-start", at=at,
        then="The Panel may nominate people, contribute, or ask to hear of it every month.",
        path=notices.portal_path(proposal),
    )  # fmt: skip
    _tell_proposer(
        proposal, "the SSC has taken it up", "It looks whether the need is clear.", "SC-6.4", "taken-up", at
    )
    return proposal


def _level(classification: str) -> str:
    if classification not in Classification.values:
        raise Refusal(
            "Choose White, Green, Amber or Red.", clause="SC-A1.5", field="classification",
            remedy="Only what is White is shown in public with its title.",
        )  # fmt: skip
    return classification


def _tell_proposer(proposal: Proposal, what: str, then: str, clause: str, key: str, at: dt.datetime) -> None:
    notices.tell(
        notices.proposer(proposal), proposal=proposal, what=what, then=then, clause=clause, key=key, at=at,
        path=notices.portal_path(proposal),
    )  # fmt: skip


@transaction.atomic
def classify_proposal(
    *,
    proposal: Proposal,
    classification: str,
    panel_updates: str,
    reason: str,
    by: User,
    at: dt.datetime,
    version: int,
) -> Proposal:
    """Set anew how a proposal is classified, and whether the Panel hears of it every month. SC Methodology 6.7"""
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    if proposal.triaged_at is None:
        raise Conflict(f"{proposal} has not been taken up.")
    if panel_updates not in Proposal.PanelUpdates.values:
        raise Refusal("Say how often the Panel wishes to hear of it.", clause="SC-6.7", field="panel_updates")
    reason = clean_reason(reason, clause="SC-6.7")
    before = {"classification": proposal.classification, "panel_updates": proposal.panel_updates}
    proposal.classification, proposal.panel_updates = _level(classification), panel_updates
    note(
        proposal, "classified", grant=grant, at=at, clause="SC-6.7", reason=reason,
        after={"before": before, "classification": classification, "panel_updates": panel_updates},
    )  # fmt: skip
    return proposal


@transaction.atomic
def ask_clarification(
    *, proposal: Proposal, question: str, reply_by: dt.date | None, invited_to_meeting: bool, by: User, at: dt.datetime,
    version: int,
) -> ClarificationRound:  # fmt: skip
    """Ask the proposer for clarification; rounds go on until the proposition is clear. SC-6.4-2

    The proposer may be invited to a meeting. Raises NotPermitted, Conflict where a question waits, Refusal.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.TRIAGE)
    question = clean_reason(question, field="question", clause="SC-6.4")
    if proposal.rounds.filter(answered_at=None).exists():
        raise Conflict("A question waits for its answer already.")
    if reply_by is not None and reply_by < london_day(at):
        raise Refusal(
            "That day has passed.", clause="SC-6.4", field="reply_by", remedy="Give today or a later day."
        )
    row = ClarificationRound(
        proposal=proposal, number=proposal.rounds.count() + 1, question=question, invited_to_meeting=invited_to_meeting,
        reply_by=reply_by, asked_by=by, asked_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    act = note(
        proposal,
        "clarification_asked",
        grant=grant,
        at=at,
        clause="SC-6.4",
        reason=question,
        after={"round": row.number},
    )
    if reply_by is not None:
        journal.open_obligation_until(
            clause="SC-6.4", duty="Answer what the SSC asks about a proposal", owed_by=Obligation.Owner.PARTY, subject=row,
            act=act, from_at=at, by_law=False, organisation_id=proposal.organisation_id,
            due=DueDate(end_of_day(reply_by), reply_by, ("The SSC asks for an answer by this day.",)),
        )  # fmt: skip
    _tell_proposer(
        proposal, "the SSC asks you something", "Your answer is a new version of the proposal.", "SC-6.4",
        f"round-{row.number}", at,
    )  # fmt: skip
    return row


@transaction.atomic
def end_triage(
    *, proposal: Proposal, need_is_clear: bool, finding: str, target_on: dt.date | None, by: User, at: dt.datetime, version: int
) -> Proposal:  # fmt: skip
    """Find that the business need is clearly articulated, and turn to NCSC. SC-6.4-1 and SC Methodology 6.5

    Raises NotPermitted, Conflict, Refusal while the need is not clear or a question waits.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.TRIAGE)
    waiting = proposal.rounds.filter(answered_at=None).exists()
    rules.check_need_is_clear(is_clear=need_is_clear, finding=finding, question_open=waiting)
    proposal.need_is_clear, proposal.triage_finding = (
        True,
        clean_reason(finding, field="finding", clause="SC-6.4"),
    )
    move(
        proposal,
        "liaise",
        grant=grant,
        at=at,
        clause="SC-6.5",
        reason=proposal.triage_finding,
        target_on=target_on,
    )
    _tell_proposer(proposal, "its need is clear", "The SSC asks NCSC for its view.", "SC-6.5", "liaison", at)
    return proposal


@transaction.atomic
def record_ncsc_view(
    *, proposal: Proposal, criteria: Mapping[str, bool | None], text: str, reference: str, given_on: dt.date, by: User,
    at: dt.datetime, version: int,
) -> NcscView:  # fmt: skip
    """Record NCSC's view with an answer to each of the four criteria. SC Methodology 6.5

    Raises NotPermitted, Conflict, Refusals for a criterion left blank, no reference, or a day to come.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.NCSC_LIAISON)
    rules.check_criteria_answered(criteria)
    text = clean_text(text, field="text", clause="SC-6.5", name="what NCSC said")
    if not reference.strip():
        raise Refusal("Give NCSC’s reference.", clause="SC-6.5", field="reference")
    if given_on > london_day(at):
        raise Refusal("That day is still to come.", clause="SC-6.5", field="given_on")
    view = NcscView(
        proposal=proposal, text=text, reference=reference.strip(), given_on=given_on, recorded_by=by, recorded_at=at,
        **{name: bool(criteria[name]) for name in rules.CRITERIA},
    )  # fmt: skip
    view.full_clean()
    view.save()
    note(
        proposal, "ncsc_view_recorded", grant=grant, at=at, clause="SC-6.5", reason=f"NCSC’s view, {view.reference}.",
        after=view.criteria,
    )  # fmt: skip
    return view


def criteria_of(proposal: Proposal) -> dict[str, bool] | None:
    """Give NCSC's newest answers, or None where its view is not recorded."""
    view = proposal.ncsc_views.order_by("-id").first()
    return view.criteria if view else None
