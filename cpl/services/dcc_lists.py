"""Taking a list from the DCC, and publishing it (Sections F2.10 and F2.10A).

A list is taken whole or not at all, and published by the transaction that takes it. Should a version ever stand
unpublished, its obligation raises the alarm after one Working Day.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from cpl.list_reading import read_rows
from cpl.models import (
    CountRow,
    DccListVersion,
    DeployedCombination,
    DeviceModel,
    EligibleCombination,
    EligibleProductCombination,
    EligibleRow,
    PendingRow,
    WithheldCombination,
)
from cpl.rules import dcc_lists as rules
from cpl.rules import smets1_lists
from cpl.services.locks import hold_dcc_lists
from secgov.accounts.models import Organisation, PartyCategory, User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation
from secgov.time_rules import LONDON

Kind = DccListVersion.Kind
CLAUSES = {Kind.DEPLOYED: "F2.10", Kind.ELIGIBLE: "F2.10A", Kind.PENDING: "F2.10A", Kind.COUNTS: "F2.10"}
PUBLISH_WITHIN = 1  # Working Day: our target, the Code names none
_SUPPLIERS = (PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER)
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: its version (None for a check only), whether that is new, its rows, and remarks."""

    version: DccListVersion | None
    created: bool
    rows: int
    remarks: tuple[str, ...] = ()


@transaction.atomic
def take_list(
    *, kind: str, data: bytes, form: str, by: User, at: dt.datetime, dry_run: bool = False
) -> Taken:
    """Take a whole new version of a list from the DCC, and publish it. Section F2.10A

    Takes the bytes as they came, in the form "csv" or "json". The bytes of the newest version again are that
    version. With `dry_run` the rows are judged and nothing is kept. Raises NotPermitted; Refusal naming each row
    that is wrong, after which nothing of the list is kept.
    """
    grant = require(by, Duty.PROVIDE_DCC_LISTS)
    hold_dcc_lists()
    sha256 = hashlib.sha256(data).hexdigest()
    newest = newest_version(kind)
    if newest is not None and newest.sha256 == sha256 and not _since_withheld(newest):
        return Taken(newest, False, newest.rows)
    rows = _judged(kind, form, data, on=at.astimezone(LONDON).date())
    rules.check_not_emptied(kind, rows=len(rows), before=newest.rows if newest else 0)
    remarks = _remarks(kind, rows)
    if dry_run:
        return Taken(None, False, len(rows), remarks)
    number = newest.number + 1 if newest else 1
    gone, added = _differences(kind, newest, rows)
    version = DccListVersion.objects.create(
        kind=kind, number=number, sha256=sha256, size=len(data), rows=len(rows), added=added, gone=gone,
        received_at=at, received_by=by,
    )  # fmt: skip
    _STORE[kind](version, rows)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.dcc_list.received", subject=version, clause=CLAUSES[Kind(kind)],
        reason=f"The DCC provided its {version.get_kind_display()}.",
        after={"sha256": sha256, "rows": len(rows), "added": added, "gone": gone},
    )  # fmt: skip
    journal.close_task(key=age_task(kind), at=at, reason=f"Version {number} came.")
    if kind != Kind.COUNTS:
        open_publication(version=version, act=act, at=at)
        version = publish_version(version=version, at=at)
    return Taken(version, True, len(rows), remarks)


def open_publication(*, version: DccListVersion, act: Act, at: dt.datetime) -> Obligation:
    """Start the clock of the publication of a list that was received. Section F2.10

    Reading: the Code names no period; the target is one Working Day.
    """
    return journal.open_obligation_for_working_days(
        clause=CLAUSES[Kind(version.kind)], duty=f"Publish the {version.get_kind_display()}",
        owed_by=Obligation.Owner.PANEL, subject=version, act=act, from_at=at, working_days=PUBLISH_WITHIN, by_law=False,
    )  # fmt: skip


