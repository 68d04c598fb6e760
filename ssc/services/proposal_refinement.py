"""Refining a proposal: Working Groups and their invitations, and advice (SC-6.6, SC-6.8, SC-6.10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc import proposal_notices as notices
from ssc.models import GroupInvitation, Proposal, ProposalAdvice, WorkingGroup
from ssc.rules import proposals as rules
from ssc.rules.proposal_form import clean_text
from ssc.services.group_members import add_proposers
from ssc.services.proposal_rows import State, check_state, lock_proposal, move, note, require_for_ssc
from ssc.services.proposal_triage import criteria_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the SSC invites for a category: organisations registered here, others by name; or why nobody."""

    organisations: Sequence[Organisation] = ()
    others: str = ""
    left_out_reason: str = ""


@transaction.atomic
def convene_working_group(
    *, proposals: Mapping[Proposal, int], name: str, areas: str, variations: str, invitations: Mapping[str, Asked], by: User,
    at: dt.datetime,
) -> WorkingGroup:  # fmt: skip
    """Convene a CPA Working Group on one proposal or several, and invite by category. SC-6.6-1, SC-6.6-2 and SC-A1.2-9

    Takes the proposals, each with the version that the person saw, the areas it assesses (one a line), instructions and
    variations of its terms of reference, and for each category who is invited or why nobody is. NCSC must have agreed
    first. Raises NotPermitted, Conflict, Refusals.
    """
    locked = [
        lock_proposal(each, version=proposals[each]) for each in sorted(proposals, key=lambda one: one.pk)
    ]
    if not locked:
        raise Refusal("Name the proposal that it works on.", clause="SC-6.6", field="proposals")
    for each in locked:
        grant = require_for_ssc(each, by, Duty.WORK_ON_PROPOSAL)
        check_state(each, State.NCSC_LIAISON, State.REFINEMENT)
        if not rules.is_agreed(criteria_of(each)):
            raise Refusal(f"NCSC has not agreed to {each} on all four criteria.", clause="SC-6.6")
    rules.check_invitations([_judged(category, asked) for category, asked in invitations.items()])
    group = WorkingGroup(
        name=clean_reason(name, field="name", clause="SC-6.6"), areas="\n".join(rules.read_areas(areas)),
        variations=variations.strip(), convened_by=by, convened_at=at,
    )  # fmt: skip
    group.full_clean(exclude=["state"])
    group.save()
    group.proposals.set(locked)
    for category, asked in invitations.items():
        _invite(group, category, asked, at)
    add_proposers(group, locked, grant=grant, at=at)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.working_group.convened", subject=group, clause="SC-6.6",
        reason="NCSC agrees that it merits further consideration.",
        after={"proposals": [str(each) for each in locked], "invited": [str(each) for each in group.invitations.all()]},
    )  # fmt: skip
    for each in locked:
        note(
            each,
            "group_convened",
            grant=grant,
            at=at,
            clause="SC-6.6",
            reason=act.reason,
            after={"group": group.name},
        )
        _tell_invited(group, each, at)
    return group


def _judged(category: str, asked: Asked) -> rules.Invited:
    who = ", ".join([*(each.name for each in asked.organisations), asked.others]).strip(", ")
    return rules.Invited(category, who, "" if who else asked.left_out_reason)


def _invite(group: WorkingGroup, category: str, asked: Asked, at: dt.datetime) -> None:
    rows = [
        GroupInvitation(group=group, category=category, organisation=each) for each in asked.organisations
    ]
    if asked.others.strip():
        rows.append(GroupInvitation(group=group, category=category, invitee=asked.others.strip()))
    if not rows:
        rows.append(
            GroupInvitation(group=group, category=category, left_out_reason=asked.left_out_reason.strip())
        )
    for row in rows:
        row.recorded_at = at
        row.full_clean()
        row.save()


