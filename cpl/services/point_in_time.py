"""The list of another day, or as it was known at another instant (F2.2, F2.8)."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Min

from cpl.models import Edition, ListChange, PublishedEntry
from cpl.models.editions import PublishedEntryQuerySet
from cpl.models.point_in_time import as_they_stood
from cpl.rules.differences import Difference, composed
from cpl.rules.point_in_time import end_of_instant, why_not_known
from cpl.services.edition_entries import published_entry
from cpl.services.publication.deltas import changes_since, delta_of
from firmware_repo.models import Manufacturer
from secgov.time_rules import london_day

_NOTHING_ISSUED = "Not known: no edition had been issued by then."


@dataclass(frozen=True, slots=True)
class View:
    """What is asked of another day or another instant, the edition by which it is known, and the newest one.

    `unknown` says why the question has no answer; then there are no entries. Where nothing is asked there is no edition
    here either: the entries name their own.
    """

    as_of: dt.date | None
    known_at: dt.datetime | None
    edition: Edition | None
    newest: Edition | None
    unknown: str = ""

    @property
    def is_now(self) -> bool:
        """Whether nothing is asked but the newest edition."""
        return self.as_of is None and self.known_at is None

    def entries(self) -> PublishedEntryQuerySet:
        """Give every entry of it, in no order: a queryset to filter, order and page as that of the newest edition.

        Where an edition is placed between this and the reading, entries that it changed may be missing: a reader that
        names the edition asks anew.
        """
        found = PublishedEntry.objects.all()
        if self.is_now:
            return found
        if self.edition is None or self.newest is None:
            return found.none()
        earlier = _differences(self.edition, self.newest)
        makers = (
            dict(Manufacturer.objects.values_list("identifier", "name"))
            if any(each.before for each in earlier)
            else {}
        )
        return as_they_stood(
            found,
            edition=self.edition.pk,
            said_otherwise=[
                published_entry(each.before, makers.get(each.before["manufacturer"], ""), self.edition)
                for each in earlier
                if each.before
            ],
            gone=[int(each.entry) for each in earlier if not each.before],
            on=self.as_of,
        )


NOW = View(None, None, None, None)


def look_at(*, as_of: dt.date | None, known_at: dt.datetime | None, at: dt.datetime) -> View:
    """Find what is known of the list: of a London day by legal effect, as recorded at an instant. Section F2.2

    Takes either, both or neither, and the present instant; a time that has not come yet is not known.
    """
    if as_of is None and known_at is None:
        return NOW
    placed = Edition.objects.placed().defer("manifest").order_by("-number")
    newest = placed.first()
    if newest is None:
        return View(as_of, known_at, None, None, _NOTHING_ISSUED)
    edition: Edition | None = newest
    unknown = ""
    # What is issued is known, even where the clock was set back to before it.
    present = max(at, newest.issued_at)
    if known_at is not None:
        if known_at >= end_of_instant(present):
            unknown = "Not known: that instant is still to come."
        elif (edition := placed.filter(issued_at__lt=end_of_instant(known_at)).first()) is None:
            unknown = _NOTHING_ISSUED
    if as_of is not None and edition is not None and not unknown:
        unknown = why_not_known(
            on=as_of, known_from=_known_from(), known_until=max(london_day(present), newest.issued_on)
        )
    return View(as_of, known_at, None if unknown else edition, newest, unknown)


def _known_from() -> dt.date:
    """The first day of which anything is known: that of the list taken over, or of the first act that was published."""
    first = Edition.objects.placed().defer("manifest").earliest()
    acts = ListChange.objects.filter(edition=first).aggregate(first=Min("approved_at"))["first"]
    return min(first.issued_on, london_day(acts)) if acts else first.issued_on


def _differences(edition: Edition, newest: Edition) -> list[Difference]:
    if edition.pk == newest.pk:
        return []
    return _kept(edition.manifest_sha256, newest.manifest_sha256, edition.number, newest.number)


@lru_cache(maxsize=8)
def _kept(sha256: str, newest_sha256: str, number: int, newest: int) -> list[Any]:
    # By the digests, which are there to be part of the key, an answer may be kept for ever.
    between = changes_since(number=number, until=newest).editions
    return composed(delta_of(each) for each in between)
