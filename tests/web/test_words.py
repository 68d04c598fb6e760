"""Dates, lengths and amounts in words: at the edges, in London time."""

import datetime as dt

import pytest

from secgov.web import words


def utc(*parts: int) -> dt.datetime:
    """An instant in UTC."""
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_instant_is_spelled_in_london_time():
    assert words.instant_in_words(utc(2026, 7, 1, 23, 30)) == "Thursday 2 July 2026, 00:30"
    assert words.short_day(utc(2026, 12, 23, 16, 31)) == "23 Dec 2026"
    assert words.plain_day(dt.date(2028, 8, 30)) == "30 August 2028"


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (utc(2026, 12, 30), "end of Tuesday 29 December 2026"),  # midnight in winter
        (utc(2026, 6, 30, 23), "end of Tuesday 30 June 2026"),  # midnight in summer
        (utc(2026, 12, 30, 0, 0, 1), "Wednesday 30 December 2026, 00:00"),
        (utc(2026, 12, 24, 16, 44), "Thursday 24 December 2026, 16:44"),
    ],
)
def test_end_of_a_day_is_never_called_midnight(due_at, said):
    assert words.end_in_words(due_at) == said


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (utc(2027, 1, 1), "end of Thu 31 Dec"),
        (utc(2026, 12, 24, 16, 44), "Thu 24 Dec, 16:44"),
        (utc(2027, 1, 2), "end of Fri 1 Jan 2027"),
        (utc(2025, 12, 31, 23, 59), "Wed 31 Dec 2025, 23:59"),
    ],
)
def test_short_end_leaves_out_the_year_only_where_it_is_this_one(due_at, said):
    assert words.short_end(due_at, utc(2026, 12, 31, 23, 59)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (dt.timedelta(seconds=59), "under 1 min"),
        (dt.timedelta(minutes=1), "1 min"),
        (dt.timedelta(hours=15, minutes=20), "15 h 20 min"),
        (dt.timedelta(days=1, hours=3, minutes=12), "1 day 3 h 12 min"),
        (dt.timedelta(days=2), "2 days"),
    ],
)
def test_lengths_of_time_are_spelled_by_their_parts(length, said):
    assert words.duration_in_words(length) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "no entries"),
        (1, "one entry"),
        (10, "ten entries"),
        (11, "11 entries"),
        (18_420, "18,420 entries"),
    ],
)
def test_small_counts_are_words_and_large_ones_have_their_digits_grouped(number, said):
    assert words.count_in_words(number, "entry", "entries") == said


@pytest.mark.parametrize(
    ("length", "said"), [(812, "812 bytes"), (1000, "1 kB"), (147_211, "147 kB"), (1_310_000, "1.3 MB")]
)
def test_sizes_are_given_as_people_read_them(length, said):
    assert words.size_in_words(length) == said
