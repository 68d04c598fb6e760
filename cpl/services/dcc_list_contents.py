"""What a version of a list from the DCC holds, for pages, files and programs."""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from cpl.models import (
    CountRow,
    DccListVersion,
    DeployedCombination,
    DeviceModel,
    EligibleRow,
    EstateClaim,
    ListingPeriod,
    PendingRow,
    WithheldCombination,
)
from cpl.rendering import neutralise
from cpl.rules.dcc_lists import COLUMNS
from cpl.rules.device_types import NAMES
from cpl.rules.estate import roles_for
from cpl.rules.smets1_lists import DEVICE_PARTS
from cpl.services.dcc_lists import newest_version
from secgov.accounts.models import Organisation
from secgov.time_rules import london_day

Kind = DccListVersion.Kind


def rows_of(version: DccListVersion, *, confidential: bool = False) -> QuerySet[Any]:
    """Give the rows of a version, in their order. Section F2.10A

    A combination called confidential since is left out, of earlier versions too, unless `confidential` is asked
    for, which is for the DCC and the Secretariat.
    """
    if version.kind == Kind.DEPLOYED:
        return DeployedCombination.objects.filter(version=version).order_by("row")
    if version.kind == Kind.ELIGIBLE:
        return EligibleRow.objects.filter(version=version).select_related("combination").order_by("row")
    if version.kind == Kind.COUNTS:
        return CountRow.objects.filter(version=version).select_related("organisation").order_by("row")
    rows = PendingRow.objects.filter(version=version).order_by("row")
    if confidential:
        return rows
    return rows.exclude(key__in=WithheldCombination.objects.values("key"))


