"""The Manufacturer Image (Appendix Z 2.1(h))."""

import pytest

from cpl.rules.image import (
    NO_IMAGE,
    Image,
    check_hash_unchanged,
    clean_image_creator,
    clean_image_descriptor,
    clean_image_hash,
    read_image,
)
from secgov.errors import Refusal

HASH = "ab" * 32
WHOLE = {"image_creator": "Meters Ltd", "image_descriptor": "Main image", "image_hash": HASH}


@pytest.mark.clause("Z2.1(h)-0")
def test_an_image_has_all_three_items_or_none():
    assert read_image({}) == (NO_IMAGE, ())
    assert read_image(WHOLE) == (Image("Meters Ltd", "Main image", HASH.upper()), ())
    assert Image(**WHOLE).stands
    assert not NO_IMAGE.stands


@pytest.mark.clause("Z2.1(h)-0")
@pytest.mark.clause("Z2.1(h)(i)")
@pytest.mark.clause("Z2.1(h)(ii)")
@pytest.mark.clause("Z2.1(h)(iii)")
@pytest.mark.parametrize(
    ("missing", "clause"),
    [
        ("image_creator", "Z2.1(h)(i)"),
        ("image_descriptor", "Z2.1(h)(ii)"),
        ("image_hash", "Z2.1(h)(iii)"),
    ],
)
def test_an_image_without_one_of_its_items_is_refused_naming_the_clause(missing, clause):
    image, refusals = read_image(WHOLE | {missing: "  "})
    assert image is None
    assert [(each.field, each.clause) for each in refusals] == [(missing, clause)]


@pytest.mark.clause("Z2.1(h)-0")
def test_a_submitter_who_says_there_is_an_image_supplies_all_of_it():
    _, refusals = read_image({}, has_image=True)
    assert [each.field for each in refusals] == ["image_creator", "image_descriptor", "image_hash"]


@pytest.mark.clause("Z2.1(h)(iii)")
@pytest.mark.parametrize("text", ["a" * 63, "a" * 65, "a" * 63 + "g", ""])
def test_hash_of_another_length_or_with_another_character_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_image_hash(text)
    assert (refused.value.field, refused.value.clause) == ("image_hash", "Z2.1(h)(iii)")


@pytest.mark.clause("Z2.1(h)(iii)")
def test_lower_case_hash_is_stored_in_upper_case_and_equal():
    assert clean_image_hash(f" {HASH} ") == clean_image_hash(HASH.upper()) == HASH.upper()


@pytest.mark.clause("Z2.1(h)(iii)")
def test_hash_once_set_is_changed_by_a_correction_only():
    check_hash_unchanged(held="", offered=HASH)
    check_hash_unchanged(held=HASH, offered=HASH)
    with pytest.raises(Refusal) as refused:
        check_hash_unchanged(held=HASH, offered="CD" * 32)
    assert "correction" in refused.value.remedy


@pytest.mark.clause("Z2.1(h)(ii)")
def test_descriptor_with_a_tag_stays_plain_text_and_is_escaped_where_it_is_shown():
    assert clean_image_descriptor("<b>image</b>") == "<b>image</b>"


@pytest.mark.clause("Z2.1(h)(ii)")
@pytest.mark.parametrize("text", ["one\ntwo", "nul\x00", "bidi\u202e", "x" * 501])
def test_descriptor_that_is_not_one_line_of_plain_text_is_refused(text):
    with pytest.raises(Refusal):
        clean_image_descriptor(text)


@pytest.mark.clause("Z2.1(h)(i)")
def test_creator_is_at_most_two_hundred_characters():
    assert clean_image_creator("x" * 200) == "x" * 200
    with pytest.raises(Refusal, match="201 characters"):
        clean_image_creator("x" * 201)
