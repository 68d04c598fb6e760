"""Days, periods and instants: the only arithmetic of time in the system.

Pure: the calendar of bank holidays comes in as a value, and so does every instant.
Dates are London dates. Instants are aware; what is given out is in UTC.

A period is half open. ``due_at`` is the first instant AFTER the period: an act is in
time when ``acted_at < due_at``. "Within one Working Day" therefore gives 00:00 London
of the day after the last day, which pages show as "end of Tuesday 29 December 2026"
(``DueDate.last_day``).

The time rules TR-1 to TR-8 are named where they are applied; their words are in
``secgov.clauses.TIME_RULES``.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

ONE_DAY = timedelta(days=1)

# TR-8: how far from its target a notice may go out and still be "on or around" it.
TOLERANCE_BEFORE = 10
TOLERANCE_AFTER = 5

# TR-2: the month from which the next year's bank holidays are asked for.
CALENDAR_WANTED_FROM = 7

DIVISIONS = {
    "england-and-wales": "England and Wales",
    "scotland": "Scotland",
    "great-britain": "England, Wales and Scotland",
}


class CalendarMissing(LookupError):
    """The calendar holds no bank holidays for a year that must be computed: load that year."""

    def __init__(self, division: str, year: int) -> None:
        super().__init__(
            f"No bank holidays are loaded for {year} ({division}): load that year before "
            "any date in it is computed."
        )
        self.division = division
        self.year = year


@dataclass(frozen=True)
class WorkingCalendar:
    """The bank holidays of one division: name by date, and the years they are complete for.

    ``version`` names the state of the table, and is stored beside every date computed
    with it.
    """

    division: str
    version: str
    holidays: Mapping[date, str]
    years: frozenset[int]


@dataclass(frozen=True)
class DueDate:
    """A date that explains itself: the end, exclusive; its last day; the sum in sentences."""

    due_at: datetime
    last_day: date
    steps: tuple[str, ...]


# -- Instants and London days ------------------------------------------------------------


def _require_aware(instant: datetime) -> None:
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone: instants are aware")


def london_day(event: date | datetime) -> date:
    """Give the London date of an instant; a date is given back as it is. TR-1"""
    if isinstance(event, datetime):
        _require_aware(event)
        return event.astimezone(LONDON).date()
    return event


def start_of_day(day: date) -> datetime:
    """Give the first instant of a London date, in UTC. TR-1"""
    return datetime.combine(day, time.min, tzinfo=LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Give 24:00 London of a date: the first instant that is no longer in it, in UTC. TR-1"""
    return start_of_day(day + ONE_DAY)


def is_in_time(acted_at: datetime, due_at: datetime) -> bool:
    """Say whether an act fell inside the period that ends, exclusively, at ``due_at``. TR-3"""
    _require_aware(acted_at)
    _require_aware(due_at)
    # In UTC, since two instants in one zone are compared by the clock on the wall.
    return acted_at.astimezone(UTC) < due_at.astimezone(UTC)


def never_shorter(announced: datetime, recomputed: datetime) -> datetime:
    """Give the later of an announced end and its recomputation (A-19: an end only moves out)."""
    return max(announced.astimezone(UTC), recomputed.astimezone(UTC))


# -- Working Days ------------------------------------------------------------------------


def is_working_day(day: date, calendar: WorkingCalendar) -> bool:
    """Say whether a London date is a Working Day; CalendarMissing if its year is unknown. X-1, TR-2

    Reading: bank holidays are those of the calendar's division (A-05).
    """
    if day.year not in calendar.years:
        raise CalendarMissing(calendar.division, day.year)
    return day.weekday() < 5 and day not in calendar.holidays


def next_working_day(day: date, calendar: WorkingCalendar) -> date:
    """Give the first Working Day after a date, the date itself not counted. TR-3"""
    return working_days_after(day, 1, calendar)


def preceding_working_day(day: date, calendar: WorkingCalendar) -> date:
    """Give the last Working Day before a date, the date itself not counted. TR-6"""
    return working_days_before(day, 1, calendar)


def working_days_after(day: date, count: int, calendar: WorkingCalendar) -> date:
    """Give the Working Day that is ``count`` (1 or more) after a date; that date is day 0. TR-3"""
    return _step_working_days(day, count, ONE_DAY, calendar)


