"""Assurance Certificates (Sections F2.3 to F2.5, Appendix Z 2.1(f) and (g))."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cpl.rules.certificates import (
    ATTESTATIONS,
    BODIES,
    INVALID,
    RECORDED,
    VOID,
    Coverage,
    attestation_limb,
    awaits_approval,
    cap_limb,
    check_kind,
    clean_body,
    cpa_limbs,
    date_kind,
    governing,
    identification_limbs,
    is_covered,
    is_in_force,
    kind_of,
    number_limbs,
    relevant_date,
    validity_limbs,
)
from cpl.rules.device_identity import clean_firmware_version
from cpl.rules.limbs import unmet
from secgov.errors import Refusal
from tests.rules.cpl.facts import certificate_of

DAY = timedelta(days=1)


@pytest.mark.clause("F2.3(a)")
@pytest.mark.clause("F2.3(b)")
@pytest.mark.clause("F2.3(c)")
def test_the_three_bodies_are_known_and_no_other():
    assert [clean_body(each.lower()) for each in BODIES] == ["ZIGBEE", "DLMS", "NCSC"]
    for text in ("UL", "", "CSA"):
        with pytest.raises(Refusal) as refused:
            clean_body(text)
        assert (refused.value.field, refused.value.clause) == ("body", "F2.3")


@pytest.mark.clause("F2.4-0")
@pytest.mark.clause("SC-3.1")
def test_kind_follows_from_the_body_and_a_mismatch_is_refused():
    assert [kind_of(body) for body in BODIES] == ["ZIGBEE", "DLMS", "CPA"]
    for body in BODIES:
        check_kind(body=body, kind="")
        check_kind(body=body, kind=kind_of(body))
    with pytest.raises(Refusal) as refused:
        check_kind(body="ZIGBEE", kind="CPA")
    assert (refused.value.field, refused.value.clause) == ("kind", "F2.4")


@pytest.mark.clause("F2.4(a)")
@pytest.mark.clause("F2.4(b)")
@pytest.mark.clause("F2.4(c)")
@pytest.mark.parametrize(
    ("body", "clause"), [("ZIGBEE", "F2.4(a)"), ("DLMS", "F2.4(b)"), ("NCSC", "F2.4(c)")]
)
def test_certificate_whose_marks_nobody_attested_stays_recorded(esme, body, clause):
    certificate = certificate_of(body, esme, state=RECORDED)
    assert attestation_limb(certificate).met
    assert awaits_approval(certificate, on=date(2026, 12, 1))
    unticked = replace(certificate, marks_seen=False)
    assert [each.clause for each in unmet(validity_limbs(unticked))] == [clause]
    assert not awaits_approval(unticked, on=date(2026, 12, 1))
    assert ATTESTATIONS[body] in attestation_limb(unticked).asks


@pytest.mark.clause("F2.4(c)")
@pytest.mark.clause("Z2.1(g)")
def test_cpa_certificate_without_its_security_characteristics_version_is_not_valid(esme):
    certificate = certificate_of("NCSC", esme, sc_version=" ")
    assert [(each.clause, each.field) for each in unmet(cpa_limbs(certificate))] == [
        ("Z2.1(g)", "sc_version")
    ]
    assert cpa_limbs(certificate_of("DLMS", esme)) == ()


@pytest.mark.clause("Z2.1(g)")
def test_cpa_certificate_with_neither_date_is_not_valid(esme):
    neither = certificate_of("NCSC", esme, renews_on=None)
    assert [each.field for each in unmet(cpa_limbs(neither))] == ["expires_on"]
    assert date_kind(neither) == ""


@pytest.mark.clause("Z2.1(g)")
@pytest.mark.parametrize(
    ("expires", "renews", "day", "kind"),
    [
        (None, date(2028, 8, 30), date(2028, 8, 30), "renewal"),
        (date(2027, 11, 30), None, date(2027, 11, 30), "expiry"),
        (date(2030, 1, 1), date(2028, 8, 30), date(2028, 8, 30), "renewal"),
        (date(2028, 8, 30), date(2028, 8, 30), date(2028, 8, 30), "expiry"),
        (None, None, None, ""),
    ],
)
def test_relevant_date_is_the_earlier_and_says_which_kind_it_is(esme, expires, renews, day, kind):
    certificate = certificate_of("NCSC", esme, expires_on=expires, renews_on=renews)
    assert (relevant_date(certificate), date_kind(certificate)) == (day, kind)


@pytest.mark.clause("Z2.1(f)")
@pytest.mark.parametrize("field", ["number", "standard", "standard_version"])
def test_certificate_without_number_standard_or_its_version_is_not_valid(esme, field):
    certificate = certificate_of("DLMS", esme, **{field: " "})
    assert [(each.clause, each.field) for each in unmet(number_limbs(certificate))] == [("Z2.1(f)", field)]


@pytest.mark.clause("F2.5-1")
@pytest.mark.clause("F2.5-3")
@pytest.mark.parametrize("body", BODIES)
def test_certificate_that_names_no_model_is_not_valid_lifetime_cpa_included(esme, body):
    certificate = certificate_of(body, esme, coverage=())
    assert [each.clause for each in unmet(identification_limbs(certificate))] == ["F2.5"]
    assert not awaits_approval(replace(certificate, state=RECORDED), on=date(2026, 12, 1))


@pytest.mark.clause("F2.5-1")
def test_certificate_that_nobody_compared_with_its_models_is_not_valid(esme):
    certificate = certificate_of("NCSC", esme, models_named=False)
    assert [each.field for each in unmet(identification_limbs(certificate))] == ["models_named"]


@pytest.mark.clause("F2.5-1")
def test_model_that_is_not_named_cannot_rely_on_the_certificate(esme):
    other = replace(esme, firmware_version="00070805")
    certificate = certificate_of("NCSC", esme)
    assert is_covered(certificate, esme.key, on=date(2026, 12, 1))
    assert not is_covered(certificate, other.key, on=date(2026, 12, 1))


@pytest.mark.clause("F2.5-1")
def test_coverage_may_end_for_one_model_alone(esme):
    other = replace(esme, firmware_version="00070805")
    links = (Coverage(esme.key, ended_on=date(2027, 1, 11)), Coverage(other.key))
    certificate = certificate_of("NCSC", esme, coverage=links)
    assert is_covered(certificate, esme.key, on=date(2027, 1, 10))
    assert not is_covered(certificate, esme.key, on=date(2027, 1, 11))
    assert is_covered(certificate, other.key, on=date(2027, 1, 11))


@pytest.mark.clause("F2.5-1")
@pytest.mark.parametrize(
    "text", ["all", "1.x", "0007*", "00070800-00070899", "00070800 and later", "00070804+"]
)
def test_wildcard_or_range_identifies_no_model(text):
    with pytest.raises(Refusal, match="firmware version"):
        clean_firmware_version(text)


@pytest.mark.clause("F2.5-2")
@pytest.mark.parametrize("body", ["ZIGBEE", "DLMS"])
@pytest.mark.parametrize(
    ("issued", "last"),
    [(date(2020, 6, 1), date(2026, 6, 1)), (date(2020, 2, 29), date(2026, 2, 28))],
)
def test_expiry_date_exactly_six_years_after_issue_is_valid_and_one_day_later_not(esme, body, issued, last):
    for expires, met in ((last - DAY, True), (last, True), (last + DAY, False)):
        certificate = certificate_of(body, esme, issued_on=issued, expires_on=expires)
        assert cap_limb(certificate).met is met
        assert (not unmet(validity_limbs(certificate))) is met


@pytest.mark.clause("F2.5-2")
def test_cap_spares_cpa_certificates_and_certificates_without_an_expiry_date(esme):
    cpa = certificate_of("NCSC", esme, expires_on=date(2034, 1, 1))
    assert cap_limb(cpa).met
    assert cap_limb(certificate_of("DLMS", esme, issued_on=None, expires_on=None)).met


@pytest.mark.clause("F2.5-2")
def test_expiry_date_without_an_issue_date_cannot_be_judged(esme):
    certificate = certificate_of("DLMS", esme, issued_on=None, expires_on=date(2026, 6, 1))
    assert cap_limb(certificate).field == "issued_on"


@pytest.mark.parametrize("state", [RECORDED, INVALID, VOID])
def test_certificate_that_is_not_valid_is_not_in_force(esme, state):
    assert not is_in_force(certificate_of("NCSC", esme, state=state), on=date(2026, 12, 1))


def test_certificate_is_in_force_through_the_whole_of_its_date(esme):
    certificate = certificate_of("NCSC", esme, renews_on=date(2027, 11, 30))
    assert is_in_force(certificate, on=date(2027, 11, 29))
    assert is_in_force(certificate, on=date(2027, 11, 30))
    assert not is_in_force(certificate, on=date(2027, 12, 1))


def test_certificate_is_not_in_force_from_the_day_of_a_confirmed_event(esme):
    certificate = certificate_of("NCSC", esme, lapsed_on=date(2027, 1, 11))
    assert is_in_force(certificate, on=date(2027, 1, 10))
    assert not is_in_force(certificate, on=date(2027, 1, 11))


@pytest.mark.clause("Z2.1(g)")
def test_governing_certificate_is_the_one_in_force_with_the_latest_date(esme):
    on = date(2026, 12, 1)
    early = certificate_of("NCSC", esme, number="A", renews_on=date(2027, 1, 1))
    late = certificate_of("NCSC", esme, number="B", renews_on=date(2029, 1, 1))
    unproved = replace(late, number="C", state=RECORDED, renews_on=date(2031, 1, 1))
    elsewhere = replace(late, number="D", coverage=(), renews_on=date(2031, 1, 1))
    held = (early, late, unproved, elsewhere)
    assert governing(held, esme.key, body="NCSC", on=on) == late
    assert governing(held, esme.key, body="NCSC", on=date(2029, 1, 2)) is None
    assert governing(held, esme.key, body="DLMS", on=on) is None


def test_certificate_without_a_date_outlasts_every_other(esme):
    dated = certificate_of("DLMS", esme, number="Z", expires_on=date(2029, 1, 1))
    lasting = certificate_of("DLMS", esme, number="A")
    assert governing((lasting, dated), esme.key, body="DLMS", on=date(2026, 12, 1)) == lasting
