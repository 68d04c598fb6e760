"""Meetings of a Working Group, its papers, and what its members bring (SC Methodology A1.2, A1.4, A1.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents.models import Document
from secgov.documents.services import hand_out, store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import CalendarMissing, WorkingCalendar, london_day
from ssc.models import GroupContribution, GroupMeeting, GroupMember, GroupPaper, Proposal, WorkingGroup
from ssc.rules import working_groups as rules
from ssc.rules.proposal_form import clean_text
from ssc.services.group_members import actor_of, as_active, check_level, give_notice, lock_group, mail_to


@transaction.atomic
def call_group_meeting(
    *,
    group: WorkingGroup,
    starts_at: dt.datetime | None,
    place: str,
    mode: str,
    agenda: str,
    by: User,
    at: dt.datetime,
) -> GroupMeeting:
    """Call a meeting of a group, and tell every member its time, date and place. SC Methodology A1.4

    The meetings that are called ahead are the group's timetable (SC-A1.4-1).
    Raises NotPermitted, Conflict for a closed group, Refusals for a notice without one of the three or an agenda.
    """
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    group = lock_group(group)
    rules.check_notice(
        starts_at=starts_at, place=place, agenda=agenda, at=at, calendar=journal.working_calendar()
    )
    if group.meetings.filter(starts_at=starts_at, place=place.strip(), called_off_at=None).exists():
        raise Conflict("That meeting is called already.")
    meeting = GroupMeeting(
        group=group,
        starts_at=starts_at,
        place=place.strip(),
        mode=mode,
        agenda=agenda.strip(),
        noticed_at=at,
        called_by=by,
    )
    meeting.full_clean()
    meeting.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.group_meeting.called", subject=meeting, clause="SC-A1.4",
        reason="As the group's objectives and the SSC's timetable require.",
        after={"starts_at": meeting.starts_at, "place": meeting.place, "mode": meeting.mode},
    )  # fmt: skip
    for member in group.members.standing().select_related("person"):
        give_notice(meeting, member, at)
    return meeting


def _lock_meeting(meeting: GroupMeeting, version: int) -> GroupMeeting:
    fresh = GroupMeeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
    if fresh.version != version or fresh.called_off_at or fresh.minuted_at:
        raise Conflict("This meeting was changed since you opened it.", newer={"meeting": fresh.pk})
    return fresh


@transaction.atomic
def call_off_group_meeting(
    *, meeting: GroupMeeting, by: User, at: dt.datetime, version: int, reason: str
) -> GroupMeeting:
    """Call a meeting off, and tell every member. SC Methodology A1.4"""
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    meeting = _lock_meeting(meeting, version)
    meeting.called_off_at, meeting.called_off_reason = at, clean_reason(reason, clause="SC-A1.4")
    keep(meeting)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.group_meeting.called_off", subject=meeting, clause="SC-A1.4",
        reason=meeting.called_off_reason,
    )  # fmt: skip
    for member in meeting.group.members.standing().select_related("person"):
        give_notice(meeting, member, at)
    return meeting


@transaction.atomic
def minute_meeting(
    *, meeting: GroupMeeting, by: User, at: dt.datetime, version: int, chaired_by: User, present: Iterable[GroupMember],
    minutes: str, classification: str,
) -> GroupMeeting:  # fmt: skip
    """Record who was there, who chaired, and what was said; without a quorum the minutes say so. SC Methodology A1.3

    Members read them by their level, as they read papers (SC-A1.5-1). Raises Refusal for minutes without one, for a chair
    other than that of the SSC, for a member of another group, or before the meeting.
    """
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    meeting = _lock_meeting(meeting, version)
    if meeting.starts_at > at:
        raise Refusal("It has not begun yet.", clause="SC-A1.4", field="minutes")
    rules.check_chair(is_chair=permitted(chaired_by, Duty.DECIDE_PROPOSAL) is not None)
    attended = list(present)
    if any(each.group_id != meeting.group_id for each in attended):
        raise Refusal("That member is on another group.", clause="SC-A1.3", field="present")
    meeting.chaired_by, meeting.minuted_at = chaired_by, at
    rules.check_minutes_level(classification)
    meeting.minutes_level = classification
    meeting.minutes = clean_text(minutes, field="minutes", clause="SC-A1.4", name="the minutes")
    meeting.quorum = settings.SSC_QUORUM or None
    meeting.present.set(attended)
    keep(meeting)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.group_meeting.minuted", subject=meeting, clause="SC-A1.3",
        reason="The minutes are recorded.",
        after={"present": len(attended), "quorum": meeting.quorum, "classification": meeting.minutes_level},
    )  # fmt: skip
    return meeting


def papers_due(meeting: GroupMeeting, calendar: WorkingCalendar) -> dt.date | None:
    """Give by when a meeting's papers are due; None where the calendar does not reach so far (TR-2). SC Methodology A1.4"""
    try:
        return rules.papers_due_on(london_day(meeting.starts_at), calendar)
    except CalendarMissing:
        return None


