"""The templates for a file of many devices: an empty table with the right headings, as CSV and as a workbook."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from cpl.rules.device_types import DEVICE_TYPES
from cpl.rules.upload_columns import CERTIFICATE_COLUMNS, COLUMNS, HINTS, template_header
from cpl.upload_reading import MOST_ROWS, SHEET

AS_TEXT = "@"
_WIDE = {"release_notes", "fir_address", "image_hash", "device_type", "manufacturer_name"}


def csv_template() -> bytes:
    """Give the CSV template: UTF-8 with the mark by which spreadsheets know it, and the headings alone."""
    cells = (f'"{name}"' if "," in name else name for name in template_header())
    return ("\ufeff" + ",".join(cells) + "\r\n").encode()


def xlsx_template() -> bytes:
    """Give the workbook: a sheet to fill in, whose columns are text so that no zero is dropped, and one that explains."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(template_header())
    for index, name in enumerate(template_header(), start=1):
        column = sheet.column_dimensions[get_column_letter(index)]
        column.number_format = AS_TEXT
        column.width = 28 if name in {COLUMNS[each] for each in _WIDE} else 18
        cell = sheet.cell(1, index)
        cell.number_format = AS_TEXT
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EDF4")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    _explain(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _explain(book: Workbook) -> None:
    sheet = book.create_sheet("How to fill it in")
    sheet.append(["Column", "What it holds"])
    for field, name in COLUMNS.items():
        sheet.append([name, HINTS.get(field, "")])
    for field, name in CERTIFICATE_COLUMNS.items():
        sheet.append([f"Certificate 1: {name}", HINTS.get(field, "As the certificate says it.")])
    sheet.append(["", ""])
    sheet.append(["Types", "; ".join(each.name for each in DEVICE_TYPES)])
    sheet.append(["More certificates", "Repeat the columns as Certificate 4: issued by, and so on, up to 9."])
    sheet.append(
        [
            "Rows",
            f"One for each device, at most {MOST_ROWS:,}. One bad row refuses the file; nothing is made then.",
        ]
    )
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 90
    for row in sheet.iter_rows(min_row=1, max_row=1):
        for cell in row:
            cell.font = Font(bold=True)
