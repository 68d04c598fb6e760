"""Who is on a CPA Working Group: invited, joined with undertakings, left, removed, revoked (SC Methodology, Appendix 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.notices import in_words
from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Membership, Organisation, User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day
from ssc.models import GroupMeeting, GroupMember, Proposal, TermsOfReference, Undertaking, WorkingGroup
from ssc.notices import SIGN_IN
from ssc.rules import working_groups as rules
from ssc.services.references import hold_references

State, End = GroupMember.State, GroupMember.End
OPEN_GROUP = WorkingGroup.State.OPEN
CALLED = "ssc/group_meeting"
CLAUSE_OF = {"left": "SC-A1.2", "removed": "SC-A1.3", "revoked": "SC-A1.5"}


def path_of(group: WorkingGroup) -> str:
    """The address of a group's page."""
    return f"/portal/working-groups/{group.pk}/"


def newest_terms(on: dt.date) -> TermsOfReference | None:
    """Give the terms of reference in force on a day. SC Methodology A1.1"""
    return TermsOfReference.objects.filter(from_on__lte=on).order_by("-number").first()


def member_of(group: WorkingGroup, person: User) -> GroupMember | None:
    """Give a person's membership that stands, or None: asked anew at every request, so that access ends at once.

    It ends with the membership, with the person's place in the organisation, and with that organisation's admission.
    """
    if not person.is_authenticated:
        return None
    return group.members.standing().select_related("terms", "organisation").filter(person=person).first()


def actor_of(member: GroupMember) -> Actor:
    """A member as the journal writes it: on the group, a person acts for nobody else. SC Methodology 6.8"""
    return Actor(user_id=member.person_id, role="Working Group member", organisation=member.organisation.name)


def as_active(group: WorkingGroup, person: User, *, at: dt.datetime) -> GroupMember:
    """Give the membership of somebody who may take part now. SC Methodology A1.5

    Raises NotPermitted: hidden for whoever is not on the group, plain for whoever has not joined, or has newer terms to
    accept first, and for everybody once the group is closed: its papers were lent for its work.
    """
    member = member_of(group, person)
    if member is None:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    if group.state != OPEN_GROUP:
        raise NotPermitted("The group is closed, and with it its papers.")
    newest = newest_terms(london_day(at))
    accepted = member.terms.number if member.terms else None
    if member.state != State.ACTIVE or rules.must_accept_again(
        accepted=accepted, newest=newest and newest.number
    ):
        raise NotPermitted("Accept the terms of reference and give your undertaking first.")
    return member


def check_level(group: WorkingGroup, person: User, *, level: str, at: dt.datetime) -> GroupMember:
    """Give the membership of somebody who may read what has this level; the White is for every active member. SC-A1.5-1

    Raises NotPermitted: as `as_active` does, and for a level that the member has not undertaken to keep.
    """
    member = as_active(group, person, at=at)
    undertaken = member.undertakings.values_list("level", flat=True)
    is_active = member.state == State.ACTIVE
    if not rules.may_read(classification=level, is_active=is_active, undertaken=undertaken):
        raise NotPermitted(
            "You have not undertaken to keep what has this level. You can, on the group’s page."
        )
    return member


@transaction.atomic
def record_terms(*, text: str, from_on: dt.date, by: User, at: dt.datetime) -> TermsOfReference:
    """Record a new version of the terms of reference; members accept it before they go on. SC Methodology A1.1"""
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    if from_on < london_day(at):
        raise Refusal("That day is past.", clause="SC-A1.1", field="from_on")
    hold_references("terms")  # the rows themselves are not for us to lock: they are only ever added to
    last = TermsOfReference.objects.order_by("-number").first()
    row = TermsOfReference(
        number=last.number + 1 if last else 1, text=clean_reason(text, field="text", clause="SC-A1.1"), from_on=from_on,
        recorded_by=by, recorded_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.terms_of_reference.recorded", subject=row, clause="SC-A1.1",
        reason="The terms under which Working Groups act.",
    )  # fmt: skip
    return row