@transaction.atomic
def publish_version(*, version: DccListVersion, at: dt.datetime) -> DccListVersion:
    """Publish a version on the Website as it was received, and end what is owed for it. Section F2.10A

    Raises Refusal for counts, which are never public. Publishing twice is publishing once.
    """
    version = DccListVersion.objects.select_for_update().get(pk=version.pk)
    if version.kind == Kind.COUNTS:
        raise Refusal("Counts are for the SSC and for each Supplier, never public.", clause="F2.10")
    if version.published_at is None:
        version.published_at = at
        version.save(update_fields=["published_at"])
        act = journal.record(
            actor=SYSTEM, at=at, verb="cpl.dcc_list.published", subject=version, clause=CLAUSES[Kind(version.kind)],
            reason="It was received, and is published as received.", after={"published_at": at},
        )  # fmt: skip
        for owed in Obligation.objects.standing().filter(
            subject_type=version._meta.label_lower, subject_id=str(version.pk)
        ):
            journal.discharge(obligation=owed, act=act, at=at)
    return version


@transaction.atomic
def withhold_combination(*, row: PendingRow, by: User, at: dt.datetime, reason: str) -> WithheldCombination:
    """Take back a pending combination that a Testing Participant has called confidential since. Section F2.10A

    From now on it is left out of every version for others than the DCC and the Secretariat, and refused in the
    next upload. Withholding it twice is withholding it once. Raises NotPermitted, Refusal.
    """
    grant = require(by, Duty.PROVIDE_DCC_LISTS)
    if not reason.strip():
        raise Refusal(
            "The reason is missing.", clause="F2.10A", field="reason", remedy="Say who asked, and when."
        )
    hold_dcc_lists()
    kept = WithheldCombination.objects.filter(key=row.key).first()
    if kept is None:
        kept = WithheldCombination.objects.create(key=row.key, reason=reason.strip(), at=at, by=by)
        # The act names the row only: what is confidential does not stand in the journal.
        journal.record(
            actor=grant.actor, at=at, verb="cpl.dcc_list.withheld", subject=kept, clause="F2.10A", reason=reason.strip(),
            after={"row": row.row, "version": row.version.number},
        )  # fmt: skip
    return kept


def newest_version(kind: str) -> DccListVersion | None:
    """Give the newest version of a list, or None before the first."""
    return DccListVersion.objects.filter(kind=kind).order_by("-number").first()


def age_task(kind: str) -> str:
    """Give the key of the task that a list is old."""
    return f"dcc-list-age:{kind}"


def _since_withheld(version: DccListVersion) -> bool:
    """Whether a version holds what was called confidential since, so that its bytes may not come again."""
    keys = WithheldCombination.objects.values("key")
    return version.kind == Kind.PENDING and PendingRow.objects.filter(version=version, key__in=keys).exists()


def _judged(kind: str, form: str, data: bytes, *, on: dt.date) -> list[Any]:
    rows = read_rows(kind, form, data)
    if kind == Kind.ELIGIBLE:
        first = not DccListVersion.objects.filter(kind=kind).exists()
        return smets1_lists.read_eligible(rows, first_added=_first_added(), first_upload=first, on=on)
    if kind == Kind.PENDING:
        withheld = set(WithheldCombination.objects.values_list("key", flat=True))
        return smets1_lists.read_pending(rows, withheld=withheld)
    known = set(DeviceModel.objects.values_list("number", flat=True))
    if kind == Kind.DEPLOYED:
        return rules.read_deployed(rows, known=known)
    suppliers = Organisation.objects.filter(party_category__in=_SUPPLIERS).values_list("name", "pk")
    return rules.read_counts(rows, known=known, suppliers={name.casefold(): pk for name, pk in suppliers})


def _first_added() -> dict[str, dt.date]:
    """Give when each combination was first added, by the DCC's lists or, before the first, by hand."""
    by_hand = {}
    for combination in EligibleCombination.objects.prefetch_related("members"):
        devices = [
            "|".join(
                (
                    each.device_type,
                    each.manufacturer_identifier,
                    each.model_identifier,
                    each.hardware_version,
                    each.hardware_revision,
                    each.firmware_version,
                )
            )
            for each in combination.members.all()
        ]
        key = smets1_lists.combination_key(combination.communications_service_provider, devices)
        by_hand[key] = combination.first_added_on
    return by_hand | dict(EligibleProductCombination.objects.values_list("key", "first_added_on"))


