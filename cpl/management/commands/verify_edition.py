"""Judge whether an edition is genuine and complete: the offline verifier as a management command."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secgov import verify


class Command(BaseCommand):
    """The same checks and words as `python -m secgov.verify`; reads no database and changes nothing but --state."""

    help = "Check files of an edition against its signed manifest and the keys you trust."
    requires_system_checks = ()  # needs no database and no setting

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verifier's own arguments."""
        verify.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print that the edition is genuine, or stop with the check that failed."""
        passed, sentence = verify.run(Namespace(**options))
        if not passed:
            raise CommandError(sentence)
        self.stdout.write(sentence)