@transaction.atomic
def invite_member(
    *, group: WorkingGroup, person: User, organisation: Organisation, by: User, at: dt.datetime
) -> GroupMember:
    """Invite somebody of an organisation to a group. SC Methodology A1.3

    Raises NotPermitted, Conflict for a closed group or a person who is on it, Refusal where the person is not of that
    organisation.
    """
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    group = lock_group(group)
    if not person.memberships.current().filter(organisation=organisation).exists():
        raise Refusal(f"{person} is not of {organisation}.", clause="SC-A1.3", field="person")
    return _invite(group, person, organisation, grant.actor, at, is_proposer=False)


def lock_group(group: WorkingGroup) -> WorkingGroup:
    """Lock an open group. Raises Conflict for a closed one. SC Methodology A1.3"""
    group = WorkingGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if group.state != OPEN_GROUP:
        raise Conflict(f"{group} is closed.")
    return group


def add_proposers(
    group: WorkingGroup, proposals: Iterable[Proposal], *, grant: Grant, at: dt.datetime
) -> None:
    """Put the proposer of each item on the group: part of it without being asked for. SC Methodology A1.3

    Where nobody of the proposer's organisation is known as the proposer, the group's page says that one is to be invited.
    """
    for proposal in proposals:
        person = _proposer_of(proposal)
        if person is not None and proposal.organisation and member_of(group, person) is None:
            _invite(group, person, proposal.organisation, grant.actor, at, is_proposer=True)


def _proposer_of(proposal: Proposal) -> User | None:
    """Who raised a proposal, while of its organisation; of a form that was keyed in, whoever has the address on it."""
    at_home = Membership.objects.current().filter(organisation=proposal.organisation_id)
    people = User.objects.filter(is_active=True, memberships__in=at_home)
    raised = None if proposal.keyed_in_by_id else people.filter(pk=proposal.created_by_id).first()
    if raised is None and proposal.proposer_email:
        raised = people.filter(email__iexact=proposal.proposer_email).first()
    return raised


def _invite(
    group: WorkingGroup,
    person: User,
    organisation: Organisation,
    actor: Actor,
    at: dt.datetime,
    *,
    is_proposer: bool,
) -> GroupMember:
    if member_of(group, person):
        raise Conflict(f"{person} is on the group already.")
    for former in group.members.exclude(state=State.ENDED).filter(person=person):
        _end(former, End.LEFT, actor, None, at, "No longer of the organisation for which they sat.")
    member = GroupMember(
        group=group, person=person, organisation=organisation, is_proposer=is_proposer, invited_at=at
    )
    member.full_clean(exclude=["state"])
    member.save()
    journal.record(
        actor=actor, at=at, verb="ssc.group_member.invited", subject=member, clause="SC-A1.3",
        reason="The proposer of an item it considers." if is_proposer else "Invited by the SSC.",
        after={"organisation": organisation.name},
    )  # fmt: skip
    mail_to(member, "invited", at)
    for meeting in group.meetings.filter(called_off_at=None, minuted_at=None, starts_at__gt=at):
        give_notice(meeting, member, at)
    return member


def give_notice(meeting: GroupMeeting, member: GroupMember, at: dt.datetime) -> None:
    """Tell a member time, date and place of a meeting, or that it is called off. SC-A1.4-2"""
    if not member.person.email:
        return
    journal.enqueue(
        template=CALLED, recipient=member.person.email, key=f"ssc/group_meeting:{meeting.pk}:{meeting.version}:{member.pk}",
        context={
            "when": in_words(meeting.starts_at), "place": meeting.place, "mode": meeting.get_mode_display(),
            "called_off": meeting.called_off_reason, "path": path_of(meeting.group),
        }, at=at,
    )  # fmt: skip
    nudge("journal.send_messages")


def mail_to(member: GroupMember, what: str, at: dt.datetime, *, path: str = "") -> None:
    """Tell a member by mail that something waits on the group's page, or at `path`; what it is they read signed in."""
    if member.person.email:
        journal.enqueue(
            template=SIGN_IN, recipient=member.person.email, context={"path": path or path_of(member.group)}, at=at,
            key=f"ssc/group/{what}:{member.pk}",
        )  # fmt: skip
        nudge("journal.send_messages")


