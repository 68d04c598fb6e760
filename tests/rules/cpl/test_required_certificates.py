"""Which certificates are required (Sections F2.3 and F2.2B)."""

from datetime import date

import pytest

from cpl.rules.device_types import DEVICE_TYPES
from cpl.rules.required_certificates import DEFAULT_REQUIREMENTS, Requirement, required_bodies


def required(rows, device_type="gsme", *, generation="SMETS2+", spec_version="4.2", on=date(2027, 1, 1)):
    """Ask for the required bodies of a type."""
    return required_bodies(
        rows,
        generation=generation,
        device_type=device_type,
        spec_type="CHTS" if device_type == "communications_hub" else "SMETS",
        spec_version=spec_version,
        on=on,
    )


@pytest.mark.clause("F2.3-0")
def test_each_day_uses_the_row_in_force():
    rows = (
        Requirement("gsme", "SMETS", "", "ZIGBEE", date(2020, 1, 1)),
        Requirement("gsme", "SMETS", "", "NCSC", date(2020, 1, 1), date(2027, 1, 31)),
        Requirement("gsme", "SMETS", "", "DLMS", date(2027, 2, 1)),
    )
    assert required(rows, on=date(2027, 1, 31)) == {"ZIGBEE", "NCSC"}
    assert required(rows, on=date(2027, 2, 1)) == {"ZIGBEE", "DLMS"}
    assert required(rows, on=date(2019, 12, 31)) == frozenset()


@pytest.mark.clause("F2.3-0")
def test_row_for_one_version_adds_to_the_row_for_every_version():
    rows = (
        Requirement("gsme", "SMETS", "", "ZIGBEE", date(2020, 1, 1)),
        Requirement("gsme", "SMETS", "5.0", "NCSC", date(2020, 1, 1)),
    )
    assert required(rows, spec_version="4.2") == {"ZIGBEE"}
    assert required(rows, spec_version="5.0") == {"ZIGBEE", "NCSC"}


@pytest.mark.clause("F2.3-0")
@pytest.mark.parametrize(
    ("device_type", "bodies"),
    [
        ("single_element_esme", {"ZIGBEE", "DLMS", "NCSC"}),
        ("twin_element_esme", {"ZIGBEE", "DLMS", "NCSC"}),
        ("polyphase_esme", {"ZIGBEE", "DLMS", "NCSC"}),
        ("gsme", {"ZIGBEE", "NCSC"}),
        ("communications_hub", {"ZIGBEE", "NCSC"}),
        ("hcalcs", {"ZIGBEE", "NCSC"}),
        ("ppmid", {"ZIGBEE"}),
        ("sapc", {"ZIGBEE"}),
    ],
)
def test_default_rows_ask_for_what_each_type_is_assumed_to_need(device_type, bodies):
    assert required(DEFAULT_REQUIREMENTS, device_type) == bodies


@pytest.mark.clause("F2.3-0")
def test_type_without_a_row_needs_nothing():
    assert required((), "ppmid") == frozenset()


@pytest.mark.clause("F2.2B")
@pytest.mark.clause("SC-1.1(c)-2")
@pytest.mark.parametrize("each", DEVICE_TYPES, ids=lambda each: each.code)
def test_smets1_of_every_type_needs_no_certificate(each):
    rows = (*DEFAULT_REQUIREMENTS, Requirement(each.code, "SMETS", "1.2", "NCSC", date(2016, 1, 1)))
    assert required(rows, each.code, generation="SMETS1", spec_version="1.2") == frozenset()
