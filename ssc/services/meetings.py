"""Meetings of the SSC: called, called off, and what is put on the agenda of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cpl.rules.submissions import clean_reason
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc.models import (
    AgendaItem,
    Case,
    CommitteeMeeting,
    Proposal,
    Referral,
    RemedialPlan,
    SscView,
)  # fmt: skip
from ssc.models.casework import SUBJECTS
from ssc.services.acting import lock_case

CLAUSE = "Z6.2(d)"
Subject = Case | RemedialPlan | Referral | SscView | Proposal


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


def name_of(subject: Subject) -> str:
    """Give the name under which something stands on an agenda."""
    return next(name for name in SUBJECTS if AgendaItem._meta.get_field(name).related_model is type(subject))


def words_of(subject: Subject) -> str:
    """Name something as an agenda does: by its reference alone."""
    return str(subject.request if isinstance(subject, SscView) else subject)


def agendas_to_come(*, on: dt.date) -> list[AgendaItem]:
    """Give what stands on the agenda of a meeting of a day or a later one that is not called off."""
    standing = AgendaItem.objects.filter(taken_off_at=None, meeting__called_off_at=None, meeting__on__gte=on)
    return list(standing.select_related("meeting"))


@transaction.atomic
def put_on_agenda(
    *, meeting: CommitteeMeeting, subjects: Sequence[Subject], by: User, at: dt.datetime
) -> list[AgendaItem]:
    """Put something on the agenda of a meeting; what stands on that of another to come is moved. Appendix Z 6.2(d)

    Raises Refusal where nothing is named or the day is past; Conflict where the meeting is called off, or has it on its
    agenda already; NotPermitted for what the person may not read or has an interest in.
    """
    grant = require(by, Duty.PREPARE_CASE)
    meeting = CommitteeMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    _check_to_come(meeting, at)
    if not subjects:
        raise Refusal("Choose what is to be considered.", clause=CLAUSE, field="items")
    reason = f"To be considered on {meeting.on.day} {meeting.on:%B %Y}."
    made = []
    for subject in sorted(subjects, key=lambda each: (name_of(each), each.pk)):
        _check_part(subject, by)
        name = name_of(subject)
        if meeting.items.filter(**{name: subject}, taken_off_at=None).exists():
            raise Conflict(f"{words_of(subject)} is on that agenda already.")
        for other in agendas_to_come(on=london_day(at)):
            if getattr(other, f"{name}_id") == subject.pk:
                _take_off(other, at, reason)
        item = AgendaItem(meeting=meeting, put_by=by, put_at=at, **{name: subject})
        item.full_clean()
        item.save()
        made.append(item)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.meeting.items_put", subject=meeting, clause=CLAUSE, reason=reason,
        after={"items": [words_of(each) for each in subjects]},
    )  # fmt: skip
    return made


@transaction.atomic
def take_off_agenda(*, item: AgendaItem, by: User, at: dt.datetime, reason: str) -> AgendaItem:
    """Take something off the agenda of a meeting to come: it waits for another. Appendix Z 6.2(d)

    Raises Refusal where the day is past, Conflict where it is off by now.
    """
    grant = require(by, Duty.PREPARE_CASE)
    meeting = CommitteeMeeting.objects.select_for_update(of=("self",)).get(pk=item.meeting_id)
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    _check_to_come(meeting, at)
    subject: Subject = item.subject
    _check_part(subject, by)
    if item.taken_off_at is not None:
        raise Conflict(f"{words_of(subject)} is off that agenda by now.")
    _take_off(item, at, clean_reason(reason, clause=CLAUSE))
    journal.record(
        actor=grant.actor, at=at, verb="ssc.meeting.item_taken_off", subject=meeting, clause=CLAUSE,
        reason=item.taken_off_reason, before={"item": words_of(subject)},
    )  # fmt: skip
    return item


def _check_to_come(meeting: CommitteeMeeting, at: dt.datetime) -> None:
    if meeting.called_off_at is not None:
        raise Conflict("This meeting is called off by now.")
    if meeting.on < london_day(at):
        raise Refusal("That meeting is past: its agenda stands.", clause=CLAUSE, field="items")


def _check_part(subject: Subject, by: User) -> None:
    """Turn away a person with an interest in the case that something is about, or who may not know of it."""
    if isinstance(subject, Case | RemedialPlan):
        case = subject if isinstance(subject, Case) else subject.determination.case
        lock_case(case, by=by, duty=Duty.PREPARE_CASE)
        return
    known = (
        isinstance(subject, SscView) or type(subject).objects.visible_to(by).filter(pk=subject.pk).exists()
    )
    if not known:
        raise NotPermitted("There is no such thing.", hidden=True)


def _take_off(item: AgendaItem, at: dt.datetime, reason: str) -> None:
    item.taken_off_at, item.taken_off_reason = at, reason
    item.save(update_fields=["taken_off_at", "taken_off_reason"])
