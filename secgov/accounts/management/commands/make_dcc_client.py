"""Make a client of the API for the DCC's systems."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secgov.accounts.beginning import make_dcc_client
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.clock import now


class Command(BaseCommand):
    """Prints the id and the secret of a new client, once; only the secret's hash is kept.

    A client is shut by ending the role of its account, which the Secretariat does.
    """

    help = "Make an OAuth 2 client for the DCC's systems, and print its id and secret once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say what has to be there first."""
        try:
            client, secret = make_dcc_client(actor=Actor(user_id=None, role="Operator"), at=now())
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        self.stdout.write(f"id {client}\nsecret {secret}")
