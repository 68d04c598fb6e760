"""What the DCC has received and loaded (Section F2.9)."""

from datetime import UTC, datetime, timedelta

import pytest

from cpl.rules.receipts import (
    INVENTORY_HOURS,
    ReceiptFacts,
    check_receipt,
    closed_by_loading,
    inventory_reminder_at,
)
from secgov.errors import Refusal
from secgov.time_rules import LONDON, explain_hours

DIGEST = "ab" * 32
ENTRIES = frozenset({"000001", "000002"})


def post(state, *, reported="", edition=57, newest=57, digest=DIGEST, not_loaded=None):
    """Post a receipt about an edition that the DCC last reported as ``reported``."""
    return check_receipt(
        ReceiptFacts(edition, DIGEST, newest, reported),
        state=state,
        manifest_sha256=digest,
        not_loaded=not_loaded,
        entries=ENTRIES,
    )


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=LONDON), datetime(2027, 3, 28, 13, tzinfo=LONDON)),
        (datetime(2027, 10, 30, 12, tzinfo=LONDON), datetime(2027, 10, 31, 11, tzinfo=LONDON)),
        (datetime(2026, 12, 24, 12, tzinfo=UTC), datetime(2026, 12, 25, 12, tzinfo=UTC)),
    ],
)
def test_inventory_is_due_86_400_seconds_after_receipt_whatever_the_clocks_do(received, due):
    assert explain_hours(received, INVENTORY_HOURS).due_at == due.astimezone(UTC)
    assert inventory_reminder_at(received) - received.astimezone(UTC) == timedelta(hours=20)


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize(
    ("reported", "state"),
    [("", "received"), ("", "loaded"), ("received", "loaded"), ("loaded_in_part", "loaded")],
)
def test_receipts_go_forward(reported, state):
    answer = post(state, reported=reported)
    assert (answer.changes, answer.superseded) == (True, False)


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize("reported", ["received", "loaded_in_part"])
def test_loading_in_part_names_the_entries_with_their_reasons(reported):
    assert post("loaded_in_part", reported=reported, not_loaded={"000002": "GBCS 1.1 unknown"}).changes


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize("not_loaded", [{}, {"000002": " "}, {"000009": "not of this edition"}])
def test_loading_in_part_without_entries_or_reasons_is_refused(not_loaded):
    with pytest.raises(Refusal) as refused:
        post("loaded_in_part", reported="received", not_loaded=not_loaded)
    assert refused.value.field == "not_loaded"


def test_loaded_wholly_cannot_name_entries_that_were_not():
    with pytest.raises(Refusal):
        post("loaded", reported="received", not_loaded={"000001": "unknown"})


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize("state", ["received", "loaded"])
def test_the_same_receipt_again_changes_nothing(state):
    assert not post(state, reported=state).changes


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize(
    ("reported", "state", "not_loaded"),
    [
        ("loaded", "received", None),
        ("loaded", "loaded_in_part", {"000001": "unknown"}),
        ("loaded_in_part", "received", None),
    ],
)
def test_step_backward_is_refused(reported, state, not_loaded):
    with pytest.raises(Refusal, match="cannot go back") as refused:
        post(state, reported=reported, not_loaded=not_loaded)
    assert refused.value.clause == "F2.9"


@pytest.mark.clause("F2.9-2")
def test_receipt_that_names_another_digest_is_refused():
    assert post("received", digest=f" {DIGEST.upper()} ").changes
    with pytest.raises(Refusal) as refused:
        post("received", digest="cd" * 32)
    assert refused.value.field == "manifest_sha256"


@pytest.mark.parametrize("state", ["", "applied", "LOADED"])
def test_unknown_receipt_is_refused(state):
    with pytest.raises(Refusal) as refused:
        post(state)
    assert refused.value.field == "state"


@pytest.mark.clause("F2.9-1")
def test_receipt_for_an_earlier_edition_is_accepted_and_labelled():
    assert post("received", edition=56, newest=57).superseded
    assert not post("received", edition=57, newest=57).superseded


@pytest.mark.clause("F2.9-2")
def test_loading_an_edition_closes_all_older_and_no_later_ones():
    assert closed_by_loading(57, [58, 55, 57]) == (55, 57)
