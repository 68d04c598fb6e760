"""When a Device Model may be listed (Section F2.1)."""

from dataclasses import replace
from datetime import date

import pytest

from cpl.rules.certificates import INVALID, RECORDED, Coverage
from cpl.rules.image import Image
from cpl.rules.listing import (
    FormerListing,
    check_listable,
    listing_limbs,
    usable_certificates,
    what_is_lacking,
)
from secgov.errors import Refusal
from tests.rules.cpl.facts import certificate_of

ON = date(2026, 12, 1)


def clauses_lacking(facts, on=ON):
    """Give the clauses that a listing does not yet meet."""
    return [each.clause for each in what_is_lacking(facts, on=on)]


@pytest.mark.clause("F2.1(a)")
def test_meter_with_all_its_certificates_may_be_listed(esme_facts):
    assert what_is_lacking(esme_facts, on=ON) == ()
    check_listable(esme_facts, on=ON)
    assert all(each.asks for each in listing_limbs(esme_facts, on=ON))


@pytest.mark.clause("F2.1(a)")
@pytest.mark.parametrize(
    ("body", "named"),
    [("ZIGBEE", "ZigBee certificate"), ("DLMS", "DLMS Certificate"), ("NCSC", "CPA Certificate")],
)
def test_meter_lacking_one_of_three_certificates_is_refused_naming_it(esme_facts, body, named):
    two = replace(esme_facts, certificates=tuple(c for c in esme_facts.certificates if c.body != body))
    with pytest.raises(Refusal, match=named) as refused:
        check_listable(two, on=ON)
    assert refused.value.clause == "F2.1(a)"
    check_listable(esme_facts, on=ON)


@pytest.mark.clause("F2.1(a)")
def test_requirements_are_judged_as_they_stand_when_the_listing_is_decided(esme_facts):
    one = replace(esme_facts, required=frozenset({"ZIGBEE"}), certificates=esme_facts.certificates[:1])
    check_listable(one, on=ON)
    assert clauses_lacking(replace(one, required=frozenset({"ZIGBEE", "NCSC"}))) == ["F2.1(a)"]


@pytest.mark.clause("F2.1(a)")
def test_certificate_counts_through_the_whole_of_its_date_and_not_after(esme_facts):
    last = date(2028, 8, 30)
    assert clauses_lacking(esme_facts, on=last) == []
    (lack,) = what_is_lacking(esme_facts, on=date(2028, 8, 31))
    assert "30 August 2028, has passed" in lack.lacks


@pytest.mark.clause("F2.1(a)")
def test_certificate_attested_and_awaiting_this_approval_counts(esme_facts, esme):
    waiting = certificate_of("NCSC", esme, state=RECORDED)
    facts = replace(esme_facts, certificates=(*esme_facts.certificates[:2], waiting))
    check_listable(facts, on=ON)
    assert waiting in usable_certificates(facts, on=ON)
    unattested = replace(waiting, marks_seen=False)
    assert clauses_lacking(replace(facts, certificates=(*facts.certificates[:2], unattested))) == ["F2.4(c)"]


@pytest.mark.clause("F2.1(a)")
def test_certificate_that_lapsed_or_is_invalid_does_not_count(esme_facts, esme):
    for changes in ({"state": INVALID}, {"lapsed_on": ON}):
        bad = certificate_of("NCSC", esme, **changes)
        facts = replace(esme_facts, certificates=(*esme_facts.certificates[:2], bad))
        assert clauses_lacking(facts) == ["F2.5"]
        check_listable(replace(facts, certificates=(*facts.certificates, *esme_facts.certificates)), on=ON)


@pytest.mark.clause("F2.5-1")
def test_model_that_the_certificate_does_not_name_cannot_rely_on_it(esme_facts, esme):
    other = replace(esme, firmware_version="00070805")
    strange = certificate_of("NCSC", esme, coverage=(Coverage(other.key),))
    facts = replace(esme_facts, certificates=(*esme_facts.certificates[:2], strange))
    assert clauses_lacking(facts) == ["F2.5"]


@pytest.mark.clause("Z2.1(d)")
def test_certificate_for_another_version_pair_is_explained(esme_facts, esme):
    older = replace(esme, gbcs_version="3.1")
    strange = certificate_of("NCSC", esme, coverage=(Coverage(older.key),))
    (lack,) = what_is_lacking(
        replace(esme_facts, certificates=(*esme_facts.certificates[:2], strange)), on=ON
    )
    assert lack.clause == "Z2.1(d)"
    assert "GBCS Version 3.1, not with SMETS V4.2 and GBCS Version 3.2" in lack.lacks


@pytest.mark.clause("F2.1(b)")
def test_complete_smets1_submission_without_a_certificate_may_be_listed(smets1_facts):
    check_listable(smets1_facts, on=ON)


@pytest.mark.clause("F2.1(b)")
@pytest.mark.clause("F2.2B")
def test_smets1_is_never_asked_for_a_certificate_whatever_is_required(smets1_facts):
    facts = replace(smets1_facts, required=frozenset({"NCSC"}))
    assert not any("ertificate" in each.asks for each in listing_limbs(facts, on=ON))
    check_listable(facts, on=ON)


