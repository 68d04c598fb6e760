"""When a key may sign, and how one key follows another.

Section F2.8(a)  The DCC is given the list by the Panel, and must be able to tell it from
    anybody else's. Whoever trusts one key must come to trust the next without asking
    anew: so the next key is signed by the one in use, is published before it signs, and
    for a time either of the two may sign.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from secgov.errors import Refusal

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Rotation:
    """From when the next key may sign, and from when the one before it may not."""

    begins_at: datetime
    ends_at: datetime


def rotation_dates(*, at: datetime, announced_days: int, overlap_days: int) -> Rotation:
    """Give the instants of a rotation announced at `at`. Section F2.8(a)

    Takes the days for which the next key is published before it signs, and those for
    which both may. Raises Refusal where either is not 1 to 366.
    """
    for name, days in (("announce", announced_days), ("overlap", overlap_days)):
        if not 1 <= days <= MOST_DAYS:
            raise Refusal(
                f"{days} days are not a time in which others can take up a key.",
                clause="F2.8(a)", field=name, remedy=f"Give 1 to {MOST_DAYS} days.",
            )  # fmt: skip
    begins_at = at + timedelta(days=announced_days)
    return Rotation(begins_at, begins_at + timedelta(days=overlap_days))


def why_key_may_not_sign(*, valid_from: datetime | None, valid_to: datetime | None, at: datetime) -> str:
    """Say why a key does not sign at an instant; nothing where it may. Section F2.8(a)

    It may from its first instant on, and up to but not including its last one. The
    first key of all was announced by nobody and has no first instant (None).
    """
    if valid_from is not None and at < valid_from:
        return f"It signs only from {valid_from:%Y-%m-%d %H:%M} UTC on. Put the former key back until then."
    if valid_to is not None and at >= valid_to:
        return f"It signs nothing since {valid_to:%Y-%m-%d %H:%M} UTC. Put the next key in its place."
    return ""
