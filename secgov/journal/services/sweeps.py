"""Signs of life of the sweeps."""

import datetime as dt

from secgov.journal.models import Heartbeat


def beat(*, sweep: str, at: dt.datetime, handled: int) -> None:
    """Write that a sweep ran to its end, and how many cases it handled."""
    Heartbeat.objects.update_or_create(sweep=sweep, defaults={"finished_at": at, "handled": handled})
