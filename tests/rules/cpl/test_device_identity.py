"""What identifies a Device Model (Appendix Z 2.1 and 6.10)."""

import pytest

from cpl.rules import device_types
from cpl.rules.device_identity import (
    clean_firmware_version,
    clean_hardware_revision,
    clean_hardware_version,
    clean_manufacturer_identifier,
    clean_model_identifier,
    concatenation,
    identity,
    read_device,
)
from cpl.rules.device_types import answering_type, clean_device_type, hub_function_named
from cpl.rules.versions import (
    gbcs_text,
    generation_of,
    parse_gbcs,
    parse_specification,
    spec_type_for,
    specification_text,
)
from secgov.errors import Refusal


def refusals_of(fields, **changes):
    """Read a device and give what was refused, as pairs of field and clause."""
    return [(each.field, each.clause) for each in read_device(fields | changes)[1]]


@pytest.mark.clause("Z2.1-0")
@pytest.mark.parametrize("each", device_types.DEVICE_TYPES, ids=lambda each: each.code)
def test_every_type_is_known_by_code_published_name_and_short_name(each):
    for text in (each.code, each.name, each.short_name.upper(), f"  {each.name}  "):
        assert clean_device_type(text) == each.code


@pytest.mark.clause("Z2.1-0")
@pytest.mark.parametrize("text", ["Toaster", "", "In-Home Display", "esme"])
def test_type_that_is_not_on_the_closed_list_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_device_type(text)
    assert (refused.value.field, refused.value.clause) == ("device_type", "Z2.1")
    assert "Gas Smart Meter" in refused.value.remedy


@pytest.mark.clause("Z6.10-1")
@pytest.mark.parametrize("text", ["CHF", "Communications Hub Function", "communications  hub function"])
def test_communications_hub_function_is_refused_with_a_pointer_to_the_hub(text):
    with pytest.raises(Refusal) as refused:
        clean_device_type(text)
    assert refused.value.clause == "Z6.10"
    assert "Communications Hub" in refused.value.remedy
    assert answering_type(text) == device_types.COMMUNICATIONS_HUB


@pytest.mark.clause("Z6.10-2")
@pytest.mark.parametrize("text", ["GPF", "gas proxy function"])
def test_gas_proxy_function_is_refused_with_a_pointer_to_the_hub(text):
    with pytest.raises(Refusal) as refused:
        clean_device_type(text)
    assert refused.value.clause == "Z6.10"
    assert hub_function_named(text) == "Gas Proxy Function"
    assert answering_type(text) == device_types.COMMUNICATIONS_HUB


def test_a_meter_answers_for_itself():
    assert answering_type("Gas Smart Meter") == device_types.GSME
    assert hub_function_named("Gas Smart Meter") == ""


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize(("text", "stored"), [("106c", "106C"), (" 7C18 ", "7C18"), ("0000", "0000")])
def test_manufacturer_identifier_is_stored_in_upper_case_as_published(text, stored):
    assert clean_manufacturer_identifier(text) == stored
    assert clean_model_identifier(text) == stored


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize("text", ["10G0", "", "106", "106C0", "１０６Ｃ", "10 6", "106C\n1"])
def test_identifier_that_is_not_four_hexadecimal_digits_is_refused_naming_the_field(text):
    for clean, field in (
        (clean_manufacturer_identifier, "manufacturer_identifier"),
        (clean_model_identifier, "model_identifier"),
    ):
        with pytest.raises(Refusal) as refused:
            clean(text)
        assert (refused.value.field, refused.value.clause) == (field, "Z2.1(a)")
        assert "4 hexadecimal digits" in refused.value.remedy


@pytest.mark.clause("Z2.1(b)")
def test_concatenation_is_derived_from_model_version_and_revision():
    assert concatenation("4331", "00", "AC") == "433100AC"


@pytest.mark.clause("Z2.1(b)")
@pytest.mark.clause("F2.2-1")
def test_missing_hardware_version_fails_naming_its_clause(esme_fields):
    assert refusals_of(esme_fields, hardware_version="") == [("hardware_version", "Z2.1(b)")]
    assert refusals_of(esme_fields, hardware_revision=" ") == [("hardware_revision", "Z2.1(b)")]


@pytest.mark.clause("Z2.1(b)")
@pytest.mark.parametrize("text", ["1", "001", "0G", "0.1"])
def test_hardware_version_and_revision_are_two_hexadecimal_digits(text):
    with pytest.raises(Refusal, match="hardware version"):
        clean_hardware_version(text)
    with pytest.raises(Refusal, match="hardware revision"):
        clean_hardware_revision(text)


@pytest.mark.clause("Z2.1(c)")
def test_all_digit_firmware_keeps_its_leading_zeros():
    assert clean_firmware_version("00070804") == "00070804"
    assert clean_firmware_version("124074da") == "124074DA"


