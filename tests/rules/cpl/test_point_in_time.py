"""Which times can be asked about, and how they are written (F2.2, F2.8)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cpl.rules.point_in_time import end_of_instant, read_instant, why_not_known
from secgov.errors import Refusal

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
KNOWN = {"known_from": date(2022, 9, 21), "known_until": date(2026, 12, 1)}


def test_an_instant_written_to_the_second_means_the_whole_of_it_and_one_with_fractions_itself():
    assert end_of_instant(NOON) == NOON + timedelta(seconds=1)
    exact = NOON + timedelta(microseconds=5)
    assert end_of_instant(exact) == exact + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2022, 9, 20), "Not known: what is recorded here of the list begins with 21 September 2022."),
        (date(2022, 9, 21), ""),
        (date(2026, 12, 1), ""),
        (date(2026, 12, 2), "Not known: 2 December 2026 is still to come."),
    ],
)
def test_a_day_is_known_from_the_first_that_was_recorded_to_the_last_that_has_begun(on, said):
    assert why_not_known(on=on, **KNOWN) == said


@pytest.mark.parametrize(
    "text",
    ["2026-12-01T12:00:00Z", "2026-12-01T12:00Z", "2026-12-01T13:00:00+01:00", "2026-12-01T13:00 01:00"],
)
def test_an_instant_is_read_with_its_offset_also_where_an_address_made_a_blank_of_the_plus(text):
    assert read_instant(text) == NOON


def test_an_instant_of_a_page_may_be_londons_but_not_in_an_hour_that_comes_twice_or_never():
    assert read_instant("2026-12-01 12:00", in_london=True) == NOON
    assert read_instant("2026-07-01T12:00", in_london=True) == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    for text in ("2026-10-25 01:30", "2027-03-28 01:30"):
        with pytest.raises(Refusal, match="clocks change"):
            read_instant(text, in_london=True)
    assert read_instant("2026-10-25T01:30+01:00", in_london=True) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "x", "2026-12-01", "2026-12-01T14:05:00", "0001-01-01T00:00:00Z", "２026-12-01T14:05Z"]
)
def test_what_is_no_instant_is_refused_with_an_example(text):
    with pytest.raises(Refusal) as refused:
        read_instant(text)
    assert refused.value.field == "known_at" and "2026-12-01T14:05:00Z" in refused.value.remedy
