"""The journal's sweeps, as the worker calls them."""

from celery import shared_task

from secgov.journal import services
from secgov.journal.actors import SYSTEM
from secgov.journal.clock import now


@shared_task(name="journal.send_messages")
def send_messages() -> None:
    """Send what waits in the outbox."""
    services.beat(sweep="send messages", at=now(), handled=services.send_messages(clock=now))


@shared_task(name="journal.raise_alarms")
def raise_alarms() -> None:
    """Raise the alarms of obligations."""
    at = now()
    services.beat(sweep="raise alarms", at=at, handled=services.raise_alarms(at=at))


@shared_task(name="journal.seal_acts")
def seal_acts() -> None:
    """Seal the acts since the last seal."""
    at = now()
    services.beat(sweep="seal acts", at=at, handled=int(services.seal_acts() is not None))


@shared_task(name="journal.watch_calendar")
def watch_calendar() -> None:
    """Compute anew what a bank holiday lengthens, and see that the calendar reaches far enough."""
    at = now()
    moved = services.recompute_obligations(actor=SYSTEM, at=at)
    services.beat(sweep="watch calendar", at=at, handled=len(moved) + services.watch_calendar(at=at))
