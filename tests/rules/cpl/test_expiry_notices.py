"""The days of the notices, at their edges, and against a walk of ten years day by day."""

import calendar as wall
from datetime import date, timedelta

import pytest
from holidays import country_holidays

from cpl.rules import expiry_notices as rules
from secgov.time_rules import ONE_DAY, WorkingCalendar, end_of_day
from tests.rules.secgov.calendars import CALENDAR, day, london


def planned(relevant, known, *, covers_listed=True):
    found = rules.plan(day(relevant), known_on=day(known), covers_listed=covers_listed, calendar=CALENDAR)
    return {each.stage: each for each in found}


def goes_on(relevant, stage):
    return rules.day_to_tell(rules.target_day(day(relevant), stage), CALENDAR)


@pytest.mark.clause("F2.7-1")
@pytest.mark.parametrize(
    ("relevant", "told"),
    [
        ("2027-11-30", "2026-11-30"),
        ("2028-02-29", "2027-02-26"),  # 28 February 2027 is a Sunday
        ("2027-12-25", "2026-12-24"),  # Christmas Day moves it before, never after
        ("2027-12-28", "2026-12-24"),
    ],
)
def test_twelve_month_notice_goes_on_its_date_or_the_working_day_before(relevant, told):
    assert goes_on(relevant, rules.M12) == day(told)


@pytest.mark.clause("F2.7-2")
@pytest.mark.parametrize(
    ("relevant", "told"),
    [
        ("2027-11-30", "2027-05-28"),  # Sunday 30 May; Monday 31 is a bank holiday and after it
        ("2027-08-31", "2027-02-26"),
        ("2028-08-31", "2028-02-29"),
    ],
)
def test_six_month_notice_goes_on_its_date_or_the_working_day_before(relevant, told):
    assert goes_on(relevant, rules.M6) == day(told)


@pytest.mark.clause("F2.6-0")
def test_thirty_day_warning_before_a_sunday_goes_on_friday():
    assert goes_on("2027-11-30", rules.D30) == day("2027-10-29")


@pytest.mark.clause("F2.7-1")
@pytest.mark.parametrize(
    ("on", "last"),
    [
        ("2027-05-27", "2027-05-27"),
        ("2027-05-28", "2027-05-31"),  # Friday takes Saturday, Sunday and the bank holiday along
        ("2027-05-29", "2027-05-31"),
        ("2026-12-24", "2026-12-28"),
    ],
)
def test_a_day_tells_all_targets_before_the_next_working_day(on, last):
    assert rules.last_target_due(day(on), CALENDAR) == day(last)
    for target in (day(on) + number * ONE_DAY for number in range(-9, 9)):
        assert (target <= day(last)) == (rules.day_to_tell(target, CALENDAR) <= day(on))


@pytest.mark.clause("F2.7-1")
def test_date_known_on_the_very_day_of_its_notice_is_in_time_and_a_day_later_is_late():
    assert planned("2027-11-30", "2026-11-30")[rules.M12].late_reason == ""
    late = planned("2027-11-30", "2026-12-01")
    assert late[rules.M12].is_pending
    assert late[rules.M12].late_reason == "Late: first known on Tuesday 1 December 2026."
    assert late[rules.M6].is_pending and not late[rules.M6].late_reason


@pytest.mark.clause("F2.7-1")
def test_notice_whose_target_is_a_weekend_is_late_when_the_date_becomes_known_on_that_weekend():
    assert planned("2028-02-28", "2027-02-26")[rules.M12].late_reason == ""
    assert planned("2028-02-28", "2027-02-27")[rules.M12].late_reason


@pytest.mark.clause("F2.7-2")
def test_with_less_than_six_months_left_one_notice_stands_for_both():
    in_time = planned("2027-11-30", "2027-05-28")
    assert in_time[rules.M12].is_pending and in_time[rules.M12].late_reason
    late = planned("2027-11-30", "2027-05-29")
    assert late[rules.M12].ground == rules.TOO_LATE
    assert late[rules.M6].is_pending and late[rules.M6].late_reason
    assert late[rules.D30].is_pending and not late[rules.D30].late_reason


@pytest.mark.clause("F2.7-2")
def test_nothing_is_told_of_a_date_that_has_passed():
    assert {each.ground for each in planned("2027-11-30", "2027-12-01").values()} == {rules.DATE_PASSED}
    assert planned("2027-11-30", "2027-11-30")[rules.M6].is_pending


@pytest.mark.clause("F2.7-1")
def test_certificate_that_covers_no_listed_model_has_no_notice():
    grounds = {each.ground for each in planned("2027-11-30", "2026-01-05", covers_listed=False).values()}
    assert grounds == {rules.NOTHING_LISTED}


@pytest.mark.clause("F2.7-1")
def test_late_notice_takes_the_six_month_one_along_within_ten_working_days():
    six_months = rules.target_day(day("2027-11-30"), rules.M6)  # goes on Friday 28 May 2027
    assert rules.goes_with(six_months, on=day("2027-05-14"), calendar=CALENDAR)
    assert not rules.goes_with(six_months, on=day("2027-05-13"), calendar=CALENDAR)
    assert rules.goes_with(six_months, on=day("2027-05-28"), calendar=CALENDAR)


