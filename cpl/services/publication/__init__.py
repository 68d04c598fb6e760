"""Publishing the list: editions, their placing, the three limbs of Section F2.8, and what the DCC has received."""

from cpl.services.edition_entries import entries_of, entry_in
from cpl.services.publication.building import NextEdition, build_next_edition, check_witness, next_edition
from cpl.services.publication.deltas import (
    ChangesBetween,
    ToldChange,
    changes_of,
    changes_since,
    compare_editions,
)
from cpl.services.publication.freshness import newest_statement, state_freshness
from cpl.services.publication.keys import announce_next_key
from cpl.services.publication.limbs import (
    PartiesProgress,
    complete_limbs,
    parties_progress,
    record_other_channel,
)
from cpl.services.publication.placing import place_edition
from cpl.services.publication.receipts import ReceiptResult, dcc_standing, record_pull, record_receipt
from cpl.services.publication.running import call_for_key, publish_due, request_publication, restore_witness
from cpl.services.publication.watching import watch_editions
from cpl.services.publication.webhook import call_dcc, open_pause, resume_webhook
from cpl.services.publication.witness import file_name

__all__ = [
    "ChangesBetween",
    "NextEdition",
    "PartiesProgress",
    "ReceiptResult",
    "ToldChange",
    "announce_next_key",
    "build_next_edition",
    "call_dcc",
    "call_for_key",
    "changes_of",
    "changes_since",
    "check_witness",
    "compare_editions",
    "complete_limbs",
    "dcc_standing",
    "entries_of",
    "entry_in",
    "file_name",
    "newest_statement",
    "next_edition",
    "open_pause",
    "parties_progress",
    "place_edition",
    "publish_due",
    "record_other_channel",
    "record_pull",
    "record_receipt",
    "request_publication",
    "restore_witness",
    "resume_webhook",
    "state_freshness",
    "watch_editions",
]
