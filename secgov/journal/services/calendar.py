"""The calendar as a value, for the rules that count Working Days (TR-2)."""

import hashlib

from django.conf import settings

from secgov.journal.models import BankHoliday
from secgov.time_rules import WorkingCalendar


def working_calendar() -> WorkingCalendar:
    """Give the bank holidays of the division in force, with a version that names exactly these rows. TR-2"""
    division = settings.WORKING_DAY_DIVISION
    holidays = dict(BankHoliday.objects.filter(division=division).order_by("day").values_list("day", "name"))
    text = "\n".join(f"{day:%Y-%m-%d} {name}" for day, name in holidays.items())
    return WorkingCalendar(
        division=division,
        version=hashlib.sha256(f"{division}\n{text}".encode()).hexdigest()[:16],
        holidays=holidays,
        years=frozenset(day.year for day in holidays),
    )
