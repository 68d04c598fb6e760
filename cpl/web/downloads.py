"""A filtered part of the list, or the list of another time, as a file: CSV in the historical or in all columns, XLSX, JSON."""

import io
from collections.abc import Callable
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from openpyxl import Workbook

from cpl.models import Edition, PublishedEntry
from cpl.reading import COLUMNS
from cpl.rendering import EntryRow, entry_row, historical_columns, neutralise, render_extract
from cpl.rules.publication import version_cell
from cpl.services.point_in_time import View

SPREADSHEET_ROWS = 10_000  # making a workbook takes a second for each ten thousand rows or so
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_AN_EDITION = "Not an edition"
_FIELDS = (
    "number",
    "status",
    "device_type",
    "manufacturer_identifier",
    "model_identifier",
    "hardware_version",
    "hardware_revision",
    "firmware_version",
    "spec_type",
    "spec_version",
    "gbcs_version",
    "image_hash",
)
Entries = QuerySet[PublishedEntry]


def as_csv(entries: Entries, edition: Edition, view: View) -> bytes:
    """Give the entries in the 13 columns of the published file."""
    return render_extract(_rows(entries), version=_version(edition, view))


def as_full(entries: Entries, edition: Edition, view: View) -> bytes:
    """Give the entries with all their legal contents (Z2.1)."""
    rows = [entry_row(record) for record in entries.values_list("record", flat=True)]
    return render_extract(rows, version=_version(edition, view), full=True)


def as_xlsx(entries: Entries, edition: Edition, view: View) -> bytes:
    """Give the 13 columns as a workbook; every cell is text, so that no identifier becomes a number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"Edition {edition}" if view.is_now else NOT_AN_EDITION)
    sheet.append(COLUMNS)
    for cells in historical_columns(_rows(entries), _version(edition, view)):
        sheet.append([neutralise(cell) for cell in cells])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_json(entries: Entries, edition: Edition, view: View) -> bytes:
    """Give the entries as the edition's JSON form writes them."""
    head: dict[str, Any] = {"edition": str(edition), "issued_on": edition.issued_on}
    if not view.is_now:
        head = {
            "not_an_edition": _version(edition, view),
            "as_of": view.as_of,
            "known_at": view.known_at,
            "known_by_edition": str(edition),
        }
    found = list(entries.values_list("record", flat=True))
    return orjson.dumps(head | {"entries": found}, option=orjson.OPT_UTC_Z)


Make = Callable[[Entries, Edition, View], bytes]
FORMS: dict[str, tuple[str, str, Make]] = {
    "csv": ("text/csv; charset=utf-8", "csv", as_csv),
    "full": ("text/csv; charset=utf-8", "full.csv", as_full),
    "xlsx": (XLSX, "xlsx", as_xlsx),
    "json": ("application/json", "json", as_json),
}


def download(form: str, entries: Entries, edition: Edition, view: View) -> HttpResponse:
    """Answer with the entries as a file; its name says of which edition, or that it is none. `form` is a key of FORMS."""
    media_type, ending, make = FORMS[form]
    answer = HttpResponse(make(entries, edition, view), content_type=media_type)
    name = f"cpl-{edition}-extract" if view.is_now else f"cpl-not-an-edition{_time_in_name(view)}"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer


def _rows(entries: Entries) -> list[EntryRow]:
    return [EntryRow(*values) for values in entries.values_list(*_FIELDS)]


def _version(edition: Edition, view: View) -> str:
    """What stands in the first column: the edition, or that these rows are none."""
    if view.is_now:
        return version_cell(edition.number, edition.issued_on)
    day = f" as of {view.as_of:%d-%m-%Y}" if view.as_of else ""
    return f"{NOT_AN_EDITION}: the list{day} as known by version {edition}"


def _time_in_name(view: View) -> str:
    day = f"-as-of-{view.as_of}" if view.as_of else ""
    return f"{day}-known-{view.known_at:%Y-%m-%dT%H%M%SZ}" if view.known_at else day