@pytest.mark.clause("F2.1(b)")
def test_certificate_attached_to_smets1_has_no_effect(smets1_facts, smets1_esme):
    bad = certificate_of("NCSC", smets1_esme, state=INVALID)
    check_listable(replace(smets1_facts, certificates=(bad,)), on=ON)


@pytest.mark.clause("PPCT-4.1.2-m")
def test_smets1_without_an_eligible_combination_needs_the_panels_reason(smets1_facts):
    without = replace(smets1_facts, eligible=False)
    assert clauses_lacking(without) == ["PPCT-4.1.2"]
    assert clauses_lacking(replace(without, override_reason="  ")) == ["PPCT-4.1.2"]
    check_listable(replace(without, override_reason="Panel minute 12"), on=ON)


@pytest.mark.clause("F2.17-1")
def test_listing_without_the_contact_details_is_refused(esme_facts):
    (lack,) = what_is_lacking(replace(esme_facts, release=()), on=ON)
    assert lack.clause == "F2.17"
    assert "The telephone number is missing." in lack.lacks


@pytest.mark.clause("Z2.1(h)-0")
def test_image_without_its_hash_is_refused(esme_facts):
    facts = replace(esme_facts, image=Image("Meters Ltd", "Main image", ""))
    assert clauses_lacking(facts) == ["Z2.1(h)(iii)"]


def test_warnings_have_to_be_answered_first(esme_facts):
    (lack,) = what_is_lacking(replace(esme_facts, warnings_open=("Firmware looks odd.",)), on=ON)
    assert "Firmware looks odd." in lack.lacks


@pytest.mark.clause("Z2.1(c)")
def test_device_model_that_is_listed_under_another_number_is_a_duplicate(esme_facts):
    (lack,) = what_is_lacking(replace(esme_facts, listed_as="000639"), on=ON)
    assert "000639" in lack.lacks
    assert "duplicate" in lack.remedy


@pytest.mark.clause("Z6-R1")
def test_smets2_model_that_returns_names_its_entry_and_keeps_its_number(esme_facts, esme):
    returning = replace(esme_facts, former=FormerListing("000639", "Z6.2"))
    assert clauses_lacking(returning) == ["Z6-R1"]
    assert clauses_lacking(replace(returning, relists="000640")) == ["Z6-R1"]
    check_listable(replace(returning, relists="000639", relists_identity=esme.key), on=ON)


@pytest.mark.clause("Z6-R1")
def test_relisting_cannot_name_the_entry_of_another_model_or_one_on_the_list(esme_facts, esme):
    (other,) = what_is_lacking(replace(esme_facts, relists="000001", relists_identity="x"), on=ON)
    assert "different Device Model" in other.lacks
    (standing,) = what_is_lacking(replace(esme_facts, relists="000001", relists_identity=esme.key), on=ON)
    assert "has not been removed" in standing.lacks


@pytest.mark.clause("Z6-R1")
@pytest.mark.parametrize("clause", ["Z6.8(a)", "Z6.8(b)"])
def test_smets1_model_removed_under_6_8_returns_only_by_reinstatement(smets1_facts, smets1_esme, clause):
    facts = replace(
        smets1_facts,
        former=FormerListing("000007", clause),
        relists="000007",
        relists_identity=smets1_esme.key,
    )
    (lack,) = what_is_lacking(facts, on=ON)
    assert lack.clause == "Z6.9"
    assert "reinstate" in lack.remedy
    check_listable(replace(facts, former=FormerListing("000007", "")), on=ON)


def test_everything_that_is_lacking_is_said_at_once(esme_facts):
    bare = replace(esme_facts, certificates=(), release=(), warnings_open=("Odd.",), listed_as="000001")
    with pytest.raises(Refusal) as refused:
        check_listable(bare, on=ON)
    assert [each.clause for each in refused.value.each] == [
        "F2.1(a)",
        "F2.1(a)",
        "F2.1(a)",
        "F2.17",
        "Z2.1(c)",
        "F2.2",
    ]


@pytest.mark.clause("F2.5-1")
@pytest.mark.parametrize("state", ["recorded", "valid"])
def test_model_that_joins_a_certificate_later_counts_only_once_it_is_seen_named(esme_facts, esme, state):
    said = certificate_of("NCSC", esme, state=state, coverage=(Coverage(esme.key, attested=False),))
    facts = replace(esme_facts, certificates=(*esme_facts.certificates[:2], said))
    (lack,) = what_is_lacking(facts, on=ON)
    assert (lack.clause, "nobody has attested" in lack.lacks) == ("F2.5", True)
    seen = replace(said, coverage=(Coverage(esme.key),))
    check_listable(replace(facts, certificates=(*esme_facts.certificates[:2], seen)), on=ON)


@pytest.mark.clause("F2.5-1")
def test_certificate_whose_coverage_of_the_model_has_ended_does_not_name_it(esme_facts, esme):
    other = replace(esme, firmware_version="00070805")
    links = (Coverage(esme.key, ended_on=ON), Coverage(other.key, attested=False))
    ended = certificate_of("NCSC", esme, coverage=links)
    facts = replace(esme_facts, certificates=(*esme_facts.certificates[:2], ended))
    (lack,) = what_is_lacking(facts, on=ON)
    assert "does not name this Device Model" in lack.lacks
