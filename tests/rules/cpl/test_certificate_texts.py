"""The texts of a certificate as they are kept."""

import datetime as dt

import pytest

from cpl.rules.certificate_texts import clean_certificate
from secgov.errors import Refusal


@pytest.mark.clause("Z2.1(f)")
def test_texts_are_tidied_and_all_else_stays():
    day = dt.date(2026, 1, 5)
    given = {"number": " CPA\u00a0 1 ", "standard": "Build", "sc_version": "", "issued_on": day}
    assert clean_certificate(given) == {
        "number": "CPA 1", "standard": "Build", "sc_version": "", "issued_on": day,
    }  # fmt: skip


@pytest.mark.parametrize("field", ["number", "standard", "standard_version", "sc_version"])
@pytest.mark.parametrize("bad", ["a\u202eb", "a\x00b", "a\nb"])
def test_a_hidden_or_control_character_is_refused_at_its_field(field, bad):
    with pytest.raises(Refusal) as refused:
        clean_certificate({field: bad})
    assert refused.value.field == field


@pytest.mark.parametrize(("length", "taken"), [(60, True), (61, False)])
def test_a_number_is_kept_up_to_its_length(length, taken):
    if taken:
        assert clean_certificate({"number": "1" * length})["number"] == "1" * length
    else:
        with pytest.raises(Refusal):
            clean_certificate({"number": "1" * length})
