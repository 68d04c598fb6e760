"""The one clock. Only edges read it; a rehearsal moves it."""

import datetime as dt

from secgov.journal.models import Rehearsal
from secgov.time_rules import LONDON


def real_now() -> dt.datetime:
    """The true instant in UTC, whatever a rehearsal pretends: only for setting the rehearsal's clock."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """The present instant in UTC, or in a database marked as a rehearsal the instant that it pretends.

    A pretended instant goes on from where it was set, so time never stands still and never goes back.
    """
    real = real_now()
    rehearsal = Rehearsal.objects.first()
    if rehearsal is None or rehearsal.now is None:
        return real
    return rehearsal.now + max(real - rehearsal.set_at, dt.timedelta(0))


def today() -> dt.date:
    """The present date in London (TR-1)."""
    return now().astimezone(LONDON).date()
