"""Raising a proposal: draft, submission, new versions, and taking it back (SC-6.1 to SC-6.4, Appendix 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents.services import store_document
from secgov.errors import Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from secgov.time_rules import london_day
from ssc import proposal_notices as notices
from ssc.models import Proposal
from ssc.rules import proposal_form as rules
from ssc.services.proposal_rows import (
    FORM_FIELDS,
    State,
    add_version,
    check_state,
    lock_proposal,
    move,
    require_owner,
)
from ssc.services.proposal_rows import note as record_note
from ssc.services.proposal_support import ask_supporters, count_own_support

CONTACT_FIELDS = ("proposer_name", "proposer_phone", "proposer_email")
WITHDRAWABLE = (
    *(State.DRAFT, State.SUBMITTED, State.TRIAGE, State.NCSC_LIAISON, State.REFINEMENT, State.CONSULTATION),
)


@transaction.atomic
def start_proposal(*, organisation: Organisation, kind: str, by: User, at: dt.datetime) -> Proposal:
    """Begin a draft for one's organisation, Party or not. SC Methodology 6.2 and SC-A2-0b

    The form begins with what is known of the person. Raises NotPermitted, and Refusal for an unknown kind.
    """
    grant = require(by, Duty.RAISE_PROPOSAL, organisation)
    proposal = Proposal(
        kind=_kind(kind), organisation=organisation, created_by=by, created_at=at, proposer_name=by.name,
        proposer_organisation=organisation.name, proposer_email=by.email,
    )  # fmt: skip
    proposal.full_clean(exclude=["state"])
    proposal.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.proposal.started", subject=proposal, clause="SC-6.2",
        reason="A draft of a proposal.", after={"kind": proposal.kind},
    )  # fmt: skip
    return proposal


def _kind(kind: str) -> str:
    if kind not in Proposal.Kind.values:
        raise Refusal(
            "Choose what you propose.",
            clause="SC-7.1",
            field="kind",
            remedy="An SC Modification Request or a use case.",
        )
    return kind


@transaction.atomic
def key_in_proposal(
    *, kind: str, original: UploadedFile | None, classification: str, received_on: dt.date, organisation: Organisation | None,
    by: User, at: dt.datetime,
) -> Proposal:  # fmt: skip
    """Begin a draft from a form that came by e-mail, with the form itself. SC-A2-0a

    Takes the file, its level under the Information Policy, the day on which it was received, and the organisation
    whose people may go on with it, where it is registered. Raises NotPermitted, Refusal.
    """
    grant = require(by, Duty.KEY_IN_PROPOSAL)
    if original is None:
        raise Refusal("Attach the form as it came.", clause="SC-A2-0a", field="original")
    if received_on > london_day(at):
        raise Refusal("That day is still to come.", clause="SC-A2-0a", field="received_on")
    document = store_document(
        upload=original,
        classification=classification,
        organisation=grant.organisation,
        by=by,
        at=at,
        reserved=True,
    )
    proposal = Proposal(
        kind=_kind(kind), channel=Proposal.Channel.EMAIL, organisation=organisation, created_by=by, created_at=at,
        keyed_in_by=by, received_on=received_on, original=document, classification=classification,
        proposer_organisation=organisation.name if organisation else "",
    )  # fmt: skip
    proposal.full_clean(exclude=["state"])
    proposal.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.proposal.keyed_in", subject=proposal, clause="SC-A2-0a",
        reason="The form came by e-mail; it is attached.", after={"received_on": received_on, "document": document.pk},
    )  # fmt: skip
    return proposal


@transaction.atomic
def save_draft(
    *, proposal: Proposal, values: Mapping[str, Any], by: User, at: dt.datetime, version: int
) -> Proposal:
    """Keep what was typed into a draft so far, complete or not. SC-A2-0b

    Whatever is not of the form is ignored, above all the day of submission. Where somebody else keyed it in, an act says
    who went on with it. Raises NotPermitted (hidden), Conflict.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_owner(proposal, by)
    check_state(proposal, State.DRAFT)
    _write(proposal, values)
    if proposal.keyed_in_by_id in (None, by.pk):
        keep(proposal)
    else:
        record_note(
            proposal, "draft_continued", grant=grant, at=at, clause="SC-A2-0a",
            reason="Somebody else went on with a form that was keyed in.",
        )  # fmt: skip
    return proposal


def _write(proposal: Proposal, values: Mapping[str, Any]) -> None:
    for name in (*FORM_FIELDS, *CONTACT_FIELDS):
        if name in values and name != "kind":
            value = values[name]
            setattr(proposal, name, value.strip() if isinstance(value, str) else value)
        elif name == "affected_id" and "affected" in values:
            proposal.affected = values["affected"]
    for name, clause in (("sc_title", "SC-A2-1"), ("use_case_title", "SC-A2-2")):
        if title := getattr(proposal, name):
            setattr(proposal, name, rules.clean_title(title, field=name, clause=clause))
    for name in (
        "issue",
        "necessity",
        "solution",
        "affected_text",
        "needs_new_text",
        "urgent_text",
        "reason_other",
    ):
        if text := getattr(proposal, name):
            setattr(proposal, name, rules.clean_text(text, field=name, clause="SC-A2-Q1", name="the answer"))
    if proposal.affects_existing is not True:
        proposal.affected, proposal.affected_text = None, ""
    if proposal.needs_new is not True:
        proposal.needs_new_text = ""
    if proposal.urgent is not True:
        proposal.urgent_text = ""


