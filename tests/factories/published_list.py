"""Published editions for tests: two rows of invented makers, and as many more as wanted, in the 13-column format."""

import csv
import hashlib
import io
from pathlib import Path

from cpl.reading import COLUMNS

REAL_EDITION = Path(__file__).parents[3] / "shared" / "data" / "cpl_v2051_2022-09-21.csv"
VERSION = "Version 2.051 Issued on 21-09-2022"
HUB = [
    VERSION,
    "000001",
    "Current",
    "Communications Hub",
    "106C",
    "4331",
    "00",
    "AC",
    "433100AC",
    "124074DA",
    "CHTS V1.0",
    "GBCS Version 1.0",
    "137ED5BC81A21F6D2187BC380381AEA7705BF65D3E4DAEA28EFD44113079D5E9",
]
METER = [
    VERSION,
    "000004",
    "Removed",
    "Single Element Electricity Metering Equipment",
    "7C18",
    "0000",
    "01",
    "00",
    "00000100",
    "00070804",
    "SMETS V4.2",
    "GBCS Version 3.2",
    "",
]


def edited(row: list[str], **cells: str) -> list[str]:
    """A copy of `row` with cells replaced; c1 is the first column."""
    return [cells.get(f"c{place}", cell) for place, cell in enumerate(row, start=1)]


def file_of(*rows: list[str], header: tuple[str, ...] = COLUMNS) -> bytes:
    """The bytes of a published edition with these rows, as it comes from its makers: BOM, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def hash_of(number: int) -> str:
    """A hash as real ones are: no compression makes it shorter."""
    return hashlib.sha256(str(number).encode()).hexdigest().upper()


def large_list(entries: int) -> bytes:
    """An edition of that many different meters, a tenth of them removed, two in three with a hash of their own."""
    rows = []
    for number in range(1, entries + 1):
        model, hardware = f"{number % 65_536:04X}", f"{number // 65_536:02X}"
        rows.append(
            edited(
                METER,
                c2=f"{number:06d}",
                c3="Removed" if number % 10 == 0 else "Current",
                c5=f"{number % 97:04X}",
                c6=model,
                c7=hardware,
                c9=f"{model}{hardware}00",
                c10=f"{number:08X}",
                c13=hash_of(number) if number % 3 else "",
            )
        )
    return file_of(*rows)
