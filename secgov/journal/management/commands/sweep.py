"""Run one sweep now, or rehearse it at a later instant."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from secgov.errors import Refusal
from secgov.journal.clock import now, real_now
from secgov.journal.services.rehearsal import rehearse
from secgov.time_rules import LONDON


class Command(BaseCommand):
    """Runs a sweep in this process, as the worker would; a sweep may run twice, late, or beside itself.

    With --at it first moves the clock of a database that is marked as a rehearsal, for every process that uses it.
    Time never goes back there, and nowhere else can it be moved.
    """

    help = "Run one sweep now; --at rehearses a later instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the sweep's name, and an instant in ISO form (London time unless it says otherwise)."""
        parser.add_argument("name", help="for example cpl.publish; a name that is not known lists them all")
        parser.add_argument("--at", help="for example 2026-12-24T15:00; only in a rehearsal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Move the clock where asked, then run the sweep."""
        current_app.loader.import_default_modules()
        sweeps = sorted({entry["task"] for entry in current_app.conf.beat_schedule.values()})
        if options["name"] not in sweeps:
            raise CommandError(f"There is no sweep {options['name']!r}. There are: {', '.join(sweeps)}.")
        if options["at"]:
            self._rehearse(options["at"])
        current_app.tasks[options["name"]]()
        self.stdout.write(f"{options['name']} ran as of {now():%Y-%m-%d %H:%M:%S} UTC.")

    def _rehearse(self, text: str) -> None:
        try:
            at = parse_datetime(text)
        except ValueError:  # it has the form of one, but there is no such day or hour
            at = None
        if at is None:
            raise CommandError(f"{text!r} is not an instant. Give one like 2026-12-24T15:00.")
        if at.tzinfo is None:
            at = at.replace(tzinfo=LONDON)
        try:
            rehearse(at=at.astimezone(dt.UTC), now=now(), real=real_now())
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
