"""Which earlier entries may be upgraded to a firmware.

Section F2.15  The Firmware Information Repository holds at least three things; this is a
    further one, asked for since upgrades applied out of order do harm in homes: the
    entries whose Devices may be upgraded to this firmware, one or many, or that none may.

Reading: whoever submits may leave it unstated; the repository then says that it is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.warnings import hardware_of
from firmware_repo.rules.release import clean_cpl_number
from secgov.errors import Refusal

ENTRIES = "entries"
NONE = "none"
MOST_ENTRIES = 200
"""Entries that one firmware may be reached from; more than any hardware has had."""


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry that a path names, with its device; None where there is no such entry."""

    number: int
    device: DeviceIdentity | None


def read_numbers(text: str) -> tuple[int, ...]:
    """Read the numbers of entries as people type them: by commas, blanks or lines. Section F2.15(a)

    Gives them once each, in order. Raises Refusal (field ``upgrades_from``).
    """
    numbers = set()
    for each in re.split(r"[\s,;]+", text.strip()):
        if not each:
            continue
        try:
            numbers.add(clean_cpl_number(each))
        except Refusal as refusal:
            raise _refusal(refusal.message, refusal.remedy) from refusal
    if len(numbers) > MOST_ENTRIES:
        raise _refusal(f"{len(numbers)} entries are named; at most {MOST_ENTRIES} can be.", "Name fewer.")
    return tuple(sorted(numbers))


def check_upgrade_path(
    *, kind: str, device: DeviceIdentity | None, own: int | None, named: Iterable[NamedEntry]
) -> tuple[Refusal, ...]:
    """Refuse a path from what cannot be upgraded to this firmware. Section F2.15

    Takes what was said (``entries``, ``none`` or "" for unstated), the device (None while
    it is incomplete), its own entry number if it has one, and the entries named. An entry
    must exist, on the list or removed, be another one, and be of the same hardware: type,
    manufacturer, model, hardware version and revision. Gives every Refusal.
    """
    rows = list(named)
    if kind == ENTRIES and not rows:
        return (
            _refusal(
                "No entry is named.", "Name one or more, or say that none may be upgraded to this firmware."
            ),
        )
    if kind != ENTRIES and rows:
        return (
            _refusal(
                "Entries are named, though none may be upgraded.",
                "Choose “The entries named”, or clear them.",
            ),
        )
    return tuple(each for each in (_trouble(row, device, own) for row in rows) if each)


def _trouble(row: NamedEntry, device: DeviceIdentity | None, own: int | None) -> Refusal | None:
    if row.number == own:
        return _refusal(f"Entry {row.number:06d} is this very one.", "Name the entries before it.")
    if row.device is None:
        return _refusal(f"There is no entry {row.number:06d}.", "Look the number up in the list.")
    if device is None or hardware_of(row.device) == hardware_of(device):
        return None
    return _refusal(
        f"Entry {row.number:06d} is other hardware: {row.device.manufacturer_identifier}, {row.device.device_model}.",
        f"Name entries of {device.manufacturer_identifier}, {device.device_model}, and of the same type.",
    )


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="F2.15", field="upgrades_from", remedy=remedy)
