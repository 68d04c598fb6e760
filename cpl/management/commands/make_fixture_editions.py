"""Make small signed editions of a test environment, for tests of clients."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.sample.fixture_editions import make_fixture_editions

REAL = "production"


class Command(BaseCommand):
    """Writes three editions with their public keys into a new folder. Needs no database; keeps no private key.

    Those in clients/tests/fixture were made by it: `manage.py make_fixture_editions clients/tests/fixture`.
    """

    help = "Write three small signed editions of a test environment into a new folder, for tests of clients."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder, and the environment that the editions are of."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--environment", default="integration", help="default: integration")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them. Nothing there is written over, and nothing is ever made for the real list."""
        if options["environment"] == REAL:
            raise CommandError("A fixture is never made for the real list: name another environment.")
        if options["folder"].exists():
            raise CommandError(f"{options['folder']} exists already. Name a new folder, or remove it first.")
        made = make_fixture_editions(options["folder"], environment=options["environment"])
        self.stdout.write(
            f"Editions {', '.join(made)} of {options['environment']} are in {options['folder']}."
        )
