"""Periods, proposals, comments and versions of Remedial Plans (Z6.3)."""

import datetime as dt

import pytest

from secgov.errors import Refusal, Refusals
from ssc.rules import minuted, plans
from tests.rules.secgov.calendars import CALENDAR, day, utc

WORKING, CALENDAR_DAYS = plans.WORKING_DAYS, plans.CALENDAR_DAYS
MILESTONES = [plans.Promised("Trial upgrade", day("2027-02-26"), 400)]


@pytest.mark.clause("Z6.3(a)")
@pytest.mark.parametrize(
    ("days", "unit", "starts", "last"),
    [
        (20, WORKING, "2027-02-01", "2027-03-01"),  # the catalogue's example
        (1, WORKING, "2027-02-05", "2027-02-08"),  # over a weekend
        (5, WORKING, "2027-03-25", "2027-04-05"),  # over Easter
        (20, CALENDAR_DAYS, "2027-02-01", "2027-02-21"),
        (1, CALENDAR_DAYS, "2027-03-27", "2027-03-28"),  # the clocks go forward in it
    ],
)
def test_a_period_ends_by_its_unit_and_the_day_of_its_start_is_not_counted(
    days: int, unit: str, starts: str, last: str
) -> None:
    due = plans.due_period(plans.Period(days, unit, day(starts)), CALENDAR)
    assert due.last_day == day(last)


@pytest.mark.clause("Z6.3(a)")
def test_the_end_of_the_catalogues_example_is_the_first_instant_of_the_next_day() -> None:
    due = plans.due_period(plans.Period(20, WORKING, day("2027-02-01")), CALENDAR)
    assert due.due_at == utc("2027-03-02 00:00")