@pytest.mark.clause("Z2.1(c)")
@pytest.mark.parametrize("text", ["70804", "000708040", "1.2.3.4", ""])
def test_firmware_that_is_not_eight_hexadecimal_digits_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_firmware_version(text)
    assert (refused.value.field, refused.value.clause) == ("firmware_version", "Z2.1(c)")


@pytest.mark.clause("Z2.1(c)")
@pytest.mark.parametrize("part", ["firmware_version", "hardware_version"])
def test_new_firmware_or_hardware_is_another_device_model(esme_fields, part):
    old, _ = read_device(esme_fields)
    new, _ = read_device(esme_fields | {part: "0A" if part == "hardware_version" else "00070805"})
    assert old.key != new.key


def test_identity_is_one_text_with_the_version_pair(esme):
    assert esme.key == "single_element_esme|7C18|0000|01|00|00070804|SMETS|4.2|3.2"
    assert esme.device_key == "single_element_esme|7C18|0000|01|00|00070804"
    assert esme.device_model == "00000100"
    assert identity(**{field: getattr(esme, field) for field in esme.__slots__}) == esme.key
    assert "firmware 00070804" in str(esme)


def test_a_form_shows_everything_that_is_wrong_at_once():
    device, refusals = read_device({})
    assert device is None
    assert [each.field for each in refusals] == [
        "device_type",
        "manufacturer_identifier",
        "model_identifier",
        "hardware_version",
        "hardware_revision",
        "firmware_version",
        "spec_type",
        "spec_version",
        "gbcs_version",
    ]
    assert all(each.clause and each.remedy for each in refusals)


@pytest.mark.clause("Z2.1(d)")
def test_smets2_hub_carries_chts_and_nothing_else_does(esme_fields):
    hub = {"device_type": "communications_hub"}
    assert refusals_of(esme_fields, **hub) == [("spec_type", "Z2.1(d)")]
    assert refusals_of(esme_fields, **hub, spec_type="CHTS", spec_version="1.3") == []
    assert refusals_of(esme_fields, spec_type="CHTS", spec_version="1.3") == [("spec_type", "Z2.1(d)")]
    assert (spec_type_for("communications_hub"), spec_type_for("gsme")) == ("CHTS", "SMETS")


@pytest.mark.clause("Z2.1(d)")
def test_smets2_needs_both_versions(esme_fields):
    assert refusals_of(esme_fields, spec_version="") == [("spec_version", "Z2.1(d)")]
    assert refusals_of(esme_fields, gbcs_version="") == [("gbcs_version", "Z2.1(d)")]
    assert refusals_of(esme_fields, gbcs_version="0.0") == [("gbcs_version", "Z2.1(d)")]
    assert refusals_of(esme_fields, spec_version="1.1") == [("spec_version", "Z2.1(d)")]


@pytest.mark.clause("Z2.1(e)")
def test_smets1_is_listed_with_smets_1_2_only(esme_fields):
    smets1 = {"generation": "SMETS1", "gbcs_version": "0.0"}
    assert refusals_of(esme_fields, **smets1, spec_version="1.2") == []
    assert refusals_of(esme_fields, **smets1, spec_version="1.1") == [("spec_version", "Z2.1(e)")]
    assert refusals_of(esme_fields, spec_version="1.2") == [("gbcs_version", "Z2.1(e)")]


@pytest.mark.clause("Z2.1(e)")
@pytest.mark.parametrize("each", device_types.DEVICE_TYPES, ids=lambda each: each.code)
def test_smets1_of_every_type_hubs_included_is_smets_1_2(esme_fields, each):
    assert refusals_of(esme_fields, device_type=each.code, spec_version="1.2", gbcs_version="0.0") == []


@pytest.mark.clause("F2.1-D1")
def test_one_list_holds_both_generations_told_apart_by_the_specification():
    assert generation_of("SMETS", "1.2") == "SMETS1"
    assert generation_of("SMETS", "2.0") == "SMETS2+"
    assert generation_of("CHTS", "1.2") == "SMETS2+"


def test_an_unknown_generation_is_refused(esme_fields):
    assert refusals_of(esme_fields, generation="SMETS3") == [("generation", "F2.1")]


@pytest.mark.clause("Z2.1(d)")
@pytest.mark.parametrize(
    ("text", "read"),
    [("CHTS V1.0 ", ("CHTS", "1.0")), ("SMETS V4.2", ("SMETS", "4.2"))],
)
def test_published_specification_is_read_without_its_trailing_blanks(text, read):
    assert parse_specification(text) == read
    assert specification_text(*read) == text.strip()


@pytest.mark.clause("Z2.1(d)")
def test_published_gbcs_version_is_read_without_its_trailing_blanks():
    assert parse_gbcs("GBCS Version 1.1  ") == "1.1"
    assert gbcs_text("1.1") == "GBCS Version 1.1"


@pytest.mark.parametrize("text", ["SMETS 4.2", "SMETS V4", "IHD V1.0", "", "SMETS V٤.2"])
def test_other_specification_texts_are_refused(text):
    with pytest.raises(Refusal):
        parse_specification(text)
    with pytest.raises(Refusal):
        parse_gbcs(text)
