"""Published against loaded: which entries the DCC's systems do not hold as the newest edition says them (Section F2.9)."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from cpl.models import Edition, Receipt, ReceiptHoldback
from cpl.rules.loading import Carried, LoadingSaid, NotLoaded, not_loaded, said_last
from cpl.services.publication.deltas import changes_since

MOST_RECEIPTS = 200  # of loading, newest first: how far back the beginning of a holding-back is looked for
LOADINGS = (Receipt.Kind.LOADED, Receipt.Kind.LOADED_IN_PART)


@dataclass(frozen=True, slots=True)
class Loading:
    """What is published, what was loaded last (None before any), and what of the one is not in the other."""

    newest: Edition | None
    loaded: Receipt | None
    not_loaded: tuple[NotLoaded, ...]


def loading() -> Loading:
    """Lay the newest edition beside what the DCC has loaded. Section F2.9

    Before the DCC has loaded anything, `not_loaded` is empty: the whole list is not loaded.
    """
    newest = Edition.objects.placed().defer("manifest").order_by("-number").first()
    receipts = _receipts()
    if newest is None or not receipts:
        return Loading(newest, None, ())
    said = [_said(each) for each in receipts]
    last = said_last(said)
    assert last is not None
    carried = [
        Carried(each.edition.number, each.edition.issued_at, each.entry, each.kind)
        for each in changes_since(number=last.edition)[0:None]
    ]
    loaded = next(each for each in receipts if (each.edition.number, each.at) == (last.edition, last.at))
    return Loading(newest, loaded, not_loaded(said, carried))


def held_back(entry: str) -> NotLoaded | None:
    """Say whether the DCC holds an entry (six digits) back, since when and why, as is published with it. Section F2.9"""
    only_this = ReceiptHoldback.objects.filter(entry_number=int(entry))
    found = not_loaded([_said(each) for each in _receipts(only_this)], ())
    return found[0] if found else None


def held_back_entries() -> tuple[NotLoaded, ...]:
    """Give every entry that the DCC holds back, by number. Section F2.9"""
    return not_loaded([_said(each) for each in _receipts()], ())


def _receipts(holdbacks: QuerySet[ReceiptHoldback] | None = None) -> list[Receipt]:
    """The DCC's receipts of loading, newest edition first, with all that they hold back or only what is asked for."""
    rows = Receipt.objects.filter(kind__in=LOADINGS).select_related("edition").defer("edition__manifest")
    rows = rows.prefetch_related(Prefetch("holdbacks", holdbacks))
    return list(rows.order_by("-edition__number", "-at", "-id")[:MOST_RECEIPTS])


def _said(receipt: Receipt) -> LoadingSaid:
    kept = {f"{each.entry_number:06d}": each.reason for each in receipt.holdbacks.all()}
    return LoadingSaid(receipt.edition.number, receipt.at, kept)
