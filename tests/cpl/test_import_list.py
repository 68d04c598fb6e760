"""Taking over a published edition: whole, once, and into an empty register only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cpl.models import DeviceModel, ListImport, ListingPeriod
from cpl.services.import_list import UnreadableList, import_list
from firmware_repo.models import Manufacturer
from secgov.errors import Refusal
from secgov.journal.actors import Actor
from secgov.journal.models import Act
from tests.factories.published_list import HUB, METER, edited, file_of

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 14, 5, tzinfo=UTC)


def take_over(data: bytes, **more):
    return import_list(data=data, file_name="list.csv", actor=Actor(None, "Operator"), at=AT, **more)


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (DeviceModel, ListingPeriod, Manufacturer, ListImport, Act)
    )


@pytest.mark.clause("F2.2-1")
def test_import_stores_every_entry_with_its_published_status():
    outcome = take_over(file_of(HUB, METER))
    assert (outcome.edition, outcome.entries, outcome.removed, outcome.manufacturers) == (2051, 2, 1, 2)
    assert list(DeviceModel.objects.values_list("number", "generation")) == [(1, "SMETS2+"), (4, "SMETS2+")]
    assert list(ListingPeriod.objects.open().values_list("device_model_id", flat=True)) == [1]
    hub = DeviceModel.objects.get(number=1)
    assert (hub.duis_device_model, hub.firmware_version, hub.image_hash) == ("433100AC", "124074DA", HUB[12])


def test_imported_entry_says_by_when_it_was_listed_and_invents_no_day_or_clause():
    take_over(file_of(HUB, METER))
    removed = ListingPeriod.objects.get(device_model=4)
    assert (removed.origin, removed.opened_at, removed.opened_known_by) == (
        "imported",
        None,
        date(2022, 9, 21),
    )
    assert (removed.closed_at, removed.closed_known_by, removed.closing_clause) == (
        None,
        date(2022, 9, 21),
        "",
    )


def test_identity_of_a_listing_period_is_that_of_its_entry():
    take_over(file_of(HUB, METER))
    for period in ListingPeriod.objects.select_related("device_model"):
        assert period.identity == period.device_model.identity


def test_smets1_entry_is_stored_as_smets1():
    take_over(file_of(edited(HUB, c11="SMETS V1.2", c12="GBCS Version 0.0")))
    assert DeviceModel.objects.get().generation == "SMETS1"


def test_import_is_one_act_of_the_journal():
    take_over(file_of(HUB, METER))
    act = Act.objects.get()
    assert (act.verb, act.clause, act.actor_role) == ("cpl.list.imported", "F2.2", "Operator")
    assert act.after["entries"] == 2


@pytest.mark.clause("F2.2-1")
@pytest.mark.parametrize(
    "data",
    [
        file_of(HUB, edited(METER, c4="Toaster")),
        file_of(HUB, METER[:-1]),
        file_of(HUB, edited(METER, c2="000001")),
        file_of(edited(HUB, c13=HUB[12][:-1])),
        file_of(HUB, header=("Versions", *["x"] * 12)),
        file_of(HUB).decode("utf-8-sig").encode("utf-16"),
    ],
)
def test_damaged_file_is_refused_whole_and_nothing_changed(data):
    before = counts()
    with pytest.raises(UnreadableList) as caught:
        take_over(data)
    assert caught.value.problems
    assert counts() == before


def test_same_bytes_again_do_nothing_and_say_so():
    take_over(file_of(HUB, METER))
    before = counts()
    assert take_over(file_of(HUB, METER)).repeated
    assert counts() == before


def test_other_list_is_refused_with_what_to_do_and_nothing_changed():
    take_over(file_of(HUB, METER))
    before = counts()
    with pytest.raises(Refusal, match=r"not empty: it holds the imported edition 2\.051") as caught:
        take_over(file_of(HUB))
    assert "empty database" in caught.value.remedy
    assert counts() == before


def test_dry_run_checks_everything_and_stores_nothing():
    before = counts()
    assert take_over(file_of(HUB, METER), dry_run=True).entries == 2
    with pytest.raises(UnreadableList):
        take_over(file_of(HUB, METER[:-1]), dry_run=True)
    assert counts() == before


def test_each_step_is_told_to_the_operator():
    lines: list[str] = []
    take_over(file_of(HUB, METER), say=lines.append)
    assert lines == ["Reading the file …", "Storing 2 entries of 2 manufacturers …", "Recording the import …"]


def test_manufacturer_known_already_keeps_its_name():
    Manufacturer.objects.create(identifier="106C", name="Made Up Metering")
    take_over(file_of(HUB))
    assert Manufacturer.objects.get(identifier="106C").name == "Made Up Metering"


# --- the command ------------------------------------------------------------------------------------------


def run(path, *arguments: str) -> str:
    said = StringIO()
    call_command("import_cpl", str(path), *arguments, stdout=said)
    return said.getvalue()


def test_command_imports_a_file_and_says_what_it_holds(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(file_of(HUB, METER))
    assert "Edition 2.051 of 21 September 2022 could be imported" in run(path, "--dry-run")
    assert "Imported edition 2.051 of 21 September 2022: 2 entries, 1 Current and 1 Removed" in run(path)
    assert "Nothing to do: this very file was imported before, as edition 2.051" in run(path)


def test_command_reports_each_bad_row_with_number_and_reason(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(file_of(edited(HUB, c3="Lapsed"), METER[:-1]))
    with pytest.raises(CommandError) as caught:
        run(path)
    assert str(caught.value).splitlines() == [
        "The file is refused whole, and nothing was changed: 2 things are wrong with it.",
        "Row 2, Entry.status: “Lapsed” is not a status; it is Current or Removed",
        "Row 3: it has 12 columns, not 13",
        "Correct the rows named, and import the file again.",
    ]


def test_command_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "absent.csv")


def test_hash_with_two_firmware_versions_is_pointed_out(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(file_of(HUB, edited(HUB, c2="000002", c10="00000001")))
    assert "Look at this: The Hash" in run(path)


# --- two at once --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_the_same_time_make_one_list():
    def attempt(_: int) -> bool:
        try:
            return take_over(file_of(HUB, METER)).repeated
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]
    assert counts() == (2, 2, 2, 1, 1)
