"""The SSC's sweeps, as the worker calls them."""

from celery import shared_task

from secgov.journal.clock import now
from secgov.journal.services import beat
from ssc.services import opening, requests


@shared_task(name="ssc.open_cases")
def open_cases() -> None:
    """Open, join, return and void the SSC's cases as the certificates' events ask; tell of replies that are late."""
    handled = opening.open_cases(clock=now)
    requests.note_late(at=now())
    beat(sweep="open cases", at=now(), handled=handled)
