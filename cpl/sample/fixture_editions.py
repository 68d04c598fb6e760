"""Three small signed editions of a test environment, for whoever writes a client: made without a database.

The keys that sign them are made for the purpose and thrown away, so nobody can sign a fourth. The second edition adds,
removes and corrects; the third is signed by another key, which the first key signed as its successor.
"""

import datetime as dt
import gzip
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from cpl import signing
from cpl.rendering import STATUS_CURRENT, STATUS_REMOVED, CertificateRow, EntryRow, json_entry, render_forms
from cpl.rules.certificates import DLMS, NCSC, ZIGBEE
from cpl.rules.differences import differences_between, kind_of_difference
from cpl.rules.publication import format_edition

BEGINS = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
HOLDS_UNTIL = dt.datetime(2099, 12, 31, tzinfo=dt.UTC)  # a fixture must not run out where it is used
FILES = {"csv": "cpl.csv", "full": "cpl-full.csv", "json": "cpl.json"}
_CERTIFICATES = (
    CertificateRow(ZIGBEE, "ZIG19009ZAB00001-24", "SEP", "1.4", "", "", "", True),
    CertificateRow(DLMS, "1234", "DLMS UA 1001-7", "2.0", "", "", "", True),
    CertificateRow(NCSC, "CPA-90001", "ESME", "", "2032-11-30", "renewal", "1.4", True),
)


def _row(number: int, **given: Any) -> EntryRow:
    plain: dict[str, Any] = {
        "number": number,
        "status": STATUS_CURRENT,
        "device_type": "single_element_esme",
        "manufacturer_identifier": "F1F1",
        "model_identifier": "0A01",
        "hardware_version": "01",
        "hardware_revision": "00",
        "firmware_version": f"{number:08d}",
        "spec_type": "SMETS",
        "spec_version": "5.1",
        "gbcs_version": "4.1",
        "image_hash": f"{number:064X}",
        "image_creator": "Fixture Meters",
        "image_descriptor": "Žluťoučký “fixture” \t firmware",  # every kind of character that a form may hold
        "listed_on": "2026-12-01",
        "fir_number": f"{number:06d}",
        "certificates": _CERTIFICATES,
    }
    return EntryRow(**(plain | given))


def _rows() -> list[list[EntryRow]]:
    first = [
        _row(1),
        _row(2),
        _row(3, spec_type="SMETS", spec_version="1.2", gbcs_version="0.0", certificates=()),
    ]
    removed = _row(
        2, status=STATUS_REMOVED, removed_on="2026-12-02", removal_clause="Z6.1",
        public_reason="The issuing body withdrew the ZigBee certificate.",
    )  # fmt: skip
    second = [_row(1, gbcs_version="4.2"), removed, first[2], _row(4, listed_on="2026-12-02")]
    return [first, second, [*second, _row(5, listed_on="2026-12-03")]]


def make_fixture_editions(folder: Path, *, environment: str) -> list[str]:
    """Write the editions with their keys, changes and freshness statements below a folder; give their numbers."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as secret:
        keys = [
            signing.make_key_file(Path(secret) / name, environment=environment) for name in ("first", "next")
        ]
    follows = BEGINS + dt.timedelta(days=2)
    members = [
        {
            **keys[1].public,
            "valid_from": signing.instant(follows),
            "valid_to": None,
            "signed_by_predecessor": signing.sign_next_key(keys[1].public, keys[0], valid_from=follows),
        },
        {
            **keys[0].public,
            "valid_from": signing.instant(BEGINS),
            "valid_to": signing.instant(follows),
            "signed_by_predecessor": None,
        },
    ]
    (folder / "keys.json").write_bytes(signing.public_key_set(members))
    (folder / "fingerprint.txt").write_text(f"{keys[0].fingerprint}\n", encoding="utf-8")
    lists = _rows()
    digest, changes = None, []
    for number, rows in enumerate(lists, start=1):
        key, at = keys[number == len(lists)], BEGINS + dt.timedelta(days=number - 1)
        digest = _write(folder / format_edition(number), number, rows, digest, key, environment, at)
        if number > 1:
            changes += _changes(number, lists[number - 2], rows, at)
    (folder / "changes.json").write_text(json.dumps(changes, ensure_ascii=False, indent=1), encoding="utf-8")
    return [format_edition(number) for number in range(1, len(lists) + 1)]


def _write(
    place: Path, number: int, rows: Sequence[EntryRow], previous: str | None, key: signing.SigningKey, environment: str,
    at: dt.datetime,
) -> str:  # fmt: skip
    place.mkdir()
    forms = render_forms(rows, edition=number, issued_on=at.date())
    for form in forms:
        (place / FILES[form.name]).write_bytes(gzip.decompress(form.gzipped))
    manifest = signing.sign_manifest(
        signing.manifest_payload(
            environment=environment,
            edition=number,
            issued_at=at,
            previous_edition=number - 1 if previous else None,
            previous_manifest_sha256=previous,
            journal_seal=None,
            forms=forms,
        ),
        key,
    )
    digest = signing.manifest_digest(manifest)
    said = signing.freshness_payload(
        environment=environment, edition=number, manifest_sha256=digest, at=at
    ) | {"valid_until": signing.instant(HOLDS_UNTIL)}
    (place / "manifest.json").write_bytes(manifest)
    (place / "freshness.json").write_bytes(signing.sign_freshness(said, key))
    (place / "about.json").write_bytes(
        orjson.dumps(
            {"edition": format_edition(number), "issued_on": at.date().isoformat(), "manifest_sha256": digest}
        )
    )
    return digest


def _changes(
    number: int, before: Sequence[EntryRow], after: Sequence[EntryRow], at: dt.datetime
) -> list[dict[str, Any]]:
    found = differences_between(map(json_entry, before), map(json_entry, after))
    return [
        {
            "edition": format_edition(number),
            "entry": each.entry,
            "kind": kind_of_difference(each, corrected=True),
            "clause": "F2.2",
            "public_reason": "",
            "decided_at": signing.instant(at),
            "before": each.before,
            "after": each.after,
        }
        for each in found
    ]
