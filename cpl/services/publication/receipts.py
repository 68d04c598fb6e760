"""What the DCC has received and loaded, and its 24 hours (Section F2.9)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from cpl.models import Edition, Receipt, ReceiptHoldback
from cpl.rules.publication import parse_edition
from cpl.rules.receipts import (
    INVENTORY_HOURS,
    LOADED,
    LOADED_IN_PART,
    RECEIVED,
    ReceiptFacts,
    check_receipt,
    closed_by_loading,
)
from cpl.rules.submissions import clean_reason
from cpl.services.locks import hold_receipts
from cpl.services.publication.placing import entries_of
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation

CLAUSE = "F2.9"


@dataclass(frozen=True, slots=True)
class ReceiptResult:
    """The receipt that stands, whether this call made it, and whether a later edition has been issued."""

    receipt: Receipt
    created: bool
    superseded: bool


@dataclass(frozen=True, slots=True)
class DccStanding:
    """What the DCC holds: its latest receipt of any kind, and the latest by which it loaded a list."""

    received: Receipt | None
    loaded: Receipt | None


def dcc_standing() -> DccStanding:
    """Say which edition the DCC has received last, and which it has loaded. Section F2.9"""
    receipts = Receipt.objects.select_related("edition").order_by("-edition__number", "at", "id")
    return DccStanding(received=receipts.first(), loaded=receipts.filter(kind=Receipt.Kind.LOADED).first())


@transaction.atomic
def record_receipt(
    *, edition: Edition, kind: str, manifest_sha256: str, holdbacks: Mapping[str, str] | None, client: User, at: dt.datetime,
    by_pull: bool = False,
) -> ReceiptResult:  # fmt: skip
    """Record what the DCC says of an edition. Section F2.9

    Takes "received", "loaded" or "loaded_in_part" with the manifest's digest, and for the last one the entries not
    loaded (six digits) with reasons. The first sign of receipt starts 24 hours; `loaded` ends them, and those of older
    editions. The same again changes nothing. Raises NotPermitted for anyone but the DCC's client, Refusal for a wrong
    digest, a step backward, or missing reasons.
    """
    grant = require(client, Duty.ACKNOWLEDGE_EDITION)
    hold_receipts()
    earlier = list(Receipt.objects.filter(edition=edition).order_by("id"))
    facts = ReceiptFacts(
        edition=edition.number,
        manifest_sha256=edition.manifest_sha256,
        newest=Edition.objects.placed().values_list("number", flat=True).first() or edition.number,
        state=earlier[-1].kind if earlier else "",
    )
    answer = check_receipt(
        facts,
        state=kind,
        manifest_sha256=manifest_sha256,
        not_loaded=holdbacks or {},
        entries=_entry_numbers(edition) if kind == LOADED_IN_PART else frozenset(),
    )
    if not answer.changes or (kind == LOADED_IN_PART and _says_the_same(earlier[-1:], holdbacks or {})):
        return ReceiptResult(earlier[-1], created=False, superseded=answer.superseded)
    receipt = Receipt.objects.create(
        edition=edition, kind=kind, at=at, by_pull=by_pull, client=client, manifest_sha256=edition.manifest_sha256,
        was_newest=not answer.superseded,
    )  # fmt: skip
    ReceiptHoldback.objects.bulk_create(
        ReceiptHoldback(receipt=receipt, entry_number=int(number), reason=clean_reason(reason))
        for number, reason in sorted((holdbacks or {}).items())
    )
    act = _record(receipt, grant, at, holdbacks or {})
    if not earlier:
        _start_24_hours(edition, grant, act, at)
    if kind == LOADED:
        _close_up_to(edition, act, at)
    journal.close_task(key=not_received_key(edition), at=at, reason="The DCC has shown a sign of receipt.")
    return ReceiptResult(receipt, created=True, superseded=answer.superseded)


def record_pull(*, edition: Edition, client: User, at: dt.datetime) -> ReceiptResult | None:
    """Record that the DCC's client pulled an edition's manifest, which is receipt (A-20). Section F2.9

    Gives None where the DCC showed a sign of receipt before: the earliest keeps its instant.
    """
    require(client, Duty.ACKNOWLEDGE_EDITION)
    if Receipt.objects.filter(edition=edition).exists():
        return None
    with transaction.atomic():
        hold_receipts()
        if Receipt.objects.filter(edition=edition).exists():
            return None
        return record_receipt(
            edition=edition, kind=RECEIVED, manifest_sha256=edition.manifest_sha256, holdbacks=None, client=client, at=at,
            by_pull=True,
        )  # fmt: skip


def not_received_key(edition: Edition) -> str:
    """Give the key of the task that asks a person to tell the DCC by a second channel."""
    return f"dcc-not-received:{edition.number}"


def _entry_numbers(edition: Edition) -> frozenset[str]:
    return frozenset(entry["entry"] for entry in entries_of(edition))


def _says_the_same(last: list[Receipt], holdbacks: Mapping[str, str]) -> bool:
    if not last or last[0].kind != LOADED_IN_PART:
        return False
    said = {
        f"{number:06d}": reason for number, reason in last[0].holdbacks.values_list("entry_number", "reason")
    }
    return said == {number: clean_reason(reason) for number, reason in holdbacks.items()}


def _record(receipt: Receipt, grant: Grant, at: dt.datetime, holdbacks: Mapping[str, str]) -> Act:
    kind = receipt.kind.replace("_", " ")
    reason = (
        "The DCC’s client pulled the manifest."
        if receipt.by_pull
        else f"The DCC’s client reported the edition as {kind}."
    )
    return journal.record(
        actor=grant.actor, at=at, verb=f"cpl.edition.{receipt.kind}", subject=receipt.edition, clause=CLAUSE, reason=reason,
        after={"manifest_sha256": receipt.manifest_sha256, "not_loaded": dict(holdbacks)},
    )  # fmt: skip


def _start_24_hours(edition: Edition, grant: Grant, act: Act, at: dt.datetime) -> None:
    obligation = journal.open_obligation_for_hours(
        clause=CLAUSE, duty="Modify the Smart Metering Inventory", owed_by=Obligation.Owner.DCC, subject=edition, act=act,
        from_at=at, hours=INVENTORY_HOURS, organisation_id=grant.organisation.pk,
    )  # fmt: skip
    # Where a later edition is loaded already, nothing of this one is left to do.
    if Receipt.objects.filter(kind=LOADED, edition__number__gt=edition.number).exists():
        journal.discharge(obligation=obligation, act=act, at=at)


def _close_up_to(edition: Edition, act: Act, at: dt.datetime) -> None:
    open_ones = {
        parse_edition(each.subject_name): each
        for each in Obligation.objects.standing().filter(
            clause=CLAUSE, subject_type=Edition._meta.label_lower
        )
    }
    for number in closed_by_loading(edition.number, open_ones):
        journal.discharge(obligation=open_ones[number], act=act, at=at)
