"""Which Device Models a Supplier may say it supplies, and how its file of them is read.

Section F2.6  (a) The DCC sees to the renewal of Communications Hubs' CPA Certificates;
    (b) the Import Supplier and/or Gas Supplier, as applicable, of every other type.

Reading: the sources name no record of who supplies which Device Model, so a Supplier
says so itself. "As applicable" follows from the type: a gas meter has a Gas Supplier,
an electricity meter and a load control switch an Import Supplier, all else either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cpl.rules.device_types import COMMUNICATIONS_HUB, ELECTRICITY_METERS, GSME, HCALCS
from secgov.errors import Refusal

IMPORT, GAS = "import", "gas"
ROLES = {IMPORT: "Import Supplier", GAS: "Gas Supplier"}
COLUMNS = ("entry", "role", "since")
"""The columns of a file of an estate; others are passed over."""
_ROLE_WORDS = {
    "import": IMPORT, "import supplier": IMPORT, "electricity": IMPORT, "is": IMPORT,
    "gas": GAS, "gas supplier": GAS, "gs": GAS,
}  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,6}")
_BRITISH_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@dataclass(frozen=True, slots=True)
class EstateRow:
    """One row of a file: the number of the row as a spreadsheet shows it, the entry, the role and since when."""

    row: int
    entry: int
    role: str
    since: date


def roles_for(device_type: str) -> tuple[str, ...]:
    """Give the roles in which a type can be supplied; none for a Communications Hub. Section F2.6(a), Section F2.6(b)"""
    if device_type == COMMUNICATIONS_HUB:
        return ()
    if device_type == GSME:
        return (GAS,)
    if device_type in ELECTRICITY_METERS or device_type == HCALCS:
        return (IMPORT,)
    return (IMPORT, GAS)


def check_claim(
    *, entry: str, device_type: str, role: str, is_listed: bool, since: date, today: date
) -> None:
    """Refuse a claim that cannot be: of a hub, in another role, of no listed model, from a day to come. Section F2.6(b)"""
    may = roles_for(device_type)
    if not may:
        raise Refusal(
            f"Entry {entry} is a Communications Hub: the DCC sees to those.", clause="F2.6(a)", field="entry",
            remedy="Leave it out of your estate.",
        )  # fmt: skip
    if role not in may:
        raise Refusal(
            f"Entry {entry} is not supplied as {ROLES.get(role, role)}.", clause="F2.6(b)", field="role",
            remedy=f"Give {' or '.join(ROLES[each] for each in may)}.",
        )  # fmt: skip
    if not is_listed:
        raise Refusal(
            f"Entry {entry} is not on the list.",
            clause="F2.6(b)",
            field="entry",
            remedy="Give a Current entry.",
        )
    if since > today:
        raise Refusal(
            "That day is still to come.",
            clause="F2.6(b)",
            field="since",
            remedy="Give the day from which you supply it.",
        )


def read_header(cells: Sequence[object]) -> dict[str, int]:
    """Find the columns of an estate's file by their names, in any order and case. X-2

    Raises Refusal (field ``file``) where one is missing.
    """
    names = {str(cell).strip().lower(): place for place, cell in enumerate(cells)}
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Refusal(
            f"The file has no column “{missing[0]}”.", clause="", field="file",
            remedy=f"The first row names the columns: {', '.join(COLUMNS)}.",
        )  # fmt: skip
    return {name: names[name] for name in COLUMNS}


def read_row(row: int, cells: Sequence[object], columns: dict[str, int]) -> EstateRow:
    """Read one row of an estate's file. X-2

    Raises Refusal (field ``entry``, ``role`` or ``since``) for a cell that is none of what it should be.
    """
    given = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    return EstateRow(row, _entry(given["entry"]), _role(given["role"]), _day(given["since"]))


def _entry(cell: object) -> int:
    text = str(cell).strip()
    if not _NUMBER.fullmatch(text):
        raise Refusal(
            f"“{text}” is not an entry number." if text else "The entry number is missing.", clause="", field="entry",
            remedy="Give up to six digits, for example 000123.",
        )  # fmt: skip
    return int(text)


def _role(cell: object) -> str:
    text = " ".join(str(cell).split()).lower()
    if text not in _ROLE_WORDS:
        raise Refusal(
            f"“{cell}” is not a role." if text else "The role is missing.", clause="", field="role",
            remedy="Give Import Supplier or Gas Supplier.",
        )  # fmt: skip
    return _ROLE_WORDS[text]


def _day(cell: object) -> date:
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    british = _BRITISH_DAY.fullmatch(text)
    try:
        return (
            date(int(british[3]), int(british[2]), int(british[1])) if british else date.fromisoformat(text)
        )
    except ValueError:
        raise Refusal(
            f"“{text}” is not a day." if text else "The day is missing.", clause="", field="since",
            remedy="Give a day, for example 2027-02-01 or 1/2/2027.",
        ) from None  # fmt: skip