def changed_rows(
    version: DccListVersion, *, confidential: bool = False
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Give the rows that are new since the version before, and the rows of that one that are gone. Section F2.10"""
    rows = rows_of(version, confidential=confidential)
    before = DccListVersion.objects.filter(kind=version.kind, number=version.number - 1).first()
    if before is None:
        return rows, rows.none()
    old = rows_of(before, confidential=confidential)
    names = {
        Kind.DEPLOYED: ("entries", "type_2_devices"),
        Kind.ELIGIBLE: ("combination",),
        Kind.PENDING: ("key",),
        Kind.COUNTS: ("device_model", "organisation"),
    }[Kind(version.kind)]
    same = {name: OuterRef(name) for name in names}
    return rows.filter(~Exists(old.filter(**same))), old.filter(~Exists(rows.filter(**same)))


def numbers_told(
    version: DccListVersion, *, confidential: bool = False, of: Sequence[Organisation] | None = None
) -> dict[str, int]:
    """Give how many rows a version has, how many are new and how many gone, as `rows_of` tells them. Section F2.10A

    What was called confidential since is not even counted. Of counts, only the rows of the Suppliers `of` where given.
    """
    if of is None and (
        confidential or version.kind != Kind.PENDING or not WithheldCombination.objects.exists()
    ):
        return {"rows": version.rows, "added": version.added, "gone": version.gone}
    told = dict(zip(("rows", "added", "gone"), (rows_of(version), *changed_rows(version)), strict=True))
    whose = {} if of is None else {"organisation__in": of}
    return {name: rows.filter(**whose).count() for name, rows in told.items()}


def digest_told(version: DccListVersion, *, confidential: bool = False) -> str:
    """Give the SHA-256 that is told of a version: of what the DCC sent, or of what is public of that. Section F2.10A

    Of a version that holds what was called confidential since, the DCC's own digest would confirm a guess at it: then
    it is the digest of the public rows, as the file in CSV gives them.
    """
    public = rows_of(version)
    if confidential or version.kind != Kind.PENDING or public.count() == version.rows:
        return version.sha256
    return hashlib.sha256("".join(csv_lines(version.kind, public)).encode()).hexdigest()


def csv_lines(kind: str, rows: QuerySet[Any]) -> Iterator[str]:
    """Give the file of some rows in CSV, in pieces; what a spreadsheet would run is neutralised."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow(header_of(kind))
    for row in rows.iterator(chunk_size=2000):
        writer.writerow([neutralise(cell) for cell in cells_of(kind, row)])
        if line.tell() > 64_000:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def record_of(row: Any) -> dict[str, Any]:
    """Give a row in the columns in which the DCC provided it."""
    if isinstance(row, DeployedCombination):
        entries = [f"{number:06d}" for number in row.entries]
        return {"entries": entries, "type_2_devices": list(row.type_2_devices)}
    if isinstance(row, EligibleRow):
        return {
            "reference": row.reference,
            "provider": row.combination.provider,
            "devices": [_device(each) for each in row.combination.devices],
            "evidence": row.evidence,
            "equivalent_of": row.equivalent_of,
            "first_added_on": row.combination.first_added_on.isoformat(),
        }
    if isinstance(row, PendingRow):
        return {
            "reference": row.reference,
            "provider": row.provider,
            "devices": [_device(each) for each in row.devices],
            "status": row.status,
        }
    return {
        "entry": f"{row.device_model_id:06d}",
        "supplier": row.organisation.name,
        "devices": row.devices,
        "systems": row.systems,
    }


def cells_of(kind: str, row: Any) -> list[str]:
    """Give a row as cells of a file, in the order of the columns; parts are separated by semicolons."""
    record = record_of(row)
    cells = []
    for column in header_of(kind):
        value = record[column]
        if isinstance(value, list):
            value = "; ".join("/".join(each.values()) if isinstance(each, dict) else each for each in value)
        cells.append(str(value))
    return cells


def header_of(kind: str) -> list[str]:
    """Give the columns of a list as it is published; the answer on confidentiality is not among them."""
    needed, more = COLUMNS[kind]
    return [column for column in (*needed, *more) if column != "confidential"]


def is_on_eligible_list(device_key: str) -> bool | None:
    """Whether the newest Eligible list of the DCC holds a device; None before its first. PPCT Report 4.1.2

    `device_key` is the device's identity without its version pair.
    """
    newest = newest_version(Kind.ELIGIBLE)
    if newest is None:
        return None
    return EligibleRow.objects.filter(version=newest, combination__devices__contains=[device_key]).exists()


def counts_for(organisation: Organisation | None) -> QuerySet[CountRow]:
    """Give the newest counts of one Supplier, or of all for the SSC (None). Section F2.10"""
    newest = newest_version(Kind.COUNTS)
    rows = CountRow.objects.filter(version=newest) if newest else CountRow.objects.none()
    rows = rows.select_related("device_model", "organisation").order_by("row")
    return rows if organisation is None else rows.filter(organisation=organisation)


def counts_since(
    model: DeviceModel, organisation: Organisation | None, *, at: dt.datetime
) -> list[tuple[dt.date, int]]:
    """Give how many Devices of a model a Supplier had by each version of the counts from the one that stood at `at`.

    Takes None for all Suppliers together. Gives days of receipt with numbers, oldest first; none before the DCC first
    counted any, and 0 where a later version leaves them out: each version is whole. Section F2.10
    """
    versions = DccListVersion.objects.filter(kind=Kind.COUNTS)
    stood = versions.filter(received_at__lte=at).order_by("-number").values_list("number", flat=True).first()
    since = versions.filter(number__gte=stood or 1).order_by("number")
    rows = CountRow.objects.filter(version__in=since, device_model=model)
    rows = rows if organisation is None else rows.filter(organisation=organisation)
    devices = dict(rows.order_by().values_list("version").annotate(together=Sum("devices")))
    found: list[tuple[dt.date, int]] = []
    for version in since:
        if found or version.pk in devices:
            found.append((london_day(version.received_at), devices.get(version.pk, 0)))
    return found


def proposed_estate(organisation: Organisation) -> list[dict[str, Any]]:
    """Propose the listed entries that a Supplier has in use, by the DCC's newest counts, and does not claim. Section F2.10

    Gives `device_model`, `role` (of EstateClaim), `devices`, `systems` and `as_of` for each, in ascending number. Hubs
    are none of a Supplier's (F2.6(a)).
    """
    claimed = EstateClaim.objects.current().filter(organisation=organisation).values("device_model")
    rows = counts_for(organisation).filter(devices__gt=0).exclude(device_model__in=claimed)
    rows = rows.filter(device_model__periods__in=ListingPeriod.objects.open())
    return [
        {
            "device_model": row.device_model,
            "role": roles[0],
            "devices": row.devices,
            "systems": row.systems,
            "as_of": row.version.received_at,
        }
        for row in rows.select_related("version", "device_model__manufacturer").order_by("device_model")
        if (roles := roles_for(row.device_model.device_type))
    ]


def age_in_days(version: DccListVersion, *, at: dt.datetime) -> int:
    """Give how many whole days ago a version was received."""
    return max((at - version.received_at).days, 0)


def _device(device: str) -> dict[str, str]:
    parts = dict(zip(DEVICE_PARTS, device.split("|"), strict=True))
    return parts | {"device_type": NAMES[parts["device_type"]]}
