"""Published editions for tests: two rows of invented makers, and as many more as wanted, in the 13-column format."""

import csv
import io
from pathlib import Path

from cpl.reading import COLUMNS
from cpl.sample import reference

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


hash_of, large_list = reference.hash_of, reference.reference_list
