"""The calendar that the tests count with, typed by hand so that it owes nothing to a package."""

from datetime import UTC, date, datetime

from secgov.time_rules import LONDON, WorkingCalendar

# Non-working weekdays in England and Wales; those of December 2026 to December 2027
# are the catalogue's own list.
HOLIDAYS = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 6): "Easter Monday",
    date(2026, 5, 4): "May Day",
    date(2026, 5, 25): "Spring Bank Holiday",
    date(2026, 8, 31): "Late Summer Bank Holiday",
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "in lieu of Boxing Day",
    date(2027, 1, 1): "New Year's Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "May Day",
    date(2027, 5, 31): "Spring Bank Holiday",
    date(2027, 8, 30): "Late Summer Bank Holiday",
    date(2027, 12, 27): "in lieu of Christmas Day",
    date(2027, 12, 28): "in lieu of Boxing Day",
    date(2028, 1, 3): "in lieu of New Year's Day",
    date(2028, 4, 14): "Good Friday",
    date(2028, 4, 17): "Easter Monday",
    date(2028, 5, 1): "May Day",
    date(2028, 5, 29): "Spring Bank Holiday",
    date(2028, 8, 28): "Late Summer Bank Holiday",
    date(2028, 12, 25): "Christmas Day",
    date(2028, 12, 26): "Boxing Day",
}

CALENDAR = WorkingCalendar("england-and-wales", "by hand", HOLIDAYS, frozenset({2026, 2027, 2028}))


def day(text: str) -> date:
    """Give the date written as 2026-12-24."""
    return date.fromisoformat(text)


def utc(text: str) -> datetime:
    """Give the instant written as 2026-12-24 15:00, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def london(text: str) -> datetime:
    """Give the instant at which London's clocks show 2026-12-24 15:00."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)
