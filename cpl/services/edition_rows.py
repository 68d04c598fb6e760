"""Reading the list from the database as the plain rows that an edition prints.

Raw SQL, since every entry is read for every edition: the database writes the dates, and no row objects are made.
Call it where the list is held (`hold_list`), so that the rows hold exactly the changes that the edition names.
"""

import datetime as dt
from typing import Any

from django.db import connection

from cpl.models import AssuranceCertificate
from cpl.rendering import CertificateRow, EntryRow
from cpl.rules.certificates import BODIES, VALID, Certificate, Coverage, date_kind, governing, relevant_date

_DEVICE = """
    d.device_type, d.manufacturer_id, d.model_identifier, d.hardware_version, d.hardware_revision,
    d.firmware_version, d.spec_type, d.spec_version, d.gbcs_version, d.image_hash
"""

# An entry prints its last listing period; one that was never listed has none, and is not of the list.
_LIST = f"""
    SELECT d.number,
        CASE WHEN p.closed_at IS NULL AND p.closed_known_by IS NULL THEN 'Current' ELSE 'Removed' END,
        {_DEVICE}, d.image_creator, d.image_descriptor,
        COALESCE(to_char(p.opened_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'), ''),
        COALESCE(to_char(p.opened_known_by, 'YYYY-MM-DD'), ''),
        COALESCE(to_char(p.closed_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'), ''),
        p.closing_clause, p.public_reason,
        COALESCE(to_char(d.firmware_record_id, 'FM000000'), ''),
        d.identity
    FROM cpl_devicemodel d
    JOIN (
        SELECT DISTINCT ON (device_model_id) * FROM cpl_listingperiod ORDER BY device_model_id, id DESC
    ) p ON p.device_model_id = d.number
    ORDER BY d.number
"""  # noqa: S608  nothing but our own constant is put in

_IMPORTED = f"""
    SELECT d.number, CASE WHEN p.closed_known_by IS NULL THEN 'Current' ELSE 'Removed' END, {_DEVICE},
        '', '', '', to_char(p.opened_known_by, 'YYYY-MM-DD')
    FROM cpl_listingperiod p JOIN cpl_devicemodel d ON d.number = p.device_model_id
    WHERE p.origin = 'imported'
    ORDER BY d.number
"""  # noqa: S608

_COVERAGE = """
    SELECT c.identity, array_agg(c.certificate_id ORDER BY c.certificate_id)
    FROM cpl_certificatecoverage c JOIN cpl_assurancecertificate a ON a.id = c.certificate_id
    WHERE a.state = 'valid' AND c.attested_at IS NOT NULL AND (c.ended_on IS NULL OR c.ended_on > %s)
    GROUP BY c.identity
"""


def edition_rows(*, on: dt.date, imported_only: bool = False) -> list[EntryRow]:
    """Every entry as it stands now, removed ones included, in ascending number. Appendix Z 6.11

    `on` is the London date by which it is judged which certificates govern (A-45). With `imported_only`, the entries
    of the imported list alone, as they were published there, whatever has changed since.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IMPORTED if imported_only else _LIST)
        rows = cursor.fetchall()
    if imported_only:
        return [EntryRow(*row) for row in rows]
    certificates = _certificates_by_identity(on)
    return [EntryRow._make((*row[:-1], certificates.get(row[-1], ()))) for row in rows]


def _certificates_by_identity(on: dt.date) -> dict[str, tuple[CertificateRow, ...]]:
    """What each identity's certificates print as. Entries that share the same certificates share the tuple."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, [on])
        covered = cursor.fetchall()
    facts: dict[int, Certificate] = {
        certificate["id"]: _facts(certificate)
        for certificate in AssuranceCertificate.objects.filter(state=VALID)
        .with_lapse()
        .values(
            "id",
            "body",
            "number",
            "standard",
            "standard_version",
            "issued_on",
            "expires_on",
            "renews_on",
            "sc_version",
            "lapsed_on",
        )
    }
    printed: dict[tuple[int, ...], tuple[CertificateRow, ...]] = {}
    found = {}
    for identity, ids in covered:
        key = tuple(ids)
        if key not in printed:
            printed[key] = _printed([facts[each] for each in key], on)
        found[identity] = printed[key]
    return found


_THE_MODEL = "the Device Model at hand"


def _facts(row: dict[str, Any]) -> Certificate:
    # The query has already found whom each certificate covers, so that here all cover one and the same.
    row = {name: value for name, value in row.items() if name != "id"}
    return Certificate(**row, state=VALID, coverage=(Coverage(_THE_MODEL),))


def _printed(certificates: list[Certificate], on: dt.date) -> tuple[CertificateRow, ...]:
    """The certificates of one Device Model by body, the governing one of each body first."""
    rows = []
    for body in BODIES:
        governs = governing(certificates, _THE_MODEL, body=body, on=on)
        of_body = [_row(each, each is governs) for each in certificates if each.body == body]
        rows += sorted(of_body, key=lambda row: (not row.governing, row.number))
    return tuple(rows)


def _row(certificate: Certificate, governs: bool) -> CertificateRow:
    day = relevant_date(certificate)
    return CertificateRow(
        body=certificate.body,
        number=certificate.number,
        standard=certificate.standard,
        standard_version=certificate.standard_version,
        date=day.isoformat() if day else "",
        date_kind=date_kind(certificate),
        sc_version=certificate.sc_version,
        governing=governs,
    )
