"""Take over a published edition of the list."""

import gc
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.rules.publication import format_edition
from cpl.services.import_list import Outcome, UnreadableList, import_list
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.actors import Actor

OPERATOR = Actor(user_id=None, role="Operator")
PROBLEMS_SHOWN = 200
LARGEST_FILE = 64 * 1024 * 1024


class Command(BaseCommand):
    """Imports a published edition in the 13-column format into an empty register: all of it, or nothing.

    The same bytes again change nothing and say so. With --dry-run everything is checked and nothing is stored.
    """

    help = "Import a published edition (13-column CSV) into an empty register, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether only to check it."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, or stop with a report of what is wrong with it."""
        path: Path = options["file"]
        gc.freeze()  # what stands now outlives the import; the collector need not walk through it again and again
        try:
            with path.open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        if len(data) > LARGEST_FILE:
            raise CommandError(f"{path} is larger than any published list could be ({LARGEST_FILE} bytes).")
        try:
            outcome = import_list(
                data=data,
                file_name=path.name,
                actor=OPERATOR,
                at=clock.now(),
                dry_run=options["dry_run"],
                say=self.stdout.write,
            )
        except UnreadableList as refusal:
            raise CommandError(self._report(refusal)) from refusal
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        for warning in outcome.warnings:
            self.stdout.write(self.style.WARNING(f"Look at this: {warning}"))
        self.stdout.write(self.style.SUCCESS(self._summary(outcome, options["dry_run"])))

    def _report(self, refusal: UnreadableList) -> str:
        lines = [str(problem) for problem in refusal.problems[:PROBLEMS_SHOWN]]
        if left_out := len(refusal.problems) - len(lines):
            lines.append(f"… and {left_out} more.")
        return "\n".join([refusal.message, *lines, refusal.remedy])

    def _summary(self, outcome: Outcome, dry_run: bool) -> str:
        edition = f"{format_edition(outcome.edition)} of {outcome.issued_on:%-d %B %Y}"
        if outcome.repeated:
            return f"Nothing to do: this very file was imported before, as edition {edition}."
        counts = (
            f"{outcome.entries} entries, {outcome.entries - outcome.removed} Current and {outcome.removed} Removed, "
            f"of {outcome.manufacturers} manufacturers"
        )
        if dry_run:
            return f"Nothing was stored. Edition {edition} could be imported: {counts}."
        return f"Imported edition {edition}: {counts}. The worker now builds and signs it."
