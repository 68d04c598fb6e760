"""Count the promises of the list and of the SSC's work."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.promises import keep_check
from secgov.journal.clock import now
from ssc import promises


class Command(BaseCommand):
    """Counts every invariant, prints a row each, keeps the result, and exits non-zero when any is not 0.

    Reads only, but for the result that it keeps; may run at any time, beside everything else.
    """

    help = "Count the invariants that the system promises; each must be 0."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --full: the bytes of every edition, not only of those issued since the last check."""
        parser.add_argument("--full", action="store_true", help="read the bytes of every edition")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, print, keep."""
        at, started = now(), time.monotonic()
        counters = promises.count_promises(at=at, full=options["full"])
        check = keep_check(counters=counters, at=at, seconds=time.monotonic() - started, full=options["full"])
        for name, number in counters.items():
            self.stdout.write(f"{promises.INVARIANTS[name]:<6}{name:<22}{number:>8}")
        if check.broken:
            raise CommandError(f"{len(check.broken)} of {len(counters)} promises are broken.")
        self.stdout.write(f"All {len(counters)} promises hold ({check.seconds:.1f} s).")
