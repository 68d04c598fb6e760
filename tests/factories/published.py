"""Editions and the entries they say, made without the services that issue them: for tests of what is shown."""

import datetime as dt
import hashlib
from typing import Any

from cpl.models import Edition, EditionForm, EditionPlacement, ListImport, PublishedEntry, SigningKey
from cpl.rendering import STATUS_CURRENT, EntryRow, compress, json_entry
from cpl.rules.publication import format_edition

ISSUED_AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)


def edition(
    number: int = 2052,
    *,
    issued_at: dt.datetime = ISSUED_AT,
    previous: Edition | None = None,
    imported: bool = False,
    current: int = 0,
    removed: int = 0,
) -> Edition:
    """Make an edition whose files stand, with three tiny forms."""
    key, _ = SigningKey.objects.get_or_create(
        kid="cpl-test", defaults={"public_jwk": {}, "valid_from": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    )
    manifest = f"manifest of {number}".encode()
    source = None
    if imported:
        source = ListImport.objects.create(
            number=number,
            issued_on=issued_at.date(),
            file_name="list.csv",
            sha256=hashlib.sha256(f"list {number}".encode()).hexdigest(),
            rows=current + removed,
            imported_at=issued_at,
        )
    made = Edition.objects.create(
        number=number,
        issued_at=issued_at,
        issued_on=issued_at.date(),
        imported_from=source,
        previous=previous,
        manifest=manifest,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        signing_key=key,
        current_entries=current,
        removed_entries=removed,
    )
    for name in ("csv", "full", "json"):
        data = f"{name} of {format_edition(number)}".encode()
        EditionForm.objects.create(
            edition=made,
            name=name,
            profile=1,
            sha256=hashlib.sha256(data).hexdigest(),
            length=len(data),
            rows=current + removed,
            gzipped=compress(data),
        )
    EditionPlacement.objects.create(edition=made, placed_at=issued_at)
    return made


def published(
    edition: Edition, row: EntryRow, *, manufacturer_name: str = "Brackenfell Metering"
) -> PublishedEntry:
    """Give the entry that an edition says, unsaved, from the row that its forms were made of."""
    return PublishedEntry(
        number=row.number,
        status=row.status,
        generation="SMETS1" if (row.spec_type, row.spec_version) == ("SMETS", "1.2") else "SMETS2+",
        device_type=row.device_type,
        manufacturer_identifier=row.manufacturer_identifier,
        manufacturer_name=manufacturer_name,
        model_identifier=row.model_identifier,
        hardware_version=row.hardware_version,
        hardware_revision=row.hardware_revision,
        firmware_version=row.firmware_version,
        spec_type=row.spec_type,
        spec_version=row.spec_version,
        gbcs_version=row.gbcs_version,
        image_hash=row.image_hash,
        listed_on=_date(row.listed_on),
        listed_known_by=_date(row.listed_known_by),
        removed_on=_date(row.removed_on),
        removal_clause=row.removal_clause,
        removal_public_reason=row.public_reason,
        record=json_entry(row),
        edition=edition,
    )


def row(number: int, **given: Any) -> EntryRow:
    """Give a plain row: a Current single element meter on SMETS 4.2, but for what is given."""
    return EntryRow(
        **{
            "number": number,
            "status": STATUS_CURRENT,
            "device_type": "single_element_esme",
            "manufacturer_identifier": "7C18",
            "model_identifier": "0000",
            "hardware_version": "01",
            "hardware_revision": "00",
            "firmware_version": f"{number:08d}",
            "spec_type": "SMETS",
            "spec_version": "4.2",
            "gbcs_version": "3.2",
            "image_hash": "",
            "listed_on": "2026-12-01",
            **given,
        }
    )


def entry(edition: Edition, number: int, **given: Any) -> PublishedEntry:
    """Make one published entry."""
    name = given.pop("manufacturer_name", "Brackenfell Metering")
    made = published(edition, row(number, **given), manufacturer_name=name)
    made.save()
    return made


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
