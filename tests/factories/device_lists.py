"""Files of many devices, as people send them."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from cpl.rules.upload_columns import COLUMNS, label, template_header

DEVICE = {
    "device_type": "Gas Smart Meter",
    "manufacturer_identifier": "7E3E",
    "manufacturer_name": "Tarnwick Gas Meters",
    "model_identifier": "0000",
    "hardware_version": "03",
    "hardware_revision": "00",
    "firmware_version": "05080607",
    "spec_version": "4.2",
    "gbcs_version": "3.2",
    "has_image": "yes",
    "image_creator": "Tarnwick Gas Meters",
    "image_descriptor": "Release 5.8.6",
    "image_hash": "AB" * 32,
    "fir_email": "firmware@tarnwick.example",
    "fir_phone": "+44 1632 960114",
    "fir_address": "1 Gas Lane\nTarnwick",
    "release_notes": "none",
}
ZIGBEE = {
    "body": "ZigBee Alliance", "number": "ZIG-1", "standard": "ZigBee Smart Energy", "standard_version": "1.4",
    "issued_on": "2026-01-05", "document": "zigbee.pdf",
}  # fmt: skip
CPA = {
    "body": "NCSC", "number": "CPA-1", "standard": "CPA Foundation", "standard_version": "1.3",
    "issued_on": "5 January 2026", "renews_on": "2032-01-05", "sc_version": "1.3", "document": "cpa.pdf",
}  # fmt: skip


def row(
    number: int = 1, *, certificates: tuple[dict[str, Any], ...] = (ZIGBEE, CPA), **changed: Any
) -> dict[str, Any]:
    """A good row; its firmware and Hash follow the number. Keys are headings."""
    firmware = f"0508{number:04d}"
    values = DEVICE | {"firmware_version": firmware, "image_hash": f"{number:064X}"} | changed
    found = {COLUMNS[field]: value for field, value in values.items()}
    for index, certificate in enumerate(certificates, start=1):
        found |= {label((index, field)): value for field, value in certificate.items()}
    return found


def as_csv(rows: list[dict[str, Any]], *, header: list[str] | None = None) -> bytes:
    """The rows in the CSV template."""
    file = io.StringIO()
    names = header or template_header()
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([each.get(name, "") for name in names] for each in rows)
    return ("\ufeff" + file.getvalue()).encode()


def as_xlsx(rows: list[dict[str, Any]], *, header: list[str] | None = None) -> bytes:
    """The rows in a workbook; values of other types than text stay what they are."""
    names = header or template_header()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Devices")
    sheet.append(names)
    for each in rows:
        sheet.append([each.get(name) for name in names])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload_of(data: bytes, name: str = "devices.csv") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, data)
