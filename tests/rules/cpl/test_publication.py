"""When the updated list is due, and how editions are numbered (Section F2.8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpl.rules.publication import (
    PublicationFacts,
    dcc_limb,
    digest_at,
    due_for_publication,
    format_edition,
    next_edition_number,
    parse_edition,
    parse_version_cell,
    parties_limb,
    parties_not_notified,
    second_channel_at,
    version_cell,
    window_end,
)
from secgov.errors import Refusal
from secgov.time_rules import LONDON
from tests.rules.secgov.calendars import CALENDAR


def london(*parts: int) -> datetime:
    """Give an instant by the clocks of London."""
    return datetime(*parts, tzinfo=LONDON).astimezone(UTC)


INSTANT = timedelta(microseconds=1)


@pytest.mark.clause("F2.8-0")
@pytest.mark.parametrize(
    ("required", "last_day"),
    [
        (london(2026, 12, 24, 15), date(2026, 12, 29)),
        (london(2027, 1, 16, 12), date(2027, 1, 18)),
        (london(2027, 3, 25, 9), date(2027, 3, 30)),
        (london(2027, 1, 11, 0), date(2027, 1, 12)),
        (london(2027, 1, 12, 0) - INSTANT, date(2027, 1, 12)),
        (london(2027, 1, 12, 0), date(2027, 1, 13)),
    ],
)
def test_list_is_due_at_the_end_of_the_first_working_day_after_the_day_of_requirement(required, last_day):
    due = due_for_publication(required, CALENDAR)
    assert due.last_day == last_day
    assert due.due_at == london(last_day.year, last_day.month, last_day.day) + timedelta(days=1)
    assert due.steps


@pytest.mark.clause("F2.8(a)")
def test_second_channel_is_used_at_half_of_the_time():
    start = london(2027, 1, 11, 0)
    assert second_channel_at(start, start + timedelta(hours=48)) == start + timedelta(hours=24)


@pytest.mark.clause("F2.8(c)")
def test_digest_goes_an_hour_before_half_of_the_earliest_period():
    given = london(2026, 12, 24, 15, 31)
    earliest = (london(2026, 12, 24, 15), london(2026, 12, 30))  # over Christmas: 5 days and 9 hours
    later = (london(2026, 12, 28, 9), london(2026, 12, 30))
    half = london(2026, 12, 24, 15) + timedelta(hours=64, minutes=30)
    assert digest_at([earliest, later], given_at=given) == half - timedelta(hours=1)
    assert digest_at([later, earliest], given_at=given) == half - timedelta(hours=1)


@pytest.mark.clause("F2.8(c)")
def test_digest_goes_at_once_when_half_has_passed_or_nothing_is_owed():
    period = (london(2026, 12, 1, 12), london(2026, 12, 3))
    before_half = london(2026, 12, 2, 5)
    assert digest_at([period], given_at=before_half) == before_half
    for late in (timedelta(microseconds=1), timedelta(hours=12), timedelta(days=3)):
        assert digest_at([period], given_at=before_half + late) == before_half + late
    assert digest_at([], given_at=before_half) == before_half


@pytest.mark.clause("F2.8(c)")
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)), st.integers(0, 4000))
def test_digest_is_never_past_the_due_instant_of_an_edition_issued_in_time(required, minutes):
    required = required.replace(tzinfo=UTC)
    due_at = due_for_publication(required, CALENDAR).due_at
    issued = required + timedelta(minutes=minutes)
    if issued < due_at:
        assert issued <= digest_at([(required, due_at)], given_at=issued) < due_at


@pytest.mark.clause("F2.8-0")
def test_window_ends_after_its_length_and_never_past_the_earliest_due_instant():
    first = london(2027, 1, 11, 10)
    window = timedelta(minutes=30)
    assert window_end(first_approved_at=first, window=window, earliest_due_at=london(2027, 1, 13)) == (
        first + window
    )
    near = first + timedelta(minutes=20)
    assert window_end(first_approved_at=first, window=window, earliest_due_at=near) == (
        first + timedelta(minutes=5)
    )
    past = first - timedelta(days=1)
    assert window_end(first_approved_at=first, window=window, earliest_due_at=past) == first


def test_editions_are_numbered_on_from_the_last():
    assert next_edition_number(None) == 1
    assert next_edition_number(2051) == 2052


@pytest.mark.parametrize(
    ("number", "text"),
    [(2051, "2.051"), (2052, "2.052"), (1, "0.001"), (999, "0.999"), (1000, "1.000"), (12345, "12.345")],
)
def test_edition_number_is_shown_in_thousandths(number, text):
    assert format_edition(number) == text
    assert parse_edition(text) == number


@given(st.integers(min_value=1, max_value=999_999_999))
def test_every_edition_number_is_read_back_as_it_was_written(number):
    assert parse_edition(format_edition(number)) == number


@pytest.mark.parametrize(
    "text", ["", "2051", "2.51", "2.0510", "0.000", "-2.051", "v2.051", "2,051", "٢.٠٥١"]
)
def test_other_texts_are_no_edition_numbers(text):
    with pytest.raises(Refusal):
        parse_edition(text)


def test_there_is_no_edition_nought():
    with pytest.raises(ValueError, match="not the number"):
        format_edition(0)


def test_version_column_is_read_and_written_as_published():
    cell = "Version 2.051 Issued on 21-09-2022"
    assert parse_version_cell(f"{cell} ") == (2051, date(2022, 9, 21))
    assert version_cell(2051, date(2022, 9, 21)) == cell


@pytest.mark.parametrize(
    "text",
    ["", "Version 2.051", "Version 2.051 Issued on 2022-09-21", "Version 2.051 Issued on 31-02-2022"],
)
def test_other_texts_are_no_version_column(text):
    with pytest.raises(Refusal) as refused:
        parse_version_cell(text)
    assert refused.value.field == "version"


@pytest.mark.clause("F2.8(a)")
def test_dcc_has_its_extract_when_it_is_available_and_told():
    for available, told, met in ((True, True, True), (True, False, False), (False, True, False)):
        facts = PublicationFacts(2052, available_to_dcc=available, dcc_told=told)
        assert dcc_limb(facts).met is met


@pytest.mark.clause("F2.8(c)")
def test_every_party_is_notified_or_told_otherwise():
    parties = frozenset(f"party-{n:03d}" for n in range(400))
    whole = PublicationFacts(57, parties=parties, noticed=parties, mailed=parties)
    assert parties_limb(whole).met
    lost = frozenset({"party-007"})
    without_mail = PublicationFacts(57, parties=parties, noticed=parties, mailed=parties - lost)
    assert parties_not_notified(without_mail) == ("party-007",)
    assert "1 of 400 Parties has not" in parties_limb(without_mail).lacks
    by_letter = PublicationFacts(
        57, parties=parties, noticed=parties, mailed=parties - lost, otherwise_told=lost
    )
    assert parties_limb(by_letter).met


@pytest.mark.clause("F2.8(c)")
def test_party_without_a_contact_counts_as_missing():
    facts = PublicationFacts(
        57, parties=frozenset({"a", "b"}), noticed=frozenset({"a"}), mailed=frozenset({"a"})
    )
    assert parties_not_notified(facts) == ("b",)
