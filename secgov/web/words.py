"""Dates, times and amounts in the site's words. Instants are shown in London time; no clock is read."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SECOND = timedelta(seconds=1)
SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def london(value: date | datetime) -> date | datetime:
    """Move an instant to London time; leave a plain date as it is."""
    return value.astimezone(LONDON) if isinstance(value, datetime) else value


def day_in_words(value: date | datetime) -> str:
    """Spell a day: `Tuesday 29 December 2026`."""
    day = london(value)
    return f"{day:%A} {day.day} {day:%B %Y}"


def plain_day(value: date | datetime) -> str:
    """Spell a day without its weekday: `30 August 2028`."""
    day = london(value)
    return f"{day.day} {day:%B %Y}"


def short_day(value: date | datetime) -> str:
    """Shorten a day for a dense table: `23 Dec 2026`."""
    day = london(value)
    return f"{day.day} {day:%b %Y}"


def time_of_day(value: datetime) -> str:
    """Give the London time of an instant: `16:31`."""
    return f"{london(value):%H:%M}"


def instant_in_words(value: datetime) -> str:
    """Spell an instant: `Wednesday 23 December 2026, 16:31`."""
    return f"{day_in_words(value)}, {time_of_day(value)}"


def end_in_words(due_at: datetime) -> str:
    """Spell the end of a legal period: `end of Tuesday 29 December 2026` at a day's end, else the instant.

    `due_at` is the first instant after the period, so a period of whole days ends where the next day begins.
    """
    moment = london(due_at)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"end of {day_in_words(moment - SECOND)}"
    return instant_in_words(due_at)


def short_end(due_at: datetime, now: datetime) -> str:
    """Shorten the end of a period for a dense table: `end of Wed 23 Dec`, `Thu 24 Dec, 16:44`, `end of Wed 19 Jan 2028`.

    The year is left out where it is the one that it is now.
    """
    moment = london(due_at)
    ends_a_day = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    day = moment - SECOND if ends_a_day else moment
    year = "" if day.year == london(now).year else f" {day.year}"
    spelt = f"{day:%a} {day.day} {day:%b}{year}"
    return f"end of {spelt}" if ends_a_day else f"{spelt}, {moment:%H:%M}"


def duration_in_words(length: timedelta) -> str:
    """Spell a length of time: `15 h 20 min`, `1 day 3 h 12 min`, `4 min`, and `under 1 min`."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = []
    if days:
        parts.append(f"{days} day" if days == 1 else f"{days} days")
    if hours:
        parts.append(f"{hours} h")
    if minutes:
        parts.append(f"{minutes} min")
    return " ".join(parts) or "under 1 min"


def count_in_words(number: int, one: str, many: str = "") -> str:
    """Count things: `two additions`, `one removal`, `18,420 entries`; small numbers are words."""
    amount = SMALL_NUMBERS[number] if 0 <= number < len(SMALL_NUMBERS) else f"{number:,}"
    return f"{amount} {one if number == 1 else many or one + 's'}"


def size_in_words(length: int) -> str:
    """Give a length in bytes as people read it: `148 kB`, `1.3 MB`, `812 bytes`."""
    if length < 1000:
        return f"{length} bytes"
    if length < 1_000_000:
        return f"{max(1, round(length / 1000))} kB"
    return f"{length / 1_000_000:.1f} MB"
