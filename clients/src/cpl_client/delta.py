"""From the edition that is held and what changed since, the bytes of the newest one's `json` form.

Whether they are right is not asked here: their SHA-256 is compared with the one that the manifest signs, byte for byte.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def apply_changes(
    held: bytes, changes: Iterable[Mapping[str, Any]], *, edition: str, issued_on: str
) -> bytes:
    """Give the `json` form of `edition` from an earlier one's and the changes in their order.

    A change whose `after` is null takes its entry out; any other puts it in the place of what stood. ValueError or
    KeyError for what is no list or no change.
    """
    entries = {each["entry"]: each for each in json.loads(held)["entries"]}
    for change in changes:
        if change["after"] is None:
            entries.pop(change["entry"], None)
        else:
            entries[change["entry"]] = change["after"]
    whole = {
        "edition": edition,
        "issued_on": issued_on,
        "entries": [entries[number] for number in sorted(entries, key=int)],
    }
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
