"""When firmware may be tested before its turn: the ground, the dates, the three answers, who is told."""

import datetime as dt

import pytest

from cpl.rules.limbs import unmet
from secgov.errors import Refusal
from ssc.rules import fast_track as rules

DAY = dt.date(2027, 1, 11)
LATER = DAY + dt.timedelta(days=1)
BEFORE = DAY - dt.timedelta(days=1)


def fields_of(call, *args, **kwargs):
    """Give the fields that a call refuses."""
    try:
        call(*args, **kwargs)
    except Refusal as refused:
        return [each.field for each in refused.each]
    return []


def lacking(**changes):
    """Give the fields that a request lacks."""
    whole = {
        "ground": rules.GROUND, "purpose": "Newer key handling", "assessment": "No interface changes.",
        "has_assessment_file": False, "affects_interoperability": False, "interoperability": "", "devices": ["a", "b"],
        "new_device": "a",
    }  # fmt: skip
    return [each.field for each in unmet(rules.request_limbs(**(whole | changes)))]


@pytest.mark.clause("PPCT-2.1")
@pytest.mark.parametrize(
    ("effective_from", "available"), [(None, False), (LATER, False), (DAY, True), (BEFORE, True)]
)
def test_fast_track_is_there_from_its_effective_date_on(effective_from, available):
    assert rules.is_available(effective_from=effective_from, today=DAY) is available
    assert (fields_of(rules.check_available, effective_from=effective_from, today=DAY) == []) is available


@pytest.mark.clause("PPCT-4.1.2-a", "PPCT-4.1.2-e", "PPCT-9.2")
@pytest.mark.parametrize("ground", ["feature", "", "SECURITY", "material_security_vulnerability"])
def test_no_other_ground_is_taken(ground):
    assert lacking(ground=ground) == ["ground"]
    assert lacking() == []


@pytest.mark.clause("PPCT-4.1.2-k")
def test_assessment_is_a_text_or_a_file():
    assert lacking(assessment="  ") == ["assessment"]
    assert lacking(assessment="", has_assessment_file=True) == []


@pytest.mark.clause("PPCT-9.17-2")
def test_interoperability_is_answered_explicitly_and_what_is_known_is_told():
    assert lacking(affects_interoperability=None) == ["affects_interoperability"]
    assert lacking(affects_interoperability=True) == ["interoperability"]
    assert lacking(affects_interoperability=True, interoperability="Alert order changes.") == []


def test_combination_names_each_device_once_and_the_one_with_the_new_firmware():
    assert lacking(devices=["a", "a"]) == ["devices"]
    assert lacking(devices=[], new_device="") == ["devices", "new_device"]
    assert lacking(new_device="c") == ["new_device"]
    assert lacking(devices=[str(number) for number in range(11)], new_device="1") == ["devices"]


def sought(**changes):
    """Give the fields that a message to SECAS is refused for."""
    whole = {"date_if_not": LATER, "date_if_fast": DAY, "asks_whether_notified": True, "today": DAY}
    return fields_of(rules.check_view_is_sought, **(whole | changes))


@pytest.mark.clause("PPCT-4.1.2-c", "PPCT-4.1.2-d", "PPCT-9.15-1", "PPCT-9.15-2")
def test_both_dates_and_the_question_are_in_one_message():
    assert sought() == []
    assert sought(date_if_not=None) == ["date_if_not"] and sought(date_if_fast=None) == ["date_if_fast"]
    assert sought(asks_whether_notified=False) == ["asks_whether_notified"]
    assert sought(date_if_fast=BEFORE) == ["date_if_fast"]


@pytest.mark.clause("PPCT-4.1.2-c")
@pytest.mark.parametrize(("fast", "refused", "no_benefit"), [(DAY, [], False), (LATER, [], True)])
def test_fast_is_not_later_and_the_same_day_is_no_benefit(fast, refused, no_benefit):
    assert sought(date_if_fast=fast) == refused
    assert rules.is_no_benefit(date_if_not=LATER, date_if_fast=fast) is no_benefit
    assert sought(date_if_fast=LATER + dt.timedelta(days=1)) == ["date_if_fast"]


def viewed(notified, material, warrants, **changes):
    """Give the fields that a view is refused for."""
    whole = {"to_change": "Mend the gateway first.", "for_the_chair": False, "has_evidence": False} | changes
    return fields_of(rules.check_view, rules.Answers(notified, material, warrants), **whole)


@pytest.mark.clause("PPCT-9.16-1", "PPCT-9.16-2", "PPCT-9.16-3")
def test_three_answers_are_separate_and_none_has_a_default():
    assert viewed(None, True, True) == ["was_notified"]
    assert viewed(True, None, True) == ["is_material"]
    assert viewed(True, True, None) == ["warrants"]
    assert viewed(None, None, None) == ["was_notified", "is_material", "warrants"]
    assert viewed(True, True, True, to_change="") == []


