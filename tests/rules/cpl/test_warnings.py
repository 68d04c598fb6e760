"""What looks out of line in a submission, each kind of warning by itself (Section F2.2)."""

from dataclasses import replace

import pytest

from cpl.rules.firmware_coding import as_decimal, as_hexadecimal
from cpl.rules.list_review import warned_entries
from cpl.rules.submission_warnings import (
    Maker,
    Offer,
    OfferedCertificate,
    clean_firmware_named,
    names_firmware,
    warnings_about,
)
from cpl.rules.warning_answers import check_answer, unanswered
from cpl.rules.warnings import Sibling, Standing, counted
from secgov.errors import Refusal

HASH = "AB" * 32
OTHER_HASH = "CD" * 32


def entries_of(*devices, hashes=None, listed=True):
    """Make entries of devices, numbered from 1; with `hashes` one for each."""
    given = hashes or [""] * len(devices)
    return [
        Sibling(f"{number:06d}", device, image_hash, listed)
        for number, (device, image_hash) in enumerate(zip(devices, given, strict=True), start=1)
    ]


def siblings(device, *firmware):
    """Make entries of the same model with other firmware."""
    return entries_of(*(replace(device, firmware_version=each) for each in firmware))


def found(device, entries=(), **offer):
    """Give the warnings about a device beside entries."""
    makers = offer.pop("makers", ())
    return warnings_about(Offer(device, **offer), standing=Standing(entries), makers=makers)


def codes(device, entries=(), **offer):
    """Give their codes."""
    return [each.code for each in found(device, entries, **offer)]


# --- How firmware is coded -------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(c)")
def test_one_version_is_written_in_both_codings():
    assert as_decimal("101A1722") == "16262334" and as_hexadecimal("16262334") == "101A1722"
    assert as_decimal("0105A000") == "" and as_hexadecimal("101A1722") == ""


@pytest.mark.clause("Z2.1(c)")
def test_letters_among_siblings_of_digits_only_are_warned_about_with_a_worked_example(esme):
    device = replace(esme, firmware_version="101A1722")
    [warning] = found(device, siblings(esme, "16161717", "16161718", "16161720"))
    assert warning.code == "firmware-coding" and warning.clause == "Z2.1(c)"
    assert "101A1722" in warning.seen
    assert (
        "3 other entries for model 0000 use only the digits 0 to 9: the newest, 000003, has 16161720"
        in warning.expected
    )
    assert (
        "Decimal 16.26.23.34 would be written 16262334; in hexadecimal the same is 101A1722."
        in warning.expected
    )


@pytest.mark.clause("Z2.1(c)")
def test_digits_are_warned_about_where_only_their_hexadecimal_begins_as_the_siblings_do(esme):
    lettered = siblings(esme, "101A1720", "101A1721", "101B0000")
    assert codes(replace(esme, firmware_version="16262334"), lettered) == ["firmware-coding"]
    assert codes(replace(esme, firmware_version="10020304"), lettered) == []


@pytest.mark.clause("Z2.1(c)")
def test_same_version_in_the_other_coding_is_warned_about_however_few_the_siblings(esme):
    [warning] = found(replace(esme, firmware_version="00040A01"), siblings(esme, "00041001"))
    assert warning.expected.startswith("Entry 000001 of the same model has 00041001.")


@pytest.mark.clause("Z2.1(c)")
@pytest.mark.parametrize(
    ("version", "there"),
    [
        ("0007080A", ("00070801", "00070802")),  # two siblings show nothing
        ("0007080A", ("00070801", "0007080B", "000708FC")),  # both codings stand
        ("0007A000", ("00070801", "00070802", "00070803")),  # A0 is 160: no decimal writes it
        ("00070804", ("00070801", "00070802", "00070803")),
        ("0007080A", ("00070801", "00070802", "0007080A")),  # it stands so already
    ],
)
def test_firmware_in_line_with_its_siblings_is_not_warned_about(esme, version, there):
    assert (
        codes(replace(esme, firmware_version=version, hardware_revision="01"), siblings(esme, *there)) == []
    )


@pytest.mark.clause("Z2.1(c)")
def test_entries_of_another_manufacturer_or_type_are_no_siblings(esme):
    device = replace(esme, firmware_version="0007080A")
    for other in (replace(esme, manufacturer_identifier="1086"), replace(esme, device_type="gsme")):
        assert codes(device, siblings(other, "00070801", "00070802", "00070803")) == []


# --- Hashes ----------------------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(h)(iii)")
def test_one_hash_is_normal_on_many_hardware_variants_and_warned_about_with_two_firmwares(esme):
    variant = Sibling("000001", replace(esme, hardware_revision="01"), HASH)
    another = Sibling("000002", replace(esme, firmware_version="00070805"), HASH)
    assert codes(esme, [variant], image_hash=HASH) == []
    [warning] = found(esme, [variant, another], image_hash=HASH)
    assert warning.code == "hash-two-firmwares" and "Entry 000002" in warning.expected
    assert codes(esme, [replace(another, image_hash="")], image_hash="") == []


