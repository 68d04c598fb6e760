"""What a list from the DCC must look like, row by row.

Section F2.10  The Deployed Products List names all combinations of different Device Models that comprise a
    Smart Metering System, with Associated Type 2 Devices, so far as the Smart Metering Inventory records.
Section F2.10B  The Eligible list is owed only from the date on which the DCC may first add to it.

Reading: a Device Model of a deployed row is an entry, current or removed; Type 2 Devices have none. A list is
taken whole or not at all; every bad row is named by its number. For the SMETS1 lists see ``smets1_lists``.
"""

import datetime as dt
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from secgov.errors import Refusal, Refusals

DEPLOYED, ELIGIBLE, PENDING, COUNTS = "deployed", "eligible", "pending", "counts"
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    DEPLOYED: (("entries",), ("type_2_devices",)),
    ELIGIBLE: (("reference", "provider", "devices", "evidence"), ("equivalent_of", "first_added_on")),
    PENDING: (("reference", "provider", "devices", "status"), ("confidential",)),
    COUNTS: (("entry", "supplier", "devices", "systems"), ()),
}
"""The columns of each list: those that must be there, and those that may."""
MOST_SHOWN = 200  # bad rows named in one answer
_ENTRY = re.compile(r"[0-9]{1,6}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ().+/-]{0,59}\Z")
_WHOLE = re.compile(r"[0-9]{1,9}\Z")

Row = Mapping[str, Any]
Rows = Iterable[tuple[int, Row]]
"""Rows as they were sent, each with its number."""


class RowsRefused(Refusals):
    """A list with bad rows, refused whole: `each` names them, the first two hundred one by one."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__(refusals[:MOST_SHOWN])
        count = len(refusals)
        more = f" The first {MOST_SHOWN} are named." if count > MOST_SHOWN else ""
        things = "thing is" if count == 1 else "things are"
        self.message = (
            f"The list is refused whole, and nothing of it is kept: {count:,} {things} wrong.{more}"
        )


@dataclass(frozen=True, slots=True)
class Deployed:
    """A combination of entries, ascending, with the Type 2 Devices beside them."""

    row: int
    entries: tuple[int, ...]
    type_2_devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many Devices and Smart Metering Systems of an entry a Supplier has."""

    row: int
    entry: int
    supplier: int
    devices: int
    systems: int


def read_deployed(rows: Rows, *, known: Container[int]) -> list[Deployed]:
    """Read the Deployed Products List. Section F2.10

    `known` holds the number of every entry, current or removed. Raises RowsRefused.
    """
    found: list[Deployed] = []
    wrong: list[Refusal] = []
    seen: dict[tuple[tuple[int, ...], tuple[str, ...]], int] = {}
    for number, row in rows:
        texts = [text.strip() for text in parts(row.get("entries"))]
        type_2 = tuple(sorted(text.strip() for text in parts(row.get("type_2_devices"))))
        bad = [text for text in texts if not _ENTRY.match(text) or int(text) not in known]
        if bad:
            wrong.append(_deployed_stranger(number, bad[0]))
            continue
        entries = tuple(sorted(map(int, texts)))
        if not entries:
            wrong.append(
                bad_row(
                    number, "entries", "The row names no entry.", "F2.10", "Name each Device Model’s entry."
                )
            )
        elif len(set(entries)) < len(entries):
            wrong.append(
                bad_row(
                    number,
                    "entries",
                    "An entry stands there twice.",
                    "F2.10",
                    "Name different Device Models once each.",
                )
            )
        elif any(not _NAME.match(text) for text in type_2):
            wrong.append(
                bad_row(
                    number,
                    "type_2_devices",
                    "That is no name of a Type 2 Device.",
                    "F2.10",
                    "Letters and digits, at most 60.",
                )
            )
        elif (first := seen.setdefault((entries, type_2), number)) != number:
            wrong.append(
                bad_row(
                    number, "entries", f"Row {first} is the same combination.", "F2.10", "Give each once."
                )
            )
        else:
            found.append(Deployed(number, entries, type_2))
    refuse_rows(wrong)
    return found


