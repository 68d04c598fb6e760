"""When the SSC has a case, how it is triaged, and what may be asked for it."""

import datetime as dt

import pytest

from secgov.errors import Refusal
from ssc.rules import cases as rules
from ssc.rules import committee
from ssc.rules.cases import Event

TODAY = dt.date(2027, 1, 18)
DAY = dt.timedelta(days=1)
STANDS = Event("confirmed")


@pytest.mark.clause("F2.7A(a)-1")
@pytest.mark.parametrize(
    ("body", "event", "covered", "listed", "is_case"),
    [
        ("NCSC", STANDS, False, True, True),
        ("NCSC", Event("unconfirmed"), False, True, True),  # it need not be confirmed yet
        ("NCSC", Event("denied"), False, True, False),
        ("NCSC", Event("superseded"), False, True, False),
        ("NCSC", Event("confirmed", overtaken=True), False, True, False),
        ("NCSC", STANDS, True, True, False),  # another certificate holds it
        ("NCSC", STANDS, False, False, False),
        ("ZIGBEE", STANDS, False, True, False),
        ("DLMS", STANDS, False, True, False),
    ],
)
def test_event_of_a_cpa_certificate_is_ground_of_a_case(body, event, covered, listed, is_case):
    assert rules.is_ground_of_case(body=body, event=event, covered_again=covered, listed=listed) is is_case


@pytest.mark.clause("Z6.2-1")
@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([STANDS, Event("denied")], rules.STANDS),
        ([Event("unconfirmed")], rules.STANDS),
        ([Event("denied"), Event("superseded")], rules.FALLEN),
        ([Event("confirmed", overtaken=True), Event("denied")], rules.LAPSED),
        ([], rules.FALLEN),
    ],
)
def test_only_a_case_all_of_whose_events_fell_is_void(events, left):
    assert rules.standing_of(events) == left


@pytest.mark.clause("Z6.2(d)")
@pytest.mark.parametrize(
    ("seriousness", "target", "field"),
    [
        ("", TODAY + DAY, "seriousness"),
        ("grave", TODAY + DAY, "seriousness"),
        ("high", None, "target_date"),
        ("high", TODAY - DAY, "target_date"),
    ],
)
def test_triage_needs_a_rating_and_a_day_that_is_not_past(seriousness, target, field):
    with pytest.raises(Refusal) as refused:
        rules.check_triage(seriousness=seriousness, target=target, today=TODAY)
    assert (refused.value.field, refused.value.clause) == (field, "Z6.2(d)")


def test_triage_for_today_is_taken():
    rules.check_triage(seriousness="low", target=TODAY, today=TODAY)


@pytest.mark.clause("Z6.2(d)")
def test_case_that_has_become_more_serious_comes_sooner_unless_it_cannot():
    before = ("medium", TODAY + 10 * DAY)
    rules.check_triage(seriousness="high", target=TODAY + 9 * DAY, today=TODAY, before=before)
    rules.check_triage(seriousness="high", target=TODAY, today=TODAY, before=("low", TODAY))
    for target in (TODAY + 10 * DAY, TODAY + 11 * DAY):
        with pytest.raises(Refusal, match="more serious"):
            rules.check_triage(seriousness="high", target=target, today=TODAY, before=before)
    rules.check_triage(seriousness="medium", target=TODAY + 20 * DAY, today=TODAY, before=before)
    rules.check_triage(seriousness="low", target=TODAY + 20 * DAY, today=TODAY, before=before)


@pytest.mark.clause("Z6.6")
def test_dcc_and_suppliers_are_obliged_to_answer_and_a_manufacturer_is_only_asked():
    assert [rules.is_obliged_to_answer(each) for each in (rules.DCC, rules.SUPPLIER, rules.MANUFACTURER)] == [
        True, True, False,
    ]  # fmt: skip
    for each in (rules.DCC, rules.SUPPLIER, rules.MANUFACTURER):
        rules.check_request(addressee=each, question="How many?", reply_by=TODAY + DAY, today=TODAY)
    with pytest.raises(Refusal):
        rules.check_request(addressee=rules.OTHER, question="How many?", reply_by=TODAY + DAY, today=TODAY)


@pytest.mark.clause("Z6.6")
@pytest.mark.parametrize(
    ("question", "reply_by", "field"),
    [
        (" ", TODAY + DAY, "question"),
        ("?", None, "reply_by"),
        ("?", TODAY, "reply_by"),
        ("?", TODAY - DAY, "reply_by"),
    ],
)
def test_request_says_what_is_asked_and_by_when(question, reply_by, field):
    with pytest.raises(Refusal) as refused:
        rules.check_request(addressee=rules.DCC, question=question, reply_by=reply_by, today=TODAY)
    assert refused.value.field == field


@pytest.mark.clause("Z6.6")
def test_reply_is_overdue_from_the_day_after():
    day = dt.date(2027, 2, 5)

    def overdue(today: dt.date, **changed: bool) -> bool:
        return rules.is_overdue(
            **{"reply_by": day, "answered": False, "withdrawn": False, "today": today} | changed
        )

    assert (overdue(day), overdue(day + DAY)) == (False, True)
    assert not overdue(day + DAY, answered=True) and not overdue(day + DAY, withdrawn=True)


def test_nothing_is_asked_for_a_case_on_which_nothing_is_left_to_determine():
    rules.check_may_be_asked(state="open", plan_stands=False)
    rules.check_may_be_asked(state="determined", plan_stands=True)
    for state in ("determined", "void"):
        with pytest.raises(Refusal):
            rules.check_may_be_asked(state=state, plan_stands=False)


@pytest.mark.clause("SC-1.2-1")
def test_seats_are_for_six_categories_and_the_press_has_none():
    assert len(committee.CATEGORIES) == 6
    assert committee.clean_category("gas_network") == "gas_network"
    with pytest.raises(Refusal, match="not represented"):
        committee.clean_category("Press")
    assert committee.vacant(["large_supplier", "other_user"]) == (
        "small_supplier", "gas_network", "electricity_network", "shared_resource_provider",
    )  # fmt: skip


@pytest.mark.clause("SC-1.2-2")
def test_invited_expert_reads_all_but_red_papers():
    assert committee.may_read_paper(classification="amber", invited_only=True)
    assert not committee.may_read_paper(classification="red", invited_only=True)
    assert committee.may_read_paper(classification="red", invited_only=False)
