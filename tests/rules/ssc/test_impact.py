"""What each outcome would Suspend, and what is not known."""

import datetime as dt

import pytest

from secgov.errors import Refusal
from ssc.portal.charts import impact_chart
from ssc.rules import impact as rules
from ssc.rules.impact import Held, Share

TODAY = dt.date(2026, 12, 21)
LATER = dt.date(2027, 3, 31)  # 100 days: fourteen whole weeks
HELD = [Held(1, "Cindermoor", 9870, 9870, 500), Held(2, "Thrushgill", 6140, 6000, 250)]


def by_key(options):
    return {each.key: (each.devices, each.systems) for each in options}


@pytest.mark.clause("Z6.2(a)")
def test_removal_suspends_all_now_fewer_later_and_retaining_none():
    options = rules.options_of(HELD, removal_day=LATER, today=TODAY)
    assert by_key(options) == {
        "remove_now": (16010, 15870), "remove_later": (5510, 5450), "retain": (0, 0), "retain_plan": (0, 0),
    }  # fmt: skip


def test_without_counts_removal_is_not_known_and_retaining_still_suspends_none():
    options = rules.options_of(None, removal_day=None, today=TODAY)
    assert by_key(options) == {"remove_now": (None, None), "retain": (0, 0), "retain_plan": (0, 0)}


def test_supplier_that_reports_no_pace_makes_the_sum_unknown_and_nobody_guesses():
    held = [HELD[0], Held(2, "Thrushgill", 6140, 6000)]
    later = rules.options_of(held, removal_day=LATER, today=TODAY)[1]
    assert (later.devices, later.systems) == (None, None)
    assert later.shares == (Share(1, "Cindermoor", 2870, 2870), Share(2, "Thrushgill", None, None))


@pytest.mark.parametrize(
    ("pace", "weeks", "left"),
    [(100, 0, (1000, 901)), (100, 1, (900, 811)), (100, 10, (0, 0)), (100, 11, (0, 0)), (0, 9, (1000, 901))]
)  # fmt: skip
def test_systems_shrink_with_devices_rounded_up_and_never_below_nought(pace, weeks, left):
    share = rules.left_of(Held(1, "Ashbeck", 1000, 901, pace), weeks=weeks)
    assert (share.devices, share.systems) == left


def test_supplier_without_devices_has_nothing_to_lose():
    assert rules.left_of(Held(1, "Ashbeck", 0, 0, 5), weeks=3) == Share(1, "Ashbeck", 0, 0)


def test_later_removal_is_on_a_day_to_come_and_a_pace_is_a_number():
    rules.check_assumptions(removal_day=TODAY + dt.timedelta(days=1), paces=[0, 250], today=TODAY)
    rules.check_assumptions(removal_day=None, paces=[], today=TODAY)
    for wrong in ({"removal_day": TODAY, "paces": []}, {"removal_day": None, "paces": [-1]}):
        with pytest.raises(Refusal):
            rules.check_assumptions(today=TODAY, **wrong)


def test_chart_has_a_bar_for_each_option_and_gathers_small_suppliers():
    shares = [{"key": n, "name": f"S{n}", "devices": 10, "systems": 10} for n in range(5)]
    options = [
        {"systems": 50, "shares": shares},
        {"systems": 0, "shares": [each | {"systems": 0} for each in shares]},
    ]
    chart = impact_chart(options, ["Remove now", "Retain"])
    assert [tick.number for tick in chart.ticks] == [0, 20, 40, 60, 80]
    assert [len(row.segments) for row in chart.rows] == [5, 0]
    assert [fill for _, fill in chart.key] == ["info", "accent", "mute", "sunk"]
    assert impact_chart(options[1:], ["Retain"]) is None