def _tell_invited(group: WorkingGroup, proposal: Proposal, at: dt.datetime) -> None:
    invited = Organisation.objects.admitted().filter(group_invitations__group=group).distinct()
    notices.tell(
        invited, proposal=proposal, what="your organisation is invited to a CPA Working Group", clause="SC-6.6", at=at,
        then="Whoever takes part confirms it to the Secretariat and undertakes to keep confidence first.",
        key=f"group-{group.pk}",
    )  # fmt: skip


@transaction.atomic
def add_to_group(
    *, group: WorkingGroup, proposal: Proposal, by: User, at: dt.datetime, version: int
) -> WorkingGroup:
    """Let an open Working Group consider one more proposal beside the others. SC-A1.2-9 and SC-6.6-1"""
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.NCSC_LIAISON, State.REFINEMENT)
    group = WorkingGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if group.state != WorkingGroup.State.OPEN:
        raise Conflict(f"{group} is closed.")
    if not rules.is_agreed(criteria_of(proposal)):
        raise Refusal(f"NCSC has not agreed to {proposal} on all four criteria.", clause="SC-6.6")
    group.proposals.add(proposal)
    add_proposers(group, [proposal], grant=grant, at=at)
    note(
        proposal, "group_convened", grant=grant, at=at, clause="SC-6.6", reason="An open group considers it besides.",
        after={"group": group.name},
    )  # fmt: skip
    _tell_invited(group, proposal, at)
    return group


@transaction.atomic
def begin_refinement(
    *, proposal: Proposal, target_on: dt.date | None, by: User, at: dt.datetime, version: int
) -> Proposal:
    """Begin to refine a proposal: NCSC agrees, and a Working Group is convened. SC Methodology 6.5 and SC-6.6-1

    Raises NotPermitted, Conflict, Refusal.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.NCSC_LIAISON)
    groups = proposal.working_groups.filter(state=WorkingGroup.State.OPEN).count()
    rules.check_refinable(criteria=criteria_of(proposal), groups=groups)
    move(
        proposal, "refine", grant=grant, at=at, clause="SC-6.6", target_on=target_on,
        reason="NCSC agrees on all four criteria, and a Working Group is convened.",
    )  # fmt: skip
    notices.tell(
        notices.proposer(proposal), proposal=proposal, what="a Working Group refines it", clause="SC-6.6", key="refinement",
        then="A consultation follows.", at=at, path=notices.portal_path(proposal),
    )  # fmt: skip
    return proposal


@transaction.atomic
def record_advice(
    *, proposal: Proposal, source: str, text: str, reference: str, given_on: dt.date, by: User, at: dt.datetime, version: int,
    group: WorkingGroup | None = None,
) -> ProposalAdvice:  # fmt: skip
    """Record what a Working Group, or NCSC, advises; it decides nothing. SC Methodology 6.8 and SC Methodology 6.10

    Raises NotPermitted, Conflict, Refusal for a group that does not work on it, or a day to come.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_for_ssc(proposal, by, Duty.WORK_ON_PROPOSAL)
    check_state(proposal, State.REFINEMENT, State.CONSULTATION)
    if source not in ProposalAdvice.Source.values:
        raise Refusal(
            "Say who advises.", clause="SC-6.10", field="source", remedy="The Working Group or NCSC."
        )
    own = source == ProposalAdvice.Source.WORKING_GROUP
    if own and (group is None or not group.proposals.filter(pk=proposal.pk).exists()):
        raise Refusal("Name the Working Group that advises.", clause="SC-6.10", field="group")
    if given_on > london_day(at):
        raise Refusal("That day is still to come.", clause="SC-6.10", field="given_on")
    row = ProposalAdvice(
        proposal=proposal, source=source, group=group if own else None, given_on=given_on, recorded_by=by, recorded_at=at,
        text=clean_text(text, field="text", clause="SC-6.10", name="the advice"), reference=reference.strip(),
    )  # fmt: skip
    row.full_clean()
    row.save()
    note(
        proposal, "advised", grant=grant, at=at, clause="SC-6.10", reason=f"Advice of {row.get_source_display()}.",
        after={"advice": row.pk},
    )  # fmt: skip
    return row
