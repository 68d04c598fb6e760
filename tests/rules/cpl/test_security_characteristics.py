"""The register of Security Characteristics: versions, mitigations, mapping, and which version applies."""

from datetime import date

import pytest

from cpl.rules import security_characteristics as rules
from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.sc_warnings import mapping_warning, version_warning
from cpl.rules.security_characteristics import Number, Published
from secgov.errors import Refusal

GSME = DeviceIdentity(
    device_type="gsme", manufacturer_identifier="7B25", model_identifier="3138", hardware_version="42",
    hardware_revision="30", firmware_version="00070804", spec_type="SMETS", spec_version="4.2", gbcs_version="3.2",
)  # fmt: skip
VERSIONS = (
    Published(Number(1, 2), date(2026, 2, 1)),
    Published(Number(1, 3), date(2027, 2, 1)),
    Published(Number(2, 0), date(2027, 5, 1)),
)


@pytest.mark.clause("SC-6.16")
@pytest.mark.parametrize(
    ("day", "named", "expected"),
    [
        (date(2027, 1, 31), None, "1.2"),
        (date(2027, 2, 1), None, "1.3"),
        (date(2027, 4, 30), None, "1.3"),
        (date(2027, 5, 1), None, "2.0"),
        (
            date(2027, 5, 1),
            Number(1, 2),
            "1.3",
        ),  # several Principal Versions in force: that of the certificate
        (date(2027, 5, 1), Number(2, 0), "2.0"),
        (date(2027, 5, 1), Number(9, 0), "2.0"),  # one that is not known
        (date(2026, 1, 31), None, "None"),
        (None, None, "None"),
    ],
)
def test_the_newest_sub_version_published_when_certification_began_applies(day, named, expected):
    assert str(rules.expected_version(VERSIONS, commenced_on=day, named=named)) == expected


@pytest.mark.clause("SC-6.16")
def test_another_version_than_expected_is_warned_of_and_an_unknown_day_is_not():
    about = {"name": "CPA 1", "named": "1.2", "expected": "1.3", "commenced_on": date(2027, 2, 1)}
    warning = version_warning(**about)
    assert warning and (warning.code, warning.asks) == ("sc-version", True)
    assert version_warning(**about | {"named": "v1.3"}) is None
    assert version_warning(**about | {"commenced_on": None}) is None
    assert version_warning(**about | {"expected": ""}) is None


@pytest.mark.clause("SC-5.4")
def test_a_version_that_is_not_mapped_to_the_gbcs_version_is_warned_of():
    about = {"name": "CPA 1", "named": "1.2"}
    assert mapping_warning(GSME, mapped=("3.1", "4.0"), **about).clause == "SC-5.4"
    assert mapping_warning(GSME, mapped=("3.1", "3.2"), **about) is None
    assert mapping_warning(GSME, mapped=(), **about) is None


@pytest.mark.clause("SC-4.1")
@pytest.mark.clause("SC-4.2")
def test_a_version_has_mitigations_each_with_its_four_parts_and_a_reference_of_its_own():
    [one] = rules.read_mitigations("dev.m123 | Close it | Reading keys | It is closed.")
    assert (one.key, one.name, one.threats, one.requirements) == (
        "DEV.M123",
        "Close it",
        "Reading keys",
        "It is closed.",
    )
    for bad in (
        "",
        "DEV.M1 | name | threats",
        "DEV.M1 | name | | requirements",
        "DEV | name | threats | requirements",
        "DEV.M1 | a | b | c\nDEV.M1 | d | e | f",
    ):
        with pytest.raises(Refusal) as refused:
            rules.read_mitigations(bad)
        assert refused.value.field == "mitigations"


@pytest.mark.clause("SC-4.1(a)")
@pytest.mark.clause("SC-4.1(b)")
@pytest.mark.clause("SC-4.1(c)")
def test_a_mitigation_s_prefix_is_one_of_three():
    assert [rules.clean_prefix(each) for each in ("dev", " VER ", "DEP")] == ["DEV", "VER", "DEP"]
    for bad in ("XXX", "", "DEVX"):
        with pytest.raises(Refusal):
            rules.clean_prefix(bad)


@pytest.mark.clause("SC-6.17")
def test_a_new_principal_version_needs_its_sec_consultation():
    known = [Number(1, 2), Number(1, 3)]
    rules.check_follows(Number(1, 4), known=known, sec_consultation="")
    rules.check_follows(Number(2, 0), known=known, sec_consultation="SEC 2027/1")
    rules.check_follows(Number(1, 0), known=[], sec_consultation="")
    for number, reference, field in ((Number(2, 0), " ", "sec_consultation"), (Number(1, 3), "", "number")):
        with pytest.raises(Refusal) as refused:
            rules.check_follows(number, known=known, sec_consultation=reference)
        assert refused.value.field == field


@pytest.mark.clause("SC-6.1")
def test_without_a_request_only_what_ncsc_published_before_the_register_began_is_taken_over():
    began = date(2026, 11, 20)
    rules.check_route(proposal_reference="", published_on=date(2026, 11, 19), registered_on=began)
    rules.check_route(proposal_reference="P-001", published_on=began, registered_on=began)
    with pytest.raises(Refusal):
        rules.check_route(proposal_reference="", published_on=began, registered_on=began)


@pytest.mark.clause("SC-5.3")
def test_a_combination_is_past_its_maintenance_end_date_on_the_day_after_it():
    end = date(2027, 6, 30)
    assert not rules.is_past_maintenance(end, on=date(2027, 6, 30))
    assert rules.is_past_maintenance(end, on=date(2027, 7, 1))
    assert not rules.is_past_maintenance(None, on=date(2099, 1, 1))


@pytest.mark.parametrize("bad", ["", "1", "1.", "0.1", "1.2.3", "1.02", "x", "１.２"])
def test_a_version_s_number_is_principal_point_sub(bad):
    assert rules.read_number(bad) is None
    with pytest.raises(Refusal):
        rules.clean_number(bad)


def test_gbcs_versions_are_read_from_a_line():
    assert rules.read_gbcs_versions("3.2, 4.0; 3.2") == ("3.2", "4.0")
    assert rules.read_gbcs_versions(" ") == ()
    with pytest.raises(Refusal):
        rules.read_gbcs_versions("three")