@pytest.mark.clause("F2.7-1")
def test_notice_is_late_a_day_after_and_a_breach_from_the_sixth_working_day():
    target = day("2026-11-30")
    assert not rules.is_late(target, sent_on=day("2026-11-30"), calendar=CALENDAR)
    assert rules.is_late(target, sent_on=day("2026-12-01"), calendar=CALENDAR)
    assert not rules.is_breach(target, sent_on=day("2026-12-07"), calendar=CALENDAR)
    assert rules.is_breach(target, sent_on=day("2026-12-08"), calendar=CALENDAR)
    assert not rules.is_breach(target, sent_on=day("2026-11-16"), calendar=CALENDAR)
    assert rules.is_breach(target, sent_on=day("2026-11-13"), calendar=CALENDAR)


RELEVANT, TODAY = day("2027-11-30"), day("2026-11-30")


@pytest.mark.clause("F2.7-1")
@pytest.mark.parametrize(
    ("standing", "ground"),
    [
        (rules.Standing(RELEVANT), ""),
        (rules.Standing(RELEVANT + ONE_DAY), rules.DATE_CHANGED),
        (rules.Standing(None), rules.DATE_CHANGED),
        (rules.Standing(RELEVANT, in_force=False), rules.NOT_VALID),
        (rules.Standing(RELEVANT, listed=0), rules.NOTHING_LISTED),
        (rules.Standing(RELEVANT, superseded=True), rules.SUPERSEDED),
        (rules.Standing(RELEVANT, action_recorded=True), ""),
    ],
)
def test_notice_is_told_unless_the_certificate_has_ended_moved_or_been_replaced(standing, ground):
    assert rules.why_untold(rules.M12, RELEVANT, standing, on=TODAY) == ground


@pytest.mark.clause("F2.6-0")
def test_warning_is_dropped_where_an_action_is_recorded():
    acted = rules.Standing(RELEVANT, action_recorded=True)
    assert rules.why_untold(rules.D30, RELEVANT, acted, on=day("2027-10-29")) == rules.ACTION_RECORDED
    assert rules.why_untold(rules.D30, RELEVANT, rules.Standing(RELEVANT), on=RELEVANT) == ""
    assert (
        rules.why_untold(rules.D30, RELEVANT, rules.Standing(RELEVANT), on=RELEVANT + ONE_DAY)
        == rules.DATE_PASSED
    )


@pytest.mark.clause("F2.6-0")
def test_renewal_is_to_be_seen_to_by_the_end_of_the_day_before_the_date():
    due = rules.due_before(RELEVANT)
    assert due.last_day == day("2027-11-29")
    assert due.due_at == london("2027-11-30 00:00")


@pytest.mark.clause("F2.7-1")
def test_due_of_a_notice_explains_itself_late_or_in_time():
    due = rules.due_of_notice(rules.M12, RELEVANT, known_on=day("2026-01-05"), calendar=CALENDAR)
    assert due.last_day == day("2026-11-30")
    late = rules.due_of_notice(rules.M12, RELEVANT, known_on=day("2026-12-24"), calendar=CALENDAR)
    assert late.last_day == day("2026-12-29") and "first known on Thursday 24 December 2026" in late.steps[1]
    warned = rules.due_of_notice(rules.D30, RELEVANT, known_on=day("2026-01-05"), calendar=CALENDAR)
    assert warned.last_day == day("2027-10-29") and warned.due_at == end_of_day(day("2027-10-29"))


YEARS = range(2026, 2040)
HOLIDAYS = {
    each: name
    for each, name in country_holidays("GB", subdiv="ENG", years=YEARS).items()
    if each.weekday() < 5
}
LONG = WorkingCalendar("england-and-wales", "oracle", HOLIDAYS, frozenset(YEARS))


def walked(relevant: date, months: int) -> date:
    """The day of a notice by walking, with nothing of ours: back day by day until the month and day-number are right."""
    year, month = relevant.year, relevant.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    number = min(relevant.day, wall.monthrange(year, month)[1])
    walk = relevant
    while (walk.year, walk.month, walk.day) != (year, month, number):
        walk -= timedelta(days=1)
    while walk.isoweekday() in (6, 7) or walk in HOLIDAYS:
        walk -= timedelta(days=1)
    return walk


@pytest.mark.clause("F2.7-1", "F2.7-2")
def test_every_date_of_ten_years_agrees_with_a_walk_day_by_day():
    relevant, wrong = date(2028, 1, 1), []
    while relevant < date(2038, 1, 1):
        for stage, months in rules.MONTHS.items():
            told = rules.day_to_tell(rules.target_day(relevant, stage), LONG)
            if told != walked(relevant, months):
                wrong.append((relevant, stage, told))
        relevant += ONE_DAY
    assert wrong == []
