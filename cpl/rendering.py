"""Rendering an edition: the rows of the list into the bytes of its forms.

Pure and deterministic: the same rows, edition number and date give the same bytes on any machine, in any
year. Rows come with every value as the text that is to be printed (dates ISO, "" for what is not held), so
that nothing here formats by locale or time zone, and twenty thousand of them take well under a second.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from isal import igzip

from cpl.reading import COLUMNS
from cpl.rules.certificates import DLMS, NCSC, ZIGBEE
from cpl.rules.device_types import DEVICE_TYPES, NAMES
from cpl.rules.publication import format_edition, version_cell
from cpl.rules.versions import gbcs_text, parse_specification, specification_text
from firmware_repo.rules.release import is_telephone

PROFILE = 1
"""The profile of every form so far: which columns it has. A later subset is a new form (F2.8(a))."""

FULL_COLUMNS = (
    *COLUMNS,
    "listed_on",
    "listed_known_by",
    "removed_on",
    "clause",
    "public_reason",
    "image_creator",
    "image_descriptor",
    "zigbee_certificate",
    "zigbee_standard",
    "dlms_certificate",
    "dlms_standard",
    "cpa_certificate",
    "cpa_standard",
    "cpa_date",
    "cpa_date_kind",
    "cpa_sc_version",
    "other_certificates",
    "fir_number",
)
"""The 13 historical columns, then what else Appendix Z 2.1 asks of the list."""

STATUS_CURRENT, STATUS_REMOVED = "Current", "Removed"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_COMPRESSION_LEVEL = 2
_TYPE_CODES = {each.name: each.code for each in DEVICE_TYPES}
# "=" and its kin begin a formula; a spreadsheet looks past tabs and line ends; the wide forms count as well.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


class CertificateRow(NamedTuple):
    """A certificate of an entry. `body` is a code of `rules.certificates`; `date_kind` is "expiry", "renewal" or ""."""

    body: str
    number: str
    standard: str
    standard_version: str
    date: str
    date_kind: str
    sc_version: str
    governing: bool
    """Whether it is the one of its body that counts (A-45): at most one of each body."""


class EntryRow(NamedTuple):
    """One entry as an edition prints it: plain text but for the number, "" wherever nothing is held."""

    number: int
    status: str
    """STATUS_CURRENT or STATUS_REMOVED."""
    device_type: str
    """A code of `rules.device_types`."""
    manufacturer_identifier: str
    model_identifier: str
    hardware_version: str
    hardware_revision: str
    firmware_version: str
    spec_type: str
    spec_version: str
    gbcs_version: str
    image_hash: str
    image_creator: str = ""
    image_descriptor: str = ""
    listed_on: str = ""
    listed_known_by: str = ""
    removed_on: str = ""
    removal_clause: str = ""
    public_reason: str = ""
    fir_number: str = ""
    """Six digits, or "" where there is no firmware record."""
    certificates: tuple[CertificateRow, ...] = ()
    """In the order in which they are to be printed."""


class Form(NamedTuple):
    """One form of an edition, ready to store: its bytes gzipped, and what the manifest says of the bytes themselves."""

    name: str
    profile: int
    media_type: str
    raw_sha256: str
    raw_length: int
    rows: int
    gzipped: bytes


def render_forms(rows: Sequence[EntryRow], *, edition: int, issued_on: date) -> tuple[Form, ...]:
    """All forms of an edition, in the order of the manifest. Section F2.8(a)

    Takes the rows in ascending entry number, the edition's number (2052) and its London date of issue.
    """
    printed = historical_columns(rows, version_cell(edition, issued_on))
    return (
        _form("csv", "text/csv; charset=utf-8", _csv_bytes(COLUMNS, printed), len(rows)),
        _form(
            "full",
            "text/csv; charset=utf-8",
            _full_bytes(printed, rows),
            len(rows),
        ),
        _form("json", "application/json", render_json(rows, edition=edition, issued_on=issued_on), len(rows)),
    )


def render_extract(rows: Sequence[EntryRow], *, version: str, full: bool = False) -> bytes:
    """A part or a view of the list, in the 13 columns or in all; `version` stands in the first one. Appendix Z 2.1"""
    printed = historical_columns(rows, version)
    return _full_bytes(printed, rows) if full else _csv_bytes(COLUMNS, printed)


def render_json(rows: Iterable[EntryRow], *, edition: int, issued_on: date) -> bytes:
    """The legal contents as nested data; text stands in it exactly as recorded. Appendix Z 2.1"""
    # Many entries share their certificates: each set is turned into JSON once.
    known: dict[tuple[CertificateRow, ...], orjson.Fragment] = {}
    entries = []
    for row in rows:
        certificates = known.get(row.certificates)
        if certificates is None:
            certificates = orjson.Fragment(
                orjson.dumps([_json_certificate(each) for each in row.certificates])
            )
            known[row.certificates] = certificates
        entries.append(_json_entry(row, certificates))
    return orjson.dumps(
        {"edition": format_edition(edition), "issued_on": issued_on.isoformat(), "entries": entries}
    )


def json_entry(row: EntryRow) -> dict[str, Any]:
    """One entry as the `json` form holds it. Appendix Z 2.1"""
    return _json_entry(row, [_json_certificate(each) for each in row.certificates])


def entry_row(record: Mapping[str, Any]) -> EntryRow:
    """The row from which an entry of the `json` form was made. Appendix Z 2.1"""
    spec_type, spec_version = parse_specification(record["specification"])
    image, removed, listed = record["image"] or {}, record["removed"] or {}, record["listed"]
    return EntryRow(
        number=int(record["entry"]),
        status=record["status"],
        device_type=_TYPE_CODES[record["device_type"]],
        manufacturer_identifier=record["manufacturer"],
        model_identifier=record["model"],
        hardware_version=record["hardware_version"],
        hardware_revision=record["hardware_revision"],
        firmware_version=record["firmware_version"],
        spec_type=spec_type,
        spec_version=spec_version,
        gbcs_version=record["gbcs"],
        image_hash=image.get("hash") or "",
        image_creator=image.get("creator") or "",
        image_descriptor=image.get("descriptor") or "",
        listed_on=listed["from"] or "",
        listed_known_by=listed["known_by"] or "",
        removed_on=removed.get("on") or "",
        removal_clause=removed.get("clause") or "",
        public_reason=removed.get("public_reason") or "",
        fir_number=record["fir"] or "",
        certificates=tuple(
            CertificateRow(
                body=each["body"],
                number=each["number"],
                standard=each["standard"],
                standard_version=each["standard_version"] or "",
                date=each["date"] or "",
                date_kind=each["date_kind"] or "",
                sc_version=each["sc_version"] or "",
                governing=each["governing"],
            )
            for each in record["certificates"]
        ),
    )


def _json_entry(row: EntryRow, certificates: Any) -> dict[str, Any]:
    image = None
    if row.image_hash:
        image = {
            "creator": row.image_creator or None,
            "descriptor": row.image_descriptor or None,
            "hash": row.image_hash,
        }
    removed = None
    if row.status == STATUS_REMOVED:
        removed = {
            "on": row.removed_on or None,
            "clause": row.removal_clause or None,
            "public_reason": row.public_reason or None,
        }
    return {
        "entry": f"{row.number:06d}",
        "status": row.status,
        "device_type": NAMES[row.device_type],
        "manufacturer": row.manufacturer_identifier,
        "model": row.model_identifier,
        "hardware_version": row.hardware_version,
        "hardware_revision": row.hardware_revision,
        "device_model": row.model_identifier + row.hardware_version + row.hardware_revision,
        "firmware_version": row.firmware_version,
        "specification": specification_text(row.spec_type, row.spec_version),
        "gbcs": row.gbcs_version,
        "image": image,
        "listed": {"from": row.listed_on or None, "known_by": row.listed_known_by or None},
        "removed": removed,
        "certificates": certificates,
        "fir": row.fir_number or None,
    }


def _json_certificate(certificate: CertificateRow) -> dict[str, Any]:
    return {
        "body": certificate.body,
        "number": certificate.number,
        "standard": certificate.standard,
        "standard_version": certificate.standard_version or None,
        "date": certificate.date or None,
        "date_kind": certificate.date_kind or None,
        "sc_version": certificate.sc_version or None,
        "governing": certificate.governing,
    }


def neutralise(cell: str) -> str:
    """The text as a spreadsheet must be given it: what it would run as a formula gets an apostrophe before it.

    For every free text in a CSV or XLSX. A telephone number in international form stays as it is.
    """
    if cell and cell[0] in _FORMULA_STARTS and not is_telephone(cell):
        return "'" + cell
    return cell


def compress(data: bytes) -> bytes:
    """The gzip of `data`, without time or file name in it: the same data give the same bytes (ADR 0010)."""
    return igzip.compress(data, _COMPRESSION_LEVEL, mtime=0)


def _form(name: str, media_type: str, data: bytes, rows: int) -> Form:
    return Form(name, PROFILE, media_type, hashlib.sha256(data).hexdigest(), len(data), rows, compress(data))


def _csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return BYTE_ORDER_MARK + text.getvalue().encode()


def historical_columns(rows: Iterable[EntryRow], version: str) -> list[tuple[str, ...]]:
    """The cells of the 13 historical columns, row by row, as every form prints them; `version` is the first one."""
    return [
        (
            version,
            f"{row.number:06d}",
            row.status,
            NAMES[row.device_type],
            row.manufacturer_identifier,
            row.model_identifier,
            row.hardware_version,
            row.hardware_revision,
            row.model_identifier + row.hardware_version + row.hardware_revision,
            row.firmware_version,
            specification_text(row.spec_type, row.spec_version),
            gbcs_text(row.gbcs_version),
            row.image_hash,
        )
        for row in rows
    ]


def _full_bytes(printed: Iterable[tuple[str, ...]], rows: Iterable[EntryRow]) -> bytes:
    known: dict[tuple[CertificateRow, ...], tuple[str, ...]] = {}
    lines = []
    for columns, row in zip(printed, rows, strict=True):
        certificates = known.get(row.certificates)
        if certificates is None:
            certificates = known[row.certificates] = _certificate_columns(row.certificates)
        lines.append(
            (
                *columns,
                row.listed_on,
                row.listed_known_by,
                row.removed_on,
                neutralise(row.removal_clause),
                neutralise(row.public_reason),
                neutralise(row.image_creator),
                neutralise(row.image_descriptor),
                *certificates,
                row.fir_number,
            )
        )
    return _csv_bytes(FULL_COLUMNS, lines)


def _certificate_columns(certificates: tuple[CertificateRow, ...]) -> tuple[str, ...]:
    """The governing certificate of each body in its own columns, all others joined in the last one (A-45)."""
    governing = {each.body: each for each in certificates if each.governing}
    others = "; ".join(_in_words(each) for each in certificates if not each.governing)
    zigbee, dlms, cpa = governing.get(ZIGBEE), governing.get(DLMS), governing.get(NCSC)
    return (
        *_number_and_standard(zigbee),
        *_number_and_standard(dlms),
        *_number_and_standard(cpa),
        cpa.date if cpa else "",
        cpa.date_kind if cpa else "",
        neutralise(cpa.sc_version) if cpa else "",
        neutralise(others),
    )


def _number_and_standard(certificate: CertificateRow | None) -> tuple[str, str]:
    if certificate is None:
        return "", ""
    return neutralise(certificate.number), neutralise(_standard(certificate))


def _standard(certificate: CertificateRow) -> str:
    return f"{certificate.standard} {certificate.standard_version}".rstrip()


def _in_words(certificate: CertificateRow) -> str:
    parts = [_standard(certificate)]
    if certificate.date:
        parts.append(f"{certificate.date_kind} {certificate.date}")
    if certificate.sc_version:
        parts.append(f"SC {certificate.sc_version}")
    return f"{certificate.body} {certificate.number} ({', '.join(parts)})"
