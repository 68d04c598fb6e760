"""A worker in a process of its own that can be told to kill itself, with SIGKILL, at a named step.

The processes are forked from a server that has loaded the system once and holds no connection: a process of our own
for each fault, without three seconds of loading each. Nothing in the system knows of the kill: the process wraps one
function of ours before it starts.
"""

import datetime as dt
import functools
import importlib
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

NO_BROKER = "redis://127.0.0.1:1/0"  # nobody listens there
BROKER_ANSWERS = 3


@dataclass(frozen=True)
class Job:
    """What a worker is to do: as of when, with which files, killed where, with which broker."""

    at: dt.datetime
    edition_dir: Path
    signing_key: str
    mail_folder: Path
    kill: tuple[str, str, str, int] | None = None
    broker: str = ""


def server() -> ForkServerContext:
    """Give the server of processes; it starts with the first one, as the application's database role."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaigns.loaded"])
    return context


def start(job: Job) -> ForkServerProcess:
    """Start a worker."""
    role = os.environ.pop("CPL_DATABASE_ROLE", None)
    try:
        process = server().Process(target=run, args=(job,))
        process.start()
    finally:
        if role is not None:
            os.environ["CPL_DATABASE_ROLE"] = role
    return process


def run(job: Job) -> None:
    """Do what a worker does once a minute."""
    from celery import current_app
    from django.conf import settings
    from kombu.exceptions import OperationalError

    settings.EDITION_DIR, settings.SIGNING_KEY_FILE = job.edition_dir, job.signing_key
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(job.mail_folder)
    if job.broker:
        current_app.conf.broker_url = job.broker
    if job.kill:
        kill_at(*job.kill)
    publication = importlib.import_module("cpl.services.publication")
    journal = importlib.import_module("secgov.journal.services")
    importlib.import_module("cpl.services.uploads").check_uploads(clock=lambda: job.at)
    publication.publish_due(clock=lambda: job.at)
    publication.complete_limbs(at=job.at)
    journal.send_messages(clock=lambda: job.at)
    publication.complete_limbs(at=job.at)
    if job.broker:
        try:
            current_app.connection_for_write().ensure_connection(max_retries=1)
        except OperationalError:
            return
        sys.exit(BROKER_ANSWERS)


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