def working_days_before(day: date, count: int, calendar: WorkingCalendar) -> date:
    """Count ``count`` (1 or more) Working Days back, the date excluded. SC Methodology A1.4"""
    return _step_working_days(day, count, -ONE_DAY, calendar)


def _step_working_days(day: date, count: int, step: timedelta, calendar: WorkingCalendar) -> date:
    if count < 1:
        raise ValueError(f"a period has one Working Day or more, not {count}")
    while count:
        day += step
        count -= is_working_day(day, calendar)
    return day


def working_days_between(after: date, until: date, calendar: WorkingCalendar) -> int:
    """Count the Working Days after one date up to and including another; 0 if it is not later.

    With today and the last day of a period it gives the Working Days left (none on the
    last day itself); with the day of an event and today, the age in Working Days. TR-9
    """
    span = (until - after).days
    return sum(is_working_day(after + n * ONE_DAY, calendar) for n in range(1, span + 1))


def due_within_working_days(event: date | datetime, count: int, calendar: WorkingCalendar) -> datetime:
    """Give the end, exclusive, of ``count`` Working Days after an event. TR-3"""
    return end_of_day(working_days_after(london_day(event), count, calendar))


def due_within_calendar_days(event: date | datetime, count: int) -> datetime:
    """Give the end, exclusive, of ``count`` (1 or more) days after an event, every day counted.

    Reading: the unit is the SSC's to choose; the day of the event is day 0 in both (A-60).
    """
    if count < 1:
        raise ValueError(f"a period has one day or more, not {count}")
    return end_of_day(london_day(event) + count * ONE_DAY)


def years_to_load(today: date, calendar: WorkingCalendar) -> tuple[int, ...]:
    """Give the years that the calendar lacks and that will soon be computed: this one, and from July the next. X-1, TR-2

    Reading: the source sets no day; in July half a year is left before the first date of the next one is counted.
    """
    wanted = (today.year, today.year + 1) if today.month >= CALENDAR_WANTED_FROM else (today.year,)
    return tuple(year for year in wanted if year not in calendar.years)


# -- Elapsed hours -----------------------------------------------------------------------


def due_within_hours(event: datetime, hours: int) -> datetime:
    """Give the instant ``hours`` times 3,600 seconds after an event, in UTC. TR-4"""
    _require_aware(event)
    # In UTC, since adding to a London time moves the hands of the clock, not the time.
    return event.astimezone(UTC) + timedelta(hours=hours)


def elapsed(since: datetime, at: datetime) -> timedelta:
    """Give the time that truly passed between two instants; negative if reversed. TR-4"""
    _require_aware(since)
    _require_aware(at)
    return at.astimezone(UTC) - since.astimezone(UTC)


def part_of_period(start_at: datetime, due_at: datetime, percent: int) -> datetime:
    """Give the instant at which so many per cent of a period have passed, for its alarms. TR-4"""
    return start_at.astimezone(UTC) + elapsed(start_at, due_at) * percent / 100


# -- Months, notices and validity --------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """Give the corresponding date so many months earlier, or that month's last day. TR-5"""
    return _shift_months(day, -months)


def months_after(day: date, months: int) -> date:
    """Give the corresponding date so many months later, or that month's last day. TR-5"""
    return _shift_months(day, months)


def _shift_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def notice_day(target: date, calendar: WorkingCalendar) -> date:
    """Give the day on which a notice goes: its target, or the Working Day before it. TR-6"""
    return target if is_working_day(target, calendar) else preceding_working_day(target, calendar)


def tolerance(target: date, calendar: WorkingCalendar) -> tuple[date, date]:
    """Give the first and the last day, inclusive, that are "on or around" a target date. TR-8

    Reading: counted from the corresponding date itself, not from the day it was moved to (A-43).
    """
    return (
        working_days_before(target, TOLERANCE_BEFORE, calendar),
        working_days_after(target, TOLERANCE_AFTER, calendar),
    )


def is_within_tolerance(sent: date | datetime, target: date, calendar: WorkingCalendar) -> bool:
    """Say whether a notice went out "on or around" its target date. TR-8"""
    earliest, latest = tolerance(target, calendar)
    return earliest <= london_day(sent) <= latest


# -- The sum in words --------------------------------------------------------------------

