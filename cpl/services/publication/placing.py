"""Placing an edition: its files and the witness first, then the switch of the Website (Section F2.8(b))."""

import datetime as dt
import gzip

from django.conf import settings
from django.db import transaction

from cpl.models import Edition, EditionLimb, EditionPlacement, PublishedEntry
from cpl.rules.witness import Witness
from cpl.services.edition_entries import entries_of, published_entry
from cpl.services.locks import hold_placement
from cpl.services.publication.deltas import keep_delta
from cpl.services.publication.duties import discharge_limb
from cpl.services.publication.witness import file_name, hold_folder, read_witness, write_whole, write_witness
from firmware_repo.models import Manufacturer
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM

_SWITCHED = [field.name for field in PublishedEntry._meta.fields if not field.primary_key]


def place_edition(*, edition: Edition, at: dt.datetime) -> bool:
    """Write an edition's files and the witness, then switch the Website to it. Section F2.8(b)

    Gives False where it was placed before. May be repeated after a kill at any step: the files are the same bytes, the
    switch happens once. Editions are placed in their order. Raises OSError where the folder cannot be written; nothing
    is switched then.
    """
    if edition.previous_id and not EditionPlacement.objects.filter(edition=edition.previous_id).exists():
        raise RuntimeError(f"edition {edition.previous} has to be placed before {edition}")
    _write_files(edition)
    return _switch(edition, at)


def _write_files(edition: Edition) -> None:
    folder = settings.EDITION_DIR
    with hold_folder(folder):
        for form in edition.forms.all():
            name, zipped = file_name(edition.number, form.name), bytes(form.gzipped)
            write_whole(folder / name, gzip.decompress(zipped))
            write_whole(folder / f"{name}.gz", zipped)
        write_whole(folder / file_name(edition.number, "manifest"), bytes(edition.manifest))
        stands = read_witness(folder)
        # A worker that slept while another went on must not set the witness back.
        if stands is None or stands.edition <= edition.number:
            write_witness(folder, Witness(edition.number, edition.manifest_sha256))


@transaction.atomic
def _switch(edition: Edition, at: dt.datetime) -> bool:
    hold_placement()
    _, created = EditionPlacement.objects.get_or_create(edition=edition, defaults={"placed_at": at})
    if not created:
        return False
    changed = _switch_entries(edition)
    keep_delta(edition=edition)
    evidence = {
        "edition": edition.number,
        "entries": edition.current_entries + edition.removed_entries,
        "changed": changed,
    }
    act = journal.record(
        actor=SYSTEM,
        at=at,
        verb="cpl.edition.published",
        subject=edition,
        clause="F2.8(b)",
        reason="The files stand in their place and the Website shows this edition.",
        after=evidence,
    )
    if not edition.is_imported:
        EditionLimb.objects.create(
            edition=edition, limb=EditionLimb.Limb.WEBSITE, done_at=at, evidence=evidence
        )
        discharge_limb(edition, "F2.8(b)", act=act, at=at)
    return True


def _switch_entries(edition: Edition) -> int:
    """Make the published entries those of the edition's stored bytes; give how many rows that changed."""
    makers = dict(Manufacturer.objects.values_list("identifier", "name"))
    shown = {
        number: (record, maker)
        for number, record, maker in PublishedEntry.objects.values_list(
            "number", "record", "manufacturer_name"
        )
    }
    different, numbers = [], set()
    for record in entries_of(edition):
        number, maker = int(record["entry"]), makers.get(record["manufacturer"], "")
        numbers.add(number)
        if shown.get(number) != (record, maker):
            different.append(published_entry(record, maker, edition))
    PublishedEntry.objects.bulk_create(
        different, batch_size=2000, update_conflicts=True, unique_fields=["number"], update_fields=_SWITCHED
    )
    PublishedEntry.objects.filter(number__in=shown.keys() - numbers).delete()
    return len(different)
