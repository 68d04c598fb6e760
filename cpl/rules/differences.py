"""How two editions differ, entry by entry, and what to call each difference.

Section F2.8(a)  The DCC is given the updated list. Whoever holds an edition must come to the
    next one by its changes alone: so what changed is every entry that the two editions
    do not write alike, and nothing else.
Appendix Z 6.11  A removed entry stays in the list, marked; no entry ever disappears.

Reading: a correction is a kind of its own and never passes for a removal (A-64). What
stands beside an entry (its certificates, its record in the Firmware Information
Repository) may change without any change of the list: that is "updated".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, REINSTATED, CORRECTED, UPDATED = "added", "removed", "reinstated", "corrected", "updated"
KINDS_OF_DIFFERENCE = (ADDED, REMOVED, REINSTATED, CORRECTED, UPDATED)
CLAUSE_OF_UPDATE = "Z2.1"
_ON_THE_LIST = "Current"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry as one edition writes it, and as another does; None where that edition has no such entry."""

    entry: str
    before: Record | None
    after: Record | None


def differences_between(before: Iterable[Record], after: Iterable[Record]) -> list[Difference]:
    """Give the entries that two editions do not write alike, by entry number. Section F2.8(a)"""
    old = {record["entry"]: record for record in before}
    new = {record["entry"]: record for record in after}
    return [
        Difference(entry, old.get(entry), new.get(entry))
        for entry in sorted(old.keys() | new.keys())
        if old.get(entry) != new.get(entry)
    ]


def composed(steps: Iterable[Iterable[Difference]]) -> list[Difference]:
    """Give the differences of a whole way from those of its steps, in order. Section F2.8(a)

    An entry that ends as it began is none of them.
    """
    way: dict[str, Difference] = {}
    for step in steps:
        for each in step:
            first = way.get(each.entry, each)
            way[each.entry] = Difference(each.entry, first.before, each.after)
    return [way[entry] for entry in sorted(way) if way[entry].before != way[entry].after]


def kind_of_difference(difference: Difference, *, corrected: bool) -> str:
    """Say what to call a difference. Section F2.8(a)

    ``corrected`` says whether a correction of the entry lies between the two editions.
    """
    before, after = _is_on(difference.before), _is_on(difference.after)
    if before is after:
        return CORRECTED if corrected else UPDATED
    if after:
        return ADDED if before is None else REINSTATED
    return REMOVED


def _is_on(record: Record | None) -> bool | None:
    return None if record is None else record["status"] == _ON_THE_LIST
