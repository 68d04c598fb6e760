"""The header of a ZigBee OTA upgrade file, and what an image file says against what was typed."""

import struct

import pytest

from cpl.rules.image_file import ImageFile, agrees, image_file_warnings, read_image_file
from cpl.rules.ota_header import check_total_size, header_length, is_ota_file, read_ota_header
from secgov.errors import Refusal

WHOLE = "AB" * 32
BODY = "CD" * 32


def header_of(*, control=0, length=56, version=0x00070804, maker=0x7C18, optional=b"", total=1000):
    """The bytes of a header, with whatever optional fields are given."""
    text = b"OSM 7.8.4".ljust(32, b"\0")
    return (
        struct.pack("<IHHHHHIH32sI", 0x0BEEF11E, 0x0100, length, control, maker, 1, version, 2, text, total)
        + optional
    )


def test_fields_of_the_header_are_read_as_the_list_writes_them():
    header = read_ota_header(header_of())
    assert (header.length, header.manufacturer_code, header.file_version) == (56, "7C18", "00070804")
    assert (header.image_type, header.stack_version, header.text, header.total_size) == (
        "0001",
        "0002",
        "OSM 7.8.4",
        1000,
    )
    assert header.destination == header.least_hardware == header.credential_version == ""


def test_optional_fields_are_read_in_their_order():
    optional = struct.pack("<BQHH", 3, 0x1122334455667788, 0x0100, 0x0107)
    header = read_ota_header(header_of(control=7, length=69, optional=optional))
    assert (header.credential_version, header.destination) == ("03", "1122334455667788")
    assert (header.least_hardware, header.most_hardware) == ("0100", "0107")


def test_hardware_alone_may_be_given():
    header = read_ota_header(header_of(control=4, length=60, optional=struct.pack("<HH", 0x0100, 0x0107)))
    assert (header.destination, header.most_hardware) == ("", "0107")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin with the mark"),
        (b"MZ" * 100, "does not begin with the mark"),
        (header_of()[:20], "ends after 20 bytes"),
        (header_of(length=12), "it can have 56 to 69"),
        (header_of(length=60000), "it can have 56 to 69"),
        (header_of(length=69), "ends after 56 bytes"),
        (header_of(control=7), "for which it has no room"),
    ],
)
def test_bad_or_short_header_says_what_is_wrong(data, words):
    with pytest.raises(Refusal) as refused:
        read_ota_header(data)
    assert words in refused.value.message and refused.value.field == "image_file"


def test_file_is_known_by_its_mark():
    assert is_ota_file(header_of()) and not is_ota_file(b"\x1e\xf1") and header_length(header_of()) == 56


def test_file_shorter_than_its_header_says_is_not_whole():
    header = read_ota_header(header_of(total=1000))
    check_total_size(header, size=1000)
    check_total_size(header, size=1064)  # a signature may follow
    with pytest.raises(Refusal, match="not whole"):
        check_total_size(header, size=999)


def image_of(**fields):
    """What was read of a file with a header."""
    return ImageFile("osm.ota", 1000, WHOLE, BODY, read_ota_header(header_of(**fields)))


@pytest.mark.clause("Z2.1(h)(iii)")
def test_which_digest_is_the_hash_is_a_setting():
    assert image_of().the_hash(skips_header=True) == BODY
    assert image_of().the_hash(skips_header=False) == WHOLE
    assert ImageFile("plain.bin", 9, WHOLE).the_hash(skips_header=True) == WHOLE


def test_what_was_read_of_a_file_survives_being_kept():
    assert read_image_file(image_of().as_json()) == image_of() and read_image_file(None) is None


@pytest.mark.clause("Z2.1(h)(iii)")
def test_file_that_agrees_with_what_was_typed_is_not_warned_about(esme):
    assert image_file_warnings(esme, BODY, image_of()) == [] and agrees(esme, BODY, image_of())
    assert image_file_warnings(esme, WHOLE, image_of()) == []
    assert not agrees(esme, BODY, None)


@pytest.mark.clause("Z2.1(h)(iii)")
@pytest.mark.parametrize(
    ("fields", "image_hash", "code"),
    [
        ({}, "EF" * 32, "image-file-hash"),
        ({"version": 0x00070805}, BODY, "image-file-firmware"),
        ({"maker": 0x1086}, BODY, "image-file-manufacturer"),
        (
            {"control": 4, "length": 60, "optional": struct.pack("<HH", 0x0200, 0x0207)},
            BODY,
            "image-file-hardware",
        ),
    ],
)
def test_file_that_disagrees_with_what_was_typed_is_warned_about(esme, fields, image_hash, code):
    [warning] = image_file_warnings(esme, image_hash, image_of(**fields))
    assert warning.code == code and "osm.ota" in warning.expected
