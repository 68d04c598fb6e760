"""Working Days, and the periods counted in them: every example of the catalogue, at its edges."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secgov.time_rules import (
    LONDON,
    CalendarMissing,
    WorkingCalendar,
    due_within_calendar_days,
    due_within_working_days,
    end_of_day,
    is_in_time,
    is_working_day,
    london_day,
    never_shorter,
    next_working_day,
    preceding_working_day,
    working_days_after,
    working_days_before,
    working_days_between,
)

from .calendars import CALENDAR, HOLIDAYS, day, london, utc

TICK = timedelta(microseconds=1)
# Far enough from the ends of the calendar for every count used below.
DAYS = st.dates(date(2026, 3, 1), date(2028, 7, 31))
COUNTS = st.integers(1, 40)

CATALOGUE_HOLIDAYS = [
    "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03",
    "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28",
]  # fmt: skip


@pytest.mark.clause("X-1", "TR-2")
@pytest.mark.parametrize("holiday", CATALOGUE_HOLIDAYS)
def test_bank_holiday_is_not_a_working_day(holiday: str) -> None:
    assert not is_working_day(day(holiday), CALENDAR)


@pytest.mark.clause("X-1", "TR-2")
def test_between_the_holidays_only_weekdays_are_working_days() -> None:
    first, last = day("2026-12-01"), day("2027-12-31")
    window = [first + timedelta(n) for n in range((last - first).days + 1)]
    off = [d for d in window if d.weekday() < 5 and not is_working_day(d, CALENDAR)]
    assert [d.isoformat() for d in off] == CATALOGUE_HOLIDAYS
    assert not any(is_working_day(d, CALENDAR) for d in window if d.weekday() >= 5)


@pytest.mark.clause("X-1", "TR-2")
@pytest.mark.parametrize("unknown", ["2025-12-31", "2029-01-01", "2029-01-06"])
def test_year_without_holidays_is_an_alarm_and_not_a_guess(unknown: str) -> None:
    with pytest.raises(CalendarMissing, match=f"{unknown[:4]} .england-and-wales"):
        is_working_day(day(unknown), CALENDAR)


@pytest.mark.clause("TR-2")
def test_period_that_runs_into_an_unknown_year_names_that_year() -> None:
    with pytest.raises(CalendarMissing) as missing:
        due_within_working_days(day("2028-12-29"), 1, CALENDAR)
    assert (missing.value.year, missing.value.division) == (2029, "england-and-wales")


WITHIN_WORKING_DAYS = [
    # row, event as London's clocks show it, Working Days, last day
    ("F2.8-0", "2026-12-24 15:00", 1, "2026-12-29"),
    ("F2.8-0 on a Saturday", "2027-01-16 12:00", 1, "2027-01-18"),
    ("F2.8-0 before Easter", "2027-03-25 09:00", 1, "2027-03-30"),
    ("F2.2-2", "2027-01-11 09:00", 1, "2027-01-12"),
    ("F2.7-3", "2027-01-15 09:00", 1, "2027-01-18"),
    ("F2.7A(b)", "2027-01-11 10:00", 1, "2027-01-12"),
    ("Z6.2(d)", "2027-01-15 16:59", 1, "2027-01-18"),
    ("Z6.4-2", "2026-12-24 00:00", 1, "2026-12-29"),
    ("Z6.7-2", "2027-01-13 09:00", 1, "2027-01-14"),
    ("F2.2A-6", "2027-03-01 12:00", 1, "2027-03-02"),
    ("F2.10-3", "2027-01-15 12:00", 1, "2027-01-18"),
    ("F2.13", "2027-01-15 10:00", 1, "2027-01-18"),
    ("PPCT-4.1-r", "2027-01-11 12:00", 1, "2027-01-12"),
    ("Z6.3(a)", "2027-02-01 12:00", 20, "2027-03-01"),
    ("Z6.5-3 over Christmas", "2026-12-10 12:00", 20, "2027-01-12"),
    ("Z6.5-3 over Easter", "2027-03-01 12:00", 20, "2027-03-31"),
    ("X-3 late in the evening", "2026-12-10 23:50", 20, "2027-01-12"),
    ("the first moment of the day", "2026-12-10 00:00", 20, "2027-01-12"),
    ("the day before, one minute earlier", "2026-12-09 23:59", 20, "2027-01-11"),
    ("summer: still that day, though UTC agrees", "2027-06-10 23:50", 1, "2027-06-11"),
    ("on a bank holiday", "2026-12-28 12:00", 1, "2026-12-29"),
    ("on Good Friday", "2027-03-26 12:00", 1, "2027-03-30"),
    ("over the end of summer time", "2027-10-29 12:00", 1, "2027-11-01"),
    ("over the leap day", "2028-02-28 12:00", 1, "2028-02-29"),
    ("from the leap day", "2028-02-29 12:00", 1, "2028-03-01"),
]


@pytest.mark.clause("TR-3")
@pytest.mark.parametrize(("row", "event", "count", "last"), WITHIN_WORKING_DAYS)
def test_period_ends_with_its_last_working_day(row: str, event: str, count: int, last: str) -> None:
    due_at = due_within_working_days(london(event), count, CALENDAR)
    assert due_at == london(f"{day(last) + timedelta(1)} 00:00")
    assert due_at.tzinfo is UTC
    assert london_day(due_at - TICK) == day(last)
    assert is_in_time(due_at - TICK, due_at)
    assert not is_in_time(due_at, due_at)
    assert not is_in_time(due_at + TICK, due_at)


@pytest.mark.clause("TR-3")
@pytest.mark.parametrize(("row", "event", "count", "last"), WITHIN_WORKING_DAYS)
def test_date_and_instant_of_an_event_give_the_same_end(row: str, event: str, count: int, last: str) -> None:
    by_instant = due_within_working_days(london(event), count, CALENDAR)
    assert due_within_working_days(day(event[:10]), count, CALENDAR) == by_instant


@pytest.mark.clause("TR-1", "TR-3")
def test_event_after_midnight_in_london_belongs_to_the_day_that_london_shows() -> None:
    # 23:30 UTC on a Thursday in June is already Friday in London.
    assert london_day(utc("2027-06-10 23:30")) == day("2027-06-11")
    assert due_within_working_days(utc("2027-06-10 23:30"), 1, CALENDAR) == end_of_day(day("2027-06-14"))
    assert london_day(utc("2027-06-10 22:59")) == day("2027-06-10")


@pytest.mark.parametrize("event", ["2026-12-10", "2027-03-01"])
def test_calendar_days_count_every_day(event: str) -> None:
    assert due_within_calendar_days(day(event), 20) == end_of_day(day(event) + timedelta(20))


@pytest.mark.parametrize("count", [0, -1])
def test_period_of_no_days_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="one Working Day or more"):
        working_days_after(day("2027-01-11"), count, CALENDAR)
    with pytest.raises(ValueError, match="one Working Day or more"):
        working_days_before(day("2027-01-11"), count, CALENDAR)
    with pytest.raises(ValueError, match="one day or more"):
        due_within_calendar_days(day("2027-01-11"), count)


def test_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2027, 1, 11, 10, 0)
    with pytest.raises(ValueError, match="no time zone"):
        due_within_working_days(naive, 1, CALENDAR)
    with pytest.raises(ValueError, match="no time zone"):
        is_in_time(naive, utc("2027-01-12 00:00"))


BACK = [
    # meeting or other day, Working Days back, latest day
    ("2027-04-01", 5, "2027-03-23"),  # SC-A1.4-7, Easter inside
    ("2027-03-26", 5, "2027-03-19"),  # a day that is a holiday itself is not counted either
    ("2027-01-11", 5, "2027-01-04"),
    ("2027-01-12", 5, "2027-01-05"),  # the five-day warning of Z6.5-3
    ("2027-01-12", 1, "2027-01-11"),
    ("2027-01-12", 10, "2026-12-24"),
    ("2028-03-01", 1, "2028-02-29"),
]


@pytest.mark.parametrize(("until", "count", "latest"), BACK)
def test_counting_back_leaves_the_day_itself_out(until: str, count: int, latest: str) -> None:
    assert working_days_before(day(until), count, CALENDAR) == day(latest)


LEFT = [
    # today, last day, Working Days left
    ("2026-12-10", "2027-01-12", 20),
    ("2026-12-24", "2026-12-29", 1),
    ("2026-12-24", "2027-01-12", 10),
    ("2026-12-24", "2027-01-29", 23),
    ("2027-01-05", "2027-01-12", 5),
    ("2027-01-11", "2027-01-12", 1),
    ("2027-01-12", "2027-01-12", 0),
    ("2027-01-13", "2027-01-12", 0),
    ("2026-12-25", "2026-12-28", 0),
]


@pytest.mark.parametrize(("today", "last", "left"), LEFT)
def test_working_days_left_are_those_after_today(today: str, last: str, left: int) -> None:
    assert working_days_between(day(today), day(last), CALENDAR) == left


@pytest.mark.parametrize(
    ("middle", "before", "after"),
    [
        ("2026-12-26", "2026-12-24", "2026-12-29"),
        ("2026-12-24", "2026-12-23", "2026-12-29"),
        ("2027-03-28", "2027-03-25", "2027-03-30"),
        ("2027-01-01", "2026-12-31", "2027-01-04"),
    ],
)
def test_neighbours_of_a_day_are_working_days(middle: str, before: str, after: str) -> None:
    assert preceding_working_day(day(middle), CALENDAR) == day(before)
    assert next_working_day(day(middle), CALENDAR) == day(after)


def test_holiday_proclaimed_late_lengthens_an_announced_period_but_never_shortens_it() -> None:
    announced = due_within_working_days(day("2026-12-10"), 20, CALENDAR)
    extra = {**HOLIDAYS, day("2027-01-08"): "proclaimed late"}
    fewer = {d: name for d, name in HOLIDAYS.items() if d != day("2027-01-01")}
    longer = due_within_working_days(
        day("2026-12-10"), 20, WorkingCalendar("england-and-wales", "2", extra, CALENDAR.years)
    )
    shorter = due_within_working_days(
        day("2026-12-10"), 20, WorkingCalendar("england-and-wales", "3", fewer, CALENDAR.years)
    )
    assert never_shorter(announced, longer) == longer == end_of_day(day("2027-01-13"))
    assert shorter == end_of_day(day("2027-01-11"))
    assert never_shorter(announced, shorter) == announced


@given(DAYS, COUNTS)
def test_last_day_of_a_period_is_a_working_day_after_the_event(event: date, count: int) -> None:
    last = working_days_after(event, count, CALENDAR)
    assert last > event
    assert is_working_day(last, CALENDAR)
    assert working_days_between(event, last, CALENDAR) == count
    assert working_days_between(event, last - timedelta(1), CALENDAR) == count - 1


@given(DAYS, COUNTS, COUNTS)
def test_two_periods_in_a_row_are_one_of_their_sum(event: date, first: int, second: int) -> None:
    there = working_days_after(event, first, CALENDAR)
    assert working_days_after(there, second, CALENDAR) == working_days_after(event, first + second, CALENDAR)


@given(DAYS, COUNTS)
def test_counting_back_undoes_counting_on_from_a_working_day(event: date, count: int) -> None:
    start = next_working_day(event, CALENDAR)
    there = working_days_after(start, count, CALENDAR)
    assert working_days_before(there, count, CALENDAR) == start


@given(DAYS, DAYS, COUNTS)
def test_later_event_never_ends_earlier(one: date, other: date, count: int) -> None:
    early, late = sorted((one, other))
    assert due_within_working_days(early, count, CALENDAR) <= due_within_working_days(late, count, CALENDAR)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_london_day_is_23_24_or_25_hours_long(some_day: date) -> None:
    following = end_of_day(some_day)
    assert following.astimezone(LONDON).time().isoformat() == "00:00:00"
    length = following - end_of_day(some_day - timedelta(1))
    assert length in {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
    assert london_day(following) == some_day + timedelta(1)
    assert london_day(following - TICK) == some_day
