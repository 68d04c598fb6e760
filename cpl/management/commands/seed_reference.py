"""Fill an empty database with reference data of a given size."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cpl.sample import people, reference
from cpl.signing import SigningKeyUnusable, load_signing_key
from secgov.accounts.models import Organisation
from secgov.errors import Refusal
from secgov.journal import clock

SIGN_INS = settings.BASE_DIR / ".local" / "sign-ins.json"
MOST = 900_000  # entry numbers have six digits, and the editions after the first need some


class Command(BaseCommand):
    """Fills an empty, migrated database: list, certificates, people, Parties, events and editions. Only with DEBUG.

    A database that anybody has begun to use is refused, and nothing in it is changed. Where the command stops midway,
    what was done stays, and the database has to be made anew. Editions need SIGNING_KEY_FILE; without it the worker
    issues the first one, and there are no more.
    """

    help = (
        "Fill an empty database with N entries and everything around them, for measuring (only with DEBUG)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many entries."""
        parser.add_argument(
            "entries", metavar="N", type=int, help="how many entries; 50000 is the full reference"
        )

    def handle(self, *args: Any, entries: int, **options: Any) -> None:
        """Make everything, saying each step."""
        people.require_debug()
        if not 1 <= entries <= MOST:
            raise CommandError(f"Give a number of entries from 1 to {MOST:,}.")
        try:
            reference.check_empty()
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        if settings.SIGNING_KEY_FILE:
            try:
                load_signing_key(Path(settings.SIGNING_KEY_FILE))  # now, and not after minutes of work
            except SigningKeyUnusable as fault:
                raise CommandError(
                    f"{fault} `manage.py make_signing_key` makes one. Nothing was changed."
                ) from fault
        say = self.stdout.write
        at = clock.now()
        cast = people.load_people(at=at, sign_ins=SIGN_INS)
        reference.load_list(entries=entries, by=cast["secretariat"], at=at, say=say)
        say(f"{reference.load_parties(entries=entries, at=at):,} Parties …")
        supplier = Organisation.objects.get(memberships__user=cast["supplier"])
        events = reference.report_events(
            entries=entries, by=cast["supplier"], organisation=supplier, at=clock.now()
        )
        say(f"{events:,} reported events …")
        if not settings.SIGNING_KEY_FILE:
            say("No editions: SIGNING_KEY_FILE is not set. The worker issues the first one.")
            return
        issued = reference.issue_editions(entries=entries, people=cast, clock=clock.now)
        say(f"{issued:,} editions.")
