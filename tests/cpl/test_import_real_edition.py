"""The real edition goes in and comes out again, cell for cell."""

import csv
import datetime as dt
import io

import pytest

from cpl.models import DeviceModel, ListingPeriod
from cpl.rendering import render_extract, render_forms
from cpl.rules.publication import version_cell
from cpl.services.edition_rows import edition_rows
from cpl.services.import_list import import_list
from secgov.journal.actors import Actor
from tests.factories.published_list import REAL_EDITION

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project"),
]
AT = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def imported():
    return import_list(
        data=REAL_EDITION.read_bytes(), file_name=REAL_EDITION.name, actor=Actor(None, "Operator"), at=AT
    )


def cells_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_real_edition_is_taken_over_with_its_statuses(imported):
    assert (imported.edition, imported.issued_on, imported.entries) == (2051, dt.date(2022, 9, 21), 729)
    assert DeviceModel.objects.count() == ListingPeriod.objects.count() == 729
    assert ListingPeriod.objects.open().count() == 694
    assert DeviceModel.objects.filter(generation="SMETS1").count() == 131
    assert not DeviceModel.objects.filter(number__in=[33, 74, 75]).exists()


@pytest.mark.clause("F2.2-1")
@pytest.mark.parametrize("imported_only", [True, False])
def test_exported_edition_equals_the_source_cell_for_cell_after_trimming(imported, imported_only):
    rows = edition_rows(on=AT.date(), imported_only=imported_only)
    printed = cells_of(render_extract(rows, version=version_cell(imported.edition, imported.issued_on)))
    source = cells_of(REAL_EDITION.read_bytes())
    assert printed == [[cell.strip() for cell in line] for line in source]


def test_every_form_of_the_real_edition_holds_all_its_rows(imported):
    rows = edition_rows(on=AT.date(), imported_only=True)
    forms = render_forms(rows, edition=imported.edition, issued_on=imported.issued_on)
    assert [(form.name, form.rows) for form in forms] == [("csv", 729), ("full", 729), ("json", 729)]
