"""The support of a SEC Party: named by the proposer, but given only from that Party's own account (SC-6.3, A-29)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from ssc import proposal_notices as notices
from ssc.models import Proposal, ProposalSupport
from ssc.rules import proposal_form as form_rules
from ssc.rules import proposals as rules
from ssc.services.proposal_rows import State, check_state, lock_proposal, note, require_owner

TAKE_UP_TARGET = 5
"""Working Days in which the SSC takes up a supported proposal: our own target (TR-9)."""


def path_of(support: ProposalSupport) -> str:
    """The address at which a Party answers whether it supports a proposal. It signs nobody in."""
    return f"/portal/proposals/support/{support.pk}/"


@transaction.atomic
def name_supporter(
    *, proposal: Proposal, party: Organisation | None, name: str, phone: str, email: str, by: User, at: dt.datetime, version: int
) -> ProposalSupport:  # fmt: skip
    """Name a SEC Party that supports a proposal, and whom to ask there. SC-A2-8, SC-A2-9, SC-A2-10 and SC-A2-11

    It is asked as soon as the proposal is handed in. Raises NotPermitted (hidden), Conflict, Refusals.
    """
    proposal = lock_proposal(proposal, version=version)
    grant = require_owner(proposal, by)
    check_state(proposal, State.DRAFT, State.SUBMITTED)
    known = party is not None and Organisation.objects.parties().filter(pk=party.pk).exists()
    refuse_any(
        form_rules.supporter_refusals({"name": name, "phone": phone, "email": email}, party_known=known)
    )
    if proposal.supports.filter(party=party, withdrawn_at=None).exists():
        raise Refusal(
            f"{party} is named already.", clause="SC-A2-9", field="party", remedy="Choose another Party."
        )
    row = ProposalSupport(
        proposal=proposal,
        party=party,
        name=name.strip(),
        phone=phone.strip(),
        email=email.strip(),
        named_at=at,
    )
    row.full_clean()
    row.save()
    note(
        proposal, "supporter_named", grant=grant, at=at, clause="SC-A2-9", reason="Named as a supporting Party.",
        after={"party": row.party.name},
    )  # fmt: skip
    if proposal.state == State.SUBMITTED:
        ask_supporters(proposal, at=at)
    return row


@transaction.atomic
def drop_supporter(*, support: ProposalSupport, by: User, at: dt.datetime, version: int) -> ProposalSupport:
    """Name a Party no longer, as long as it has not confirmed. Raises NotPermitted (hidden), Conflict. SC-A2-9"""
    proposal = lock_proposal(support.proposal, version=version)
    grant = require_owner(proposal, by)
    check_state(proposal, State.DRAFT, State.SUBMITTED)
    row = ProposalSupport.objects.select_for_update().get(pk=support.pk)
    if row.withdrawn_at is not None or row.confirmed_at is not None:
        raise Conflict(f"{row.party} has answered already." if row.confirmed_at else "It is named no longer.")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    note(
        proposal, "supporter_dropped", grant=grant, at=at, clause="SC-A2-9", reason="Named no longer.",
        after={"party": row.party.name},
    )  # fmt: skip
    return row


def ask_supporters(proposal: Proposal, *, at: dt.datetime) -> None:
    """Ask every named Party that was not asked yet: in its inbox, and by mail at the address given. SC Methodology 6.3"""
    for row in proposal.supports.filter(asked_at=None, confirmed_at=None, withdrawn_at=None).select_related(
        "party"
    ):
        notices.tell(
            [row.party], proposal=proposal, what="your organisation is named as supporting it", clause="SC-6.3",
            then="It counts once somebody of your organisation says so after signing in.", key=f"support-{row.pk}", at=at,
            path=path_of(row),
        )  # fmt: skip
        journal.enqueue(
            template="ssc/support_asked", recipient=row.email, key=f"ssc/support:{row.pk}", at=at,
            context={"reference": proposal.reference, "party": row.party.name, "path": path_of(row)},
        )  # fmt: skip
        row.asked_at = at
        row.save(update_fields=["asked_at"])


def count_own_support(proposal: Proposal, *, by: User, at: dt.datetime, act: Act) -> bool:
    """Count the support of a proposer that is a Party itself; say whether it counts. SC Methodology 6.3

    Its people hand it in from its own account, so that is its confirmation. Whoever may not support for it, its
    administrator say, leaves it to a colleague.
    """
    party = proposal.organisation
    if party is None or not party.is_party or proposal.keyed_in_by_id:
        return False
    may = permitted(by, Duty.SUPPORT_PROPOSAL, party) is not None
    row, _ = ProposalSupport.objects.get_or_create(
        proposal=proposal, party=party, withdrawn_at=None,
        defaults={
            "name": proposal.proposer_name, "phone": proposal.proposer_phone, "email": proposal.proposer_email,
            "named_at": at,
        },
    )  # fmt: skip
    row.is_own = True
    if may:
        row.confirmed_at, row.confirmed_by, row.confirmed_version = at, by, 1
    row.full_clean()
    row.save()
    if may:
        await_triage(proposal, act=act, at=at)
    return may


@transaction.atomic
def confirm_support(*, support: ProposalSupport, by: User, at: dt.datetime, version: int) -> ProposalSupport:
    """Confirm that one's Party supports a proposal, in the version that was read. SC Methodology 6.3

    Only somebody signed in with an account of that very Party can: a link that was forged or passed on opens nothing.
    Raises NotPermitted (hidden), Conflict.
    """
    proposal, row, grant = _mine(support, by, version)
    check_state(proposal, State.SUBMITTED)
    last = proposal.versions.order_by("-number").values_list("number", flat=True).first()
    first = not proposal.supports.exclude(confirmed_at=None).exists()
    row.confirmed_at, row.confirmed_by, row.confirmed_version = at, by, last
    row.full_clean()
    row.save()
    act = note(
        proposal, "supported", grant=grant, at=at, clause="SC-6.3", reason="Confirmed from the Party’s own account.",
        after={"party": row.party.name, "version": last},
    )  # fmt: skip
    if first:
        await_triage(proposal, act=act, at=at)
    notices.tell(
        notices.proposer(proposal), proposal=proposal, what=f"{row.party} supports it", clause="SC-6.3",
        then="The SSC takes it up next.", key=f"supported-{row.pk}", at=at, path=notices.portal_path(proposal),
    )  # fmt: skip
    return row


@transaction.atomic
def decline_support(
    *, support: ProposalSupport, reason: str, by: User, at: dt.datetime, version: int
) -> ProposalSupport:
    """Say that one's Party does not support a proposal. SC Methodology 6.3"""
    proposal, row, grant = _mine(support, by, version)
    check_state(proposal, State.SUBMITTED)
    reason = clean_reason(reason, clause="SC-6.3")
    row.declined_at, row.declined_by, row.declined_reason = at, by, reason
    row.full_clean()
    row.save()
    note(
        proposal,
        "support_declined",
        grant=grant,
        at=at,
        clause="SC-6.3",
        reason=reason,
        after={"party": row.party.name},
    )
    notices.tell(
        notices.proposer(proposal), proposal=proposal, what=f"{row.party} does not support it", clause="SC-6.3",
        then="Name another Party; without one it does not go on.", key=f"declined-{row.pk}", at=at,
        path=notices.portal_path(proposal),
    )  # fmt: skip
    return row


