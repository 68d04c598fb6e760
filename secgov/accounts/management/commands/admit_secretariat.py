"""Admit the first person of the Secretariat."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from secgov.accounts.beginning import admit_first
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.clock import now


class Command(BaseCommand):
    """Prints a one-time link by which the first person of the Secretariat sets a password.

    Refused once the Secretariat has people. Run again before the link is used, it prints another and voids the first.
    """

    help = "Print a one-time link for the first person of the Secretariat, who admits all others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person's address, and the name of the body."""
        parser.add_argument("email", help="the person's e-mail address, by which they sign in")
        parser.add_argument(
            "--organisation", required=True, help="the name of the body that is the Secretariat"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link, or stop with the reason why there is none."""
        try:
            token = admit_first(
                email=options["email"], organisation=options["organisation"],
                actor=Actor(user_id=None, role="Operator"), at=now(),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}".strip()) from refusal
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Hand this link to {options['email']}. It opens once, within seven days:")
        self.stdout.write(f"{settings.SITE_URL}/invitations/{token}/")
