"""Opening, discharging and watching obligations. Lateness is compared, never counted."""

import datetime as dt

from django.db import models, transaction

from secgov.journal.models import Act, Obligation, Task
from secgov.journal.services.calendar import working_calendar
from secgov.time_rules import DueDate, explain_hours, explain_working_days, part_of_period

HALF, MOST = 50, 80  # F2.8: alarms at half and at four fifths of the time


def _open(
    *, clause: str, duty: str, owed_by: str, subject: models.Model, act: Act, opened_at: dt.datetime, due: DueDate,
    working_days: int | None = None, seconds: int | None = None, calendar_version: str = "", by_law: bool = True,
    organisation_id: int | None = None,
) -> Obligation:  # fmt: skip
    return Obligation.objects.create(
        clause=clause,
        duty=duty,
        owed_by=owed_by,
        organisation_id=organisation_id,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        by_law=by_law,
        opened_by_act=act,
        opened_at=opened_at,
        working_days=working_days,
        elapsed_seconds=seconds,
        due_at=due.due_at,
        why=list(due.steps),
        calendar_version=calendar_version,
    )


def open_obligation_for_working_days(
    *, clause: str, duty: str, owed_by: str, subject: models.Model, act: Act, from_at: dt.datetime, working_days: int,
    by_law: bool = True, organisation_id: int | None = None,
) -> Obligation:  # fmt: skip
    """Open an obligation of so many Working Days after an instant, with the sum in words. TR-3

    Takes the clause, what is owed, by whom (`Obligation.Owner`), about which row, and the act that started it.
    Raises CalendarMissing where the calendar does not reach.
    """
    calendar = working_calendar()
    return _open(
        clause=clause, duty=duty, owed_by=owed_by, subject=subject, act=act, opened_at=from_at,
        due=explain_working_days(from_at, working_days, calendar), working_days=working_days,
        calendar_version=calendar.version, by_law=by_law, organisation_id=organisation_id,
    )  # fmt: skip


def open_obligation_for_hours(
    *, clause: str, duty: str, owed_by: str, subject: models.Model, act: Act, from_at: dt.datetime, hours: int,
    organisation_id: int | None = None,
) -> Obligation:  # fmt: skip
    """Open an obligation of so many elapsed hours after an instant. TR-4"""
    return _open(
        clause=clause, duty=duty, owed_by=owed_by, subject=subject, act=act, opened_at=from_at,
        due=explain_hours(from_at, hours), seconds=hours * 3600, organisation_id=organisation_id,
    )  # fmt: skip


def open_obligation_until(
    *, clause: str, duty: str, owed_by: str, subject: models.Model, act: Act, from_at: dt.datetime, due: DueDate,
    calendar_version: str = "", by_law: bool = True, organisation_id: int | None = None,
) -> Obligation:  # fmt: skip
    """Open an obligation whose end a rule has computed already, for example the day of a notice. TR-6"""
    return _open(
        clause=clause, duty=duty, owed_by=owed_by, subject=subject, act=act, opened_at=from_at, due=due,
        calendar_version=calendar_version, by_law=by_law, organisation_id=organisation_id,
    )  # fmt: skip


def discharge(*, obligation: Obligation, act: Act, at: dt.datetime) -> bool:
    """Mark a standing obligation as done by an act; False where it stands no longer. Its alarm is over."""
    done = (
        Obligation.objects.standing().filter(pk=obligation.pk).update(discharged_at=at, discharged_by_act=act)
    )
    if done:
        _close_alarm(obligation, at, "It was done.")
    return bool(done)


def fall_away(*, obligation: Obligation, reason: str, at: dt.datetime) -> bool:
    """Mark a standing obligation as no longer owed, with the reason; False where it stands no longer. Its alarm is over."""
    gone = (
        Obligation.objects.standing()
        .filter(pk=obligation.pk)
        .update(fell_away_at=at, fell_away_reason=reason)
    )
    if gone:
        _close_alarm(obligation, at, reason)
    return bool(gone)


def open_task(
    *,
    key: str,
    title: str,
    at: dt.datetime,
    detail: str = "",
    clause: str = "",
    subject: models.Model | None = None,
    owed: Obligation | None = None,
) -> Task:
    """Ask a person of the Secretariat to look; one open task per key, however often it is asked.

    `subject` is the row to look at; of an alarm of an obligation (`owed`) it is what that one is about.
    """
    about = (subject._meta.label_lower, str(subject.pk), str(subject)[:200]) if subject else ("", "", "")
    if owed:
        about = (owed.subject_type, owed.subject_id, owed.subject_name)
    task, _ = Task.objects.get_or_create(
        key=key,
        closed_at=None,
        defaults={
            "title": title[:200],
            "detail": detail,
            "clause": clause,
            "opened_at": at,
            **dict(zip(("subject_type", "subject_id", "subject_name"), about, strict=True)),
        },
    )
    return task


def close_task(*, key: str, at: dt.datetime, reason: str) -> bool:
    """Close the open task of a key, with the reason; False where none is open."""
    return bool(Task.objects.filter(key=key, closed_at=None).update(closed_at=at, closing_reason=reason))


@transaction.atomic
def raise_alarms(*, at: dt.datetime) -> int:
    """Raise each standing obligation's alarms at half, at four fifths and at the end of its time; give how many.

    Each alarm is written on its obligation once, so any number of runs raises it once. One task at a time stands for an
    obligation: a graver alarm takes the place of the one before.
    """
    raised = 0
    waiting = Obligation.objects.standing().filter(due_alarm_at=None).select_for_update(skip_locked=True)
    for obligation in waiting.order_by("due_at", "id"):
        gravest = ""
        for field, instant, words in (
            ("half_alarm_at", part_of_period(obligation.opened_at, obligation.due_at, HALF), "Half of the time has passed"),
            ("most_alarm_at", part_of_period(obligation.opened_at, obligation.due_at, MOST), "Four fifths have passed"),
            ("due_alarm_at", obligation.due_at, "The time has passed"),
        ):  # fmt: skip
            if getattr(obligation, field) is None and at >= instant:
                setattr(obligation, field, at)
                raised += 1
                gravest = words
        if gravest:
            obligation.save(update_fields=["half_alarm_at", "most_alarm_at", "due_alarm_at"])
            _close_alarm(obligation, at, f"{gravest}: a graver alarm took its place.")
            open_task(
                key=alarm_key(obligation),
                title=f"{gravest}: {obligation.duty}",
                clause=obligation.clause,
                at=at,
                detail=f"{obligation.subject_name}. " + " ".join(obligation.why),
                owed=obligation,
            )
    return raised


def alarm_key(obligation: Obligation) -> str:
    """Give the key of the task that stands for an obligation's alarm."""
    return f"alarm:{obligation.pk}"


def _close_alarm(obligation: Obligation, at: dt.datetime, reason: str) -> None:
    close_task(key=alarm_key(obligation), at=at, reason=reason)
