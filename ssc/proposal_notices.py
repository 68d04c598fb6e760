"""Who is told what of a proposal: Panel, proposer, supporting Party, industry, every Party and the Working Group.

A proposal that is not White is named by its number only, and its mails say no more than "sign in to read".
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from cpl.notices import fact, notice_contacts
from secgov.accounts.models import Membership, Organisation, Role
from secgov.documents.models import Classification
from secgov.journal import services as journal
from secgov.journal.nudge import nudge
from ssc.models import GroupInvitation, GroupMember, Proposal
from ssc.notices import SIGN_IN

OPEN_WORDS = "ssc/proposal"
_PANEL_ROLES = (Role.SECRETARIAT, Role.APPROVER)
_INDUSTRY = (
    Organisation.Kind.PARTY,
    Organisation.Kind.DCC,
    Organisation.Kind.MANUFACTURER,
    Organisation.Kind.TEST_LAB,
    Organisation.Kind.TRADE_BODY,
)


def panel() -> QuerySet[Organisation]:
    """The Panel, through those who act for it: the Secretariat and the Approvers."""
    return _bodies(_PANEL_ROLES)


def committee() -> QuerySet[Organisation]:
    """The SSC, through its secretary."""
    return _bodies((Role.SSC_SECRETARY,))


def chair() -> QuerySet[Organisation]:
    """The SSC, through its Chair."""
    return _bodies((Role.SSC_CHAIR,))


def _bodies(roles: Iterable[Any]) -> QuerySet[Organisation]:
    held = Membership.objects.current().filter(role__in=list(roles))
    return Organisation.objects.admitted().filter(pk__in=held.values("organisation"))


def proposer(proposal: Proposal) -> QuerySet[Organisation]:
    """The proposer's organisation; none where an e-mailed form came from nobody registered."""
    return Organisation.objects.admitted().filter(pk=proposal.organisation_id)


def industry() -> QuerySet[Organisation]:
    """Everybody concerned, Party or not: manufacturers, laboratories and trade bodies too (SC-2(d))."""
    return Organisation.objects.admitted().filter(kind__in=_INDUSTRY)


def parties_and_group(proposal: Proposal) -> QuerySet[Organisation]:
    """Every Party, and whoever was invited to a Working Group on the proposal or sits on one; each once (SC-6.18)."""
    return Organisation.objects.admitted().filter(~Q(party_category="") | _in_groups(proposal))


def asked_by(proposal: Proposal) -> QuerySet[Organisation]:
    """Whoever has been asked for views on the proposal, or to work on it: they hear that it comes to nothing."""
    consultations = proposal.consultations.all()
    asked = _in_groups(proposal) | Q(pk__in=consultations.filter(is_open=False).values("invited"))
    if any(each.is_open for each in consultations):
        asked |= Q(kind__in=_INDUSTRY)
    return Organisation.objects.admitted().filter(asked)


def _in_groups(proposal: Proposal) -> Q:
    invited = GroupInvitation.objects.filter(group__proposals=proposal, organisation__isnull=False)
    sitting = GroupMember.objects.filter(group__proposals=proposal).exclude(state=GroupMember.State.ENDED)
    return Q(pk__in=invited.values("organisation")) | Q(pk__in=sitting.values("organisation"))


def portal_path(proposal: Proposal) -> str:
    """The address of a proposal for those who see it after signing in."""
    return f"/portal/proposals/{proposal.pk}/"


def tracker_path(proposal: Proposal) -> str:
    """The address of a proposal on the public tracker."""
    return f"/proposals/{proposal.reference}/"


def name_of(proposal: Proposal) -> str:
    """How a proposal is named to those who may not see it: with its title only where it is White."""
    if proposal.classification == Classification.WHITE:
        return f"{proposal.reference}, {proposal.title}"
    return f"{proposal.reference}"


def tell(
    organisations: Iterable[Organisation], *, proposal: Proposal, what: str, then: str, clause: str, key: str,
    at: dt.datetime, path: str = "",
) -> int:  # fmt: skip
    """Tell organisations once each what became of a proposal; give how many.

    `what` and `then` are a sentence each, without anything that is not White; `key` says which event it is.
    """
    path = path or tracker_path(proposal)
    white = proposal.classification == Classification.WHITE
    context = {"path": path}
    if white:
        context |= {
            "what": what, "then": then, "clause": clause, "kind": proposal.get_kind_display(),
            "reference": str(proposal.reference), "title_fact": fact("Title", proposal.title),
        }  # fmt: skip
    told = 0
    for organisation in organisations:
        journal.give_notice(
            organisation_id=organisation.pk, recipients=notice_contacts(organisation),
            template=OPEN_WORDS if white else SIGN_IN, context=context, title=f"{name_of(proposal)}: {what}",
            clause=clause, subject=proposal, key=f"ssc/proposal:{proposal.pk}:{key}", at=at,
        )  # fmt: skip
        told += 1
    nudge("journal.send_messages")
    return told
