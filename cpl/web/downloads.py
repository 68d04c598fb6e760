"""A filtered part of the list as a file: CSV in the historical columns, XLSX, JSON."""

import io
from collections.abc import Callable
from datetime import date

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from openpyxl import Workbook

from cpl.models import Edition, PublishedEntry
from cpl.reading import COLUMNS
from cpl.rendering import EntryRow, historical_columns, neutralise, render_csv
from cpl.rules.publication import format_edition

SPREADSHEET_ROWS = 10_000  # making a workbook takes a second for each ten thousand rows or so
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def as_csv(entries: QuerySet[PublishedEntry], edition: int, issued_on: date) -> bytes:
    """Give the entries in the 13 columns of the published file."""
    rows = [EntryRow(*values) for values in entries.values_list(*_FIELDS)]
    return render_csv(rows, edition=edition, issued_on=issued_on)


def as_xlsx(entries: QuerySet[PublishedEntry], edition: int, issued_on: date) -> bytes:
    """Give the same as a workbook; every cell is text, so that no identifier becomes a number."""
    rows = [EntryRow(*values) for values in entries.values_list(*_FIELDS)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"Edition {format_edition(edition)}")
    sheet.append(COLUMNS)
    for cells in historical_columns(rows, edition, issued_on):
        sheet.append([neutralise(cell) for cell in cells])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_json(entries: QuerySet[PublishedEntry], edition: int, issued_on: date) -> bytes:
    """Give the entries as the edition's JSON form writes them."""
    found = list(entries.values_list("record", flat=True))
    return orjson.dumps(
        {"edition": format_edition(edition), "issued_on": issued_on.isoformat(), "entries": found}
    )


FORMS: dict[str, tuple[str, Callable[[QuerySet[PublishedEntry], int, date], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
    "json": ("application/json", as_json),
}


def download(form: str, entries: QuerySet[PublishedEntry], edition: Edition) -> HttpResponse:
    """Answer with the entries as a file named after the edition; `form` is a key of FORMS."""
    media_type, make = FORMS[form]
    answer = HttpResponse(make(entries, edition.number, edition.issued_on), content_type=media_type)
    name = f"cpl-{format_edition(edition.number)}-extract.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
