"""Who may join a Working Group and read its papers, and how it meets."""

import datetime as dt

import pytest

from secgov.errors import Refusal
from ssc.rules import working_groups as rules
from tests.rules.secgov.calendars import CALENDAR, london


def fields_of(call, *args, **kwargs):
    """Give the fields that a call refuses."""
    try:
        call(*args, **kwargs)
    except Refusal as refused:
        return [each.field for each in refused.each]
    return []


def joining(**changes):
    """Give the fields for which joining is refused."""
    whole = {
        "terms_version": 2, "newest_terms": 2, "is_available": True, "is_fair": True, "is_impartial": True,
        "levels": frozenset({"amber"}),
    } | changes  # fmt: skip
    return fields_of(rules.check_joining, rules.Joining(**whole))


@pytest.mark.clause("SC-A1.1-1")
def test_newest_terms_are_accepted_and_an_earlier_version_does_not_do():
    assert joining() == []
    assert joining(terms_version=1) == ["terms"] and joining(terms_version=None) == ["terms"]
    assert joining(newest_terms=None) == ["terms"]
    assert rules.must_accept_again(accepted=1, newest=2) and not rules.must_accept_again(accepted=2, newest=2)


@pytest.mark.clause("SC-A1.2-5", "SC-A1.2-6", "SC-A1.2-7")
@pytest.mark.parametrize("field", ["is_available", "is_fair", "is_impartial"])
def test_time_fairness_and_impartiality_are_each_confirmed(field):
    assert joining(**{field: False}) == [field]


@pytest.mark.clause("SC-A1.5-2")
def test_undertaking_is_given_for_a_level_and_signed_with_the_own_name():
    assert joining(levels=frozenset()) == ["levels"]
    assert fields_of(rules.check_undertaking, level="white", signature="Ada", name="Ada") == ["levels"]
    assert fields_of(rules.check_undertaking, level="red", signature="Ada", name="Ada Brook") == ["signature"]
    assert fields_of(rules.check_undertaking, level="red", signature=" ada  brook ", name="Ada Brook") == []


@pytest.mark.clause("SC-A1.5-1")
@pytest.mark.parametrize(
    ("classification", "is_active", "undertaken", "reads"),
    [
        ("white", True, [], True),
        ("white", False, ["red"], False),
        ("amber", True, [], False),
        ("amber", True, ["amber"], True),
        ("red", True, ["green", "amber"], False),
        ("green", True, ["red"], False),
        ("amber", False, ["amber"], False),
    ],
)
def test_nobody_reads_above_or_beside_the_level_undertaken(classification, is_active, undertaken, reads):
    assert rules.may_read(classification=classification, is_active=is_active, undertaken=undertaken) is reads


@pytest.mark.clause("SC-A1.4-7")
@pytest.mark.parametrize(
    ("sent", "late"), [("2027-03-22 09:00", False), ("2027-03-23 23:59", False), ("2027-03-24 00:00", True)]
)
def test_papers_come_five_working_days_before_across_easter(sent, late):
    calendar, meeting = CALENDAR, london("2027-04-01 10:00")
    assert rules.papers_due_on(dt.date(2027, 4, 1), calendar) == dt.date(2027, 3, 23)
    given = {"sent_at": london(sent), "meeting_at": meeting, "calendar": calendar}
    assert rules.check_papers(**given, late_reason="NCSC sent it today.") is late
    assert fields_of(rules.check_papers, **given, late_reason=" ") == (["late_reason"] if late else [])


@pytest.mark.clause("SC-A1.4-2")
def test_notice_has_time_date_place_and_agenda():
    at = london("2027-01-11 12:00")
    whole = {
        "starts_at": at + dt.timedelta(days=9), "place": "Room 2", "agenda": "P-001", "at": at, "calendar": CALENDAR,
    }  # fmt: skip
    assert fields_of(rules.check_notice, **whole) == []
    unknown = london("2090-03-01 10:00")  # nobody knows that year's bank holidays, nor by when papers are due
    for field, value in (
        ("starts_at", None),
        ("starts_at", at),
        ("starts_at", unknown),
        ("place", " "),
        ("agenda", ""),
    ):
        assert fields_of(rules.check_notice, **(whole | {field: value})) == [field]


@pytest.mark.clause("SC-A1.3-1")
def test_nobody_but_the_chair_of_the_ssc_chairs():
    assert fields_of(rules.check_chair, is_chair=False) == ["chaired_by"]
    assert fields_of(rules.check_chair, is_chair=True) == []


@pytest.mark.clause("SC-A1.3-5", "X-5")
@pytest.mark.parametrize(("present", "quorate"), [(3, False), (4, True), (5, True)])
def test_quorum_is_met_by_as_many_as_it_asks_for(present, quorate):
    assert rules.is_quorate(present=present, quorum=4) is quorate


@pytest.mark.clause("SC-A1.2-1", "SC-A1.2-2", "SC-A1.2-3", "SC-A1.2-4")
def test_each_task_is_done_whole():
    whole = {"text": "Words.", "cost": "", "benefit": "", "assessment": ""}
    asked = {
        "comment": [],
        "review": [],
        "impact": [],
        "estimate": ["cost", "benefit"],
        "alternative": ["assessment"],
    }
    for kind, fields in asked.items():
        assert fields_of(rules.check_contribution, kind=kind, **whole) == fields
        assert fields_of(rules.check_contribution, kind=kind, **(whole | {"text": " "}))[0] == "text"
    done = whole | {"cost": "1m", "benefit": "More", "assessment": "Meets it."}
    assert all(fields_of(rules.check_contribution, kind=kind, **done) == [] for kind in asked)
