"""The gates of removals and returns, limb by limb."""

import dataclasses

import pytest

from cpl.rules import removal as rules
from secgov.errors import Refusal, Refusals

Z61 = rules.Ground(clause="Z6.1", kind="WITHDRAWN", issuer="ZIGBEE", confirmed=True)
Z62 = rules.Ground(clause="Z6.2", kind="EXPIRED", issuer="NCSC", confirmed=True, determined="remove")


@pytest.mark.clause("Z6.1")
@pytest.mark.clause("Z6.7-2")
@pytest.mark.clause("Z6.7-3")
@pytest.mark.parametrize(("values", "met"), [
    ({}, [True, True, True]),
    ({"kind": "CANCELLED"}, [True, True, True]),
    ({"kind": "EXPIRED"}, [False, True, True]),
    ({"issuer": "NCSC"}, [False, True, True]),
    ({"confirmed": False}, [True, False, True]),
    ({"replacement": "awaiting"}, [True, True, False]),
    ({"replacement": "in_force"}, [True, True, False]),
])  # fmt: skip
def test_gates_of_a_removal_without_the_ssc(values, met):
    ground = dataclasses.replace(Z61, **values)
    assert [each.met for each in rules.removal_gates(ground)] == met
    if all(met):
        rules.check_removal(ground)
    else:
        with pytest.raises(Refusal):
            rules.check_removal(ground)


@pytest.mark.clause("Z6.2-2")
@pytest.mark.parametrize(("values", "met"), [
    ({}, [True, True, True]),
    ({"clause": "Z6.4"}, [True, True, True]),
    ({"determined": "retain"}, [False, True, True]),
    ({"determined": ""}, [False, True, True]),
    ({"confirmed": False}, [True, False, True]),
])  # fmt: skip
def test_gates_of_a_removal_that_the_ssc_determines(values, met):
    assert [each.met for each in rules.removal_gates(dataclasses.replace(Z62, **values))] == met


def test_public_reason_tells_the_clause_and_the_kind_of_the_confirmed_event_alone():
    assert rules.public_reason(clause="Z6.1", kind="WITHDRAWN", issuer="DLMS") == (
        "DLMS Certificate withdrawn; confirmed by the DLMS User Association."
    )
    assert rules.public_reason(clause="Z6.2", kind="EXPIRED", issuer="NCSC") == (
        "CPA Certificate expired; confirmed by NCSC. The Security Sub-Committee determined that the Device Model be removed."
    )


def unmet_of_determination(**values):
    """The fields of the limbs that a determination lacks."""
    given = {
        "clause": "Z6.4", "outcome": "remove", "event_stands": True, "covered_again": False, "plan_in_place_of_removal": True,
    }  # fmt: skip
    return [each.field for each in rules.determination_limbs(**{**given, **values}) if not each.met]


@pytest.mark.clause("Z6.4-1")
@pytest.mark.parametrize(("values", "fields"), [
    ({}, []),
    ({"plan_in_place_of_removal": False}, ["clause"]),
    ({"event_stands": False}, ["events"]),
    ({"covered_again": True}, ["clause"]),
    ({"outcome": "retain"}, ["outcome"]),
    ({"clause": "Z6.2", "outcome": "retain", "plan_in_place_of_removal": False, "covered_again": True}, []),
    ({"clause": "Z6.2", "event_stands": False}, ["events"]),
])  # fmt: skip
def test_what_a_determination_under_64_needs_that_one_under_62_does_not(values, fields):
    assert unmet_of_determination(**values) == fields


ADVISED = rules.Discretion(
    kind="remove",
    clause="Z6.8(a)",
    generation="SMETS1",
    listed=True,
    advice=True,
    minute="P/1",
    reasons="So advised.",
)
FOUND = dataclasses.replace(
    ADVISED, clause="Z6.8(b)", advice=False, determiner="authority", determination="D/1"
)
BACK = dataclasses.replace(ADVISED, kind="reinstate", clause="Z6.9", listed=False, closed_under="Z6.8(a)")
ERROR = dataclasses.replace(ADVISED, clause="F2.1", generation="SMETS2+", evidence=True)


@pytest.mark.clause("Z6.8-0")
@pytest.mark.clause("Z6.8(a)")
@pytest.mark.clause("Z6.8(b)")
@pytest.mark.clause("Z6.9-1")
@pytest.mark.clause("Z6.9-2")
@pytest.mark.clause("F2.2-2")
@pytest.mark.parametrize(("base", "values", "fields"), [
    (ADVISED, {}, []),
    (ADVISED, {"kind": "not_remove"}, []),
    (ADVISED, {"generation": "SMETS2+"}, ["device_model"]),
    (ADVISED, {"listed": False}, ["device_model"]),
    (ADVISED, {"advice": False}, ["advice"]),
    (ADVISED, {"advice_withdrawn": True}, ["advice"]),
    (ADVISED, {"minute": " "}, ["minute_reference"]),
    (ADVISED, {"reasons": ""}, ["reasons"]),
    (ADVISED, {"kind": "reinstate"}, ["clause", "device_model"]),
    (FOUND, {}, []),
    (FOUND, {"determiner": ""}, ["determination_reference"]),
    (FOUND, {"determination": ""}, ["determination_reference"]),
    (FOUND, {"in_combination": True}, ["other_models"]),
    (FOUND, {"in_combination": True, "others": 1}, []),
    (BACK, {}, []),
    (BACK, {"kind": "not_reinstate"}, []),
    (BACK, {"listed": True}, ["device_model"]),
    (BACK, {"generation": "SMETS2+"}, ["device_model"]),
    (BACK, {"closed_under": "F2.1"}, ["device_model"]),
    (BACK, {"closed_under": "Z6.8(b)"}, ["rectification_reference"]),
    (BACK, {"closed_under": "Z6.8(b)", "rectified": "P/9"}, []),
    (BACK, {"closed_under": "Z6.8(b)", "kind": "not_reinstate"}, []),
    (ERROR, {}, []),
    (ERROR, {"evidence": False}, ["evidence_note"]),
    (ERROR, {"listed": False}, ["device_model"]),
    (ERROR, {"kind": "not_remove"}, ["clause"]),
    (ADVISED, {"kind": "add"}, ["clause"]),
])  # fmt: skip
def test_what_a_decision_of_the_panel_rests_on(base, values, fields):
    decision = dataclasses.replace(base, **values)
    assert [each.field for each in rules.decision_limbs(decision) if not each.met] == fields
    if fields:
        with pytest.raises((Refusal, Refusals)):
            rules.check_decision(decision)
    else:
        rules.check_decision(decision)
