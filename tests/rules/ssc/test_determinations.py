"""What the SSC weighs, what it may decide, and on whom a plan is imposed."""

import datetime as dt
from dataclasses import replace

import pytest

from cpl.rules.estate import GAS, IMPORT
from secgov.errors import Refusal
from ssc.rules import determinations as rules
from ssc.rules.determinations import DCC, Considered, Party
from ssc.rules.plans import Period

DAY = dt.date(2027, 2, 1)
PERIOD = Period(20, "working_days", DAY)
SUPPLIER = Party(1, "Ashbeck Energy", frozenset({IMPORT}))
GAS_SUPPLIER = Party(2, "Cawdale Gas Supply", frozenset({GAS}))
THE_DCC = Party(3, "The DCC", frozenset({DCC}))
WHOLE = Considered(
    security_implications="One key.", consumer_consequences="Homes.", weighing="The second outweighs the first.",
    ncsc_provided_none=True, outcome="retain", with_plan=False, device_type="single_element_esme", generation="SMETS2+",
    reasons="Slight.", minute_reference="SSC 112", determined_on=DAY,
)  # fmt: skip
WITH_PLAN = replace(WHOLE, with_plan=True, obliged=(SUPPLIER,), proposal=PERIOD, approval=PERIOD)


def lacks(draft: Considered) -> list[tuple[str, str]]:
    """The clause and field of everything that a determination lacks."""
    try:
        rules.check_determination(draft)
    except Refusal as refusal:
        return [(each.clause, each.field) for each in refusal.each]
    return []


def test_whole_determination_is_taken():
    assert lacks(WHOLE) == [] and lacks(WITH_PLAN) == []


@pytest.mark.clause("Z6.2(a)")
@pytest.mark.parametrize("field", ["security_implications", "consumer_consequences", "weighing"])
def test_each_side_and_the_weighing_is_a_field_of_its_own(field):
    assert lacks(replace(WHOLE, **{field: " "})) == [("Z6.2(a)", field)]


@pytest.mark.clause("Z6.2(a)")
def test_unknown_number_of_devices_needs_its_reason():
    unknown = replace(WHOLE, devices_known=False)
    assert lacks(unknown) == [("Z6.2(a)", "devices_unknown_reason")]
    assert lacks(replace(unknown, devices_unknown_reason="Not counted yet.")) == []


@pytest.mark.clause("Z6.2-1")
@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (9, True), (10, True), (11, False)])
def test_day_of_the_determination_is_neither_before_the_certificate_ended_nor_still_to_come(days, taken):
    ended = DAY - dt.timedelta(days=10)
    draft = replace(WHOLE, determined_on=ended + dt.timedelta(days=days), struck_on=ended, today=DAY)
    assert lacks(draft) == ([] if taken else [("Z6.2", "determined_on")])


@pytest.mark.clause("Z6.2(b)")
@pytest.mark.parametrize(
    ("given", "none", "taken"),
    [(True, False, True), (False, True, True), (False, False, False), (True, True, False)],
)
def test_ncsc_s_information_or_an_explicit_none(given, none, taken):
    draft = replace(WHOLE, ncsc_information=given, ncsc_provided_none=none)
    assert lacks(draft) == ([] if taken else [("Z6.2(b)", "ncsc")])


@pytest.mark.clause("Z6.2-1")
@pytest.mark.parametrize("field", ["reasons", "minute_reference"])
def test_case_is_not_closed_without_reasons_and_a_minute(field):
    assert lacks(replace(WHOLE, **{field: ""})) == [("Z6.2", field)]


@pytest.mark.clause("Z6.2-1")
def test_case_is_not_closed_without_an_outcome_and_a_day():
    assert lacks(replace(WHOLE, outcome="", with_plan=None)) == [("Z6.2", "outcome")]
    assert lacks(replace(WHOLE, determined_on=None)) == [("Z6.2", "determined_on")]


@pytest.mark.clause("F2.7A(a)-2")
@pytest.mark.clause("Z6.2(c)-1")
def test_there_are_four_outcomes_and_a_plan_goes_with_removal_as_without_it():
    assert rules.possible_outcomes() == ("remove", "remove_plan", "retain", "retain_plan")
    assert lacks(replace(WITH_PLAN, outcome="remove")) == []
    assert lacks(replace(WITH_PLAN, outcome="retain")) == []


@pytest.mark.clause("Z6.4-1")
def test_under_6_4_the_ssc_determines_removal_and_nothing_else():
    assert rules.possible_outcomes("Z6.4") == ("remove", "remove_plan")
    after_plan = replace(WHOLE, clause="Z6.4")
    assert lacks(after_plan) == [("Z6.4", "outcome")]
    assert lacks(replace(after_plan, outcome="remove")) == []