@transaction.atomic
def join_group(
    *, group: WorkingGroup, by: User, at: dt.datetime, terms_version: int | None, is_available: bool, is_fair: bool,
    is_impartial: bool, interests: str, levels: Iterable[str], signature: str, upload: UploadedFile | None = None,
    classification: str = "",
) -> GroupMember:  # fmt: skip
    """Take up an invitation, or accept newer terms: time, fairness, impartiality, and the undertakings in writing. SC-A1.5-2

    `levels` are those undertaken for now, besides earlier ones; signed with one's own name, or in a document. Raises
    NotPermitted (hidden) for whoever is not invited, Conflict for a closed group, Refusals for what is missing.
    """
    found = member_of(group, by)
    if found is None:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    lock_group(group)
    rows = GroupMember.objects.select_for_update(of=("self",)).select_related("organisation", "group")
    member = rows.get(pk=found.pk)
    if member.state == State.ENDED:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    newest = newest_terms(london_day(at))
    earlier = set(member.undertakings.values_list("level", flat=True))
    chosen = [level for level in dict.fromkeys(levels) if level not in earlier]
    rules.check_joining(
        rules.Joining(
            terms_version=terms_version, newest_terms=newest.number if newest else None, is_available=is_available,
            is_fair=is_fair, is_impartial=is_impartial, levels=frozenset([*chosen, *earlier]),
        )
    )  # fmt: skip
    document = None
    if upload is not None:
        document = store_document(
            upload=upload,
            classification=classification,
            organisation=member.organisation,
            by=by,
            at=at,
            reserved=True,
        )
    for level in chosen:
        rules.check_undertaking(level=level, signature=signature if upload is None else str(by), name=str(by))
        Undertaking.objects.create(
            member=member, level=level, signature=str(by), document=document, given_at=at
        )
    member.terms, member.interests = newest, interests.strip()
    if member.state == State.INVITED:
        member.join()
        member.joined_at = at
    keep(member)
    journal.record(
        actor=actor_of(member), at=at, verb="ssc.group_member.joined", subject=member, clause="SC-A1.2",
        reason="Has the time; acts fairly, objectively and impartially; keeps what is shared.",
        after={"terms": newest.number if newest else None, "levels": sorted([*chosen, *earlier])},
    )  # fmt: skip
    return member


@transaction.atomic
def leave_group(*, group: WorkingGroup, by: User, at: dt.datetime, reason: str) -> GroupMember:
    """Say that one no longer takes part; access ends with it. SC-A1.2-8"""
    member = member_of(group, by)
    if member is None:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    return _end(member, End.LEFT, actor_of(member), by, at, clean_reason(reason, clause="SC-A1.2"))


@transaction.atomic
def end_membership(
    *, member: GroupMember, by: User, at: dt.datetime, version: int, breach: bool, reason: str
) -> GroupMember:
    """Remove a member who cannot do the work or harms it, or revoke a membership for a breach. SC-A1.3-6 and SC-A1.5-3

    For the SSC alone: its Chair, or its secretary. Raises NotPermitted, Conflict, Refusal without a reason.
    """
    grant = permitted(by, Duty.DECIDE_PROPOSAL) or require(by, Duty.WORK_ON_PROPOSAL)
    member = GroupMember.objects.select_related("organisation", "group").get(pk=member.pk)
    if member.version != version:
        raise Conflict("This membership was changed since you opened it.")
    clause = "SC-A1.5" if breach else "SC-A1.3"
    return _end(
        member,
        End.REVOKED if breach else End.REMOVED,
        grant.actor,
        by,
        at,
        clean_reason(reason, clause=clause),
    )


def _end(
    member: GroupMember, end: str, actor: Actor, by: User | None, at: dt.datetime, reason: str
) -> GroupMember:
    member = (
        GroupMember.objects.select_for_update(of=("self",))
        .select_related("group", "person")
        .get(pk=member.pk)
    )
    if member.state == State.ENDED:
        raise Conflict("This membership has ended already.")
    member.finish()
    member.end, member.ended_at, member.ended_by, member.ended_reason = end, at, by, reason
    keep(member)
    journal.record(
        actor=actor, at=at, verb=f"ssc.group_member.{end}", subject=member, reason=reason,
        clause=CLAUSE_OF[str(end)],
    )  # fmt: skip
    if end != End.LEFT:
        mail_to(member, "ended", at, path="/portal/working-groups/")
    return member
