"""Reading a list from the DCC, as JSON or as CSV, into rows by column: what they hold is judged by `rules.dcc_lists`.

JSON is `{"rows": [{…}, …]}`, its rows counted from 1; CSV has a header, and a row's number is that of its line.
"""

import csv
import io
from collections.abc import Iterator

import orjson

from cpl.rules.dcc_lists import COLUMNS, Row
from secgov.errors import Refusal

CSV, JSON = "csv", "json"
MEDIA_TYPES = {CSV: "text/csv", JSON: "application/json"}


def read_rows(kind: str, form: str, data: bytes) -> Iterator[tuple[int, Row]]:
    """Give the rows of a list with their numbers. Raises Refusal (field ``file``) for what is no such list."""
    return _json_rows(kind, data) if form == JSON else _csv_rows(kind, data)


def _json_rows(kind: str, data: bytes) -> Iterator[tuple[int, Row]]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _refusal(f"The list is not JSON: {error}.", "Send a JSON object with “rows”.") from error
    rows = found.get("rows") if isinstance(found, dict) and found.keys() == {"rows"} else None
    if not isinstance(rows, list):
        raise _refusal("The JSON is no object with “rows” alone.", 'Send {"rows": [{…}, …]}.')
    needed, more = COLUMNS[kind]
    known = {*needed, *more}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.keys() <= known:
            raise _refusal(f"Row {number} is no object of {', '.join((*needed, *more))}.", "Mend its names.")
        yield number, row


def _csv_rows(kind: str, data: bytes) -> Iterator[tuple[int, Row]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(f"The file is not UTF-8 text: see line {line}.", "Save it as CSV UTF-8.") from error
    if "\0" in text:
        raise _refusal("The file holds zero bytes, so it is no text.", "Save it as CSV UTF-8.")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(lines, [])]
        needed, more = COLUMNS[kind]
        if len(set(header)) < len(header) or not set(needed) <= set(header) <= {*needed, *more}:
            raise _refusal(
                "The first line does not hold the columns of this list.",
                f"Write {','.join(needed)}" + (f", and if you like {','.join(more)}." if more else "."),
            )
        for cells in lines:
            if not cells:
                continue
            if len(cells) != len(header):
                raise _refusal(
                    f"Line {lines.line_num} has {len(cells)} columns, not {len(header)}.",
                    "Separate by commas, and quote a cell that holds one.",
                )
            yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise _refusal(
            f"Line {lines.line_num} is not well-formed CSV: {error}.",
            "Look for a quotation mark that is not closed.",
        ) from error


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="F2.10", field="file", remedy=remedy)
