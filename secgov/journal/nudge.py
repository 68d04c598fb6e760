"""A message only hurries a sweep: it is sent after commit, and its loss costs a minute, never a duty."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def nudge(task: str) -> None:
    """Ask the worker to run a sweep once this transaction has committed; the broker may be down."""
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except OperationalError as error:
        log.warning("the broker is down; the next sweep will do it", task=task, error=str(error))
