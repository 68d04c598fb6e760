"""A worker of the daily notices in a process of its own, with a mail server that may fail, killed where it is told."""

import datetime as dt
import importlib
import os
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess

from tests.campaigns.worker import kill_at, server


@dataclass(frozen=True)
class NoticeJob:
    """What a worker is to do: as of when, through which mail server, killed where, how often the task is delivered."""

    at: dt.datetime
    mail_port: int
    kill: tuple[str, str, str, int] | None = None
    times: int = 1
    patience: int = 120  # seconds for each word of the mail server


def start(job: NoticeJob) -> ForkServerProcess:
    """Start a worker, as the application's database role."""
    role = os.environ.pop("CPL_DATABASE_ROLE", None)
    try:
        process = server().Process(target=run, args=(job,))
        process.start()
    finally:
        if role is not None:
            os.environ["CPL_DATABASE_ROLE"] = role
    return process


def run(job: NoticeJob) -> None:
    """Do what the worker does once a day, and what it does once a minute."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = (
        "127.0.0.1",
        job.mail_port,
        job.patience,
    )
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    if job.kill:
        kill_at(*job.kill)
    running = importlib.import_module("cpl.services.expiry.running")
    outbox = importlib.import_module("secgov.journal.services.outbox")
    for _ in range(job.times):
        running.send_expiry_notices(clock=lambda: job.at)
        outbox.send_messages(clock=lambda: job.at)
