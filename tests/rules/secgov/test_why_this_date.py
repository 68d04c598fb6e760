"""The sum in words, as the pages show it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secgov.time_rules import (
    WorkingCalendar,
    due_within_calendar_days,
    due_within_hours,
    due_within_working_days,
    end_of_day,
    explain_calendar_days,
    explain_hours,
    explain_notice,
    explain_working_days,
    months_before,
    notice_day,
)

from .calendars import CALENDAR, HOLIDAYS, day, london

ASSUMPTION = "That bank holidays are those of England and Wales is an assumption."


def test_one_working_day_over_christmas_names_each_holiday_left_out() -> None:
    due = explain_working_days(london("2026-12-24 15:04"), 1, CALENDAR)
    assert due.last_day == day("2026-12-29")
    assert due.due_at == end_of_day(day("2026-12-29"))
    assert due.steps == (
        "One Working Day after Thursday 24 December 2026, 15:04; that day is not counted.",
        "Weekends are left out, and so are Friday 25 December (Christmas Day) and "
        "Monday 28 December (in lieu of Boxing Day).",
        "So the end of Tuesday 29 December 2026.",
        ASSUMPTION,
    )


def test_twenty_working_days_into_the_next_year_say_the_year() -> None:
    due = explain_working_days(day("2026-12-10"), 20, CALENDAR)
    assert due.steps[:3] == (
        "Twenty Working Days after Thursday 10 December 2026; that day is not counted.",
        "Weekends are left out, and so are Friday 25 December (Christmas Day), Monday 28 December "
        "(in lieu of Boxing Day) and Friday 1 January 2027 (New Year's Day).",
        "So the end of Tuesday 12 January 2027.",
    )


@pytest.mark.parametrize(
    ("event", "count", "sentence"),
    [
        ("2027-01-11", 1, "No weekend and no bank holiday falls in between."),
        ("2027-01-15", 1, "Weekends are left out; no bank holiday falls in between."),
        ("2027-04-30", 1, "Weekends are left out, and so is Monday 3 May (May Day)."),
        ("2028-12-24", 1, "Monday 25 December (Christmas Day) and Tuesday 26 December "
                          "(Boxing Day) are left out."),
    ],
)  # fmt: skip
def test_what_was_left_out_is_said_as_it_is(event: str, count: int, sentence: str) -> None:
    assert explain_working_days(day(event), count, CALENDAR).steps[1] == sentence


def test_division_that_is_counted_is_named() -> None:
    scotland = WorkingCalendar("scotland", "1", HOLIDAYS, CALENDAR.years)
    steps = explain_working_days(day("2027-01-11"), 21, scotland).steps
    assert steps[0].startswith("21 Working Days after")
    assert steps[-1] == "That bank holidays are those of Scotland is an assumption."


def test_calendar_days_say_that_every_day_counts() -> None:
    due = explain_calendar_days(day("2026-12-24"), 3)
    assert due.last_day == day("2026-12-27")
    assert due.steps == (
        "Three days after Thursday 24 December 2026; that day is not counted.",
        "Weekends and bank holidays are counted.",
        "So the end of Sunday 27 December 2026.",
    )


@pytest.mark.parametrize(
    ("received", "way", "end"),
    [
        ("2027-03-27 12:00", "forward", "So Sunday 28 March 2027, 13:00."),
        ("2027-10-30 12:00", "back", "So Sunday 31 October 2027, 11:00."),
    ],
)
def test_24_hours_over_the_change_of_clocks_say_so(received: str, way: str, end: str) -> None:
    steps = explain_hours(london(received), 24).steps
    assert steps[0].startswith("24 hours from Saturday")
    assert steps[2:] == (
        f"The clocks go {way} one hour in between; that does not stop it either.",
        end,
    )


def test_24_hours_without_a_change_of_clocks_do_not_speak_of_it() -> None:
    due = explain_hours(london("2026-12-23 16:44"), 24)
    assert due.last_day == day("2026-12-24")
    assert due.steps == (
        "24 hours from Wednesday 23 December 2026, 16:44.",
        "Weekends and bank holidays do not stop it.",
        "So Thursday 24 December 2026, 16:44.",
    )


def test_notice_moved_from_a_sunday_says_why() -> None:
    due = explain_notice(day("2028-02-29"), 12, CALENDAR)
    assert due.last_day == day("2027-02-26")
    assert due.steps == (
        "Twelve months before Tuesday 29 February 2028 is Sunday 28 February 2027.",
        "February 2027 has no day 29, so its last day is taken.",
        "Sunday 28 February 2027 is not a Working Day; a notice then goes before it.",
        "So Friday 26 February 2027.",
        ASSUMPTION,
    )


def test_notice_moved_from_a_bank_holiday_names_it() -> None:
    due = explain_notice(day("2027-07-01"), 6, CALENDAR)
    assert due.steps[1] == (
        "Friday 1 January 2027 is not a Working Day (New Year's Day); a notice then goes before it."
    )


def test_notice_on_a_working_day_needs_no_more_words() -> None:
    assert explain_notice(day("2027-11-30"), 12, CALENDAR).steps == (
        "Twelve months before Tuesday 30 November 2027 is Monday 30 November 2026.",
        "So Monday 30 November 2026.",
        ASSUMPTION,
    )


@given(st.dates(date(2027, 2, 1), date(2028, 9, 30)), st.integers(1, 40))
def test_explanation_never_disagrees_with_the_sum(event: date, count: int) -> None:
    assert explain_working_days(event, count, CALENDAR).due_at == due_within_working_days(
        event, count, CALENDAR
    )
    assert explain_calendar_days(event, count).due_at == due_within_calendar_days(event, count)
    at = end_of_day(event)
    assert explain_hours(at, count).due_at == due_within_hours(at, count)
    months = count % 12 + 1
    assert explain_notice(event, months, CALENDAR).last_day == notice_day(
        months_before(event, months), CALENDAR
    )
