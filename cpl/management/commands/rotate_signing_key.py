"""Make the key that follows the one in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cpl.services import publication
from cpl.signing import SigningKeyUnusable, make_key_file
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.clock import now


class Command(BaseCommand):
    """Makes the next key in a file of its own, has the key in use sign it, and publishes it at `keys/`.

    The key in use goes on signing. From the first instant of the next one, put its file where SIGNING_KEY_FILE points;
    until the end of the overlap either may sign, afterwards only the next. Nothing is overwritten; where anything is
    refused, no file is left.
    """

    help = "Make the next signing key, signed by the one in use. Never overwrites."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file for the next key, and the days of announcement and of overlap."""
        parser.add_argument("file", help="where to put the next key")
        parser.add_argument(
            "--announce", type=int, default=14, metavar="DAYS", help="published before it signs"
        )
        parser.add_argument(
            "--overlap", type=int, default=14, metavar="DAYS", help="either of the two may sign"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and announce it; say from when it signs."""
        path = Path(options["file"])
        try:
            key = make_key_file(path, environment=settings.ENVIRONMENT_NAME)
        except FileExistsError as error:
            raise CommandError(f"{path} exists already and is left as it is.") from error
        try:
            made = publication.announce_next_key(
                public=key.public, announced_days=options["announce"], overlap_days=options["overlap"],
                actor=Actor(user_id=None, role="Operator"), at=now(),
            )  # fmt: skip
        except Refusal as refusal:
            path.unlink()
            raise CommandError(f"{refusal.message} {refusal.remedy}".strip()) from refusal
        except SigningKeyUnusable as fault:
            path.unlink()
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            f"Made the next signing key in {path}; the key in use signed it, and keys/ shows it."
        )
        self.stdout.write(f"Fingerprint: {made.kid}")
        self.stdout.write(
            f"Put it where SIGNING_KEY_FILE points from {made.valid_from:%Y-%m-%d %H:%M} UTC on."
        )
