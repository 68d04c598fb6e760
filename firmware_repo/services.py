"""What the repository does: record a release beside the entry that it belongs to (Section F2.16)."""

import datetime as dt
import hashlib
from collections.abc import Collection

from django.db import transaction

from firmware_repo.models import FirmwareRecord, Manufacturer, UpgradePath
from firmware_repo.rules.release import ReleaseDetails
from secgov.journal import services as journal
from secgov.journal.actors import Actor


@transaction.atomic
def name_manufacturer(*, identifier: str, name: str, actor: Actor, at: dt.datetime) -> Manufacturer:
    """Give the manufacturer of an identifier, made or named where it was not known. Appendix Z 2.1(a)

    A name already held is never overwritten by a submission: one identifier may have several trading names.
    """
    manufacturer, created = Manufacturer.objects.select_for_update().get_or_create(
        identifier=identifier, defaults={"name": name}
    )
    if not created and name and not manufacturer.name:
        manufacturer.name = name
        manufacturer.full_clean()
        manufacturer.save()
        journal.record(
            actor=actor, at=at, verb="firmware_repo.manufacturer.named", subject=manufacturer, clause="Z2.1(a)",
            reason="The submission that is listed names the manufacturer.", after={"name": name},
        )  # fmt: skip
    return manufacturer


@transaction.atomic
def record_release(
    *, cpl_number: int, manufacturer: Manufacturer, details: ReleaseDetails, released_on: dt.date | None, actor: Actor,
    at: dt.datetime, upgrades_from: Collection[int] | None = None,
) -> FirmwareRecord:  # fmt: skip
    """Record a release under its CPL number, in the transaction that lists the entry. Section F2.16, A-57

    `upgrades_from` are the entries that may be upgraded to this firmware, none of them where it is empty, and None
    where nothing was said. A record that stands already, because the entry returns, takes the newer details.
    """
    record = FirmwareRecord.objects.select_for_update().filter(pk=cpl_number).first() or FirmwareRecord(
        cpl_number=cpl_number
    )
    before = None if record._state.adding else _fields(record)
    record.manufacturer = manufacturer
    record.email, record.phone = details.email, details.phone
    record.address, record.release_notes = details.address, details.release_notes
    record.released_on = released_on
    record.upgrade_stated = upgrades_from is not None
    record.recorded_at = at
    record.full_clean()
    record.save()
    _keep_upgrade_paths(record, set(upgrades_from or ()), at)
    journal.record(
        actor=actor, at=at, verb="firmware_repo.release.recorded", subject=record, clause="F2.16",
        reason="The repository is updated alongside the list.", before=before, after=_fields(record),
    )  # fmt: skip
    return record


def _keep_upgrade_paths(record: FirmwareRecord, numbers: set[int], at: dt.datetime) -> None:
    """End the paths that are no longer named, and begin the new ones; ended ones are kept."""
    standing = {path.from_number: path for path in record.upgrade_paths.filter(ended_at=None)}
    for number in standing.keys() - numbers:
        standing[number].ended_at = at
        standing[number].save(update_fields=["ended_at"])
    for number in sorted(numbers - standing.keys()):
        UpgradePath.objects.create(record=record, from_number=number)


def _fields(record: FirmwareRecord) -> dict[str, str]:
    """What the journal holds of a record: whom to ask must be able to go, so only a digest of it. TR-10"""
    return {
        "manufacturer": record.manufacturer_id,
        "contact": hashlib.sha256(f"{record.email}\n{record.phone}\n{record.address}".encode()).hexdigest()[
            :16
        ],
        "release_notes": record.release_notes,
        "released_on": record.released_on.isoformat() if record.released_on else "",
        "upgrades_from": record.upgrade_path_in_words,
    }