def _mine(support: ProposalSupport, by: User, version: int) -> tuple[Proposal, ProposalSupport, Grant]:
    grant = require(by, Duty.SUPPORT_PROPOSAL, support.party, hidden=True)
    proposal = lock_proposal(support.proposal, version=version)
    row = ProposalSupport.objects.select_for_update(of=("self",)).select_related("party").get(pk=support.pk)
    if row.confirmed_at or row.declined_at or row.withdrawn_at:
        raise Conflict("This question has been answered, or is asked no longer.")
    return proposal, row, grant


def await_triage(proposal: Proposal, *, act: Act, at: dt.datetime) -> None:
    """Start the SSC's own target for taking a supported proposal up. SC-6.4-1"""
    journal.open_obligation_for_working_days(
        clause="SC-6.4", duty="Take up a supported proposal", owed_by=Obligation.Owner.SSC, subject=proposal, act=act,
        from_at=at, working_days=TAKE_UP_TARGET, by_law=False,
    )  # fmt: skip


def supports_of(proposal: Proposal) -> list[rules.Support]:
    """Give the supporting Parties as the rules judge them."""
    rows = proposal.supports.filter(withdrawn_at=None).select_related("party")
    return [rules.Support(row.party.name, row.party.is_party, row.confirmed_at is not None) for row in rows]
