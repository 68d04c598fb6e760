"""What a Supplier may claim, and how its file is read."""

import datetime as dt

import pytest

from cpl.rules import estate as rules
from secgov.errors import Refusal

TODAY = dt.date(2027, 2, 1)


@pytest.mark.clause("F2.6(b)")
@pytest.mark.parametrize(
    ("device_type", "roles"),
    [
        ("gsme", ("gas",)),
        ("single_element_esme", ("import",)),
        ("hcalcs", ("import",)),
        ("ppmid", ("import", "gas")),
        ("communications_hub", ()),
    ],
)
def test_role_follows_from_the_type(device_type, roles):
    assert rules.roles_for(device_type) == roles


@pytest.mark.clause("F2.6(b)")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"device_type": "communications_hub"}, "entry"),
        ({"role": "import"}, "role"),
        ({"is_listed": False}, "entry"),
        ({"since": TODAY + dt.timedelta(days=1)}, "since"),
    ],
)
def test_claim_that_cannot_be_is_refused_at_its_field(changed, field):
    claim = {
        "entry": "000123",
        "device_type": "gsme",
        "role": "gas",
        "is_listed": True,
        "since": TODAY,
        "today": TODAY,
    }
    rules.check_claim(**claim)
    with pytest.raises(Refusal) as refused:
        rules.check_claim(**claim | changed)
    assert refused.value.field == field


@pytest.mark.clause("F2.6(b)")
@pytest.mark.parametrize("day", ["2027-02-01", "1/2/2027", "01.02.2027", dt.date(2027, 2, 1)])
def test_row_is_read_with_days_and_roles_as_people_write_them(day):
    columns = rules.read_header(["Since", "ENTRY", "other", "role"])
    assert rules.read_row(7, [day, "123", "x", " gas supplier "], columns) == rules.EstateRow(
        7, 123, "gas", TODAY
    )


@pytest.mark.clause("F2.6(b)")
@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["", "gas", "2027-02-01"], "entry"),
        (["1234567", "gas", "2027-02-01"], "entry"),
        (["12", "water", "2027-02-01"], "role"),
        (["12", "gas", "31/2/2027"], "since"),
        (["12", "gas"], "since"),
    ],
)
def test_bad_cell_names_its_column(cells, field):
    with pytest.raises(Refusal) as refused:
        rules.read_row(2, cells, {"entry": 0, "role": 1, "since": 2})
    assert refused.value.field == field


def test_file_without_a_column_is_refused():
    with pytest.raises(Refusal, match="no column “since”"):
        rules.read_header(["entry", "role"])