@transaction.atomic
def send_paper(
    *, group: WorkingGroup, title: str, upload: UploadedFile, classification: str, by: User, at: dt.datetime,
    meeting: GroupMeeting | None = None, late_reason: str = "",
) -> GroupPaper:  # fmt: skip
    """Lay a paper before a group, with its classification; late for its meeting, it says why. SC Methodology A1.4

    Members who may read it are told. Raises NotPermitted, Conflict, Refusal for a late paper without a reason.
    """
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    group = lock_group(group)
    late = False
    if meeting is not None:
        meeting = GroupMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if meeting.group_id != group.pk or meeting.called_off_at or meeting.minuted_at:
            raise Conflict("That meeting takes no more papers.")
        late = rules.check_papers(
            sent_at=at,
            meeting_at=meeting.starts_at,
            calendar=journal.working_calendar(),
            late_reason=late_reason,
        )
    paper = GroupPaper(
        group=group, meeting=meeting, title=clean_reason(title, field="title", clause="SC-A1.4"), sent_by=by, sent_at=at,
        late_reason=late_reason.strip() if late else "",
        document=store_document(
            upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at, reserved=True
        ),
    )  # fmt: skip
    paper.full_clean()
    paper.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.group_paper.sent", subject=paper, clause="SC-A1.4",
        reason=paper.late_reason or "For consideration by the group.",
        after={"classification": classification, "late": late},
    )  # fmt: skip
    for member in (
        group.members.standing().filter(state=GroupMember.State.ACTIVE).select_related("person", "group")
    ):
        if GroupPaper.objects.visible_to(member.person).filter(pk=paper.pk).exists():
            mail_to(member, f"paper-{paper.pk}", at)
    return paper


@transaction.atomic
def read_paper(*, paper: GroupPaper, by: User, at: dt.datetime) -> tuple[Document, bytes]:
    """Give a paper to whoever may read it now; who took it is noted. SC Methodology A1.5

    Raises NotPermitted: hidden for whoever is not on the group, plain for a member above whose level it is.
    """
    if not permitted(by, Duty.READ_CASES):
        check_level(paper.group, by, level=paper.document.classification, at=at)
    return paper.document, hand_out(document=paper.document, by=by, at=at)


@transaction.atomic
def contribute(
    *, group: WorkingGroup, proposal: Proposal, kind: str, text: str, by: User, at: dt.datetime, cost: str = "",
    benefit: str = "", assessment: str = "",
) -> GroupContribution:  # fmt: skip
    """Bring a comment, or one of the group's tasks, to a proposal: advice, never a decision. SC Methodology A1.1

    Raises NotPermitted for whoever is not an active member, or has not undertaken to keep what has the proposal's level,
    Refusals for a task half done.
    """
    member = as_active(group, by, at=at)
    group = lock_group(group)
    if not group.proposals.filter(pk=proposal.pk).exists():
        raise Refusal("The group does not consider that proposal.", clause="SC-A1.1", field="proposal")
    check_level(group, by, level=proposal.classification, at=at)
    rules.check_contribution(kind=kind, text=text, cost=cost, benefit=benefit, assessment=assessment)
    if member.contributions.filter(proposal=proposal, kind=kind, text=text.strip()).exists():
        raise Conflict("You have brought exactly this already.")
    row = GroupContribution(
        group=group, proposal=proposal, member=member, kind=kind, text=text.strip(), cost=cost.strip(),
        benefit=benefit.strip(), assessment=assessment.strip(), at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    journal.record(
        actor=actor_of(member), at=at, verb="ssc.group.contributed", subject=row, clause="SC-A1.2",
        reason=f"{row.get_kind_display()}.", after={"proposal": str(proposal)},
    )  # fmt: skip
    return row


@transaction.atomic
def close_group(*, group: WorkingGroup, by: User, at: dt.datetime, version: int, reason: str) -> WorkingGroup:
    """Close a group whose work is done. SC Methodology A1.2

    Reading: what it shared was for that work, so its members' access ends with it (SC Methodology A1.5); the SSC and the
    auditor go on reading.
    """
    grant = require(by, Duty.WORK_ON_PROPOSAL)
    group = lock_group(group)
    if group.version != version:
        raise Conflict("This group was changed since you opened it.")
    group.close()
    group.closed_at, group.closed_reason = at, clean_reason(reason, clause="SC-A1.2")
    keep(group)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.working_group.closed", subject=group, clause="SC-A1.2",
        reason=group.closed_reason,
    )  # fmt: skip
    return group
