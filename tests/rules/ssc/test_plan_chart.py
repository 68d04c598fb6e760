"""The chart of a plan: what is promised, what the Party reports, and what the DCC counts beside it."""

import datetime as dt

from ssc.portal.plan_chart import plan_chart

PLANNED = [(dt.date(2027, 3, 31), 400), (dt.date(2027, 5, 28), 1000)]
DONE = [(dt.date(2027, 3, 15), 300)]


def test_what_the_dcc_counts_stands_beside_what_is_reported_month_by_month() -> None:
    counted = [(dt.date(2027, 2, 1), 1000), (dt.date(2027, 3, 31), 900), (dt.date(2027, 4, 1), 700)]
    chart = plan_chart(PLANNED, DONE, today=dt.date(2027, 4, 20), counted=counted)
    assert chart is not None and chart.counted
    assert [(each.label, each.planned, each.done, each.left, each.gone) for each in chart.months] == [
        ("Feb 27", 0, None, 1000, 0),
        ("Mar", 400, 300, 900, 100),
        ("Apr", 400, 300, 700, 300),
        ("May", 1000, None, None, None),
    ]


def test_more_devices_than_at_first_draw_no_bar_below_nought() -> None:
    counted = [(dt.date(2027, 2, 1), 100), (dt.date(2027, 3, 31), 150)]
    chart = plan_chart(PLANNED, DONE, today=dt.date(2027, 3, 31), counted=counted)
    assert chart is not None
    assert (chart.months[1].left, chart.months[1].gone, chart.months[1].gone_height) == (150, 0, 0)


def test_without_counts_the_chart_is_of_plan_and_report_alone() -> None:
    chart = plan_chart(PLANNED, DONE, today=dt.date(2027, 4, 20))
    assert chart is not None and not chart.counted and chart.months[0].left is None
    assert plan_chart([], DONE, today=dt.date(2027, 4, 20)) is None