def read_counts(rows: Rows, *, known: Container[int], suppliers: Mapping[str, int]) -> list[Count]:
    """Read the Devices and Smart Metering Systems of each entry and Supplier. Section F2.10

    `suppliers` has each Supplier's key by its name in small letters. Raises RowsRefused.
    """
    found: list[Count] = []
    wrong: list[Refusal] = []
    seen: dict[tuple[int, int], int] = {}
    for number, row in rows:
        entry, supplier = said_in(row.get("entry")), said_in(row.get("supplier"))
        key = suppliers.get(" ".join(supplier.split()).casefold())
        amounts = {name: said_in(row.get(name)) for name in ("devices", "systems")}
        unknown = next((name for name, text in amounts.items() if not _WHOLE.match(text)), "")
        if not _ENTRY.match(entry) or int(entry) not in known:
            wrong.append(_deployed_stranger(number, entry, "entry"))
        elif key is None:
            wrong.append(
                bad_row(
                    number,
                    "supplier",
                    f"There is no Supplier “{supplier[:60]}”.",
                    "F2.10",
                    "Write its name as in the Parties list.",
                )
            )
        elif unknown:
            wrong.append(bad_row(number, unknown, "That is no whole number.", "F2.10", "Write digits only."))
        elif (first := seen.setdefault((int(entry), key), number)) != number:
            wrong.append(
                bad_row(
                    number,
                    "entry",
                    f"Row {first} is of the same entry and Supplier.",
                    "F2.10",
                    "Give each once.",
                )
            )
        else:
            found.append(Count(number, int(entry), key, int(amounts["devices"]), int(amounts["systems"])))
    refuse_rows(wrong)
    return found


def check_not_emptied(kind: str, *, rows: int, before: int) -> None:
    """Refuse a list without a row where the version before had some: it would take all of them off. Section F2.10

    Reading: Smart Metering Systems and what has been shown by testing do not all cease to be, so such a file is a
    mistake; that nothing is pending any more may well be. Raises Refusal (field ``file``).
    """
    if kind != PENDING and before and not rows:
        raise Refusal(
            f"The list holds no row, and the version before has {before:,}.", clause="F2.10", field="file",
            remedy="Send the whole list: it takes the place of the version before.",
        )  # fmt: skip


def is_overdue(
    kind: str,
    *,
    last_received_on: dt.date | None,
    day_of_alarm: dt.date | None,
    on: dt.date,
    commencement: dt.date | None,
) -> bool:
    """Whether a list is older than it may be without somebody asking. Section F2.10B

    `day_of_alarm` is the last day of its time, counted from the last version, or from the commencement date where
    there is none; None where there is nothing to count from. Reading: "up-to-date" has no period in the Code; the
    thresholds are settings (A-63). Before the Eligible list's commencement date there is no alarm.
    """
    if kind == ELIGIBLE and (commencement is None or on < commencement):
        return False
    if last_received_on is None and kind != ELIGIBLE:
        return False
    return day_of_alarm is not None and on > day_of_alarm


def parts(value: Any) -> list[str]:
    """Give the parts of a cell: a JSON list, or text separated by semicolons. Section F2.10"""
    if isinstance(value, list):
        return [said_in(each) for each in value]
    return [part for part in said_in(value).split(";") if part.strip()]


def said_in(value: Any) -> str:
    """Give what a cell says, as text; blank for nothing, a question mark for what is no text. Section F2.10"""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int) else "?"


def bad_row(number: int, field: str, message: str, clause: str, remedy: str) -> Refusal:
    """Say what is wrong with a field of a row, by the number of the row. Section F2.10"""
    return Refusal(f"Row {number}: {message}", clause=clause, field=f"rows.{number}.{field}", remedy=remedy)


def _deployed_stranger(number: int, text: str, field: str = "entries") -> Refusal:
    return bad_row(
        number, field, f"“{text[:20]}” is no entry of the list, current or removed.", "F2.10",
        "Name entries by their numbers, such as 000123.",
    )  # fmt: skip


def refuse_rows(wrong: list[Refusal]) -> None:
    """Refuse a list that has bad rows, in the order of the rows. Section F2.10

    Raises RowsRefused.
    """
    if wrong:
        raise RowsRefused(sorted(wrong, key=lambda each: int(each.field.split(".")[1])))
