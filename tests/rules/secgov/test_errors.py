"""The three ways of saying no."""

import pytest

from secgov.errors import Conflict, NotPermitted, Refusal, Refusals, refuse_any

MODEL = Refusal("Give the model.", clause="Z2.1(a)", field="model", remedy="Four digits.")
NOTES = Refusal("Give release notes.", clause="F2.15(c)", field="release_notes")


def test_refusal_says_what_is_wrong_where_and_by_which_clause() -> None:
    assert str(MODEL) == MODEL.message == "Give the model."
    assert (MODEL.clause, MODEL.field, MODEL.remedy) == ("Z2.1(a)", "model", "Four digits.")
    assert (NOTES.clause, NOTES.remedy) == ("F2.15(c)", "")
    assert MODEL.each == (MODEL,)


def test_refusal_without_a_clause_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="clause"):
        Refusal("No.")  # type: ignore[call-arg]


def test_several_refusals_are_caught_as_one_and_read_one_by_one() -> None:
    with pytest.raises(Refusal) as caught:
        raise Refusals([MODEL, NOTES])
    assert caught.value.each == (MODEL, NOTES)
    assert str(caught.value) == "Give the model. Give release notes."
    assert (caught.value.clause, caught.value.field) == ("Z2.1(a)", "model")


def test_refusals_within_refusals_come_out_flat() -> None:
    third = Refusal("Give a telephone number.", clause="F2.15(b)")
    assert Refusals([Refusals([MODEL, NOTES]), third]).each == (MODEL, NOTES, third)


def test_no_refusal_at_all_cannot_be_raised() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Refusals([])


def test_collected_refusals_are_raised_as_many_as_there_are() -> None:
    refuse_any([])
    with pytest.raises(Refusal) as one:
        refuse_any([MODEL])
    assert one.value is MODEL
    with pytest.raises(Refusals) as two:
        refuse_any(refusal for refusal in (MODEL, NOTES))
    assert two.value.each == (MODEL, NOTES)


def test_not_permitted_is_hidden_only_when_said_so() -> None:
    assert not NotPermitted("Not yours.").hidden
    hidden = NotPermitted("Not yours.", hidden=True)
    assert hidden.hidden
    assert str(hidden) == hidden.message == "Not yours."


def test_conflict_carries_the_newer_state() -> None:
    assert Conflict("Changed meanwhile.").newer is None
    assert Conflict("Changed meanwhile.", newer="approved").newer == "approved"
