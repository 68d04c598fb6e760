"""The columns of a file of many devices.

Section F2.17  Each row supplies what a submission of one device supplies: the device,
    its certificates, and the details for the Firmware Information Repository.
X-2  How information is provided was not supplied; the file is an assumption.
"""

import re
from collections.abc import Mapping, Sequence

from secgov.errors import Refusal, refuse_any

COLUMNS = {
    "device_type": "Physical Device Type",
    "manufacturer_identifier": "Manufacturer identifier",
    "manufacturer_name": "Manufacturer name",
    "model_identifier": "Model identifier",
    "hardware_version": "Hardware version",
    "hardware_revision": "Hardware revision",
    "firmware_version": "Firmware version",
    "spec_version": "Specification version",
    "gbcs_version": "GBCS version",
    "has_image": "Manufacturer Image",
    "image_creator": "Image creator",
    "image_descriptor": "Image descriptor",
    "image_hash": "Image hash",
    "upgrades_from": "Upgrades from",
    "fir_email": "Contact e-mail",
    "fir_phone": "Contact telephone",
    "fir_address": "Contact address",
    "release_notes": "Release notes",
    "released_on": "Released on",
}
"""The columns by the submission's own names, in the order of the template."""
CERTIFICATE_COLUMNS = {
    "body": "issued by",
    "number": "number",
    "standard": "standard",
    "standard_version": "version of the standard",
    "issued_on": "issue date",
    "expires_on": "expiry date",
    "renews_on": "renewal date",
    "sc_version": "Security Characteristics version",
    "firmware_named": "firmware as it names it",
    "document": "document",
}
DATES = frozenset({"released_on", "issued_on", "expires_on", "renews_on"})
MOST_CERTIFICATES = 9
TEMPLATE_CERTIFICATES = 3
HINTS = {
    "device_type": "As published, for example Gas Smart Meter, or its short name.",
    "manufacturer_identifier": "Four characters, 0 to 9 and A to F.",
    "firmware_version": "Eight characters, leading zeros included, as text: 00070804.",
    "spec_version": "For example 4.2; for SMETS1 it is 1.2, with GBCS 0.0.",
    "has_image": "yes or no. With yes, creator, descriptor and Hash follow.",
    "image_hash": "SHA-256: 64 characters.",
    "upgrades_from": "Entry numbers separated by semicolons, or none. May be left blank.",
    "released_on": "For example 2026-12-14. May be left blank.",
    "release_notes": "The words themselves, or none.",
    "body": "ZigBee Alliance, DLMS User Association or NCSC.",
    "document": "The name of the certificate's file, for example cpa-24-1391.pdf. You give the file afterwards, once for "
    "all rows that name it.",
}
"""What the template says of a column, where its name does not say it."""

Place = tuple[int, str]
"""Where a cell belongs: certificate number (0 for the device), and field."""
_CERTIFICATE = re.compile(r"certificate\s*([1-9])\s*:\s*(.+)")


def label(place: Place) -> str:
    """Give the heading of a column. Section F2.17"""
    number, field = place
    return f"Certificate {number}: {CERTIFICATE_COLUMNS[field]}" if number else COLUMNS[field]


def template_header() -> list[str]:
    """Give the headings of the template, with three certificates. Section F2.17"""
    certificates = [
        label((number, field))
        for number in range(1, TEMPLATE_CERTIFICATES + 1)
        for field in CERTIFICATE_COLUMNS
    ]
    return [*COLUMNS.values(), *certificates]


def read_header(cells: Sequence[object]) -> Mapping[int, Place]:
    """Tell which column holds what, in any order and any capitals. Section F2.17

    Takes the cells of row 1. Gives the place of each column by its index. Raises Refusal
    (field ``file``) with every heading that is missing, unknown or there twice.
    """
    by_name = {name.casefold(): (0, field) for field, name in COLUMNS.items()}
    by_part = {name.casefold(): field for field, name in CERTIFICATE_COLUMNS.items()}
    found: dict[int, Place] = {}
    wrong: list[str] = []
    for index, cell in enumerate(cells):
        name = " ".join(str(cell).split()).casefold()
        place = by_name.get(name)
        if match := _CERTIFICATE.fullmatch(name):
            field = by_part.get(match[2])
            place = (int(match[1]), field) if field else None
        if place is None:
            wrong.append(
                f"“{str(cell)[:60]}” is no column of the template."
                if name
                else f"Column {index + 1} has no heading."
            )
        elif place in found.values():
            wrong.append(f"“{label(place)}” stands there twice.")
        else:
            found[index] = place
    missing = [name for field, name in COLUMNS.items() if (0, field) not in found.values()]
    if len(missing) == len(COLUMNS):
        wrong = ["Row 1 does not hold the headings of the template."]
    elif missing:
        wrong.append(f"Missing: {', '.join(missing)}.")
    refuse_any(
        [Refusal(" ".join(wrong[:8]), clause="X-2", field="file", remedy="Begin with the template.")]
        if wrong
        else []
    )
    return found
