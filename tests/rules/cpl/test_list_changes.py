"""Changes of the list (Section F2.2, Appendix Z 6.8, 6.9 and 6.11)."""

from dataclasses import replace

import pytest

from cpl.rules.limbs import unmet
from cpl.rules.list_changes import (
    CLAUSES,
    KINDS,
    ChangeFacts,
    check_clause,
    check_gates,
    check_second_person,
    clause_of_listing,
    digest_of,
    gates,
)
from secgov.errors import Refusal

ADDING = ChangeFacts(
    kind="add",
    clause="F2.1(a)",
    entry="000729",
    generation="SMETS2+",
    listed=False,
    reason="All required certificates are held.",
    after={"status": "Current"},
    ground_reference="S-2026-0001",
)
REMOVING = replace(
    ADDING,
    kind="remove",
    clause="Z6.8(a)",
    generation="SMETS1",
    listed=True,
    public_reason="SSC advice",
)
REINSTATING = replace(ADDING, kind="reinstate", clause="Z6.9", generation="SMETS1", closed_under="Z6.8(a)")
CORRECTING = replace(
    ADDING,
    kind="correct",
    clause="F2.2",
    listed=True,
    before={"firmware": "00070804"},
    after={"firmware": "00070805"},
    evidence="Release notes, page 2",
)
CHANGE = {"kind": "add", "clause": "F2.1(a)", "entry": "000729", "before": None, "after": {"a": 1, "b": "é"}}


def shut(facts):
    """Give the clauses of the gates that are shut."""
    return [each.clause for each in unmet(gates(facts))]


@pytest.mark.clause("F2.2-2")
@pytest.mark.parametrize("kind", KINDS)
def test_change_without_a_clause_is_refused(kind):
    with pytest.raises(Refusal) as refused:
        check_clause(kind=kind, clause="")
    assert (refused.value.field, refused.value.clause) == ("clause", "F2.2")


@pytest.mark.clause("F2.2-2")
@pytest.mark.parametrize("kind", KINDS)
def test_change_cites_only_a_clause_that_provides_for_it(kind):
    everything = {clause for clauses in CLAUSES.values() for clause in clauses}
    for clause in CLAUSES[kind]:
        check_clause(kind=kind, clause=clause)
    for clause in everything - set(CLAUSES[kind]):
        with pytest.raises(Refusal, match="does not provide"):
            check_clause(kind=kind, clause=clause)


def test_unknown_kind_of_change_is_refused():
    with pytest.raises(Refusal) as refused:
        check_clause(kind="delete", clause="F2.1")
    assert refused.value.field == "kind"


@pytest.mark.clause("F2.2-2")
@pytest.mark.parametrize("facts", [ADDING, REMOVING, REINSTATING, CORRECTING], ids=lambda each: each.kind)
def test_change_that_passes_its_gates_may_be_made_and_none_without_a_reason(facts):
    check_gates(facts)
    assert shut(replace(facts, reason=" ")) == ["F2.2"]


@pytest.mark.clause("F2.2-2")
def test_addition_rests_on_a_submission_and_on_the_clause_of_its_generation():
    assert shut(replace(ADDING, ground_reference="")) == ["F2.2"]
    assert shut(replace(ADDING, listed=True)) == ["F2.1"]
    assert shut(replace(ADDING, generation="SMETS1")) == ["F2.1"]
    assert (clause_of_listing("SMETS1"), clause_of_listing("SMETS2+")) == ("F2.1(b)", "F2.1(a)")


@pytest.mark.clause("Z6.11-1")
def test_only_an_entry_on_the_list_is_marked_removed_and_with_a_public_reason():
    assert shut(replace(REMOVING, listed=False)) == ["Z6.11"]
    assert shut(replace(REMOVING, public_reason="")) == ["F2.2"]


@pytest.mark.clause("Z6.8-0")
def test_removal_under_6_8_is_for_smets1_only():
    assert shut(replace(REMOVING, generation="SMETS2+")) == ["Z6.8"]
    assert shut(replace(REMOVING, generation="SMETS2+", clause="F2.1")) == []


@pytest.mark.clause("Z6.9-1")
@pytest.mark.parametrize(
    "changes", [{"generation": "SMETS2+"}, {"closed_under": "Z6.2"}, {"closed_under": ""}, {"listed": True}]
)
def test_only_a_smets1_model_removed_under_6_8_is_reinstated(changes):
    assert shut(replace(REINSTATING, **changes)) == ["Z6.9"]


@pytest.mark.clause("Z6.9-2")
def test_model_removed_under_6_8_b_is_reinstated_only_once_the_issue_is_rectified():
    under_b = replace(REINSTATING, closed_under="Z6.8(b)")
    assert shut(under_b) == ["Z6.9"]
    check_gates(replace(under_b, rectified="Panel minute 7"))


@pytest.mark.clause("F2.2-2")
def test_correction_has_evidence_changes_something_and_keeps_the_number():
    assert shut(replace(CORRECTING, evidence="")) == ["F2.2"]
    assert shut(replace(CORRECTING, after=CORRECTING.before)) == ["F2.2"]
    assert shut(replace(CORRECTING, entry_after="000730")) == ["F2.2"]
    check_gates(replace(CORRECTING, entry_after="000729"))


PEOPLE = {"first": "ann", "first_role": "secretariat", "second": "ben", "second_role": "approver"}


def test_second_person_approves():
    check_second_person(**PEOPLE)


@pytest.mark.parametrize(
    "changes",
    [
        {"second": "ann"},
        {"second_role": "secretariat"},
        {"second_role": "ssc_chair"},
        {"first_role": "approver"},
    ],
)
def test_same_person_or_wrong_role_is_refused_unless_four_eyes_are_off(changes):
    with pytest.raises(Refusal):
        check_second_person(**(PEOPLE | changes))
    check_second_person(**(PEOPLE | changes), four_eyes=False)


def test_digest_is_the_same_for_the_same_changes_in_any_order():
    other = CHANGE | {"entry": "000730"}
    reordered = dict(reversed(CHANGE.items()))
    assert digest_of([CHANGE, other]) == digest_of([other, reordered])
    assert len(digest_of([CHANGE])) == 64


@pytest.mark.parametrize(
    "changes",
    [
        [CHANGE | {"after": {"a": 2, "b": "é"}}],
        [CHANGE | {"clause": "F2.1(b)"}],
        [CHANGE, CHANGE],
        [],
    ],
)
def test_digest_differs_when_anything_differs(changes):
    assert digest_of([CHANGE]) != digest_of(changes)


def test_digest_takes_plain_data_only():
    with pytest.raises(TypeError):
        digest_of([{"on": object()}])
    with pytest.raises(ValueError):
        digest_of([{"share": float("nan")}])
