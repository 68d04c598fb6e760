"""What a submission needs (Sections F2.2 and F2.17)."""

import pytest

from cpl.rules.submissions import check_own_organisation, clean_reason, what_submission_lacks
from secgov.errors import Refusal

DETAILS = {
    "manufacturer_name": "Meters Ltd",
    "fir_email": "firmware@meters.example",
    "fir_phone": "+44 20 7946 0000",
    "fir_address": "1 Meter Lane",
    "release_notes": "none",
}


def lacks(fields, *, has_image=False, declared=True):
    """Give what a draft lacks, as pairs of field and clause."""
    found = what_submission_lacks(fields, has_image=has_image, declared=declared)
    return [(each.field, each.clause) for each in found]


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
    check_own_organisation(submitter="meters", own=["secas"])
    with pytest.raises(Refusal):
        check_own_organisation(submitter="meters", own=["secas", "meters"])


def test_reason_is_never_blank():
    assert clean_reason(" Certificate names another model. ") == "Certificate names another model."
    with pytest.raises(Refusal):
        clean_reason(" \n ")
