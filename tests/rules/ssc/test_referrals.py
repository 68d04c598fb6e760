"""Which decisions may be referred, and what the Authority can determine of them (F2.2A, F2.7B, A-16, A-17, A-61)."""

import pytest

from secgov.errors import Refusal
from ssc.rules import referrals as rules
from ssc.rules.referrals import PanelChoice


@pytest.mark.clause("F2.2A-1", "F2.2A-2", "F2.2A-3", "F2.2A-4", "F2.2A-5")
@pytest.mark.parametrize("kind", rules.PANEL_KINDS)
def test_each_of_the_five_kinds_about_a_smets1_model_may_be_referred_and_about_no_other(kind: str) -> None:
    rules.check_panel_decision_referable(PanelChoice(kind, "SMETS1"))
    with pytest.raises(Refusal, match="SMETS1") as refused:
        rules.check_panel_decision_referable(PanelChoice(kind, "SMETS2+"))
    assert refused.value.clause == "F2.2A" and "M7" in refused.value.remedy
    with pytest.raises(Refusal, match="second person"):
        rules.check_panel_decision_referable(PanelChoice(kind, "SMETS1", is_decided=False))


@pytest.mark.clause("F2.2A-N")
def test_refusal_to_add_and_removal_by_duty_carry_no_right_and_the_answer_says_what_is_open() -> None:
    with pytest.raises(Refusal, match="refusal to add") as refused:
        rules.check_panel_decision_referable(PanelChoice("not_add", "SMETS1"))
    assert refused.value.clause == "F2.2A" and "Section M7" in refused.value.remedy
    with pytest.raises(Refusal, match="decided nothing") as refused:
        rules.check_panel_decision_referable(PanelChoice("remove", "SMETS1", by_duty=True))
    assert "F2.7B" in refused.value.remedy and "Section M7" in refused.value.remedy


@pytest.mark.clause("F2.7B(a)")
@pytest.mark.parametrize("state", ["recorded", "refused", "superseded", "returned", "void"])
def test_only_a_determination_that_binds_may_be_referred(state: str) -> None:
    rules.check_determination_referable(state="binding")
    with pytest.raises(Refusal) as refused:
        rules.check_determination_referable(state=state)
    assert refused.value.clause == "F2.7B(a)"


@pytest.mark.clause("F2.7B(b)")
@pytest.mark.parametrize("state", ["submitted", "commented", "approved", "replaced"])
def test_comments_are_no_refusal_of_a_plan_but_a_refusal_or_a_lapsed_period_is(state: str) -> None:
    rules.check_plan_referable(state="refused", is_lapsed=False, plan_stands=True)
    rules.check_plan_referable(state="", is_lapsed=True, plan_stands=True)
    with pytest.raises(Refusal) as refused:
        rules.check_plan_referable(state=state, is_lapsed=False, plan_stands=True)
    assert refused.value.clause == "F2.7B(b)" and ("comments" in refused.value.message) == (
        state == "commented"
    )
    with pytest.raises(Refusal, match="no longer asked"):
        rules.check_plan_referable(state="refused", is_lapsed=True, plan_stands=False)


@pytest.mark.clause("F2.2A-2")
@pytest.mark.parametrize(
    ("kind", "clause", "determined_by", "circular"),
    [("remove", "Z6.8(b)", "authority", True), ("remove", "Z6.8(b)", "panel", False),
     ("remove", "Z6.8(a)", "", False), ("not_remove", "Z6.8(b)", "authority", False)],
)  # fmt: skip
def test_removal_that_follows_the_authoritys_own_determination_is_flagged(
    kind: str, clause: str, determined_by: str, circular: bool
) -> None:
    assert rules.is_circular(kind=kind, clause=clause, determined_by=determined_by) is circular


@pytest.mark.clause("F2.2A-6", "F2.7B-2")
@pytest.mark.parametrize(
    ("listed", "decided_on_list", "outcomes"),
    [(True, True, ("stands", "remove")), (False, True, ("stands",)),
     (True, False, ("stands", "retain")), (False, False, ("stands", "reinstate"))],
)  # fmt: skip
def test_authority_overrides_towards_the_other_side_of_what_was_decided(
    listed: bool, decided_on_list: bool, outcomes: tuple[str, ...]
) -> None:
    assert rules.outcomes_on_removal(on_the_list=listed, decided_on_list=decided_on_list) == outcomes
    wrong = {"stands", "remove", "retain", "reinstate", "approve"} - set(outcomes)
    for each in wrong:
        with pytest.raises(Refusal):
            rules.check_outcome(each, possible=outcomes, clause="F2.2A")


@pytest.mark.clause("F2.2A-6")
@pytest.mark.parametrize(
    ("outcome", "decided", "later", "contradicted"),
    [("remove", "not_remove", [], False), ("remove", "not_remove", ["remove"], False),
     ("remove", "not_remove", ["reinstate"], True), ("reinstate", "remove", ["not_reinstate"], True),
     ("stands", "remove", ["reinstate"], True), ("stands", "add", ["not_remove"], False),
     ("retain", "remove", ["retain", "remove"], True)],
)  # fmt: skip
def test_later_decision_that_leaves_the_entry_otherwise_calls_a_person(
    outcome: str, decided: str, later: list[str], contradicted: bool
) -> None:
    assert rules.is_contradicted(outcome, decided=decided, later=later) is contradicted


@pytest.mark.clause("F2.2A-6", "F2.7B-2")
def test_what_the_authority_determined_is_final() -> None:
    rules.check_not_final(determined=False, clause="F2.2A")
    with pytest.raises(Refusal, match="final and binding"):
        rules.check_not_final(determined=True, clause="F2.2A")


@pytest.mark.parametrize("grounds", ["", "  \n"])
def test_referral_without_grounds_is_refused(grounds: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_grounds(grounds, clause="F2.2A")
    assert refused.value.field == "grounds"
