"""What a newly proclaimed bank holiday does to the clocks that run, and who sees to the calendar (TR-2, A-19)."""

import datetime as dt

from django.db import transaction

from secgov.journal.actors import Actor
from secgov.journal.models import Obligation
from secgov.journal.services.acts import record
from secgov.journal.services.calendar import working_calendar
from secgov.journal.services.obligations import alarm_key, close_task, open_task
from secgov.time_rules import explain_working_days, london_day, never_shorter, years_to_load

STANDS = "A shorter sum by a later calendar does not move an end that was announced (A-19)."


@transaction.atomic
def recompute_obligations(*, actor: Actor, at: dt.datetime) -> list[Obligation]:
    """Compute the end of every running period of Working Days anew by the calendar as it is now. TR-3

    An end moves out, never in (A-19). Records an act for each that moved, with both ends; gives those. A period of
    hours or days, and the day of a notice, has no Working Days in it that could be added.
    """
    calendar = working_calendar()
    moved = []
    stale = (
        Obligation.objects.standing()
        .filter(working_days__isnull=False)
        .exclude(calendar_version=calendar.version)
    )
    for obligation in stale.select_for_update().order_by("id"):
        due = explain_working_days(obligation.opened_at, obligation.working_days or 1, calendar)
        announced, obligation.calendar_version = obligation.due_at, calendar.version
        obligation.due_at = never_shorter(announced, due.due_at)
        if due.due_at >= announced:
            obligation.why = list(due.steps)
        elif STANDS not in obligation.why:
            obligation.why = [*obligation.why, STANDS]
        if obligation.due_at > announced:
            _lengthen(obligation, announced, actor, at)
            moved.append(obligation)
        obligation.save(update_fields=["due_at", "why", "calendar_version", "due_alarm_at"])
    return moved


def _lengthen(obligation: Obligation, announced: dt.datetime, actor: Actor, at: dt.datetime) -> None:
    """Record that an end moved out; what was overdue only by the old calendar is not overdue."""
    if obligation.due_alarm_at and obligation.due_at > at:
        obligation.due_alarm_at = None
        close_task(key=alarm_key(obligation), at=at, reason="A bank holiday lengthened the period.")
    record(
        actor=actor, at=at, verb="journal.obligation.lengthened", subject=obligation, clause=obligation.clause,
        reason="A bank holiday was added to the calendar within its period.",
        before={"due_at": announced}, after={"due_at": obligation.due_at, "calendar": obligation.calendar_version},
    )  # fmt: skip


def watch_calendar(*, at: dt.datetime) -> int:
    """Call a person where the calendar has no bank holidays for a year that will be computed; give how many years. TR-2"""
    today = london_day(at)
    lacking = years_to_load(today, working_calendar())
    for year in {today.year, today.year + 1}.difference(lacking):
        close_task(key=f"calendar:{year}", at=at, reason="The year is loaded.")
    for year in lacking:
        open_task(
            key=f"calendar:{year}", title=f"The calendar has no bank holidays for {year}", clause="X-1", at=at,
            detail=f"No date in {year} can be computed. Enter them by hand, or run: manage.py load_bank_holidays {year}",
        )  # fmt: skip
    return len(lacking)
