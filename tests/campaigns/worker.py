"""A worker in a process of its own that can be told to kill itself, with SIGKILL, at a named step.

    python -m tests.campaigns.worker INSTANT [MODULE FUNCTION before|after NTH]

It publishes, tells and sends as of that instant, as the application's database role. Nothing in the system knows of
the kill: this process wraps one function of ours before it starts.
"""

import datetime as dt
import functools
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def kill_at(module: str, function: str, when: str, nth: int) -> None:
    """Kill this process before, or after, the nth call of a function of ours."""
    place = importlib.import_module(module)
    real = getattr(place, function)
    calls = 0

    @functools.wraps(real)
    def struck(*args: Any, **given: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "before" and calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **given)
        if when == "after" and calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(place, function, struck)


def run(clock: Callable[[], dt.datetime]) -> None:
    """Do what a worker does once a minute."""
    publication = importlib.import_module("cpl.services.publication")
    journal = importlib.import_module("secgov.journal.services")
    publication.publish_due(clock=clock)
    publication.complete_limbs(at=clock())
    journal.send_messages(clock=clock)
    publication.complete_limbs(at=clock())


if __name__ == "__main__":
    django.setup()
    at = dt.datetime.fromisoformat(sys.argv[1])
    if len(sys.argv) > 2:
        kill_at(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    run(lambda: at)
