"""Which entries of the list the DCC has not loaded, and since when: published against loaded.

Section F2.9  The DCC relies on the list most recently received, and modifies the Smart
    Metering Inventory within 24 hours of receipt. What it held back, or has not come to
    yet, is listed all the same: loading changes nothing of the list.

Reading: what the DCC said last of the highest edition that it loaded, whole or in part,
counts for all that came before it (A-21): an entry that it no longer names is loaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

HELD_BACK, NOT_YET = "held back", "not yet loaded"


@dataclass(frozen=True, slots=True)
class LoadingSaid:
    """What the DCC said of an edition when it had loaded it: when, and the entries held back with their reasons."""

    edition: int
    at: datetime
    held_back: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Carried:
    """That an edition, issued at an instant, says an entry otherwise than the one before; `kind` is the kind of change."""

    edition: int
    issued_at: datetime
    entry: str
    kind: str


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """An entry that the DCC's systems do not hold as the newest edition says it."""

    entry: str
    why: str
    reason: str
    edition: int
    since: datetime


def said_last(said: Iterable[LoadingSaid]) -> LoadingSaid | None:
    """Give what the DCC said last of the highest edition that it loaded; None before any. Section F2.9"""
    return max(said, key=lambda each: (each.edition, each.at), default=None)


def held_back_since(entry: str, said: Sequence[LoadingSaid]) -> LoadingSaid | None:
    """Give the beginning of the run of receipts, up to the last, that each hold an entry back; None if the last does not.

    Section F2.9
    """
    begins = None
    for each in sorted(said, key=lambda each: (each.edition, each.at), reverse=True):
        if entry not in each.held_back:
            break
        begins = each
    return begins


def not_loaded(said: Sequence[LoadingSaid], carried: Iterable[Carried]) -> tuple[NotLoaded, ...]:
    """Give every entry that is published and not loaded, by number. Section F2.9

    Takes all that the DCC said when it loaded, and what editions after the last loaded one carry, oldest first. An entry
    held back stays so until the DCC says otherwise, whatever later editions say of it.
    """
    last = said_last(said)
    found: dict[str, NotLoaded] = {}
    for entry, reason in (last.held_back if last else {}).items():
        begins = held_back_since(entry, said)
        assert begins is not None
        found[entry] = NotLoaded(entry, HELD_BACK, reason, begins.edition, begins.at)
    for each in carried:
        if last is None or each.edition > last.edition:
            found.setdefault(
                each.entry, NotLoaded(each.entry, NOT_YET, each.kind, each.edition, each.issued_at)
            )
    return tuple(found[entry] for entry in sorted(found))
