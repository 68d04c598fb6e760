"""What the lists from the DCC must look like (Theme H)."""

import datetime as dt

import pytest

from cpl.rules import dcc_lists, smets1_lists
from cpl.rules.dcc_lists import RowsRefused
from secgov.errors import Refusal

DAY = dt.date(2026, 12, 1)
METER = "Gas Smart Meter/7e3e/0000/03/00/05080607"
HUB = "Communications Hub/106C/0001/01/00/00070804"


def eligible(**changed):
    """A good row of the Eligible list."""
    return {
        "reference": "C-1",
        "provider": "North",
        "devices": f"{METER}; {HUB}",
        "evidence": "PPCT-1",
    } | changed


def pending(**changed):
    """A good row of the Pending list."""
    return {"reference": "P-1", "provider": "North", "devices": METER, "status": "CONSIDERING"} | changed


def read_eligible(*rows, first_added=None, first_upload=False):
    """Read rows of the Eligible list as received on DAY."""
    return smets1_lists.read_eligible(
        enumerate(rows, start=1), first_added=first_added or {}, first_upload=first_upload, on=DAY
    )


def read_pending(*rows, withheld=frozenset()):
    """Read rows of the Pending list."""
    return smets1_lists.read_pending(enumerate(rows, start=1), withheld=withheld)


def refused(act):
    """Give the fields and the clause that a reading is refused for."""
    with pytest.raises(RowsRefused) as caught:
        act()
    return [each.field for each in caught.value.each], caught.value.each[0].clause


@pytest.mark.clause("F2.10-1")
def test_deployed_row_names_entries_of_the_list_and_type_2_devices_need_none():
    rows = [(2, {"entries": "000007;3", "type_2_devices": "IHD"}), (3, {"entries": ["000003"]})]
    first, second = dcc_lists.read_deployed(rows, known={3, 7})
    assert (first.row, first.entries, first.type_2_devices) == (2, (3, 7), ("IHD",))
    assert (second.row, second.entries, second.type_2_devices) == (3, (3,), ())


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"entries": "000008"}, "entries"),
        ({"entries": "0000071"}, "entries"),
        ({"entries": ""}, "entries"),
        ({"entries": "7;000007"}, "entries"),
        ({"entries": "٧"}, "entries"),
        ({"entries": {"a": 1}}, "entries"),
        ({"entries": "7", "type_2_devices": '{"x"}'}, "type_2_devices"),
        ({"entries": "7", "type_2_devices": "a\tb"}, "type_2_devices"),
    ],
)
def test_bad_deployed_row_is_refused_by_its_number(row, field):
    fields, clause = refused(lambda: dcc_lists.read_deployed([(5, row)], known={7}))
    assert (fields, clause) == ([f"rows.5.{field}"], "F2.10")


def test_same_combination_twice_is_refused_and_names_the_first():
    with pytest.raises(RowsRefused) as caught:
        dcc_lists.read_deployed([(2, {"entries": "3;7"}), (3, {"entries": "7;3"})], known={3, 7})
    assert [each.message for each in caught.value.each] == ["Row 3: Row 2 is the same combination."]


def test_many_bad_rows_are_counted_and_the_first_two_hundred_named():
    with pytest.raises(RowsRefused) as caught:
        dcc_lists.read_deployed([(number, {"entries": "9"}) for number in range(1, 302)], known={7})
    assert "301 things are wrong" in caught.value.message
    assert len(caught.value.each) == 200


@pytest.mark.clause("F2.10A(a)")
@pytest.mark.parametrize("missing", ["provider", "evidence", "reference", "devices"])
def test_eligible_row_without_provider_or_evidence_is_refused(missing):
    fields, _ = refused(lambda: read_eligible(eligible(**{missing: ""})))
    assert fields == [f"rows.1.{missing}"]


@pytest.mark.clause("F2.10A(a)")
def test_claim_of_equivalence_names_a_tested_combination():
    tested, equal = read_eligible(eligible(), eligible(reference="C-2", devices=METER, equivalent_of="C-1"))
    assert (tested.equivalent_of, equal.equivalent_of) == ("", "C-1")
    for claim in ("C-9", "C-2"):
        fields, _ = refused(
            lambda claim=claim: read_eligible(
                eligible(), eligible(reference="C-2", devices=METER, equivalent_of=claim)
            )
        )
        assert fields == ["rows.2.equivalent_of"]


def test_combination_is_the_same_in_any_order_of_devices_and_any_spelling():
    (one,) = read_eligible(eligible())
    (other,) = read_eligible(eligible(devices=[HUB.lower(), METER], provider=" north "))
    assert one.combination.key == other.combination.key
    assert one.combination.devices[1] == "gsme|7E3E|0000|03|00|05080607"


def test_device_may_be_written_as_an_object():
    device = dict(zip(smets1_lists.DEVICE_PARTS, METER.split("/"), strict=True))
    (one,) = read_eligible(eligible(devices=[device]))
    assert one.combination.devices == ("gsme|7E3E|0000|03|00|05080607",)


@pytest.mark.parametrize(
    "devices", ["Gas Smart Meter/7e3e", "Kettle/7e3e/0000/03/00/05080607", f"{METER};{METER}"]
)
def test_device_that_is_none_is_refused(devices):
    assert refused(lambda: read_eligible(eligible(devices=devices)))[0] == ["rows.1.devices"]


