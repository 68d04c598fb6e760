"""How two editions differ, and what each difference is called."""

import pytest

from cpl.rules.differences import Difference, composed, differences_between, kind_of_difference


def record(entry, status="Current", **more):
    return {"entry": entry, "status": status, **more}


@pytest.mark.clause("F2.8(a)")
def test_differences_are_every_entry_not_written_alike_and_no_other():
    same, old, new, more = record("000001"), record("000002"), record("000002", gbcs="4.1"), record("000003")
    assert differences_between([same, old], [same, new, more]) == [
        Difference("000002", old, new),
        Difference("000003", None, more),
    ]


@pytest.mark.clause("F2.8(a)")
def test_way_of_several_steps_is_from_the_first_before_to_the_last_after():
    one, two, gone = record("000002"), record("000002", gbcs="4.1"), record("000002", "Removed")
    steps = [[Difference("000002", one, two)], [Difference("000002", two, gone)]]
    assert composed(steps) == [Difference("000002", one, gone)]


def test_entry_that_ends_as_it_began_does_not_differ():
    one, gone = record("000002"), record("000002", "Removed")
    assert composed([[Difference("000002", one, gone)], [Difference("000002", gone, one)]]) == []


@pytest.mark.clause("Z6.11-1")
@pytest.mark.parametrize(
    ("before", "after", "corrected", "kind"),
    [
        (None, "Current", False, "added"),
        ("Current", "Removed", False, "removed"),
        ("Current", "Removed", True, "removed"),
        ("Removed", "Current", False, "reinstated"),
        ("Current", "Current", True, "corrected"),
        ("Removed", "Removed", True, "corrected"),
        ("Current", "Current", False, "updated"),
        (None, "Removed", False, "removed"),
        ("Current", None, False, "removed"),
    ],
)
def test_difference_is_called_by_what_it_did_to_the_list(before, after, corrected, kind):
    said = [each and record("000001", each) for each in (before, after)]
    assert kind_of_difference(Difference("000001", *said), corrected=corrected) == kind
