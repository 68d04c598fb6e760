"""Asking for views on a proposal, and answering each of them (SC-6.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc import proposal_notices as notices
from ssc.models import Consultation, ConsultationResponse, Proposal, WorkingGroup
from ssc.rules import proposals as rules
from ssc.rules.proposal_form import clean_text
from ssc.services.proposal_rows import State, check_state, lock_proposal, move, require_for_ssc


def path_of(consultation: Consultation) -> str:
    """The address at which organisations respond."""
    return f"/portal/consultations/{consultation.pk}/"


@transaction.atomic
def open_consultation(
    *, proposal: Proposal, text: str, starts_on: dt.date, ends_on: dt.date, is_open: bool,
    invited: Sequence[Organisation] = (), target_on: dt.date | None = None, by: User, at: dt.datetime, version: int,
) -> Consultation:  # fmt: skip
    """Ask for views on a proposal during its refinement, for a period. SC Methodology 6.9 and SC-A1.4-4

    Open to the whole industry, or to those invited: organisations without a seat in the SEC among them. Raises
    NotPermitted, Conflict, Refusal for a period that has passed, or a group without areas.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.REFINEMENT)
    areas = [each.areas for each in proposal.working_groups.filter(state=WorkingGroup.State.OPEN)]
    rules.check_consultation(
        starts_on=starts_on, ends_on=ends_on, today=london_day(at),
        areas=sum(len(each.splitlines()) for each in areas),
    )  # fmt: skip
    if not is_open and not invited:
        raise Refusal(
            "Choose who is asked.",
            clause="SC-6.9",
            field="invited",
            remedy="Or open it to the whole industry.",
        )
    row = Consultation(
        proposal=proposal, number=proposal.consultations.count() + 1,
        text=clean_text(text, field="text", clause="SC-6.9", name="what is asked"),
        is_open=is_open, starts_on=starts_on, ends_on=ends_on, opened_by=by, opened_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    row.invited.set(invited)
    move(
        proposal, "consult", grant=grant, at=at, clause="SC-6.9", reason="Views are asked for.", target_on=target_on,
        after={"consultation": row.number, "starts_on": starts_on, "ends_on": ends_on},
    )  # fmt: skip
    asked = notices.industry() if is_open else list({*invited, *notices.proposer(proposal)})
    notices.tell(
        asked, proposal=proposal, what="the SSC asks for your views", clause="SC-6.9", key=f"consultation-{row.number}",
        then=f"Respond by the end of {ends_on:%A} {ends_on.day} {ends_on:%B %Y}.", at=at, path=path_of(row),
    )  # fmt: skip
    return row


@transaction.atomic
def respond(
    *,
    consultation: Consultation,
    organisation: Organisation,
    about: str,
    text: str,
    by: User,
    at: dt.datetime,
) -> ConsultationResponse:
    """Give an organisation's view; a late one is taken and flagged. SC Methodology 6.9 and SC Methodology 5.2

    Parties and others alike respond, until the SSC has decided. Raises NotPermitted (hidden where they are not asked),
    Conflict once it is decided.
    """
    grant = require(by, Duty.RESPOND_TO_CONSULTATION, organisation)
    if not consultation.asks(organisation):
        raise NotPermitted("There is nothing at this address.", hidden=True)
    proposal = lock_proposal(consultation.proposal)
    today = london_day(at)
    decided = proposal.state not in (State.REFINEMENT, State.CONSULTATION)
    if not rules.may_respond(starts_on=consultation.starts_on, on=today, decided=decided):
        raise Conflict(
            f"No more views are taken: {proposal} is {proposal.get_state_display().lower()}."
            if decided
            else "The consultation has not begun."
        )
    row = ConsultationResponse(
        consultation=consultation, organisation=organisation, by=by, at=at, about=about.strip(),
        text=clean_text(text, field="text", clause="SC-6.9", name="your view"),
        is_late=rules.has_closed(consultation.ends_on, on=today),
    )  # fmt: skip
    if consultation.responses.filter(organisation=organisation, about=row.about, text=row.text).exists():
        raise Conflict("Your organisation has said exactly this already.")
    row.full_clean()
    row.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.consultation.responded", subject=consultation, clause="SC-6.9",
        reason="A response.", after={"response": row.pk, "late": row.is_late},
    )  # fmt: skip
    return row


@transaction.atomic
def answer_response(
    *, response: ConsultationResponse, seen: str, answer: str, by: User, at: dt.datetime
) -> ConsultationResponse:
    """Answer a view: what the SSC makes of it, in the table of comments and answers. SC Methodology 6.9

    An answer can be put anew until the SSC decides; `seen` is the version of the one that the person saw, as
    `version_of` gives it. Raises NotPermitted, Conflict where somebody else has answered since.
    """
    consultation = response.consultation
    proposal = lock_proposal(consultation.proposal)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.REFINEMENT, State.CONSULTATION)
    row = ConsultationResponse.objects.select_for_update().get(pk=response.pk)
    if version_of(row) != seen:
        raise Conflict(f"Somebody has answered this since you opened it: {row.answer}")
    row.answer = clean_text(answer, field="answer", clause="SC-6.9", name="the answer")
    row.answered_by, row.answered_at = by, at
    row.full_clean()
    row.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.consultation.answered", subject=consultation, clause="SC-6.9",
        reason=row.answer, after={"response": row.pk},
    )  # fmt: skip
    return row


def version_of(response: ConsultationResponse) -> str:
    """The version of a view's answer: the instant at which it was given, "" where there is none yet."""
    return response.answered_at.isoformat() if response.answered_at else ""


@transaction.atomic
def refine_again(
    *, proposal: Proposal, reason: str, target_on: dt.date | None, by: User, at: dt.datetime, version: int
) -> Proposal:
    """Go back to refinement with what the consultation brought; another consultation follows. SC Methodology 6.9"""
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    if proposal.decisions.filter(dropped_at=None).exists():
        raise Conflict("A decision is prepared; drop it first.")
    move(
        proposal, "refine_again", grant=grant, at=at, clause="SC-6.9", target_on=target_on,
        reason=clean_reason(reason, clause="SC-6.9"),
    )  # fmt: skip
    return proposal


def consultation_end(proposal: Proposal) -> dt.date | None:
    """The last day of the newest consultation, or None."""
    return proposal.consultations.order_by("-number").values_list("ends_on", flat=True).first()
