"""Adds years to the calendar of bank holidays."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from secgov.journal.bank_holidays import proclaimed
from secgov.journal.models import BankHoliday


class Command(BaseCommand):
    """Enters the bank holidays of the given years, for every division. A day that stands already is left alone."""

    help = "Enter the bank holidays of the given years into the calendar."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the years."""
        parser.add_argument("years", nargs="+", type=int)

    def handle(self, *args: Any, years: list[int], **options: Any) -> None:
        """Enter them and say how many were new."""
        before = BankHoliday.objects.count()
        for division in BankHoliday.Division.values:
            BankHoliday.objects.bulk_create(
                (BankHoliday(division=division, day=day, name=name) for day, name in proclaimed(division, years).items()),
                ignore_conflicts=True,
            )
        self.stdout.write(f"{BankHoliday.objects.count() - before} days entered.")
