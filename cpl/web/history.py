"""What happened to an entry, and what is to come, as anybody may read it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cpl.models import ListChange, ListingPeriod

# The rest of what a change says is published with the entry; firmware details are for signed-in people.
NOT_PUBLIC = frozenset({"Firmware details"})
VERBS = {
    ListChange.Kind.ADD: "Added",
    ListChange.Kind.REMOVE: "Removed",
    ListChange.Kind.REINSTATE: "Reinstated",
    ListChange.Kind.CORRECT: "Corrected",
}
TAGS = {
    ListChange.Kind.ADD: "good",
    ListChange.Kind.REMOVE: "gone",
    ListChange.Kind.REINSTATE: "good",
    ListChange.Kind.CORRECT: "law",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that a change altered: what it said, and what it says since."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """A point of an entry's history. `kind` is `law` for a legal act, `next` for what is to come.

    `historic` says that it rests on what happened before the rules applied (X-6).
    """

    at: dt.date | dt.datetime
    title: str
    text: str = ""
    kind: str = ""
    clause: str = ""
    edition: int | None = None
    historic: bool = False
    differences: tuple[Difference, ...] = field(default=())


def differences(change: ListChange) -> tuple[Difference, ...]:
    """Give the public fields that a change alters, in the order in which it names them."""
    before, after = change.before or {}, change.after or {}
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in dict.fromkeys((*before, *after))
        if name not in NOT_PUBLIC and before.get(name) != after.get(name)
    )


def history(
    *, changes: Iterable[ListChange], periods: Iterable[ListingPeriod], record: dict[str, Any], today: dt.date
) -> list[Event]:
    """Give an entry's events, newest first, from its issued changes, its periods and its published record."""
    events = [*_to_come(record, today), *map(_of_change, changes)]
    for period in periods:
        events.extend(_taken_over(period))
    return sorted(events, key=_when, reverse=True)


def _to_come(record: dict[str, Any], today: dt.date) -> Iterable[Event]:
    for certificate in record["certificates"]:
        if certificate["governing"] and certificate["date"] and certificate["date"] >= today.isoformat():
            day = dt.date.fromisoformat(certificate["date"])
            kind = certificate["date_kind"]
            yield Event(day, f"{kind.capitalize()} date", f"of {certificate['number']}", "next", "Z2.1(g)")


def _of_change(change: ListChange) -> Event:
    corrected = change.kind == ListChange.Kind.CORRECT
    return Event(
        change.approved_at,
        VERBS[change.kind],
        f"{change.public_reason} Still the same entry; nothing is withdrawn."
        if corrected
        else change.public_reason,
        "law",
        change.clause,
        change.edition.number,
        change.is_historic,
        differences(change) if corrected else (),
    )


def _taken_over(period: ListingPeriod) -> Iterable[Event]:
    """An imported period knows only by when its ends had happened."""
    if period.opened_known_by and period.closed_known_by:
        yield Event(
            period.closed_known_by,
            "Removed",
            "Taken over as such from the published list, which gives no reason.",
        )
    elif period.opened_known_by:
        yield Event(period.opened_known_by, "On the list", "Taken over from the published list.")


def _when(event: Event) -> tuple[dt.date, dt.datetime]:
    """Order days and instants together; a bare day stands before the instants of that day."""
    midnight = dt.datetime.min.replace(tzinfo=dt.UTC)
    if isinstance(event.at, dt.datetime):
        return event.at.date(), event.at
    return event.at, midnight
