"""The entries that may be upgraded to a submission's firmware: offered, named, checked (Section F2.15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cpl.models import DeviceModel, Submission
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.upgrade_paths import ENTRIES, NamedEntry, check_upgrade_path
from cpl.services.rows import keep
from cpl.services.submissions import _draft, _own, lock_submission
from secgov.accounts.models import User
from secgov.errors import Refusal, refuse_any

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
    device, _ = read_device({name: str(getattr(submission, name) or "") for name in FIELDS})
    rows = {each.pk: each for each in DeviceModel.objects.filter(pk__in=numbers)}
    return check_upgrade_path(
        kind=kind,
        device=device,
        own=submission.relists_id or submission.entry_number,
        named=[NamedEntry(number, _device(rows.get(number))) for number in numbers],
    )


@transaction.atomic
def state_upgrade_path(
    *, submission: Submission, by: User, at: dt.datetime, version: int, kind: str, numbers: Sequence[int]
) -> Submission:
    """Keep which earlier entries may be upgraded to this firmware: those named, none, or unstated. Section F2.15

    Raises Refusals for entries that do not exist, are other hardware, or are this very one.
    """
    submission = lock_submission(submission, version=version)
    _own(submission, by)
    _draft(submission)
    refuse_any(what_path_lacks(submission, kind=kind, numbers=numbers))
    submission.upgrade_kind = kind
    submission.upgrades_from = sorted(numbers) if kind == ENTRIES else []
    submission.saved_at = at
    keep(submission)
    return submission


def _device(entry: DeviceModel | None) -> DeviceIdentity | None:
    return entry and DeviceIdentity(**{name: getattr(entry, name) for name in FIELDS})
