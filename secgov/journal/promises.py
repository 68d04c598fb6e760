"""The journal's own promises, counted: nothing late in silence, no message stuck."""

import datetime as dt

from django.db import connection

from secgov.journal.models import Obligation

SWEEP_LATENESS = dt.timedelta(minutes=2)
"""How long after its time a thing may wait for the next sweep, which comes every minute."""


def count(sql: str, parameters: dict[str, object] | None = None) -> int:
    """Give the one number that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return int(row[0])


def silent_late(at: dt.datetime) -> int:
    """I-3: obligations past their due instant, still standing, for which no alarm was raised."""
    return Obligation.objects.overdue(at=at - SWEEP_LATENESS).filter(due_alarm_at=None).count()


_STUCK = """
    SELECT count(*) FROM journal_message m
    WHERE m.sent_at IS NULL AND (
        m.dead_at IS NULL AND m.next_attempt_at > %(soon)s
        OR m.dead_at IS NOT NULL AND NOT EXISTS (SELECT FROM journal_task t WHERE t.key = 'dead-message:' || m.id)
    )
"""


def stuck_messages(at: dt.datetime) -> int:
    """I-11: messages neither sent, nor due again within two minutes, nor dead with a task for a person."""
    return count(_STUCK, {"soon": at + SWEEP_LATENESS})
