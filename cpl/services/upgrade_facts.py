"""What decides whether entries may be upgraded to a submission's firmware, read from the rows (Section F2.15)."""

from __future__ import annotations

from collections.abc import Sequence

from cpl.models import DeviceModel, Submission
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.upgrade_paths import NamedEntry, check_upgrade_path
from secgov.errors import Refusal

HARDWARE = ("device_type", "model_identifier", "hardware_version", "hardware_revision")


def candidates_of(submission: Submission) -> list[DeviceModel]:
    """Give the entries of the same hardware, on the list or removed, newest first; none while the hardware is unknown."""
    device, _ = read_device({name: str(getattr(submission, name) or "") for name in FIELDS})
    if device is None:
        return []
    same = DeviceModel.objects.filter(
        manufacturer=device.manufacturer_identifier, **{name: getattr(device, name) for name in HARDWARE}
    )
    own = [pk for pk in (submission.relists_id, submission.entry_number) if pk]
    return list(same.exclude(pk__in=own).order_by("-number"))


def what_path_lacks(submission: Submission, *, kind: str, numbers: Sequence[int]) -> tuple[Refusal, ...]:
    """Say what is wrong with a path, before or after it is kept. Section F2.15"""
    if not kind and not numbers:
        return ()
    device, _ = read_device({name: str(getattr(submission, name) or "") for name in FIELDS})
    rows = {each.pk: each for each in DeviceModel.objects.filter(pk__in=numbers)}
    return check_upgrade_path(
        kind=kind,
        device=device,
        own=submission.relists_id or submission.entry_number,
        named=[NamedEntry(number, _device(rows.get(number))) for number in numbers],
    )


def _device(entry: DeviceModel | None) -> DeviceIdentity | None:
    return entry and DeviceIdentity(**{name: getattr(entry, name) for name in FIELDS})
