"""Write a lost witness of the last edition anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.models import Edition
from cpl.rules.publication import parse_edition
from cpl.services import publication
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.clock import now


class Command(BaseCommand):
    """Lets editions be issued again after the folder of editions was lost, once a person has made sure of the last one.

    Refused where the edition named is not the newest of the database, or where a witness stands.
    """

    help = "Write the witness anew, after you made sure with the DCC which edition was issued last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of the last edition, and the reason."""
        parser.add_argument("edition", help="the last edition issued, for example 2.052")
        parser.add_argument("--reason", required=True, help="how you made sure, for the journal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it, then write every edition's files again."""
        try:
            publication.restore_witness(
                number=parse_edition(options["edition"]), actor=Actor(user_id=None, role="Operator"), at=now(),
                reason=options["reason"],
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}".strip()) from refusal
        for edition in Edition.objects.order_by("number"):
            publication.place_edition(edition=edition, at=now())
        self.stdout.write(f"The witness stands again, at edition {options['edition']}.")
