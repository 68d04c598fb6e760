"""What changed from one edition to another: every entry that differs, and the changes of the list behind it (F2.8(a))."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson

from cpl.models import Edition, EditionDelta, ListChange
from cpl.rules.differences import (
    CLAUSE_OF_UPDATE,
    UPDATED,
    Difference,
    composed,
    differences_between,
    kind_of_difference,
)
from cpl.rules.list_changes import CORRECT, PUBLISHED_KINDS
from cpl.services.edition_entries import entries_of, entry_in


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change that an edition carries, at its place among them; `change` is None where only what stands beside differs."""

    edition: Edition
    place: int
    entry: str
    kind: str
    clause: str
    change: ListChange | None
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ChangesBetween:
    """The changes of the editions after one and up to another, read as far as they are asked for."""

    editions: tuple[Edition, ...]
    beyond: tuple[int, int] = (0, -1)

    def __getitem__(self, part: slice) -> list[ToldChange]:
        return list(islice(self._all(), part.start, part.stop))

    def after(self, edition: int, place: int) -> "ChangesBetween":
        """Those beyond a place in an edition."""
        return ChangesBetween(self.editions, (edition, place))

    def _all(self) -> Iterator[ToldChange]:
        for edition in self.editions:
            if edition.number >= self.beyond[0]:
                for told in changes_of(edition):
                    if (edition.number, told.place) > self.beyond:
                        yield told


def keep_delta(*, edition: Edition) -> EditionDelta | None:
    """Keep what an edition says otherwise than the one before, in the caller's transaction; None for the first."""
    if edition.previous is None:
        return None
    found = differences_between(entries_of(edition.previous), entries_of(edition))
    data = orjson.dumps([[each.entry, each.before, each.after] for each in found])
    return EditionDelta.objects.create(
        edition=edition, entries=len(found), gzipped=gzip.compress(data, 6, mtime=0)
    )


def changes_since(*, number: int, until: int | None = None) -> ChangesBetween:
    """Give the changes of every placed edition after one, up to another or to the newest. Section F2.8(a)"""
    later = Edition.objects.placed().filter(number__gt=number).select_related("previous")
    if until is not None:
        later = later.filter(number__lte=until)
    return ChangesBetween(tuple(later.defer("manifest", "previous__manifest").order_by("number")))


def changes_of(edition: Edition) -> list[ToldChange]:
    """Give what an edition changed: the changes of the list in their order, then what else differs."""
    return _changes_of(edition.manifest_sha256, edition)


@lru_cache(maxsize=64)
def _changes_of(manifest_sha256: str, edition: Edition) -> list[ToldChange]:
    # The digest is there to be part of the key: by it an answer may be kept for ever.
    differing = {each.entry: each for each in delta_of(edition)}
    told: list[ToldChange] = []
    seen = set()
    for change in ListChange.objects.filter(edition=edition, state=ListChange.State.ISSUED).order_by("pk"):
        entry = f"{change.entry_number:06d}"
        seen.add(entry)
        said = differing.get(entry)
        if said is None:  # what it changed is not published with the entry
            record = entry_in(edition, change.entry_number)
            said = Difference(entry, record, record)
        kind = PUBLISHED_KINDS[change.kind]
        told.append(
            ToldChange(edition, len(told), entry, kind, change.clause, change, said.before, said.after)
        )
    for entry, said in differing.items():
        if entry not in seen:
            told.append(
                ToldChange(
                    edition, len(told), entry, UPDATED, CLAUSE_OF_UPDATE, None, said.before, said.after
                )
            )
    return told


def delta_of(edition: Edition) -> list[Difference]:
    """Give the entries that an edition writes otherwise than the one before; none for the first."""
    kept = EditionDelta.objects.filter(edition=edition).values_list("gzipped", flat=True).first()
    if kept is not None:
        return [Difference(*each) for each in orjson.loads(gzip.decompress(bytes(kept)))]
    if edition.previous is None:
        return []
    return differences_between(entries_of(edition.previous), entries_of(edition))


def compare_editions(*, first: Edition, second: Edition) -> list[tuple[str, Difference]]:
    """Give every entry in which two editions differ, with the kind of it, by number. Section F2.8(a)

    The first may be the later one: then it is told what going back to the second would mean.
    """
    back = first.number > second.number
    low, high = sorted((first.number, second.number))
    between = changes_since(number=low, until=high).editions
    found = composed(delta_of(each) for each in between)
    corrected = {
        f"{number:06d}"
        for number in ListChange.objects.filter(
            kind=CORRECT, state=ListChange.State.ISSUED, edition__in=between
        ).values_list("entry_number", flat=True)
    }
    if back:
        found = [Difference(each.entry, each.after, each.before) for each in found]
    return [(kind_of_difference(each, corrected=each.entry in corrected), each) for each in found]
