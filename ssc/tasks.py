"""The SSC's sweeps, as the worker calls them."""

from celery import shared_task

from secgov.journal.clock import now
from secgov.journal.services import beat
from ssc.services import opening, plan_watch, requests


@shared_task(name="ssc.open_cases")
def open_cases() -> None:
    """Open, join, return and void the SSC's cases as the certificates' events ask; tell of replies that are late."""
    handled = opening.open_cases(clock=now)
    requests.note_late(at=now())
    beat(sweep="open cases", at=now(), handled=handled)


@shared_task(name="ssc.watch_plans")
def watch_plans() -> None:
    """Warn of times that are ending under Remedial Plans, tell of those that ended, report what is unremedied."""
    handled = plan_watch.watch_plans(clock=now)
    beat(sweep="watch plans", at=now(), handled=handled)
