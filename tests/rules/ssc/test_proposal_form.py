"""The form of Appendix 2, field for field, and the reasons for a change."""

import pytest

from ssc.rules import proposal_form as rules

FORM = {
    "kind": "sc_modification", "sc_title": "Debug ports", "use_case_title": "", "proposer_name": "Ada Penfold",
    "proposer_organisation": "Tarnwick", "proposer_phone": "01632 960001", "proposer_email": "ada@tarnwick.example",
    "issue": "a", "necessity": "b", "solution": "c", "affects_existing": False, "affected": None, "affected_text": "",
    "needs_new": False, "needs_new_text": "", "urgent": False, "urgent_text": "", "reasons": ["a"], "reason_other": "",
    "modification_reference": "",
}  # fmt: skip


def lacks(**changes):
    """What a form lacks with these changes, as pairs of field and clause."""
    return [(each.field, each.clause) for each in rules.what_proposal_lacks(FORM | changes)]


def test_a_whole_form_lacks_nothing():
    assert lacks() == []


@pytest.mark.clause("SC-A2-1")
@pytest.mark.clause("SC-A2-2")
@pytest.mark.clause("SC-7.1")
def test_exactly_the_title_of_its_kind_is_given():
    assert lacks(sc_title=" ") == [("sc_title", "SC-A2-1")]
    assert lacks(use_case_title="Both") == [("use_case_title", "SC-7.1")]
    assert lacks(kind="use_case", sc_title="") == [("use_case_title", "SC-A2-2")]
    assert lacks(kind="use_case", sc_title="", use_case_title="Floods") == []
    assert lacks(kind="other") == [("kind", "SC-7.1")]


@pytest.mark.parametrize(
    ("field", "clause", "bad"),
    [
        pytest.param("proposer_name", "SC-A2-3", "", marks=pytest.mark.clause("SC-A2-3")),
        pytest.param("proposer_organisation", "SC-A2-4", " ", marks=pytest.mark.clause("SC-A2-4")),
        pytest.param("proposer_phone", "SC-A2-5", "", marks=pytest.mark.clause("SC-A2-5")),
        pytest.param("proposer_phone", "SC-A2-5", "call me", marks=pytest.mark.clause("SC-A2-5")),
        pytest.param("proposer_email", "SC-A2-6", "", marks=pytest.mark.clause("SC-A2-6")),
        pytest.param("proposer_email", "SC-A2-6", "ada at tarnwick", marks=pytest.mark.clause("SC-A2-6")),
        pytest.param("issue", "SC-A2-Q1", "", marks=pytest.mark.clause("SC-A2-Q1")),
        pytest.param("necessity", "SC-A2-Q2", "", marks=pytest.mark.clause("SC-A2-Q2")),
        pytest.param("solution", "SC-A2-Q3", "\n", marks=pytest.mark.clause("SC-A2-Q3")),
        pytest.param("affects_existing", "SC-A2-Q4", None, marks=pytest.mark.clause("SC-A2-Q4")),
        pytest.param("needs_new", "SC-A2-Q5", None, marks=pytest.mark.clause("SC-A2-Q5")),
        pytest.param("urgent", "SC-A2-Q6", None, marks=pytest.mark.clause("SC-A2-Q6")),
    ],
)
def test_every_field_is_asked_for(field, clause, bad):
    assert lacks(**{field: bad}) == [(field, clause)]


@pytest.mark.clause("SC-A2-Q4")
@pytest.mark.clause("SC-A2-Q5")
@pytest.mark.clause("SC-A2-Q6")
def test_yes_asks_for_the_explanation_and_for_the_set_that_is_affected():
    assert lacks(affects_existing=True, affected=7) == [("affected_text", "SC-A2-Q4")]
    assert lacks(affects_existing=True, affected_text="x") == [("affected", "SC-A2-Q4")]
    assert lacks(needs_new=True) == [("needs_new_text", "SC-A2-Q5")]
    assert lacks(urgent=True) == [("urgent_text", "SC-A2-Q6")]
    assert (
        lacks(affects_existing=True, affected=7, affected_text="x", needs_new=True, needs_new_text="y") == []
    )


@pytest.mark.clause("SC-5(a)")
@pytest.mark.clause("SC-5(b)")
@pytest.mark.clause("SC-5(c)")
@pytest.mark.clause("SC-5(d)")
@pytest.mark.clause("SC-5(e)")
@pytest.mark.clause("SC-5(f)")
def test_a_modification_has_one_of_the_reasons_or_another_in_words():
    assert lacks(reasons=[]) == [("reasons", "SC-5(a)")]
    assert lacks(reasons=["z"]) == [("reasons", "SC-5(a)")]
    assert lacks(reasons=[], reason_other="A new kind of attack.") == []
    assert all(lacks(reasons=[code]) == [] for code in "abcdef")
    assert lacks(kind="use_case", sc_title="", use_case_title="x", reasons=[]) == []


@pytest.mark.clause("SC-5(g)")
def test_an_accepted_sec_modification_is_named_by_its_number():
    assert lacks(reasons=["g"]) == [("modification_reference", "SC-5(g)")]
    assert lacks(reasons=["a", "g"], modification_reference="MP209") == []


SUPPORTER = {"name": "Bea Quill", "phone": "01632 960002", "email": "bea@ashbeck.example"}


@pytest.mark.clause("SC-A2-8")
@pytest.mark.clause("SC-A2-9")
@pytest.mark.clause("SC-A2-10")
@pytest.mark.clause("SC-A2-11")
def test_a_supporter_is_an_existing_party_with_somebody_to_ask():
    def found(*, party_known=True, **changes):
        return [
            (each.field, each.clause)
            for each in rules.supporter_refusals(SUPPORTER | changes, party_known=party_known)
        ]

    assert found() == []
    assert found(party_known=False) == [("party", "SC-A2-9")]
    assert found(name="") == [("name", "SC-A2-8")]
    assert found(phone="") == [("phone", "SC-A2-10")]
    assert found(email="bea") == [("email", "SC-A2-11")]


@pytest.mark.clause("SC-A2-11")
def test_an_address_of_another_domain_than_the_party_s_own_is_warned_of():
    own = ["notices@ashbeck.example"]
    assert rules.domain_differs("bea@gmail.example", known=own)
    assert not rules.domain_differs("bea@ASHBECK.example", known=own)
    assert not rules.domain_differs("bea@gmail.example", known=[])
