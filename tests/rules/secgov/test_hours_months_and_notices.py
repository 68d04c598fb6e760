"""Elapsed hours, months, notices and the end of validity."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secgov.time_rules import (
    due_within_hours,
    elapsed,
    end_of_day,
    is_in_time,
    is_within_tolerance,
    is_working_day,
    months_after,
    months_before,
    never_shorter,
    notice_day,
    part_of_period,
    start_of_day,
    tolerance,
)

from .calendars import CALENDAR, day, london, utc

TICK = timedelta(microseconds=1)
INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1990 < at.year < 2090)

HOURS = [
    # received and due, both as London's clocks show them
    ("2027-03-27 12:00", "2027-03-28 13:00"),  # F2.9-2, clocks go forward
    ("2027-10-30 12:00", "2027-10-31 11:00"),  # F2.9-2, clocks go back
    ("2027-03-28 02:30", "2027-03-29 02:30"),
    ("2026-12-24 16:44", "2026-12-25 16:44"),
    ("2028-02-28 12:00", "2028-02-29 12:00"),
]


@pytest.mark.clause("TR-4")
@pytest.mark.parametrize(("received", "due"), HOURS)
def test_24_hours_are_86400_seconds_whatever_the_clocks_do(received: str, due: str) -> None:
    due_at = due_within_hours(london(received), 24)
    assert due_at == london(due).astimezone(UTC)
    assert elapsed(london(received), due_at) == timedelta(seconds=86_400)
    assert is_in_time(due_at - TICK, due_at)
    assert not is_in_time(due_at, due_at)


@pytest.mark.clause("TR-4")
def test_time_that_passed_is_not_read_from_the_clock_on_the_wall() -> None:
    before, after = london("2027-03-28 00:30"), london("2027-03-28 02:30")
    assert elapsed(before, after) == timedelta(hours=1)
    assert elapsed(after, before) == -timedelta(hours=1)


@pytest.mark.clause("TR-1")
def test_instants_of_the_repeated_hour_are_told_apart() -> None:
    first = london("2027-10-31 01:30")
    second = first.replace(fold=1)
    assert is_in_time(first, second)
    assert not is_in_time(second, first)
    assert never_shorter(second, first) == second.astimezone(UTC)


@given(INSTANTS, st.integers(0, 1000))
def test_hours_are_exact_from_any_instant(at, hours: int) -> None:
    assert elapsed(at, due_within_hours(at, hours)).total_seconds() == hours * 3600


@pytest.mark.parametrize(("percent", "at"), [(0, "00:00"), (50, "12:00"), (80, "19:12")])
def test_alarm_stands_at_its_share_of_the_period(percent: int, at: str) -> None:
    start, due = utc("2027-01-11 00:00"), utc("2027-01-12 00:00")
    assert part_of_period(start, due, percent) == utc(f"2027-01-11 {at}")


def test_alarm_at_half_the_period_counts_true_time_over_the_change_of_clocks() -> None:
    start, due = london("2027-03-27 12:00"), london("2027-03-28 13:00")
    assert part_of_period(start, due, 50) == utc("2027-03-28 00:00")


BEFORE = [
    ("2028-02-29", 12, "2027-02-28"),
    ("2027-08-31", 6, "2027-02-28"),
    ("2028-08-31", 6, "2028-02-29"),
    ("2027-11-30", 12, "2026-11-30"),  # F2.7-1
    ("2027-11-30", 6, "2027-05-30"),  # F2.7-2
    ("2027-12-30", 12, "2026-12-30"),
    ("2027-03-31", 1, "2027-02-28"),
    ("2028-03-31", 1, "2028-02-29"),
    ("2027-01-31", 2, "2026-11-30"),
    ("2027-01-01", 1, "2026-12-01"),
    ("2027-06-15", 0, "2027-06-15"),
]


@pytest.mark.clause("TR-5")
@pytest.mark.parametrize(("relevant", "months", "target"), BEFORE)
def test_months_lead_back_to_the_same_day_number(relevant: str, months: int, target: str) -> None:
    assert months_before(day(relevant), months) == day(target)


@pytest.mark.clause("TR-5")
@pytest.mark.parametrize(
    ("issued", "limit"),
    [("2020-02-29", "2026-02-28"), ("2020-06-01", "2026-06-01"), ("2022-02-28", "2028-02-28")],
)
def test_six_years_lead_on_to_the_same_day_number(issued: str, limit: str) -> None:
    assert months_after(day(issued), 6 * 12) == day(limit)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_month_arithmetic_keeps_the_day_number_or_takes_the_last_day(some_day: date, months: int) -> None:
    there = months_before(some_day, months)
    passed = (some_day.year - there.year) * 12 + some_day.month - there.month
    assert passed == months
    last_of_month = (there + timedelta(1)).day == 1
    assert there.day == some_day.day or (there.day < some_day.day and last_of_month)
    if some_day.day <= 28:
        assert months_after(there, months) == some_day


NOTICES = [
    # target, the day on which the notice goes
    ("2026-11-30", "2026-11-30"),  # a Monday, F2.7-1
    ("2027-02-28", "2027-02-26"),  # a Sunday
    ("2027-05-30", "2027-05-28"),  # a Sunday before a bank holiday, F2.7-2
    ("2027-10-31", "2027-10-29"),  # the thirty-day warning of F2.6-0
    ("2028-02-29", "2028-02-29"),
    ("2027-01-01", "2026-12-31"),
    ("2026-12-28", "2026-12-24"),  # over the whole of Christmas
    ("2027-03-29", "2027-03-25"),  # over Easter
]


@pytest.mark.clause("TR-6")
@pytest.mark.parametrize(("target", "sent"), NOTICES)
def test_notice_goes_on_its_day_or_the_working_day_before(target: str, sent: str) -> None:
    assert notice_day(day(target), CALENDAR) == day(sent)


@given(st.dates(date(2026, 2, 1), date(2028, 12, 31)))
def test_notice_never_goes_after_its_target_nor_needlessly_before_it(target: date) -> None:
    sent = notice_day(target, CALENDAR)
    assert sent <= target
    assert is_working_day(sent, CALENDAR)
    skipped = [sent + timedelta(n) for n in range(1, (target - sent).days + 1)]
    assert not any(is_working_day(one, CALENDAR) for one in skipped)


TOLERANCES = [
    # target, first and last day that are "on or around" it
    ("2026-11-30", "2026-11-16", "2026-12-07"),
    ("2027-05-30", "2027-05-17", "2027-06-07"),  # a Sunday; 31 May is a bank holiday
    ("2026-12-30", "2026-12-14", "2027-01-07"),
    ("2027-03-27", "2027-03-12", "2027-04-05"),
]


@pytest.mark.clause("TR-8")
@pytest.mark.parametrize(("target", "first", "last"), TOLERANCES)
def test_on_or_around_is_ten_working_days_before_to_five_after(target: str, first: str, last: str) -> None:
    assert tolerance(day(target), CALENDAR) == (day(first), day(last))
    begins, ends = start_of_day(day(first)), end_of_day(day(last))
    assert not is_within_tolerance(begins - TICK, day(target), CALENDAR)
    assert is_within_tolerance(begins, day(target), CALENDAR)
    assert is_within_tolerance(ends - TICK, day(target), CALENDAR)
    assert not is_within_tolerance(ends, day(target), CALENDAR)


@given(st.dates(date(2026, 2, 1), date(2028, 11, 30)))
def test_notice_on_its_day_is_always_within_the_tolerance(target: date) -> None:
    assert is_within_tolerance(notice_day(target, CALENDAR), target, CALENDAR)


VALIDITY = [
    # last day of validity, the instant in UTC at which it has passed
    ("2027-11-30", "2027-12-01 00:00"),  # F2.7A(a)-1
    ("2022-08-30", "2022-08-30 23:00"),  # summer time
    ("2027-03-27", "2027-03-28 00:00"),  # the night in which the clocks go forward
    ("2027-03-28", "2027-03-28 23:00"),
    ("2027-10-30", "2027-10-30 23:00"),
    ("2027-10-31", "2027-11-01 00:00"),
    ("2028-02-28", "2028-02-29 00:00"),
    ("2028-02-29", "2028-03-01 00:00"),
]


@pytest.mark.clause("TR-7")
@pytest.mark.parametrize(("last", "passed"), VALIDITY)
def test_certificate_is_valid_through_the_whole_of_its_date(last: str, passed: str) -> None:
    assert end_of_day(day(last)) == utc(passed)


@pytest.mark.parametrize("reply_by", ["2027-02-05", "2027-03-12"])
def test_reply_is_in_time_to_the_end_of_the_day_that_was_asked(reply_by: str) -> None:
    due_at = end_of_day(day(reply_by))
    assert is_in_time(london(f"{reply_by} 23:59"), due_at)
    assert not is_in_time(london(f"{day(reply_by) + timedelta(1)} 00:00"), due_at)


def test_duty_to_act_before_a_date_ends_with_the_day_before_it() -> None:
    due_at = start_of_day(day("2027-11-30"))  # F2.6-0
    assert is_in_time(london("2027-11-29 23:59"), due_at)
    assert not is_in_time(london("2027-11-30 00:00"), due_at)
