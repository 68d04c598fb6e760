"""Reading a file of many devices, CSV or XLSX, into lines of cells. Pure: name and bytes in; lines or a Refusal out.

A spreadsheet is somebody else's program: nothing in it is run, nothing outside it is followed, and what it says of its
own size is judged before it is opened. Memory stays flat whatever is sent: lines come one by one, and stop. Rows are
numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from secgov.documents.rules import megabytes
from secgov.errors import Refusal

MOST_ROWS = 10_000
MOST_COLUMNS = 160
EMPTY_ROWS_END = 200
"""So many empty rows in a row are the end of the file."""
MOST_UNPACKED = 96 * 1024 * 1024
"""Bytes that a workbook may unpack to; ten thousand devices come to less than half of it."""
MOST_RATIO = 200
"""Times its packed size that a workbook may unpack to; an honest one comes to 10 or 30."""
MOST_PARTS = 500
SHEET = "Devices"

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,80}?ref="([A-Z0-9:]{1,30})"')
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError),
    *(ParseError, InvalidFileException, KeyError, ValueError, TypeError, IndexError, AttributeError),
)
"""What the libraries raise over a workbook that is broken, or broken on purpose."""


class NotText(NamedTuple):
    """A cell that holds no text: what it is (number, formula, error, date, yes or no), and how it shows."""

    what: str
    shown: str


Cell = str | dt.date | NotText


class Line(NamedTuple):
    """A row of a file that is not empty."""

    row: int
    cells: tuple[Cell, ...]


def check_file(name: str, data: bytes) -> None:
    """Judge a file from outside, before it is kept: its kind, its encoding, what it carries, what it unpacks to. X-2

    Takes the name as the browser sent it and all its bytes. Raises Refusal (field ``file``).
    """
    if _is_workbook(name, data):
        _check_workbook(data)
    else:
        _text_of(data)


def read_lines(name: str, data: bytes) -> Iterator[Line]:
    """Give the lines of a file one by one, empty ones left out; the first is the header. X-2

    Raises Refusal (field ``file``) for what cannot be read as a table, and after ten thousand rows.
    """
    lines = _workbook_lines(data) if _is_workbook(name, data) else _csv_lines(data)
    empty = 0
    for row, cells in lines:
        while cells and cells[-1] == "":
            cells = cells[:-1]
        if not cells:
            empty += 1
            if empty >= EMPTY_ROWS_END:
                return
            continue
        empty = 0
        if row > MOST_ROWS + 1:
            raise _refusal(
                f"The file has more than {MOST_ROWS:,} rows.",
                "Split it, and upload its parts one after the other.",
            )
        if len(cells) > MOST_COLUMNS:
            raise _refusal(f"Row {row} has more than {MOST_COLUMNS} columns.", "Begin with the template.")
        yield Line(row, tuple(cells))


def _is_workbook(name: str, data: bytes) -> bool:
    ending = name.lower().rpartition(".")[2]
    if ending in ("xlsm", "xltm", "xlsb", "xls", "ods", "numbers"):
        what = (
            "may hold macros, which are never taken"
            if ending in ("xlsm", "xltm", "xlsb")
            else "is not read here"
        )
        raise _refusal(
            f"A file of the kind “.{ending}” {what}.", "Save it as “Excel workbook (.xlsx)” or as CSV."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refusal(
            "This is an old or a password-protected workbook.",
            "Take the password away, and save it as “Excel workbook (.xlsx)”.",
        )
    if ending not in ("csv", "xlsx"):
        raise _refusal("This is neither a CSV nor an XLSX file.", "Begin with one of the templates.")
    if (ending == "xlsx") != data.startswith(b"PK"):
        raise _refusal(
            f"The file is called “.{ending}”, but it is something else inside.",
            f"Save it again as {ending.upper()}.",
        )
    return ending == "xlsx"


def _check_workbook(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            named = {part.filename.lower() for part in parts}
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * len(data):
                raise _refusal(
                    f"The workbook would unpack to {megabytes(unpacked)} in {len(parts):,} parts, "
                    "which is more than any list of devices needs.",
                    "Begin with the template, and copy the values into it.",
                )
            types = archive.read("[Content_Types].xml").lower()
            merged = next(_merged_cells(archive, parts), b"")
    except _DAMAGED as error:
        raise _damaged() from error
    if any("vbaproject" in part or "macrosheets" in part for part in named) or b"macroenabled" in types:
        raise _refusal(
            "The workbook holds macros, which are never taken.", "Save it as “Excel workbook (.xlsx)”."
        )
    if any(part.startswith(("xl/externallinks/", "xl/connections", "xl/querytables/")) for part in named):
        raise _refusal(
            "The workbook takes values from other files or from the network.",
            "Copy its cells as values into the template.",
        )
    if any(part.startswith(("xl/embeddings/", "xl/activex/")) for part in named):
        raise _refusal("The workbook holds other files.", "Copy its cells as values into the template.")
    if merged:
        raise _refusal(
            f"Cells {merged.decode()} are merged, so that some rows have no value of their own.",
            "Unmerge them, and give each row its values.",
        )


def _merged_cells(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Iterator[bytes]:
    """Give the first range of merged cells of each sheet, read piece by piece."""
    for part in parts:
        if not part.filename.lower().startswith("xl/worksheets/"):
            continue
        with archive.open(part) as sheet:
            before = b""
            while piece := sheet.read(1024 * 1024):
                if found := _MERGED.search(before + piece):
                    yield found[1]
                    break
                before = piece[-200:]


def _workbook_lines(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    _check_workbook(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its size is not believed
        for row, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
            yield row, [_cell(cell) for cell in cells]
    except _DAMAGED as error:
        raise _damaged() from error


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return NotText("formula", str(value)[:40])
    if cell.data_type == "e":
        return NotText("error", str(value))
    if isinstance(value, bool):
        return NotText("yes or no", str(value).upper())
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float):
        return NotText("number", f"{value:.15g}")
    return value.strip() if isinstance(value, str) else NotText("time", str(value))


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _text_of(data)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    for separator, words in ((";", "semicolons"), ("\t", "tabs")):
        if first.count(separator) > first.count(","):
            raise _refusal(
                f"The columns are separated by {words}, not by commas.",
                "Save it as “CSV UTF-8 (comma delimited)”, or use the XLSX template.",
            )
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row, cells in enumerate(lines, start=1):
            yield row, [_as_typed(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise _refusal(
            f"Line {lines.line_num} is not well-formed CSV: {error}.",
            "Look for a quotation mark that is not closed.",
        ) from error


def _as_typed(cell: str) -> Cell:
    return NotText("formula", cell[:40]) if cell.startswith("=") else cell


def _text_of(data: bytes) -> str:
    remedy = "Save it as “CSV UTF-8 (comma delimited)”, or use the XLSX template."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4096]:
        raise _refusal("The file is UTF-16 text, which spreadsheets call “Unicode text”.", remedy)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(
            f"The file is not UTF-8 text: line {line} holds a letter in another encoding.", remedy
        ) from error
    if "\0" in text:
        raise _refusal("The file holds zero bytes, so it is no text.", remedy)
    return text


def _damaged() -> Refusal:
    return _refusal("The workbook is damaged, or it is no XLSX file.", "Open it, and save it again as XLSX.")


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="X-2", field="file", remedy=remedy)