def fields_of(proposal: Proposal) -> dict[str, Any]:
    """Give the whole form as the rules read it."""
    names = (*FORM_FIELDS, *CONTACT_FIELDS)
    return {name: getattr(proposal, name) for name in names} | {"affected": proposal.affected_id}


@transaction.atomic
def submit_proposal(*, proposal: Proposal, by: User, at: dt.datetime, version: int) -> Proposal:
    """Hand a proposal to the SSC; the day is the server's. SC Methodology 6.1, SC-A2-7

    It gets its number and its first version, its named supporters are asked, and a proposer that is a Party supports
    it itself (A-29). Raises NotPermitted (hidden), Conflict, and Refusals for all that the form lacks.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_owner(proposal, by)
    check_state(proposal, State.DRAFT)
    refuse_any(rules.what_proposal_lacks(fields_of(proposal)))
    proposal.reference, proposal.submitted_at = f"P-{proposal.pk:03d}", at
    act = move(
        proposal,
        "submit",
        grant=grant,
        at=at,
        clause="SC-6.1",
        reason="Handed in.",
        after={"reference": proposal.reference},
    )
    add_version(proposal, by=by, at=at)
    own = count_own_support(proposal, by=by, at=at, act=act)
    ask_supporters(proposal, at=at)
    notices.tell(
        notices.committee(), proposal=proposal, what="a proposal was handed in", clause="SC-6.1", key="submitted", at=at,
        then="A Party supports it: take it up." if own else "It waits for a Party’s own word that it supports it.",
        path=notices.portal_path(proposal),
    )  # fmt: skip
    return proposal


@transaction.atomic
def revise_proposal(
    *, proposal: Proposal, values: Mapping[str, Any], note: str, by: User, at: dt.datetime, version: int
) -> Proposal:
    """Change a proposal before its triage ends: a new version, which answers the SSC's question where one waits. SC-6.4-2

    Every version is kept. Whoever looked at the one before and acts on it gets a conflict. Raises NotPermitted
    (hidden), Conflict, Refusals.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_owner(proposal, by)
    check_state(proposal, State.SUBMITTED, State.TRIAGE)
    note = clean_reason(note, field="note", clause="SC-6.4")
    _write(proposal, values)
    refuse_any(rules.what_proposal_lacks(fields_of(proposal)))
    kept = add_version(proposal, by=by, at=at, note=note)
    waiting = proposal.rounds.select_for_update().filter(answered_at=None).first()
    if waiting is not None:
        waiting.answer, waiting.answered_by, waiting.answered_at = note, by, at
        waiting.answered_version = kept.number
        waiting.full_clean()
        waiting.save()
    act = record_note(
        proposal, "answered" if waiting else "revised", grant=grant, at=at, clause="SC-6.4", reason=note,
        after={"version": kept.number},
    )  # fmt: skip
    if waiting is not None:
        for each in Obligation.objects.standing().about(waiting):
            journal.discharge(obligation=each, act=act, at=at)
    notices.tell(
        notices.committee(), proposal=proposal, what=f"version {kept.number} came from the proposer", clause="SC-6.4",
        then="Triage goes on with it.", key=f"version-{kept.number}", at=at, path=notices.portal_path(proposal),
    )  # fmt: skip
    return proposal


@transaction.atomic
def withdraw_proposal(
    *, proposal: Proposal, reason: str, by: User, at: dt.datetime, version: int
) -> Proposal:
    """Take a proposal back: its proposer, or the SSC's secretary where the proposer is silent; never a clock. SC-6.4-2

    Raises NotPermitted, Conflict, Refusal without a reason.
    """
    proposal = lock_proposal(proposal, version=version)
    by_ssc = permitted(by, Duty.WORK_ON_PROPOSAL) if proposal.state != State.DRAFT else None
    grant = by_ssc or require_owner(proposal, by)
    reason = clean_reason(reason, clause="SC-6.4")
    proposal.ended_at, proposal.ended_reason = at, reason
    asked = notices.asked_by(proposal)
    move(proposal, "withdraw", grant=grant, at=at, clause="SC-6.4", reason=reason)
    for prepared in proposal.decisions.select_for_update().filter(dropped_at=None, confirmed_at=None):
        prepared.dropped_at, prepared.dropped_reason = at, reason
        prepared.full_clean()
        prepared.save()
    for waiting in proposal.rounds.filter(answered_at=None):
        for each in Obligation.objects.standing().about(waiting):
            journal.fall_away(obligation=each, reason=reason, at=at)
    if proposal.reference:
        told = notices.committee() | notices.panel() if proposal.triaged_at else notices.committee()
        notices.tell(
            told | asked, proposal=proposal, what="it was withdrawn", clause="SC-6.12", then="Nothing more follows.",
            key="withdrawn", at=at,
        )  # fmt: skip
        if by_ssc:
            notices.tell(
                notices.proposer(proposal), proposal=proposal, what="the SSC closed it as withdrawn", clause="SC-6.4",
                then="You can raise it again.", key="withdrawn", at=at, path=notices.portal_path(proposal),
            )  # fmt: skip
    return proposal
