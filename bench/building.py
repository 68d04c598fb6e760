"""Building an edition of 20,000 entries, against PostgreSQL printing the same joined data as JSON once."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import stores
from bench.importing import ENTRIES
from bench.measures import Measured, median_seconds, slowdown
from cpl import signing
from cpl.rendering import render_forms
from cpl.services.edition_rows import edition_rows
from cpl.services.import_list import import_list
from secgov.journal.actors import Actor
from tests.factories.published_list import large_list

REPEAT = 5
AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
AT_MOST_TIMES = 6

# The same data as an edition prints, joined and written as JSON by the database alone.
_JSON_AGG = """
    SELECT json_agg(e)::text FROM (
        SELECT d.*, p.opened_at, p.opened_known_by, p.closed_at, p.closed_known_by, p.closing_clause, p.public_reason,
            c.certificates
        FROM cpl_devicemodel d
        JOIN (SELECT DISTINCT ON (device_model_id) * FROM cpl_listingperiod ORDER BY device_model_id, id DESC) p
            ON p.device_model_id = d.number
        LEFT JOIN (
            SELECT v.identity, json_agg(json_build_object('body', a.body, 'number', a.number, 'standard', a.standard,
                'standard_version', a.standard_version, 'expires_on', a.expires_on, 'renews_on', a.renews_on,
                'sc_version', a.sc_version)) AS certificates
            FROM cpl_certificatecoverage v JOIN cpl_assurancecertificate a ON a.id = v.certificate_id
            GROUP BY v.identity
        ) c ON c.identity = d.identity
        ORDER BY d.number
    ) e
"""

# A ZigBee, a DLMS and a CPA Certificate for each run of seven entries: as many as the reference data has.
_CERTIFICATES = """
    INSERT INTO cpl_assurancecertificate (body, number, standard, standard_version, issued_on, expires_on, renews_on,
        sc_version, state, recorded_at, attested_at, marks_seen, models_named, test_laboratory,
        invalid_reason, version)
    SELECT body, body || '-' || n, 'Standard of ' || body, '1.4', '2026-01-05', NULL,
        CASE body WHEN 'NCSC' THEN date '2032-01-05' END, CASE body WHEN 'NCSC' THEN '1.3' ELSE '' END,
        'valid', now(), now(), true, true, '', '', 1
    FROM generate_series(0, (SELECT max(number) / 7 FROM cpl_devicemodel)) n, unnest(ARRAY['ZIGBEE', 'DLMS', 'NCSC']) body;
    INSERT INTO cpl_certificatecoverage (certificate_id, device_type, manufacturer_identifier, model_identifier,
        hardware_version, hardware_revision, firmware_version, spec_type, spec_version, gbcs_version, attested_at, end_reason)
    SELECT a.id, d.device_type, d.manufacturer_id, d.model_identifier, d.hardware_version, d.hardware_revision,
        d.firmware_version, d.spec_type, d.spec_version, d.gbcs_version, now(), ''
    FROM cpl_devicemodel d JOIN cpl_assurancecertificate a ON a.number = a.body || '-' || d.number / 7;
    ANALYZE
"""


def measure() -> Iterator[Measured]:
    """Read the rows, print and compress all forms, sign the manifest: once as imported, once with certificates."""
    stores.fresh()
    import_list(data=large_list(ENTRIES), file_name="bench.csv", actor=Actor(None, "Operator"), at=AT)
    with tempfile.TemporaryDirectory() as folder:
        key = signing.make_key_file(Path(folder) / "key.json", environment=settings.ENVIRONMENT_NAME)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield _against_json_agg(f"building an edition of {ENTRIES} entries", key)
    with stores.as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(_CERTIFICATES)
        owner.commit()
    yield _against_json_agg("the same with three certificates for each entry", key)


def _against_json_agg(name: str, key: signing.SigningKey) -> Measured:
    def build() -> None:
        forms = render_forms(edition_rows(on=AT.date()), edition=2052, issued_on=AT.date())
        payload = signing.manifest_payload(
            environment=settings.ENVIRONMENT_NAME,
            edition=2052,
            issued_at=AT,
            previous_edition=2051,
            previous_manifest_sha256="0" * 64,
            journal_seal="0" * 64,
            forms=forms,
        )
        signing.sign_manifest(payload, key)

    def aggregate() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_JSON_AGG)
            cursor.fetchone()

    build()  # once unmeasured, and the yardstick too, so that neither pays for a cold cache
    aggregate()
    return slowdown(name, median_seconds(REPEAT, build, aggregate), "joined json_agg", AT_MOST_TIMES)
