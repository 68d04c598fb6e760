"""Remedy notices: their ground, their 20 Working Days, and the condition of an Event of Default (Z6.5)."""

import datetime as dt
from dataclasses import replace

import pytest

from secgov.errors import Refusal
from secgov.time_rules import WorkingCalendar
from ssc.rules import remedy
from tests.rules.secgov.calendars import CALENDAR, HOLIDAYS, day, london, utc

DUE = utc("2027-01-13 00:00")
PLAN = remedy.Standing(
    has_approved=True, approval_lapsed=False, newest_refused=False, non_compliance_found=True
)
UNAPPROVED = replace(PLAN, has_approved=False, non_compliance_found=False)


@pytest.mark.clause("Z6.5-3")
@pytest.mark.parametrize(
    ("sent", "last"),
    [
        ("2026-12-10", "2027-01-12"),  # over Christmas
        ("2027-03-01", "2027-03-31"),  # over Easter
        ("2027-02-06", "2027-03-05"),  # sent on a Saturday
    ],
)
def test_the_time_to_remedy_ends_on_the_twentieth_working_day(sent: str, last: str) -> None:
    assert remedy.due_remedy(day(sent), CALENDAR).last_day == day(last)


@pytest.mark.clause("Z6.5-3")
def test_a_holiday_within_the_time_makes_it_longer() -> None:
    proclaimed = WorkingCalendar(
        "england-and-wales", "new", HOLIDAYS | {day("2027-01-04"): "Jubilee"}, CALENDAR.years
    )
    assert remedy.due_remedy(day("2026-12-10"), proclaimed).last_day == day("2027-01-13")


@pytest.mark.clause("Z6.5-3")
def test_the_condition_is_met_at_the_first_instant_after_the_last_day_and_not_before() -> None:
    second = dt.timedelta(seconds=1)
    assert not remedy.is_unremedied(due_at=DUE, at=DUE - second, remedied_on=None)
    assert remedy.is_unremedied(due_at=DUE, at=DUE, remedied_on=None)


@pytest.mark.clause("Z6.5-3")
def test_what_was_remedied_on_the_last_day_is_remedied_however_late_that_is_recorded() -> None:
    recorded = utc("2027-01-15 10:00")
    assert not remedy.is_unremedied(due_at=DUE, at=recorded, remedied_on=day("2027-01-12"))
    assert remedy.is_unremedied(due_at=DUE, at=recorded, remedied_on=day("2027-01-13"))


@pytest.mark.clause("Z6.5-3")
def test_the_last_day_is_a_london_day_in_summer_too() -> None:
    due_at = london("2027-07-01 00:00")
    assert not remedy.is_unremedied(due_at=due_at, at=due_at, remedied_on=day("2027-06-30"))
    assert remedy.is_unremedied(due_at=due_at, at=due_at, remedied_on=day("2027-07-01"))


@pytest.mark.clause("Z6.5-3")
@pytest.mark.parametrize(
    ("today", "left"),
    [
        ("2026-12-23", None),
        ("2026-12-24", 10),
        ("2027-01-04", 10),
        ("2027-01-05", 5),
        ("2027-01-10", 5),
        ("2027-01-11", 1),
        ("2027-01-12", 1),
        ("2027-01-13", None),
    ],
)
def test_the_party_is_warned_with_ten_five_and_one_working_days_left(today: str, left: int | None) -> None:
    assert remedy.due_warning(last_day=day("2027-01-12"), today=day(today), calendar=CALENDAR) == left


@pytest.mark.clause("Z6.5-3")
def test_a_suspension_shifts_the_end_by_its_working_days() -> None:
    shift = remedy.suspended_working_days(london("2026-12-23 09:00"), london("2026-12-30 17:00"), CALENDAR)
    assert shift == 3  # 24, 29 and 30 December
    assert remedy.due_remedy(day("2026-12-10"), CALENDAR, suspended=shift).last_day == day("2027-01-15")
    assert (
        remedy.suspended_working_days(london("2026-12-23 09:00"), london("2026-12-23 17:00"), CALENDAR) == 0
    )


@pytest.mark.clause("Z6.5-2")
def test_a_notice_is_about_approval_or_about_compliance_and_nothing_else() -> None:
    remedy.check_notice(remedy.COMPLIANCE, text="Milestone 2 is not met.", plan=PLAN)
    remedy.check_notice(remedy.APPROVAL, text="Late.", plan=replace(UNAPPROVED, approval_lapsed=True))
    remedy.check_notice(remedy.APPROVAL, text="Refused.", plan=replace(UNAPPROVED, newest_refused=True))
    for ground, text, plan, field in (
        ("report", "No report.", PLAN, "ground"),
        (remedy.COMPLIANCE, " ", PLAN, "text"),
        (remedy.APPROVAL, "Late.", PLAN, "ground"),
        (remedy.APPROVAL, "Soon.", UNAPPROVED, "ground"),
        (remedy.COMPLIANCE, "No plan.", replace(UNAPPROVED, non_compliance_found=True), "ground"),
        (remedy.COMPLIANCE, "The date has gone by.", replace(PLAN, non_compliance_found=False), "ground"),
    ):
        with pytest.raises(Refusal) as refused:
            remedy.check_notice(ground, text=text, plan=plan)
        assert (refused.value.field, refused.value.clause) == (field, "Z6.5")


def test_the_day_of_remedy_lies_between_the_notice_and_today() -> None:
    days = {"sent_on": day("2026-12-10"), "today": day("2027-01-15")}
    for right in ("2026-12-10", "2027-01-15"):
        assert remedy.check_remedied_on(day(right), **days) == day(right)
    for wrong in (None, day("2026-12-09"), day("2027-01-16")):
        with pytest.raises(Refusal):
            remedy.check_remedied_on(wrong, **days)


def test_the_strip_has_twenty_days_without_holidays() -> None:
    days = remedy.days_of(day("2026-12-10"), day("2027-01-12"), CALENDAR)
    assert (len(days), days[0], days[-1]) == (20, day("2026-12-11"), day("2027-01-12"))
    assert not HOLIDAYS.keys() & set(days)


@pytest.mark.clause("Z6.5-3")
def test_the_dcc_gets_a_remark_and_others_none() -> None:
    assert "may not reach it" in remedy.remark_on(is_dcc=True)
    assert remedy.remark_on(is_dcc=False) == ""