@pytest.mark.clause("Z6.4-1")
@pytest.mark.parametrize(
    ("outcome", "plan", "binds", "stands", "may"),
    [
        ("retain", True, True, True, True), ("retain", False, True, True, False), ("remove", True, True, True, False),
        ("retain", True, False, True, False), ("retain", True, True, False, False),
    ],
)  # fmt: skip
def test_removal_after_a_plan_needs_the_plan_in_its_place_and_an_event_that_stands(
    outcome, plan, binds, stands, may
):
    assert rules.may_still_remove(outcome=outcome, with_plan=plan, binds=binds, event_stands=stands) is may


@pytest.mark.clause("Z6.2(c)-2")
@pytest.mark.clause("Z6.2(c)-3")
@pytest.mark.parametrize(
    ("device_type", "generation", "roles"),
    [
        ("communications_hub", "SMETS2+", (DCC,)),
        ("communications_hub", "SMETS1", (IMPORT, GAS)),
        ("single_element_esme", "SMETS2+", (IMPORT,)),
        ("polyphase_esme", "SMETS1", (IMPORT,)),
        ("gsme", "SMETS2+", (GAS,)),
        ("hcalcs", "SMETS2+", (IMPORT,)),
        ("ppmid", "SMETS2+", (IMPORT, GAS)),
    ],
)
def test_who_is_obliged_follows_from_the_type(device_type, generation, roles):
    assert rules.obliged_roles(device_type=device_type, generation=generation) == roles


@pytest.mark.clause("Z6.2(c)-2")
def test_plan_for_a_smets2_hub_is_the_dcc_s_and_a_supplier_is_refused():
    hub = replace(WITH_PLAN, device_type="communications_hub", obliged=(THE_DCC,))
    assert rules.is_automatic(device_type="communications_hub", generation="SMETS2+")
    assert lacks(hub) == []
    assert lacks(replace(hub, obliged=(SUPPLIER,))) == [("Z6.2(c)", "obliged")]


@pytest.mark.clause("Z6.2(c)-3")
def test_plan_for_an_electricity_meter_is_refused_on_a_gas_supplier_and_on_the_dcc():
    assert lacks(replace(WITH_PLAN, obliged=(GAS_SUPPLIER,))) == [("Z6.2(c)", "obliged")]
    assert lacks(replace(WITH_PLAN, obliged=(SUPPLIER, THE_DCC))) == [("Z6.2(c)", "obliged")]
    assert lacks(replace(WITH_PLAN, device_type="gsme", obliged=(GAS_SUPPLIER,))) == []
    assert lacks(replace(WITH_PLAN, obliged=())) == [("Z6.2(c)", "obliged")]


@pytest.mark.clause("Z6.2(c)-1")
def test_plan_is_not_imposed_without_both_periods_whole():
    draft = replace(WITH_PLAN, proposal=Period(None, "", None), approval=replace(PERIOD, starts_on=None))
    assert lacks(draft) == [
        ("Z6.3(a)", "proposal_days"), ("Z6.3(a)", "proposal_unit"), ("Z6.3(a)", "proposal_starts_on"),
        ("Z6.3(b)", "approval_starts_on"),
    ]  # fmt: skip


@pytest.mark.clause("Z6.2(c)-3")
def test_supplement_adds_a_party_to_a_plan_and_nobody_twice():
    added = replace(WITH_PLAN, outcome="", security_implications="", consumer_consequences="", weighing="")
    rules.check_supplement(added, plan_imposed=True, have=())
    with pytest.raises(Refusal, match="imposed already on Ashbeck Energy"):
        rules.check_supplement(added, plan_imposed=True, have={"Ashbeck Energy"})
    with pytest.raises(Refusal, match="No plan was imposed"):
        rules.check_supplement(added, plan_imposed=False, have=())
    with pytest.raises(Refusal, match="Choose the Parties"):
        rules.check_supplement(replace(added, obliged=()), plan_imposed=True, have=())


def test_parties_hear_of_the_outcome_alone():
    assert rules.told_to_parties("remove") == "to be removed"
    assert rules.told_to_parties("retain") == "not to be removed"


def test_digest_changes_with_every_value():
    first = rules.digest_of({"outcome": "retain", "on": DAY})
    assert first == rules.digest_of({"on": DAY, "outcome": "retain"})
    assert first != rules.digest_of({"outcome": "remove", "on": DAY})
