"""What the Firmware Information Repository holds (Sections F2.15 to F2.17)."""

import pytest

from firmware_repo.rules.release import (
    CLEANERS,
    clean_address,
    clean_cpl_number,
    clean_email,
    clean_phone,
    clean_release_notes,
    is_telephone,
    read_release,
)
from secgov.errors import Refusal

WHOLE = {
    "email": "firmware@meters.example",
    "phone": "+44 20 7946 0000",
    "address": "1 Meter Lane\r\nLeeds",
    "release_notes": "none",
}


@pytest.mark.clause("F2.15-0")
def test_none_of_the_details_can_be_left_out():
    assert set(CLEANERS) == {"email", "phone", "address", "release_notes"}
    for field in CLEANERS:
        release, refusals = read_release(WHOLE | {field: ""})
        assert release is None
        assert [each.field for each in refusals] == [field]


@pytest.mark.clause("F2.15(a)")
@pytest.mark.parametrize(("text", "number"), [("000123", 123), ("7", 7), (" 999999 ", 999_999)])
def test_number_is_read_from_its_six_digits(text, number):
    assert clean_cpl_number(text) == number


@pytest.mark.clause("F2.15(a)")
@pytest.mark.parametrize("text", ["", "000000", "1234567", "-1", "12a", "١٢"])
def test_text_that_is_no_entry_number_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_cpl_number(text)
    assert refused.value.clause == "F2.15(a)"


@pytest.mark.clause("F2.15(b)-1")
@pytest.mark.parametrize("text", ["a@b.co", "shared.mailbox+fir@meters.example", " a@b.co "])
def test_single_email_address_is_accepted(text):
    assert clean_email(text) == text.strip()


@pytest.mark.clause("F2.15(b)-1")
@pytest.mark.parametrize(
    "text",
    [
        "a@b.c\nBcc:x",
        "a@b.co\n",
        "\ra@b.co",
        "a@b.co,c@d.co",
        "a@b.co; c@d.co",
        "A <a@b.co>",
        "a@b",
        "a@@b.co",
        "a b@c.co",
        "@b.co",
        "a@-b.co",
        "a..b@c.co",
        "x" * 65 + "@b.co",
        "",
    ],
)
def test_anything_but_a_single_email_address_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_email(text)
    assert (refused.value.field, refused.value.clause) == ("email", "F2.15(b)")


@pytest.mark.clause("F2.15(b)-2")
@pytest.mark.parametrize(
    "text", ["+44 20 7946 0000", "0113 496 0000", "(020) 7946-0000", "00 44 20 7946 0000"]
)
def test_telephone_number_keeps_its_plus_and_zeros(text):
    assert clean_phone(text) == text


@pytest.mark.clause("F2.15(b)-2")
@pytest.mark.parametrize("text", ["", "12345", "ask for Jo", "+44 20\n7946 0000", "=1+2", "+" * 9, "1" * 19])
def test_anything_but_a_telephone_number_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_phone(text)
    assert (refused.value.field, refused.value.clause) == ("phone", "F2.15(b)")


@pytest.mark.clause("F2.15(b)-2")
@pytest.mark.parametrize(
    ("cell", "telephone"),
    [
        ("+44 20 7946 0000", True),
        ("+44 (0)20 7946-0000", True),
        ("+44 20*2", False),
        ("+A1", False),
        ("+", False),
        ("=44", False),
        ("-44 20", False),
        ("+44\n=1", False),
    ],
)
def test_only_a_telephone_number_is_spared_from_neutralising(cell, telephone):
    assert is_telephone(cell) is telephone


@pytest.mark.clause("F2.15(b)-3")
def test_address_of_several_lines_is_kept_and_blanks_alone_are_refused():
    assert clean_address(" 1 Meter Lane\r\nLeeds ") == "1 Meter Lane\nLeeds"
    with pytest.raises(Refusal) as refused:
        clean_address("   \n ")
    assert (refused.value.field, refused.value.clause) == ("address", "F2.15(b)")


@pytest.mark.clause("F2.15(c)")
@pytest.mark.parametrize("text", ["none", ".", "<script>alert(1)</script>", "=cmd|' /C calc'!A0"])
def test_any_words_will_do_as_release_notes_and_stay_as_they_are(text):
    assert clean_release_notes(text) == text


@pytest.mark.clause("F2.15(c)")
@pytest.mark.parametrize("text", ["", "   ", "\n\t\u00a0"])
def test_blank_release_notes_are_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_release_notes(text)
    assert (refused.value.field, refused.value.clause) == ("release_notes", "F2.15(c)")


@pytest.mark.clause("F2.15(c)")
def test_release_notes_beyond_the_cap_are_refused_with_what_to_do():
    assert len(clean_release_notes("x" * 20_000)) == 20_000
    with pytest.raises(Refusal, match="20,001 characters") as refused:
        clean_release_notes("x" * 20_001)
    assert refused.value.remedy == "Shorten it by 1 characters."


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\ud800", "\u200b"])
def test_control_and_hidden_characters_are_refused(character):
    with pytest.raises(Refusal, match="Character 2"):
        clean_release_notes(f"a{character}b")


@pytest.mark.clause("F2.17-1")
def test_details_without_a_telephone_number_are_refused_naming_the_clause():
    release, refusals = read_release(WHOLE | {"phone": ""})
    assert release is None
    assert [(each.field, each.clause) for each in refusals] == [("phone", "F2.15(b)")]


@pytest.mark.clause("F2.17-1")
def test_complete_details_are_taken():
    release, refusals = read_release(WHOLE)
    assert refusals == ()
    assert release.address == "1 Meter Lane\nLeeds"
