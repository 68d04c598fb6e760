"""Issue the next edition from the approved changes, at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.services import publication
from cpl.signing import SigningKeyUnusable
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.clock import now

OPERATOR = Actor(user_id=None, role="Operator")


class Command(BaseCommand):
    """Issues, signs and places the next edition without waiting for its window.

    Where nothing was approved since the last one it does nothing; an empty system gets its first, empty edition. May
    run twice and beside the worker: a number is given once. Needs SIGNING_KEY_FILE.
    """

    help = "Issue the next edition from the approved changes, at once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and say what was issued."""
        try:
            issued = publication.publish_due(clock=now, at_once=True, actor=OPERATOR)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        except SigningKeyUnusable as fault:
            raise CommandError(str(fault)) from fault
        publication.complete_limbs(at=now())
        for edition in issued:
            self.stdout.write(
                f"Edition {edition} is issued: {edition.current_entries:,} Current, {edition.removed_entries:,} Removed."
            )
        if not issued:
            self.stdout.write("Nothing waits to be issued.")