def _remarks(kind: str, rows: list[Any]) -> tuple[str, ...]:
    """Remark where a combination would stand on both SMETS1 lists: on success it moves from one to the other."""
    other: set[str] = set()
    if kind == Kind.PENDING:
        other = set(
            EligibleRow.objects.filter(version=newest_version(Kind.ELIGIBLE)).values_list(
                "combination__key", flat=True
            )
        )
    elif kind == Kind.ELIGIBLE:
        other = set(
            PendingRow.objects.filter(version=newest_version(Kind.PENDING)).values_list("key", flat=True)
        )
    both = [
        f"Row {each.row} stands on the other SMETS1 list too."
        for each in rows
        if other and each.combination.key in other
    ]
    return tuple(both[:20])


def _names(kind: str, rows: list[Any]) -> set[Any]:
    """What tells one row from another between versions."""
    if kind == Kind.DEPLOYED:
        return {(each.entries, each.type_2_devices) for each in rows}
    if kind == Kind.COUNTS:
        return {(each.entry, each.supplier) for each in rows}
    return {each.combination.key for each in rows}


def _stored_names(version: DccListVersion) -> set[Any]:
    if version.kind == Kind.DEPLOYED:
        rows = DeployedCombination.objects.filter(version=version).values_list("entries", "type_2_devices")
        return {(tuple(entries), tuple(type_2)) for entries, type_2 in rows}
    if version.kind == Kind.COUNTS:
        return set(CountRow.objects.filter(version=version).values_list("device_model_id", "organisation_id"))
    if version.kind == Kind.ELIGIBLE:
        return set(EligibleRow.objects.filter(version=version).values_list("combination__key", flat=True))
    return set(PendingRow.objects.filter(version=version).values_list("key", flat=True))


def _differences(kind: str, before: DccListVersion | None, rows: list[Any]) -> tuple[int, int]:
    if before is None:
        return 0, len(rows)
    old, new = _stored_names(before), _names(kind, rows)
    return len(old - new), len(new - old)


def _store_deployed(version: DccListVersion, rows: list[rules.Deployed]) -> None:
    # A hundred thousand rows go by COPY. The names hold no sign that COPY or an array would read as its own.
    lines = io.StringIO(
        "".join(
            f"{version.pk}\t{each.row}\t{{{','.join(map(str, each.entries))}}}\t{{{_quoted(each.type_2_devices)}}}\n"
            for each in rows
        )
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY cpl_deployedcombination (version_id, row, entries, type_2_devices) FROM STDIN", lines
        )


def _quoted(names: tuple[str, ...]) -> str:
    return ",".join(f'"{name}"' for name in names)


def _store_eligible(version: DccListVersion, rows: list[smets1_lists.Eligible]) -> None:
    known = dict(EligibleProductCombination.objects.values_list("key", "pk"))
    new = [
        EligibleProductCombination(
            key=each.combination.key, provider=each.combination.provider, devices=list(each.combination.devices),
            first_added_on=each.first_added_on,
        )
        for each in rows
        if each.combination.key not in known
    ]  # fmt: skip
    for made in EligibleProductCombination.objects.bulk_create(new, batch_size=BATCH):
        known[made.key] = made.pk
    EligibleRow.objects.bulk_create(
        [
            EligibleRow(
                version=version, row=each.row, combination_id=known[each.combination.key], reference=each.reference,
                evidence=each.evidence, equivalent_of=each.equivalent_of,
            )
            for each in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _store_pending(version: DccListVersion, rows: list[smets1_lists.Pending]) -> None:
    PendingRow.objects.bulk_create(
        [
            PendingRow(
                version=version, row=each.row, key=each.combination.key, provider=each.combination.provider,
                devices=list(each.combination.devices), reference=each.reference, status=each.status,
            )
            for each in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _store_counts(version: DccListVersion, rows: list[rules.Count]) -> None:
    CountRow.objects.bulk_create(
        [
            CountRow(
                version=version, row=each.row, device_model_id=each.entry, organisation_id=each.supplier,
                devices=each.devices, systems=each.systems,
            )
            for each in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip


_STORE: dict[str, Callable[[DccListVersion, Any], None]] = {
    rules.DEPLOYED: _store_deployed,
    rules.ELIGIBLE: _store_eligible,
    rules.PENDING: _store_pending,
    rules.COUNTS: _store_counts,
}
