"""Manufacturers' names (Appendix Z 2.1(a))."""

import pytest

from firmware_repo.rules.manufacturer_names import clean_manufacturer_name, reason_to_review_name
from secgov.errors import Refusal


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  ACME   Meters ", "ACME Meters"),
        ("ＡＣＭＥ", "ACME"),
        ("Müller & Söhne GmbH", "Müller & Söhne GmbH"),
    ],
)
def test_name_is_trimmed_and_normalised(text, stored):
    assert clean_manufacturer_name(text) == stored


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize("text", ["", "  ", "A\nB", "A\u202eB", "x" * 121])
def test_name_that_cannot_be_kept_is_refused(text):
    with pytest.raises(Refusal) as refused:
        clean_manufacturer_name(text)
    assert refused.value.field == "manufacturer_name"


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\u0410CME", "different alphabets (Cyrillic, Latin)"),
        ("\u0410\u0421\u041c\u0415", "written in Cyrillic"),
        ("ACM\u0395", "different alphabets (Greek, Latin)"),
        ("Acrne", "looks like “Acme”"),
        ("Ac-me", "looks like “Acme”"),
        ("F1ow Ltd", "looks like “Flow Ltd”"),
    ],
)
def test_look_alike_name_is_held_for_review(name, said):
    assert said in reason_to_review_name(name, ("Acme", "Flow Ltd"))


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.parametrize("name", ["Acme", "ACME", "Beta Meters 2", "Société Générale de Compteurs"])
def test_known_or_plainly_different_name_needs_no_review(name):
    assert reason_to_review_name(name, ("Acme", "Flow Ltd")) == ""