@pytest.mark.clause("Z6.3(b)-2")
@pytest.mark.parametrize(
    ("period", "field"),
    [
        (plans.Period(None, WORKING, day("2027-02-01")), "approval_days"),
        (plans.Period(0, WORKING, day("2027-02-01")), "approval_days"),
        (plans.Period(1001, WORKING, day("2027-02-01")), "approval_days"),
        (plans.Period(20, "weeks", day("2027-02-01")), "approval_unit"),
        (plans.Period(20, WORKING, None), "approval_starts_on"),
    ],
)
def test_a_period_says_how_long_in_which_unit_and_from_when(period: plans.Period, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        plans.check_period(period, name=plans.APPROVAL)
    assert (refused.value.field, refused.value.clause) == (field, "Z6.3(b)")


def test_a_period_of_one_and_of_a_thousand_days_is_taken() -> None:
    for days in (1, 1000):
        plans.check_period(plans.Period(days, WORKING, day("2027-02-01")), name=plans.PROPOSAL)


@pytest.mark.clause("Z6.3(b)-2")
def test_approval_may_not_be_due_before_the_proposal() -> None:
    first, second = (
        plans.due_period(plans.Period(days, WORKING, day("2027-02-01")), CALENDAR) for days in (20, 19)
    )
    plans.check_periods_fit(proposal=first.due_at, approval=first.due_at)
    with pytest.raises(Refusal):
        plans.check_periods_fit(proposal=first.due_at, approval=second.due_at)


@pytest.mark.clause("Z6.3(a)", "Z6.3(c)")
@pytest.mark.parametrize(
    ("began", "last", "warned_from"),
    [
        ("2027-02-01", "2027-03-01", "2027-02-22"),
        ("2027-02-01", "2027-02-05", "2027-02-04"),  # four days: too short for the warning at five
        ("2027-02-01", "2027-02-08", "2027-02-05"),  # exactly five: that day is the start itself
        ("2027-02-01", "2027-02-09", "2027-02-02"),
        ("2027-02-01", "2027-02-02", None),  # one day: the request is the warning
    ],
)
def test_a_party_is_warned_five_working_days_before_the_end(
    began: str, last: str, warned_from: str | None
) -> None:
    days = [day(began) + dt.timedelta(days=n) for n in range(40)]
    given = {"began_on": day(began), "last_day": day(last), "calendar": CALENDAR}
    warned = [each for each in days if plans.is_warned(today=each, **given)]
    expected = [each for each in days if warned_from and day(warned_from) <= each <= day(last)]
    assert warned == expected


def test_a_day_years_ahead_asks_nothing_of_the_calendar() -> None:
    far = {"last_day": day("2031-01-06"), "calendar": CALENDAR}
    assert not plans.is_warned(began_on=day("2027-02-01"), today=day("2028-12-29"), **far)
    assert plans.days_left(day("2031-01-06"), today=day("2028-12-29"), calendar=CALENDAR) is None
    assert plans.days_left(day("2028-12-29"), today=day("2028-12-22"), calendar=CALENDAR) == 3
    with pytest.raises(Refusal, match="2029 are not known"):
        plans.due_period(plans.Period(600, WORKING, day("2027-02-01")), CALENDAR)


@pytest.mark.clause("Z6.3(a)")
def test_a_proposal_says_how_and_by_when_and_has_milestones_within_that_time() -> None:
    given = {
        "remedy": "New firmware.",
        "remedied_by": day("2027-02-26"),
        "milestones": MILESTONES,
        "submitted_on": day("2027-02-26"),
    }
    plans.check_proposal(**given)
    for changed, field in (
        ({"remedy": " "}, "remedy"),
        ({"remedied_by": None}, "remedied_by"),
        ({"submitted_on": day("2027-02-27")}, "remedied_by"),
        ({"milestones": []}, "milestones"),
        ({"remedied_by": day("2027-02-25"), "submitted_on": day("2027-02-01")}, "by_1"),
    ):
        with pytest.raises(Refusal) as refused:
            plans.check_proposal(**given | changed)
        assert (refused.value.field, refused.value.clause) == (field, "Z6.3(a)")


@pytest.mark.clause("Z6.3(b)-1")
def test_one_comment_without_an_answer_refuses_the_next_version() -> None:
    plans.check_all_answered([])
    with pytest.raises(Refusal, match="Comment 2 has no answer"):
        plans.check_all_answered([2])
    with pytest.raises(Refusal, match="Comments 1, 2 have no answer"):
        plans.check_all_answered([2, 1])


@pytest.mark.clause("Z6.3(b)-2")
def test_only_the_newest_version_is_decided_on() -> None:
    plans.check_newest(number=2, newest=2)
    with pytest.raises(Refusal, match="version 2 is"):
        plans.check_newest(number=1, newest=2)


@pytest.mark.clause("Z6.3-D1")
def test_the_plan_is_the_version_approved_last() -> None:
    assert plans.current_version([]) is None
    assert plans.current_version([1, 3]) == 3


@pytest.mark.clause("Z6.3(d)")
def test_a_report_is_due_at_the_end_of_a_day_to_come() -> None:
    due = plans.due_report(day("2027-03-12"), asked_on=day("2027-03-11"))
    assert due.due_at == utc("2027-03-13 00:00")
    for wrong in (None, day("2027-03-11")):
        with pytest.raises(Refusal):
            plans.due_report(wrong, asked_on=day("2027-03-11"))


@pytest.mark.clause("Z6.3(d)")
def test_a_report_counts_up_to_today_or_an_earlier_day() -> None:
    today = day("2027-03-11")
    assert plans.check_as_of(today, today=today) == today
    for wrong in (None, today + dt.timedelta(days=1)):
        with pytest.raises(Refusal):
            plans.check_as_of(wrong, today=today)


def test_a_minuted_decision_says_what_its_kind_needs() -> None:
    minuted.check_minuted("complete", minute_reference="SSC 112", given=set())
    minuted.check_minuted("remedied", minute_reference="SSC 112", given={"notice", "remedied_on"})
    with pytest.raises(Refusal, match="Choose what the SSC decided"):
        minuted.check_minuted("", minute_reference="SSC 112", given=set())
    with pytest.raises(Refusals) as refused:
        minuted.check_minuted("remedied", minute_reference=" ", given=set())
    assert [each.field for each in refused.value.each] == ["notice", "remedied_on", "minute_reference"]
