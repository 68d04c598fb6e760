"""When the next edition is due, and whether the witness lets it be numbered."""

import datetime as dt

import pytest

from cpl.rules.edition_window import WindowFacts, due_next_edition
from cpl.rules.witness import AGREES, PLACE_AGAIN, Witness, judge_witness
from secgov.errors import Refusal

NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
HALF_HOUR = 30 * MINUTE


def due(**given):
    """The instant at which the next edition is due."""
    return due_next_edition(WindowFacts(window=HALF_HOUR, **given))


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, None),
        ({"last_issued_at": NOON}, None),
        ({"first_approved_at": NOON}, NOON + HALF_HOUR),
        ({"first_approved_at": NOON, "earliest_due_at": NOON + 20 * MINUTE}, NOON + 5 * MINUTE),
        ({"first_approved_at": NOON, "earliest_due_at": NOON - 20 * MINUTE}, NOON),
        ({"first_approved_at": NOON, "asked_at": NOON + MINUTE}, NOON + MINUTE),
        ({"first_approved_at": NOON, "asked_at": NOON - MINUTE, "last_issued_at": NOON - MINUTE}, NOON + HALF_HOUR),
        ({"asked_at": NOON}, NOON),
        ({"asked_at": NOON, "last_issued_at": NOON - MINUTE}, None),
    ],
    ids=[
        "nothing waits", "nothing since the last", "the window", "cut short by the due instant", "late already",
        "asked at once", "the request was answered", "the first of all", "asked without a change",
    ],
)  # fmt: skip
@pytest.mark.clause("F2.8-0")
def test_next_edition_is_due_when(given, answer):
    assert due(**given) == answer


MANIFESTS = {1: "aa", 2: "bb"}


@pytest.mark.parametrize(
    ("witness", "manifests", "placed", "verdict"),
    [
        (None, {}, set(), AGREES),
        (None, {1: "aa"}, set(), PLACE_AGAIN),
        (Witness(1, "aa"), MANIFESTS, {1}, PLACE_AGAIN),
        (Witness(2, "bb"), MANIFESTS, {1}, PLACE_AGAIN),
        (Witness(1, "aa"), MANIFESTS, {1, 2}, PLACE_AGAIN),
        (Witness(2, "bb"), MANIFESTS, {1, 2}, AGREES),
    ],
    ids=["empty", "first killed", "files missing", "placement missing", "witness behind", "all well"],
)
def test_a_database_that_is_level_or_ahead_goes_on(witness, manifests, placed, verdict):
    assert judge_witness(witness, manifests=manifests, placed=placed) == verdict


@pytest.mark.parametrize(
    ("witness", "placed"),
    [(None, {1, 2}), (Witness(3, "cc"), {1, 2}), (Witness(2, "xx"), {1}), (Witness(1, "xx"), {1, 2})],
    ids=["lost", "ahead", "another manifest", "another history"],
)
def test_a_witness_that_is_ahead_other_or_lost_stops_everything(witness, placed):
    with pytest.raises(Refusal, match="No edition can be issued"):
        judge_witness(witness, manifests=MANIFESTS, placed=placed)
