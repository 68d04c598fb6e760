"""Write out the stored bytes of an edition."""

import gzip
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.models import Edition, EditionForm
from cpl.rules.publication import parse_edition
from secgov.errors import Refusal


class Command(BaseCommand):
    """Gives exactly the bytes that were signed, to a file or to standard output; renders nothing anew."""

    help = "Write the stored bytes of an edition: the newest one, in the 13 columns, unless told otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which edition, which form, and where to."""
        parser.add_argument("--edition", help="its number, such as 2.051; the newest one by default")
        parser.add_argument("--form", choices=["csv", "full", "json"], default="csv")
        parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="standard output by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the bytes, or stop with a sentence where there is no such edition."""
        edition = self._edition(options["edition"])
        stored = EditionForm.objects.get(edition=edition, name=options["form"])
        data = gzip.decompress(stored.gzipped)
        if options["output"] is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        try:
            options["output"].write_bytes(data)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error
        self.stdout.write(
            f"Wrote edition {edition} as {options['form']}, {stored.rows} entries, to {options['output']}."
        )

    def _edition(self, number: str | None) -> Edition:
        found = Edition.objects.all()
        if number is not None:
            try:
                found = found.filter(number=parse_edition(number))
            except Refusal as refusal:
                raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        edition = found.order_by("-number").first()
        if edition is None:
            raise CommandError(
                f"There is no edition {number}." if number else "No edition has been issued yet."
            )
        return edition
