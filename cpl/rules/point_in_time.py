"""Which day, and which knowledge of it, a question about the past can be answered for.

Section F2.2  An entry is on the list from its addition to its removal: what decides for a day is the legal act, not
    the edition that carried it.
Section F2.8  What was known at an instant is what the newest edition issued by then says.

Reading: a question about a day is answered for the end of that London day, by what is known now, or was known at
the instant asked for. A correction says what was right all along (A-64): a day before it is answered as corrected,
and what the list said then is asked for with the instant. Certificates are told as that edition tells them. A list
that was taken over knows nothing of the days before its own; a day still to come is not known either. An instant
written to the second means the whole of it, since manifests print no fractions.
"""

from datetime import UTC, date, datetime, timedelta

from secgov.errors import Refusal
from secgov.time_rules import LONDON

_SECOND = timedelta(seconds=1)


def end_of_instant(at: datetime) -> datetime:
    """Give the instant before which an edition has to be issued to be known at ``at``. Section F2.8"""
    return at + (timedelta.resolution if at.microsecond else _SECOND)


def why_not_known(*, on: date, known_from: date, known_until: date) -> str:
    """Say why the list of a London day is not known, or give "" where it is. Section F2.2

    Takes the first day of which anything is known, and the last that has begun.
    """
    if on < known_from:
        return f"Not known: what is recorded here of the list begins with {_day(known_from)}."
    if on > known_until:
        return f"Not known: {_day(on)} is still to come."
    return ""


def read_instant(text: str, *, in_london: bool = False) -> datetime:
    """Read an instant, and give it in UTC. Section F2.8

    It needs its offset, but with ``in_london``, where one without is London's time; in the hour that comes twice each
    autumn, and in the one that never comes each spring, it needs its offset there too. Raises Refusal.
    """
    # In an address a plus stands for a blank.
    text = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        found = datetime.fromisoformat(text) if text.isascii() else None
    except ValueError:
        found = None
    # Python reads more forms than are promised, a bare day among them.
    if found is None or len(text) <= len("2026-12-01") or not 1 < found.year < 9999:
        raise _no_instant(text, in_london)
    if found.tzinfo is None:
        if not in_london:
            raise _no_instant(text, in_london)
        first, second = (found.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            raise Refusal(
                "The clocks change in that hour.",
                clause="F2.8",
                field="known_at",
                remedy="Write the instant with its offset, like 2026-10-25T01:30+01:00.",
            )
        found = first
    return found.astimezone(UTC)


def _no_instant(text: str, in_london: bool) -> Refusal:
    remedy = (
        "Give a day and a time, for example 2026-12-01 14:05."
        if in_london
        else "Write it with its offset, like 2026-12-01T14:05:00Z."
    )
    return Refusal(f"“{text[:40]}” is not an instant.", clause="F2.8", field="known_at", remedy=remedy)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
