"""When an Approver's act on a certificate alone makes it valid."""

import dataclasses
import datetime as dt

import pytest

from cpl.rules.certificate_validity import check_confirmed_by_another, check_validatable
from cpl.rules.certificates import Certificate, Coverage
from secgov.errors import Refusal

WHOLE = Certificate(
    body="DLMS", number="D-1", standard="DLMS conformance test", standard_version="3.1", state="recorded",
    marks_seen=True, models_named=True, coverage=(Coverage("a device", None, True),),
    issued_on=dt.date(2020, 6, 1), expires_on=dt.date(2026, 6, 1),
)  # fmt: skip


def test_a_whole_certificate_may_be_confirmed():
    check_validatable(WHOLE)


@pytest.mark.clause("F2.5-2")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"coverage": ()}, "coverage"),
        ({"models_named": False}, "models_named"),
        ({"marks_seen": False}, "marks_seen"),
        ({"expires_on": dt.date(2026, 6, 2)}, "expires_on"),
        ({"standard_version": " "}, "standard_version"),
    ],
)
def test_one_that_lacks_something_may_not_naming_the_field(changed, field):
    with pytest.raises(Refusal) as refused:
        check_validatable(dataclasses.replace(WHOLE, **changed))
    assert refused.value.field == field


@pytest.mark.parametrize("state", ["valid", "invalid", "void"])
def test_one_that_is_decided_already_may_not(state):
    with pytest.raises(Refusal, match=f"is {state} already"):
        check_validatable(dataclasses.replace(WHOLE, state=state))


@pytest.mark.parametrize(
    ("attested_by", "by", "role", "four_eyes", "refused"),
    [
        ("1", "2", "approver", True, False),
        ("1", "1", "approver", True, True),
        ("1", "2", "secretariat", True, True),
        ("1", "1", "secretariat", False, False),
    ],
)
def test_two_people_stand_behind_it_unless_four_eyes_are_off(attested_by, by, role, four_eyes, refused):
    given = {"attested_by": attested_by, "by": by, "role": role, "four_eyes": four_eyes}
    if refused:
        with pytest.raises(Refusal, match="second person"):
            check_confirmed_by_another(**given)
    else:
        check_confirmed_by_another(**given)
