"""What is proclaimed, against the catalogue's calendar facts."""

from datetime import date

import pytest

from secgov.journal.bank_holidays import proclaimed

from .calendars import HOLIDAYS


@pytest.mark.clause("X-1")
def test_england_and_wales_have_exactly_the_catalogue_s_holidays() -> None:
    assert proclaimed("england-and-wales", [2026, 2027, 2028]) == HOLIDAYS


def test_moved_and_single_holidays_are_there() -> None:
    days = proclaimed("england-and-wales", [2022, 2023])
    assert date(2022, 5, 30) not in days
    assert {date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)} <= days.keys()


def test_scotland_has_its_own_days_and_no_easter_monday() -> None:
    days = proclaimed("scotland", [2027])
    own = {date(2027, 1, 4), date(2027, 8, 2), date(2027, 11, 30)}
    assert own <= days.keys()
    assert not {date(2027, 3, 29), date(2027, 8, 30)} & days.keys()


def test_great_britain_has_every_day_of_either() -> None:
    england = proclaimed("england-and-wales", range(2020, 2031))
    scotland = proclaimed("scotland", range(2020, 2031))
    both = proclaimed("great-britain", range(2020, 2031))
    assert both.keys() == england.keys() | scotland.keys()
    assert list(both) == sorted(both)
    assert all(both[day] == name for day, name in england.items())


@pytest.mark.parametrize("division", ["england-and-wales", "scotland", "great-britain"])
def test_only_weekdays_of_the_years_asked_for_are_given(division: str) -> None:
    days = proclaimed(division, [2027, 2021, 2027])
    assert {day.year for day in days} == {2021, 2027}
    assert all(day.weekday() < 5 for day in days)


def test_no_years_give_no_days() -> None:
    assert proclaimed("scotland", []) == {}


def test_division_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="northern-ireland"):
        proclaimed("northern-ireland", [2027])
