"""Published against loaded, entry by entry (F2.9)."""

import datetime as dt

import pytest

from cpl.rules.loading import HELD_BACK, NOT_YET, Carried, LoadingSaid, held_back_since, not_loaded, said_last
from cpl.rules.receipts import LOADED_IN_PART, ReceiptFacts, check_receipt
from secgov.errors import Refusal

NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WHY = "GBCS version not known to the DSP"


def said(edition: int, hours: int, **held: str) -> LoadingSaid:
    """What the DCC said of an edition after so many hours; entries as e000001="why"."""
    return LoadingSaid(edition, NOON + hours * HOUR, {name[1:]: reason for name, reason in held.items()})


def carried(edition: int, entry: str, kind: str = "added") -> Carried:
    """A change that an edition issued in its own hour carries."""
    return Carried(edition, NOON + edition * HOUR, entry, kind)


def test_nothing_loaded_leaves_every_change_open():
    [row] = not_loaded([], [carried(1, "000001")])
    assert (row.entry, row.why, row.edition, row.since) == ("000001", NOT_YET, 1, NOON + HOUR)


def test_changes_up_to_the_loaded_edition_are_loaded_and_later_ones_are_not():
    rows = not_loaded(
        [said(2, 3)], [carried(2, "000002"), carried(3, "000003"), carried(3, "000001", "removed")]
    )
    assert [(row.entry, row.reason) for row in rows] == [("000001", "removed"), ("000003", "added")]


def test_entry_changed_twice_is_as_old_as_the_first_change():
    [row] = not_loaded([said(1, 1)], [carried(2, "000001"), carried(3, "000001", "corrected")])
    assert (row.edition, row.since) == (2, NOON + 2 * HOUR)


@pytest.mark.clause("F2.9-1")
def test_entry_held_back_stays_so_until_the_dcc_says_otherwise():
    first = said(2, 3, e000001=WHY)
    assert [(row.why, row.reason, row.since) for row in not_loaded([first], [])] == [
        (HELD_BACK, WHY, NOON + 3 * HOUR)
    ]
    [row] = not_loaded([first], [carried(3, "000001", "corrected")])
    assert row.why == HELD_BACK
    again = said(3, 9, e000001="Still not known")
    [row] = not_loaded([again, first], [])
    assert (row.reason, row.since, row.edition) == ("Still not known", NOON + 3 * HOUR, 2)
    assert not_loaded([said(4, 12), again, first], []) == ()


def test_word_on_an_older_edition_that_comes_late_does_not_count():
    late = said(2, 20, e000001=WHY)
    assert said_last([late, said(3, 9)]) == said(3, 9)
    assert not_loaded([late, said(3, 9)], []) == ()


def test_run_of_holding_back_that_was_broken_begins_anew():
    runs = [said(1, 1, e000001=WHY), said(2, 2), said(3, 3, e000001=WHY), said(4, 4, e000001=WHY)]
    assert held_back_since("000001", runs) == said(3, 3, e000001=WHY)
    assert held_back_since("000002", runs) is None


@pytest.mark.parametrize("reason", ["a\x00b", "a\u202eb", "x" * 4001])
def test_reason_is_published_and_so_is_held_to_what_published_text_is(reason):
    facts = ReceiptFacts(edition=1, manifest_sha256="ab", newest=1, state="received")
    with pytest.raises(Refusal) as caught:
        check_receipt(
            facts,
            state=LOADED_IN_PART,
            manifest_sha256="ab",
            not_loaded={"000001": reason},
            entries=frozenset({"000001"}),
        )
    assert caught.value.field == "not_loaded" and "000001" in caught.value.message
