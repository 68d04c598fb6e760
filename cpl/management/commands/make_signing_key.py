"""Make the Ed25519 key that signs editions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cpl.signing import make_key_file


class Command(BaseCommand):
    """Makes a signing key once: a file for its owner's eyes only (0600), and never over an existing one."""

    help = "Make the key that signs editions, in SIGNING_KEY_FILE or the file given. Never overwrites."
    requires_system_checks = ()  # the checks of production ask for this very key

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an optional file; SIGNING_KEY_FILE is used without one."""
        parser.add_argument("file", nargs="?", help="where to put the key; default SIGNING_KEY_FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key and print its fingerprint, which is to be given to relying parties out of band."""
        name = options["file"] or settings.SIGNING_KEY_FILE
        if not name:
            raise CommandError("Say where to put the key: name a file, or set SIGNING_KEY_FILE.")
        path = Path(name)
        try:
            key = make_key_file(path, environment=settings.ENVIRONMENT_NAME)
        except FileExistsError as error:
            raise CommandError(
                f"{path} exists already and is left as it is. A signing key is never replaced."
            ) from error
        self.stdout.write(f"Made a signing key of the environment {settings.ENVIRONMENT_NAME!r} in {path}.")
        self.stdout.write(f"Fingerprint, to be compared out of band: {key.fingerprint}")
