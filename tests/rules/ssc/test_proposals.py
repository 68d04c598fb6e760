"""What each step of a proposal needs, and what is awaited from whom."""

from datetime import date

import pytest

from cpl.rules.device_types import DEVICE_TYPES
from secgov.errors import Refusal
from ssc.rules import proposals as rules
from ssc.rules.proposal_progress import Standing, awaited, awaited_outside

TODAY = date(2027, 3, 12)


@pytest.mark.clause("SC-6.3")
def test_support_counts_when_a_party_confirmed_it_and_not_before():
    for supports in ([], [rules.Support("A", True, False)], [rules.Support("Lab", False, True)]):
        with pytest.raises(Refusal):
            rules.check_supported(supports)
    rules.check_supported([rules.Support("A", True, False), rules.Support("B", True, True)])


@pytest.mark.clause("SC-6.13")
@pytest.mark.clause("SC-6.15")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"implementation_on": date(2027, 3, 11)}, ["implementation_on"]),
        ({"implementation_on": None}, ["implementation_on"]),
        ({"amp_change": None, "tsat_change": None}, ["amp_change", "tsat_change"]),
        ({"amp_change": True}, ["amp_text"]),
        ({"tsat_change": True, "tsat_text": "A row."}, []),
    ],
)
def test_a_schedule_has_its_day_and_both_answers(changes, fields):
    given = {"implementation_on": TODAY, "today": TODAY, "amp_change": False, "tsat_change": False} | changes
    if not fields:
        rules.check_schedule(**given)
        return
    with pytest.raises(Refusal) as refused:
        rules.check_schedule(**given)
    assert [each.field for each in refused.value.each] == fields


@pytest.mark.clause("SC-6.9")
def test_a_consultation_has_closed_on_the_day_after_its_last():
    assert not rules.has_closed(TODAY, on=TODAY)
    assert rules.has_closed(TODAY, on=date(2027, 3, 13))
    for starts, ends, areas in (
        (date(2027, 3, 11), TODAY, 1),
        (date(2027, 3, 14), date(2027, 3, 13), 1),
        (TODAY, TODAY, 0),
    ):
        with pytest.raises(Refusal):
            rules.check_consultation(starts_on=starts, ends_on=ends, today=TODAY, areas=areas)
    rules.check_consultation(starts_on=TODAY, ends_on=TODAY, today=TODAY, areas=1)


@pytest.mark.clause("SC-6.11")
def test_nothing_is_closed_without_its_report():
    with pytest.raises(Refusal):
        rules.check_report(" \n")
    rules.check_report("Modification Report")


@pytest.mark.clause("SC-5.1")
@pytest.mark.clause("SC-6.14")
def test_publication_needs_the_sign_off_and_a_day_that_has_come():
    rules.check_published(published_on=TODAY, today=TODAY, signed_off_on=TODAY)
    for published, signed in ((TODAY, None), (date(2027, 3, 13), TODAY), (date(2027, 3, 11), TODAY)):
        with pytest.raises(Refusal):
            rules.check_published(published_on=published, today=TODAY, signed_off_on=signed)


@pytest.mark.clause("SC-2(c)")
def test_the_phases_are_the_same_for_every_device_type():
    assert list(dict.fromkeys(rules.PHASE_OF.values())) == list(rules.PHASES)
    # No rule of a proposal takes a type: nothing can tell one from another.
    words = " ".join(
        name
        for each in vars(rules).values()
        if callable(each)
        for name in getattr(each, "__annotations__", {})
    )
    assert not any(each.code in words for each in DEVICE_TYPES) and "device_type" not in words


@pytest.mark.parametrize(
    ("standing", "whom"),
    [
        (Standing("draft"), "the proposer"),
        (Standing("submitted"), "a SEC Party"),
        (Standing("submitted", supported=True), "the SSC"),
        (Standing("triage", question_open=True), "the proposer"),
        (Standing("triage"), "the SSC"),
        (Standing("ncsc_liaison"), "NCSC"),
        (Standing("ncsc_liaison", ncsc_agrees=False), "the SSC"),
        (Standing("ncsc_liaison", ncsc_agrees=False, decision_prepared=True), "the Chair of the SSC"),
        (Standing("ncsc_liaison", ncsc_agrees=True), "the SSC"),
        (Standing("refinement"), "the Working Group"),
        (Standing("consultation", consultation_ends_on=TODAY), "everybody who is asked"),
        (Standing("consultation", consultation_ends_on=date(2027, 3, 11)), "the Working Group"),
        (Standing("consultation", consultation_ends_on=date(2027, 3, 11), group_advised=True), "NCSC"),
        (Standing("consultation", group_advised=True, ncsc_advised=True), "the SSC"),
        (Standing("consultation", decision_prepared=True), "the Chair of the SSC"),
        (Standing("decided"), "the SSC"),
        (Standing("scheduled"), "NCSC"),
        (Standing("signed_off"), "NCSC"),
        (Standing("published"), None),
        (Standing("rejected"), None),
        (Standing("withdrawn"), None),
    ],
)
def test_it_is_said_from_whom_something_is_awaited(standing, whom):
    found = awaited(standing, on=TODAY)
    assert (found.whom if found else None) == whom


def test_outside_the_ssc_nothing_is_said_of_what_is_not_settled_yet():
    for agrees in (None, True, False):
        for prepared in (True, False):
            found = awaited_outside(
                Standing("ncsc_liaison", ncsc_agrees=agrees, decision_prepared=prepared), on=TODAY
            )
            assert found.whom == "NCSC and the SSC"
    assert awaited_outside(Standing("triage", question_open=True), on=TODAY).whom == "the SSC"
    decided = Standing("consultation", group_advised=True, ncsc_advised=True, decision_prepared=True)
    assert awaited_outside(decided, on=TODAY).whom == "the SSC"
    assert awaited_outside(Standing("published"), on=TODAY) is None
