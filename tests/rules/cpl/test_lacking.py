"""Which sorts of entries need a body's certificate."""

import datetime as dt

import pytest

from cpl.rules.lacking import Sort, sorts_that_need
from cpl.rules.required_certificates import Requirement

FROM = dt.date(2026, 3, 1)
METER = Sort("SMETS2+", "gsme", "SMETS", "4.2")
OLD = Sort("SMETS1", "gsme", "SMETS", "1.2")
ROWS = [Requirement("gsme", "SMETS", "4.2", "NCSC", FROM, dt.date(2026, 3, 31))]


@pytest.mark.parametrize(
    ("on", "needed"),
    [
        (dt.date(2026, 2, 28), False),
        (FROM, True),
        (dt.date(2026, 3, 31), True),
        (dt.date(2026, 4, 1), False),
    ],
)
def test_a_certificate_is_lacking_only_while_it_is_required(on, needed):
    assert sorts_that_need("NCSC", [METER], ROWS, on=on) == ([METER] if needed else [])


@pytest.mark.clause("F2.2B")
def test_smets1_entries_lack_none():
    assert sorts_that_need("NCSC", [OLD], [Requirement("gsme", "SMETS", "", "NCSC", FROM)], on=FROM) == []


def test_another_body_is_another_matter():
    assert sorts_that_need("ZIGBEE", [METER], ROWS, on=FROM) == []
