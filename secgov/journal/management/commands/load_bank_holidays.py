"""Adds years to the calendar of bank holidays."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from secgov.journal.actors import Actor
from secgov.journal.bank_holidays import proclaimed
from secgov.journal.clock import now
from secgov.journal.models import BankHoliday
from secgov.journal.services import recompute_obligations


class Command(BaseCommand):
    """Enters the bank holidays of the given years, for every division. A day that stands already is left alone.

    Periods of Working Days that run are computed anew: an end may move out, never in (A-19).
    """

    help = "Enter the bank holidays of the given years into the calendar."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the years."""
        parser.add_argument("years", nargs="+", type=int)

    def handle(self, *args: Any, years: list[int], **options: Any) -> None:
        """Enter them and say how many were new."""
        before = BankHoliday.objects.count()
        for division in BankHoliday.Division.values:
            BankHoliday.objects.bulk_create(
                (
                    BankHoliday(division=division, day=day, name=name)
                    for day, name in proclaimed(division, years).items()
                ),
                ignore_conflicts=True,
            )
        moved = recompute_obligations(actor=Actor(user_id=None, role="Operator"), at=now())
        self.stdout.write(
            f"{BankHoliday.objects.count() - before} days entered; {len(moved)} periods lengthened."
        )