@pytest.mark.clause("PPCT-9.16-3")
def test_what_is_not_material_cannot_warrant_the_fast_track():
    assert viewed(True, False, True) == ["warrants"]
    assert viewed(True, False, False) == []


@pytest.mark.clause("PPCT-9.16-2")
def test_secas_shows_how_the_chairs_view_is_known():
    assert viewed(True, True, True, for_the_chair=True) == ["evidence"]
    assert viewed(True, True, True, for_the_chair=True, has_evidence=True) == []


@pytest.mark.clause("PPCT-9.16-3")
def test_no_says_what_would_have_to_change_and_who_was_not_notified_is_told_to_notify():
    assert viewed(True, True, False, to_change=" ") == ["to_change"]
    assert viewed(False, True, True, to_change="") == []
    told = rules.what_would_have_to_change(rules.Answers(False, True, True), "")
    assert told == rules.NOTIFY_AND_APPLY_AGAIN
    assert rules.what_would_have_to_change(rules.Answers(True, True, False), " Mend it. ") == "Mend it."
    assert rules.what_would_have_to_change(rules.Answers(True, True, True), "Mend it.") == ""


@pytest.mark.clause("PPCT-9.16-3", "PPCT-9.17-1")
@pytest.mark.parametrize("notified", [True, False])
@pytest.mark.parametrize("material", [True, False])
@pytest.mark.parametrize("warrants", [True, False])
def test_granted_on_three_yeses_alone_and_then_not_refused(notified, material, warrants):
    answers = rules.Answers(notified, material, warrants)
    three = notified and material and warrants
    for check, refuses in ((rules.check_may_grant, not three), (rules.check_may_refuse, three)):
        if refuses:
            with pytest.raises(Refusal):
                check(answers)
        else:
            check(answers)


@pytest.mark.clause("PPCT-4.1.2-j")
def test_only_those_whose_day_moves_are_impacted_each_with_its_own_days():
    moves = [rules.Move(slot, slot % 4, DAY, LATER if slot in (1, 2, 3) else DAY) for slot in range(10)]
    told = rules.impacted(moves)
    assert {organisation: [each.slot for each in moved] for organisation, moved in told.items()} == {
        1: [1],
        2: [2],
        3: [3],
    }


@pytest.mark.clause("PPCT-4.1.2-p")
@pytest.mark.parametrize(
    ("received", "refused"), [(None, True), (LATER, True), (DAY, False), (BEFORE, False)]
)
def test_device_sets_come_before_the_test(received, refused):
    assert bool(fields_of(rules.check_sets_received, received, today=DAY)) is refused


@pytest.mark.clause("PPCT-4.1.2-p")
@pytest.mark.parametrize(
    ("tested", "refused"),
    [(None, True), (LATER, True), (DAY, False), (BEFORE, False), (BEFORE - dt.timedelta(days=1), True)],
)
def test_no_test_was_before_its_device_sets_came_or_is_to_come(tested, refused):
    assert bool(fields_of(rules.check_tested_on, tested, sets_received_on=BEFORE, today=DAY)) is refused


D = [dt.date(2027, 1, day) for day in range(1, 31)]  # D[10] is 11 January


@pytest.mark.clause("PPCT-4.1.2-j")
@pytest.mark.parametrize(
    ("history", "taken", "goes_to"),
    [
        ([(10, 20, True)], (), 10),
        ([(10, 20, False)], (), 20),
        ([(10, 20, True)], (10,), 20),  # somebody with priority has that day by now
        ([(10, 15, True), (15, 20, False)], (), 20),  # another one moved it since, and needs that still
        ([(10, 15, False), (15, 20, True)], (), 15),
        ([(10, 15, True), (15, 20, True)], (), 10),  # the first was withdrawn while the second held it
        ([(10, 15, True), (15, 20, True)], (10,), 15),
        ([(10, 15, True), (15, 10, True), (10, 20, True)], (), 10),  # there and back, and away again
        ([(3, 20, True)], (), 20),  # that day has come
        ([(2, 10, True), (10, 20, True)], (), 10),
        ([(4, 20, True)], (), 4),
        ([], (), 20),
    ],
)
def test_place_goes_back_as_far_as_nobody_needs_its_day(history, taken, goes_to):
    moves = [rules.Moved(D[was], D[now], idle) for was, now, idle in history]
    days = [D[each] for each in taken]
    assert rules.way_back(moves, planned_on=D[20], today=D[3], taken=days) == D[goes_to]
