"""The SSC's sweeps, as the worker calls them."""

import time

import structlog
from celery import shared_task

from cpl.promises import keep_check
from secgov.journal.clock import now
from secgov.journal.services import beat
from ssc import promises
from ssc.services import authority_answers, fast_track_tests, opening, panel_updates, plan_watch, requests

log = structlog.get_logger(__name__)


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


@shared_task(name="ssc.watch_fast_tracks")
def watch_fast_tracks() -> None:
    """Close the fast tracks that stand on the DCC's Eligible list; remind of views to be ratified."""
    handled = fast_track_tests.watch_fast_tracks(clock=now)
    beat(sweep="watch fast tracks", at=now(), handled=handled)


@shared_task(name="ssc.follow_orders")
def follow_orders() -> None:
    """Settle referrals and end plans where the Authority's order was confirmed on a page of its own."""
    handled = authority_answers.follow_orders(clock=now)
    beat(sweep="follow orders", at=now(), handled=handled)


@shared_task(name="ssc.update_panel")
def update_panel() -> None:
    """Keep the Panel informed every month of the proposals of which it asked to hear."""
    at = now()
    handled = panel_updates.update_panel(at=at)
    beat(sweep="update panel", at=at, handled=handled)


@shared_task(name="ssc.check_promises")
def check_promises() -> None:
    """Count the promises, and keep the result for the Secretariat's board."""
    at, started = now(), time.monotonic()
    counters = promises.count_promises(at=at, full=False)
    check = keep_check(counters=counters, at=at, seconds=time.monotonic() - started, full=False)
    if check.broken:
        log.error("promises are broken", **check.broken)
    beat(sweep="check promises", at=at, handled=len(check.broken))
