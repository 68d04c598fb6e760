"""What the DCC has received of the list, and what it has loaded.

Section F2.9  (first part) The DCC uses and relies on the list most recently received
    from the Panel; (second part) it has up to 24 hours from receipt to modify the
    Smart Metering Inventory.

Reading: receipt is the DCC's posted receipt, or its pull of the manifest, whichever
is earlier (A-20). 24 hours are 86,400 elapsed seconds, and every edition has its own;
loading one also closes all older (A-21).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cpl.rules.publication import format_edition
from cpl.rules.submissions import clean_reason
from secgov.errors import Refusal
from secgov.time_rules import due_within_hours

INVENTORY_HOURS = 24
"""Section F2.9."""
REMINDER_HOURS = 20

RECEIVED, LOADED, LOADED_IN_PART = "received", "loaded", "loaded_in_part"
STATES = (RECEIVED, LOADED, LOADED_IN_PART)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What is known of one edition: its number and manifest digest, the newest number, and how
    far the DCC has got with it ("" while it has shown no sign of receipt)."""

    edition: int
    manifest_sha256: str
    newest: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What a receipt does: nothing new, or a new state; and whether a later edition stands."""

    changes: bool
    superseded: bool


def inventory_reminder_at(received_at: datetime) -> datetime:
    """Give the instant at which the DCC is reminded, 20 hours after receipt. Section F2.9"""
    return due_within_hours(received_at, REMINDER_HOURS)


def check_receipt(
    facts: ReceiptFacts,
    *,
    state: str,
    manifest_sha256: str,
    not_loaded: Mapping[str, str] | None = None,
    entries: frozenset[str] = frozenset(),
) -> ReceiptAnswer:
    """Judge a posted receipt. Section F2.9

    Takes the facts, the state posted ("received", "loaded", "loaded_in_part"), the
    manifest digest it names, and for the last state the entries not loaded, each
    with its reason, all from ``entries``, the edition's own. The same receipt again
    changes nothing; one for an earlier edition is accepted and labelled. Raises
    Refusal for another digest, a step backward, or missing reasons.
    """
    if state not in STATES:
        raise Refusal(
            f"“{state}” is not a receipt.",
            clause="F2.9",
            field="state",
            remedy=f"Post one of: {', '.join(STATES)}.",
        )
    if manifest_sha256.strip().lower() != facts.manifest_sha256.lower():
        raise Refusal(
            f"That is not the digest of the manifest of edition {format_edition(facts.edition)}.",
            clause="F2.9",
            field="manifest_sha256",
            remedy="Fetch the manifest again, verify it, and post the SHA-256 of its bytes.",
        )
    _check_not_loaded(state, not_loaded or {}, entries)
    answer = ReceiptAnswer(
        changes=state != facts.state, superseded=is_superseded(facts.edition, newest=facts.newest)
    )
    # Receiving what is received already, by pull or by post, is no step backward.
    if state == RECEIVED and facts.state == RECEIVED:
        return answer
    if state == LOADED_IN_PART and facts.state == LOADED_IN_PART:
        return ReceiptAnswer(changes=True, superseded=answer.superseded)
    if (facts.state == LOADED and state != LOADED) or (facts.state == LOADED_IN_PART and state == RECEIVED):
        raise Refusal(
            f"Edition {format_edition(facts.edition)} was already reported as "
            f"{facts.state.replace('_', ' ')}; it cannot go back to {state.replace('_', ' ')}.",
            clause="F2.9",
            field="state",
            remedy="Report what is true of a later edition there.",
        )
    return answer


def closed_by_loading(edition: int, open_editions: Iterable[int]) -> tuple[int, ...]:
    """Give the open editions that loading one of them closes: itself and all older. Section F2.9"""
    return tuple(sorted(each for each in open_editions if each <= edition))


def is_superseded(edition: int, *, newest: int) -> bool:
    """Tell whether a receipt is labelled as for an edition that a later one has replaced. Section F2.9"""
    return edition < newest


def _check_not_loaded(state: str, not_loaded: Mapping[str, str], entries: frozenset[str]) -> None:
    if state != LOADED_IN_PART:
        if not_loaded:
            raise Refusal(
                "Entries that were not loaded can only be named when the edition was loaded in part.",
                clause="F2.9",
                field="not_loaded",
                remedy="Post loaded_in_part, or leave the entries out.",
            )
        return
    if not not_loaded:
        raise Refusal(
            "Loaded in part, but no entry is named.",
            clause="F2.9",
            field="not_loaded",
            remedy="Name each entry that was not loaded, with the reason.",
        )
    for number, reason in sorted(not_loaded.items()):
        if number not in entries:
            said, remedy = f"Entry {number} is not in this edition.", "Name entries of this edition only."
        elif not reason.strip():
            said, remedy = f"Entry {number} has no reason.", "Say why it was not loaded."
        elif hidden := _refused_text(reason):
            said, remedy = f"Entry {number}: {hidden.message}", hidden.remedy
        else:
            continue
        raise Refusal(said, clause="F2.9", field="not_loaded", remedy=remedy)


def _refused_text(reason: str) -> Refusal | None:
    """A reason is published with its entry, so it is held to what is asked of every published text."""
    try:
        clean_reason(reason, field="not_loaded", clause="F2.9")
    except Refusal as refusal:
        return refusal
    return None
