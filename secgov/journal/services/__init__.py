"""What the journal does for every app above it."""

from secgov.journal.services.acts import record, seal_acts, seal_lines, verify_seals
from secgov.journal.services.calendar import working_calendar
from secgov.journal.services.idempotency import answer_once
from secgov.journal.services.obligations import (
    close_task,
    discharge,
    fall_away,
    open_obligation_for_hours,
    open_obligation_for_working_days,
    open_obligation_until,
    open_task,
    raise_alarms,
)
from secgov.journal.services.outbox import enqueue, give_notice, record_other_channel, send_messages
from secgov.journal.services.recomputing import recompute_obligations, watch_calendar
from secgov.journal.services.sweeps import beat

__all__ = [
    "answer_once",
    "beat",
    "close_task",
    "discharge",
    "enqueue",
    "fall_away",
    "give_notice",
    "open_obligation_for_hours",
    "open_obligation_for_working_days",
    "open_obligation_until",
    "open_task",
    "raise_alarms",
    "recompute_obligations",
    "record",
    "record_other_channel",
    "seal_acts",
    "seal_lines",
    "send_messages",
    "verify_seals",
    "watch_calendar",
    "working_calendar",
]
