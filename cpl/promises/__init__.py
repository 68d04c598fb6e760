"""The promises of the list, counted and never judged by feel: each counter is 0, or something is broken."""

import datetime as dt

from cpl.promises.editions import edition_breaks, journal_breaks, wrong_24h
from cpl.promises.entries import (
    fir_gaps,
    lost_entries,
    orphan_changes,
    single_person_acts,
    unlawful_listing,
    unlawful_removal,
)
from cpl.promises.notices import double_notices, missing_deliveries, missing_notices
from secgov.journal.models import PromiseCheck
from secgov.journal.promises import silent_late, stuck_messages

INVARIANTS = {
    "lost_entries": "I-1",
    "orphan_changes": "I-2",
    "silent_late": "I-3",
    "edition_breaks": "I-4",
    "journal_breaks": "I-5",
    "missing_notices": "I-6",
    "double_notices": "I-6",
    "missing_deliveries": "I-7",
    "unlawful_listing": "I-8",
    "unlawful_removal": "I-9",
    "fir_gaps": "I-10",
    "stuck_messages": "I-11",
    "single_person_acts": "I-13",
    "wrong_24h": "I-14",
}
"""Which invariant each counter counts."""


def count_promises(*, at: dt.datetime, full: bool) -> dict[str, int]:
    """Count every invariant as of an instant. With `full` every edition's bytes are read, not only the new ones."""
    return {
        "lost_entries": lost_entries(full=full),
        "orphan_changes": orphan_changes(),
        "silent_late": silent_late(at),
        "edition_breaks": edition_breaks(at=at, full=full),
        "journal_breaks": journal_breaks(),
        "missing_notices": missing_notices(at),
        "double_notices": double_notices(),
        "missing_deliveries": missing_deliveries(at),
        "unlawful_listing": unlawful_listing(),
        "unlawful_removal": unlawful_removal(),
        "fir_gaps": fir_gaps(),
        "stuck_messages": stuck_messages(at),
        "single_person_acts": single_person_acts(),
        "wrong_24h": wrong_24h(),
    }


def keep_check(*, counters: dict[str, int], at: dt.datetime, seconds: float, full: bool) -> PromiseCheck:
    """Keep a result for the Secretariat's board. `seconds` is how long the counting took."""
    return PromiseCheck.objects.create(ran_at=at, seconds=seconds, counters=counters, full=full)
