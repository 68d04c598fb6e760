"""Taking the DCC's lists and publishing them (Theme H)."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from cpl.models import (
    DccListVersion,
    DeployedCombination,
    DeviceModel,
    EligibleProductCombination,
    EligibleRow,
    PendingRow,
    WithheldCombination,
)
from cpl.rules.dcc_lists import RowsRefused
from cpl.services import dcc_list_contents, dcc_lists
from cpl.services.import_list import import_list
from cpl.services.listing_facts import identity_of, is_eligible
from secgov.accounts.models import Organisation, Role
from secgov.errors import NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation, Task
from tests.factories import casts, devices, people
from tests.factories.dcc_lists import HUB, METER, as_json, dcc_person, eligible, pending, sent, version
from tests.factories.devices import NOON
from tests.factories.published_list import large_list

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(days=1)


@pytest.fixture
def dcc():
    """A person of the DCC."""
    return dcc_person()


@pytest.fixture
def entries():
    """A list of some entries, current and removed; gives their numbers."""
    import_list(data=large_list(6), file_name="list.csv", at=NOON, actor=Actor(user_id=None, role="test"))
    return [f"{number:06d}" for number in DeviceModel.objects.values_list("number", flat=True)]


@pytest.mark.clause("F2.10-1", "F2.10A-0")
@pytest.mark.parametrize("kind", ["deployed", "eligible", "pending", "counts"])
def test_list_is_taken_from_the_dcc_alone(kind):
    for role in (Role.SUPPLIER, Role.SECRETARIAT, Role.AUDITOR):
        with pytest.raises(NotPermitted):
            sent(kind, people.person(role))
    assert not DccListVersion.objects.exists()


@pytest.mark.clause("F2.10-2", "F2.10A-0")
def test_upload_is_recorded_with_its_digest_and_the_same_bytes_again_are_the_same_version(dcc, entries):
    first = sent(
        "deployed", dcc, {"entries": entries[:2], "type_2_devices": ["IHD"]}, {"entries": entries[2:5]}
    )
    assert (first.created, first.rows, first.version.number, first.version.added) == (True, 2, 1, 2)
    assert Act.objects.get(verb="cpl.dcc_list.received").after["sha256"] == first.version.sha256
    again = sent(
        "deployed",
        dcc,
        {"entries": entries[:2], "type_2_devices": ["IHD"]},
        {"entries": entries[2:5]},
        at=LATER,
    )
    assert (again.created, again.version) == (False, first.version)
    second = sent("deployed", dcc, {"entries": entries[:3]}, {"entries": entries[2:5]}, at=LATER)
    assert (second.version.number, second.version.added, second.version.gone) == (2, 1, 1)
    added, gone = dcc_list_contents.changed_rows(second.version)
    assert [row.entries for row in added] == [[int(each) for each in entries[:3]]]
    assert [row.type_2_devices for row in gone] == [["IHD"]]
    assert DeployedCombination.objects.filter(version=first.version).count() == 2, (
        "an earlier version is kept"
    )


def test_dry_run_and_bad_rows_keep_nothing(dcc, entries):
    checked = sent("deployed", dcc, {"entries": entries[:2]}, dry_run=True)
    assert (checked.version, checked.rows) == (None, 1)
    with pytest.raises(RowsRefused):
        sent("deployed", dcc, {"entries": entries[:2]}, {"entries": ["999999"]})
    assert (
        not DccListVersion.objects.exists()
        and not Act.objects.filter(verb__startswith="cpl.dcc_list").exists()
    )


@pytest.mark.parametrize(
    ("form", "data"),
    [("json", b"[]"), ("json", b"{"), ("json", b'{"rows": [1]}'), ("json", b'{"rows": [{"x": 1}]}'), ("csv", b"\xff"),
     ("csv", b""), ("csv", b"entries,entries\n"), ("csv", b"entry\n1\n"), ("csv", b"entries\n1,2\n"), ("csv", b'entries\n"1\n'),
     ("csv", b"entries\n1\0\n")],
)  # fmt: skip
def test_file_that_is_no_such_list_is_refused(dcc, form, data):
    with pytest.raises(Refusal) as caught:
        dcc_lists.take_list(kind="deployed", data=data, form=form, by=dcc, at=NOON)
    assert caught.value.field == "file"


def test_csv_and_json_say_the_same(dcc):
    data = f"reference,provider,devices,evidence\nC-1,North,{METER}; {HUB},PPCT-1\n".encode()
    taken = dcc_lists.take_list(kind="eligible", data=data, form="csv", by=dcc, at=NOON)
    [row] = dcc_list_contents.rows_of(taken.version)
    record = dcc_list_contents.record_of(row)
    assert record["devices"][1]["device_type"] == "Gas Smart Meter"
    again = sent("eligible", dcc, {**record, "evidence": "PPCT-2"}, at=LATER)
    assert (again.version.added, again.version.gone) == (0, 0)
    assert dcc_list_contents.cells_of("eligible", row)[2].endswith(METER)


@pytest.mark.clause("F2.10-3", "F2.10A-Pub")
def test_list_is_published_as_received_by_the_transaction_that_takes_it(dcc):
    made = version("eligible", dcc, eligible())
    assert made.published_at == NOON
    [owed] = Obligation.objects.filter(subject_id=str(made.pk), clause="F2.10A")
    assert not owed.is_standing and owed.discharged_at == NOON
    assert [each.row for each in dcc_list_contents.rows_of(made)] == [1]


@pytest.mark.clause("F2.10-3", "F2.10A-Pub")
def test_list_that_is_not_published_within_a_working_day_raises_an_alarm(dcc):
    friday = dt.datetime(2027, 1, 15, 10, 0, tzinfo=dt.UTC)
    made = DccListVersion.objects.create(
        kind="deployed",
        number=1,
        sha256="0" * 64,
        size=1,
        rows=0,
        added=0,
        gone=0,
        received_at=friday,
        received_by=dcc,
    )
    act = journal.record(actor=Actor(user_id=None, role="t"), at=friday, verb="t", subject=made, reason="t")
    owed = dcc_lists.open_publication(version=made, act=act, at=friday)
    monday_ends = dt.datetime(2027, 1, 19, 0, 0, tzinfo=dt.UTC)
    assert owed.due_at == monday_ends
    journal.raise_alarms(at=monday_ends - dt.timedelta(seconds=1))
    assert not Task.objects.filter(title__startswith="The time has passed").exists()
    journal.raise_alarms(at=monday_ends)
    assert Task.objects.filter(title__startswith="The time has passed", closed_at=None).exists()
    dcc_lists.publish_version(version=made, at=monday_ends)
    assert not Obligation.objects.standing().filter(pk=owed.pk).exists()


def test_counts_are_never_published(dcc, entries):
    people.organisation("Ayle Energy", Organisation.Kind.PARTY)
    made = version(
        "counts", dcc, {"entry": entries[0], "supplier": "ayle energy", "devices": 12, "systems": 11}
    )
    assert made.published_at is None
    with pytest.raises(Refusal):
        dcc_lists.publish_version(version=made, at=LATER)


@pytest.mark.clause("F2.10A(a)-d")
def test_date_of_first_adding_stays_when_a_combination_is_removed_and_added_again(dcc):
    version("eligible", dcc, eligible(first_added_on="2020-05-01"))
    version("eligible", dcc, eligible(devices=[HUB]), at=LATER)
    back = version("eligible", dcc, eligible(), at=LATER + dt.timedelta(days=1))
    [row] = EligibleRow.objects.filter(version=back)
    assert row.combination.first_added_on == dt.date(2020, 5, 1)
    assert EligibleProductCombination.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        EligibleProductCombination.objects.update(first_added_on=LATER.date())


@pytest.mark.clause("F2.10A-P")
def test_upload_with_a_confidential_row_is_refused_and_nothing_of_it_is_stored(dcc):
    with pytest.raises(RowsRefused):
        sent("pending", dcc, pending(), pending(reference="SECRET", devices=[HUB], confidential="yes"))
    assert not DccListVersion.objects.exists() and not PendingRow.objects.exists()
    assert not Act.objects.filter(verb__startswith="cpl.dcc_list").exists()


@pytest.mark.clause("F2.10A-P", "F2.10A-Pub")
def test_row_called_confidential_later_is_absent_from_the_next_version_and_from_history_for_others(dcc):
    both = [pending(), pending(reference="P-2", devices=[HUB])]
    old = version("pending", dcc, *both)
    secret = PendingRow.objects.get(version=old, reference="P-2")
    with pytest.raises(NotPermitted):
        dcc_lists.withhold_combination(row=secret, by=people.person(Role.SUPPLIER), at=LATER, reason="Asked.")
    for _ in range(2):
        dcc_lists.withhold_combination(row=secret, by=dcc, at=LATER, reason="The participant asked.")
    assert WithheldCombination.objects.count() == 1
    assert [row.reference for row in dcc_list_contents.rows_of(old)] == ["P-1"]
    assert [row.reference for row in dcc_list_contents.rows_of(old, confidential=True)] == ["P-1", "P-2"]
    assert HUB.split("/")[1] not in str(Act.objects.get(verb="cpl.dcc_list.withheld").after)
    with pytest.raises(RowsRefused):
        sent("pending", dcc, *both, at=LATER)
    new = version("pending", dcc, pending(), at=LATER)
    assert [row.reference for row in dcc_list_contents.rows_of(new, confidential=True)] == ["P-1"]
    added, gone = dcc_list_contents.changed_rows(new)
    assert (list(added), list(gone)) == ([], [])


def test_upload_remarks_what_stands_on_both_smets1_lists(dcc):
    version("eligible", dcc, eligible())
    taken = sent("pending", dcc, pending(devices=[METER, HUB]))
    assert taken.remarks == ("Row 1 stands on the other SMETS1 list too.",)


@pytest.mark.clause("PPCT-4.1.2-m")
def test_newest_list_of_the_dcc_decides_on_eligibility_from_its_first_upload_on(dcc):
    cast = casts.cast()
    smets1 = devices.submitted(
        cast.manufacturer, cast.maker, spec_version="1.2", gbcs_version="0.0", certificates=()
    )
    device = identity_of(smets1)
    assert not is_eligible(device, on=NOON.date())
    by_hand = casts.eligible_combination(smets1)
    assert is_eligible(device, on=NOON.date())
    only_hub = version("eligible", dcc, eligible(devices=[HUB]))
    assert not is_eligible(device, on=NOON.date()), "what is kept by hand decides no more"
    assert only_hub.number == 1
    with_meter = version("eligible", dcc, eligible(devices=[METER], first_added_on=""), at=LATER)
    assert is_eligible(device, on=LATER.date())
    [row] = EligibleRow.objects.filter(version=with_meter)
    assert row.combination.first_added_on == by_hand.first_added_on, (
        "the date that was kept by hand goes with it"
    )


def test_version_and_its_rows_never_change(dcc):
    made = version("eligible", dcc, eligible())
    for statement in (
        "UPDATE cpl_dcclistversion SET rows = 7",
        "DELETE FROM cpl_dcclistversion",
        "UPDATE cpl_eligiblerow SET evidence = 'other'",
        "DELETE FROM cpl_eligiblerow",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert DccListVersion.objects.get(pk=made.pk).rows == 1


def test_list_of_no_rows_is_a_list(dcc):
    assert version("pending", dcc).rows == 0
    assert as_json() == b'{"rows": []}'
