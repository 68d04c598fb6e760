"""When the statement of the newest edition is to be signed anew, and how long one holds.

Section F2.9  The DCC relies on the list most recently received. A list that was
    genuine last month still verifies; only a statement that runs out shows that
    nobody keeps a newer edition from the reader (promises: freeze).

Reading: signed every hour, and as soon as another edition is the newest; it holds
26 hours, so that a worker that is down for a day raises no false alarm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FRESHNESS_EVERY = timedelta(hours=1)
FRESHNESS_LASTS = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class LastStatement:
    """The statement made last: when, of which manifest (its SHA-256), by which key."""

    made_at: datetime
    manifest_sha256: str
    kid: str


def is_statement_due(last: LastStatement | None, *, manifest_sha256: str, kid: str, at: datetime) -> bool:
    """Tell whether a new freshness statement is to be signed at an instant. Section F2.9

    Takes the last statement (None where there is none), the manifest of the newest
    edition, and the key that would sign.
    """
    if last is None or (last.manifest_sha256, last.kid) != (manifest_sha256, kid):
        return True
    return at - last.made_at >= FRESHNESS_EVERY
