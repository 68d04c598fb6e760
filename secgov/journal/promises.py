"""The journal's own promises, counted: nothing late in silence, no message stuck."""

import datetime as dt

from django.db import connection

from secgov.journal.models import Obligation
from secgov.journal.services.calendar import working_calendar
from secgov.journal.services.recomputing import STANDS
from secgov.time_rules import due_within_working_days

SWEEP_LATENESS = dt.timedelta(minutes=2)
"""How long after its time a thing may wait for the next sweep, which comes every minute."""


def count(sql: str, parameters: dict[str, object] | None = None) -> int:
    """Give the one number that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return int(row[0])


_SILENT = """
    SELECT
        -- an alarm that is written on the obligation, but that nobody was ever called for
        (SELECT count(*) FROM journal_obligation o
         WHERE o.discharged_at IS NULL AND o.fell_away_at IS NULL AND o.due_alarm_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM journal_task t WHERE t.key = 'alarm:' || o.id))
        -- done by an act that is older than the one that began it
      + (SELECT count(*) FROM journal_obligation o WHERE o.discharged_by_act_id < o.opened_by_act_id)
"""


def silent_late(at: dt.datetime) -> int:
    """I-3: obligations past their due instant, still standing, for which no alarm was raised, or none that anybody got.

    Also those whose end was put off by no rule, and those that an act before them is said to have met.
    """
    late = Obligation.objects.overdue(at=at - SWEEP_LATENESS).filter(due_alarm_at=None).count()
    return late + count(_SILENT) + _put_off()


def _put_off() -> int:
    """Standing periods of Working Days whose end is not what this calendar gives, though they were computed with it."""
    calendar = working_calendar()
    rows = Obligation.objects.standing().filter(working_days__isnull=False, calendar_version=calendar.version)
    moved = 0
    for each in rows.iterator():
        due = due_within_working_days(each.opened_at, each.working_days or 1, calendar)
        moved += each.due_at != due and STANDS not in each.why
    return moved


_STUCK = """
    SELECT count(*) FROM journal_message m
    WHERE m.sent_at IS NULL AND (
        m.dead_at IS NULL AND (m.next_attempt_at > %(soon)s OR m.claimed_at > %(soon)s)
        OR m.dead_at IS NOT NULL AND NOT EXISTS (SELECT FROM journal_task t WHERE t.key = 'dead-message:' || m.id)
    )
"""


def stuck_messages(at: dt.datetime) -> int:
    """I-11: messages neither sent, nor due again within two minutes, nor dead with a task for a person."""
    return count(_STUCK, {"soon": at + SWEEP_LATENESS})
