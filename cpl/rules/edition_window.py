"""Whether the next edition is to be issued now.

Section F2.8  The list is provided, published and notified within one Working Day; so an
    approved change never waits longer than its window.

Reading: approved changes gather for a window into one edition; somebody may ask for it
at once; an empty list is a list, too, so that the very first edition may hold nothing
(A-70, F2.1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cpl.rules.publication import window_end


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What waits for an edition.

    ``first_approved_at`` is the earliest approval that no edition carries (None where none waits),
    ``earliest_due_at`` the earliest end of their periods, ``asked_at`` the last time somebody asked for an edition
    at once, ``last_issued_at`` the instant of the newest edition (None where there is none).
    """

    window: timedelta
    first_approved_at: datetime | None = None
    earliest_due_at: datetime | None = None
    asked_at: datetime | None = None
    last_issued_at: datetime | None = None


def due_next_edition(facts: WindowFacts) -> datetime | None:
    """Give the instant from which the next edition is to be issued; None where nothing waits. Section F2.8"""
    asked = facts.asked_at
    if asked is not None and facts.last_issued_at is not None and asked <= facts.last_issued_at:
        asked = None  # that edition answered it
    if facts.first_approved_at is None:
        return asked if facts.last_issued_at is None else None
    ends = facts.first_approved_at + facts.window
    if facts.earliest_due_at is not None:
        ends = window_end(
            first_approved_at=facts.first_approved_at,
            window=facts.window,
            earliest_due_at=facts.earliest_due_at,
        )
    return ends if asked is None else min(ends, asked)
