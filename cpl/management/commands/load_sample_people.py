"""Sample sign-ins."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cpl.sample import people
from secgov.journal import clock

SIGN_INS = settings.BASE_DIR / ".local" / "sign-ins.json"


class Command(BaseCommand):
    """Makes one person for each role, and the DCC's client. Only with DEBUG; a second run adds nothing."""

    help = "Make the sample organisations, people and the DCC's client (only with DEBUG)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and say where their sign-ins stand."""
        people.require_debug()
        people.load_people(at=clock.now(), sign_ins=SIGN_INS)
        self.stdout.write("Sample people are here; their sign-ins stand in .local/sign-ins.json.")
