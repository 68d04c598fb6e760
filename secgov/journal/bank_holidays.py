"""The bank holidays that have been proclaimed, for filling the calendar's table.

The dates come from the `holidays` package, which follows the proclamations; the table
that is filled from here stays the authority, since a person may correct it. Only
weekdays are given: a holiday that falls on a weekend takes nothing away, and the
weekday in lieu of it is a holiday of its own.
"""

from collections.abc import Iterable
from datetime import date

from holidays import country_holidays

# The parts of the country whose holidays each division counts. Wales has England's.
SUBDIVISIONS = {
    "england-and-wales": ("ENG",),
    "scotland": ("SCT",),
    "great-britain": ("ENG", "SCT"),
}

_IN_LIEU = " (observed)"


def proclaimed(division: str, years: Iterable[int]) -> dict[date, str]:
    """Give name by date, in order, of a division's bank holidays on weekdays in these years. X-1

    "great-britain" gives each day that is a holiday in either part; where the parts name
    a day differently, England's name stands. ValueError for a division that is not known.
    Reading: which division counts is a setting, since the sources do not say (A-05).
    """
    if division not in SUBDIVISIONS:
        raise ValueError(f"{division!r} is none of {', '.join(SUBDIVISIONS)}")
    wanted = sorted(set(years))
    if not wanted:
        return {}  # the package reads an empty list of years as "whichever is asked for"
    found: dict[date, str] = {}
    for subdivision in SUBDIVISIONS[division]:
        for day, name in country_holidays("GB", subdiv=subdivision, years=wanted).items():
            if day.weekday() < 5:
                found.setdefault(day, _in_words(name))
    return dict(sorted(found.items()))


def _in_words(name: str) -> str:
    return f"in lieu of {name.removesuffix(_IN_LIEU)}" if name.endswith(_IN_LIEU) else name