# fmt: off
_NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
    "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen",
    "Nineteen", "Twenty",
)
# fmt: on


def _count(number: int, unit: str) -> str:
    words = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{words} {unit}" if number == 1 else f"{words} {unit}s"


def _day(day: date, *, year: bool = True) -> str:
    return f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if year else "")


def _event(event: date | datetime) -> str:
    if isinstance(event, datetime):
        local = event.astimezone(LONDON)
        return f"{_day(local.date())}, {local:%H:%M}"
    return _day(event)


def _join(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _left_out(first: date, last: date, calendar: WorkingCalendar) -> str:
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    weekend = any(day.weekday() >= 5 for day in days)
    named = [
        f"{_day(day, year=day.year != first.year)} ({calendar.holidays[day]})"
        for day in days
        if day.weekday() < 5 and day in calendar.holidays
    ]
    if weekend and named:
        verb = "is" if len(named) == 1 else "are"
        return f"Weekends are left out, and so {verb} {_join(named)}."
    if named:
        return f"{_join(named)} {'is' if len(named) == 1 else 'are'} left out."
    if weekend:
        return "Weekends are left out; no bank holiday falls in between."
    return "No weekend and no bank holiday falls in between."


def _assumption(calendar: WorkingCalendar) -> str:
    place = DIVISIONS.get(calendar.division, calendar.division)
    return f"That bank holidays are those of {place} is an assumption."


def explain_working_days(event: date | datetime, count: int, calendar: WorkingCalendar) -> DueDate:
    """Give the end of ``count`` Working Days after an event, with the sum in words. TR-3"""
    day = london_day(event)
    last = working_days_after(day, count, calendar)
    return DueDate(
        due_at=end_of_day(last),
        last_day=last,
        steps=(
            f"{_count(count, 'Working Day')} after {_event(event)}; that day is not counted.",
            _left_out(day + ONE_DAY, last, calendar),
            f"So the end of {_day(last)}.",
            _assumption(calendar),
        ),
    )


def explain_calendar_days(event: date | datetime, count: int) -> DueDate:
    """Give the end of ``count`` days after an event, with the sum in words. TR-3"""
    due_at = due_within_calendar_days(event, count)
    last = london_day(due_at) - ONE_DAY
    return DueDate(
        due_at=due_at,
        last_day=last,
        steps=(
            f"{_count(count, 'day')} after {_event(event)}; that day is not counted.",
            "Weekends and bank holidays are counted.",
            f"So the end of {_day(last)}.",
        ),
    )


def explain_hours(event: datetime, hours: int) -> DueDate:
    """Give the end of so many elapsed hours from an event, with the sum in words. TR-4"""
    due_at = due_within_hours(event, hours)
    began, ended = event.astimezone(LONDON), due_at.astimezone(LONDON)
    steps = [
        f"{_count(hours, 'hour')} from {_event(event)}.",
        "Weekends and bank holidays do not stop it.",
    ]
    moved = (ended.utcoffset() or timedelta()) - (began.utcoffset() or timedelta())
    if moved:
        way = "forward" if moved > timedelta() else "back"
        steps.append(f"The clocks go {way} one hour in between; that does not stop it either.")
    steps.append(f"So {_event(due_at)}.")
    return DueDate(due_at=due_at, last_day=ended.date(), steps=tuple(steps))


def explain_notice(relevant: date, months: int, calendar: WorkingCalendar) -> DueDate:
    """Give the day of the notice so many months before a date, with the sum in words. TR-6

    ``due_at`` is the end of that day. The tolerance of TR-8 is not part of the sum.
    """
    target = months_before(relevant, months)
    day = notice_day(target, calendar)
    steps = [f"{_count(months, 'month')} before {_day(relevant)} is {_day(target)}."]
    if target.day != relevant.day:
        steps.append(f"{target:%B %Y} has no day {relevant.day}, so its last day is taken.")
    if day != target:
        why = f" ({calendar.holidays[target]})" if target in calendar.holidays else ""
        steps.append(f"{_day(target)} is not a Working Day{why}; a notice then goes before it.")
    steps.append(f"So {_day(day)}.")
    steps.append(_assumption(calendar))
    return DueDate(due_at=end_of_day(day), last_day=day, steps=tuple(steps))
