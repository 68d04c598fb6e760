"""When a call to the DCC's own address is made again (F2.8(a))."""

import datetime as dt

import pytest

from cpl.rules.webhook import LONGEST_WAIT, MOST_FAILURES, is_taken, is_to_pause, wait_after


def test_waits_grow_to_a_bound():
    waits = [wait_after(failures) for failures in range(1, 12)]
    assert waits[:4] == [dt.timedelta(seconds=seconds) for seconds in (20, 40, 80, 160)]
    assert waits == sorted(waits) and waits[-1] == LONGEST_WAIT
    assert wait_after(10_000) == LONGEST_WAIT


def test_calls_rest_after_the_eighth_failure_and_not_before():
    assert not is_to_pause(MOST_FAILURES - 1)
    assert is_to_pause(MOST_FAILURES)


@pytest.mark.parametrize(
    ("status", "taken"),
    [(199, False), (200, True), (202, True), (299, True), (300, False), (302, False), (500, False)],
)
def test_only_a_good_answer_takes_a_call(status, taken):
    assert is_taken(status) is taken