@pytest.mark.clause("Z2.1(h)(iii)")
def test_hash_of_another_manufacturer_or_kind_of_device_is_warned_about(esme):
    maker = replace(esme, manufacturer_identifier="1086")
    gas = replace(esme, device_type="gsme")
    twin = replace(esme, device_type="twin_element_esme")
    assert codes(esme, entries_of(maker, hashes=[HASH]), image_hash=HASH) == ["hash-other-manufacturer"]
    assert codes(esme, entries_of(gas, hashes=[HASH]), image_hash=HASH) == ["hash-other-type"]
    assert codes(esme, entries_of(twin, hashes=[HASH]), image_hash=HASH) == []


@pytest.mark.clause("Z2.1(h)(iii)")
def test_hash_of_far_more_variants_than_any_other_is_warned_about(esme):
    variants = [replace(esme, hardware_revision=f"{number:02d}") for number in range(1, 8)]
    usual = [
        replace(esme, model_identifier=f"00{number:02d}", firmware_version="00070805")
        for number in range(1, 5)
    ]
    shared = entries_of(*variants, *usual[:1], hashes=[HASH] * 7 + [OTHER_HASH])
    [warning] = found(esme, shared, image_hash=HASH)
    assert warning.code == "hash-many-variants" and "8 hardware variants" in warning.seen
    assert (
        codes(esme, entries_of(*variants, *usual, hashes=[HASH] * 7 + [OTHER_HASH] * 4), image_hash=HASH)
        == []
    )


@pytest.mark.clause("Z2.1(h)(iii)")
def test_same_device_with_another_hash_is_warned_about(esme):
    other_pair = replace(esme, spec_version="5.0", gbcs_version="4.0")
    assert "hash-differs" in codes(esme, entries_of(other_pair, hashes=[OTHER_HASH]), image_hash=HASH)
    assert "hash-differs" not in codes(esme, entries_of(other_pair, hashes=[""]), image_hash=HASH)


# --- Version pairs -----------------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(d)")
def test_pair_that_the_same_image_never_has_elsewhere_is_warned_about(esme):
    variants = [
        replace(esme, hardware_revision=f"{number:02d}", spec_version="3.1", gbcs_version="2.1")
        for number in (1, 2, 3)
    ]
    [warning] = found(esme, entries_of(*variants, hashes=[HASH] * 3), image_hash=HASH)
    assert (warning.code, warning.clause) == ("version-pair", "Z2.1(d)")
    assert "SMETS 4.2 / GBCS 3.2" in warning.seen
    assert "3 other entries with the same Hash stand with SMETS 3.1 / GBCS 2.1" in warning.expected
    same = replace(esme, hardware_revision="04")
    assert codes(esme, entries_of(*variants[:2], same, hashes=[HASH] * 3), image_hash=HASH) == []


@pytest.mark.clause("Z2.1(d)")
def test_pair_older_than_the_same_hardware_has_is_warned_about_within_its_generation(esme, smets1_esme):
    newer = replace(esme, firmware_version="00070900", spec_version="5.0", gbcs_version="4.0")
    assert codes(esme, entries_of(newer)) == ["version-pair"]
    assert codes(newer, entries_of(esme)) == []
    assert codes(smets1_esme, entries_of(newer)) == []


@pytest.mark.clause("Z2.1(d)")
def test_pair_that_no_entry_has_is_warned_about_once_there_are_enough(esme):
    others = [replace(esme, model_identifier=f"00{number:02d}") for number in range(1, 6)]
    device = replace(esme, gbcs_version="4.0")
    assert codes(device, entries_of(*others)) == ["version-pair"]
    assert codes(device, entries_of(*others[:4])) == []


# --- The same Device twice -----------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(c)")
@pytest.mark.parametrize(
    ("listed", "words"), [(True, "is on the list"), (False, "was removed from the list")]
)
def test_very_same_device_model_is_warned_about_listed_or_removed(esme, listed, words):
    [warning] = found(esme, entries_of(esme, listed=listed))
    assert warning.code == "identical-entry" and words in warning.expected


@pytest.mark.clause("Z2.1(d)")
def test_same_device_with_another_pair_is_a_note_if_listed_and_a_warning_if_removed(esme):
    older = replace(esme, spec_version="3.1", gbcs_version="2.1")
    [note] = found(esme, entries_of(older))
    assert note.code == "same-device-other-pair" and not note.asks
    [warning] = found(esme, entries_of(older, listed=False))
    assert warning.code == "removed-device-other-pair" and warning.asks


