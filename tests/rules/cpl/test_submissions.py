"""What a submission needs, and what looks wrong in it (Sections F2.2 and F2.17)."""

from dataclasses import replace

import pytest

from cpl.rules.submission_warnings import Sibling, warnings_about
from cpl.rules.submissions import check_own_organisation, clean_reason, what_submission_lacks
from secgov.errors import Refusal

DETAILS = {
    "manufacturer_name": "Meters Ltd",
    "fir_email": "firmware@meters.example",
    "fir_phone": "+44 20 7946 0000",
    "fir_address": "1 Meter Lane",
    "release_notes": "none",
}
HASH = "AB" * 32


def lacks(fields, *, has_image=False, declared=True):
    """Give what a draft lacks, as pairs of field and clause."""
    found = what_submission_lacks(fields, has_image=has_image, declared=declared)
    return [(each.field, each.clause) for each in found]


def siblings(device, *firmware, image_hash=""):
    """Make entries of the same model with other firmware."""
    return [
        Sibling(f"{number:06d}", replace(device, firmware_version=each), image_hash)
        for number, each in enumerate(firmware, start=1)
    ]


def codes(device, entries, *, image_hash="", certificates_attached=False):
    """Give the codes of the warnings about a device."""
    found = warnings_about(
        device, image_hash=image_hash, siblings=entries, certificates_attached=certificates_attached
    )
    return [each.code for each in found]


@pytest.mark.clause("F2.17-1")
@pytest.mark.clause("F2.17-2")
def test_complete_draft_may_be_submitted_whoever_submits_it(esme_fields):
    assert lacks(esme_fields | DETAILS) == []


@pytest.mark.clause("F2.17-1")
@pytest.mark.parametrize(
    ("field", "clause"),
    [
        ("fir_email", "F2.15(b)"),
        ("fir_phone", "F2.15(b)"),
        ("fir_address", "F2.15(b)"),
        ("release_notes", "F2.15(c)"),
    ],
)
def test_draft_without_the_manufacturers_details_is_refused_naming_the_clause(esme_fields, field, clause):
    assert lacks(esme_fields | DETAILS | {field: " "}) == [(field, clause)]


def test_draft_needs_its_declaration_its_image_and_its_manufacturers_name(esme_fields):
    fields = esme_fields | DETAILS
    assert lacks(fields, declared=False) == [("declaration", "F2.17")]
    assert [field for field, _ in lacks(fields, has_image=True)] == [
        "image_creator",
        "image_descriptor",
        "image_hash",
    ]
    assert lacks(fields, has_image=None) == [("has_image", "Z2.1(h)")]
    assert lacks(fields | {"manufacturer_name": ""}) == [("manufacturer_name", "Z2.1(a)")]


@pytest.mark.clause("F2.2-1")
def test_empty_draft_is_told_everything_at_once():
    assert len(lacks({}, declared=False)) == 9 + 1 + 4 + 1


def test_nobody_reviews_what_the_own_organisation_submitted():
    check_own_organisation(submitter="meters", reviewer="secas")
    with pytest.raises(Refusal):
        check_own_organisation(submitter="meters", reviewer="meters")


def test_reason_is_never_blank():
    assert clean_reason(" Certificate names another model. ") == "Certificate names another model."
    with pytest.raises(Refusal):
        clean_reason(" \n ")


@pytest.mark.clause("Z2.1(c)")
def test_firmware_coded_otherwise_than_the_siblings_is_warned_about(esme):
    decimal = siblings(esme, "00070801", "00070802", "00070803")
    lettered = siblings(esme, "0007080A", "0007080B", "000708FC")
    hexadecimal = replace(esme, firmware_version="0007080A")
    assert codes(hexadecimal, decimal) == ["firmware-coding"]
    assert codes(esme, lettered) == ["firmware-coding"]
    assert codes(esme, decimal) == []
    assert codes(esme, [*lettered, *decimal]) == []
    assert codes(hexadecimal, decimal[:2]) == []


@pytest.mark.clause("Z2.1(c)")
def test_entries_of_another_manufacturer_are_no_siblings(esme):
    other = replace(esme, manufacturer_identifier="1086")
    entries = siblings(other, "0007080A", "0007080B", "000708FC")
    assert codes(esme, entries) == []


@pytest.mark.clause("Z2.1(h)(iii)")
def test_one_hash_is_normal_on_many_hardware_variants_and_warned_about_with_two_firmwares(esme):
    variant = Sibling("000001", replace(esme, hardware_revision="01"), HASH)
    another = Sibling("000002", replace(esme, firmware_version="00070805"), HASH)
    assert codes(esme, [variant], image_hash=HASH) == []
    assert codes(esme, [variant, another], image_hash=HASH) == ["hash-two-firmwares"]
    assert codes(esme, [replace(another, image_hash="")], image_hash="") == []


@pytest.mark.clause("F2.1(b)")
def test_certificate_attached_to_smets1_is_warned_about(smets1_esme, esme):
    assert codes(smets1_esme, [], certificates_attached=True) == ["smets1-certificate"]
    assert codes(smets1_esme, []) == []
    assert codes(esme, [], certificates_attached=True) == []
