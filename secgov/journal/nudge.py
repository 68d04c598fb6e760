"""A message to the broker only hurries a sweep: where it cannot be sent, the sweep comes by itself within a minute."""

from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def nudge(task: str) -> None:
    """Ask for a sweep once the transaction has committed, and at once where there is none.

    Takes the task's name, for example `cpl.publish`. A broker that is down is logged and changes nothing.
    """
    transaction.on_commit(partial(_send, task))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except OperationalError as error:
        log.warning("the broker did not take a nudge; the next sweep will come by itself", task=task, error=str(error))