# --- Names and certificates ----------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("АCME Meters", "The manufacturer’s name looks like another"),  # a Cyrillic А
        ("ACMЕ", "The manufacturer’s name looks like another"),
        ("Acme-Meters", "The manufacturer’s name looks like another"),
        ("Other Trading Name", "This manufacturer identifier stands with another name"),
        ("Brackenfell", "This manufacturer’s name stands with another identifier"),
        ("acme meters", ""),
    ],
)
def test_name_is_held_for_a_person_where_it_may_be_another(esme, name, heading):
    makers = (Maker("7C18", "Acme Meters"), Maker("1086", "Brackenfell"))
    if name == "Brackenfell":
        makers = makers[1:]
    warnings = found(esme, manufacturer_name=name, makers=makers)
    assert [each.heading for each in warnings] == ([heading] if heading else [])


@pytest.mark.clause("Z2.1(a)")
def test_first_name_of_a_new_manufacturer_is_not_warned_about(esme):
    assert codes(esme, manufacturer_name="Tarnwick Gas Meters", makers=(Maker("1086", "Brackenfell"),)) == []


@pytest.mark.clause("F2.5-1")
def test_certificate_that_names_other_firmware_wants_evidence_until_it_has_come(esme):
    certificate = OfferedCertificate("DLMS 3188", firmware_named="release 7.8.4")
    [warning] = found(esme, certificates=(certificate,))
    assert warning.code == "certificate-other-firmware" and warning.wants_evidence
    [warning] = found(esme, certificates=(replace(certificate, mapped=True),))
    assert warning.asks and not warning.wants_evidence


@pytest.mark.clause("F2.5-1")
@pytest.mark.parametrize("named", ["00070804", "0x00070804", "0007-0804", "00 07 08 04"])
def test_certificate_that_names_this_firmware_in_other_spelling_is_not_warned_about(esme, named):
    assert names_firmware(named, "00070804")
    assert codes(esme, certificates=(OfferedCertificate("DLMS 3188", firmware_named=named),)) == []


def test_firmware_as_named_is_one_line_of_plain_text():
    assert clean_firmware_named("  ") == "" and clean_firmware_named(" release  7 ") == "release 7"
    with pytest.raises(Refusal):
        clean_firmware_named("x" * 121)


@pytest.mark.clause("F2.5-1")
def test_certificate_attested_for_other_models_only_is_noted(esme):
    other = OfferedCertificate("CPA 1", other_models=("another model",))
    [note] = found(esme, certificates=(other,))
    assert note.code == "certificate-other-models" and not note.asks
    assert codes(esme, certificates=(replace(other, names_this=True),)) == []


@pytest.mark.clause("F2.1(b)")
def test_certificate_attached_to_smets1_is_noted_and_asks_nothing(smets1_esme, esme):
    [note] = found(smets1_esme, certificates=(OfferedCertificate("CPA 1"),))
    assert note.code == "smets1-certificate" and not note.asks
    assert codes(smets1_esme) == [] and codes(esme, certificates=(OfferedCertificate("CPA 1"),)) == []


# --- Answers, and a list judged by itself ----------------------------------------------------------------------


def test_fingerprint_stays_while_the_values_do_and_changes_with_them(esme):
    device = replace(esme, firmware_version="101A1722")
    [few] = found(device, siblings(esme, "16161717", "16161718", "16161720"))
    [more] = found(device, siblings(esme, "16161717", "16161718", "16161720", "16161721"))
    [other] = found(
        replace(device, firmware_version="101A1723"), siblings(esme, "16161717", "16161718", "16161720")
    )
    assert few.expected != more.expected and few.fingerprint == more.fingerprint != other.fingerprint


def test_reason_is_asked_for_and_evidence_where_it_is_wanted():
    assert check_answer(" Right. ", wants_evidence=False, has_evidence=False) == "Right."
    with pytest.raises(Refusal):
        check_answer(" ", wants_evidence=False, has_evidence=False)
    with pytest.raises(Refusal) as refused:
        check_answer("Right.", wants_evidence=True, has_evidence=False)
    assert refused.value.field == "evidence"


def test_open_warnings_are_named_one_by_one(esme):
    warnings = found(esme, entries_of(esme))
    assert ["The very same Device Model" in each.message for each in unanswered(warnings)] == [True]


def test_each_entry_of_a_list_is_judged_as_it_would_have_been_when_it_came(esme):
    wrong = replace(esme, firmware_version="00070805")
    judged = warned_entries(entries_of(esme, wrong, hashes=[HASH, HASH]))
    assert [(entry.number, [each.code for each in warnings]) for entry, warnings in judged] == [
        ("000002", ["hash-two-firmwares"])
    ]


def test_things_are_counted_in_words():
    assert (counted(1, "other entry"), counted(2, "other entry"), counted(1, "variant")) == (
        "1 other entry", "2 other entries", "1 variant",
    )  # fmt: skip
