"""How somebody comes to act on a proposal, and how it comes from one stage to the next (chart 9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django_fsm import can_proceed

from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, organisations_of, permitted, require
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import DueDate, end_of_day, london_day
from ssc.models import Proposal, ProposalVersion, StageEntry

State = Proposal.State
PUBLICATION = "SC-6.14"
OWED: dict[Any, tuple[str, str]] = {
    State.TRIAGE: ("SC-6.4", "Find whether a proposal’s need is clear"),
    State.NCSC_LIAISON: ("SC-6.5", "Settle with NCSC whether a proposal merits further consideration"),
    State.REFINEMENT: ("SC-6.6", "Refine a proposal in its Working Group"),
    State.CONSULTATION: ("SC-6.10", "Decide on a proposal"),
    State.DECIDED: ("SC-6.13", "Schedule what was approved, or issue it as guidance"),
}
"""What the SSC means to do in a stage, by its own target date (TR-9)."""

FORM_FIELDS = (
    *("kind", "sc_title", "use_case_title", "includes_triage", "proposer_organisation", "issue", "necessity", "solution"),
    *("affects_existing", "affected_id", "affected_text", "needs_new", "needs_new_text", "urgent", "urgent_text"),
    *("reasons", "reason_other", "modification_reference"),
)  # fmt: skip
"""The form as versions keep it: whom to call is not part of it, since that must be able to go."""


def lock_proposal(proposal: Proposal, *, version: int | None = None) -> Proposal:
    """Take a proposal as it now is, locked. Raises Conflict where the person saw another version of it."""
    fresh = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if version is not None and fresh.version != version:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"proposal": fresh.pk, "state": fresh.state, "version": fresh.version},
        )
    return fresh


def owner_grant(proposal: Proposal, by: User) -> Grant | None:
    """Give by which membership a person may change a proposal's form, or None: the proposer's people, or who keyed it in.

    A draft that was keyed in may be finished by every colleague of that duty: its form waits for nobody's holiday.
    """
    if proposal.keyed_in_by_id is not None and (
        proposal.state == State.DRAFT or proposal.keyed_in_by_id == by.pk
    ):
        grant = permitted(by, Duty.KEY_IN_PROPOSAL)
        if grant is not None:
            return grant
    if proposal.organisation is not None and proposal.organisation in organisations_of(
        by, Duty.RAISE_PROPOSAL
    ):
        return permitted(by, Duty.RAISE_PROPOSAL, proposal.organisation)
    return None


def require_owner(proposal: Proposal, by: User) -> Grant:
    """Give by which membership a person may change a proposal's form, as `owner_grant` does.

    Raises NotPermitted, hidden: another organisation's proposal does not exist here.
    """
    grant = owner_grant(proposal, by)
    if grant is None:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    return grant


def require_for_ssc(proposal: Proposal, by: User, duty: Duty) -> Grant:
    """Give by which membership a person does the SSC's duty on a proposal; never on one in which they have a part.

    That is whoever raised it or wrote a version of it, is of the proposer's organisation, or confirmed a Party's support.
    To key in a form that came by e-mail is no part in it.
    """
    grant = require(by, duty)
    of_it = proposal.organisation_id in {each.pk for each in organisations_of(by, Duty.RAISE_PROPOSAL)}
    wrote = proposal.channel == Proposal.Channel.WEB and (
        proposal.created_by_id == by.pk or proposal.versions.filter(by=by).exists()
    )
    if of_it or wrote or proposal.supports.filter(confirmed_by=by).exists():
        raise NotPermitted(
            "You have a part in this proposal, for its proposer or for a Party that supports it. "
            "So somebody else of the SSC takes it on."
        )
    return grant


def check_state(proposal: Proposal, *states: str) -> None:
    """Refuse what this stage does not allow. Raises Conflict. SC Methodology 2(b)"""
    if proposal.state not in states:
        raise Conflict(
            f"{proposal} is at another stage: {proposal.get_state_display().lower()}.",
            newer={"proposal": proposal.pk, "state": proposal.state, "version": proposal.version},
        )


def form_of(proposal: Proposal) -> dict[str, Any]:
    """Give the form as it stands, without whom to call."""
    return {name: getattr(proposal, name) for name in FORM_FIELDS}


def add_version(proposal: Proposal, *, by: User, at: dt.datetime, note: str = "") -> ProposalVersion:
    """Keep the form as it stands now as the next version. SC-6.4-2"""
    last = proposal.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = ProposalVersion(
        proposal=proposal, number=last + 1, fields=form_of(proposal), note=note, by=by, at=at
    )
    version.full_clean()
    version.save()
    return version


def move(
    proposal: Proposal, step: str, *, grant: Grant, at: dt.datetime, clause: str, reason: str,
    target_on: dt.date | None = None, after: dict[str, Any] | None = None, public_reason: str = "",
) -> Act:  # fmt: skip
    """Take a locked proposal over a step of its chart: what was owed in the stage before is done. SC Methodology 2(b), SC-2(c)

    `step` names the transition; `target_on` is by when the SSC means to be through with the new stage. The same steps
    for every Device. Raises Conflict where the stage does not allow it, and Refusal for a target in the past.
    """
    transition = getattr(proposal, step)
    if not can_proceed(transition):
        raise Conflict(
            f"{proposal} is {proposal.get_state_display().lower()}, which does not lead there.",
            newer={"proposal": proposal.pk, "state": proposal.state, "version": proposal.version},
        )
    if target_on is not None and target_on < london_day(at):
        raise Refusal(
            "That day has passed.", clause=clause, field="target_on", remedy="Give today or a later day."
        )
    before = proposal.state
    transition()
    keep(proposal)
    act = journal.record(
        actor=grant.actor, at=at, verb=f"ssc.proposal.{proposal.state}", subject=proposal, clause=clause, reason=reason,
        public_reason=public_reason, before={"state": before}, after={"state": proposal.state, **(after or {})},
    )  # fmt: skip
    StageEntry.objects.create(proposal=proposal, stage=proposal.state, entered_at=at, target_on=target_on)
    for obligation in Obligation.objects.standing().about(proposal).exclude(clause=PUBLICATION):
        journal.discharge(obligation=obligation, act=act, at=at)
    if target_on is not None and proposal.state in OWED:
        owe(proposal, *OWED[proposal.state], act=act, on=target_on, at=at)
    return act


def owe(proposal: Proposal, clause: str, duty: str, *, act: Act, on: dt.date, at: dt.datetime) -> Obligation:
    """Open what the SSC means to have done by the end of a day; no period is in the source, so it is not by law (TR-9)."""
    due = DueDate(
        due_at=end_of_day(on), last_day=on, steps=("The SSC set this date itself; the source states none.",)
    )
    return journal.open_obligation_until(
        clause=clause, duty=duty, owed_by=Obligation.Owner.SSC, subject=proposal, act=act, from_at=at, due=due,
        by_law=False,
    )  # fmt: skip


def note(
    proposal: Proposal,
    what: str,
    *,
    grant: Grant,
    at: dt.datetime,
    clause: str,
    reason: str,
    after: Any = None,
) -> Act:
    """Record an act on a proposal that leaves its stage as it is, and count its version up."""
    keep(proposal)
    return journal.record(
        actor=grant.actor,
        at=at,
        verb=f"ssc.proposal.{what}",
        subject=proposal,
        clause=clause,
        reason=reason,
        after=after,
    )
