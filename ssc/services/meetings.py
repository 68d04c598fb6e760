"""Meetings of the SSC: called, called off, and the items that wait for one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc.models import CommitteeMeeting

CLAUSE = "Z6.2(d)"


@transaction.atomic
def call_meeting(*, on: dt.date, place: str, by: User, at: dt.datetime) -> CommitteeMeeting:
    """Call a meeting of the SSC for a day. Appendix Z 6.2(d)

    Raises Refusal for a day that is past, Conflict where one is called for it already.
    """
    grant = require(by, Duty.PREPARE_CASE)
    if on < london_day(at):
        raise Refusal("That day is past.", clause=CLAUSE, field="on", remedy="Give today or a later day.")
    if CommitteeMeeting.objects.filter(on=on, called_off_at=None).exists():
        raise Conflict("A meeting on that day is called already.")
    meeting = CommitteeMeeting(on=on, place=place.strip(), called_by=by, called_at=at)
    meeting.full_clean()
    meeting.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.meeting.called", subject=meeting, clause=CLAUSE,
        reason="To determine as soon as reasonably practicable.", after={"on": on, "place": meeting.place},
    )  # fmt: skip
    return meeting


@transaction.atomic
def call_off_meeting(
    *, meeting: CommitteeMeeting, by: User, at: dt.datetime, version: int, reason: str
) -> CommitteeMeeting:
    """Call a meeting off. Raises Conflict for a stale version. Appendix Z 6.2(d)"""
    grant = require(by, Duty.PREPARE_CASE)
    meeting = CommitteeMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.version != version or meeting.called_off_at is not None:
        raise Conflict("This meeting was changed since you opened it.")
    meeting.called_off_at, meeting.called_off_reason = at, clean_reason(reason, clause=CLAUSE)
    meeting.version += 1
    meeting.full_clean()
    meeting.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.meeting.called_off", subject=meeting, clause=CLAUSE,
        reason=meeting.called_off_reason,
    )  # fmt: skip
    return meeting