@pytest.mark.clause("F2.10A(a)-d")
def test_date_of_first_adding_is_set_once_and_only_the_first_upload_brings_earlier_ones():
    old = dt.date(2020, 5, 1)
    given = smets1_lists.first_added_on
    assert given("", known=None, first_upload=False, on=DAY) == DAY
    assert given("2020-05-01", known=None, first_upload=True, on=DAY) == old
    assert given("2026-12-01", known=None, first_upload=True, on=DAY) == DAY
    assert given("", known=old, first_upload=False, on=DAY) == old
    assert given("2020-05-01", known=old, first_upload=False, on=DAY) == old
    for said, known, first in (
        ("2026-11-30", None, False),
        ("2026-12-02", None, True),
        ("2020-05-02", old, False),
        ("2020-04-30", old, True),
        ("1 May", None, True),
    ):
        with pytest.raises(Refusal) as caught:
            given(said, known=known, first_upload=first, on=DAY)
        assert caught.value.field == "first_added_on"


@pytest.mark.clause("F2.10A(b)(i)", "F2.10A(b)(ii)")
def test_pending_row_says_whether_it_is_considered_or_in_development():
    considered, tested = read_pending(
        pending(), pending(reference="P-2", devices=HUB, status="developing_testing", confidential="no")
    )
    assert smets1_lists.is_considered(considered.status) and not smets1_lists.is_developed_or_tested(
        considered.status
    )
    assert smets1_lists.is_developed_or_tested(tested.status) and not smets1_lists.is_considered(
        tested.status
    )
    for status in ("", "DONE"):
        assert refused(lambda status=status: read_pending(pending(status=status)))[0] == ["rows.1.status"]


@pytest.mark.clause("F2.10A-P")
@pytest.mark.parametrize("said", ["yes", True, "Y", "true", "perhaps"])
def test_confidential_row_is_refused_by_its_number_and_nothing_of_it_is_repeated(said):
    with pytest.raises(RowsRefused) as caught:
        read_pending(pending(reference="P-0", devices=HUB), pending(confidential=said, reference="SECRET-1"))
    [refusal] = caught.value.each
    assert (refusal.field, refusal.clause) == ("rows.2.confidential", "F2.10A")
    words = f"{caught.value.message} {refusal.message} {refusal.remedy}"
    assert "SECRET" not in words and "7E3E" not in words.upper()


def test_combination_called_confidential_since_is_refused_in_the_next_upload():
    [row] = read_pending(pending())
    fields, clause = refused(lambda: read_pending(pending(), withheld={row.combination.key}))
    assert (fields, clause) == (["rows.1.confidential"], "F2.10A")


def test_count_names_an_entry_a_supplier_and_two_whole_numbers():
    row = {"entry": "000007", "supplier": "Ayle  Energy", "devices": 12, "systems": "11"}
    [count] = dcc_lists.read_counts([(1, row)], known={7}, suppliers={"ayle energy": 4})
    assert (count.entry, count.supplier, count.devices, count.systems) == (7, 4, 12, 11)
    for changed in (
        {"entry": "8"},
        {"supplier": "Nobody"},
        {"devices": "-1"},
        {"systems": ""},
        {"systems": "1.5"},
    ):
        fields, _ = refused(
            lambda changed=changed: dcc_lists.read_counts(
                [(1, row | changed)], known={7}, suppliers={"ayle energy": 4}
            )
        )
        assert fields == [f"rows.1.{next(iter(changed))}"]


@pytest.mark.clause("F2.10B")
def test_no_alarm_for_the_eligible_list_before_its_commencement_date():
    def overdue(commencement, on=DAY):
        return dcc_lists.is_overdue(
            "eligible",
            last_received_on=None,
            day_of_alarm=dt.date(2026, 11, 20),
            on=on,
            commencement=commencement,
        )

    assert not overdue(None)
    assert not overdue(dt.date(2026, 12, 2))
    assert overdue(DAY)
    assert overdue(dt.date(2026, 11, 30))


def test_other_lists_are_overdue_after_the_last_day_of_their_time_and_not_before():
    def overdue(on):
        return dcc_lists.is_overdue(
            "deployed", last_received_on=dt.date(2026, 11, 1), day_of_alarm=DAY, on=on, commencement=None
        )

    assert not overdue(DAY - dt.timedelta(days=1))
    assert not overdue(DAY)
    assert overdue(DAY + dt.timedelta(days=1))
    assert not dcc_lists.is_overdue(
        "deployed", last_received_on=None, day_of_alarm=None, on=DAY, commencement=None
    )


@pytest.mark.clause("F2.10-1")
def test_list_without_a_row_takes_the_place_of_none_that_had_some():
    for kind in (dcc_lists.DEPLOYED, dcc_lists.ELIGIBLE, dcc_lists.COUNTS):
        with pytest.raises(Refusal) as caught:
            dcc_lists.check_not_emptied(kind, rows=0, before=1)
        assert caught.value.field == "file"
        dcc_lists.check_not_emptied(kind, rows=1, before=30_000)
        dcc_lists.check_not_emptied(kind, rows=0, before=0)
    dcc_lists.check_not_emptied(dcc_lists.PENDING, rows=0, before=4)
