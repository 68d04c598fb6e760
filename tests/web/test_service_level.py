"""The public count of dates kept and missed: what is counted, in which month, and what is never shown."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secgov.accounts.models import Role
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Obligation, Rehearsal
from secgov.journal.services.levels import ClauseLevel, Tally, clause_levels, service_level
from secgov.web.charts import month_chart, small_chart
from tests.factories import people
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
NOW = london("2026-12-24 15:20")


def duty(
    began, *, done=None, clause="F2.8(a)", owner=Obligation.Owner.PANEL, by_law=True, fell_away=None, days=1
):
    """An obligation of some Working Days, done or not."""
    subject = people.organisation()
    at = london(began)
    act = journal.record(actor=SYSTEM, at=at, verb="test.began", subject=subject, reason="Test.")
    obligation = journal.open_obligation_for_working_days(
        clause=clause, duty=f"Duty of {clause}", owed_by=owner, subject=subject, act=act, from_at=at,
        working_days=days, by_law=by_law,
    )  # fmt: skip
    if done:
        journal.discharge(obligation=obligation, act=act, at=london(done))
    if fell_away:
        journal.fall_away(obligation=obligation, reason="Withdrawn.", at=london(fell_away))
    return obligation


@pytest.fixture
def december():
    """The clock of the site stands at 15:20 on 24 December 2026."""
    Rehearsal.objects.update_or_create(id=1, defaults={"now": NOW, "set_at": dt.datetime.now(dt.UTC)})


@pytest.mark.clause("F2.8-0")
def test_duty_is_met_in_the_month_in_which_it_was_done_and_missed_in_the_month_in_which_it_was_due():
    duty("2026-11-30 12:00", done="2026-12-01 23:59")
    duty("2026-11-27 12:00", done="2026-12-01 00:00")  # was due by the end of Monday 30 November
    level = service_level(at=NOW)
    by_month = {f"{month.first:%Y-%m}": month.total for month in level.months}
    assert by_month["2026-12"] == Tally(met=1, missed=0)
    assert by_month["2026-11"] == Tally(met=0, missed=1)
    assert level.worst.late_by == dt.timedelta(0) and next(iter(by_month)) == "2026-01"


@pytest.mark.clause("F2.8-0")
def test_what_still_stands_after_its_time_is_missed_and_overdue():
    duty("2026-12-22 16:00")
    level = service_level(at=NOW)
    [missed] = level.missed
    assert missed.still_open and missed.late_by == dt.timedelta(hours=15, minutes=20)
    assert level.overdue == [missed] and level.total == Tally(0, 1)


@pytest.mark.clause("F2.8-0")
def test_what_fell_away_in_time_our_own_targets_and_what_a_party_owes_are_not_counted():
    duty("2026-12-01 12:00", fell_away="2026-12-02 23:59")
    duty("2026-12-01 12:00", by_law=False)
    duty("2026-12-01 12:00", owner=Obligation.Owner.PARTY, clause="F2.6(b)")
    duty("2026-12-01 12:00", owner=Obligation.Owner.DCC, clause="F2.6(a)")
    assert service_level(at=NOW).total == Tally(0, 0)
    duty("2026-12-01 12:00", owner=Obligation.Owner.DCC, clause="F2.9")
    assert service_level(at=NOW).of_kind("F2.9")[-1] == Tally(0, 1)


@pytest.mark.clause("F2.8-0")
def test_what_is_overdue_since_before_the_twelve_months_is_the_worst_lateness_all_the_same():
    duty("2026-12-22 16:00")
    longest = duty("2025-11-27 12:00")
    level = service_level(at=NOW)
    assert level.worst.obligation == longest and level.total == Tally(0, 1) and len(level.overdue) == 2


@pytest.mark.clause("F2.8-0")
def test_what_fell_away_only_after_its_time_was_missed_and_stays_so():
    duty("2026-12-01 12:00", fell_away="2026-12-03 00:00")
    level = service_level(at=NOW)
    [missed] = level.missed
    assert missed.late_by == dt.timedelta(0) and not missed.still_open
    assert level.total == Tally(0, 1) and level.overdue == []
    assert clause_levels(at=NOW)["F2.8(a)"] == ClauseLevel(standing=0, overdue=0, met=0, missed=1)


@pytest.mark.clause("F2.8-0")
def test_count_asks_no_more_questions_for_more_duties():
    duty("2026-12-01 12:00")
    with CaptureQueriesContext(connection) as few:
        service_level(at=NOW)
    for _ in range(5):
        duty("2026-12-01 12:00")
    with CaptureQueriesContext(connection) as many:
        service_level(at=NOW)
    assert len(many) == len(few)


def test_highest_bar_is_the_tallest_and_zero_is_the_base():
    chart = month_chart(["Jan", "Feb", "Mar"], [Tally(0, 0), Tally(240, 0), Tally(120, 1)])
    assert [(bar.y, bar.height) for bar in chart.bars] == [(150, 0), (42, 108), (96, 54)]
    assert chart.lines == [150, 105, 60]
    assert [bar.miss_y for bar in chart.bars][2] == 62
    assert month_chart(["Jan"], [Tally(0, 0)]).lines == [150]
    assert small_chart(["Jan"], [Tally(7, 0)]).bars[0].height == 34


@pytest.mark.clause("F2.8-0")
def test_page_and_api_tell_the_same_to_everybody(client, december):
    duty("2026-12-22 16:00", clause="F2.8(c)")
    duty("2026-12-01 12:00", done="2026-12-02 12:00")
    page = client.get("/service-level/").content.decode()
    assert (
        "1 of 2" in page and "15 h 20 min, still open" in page and "The Secretariat has not said yet." in page
    )
    body = client.get("/api/v1/service-level/").json()
    assert (body["met"], body["missed"], body["overdue_now"]) == (1, 1, 1)
    assert body["worst_lateness_seconds"] // 60 == 15 * 60 + 20
    assert body["months"][-1]["kinds"]["F2.8"] == {"met": 1, "missed": 1}


@pytest.mark.clause("F2.8-0")
def test_page_never_names_what_a_missed_duty_is_about(client, december):
    obligation = duty("2026-12-22 16:00", clause="Z6.1")
    Obligation.objects.filter(pk=obligation.pk).update(subject_name="Certificate of Rival Meters")
    assert b"Rival Meters" not in client.get("/service-level/").content
    assert b"Rival Meters" not in client.get("/api/v1/service-level/").content


@pytest.mark.clause("F2.8-0")
def test_explanation_of_a_missed_duty_is_the_secretariats_and_public(client, december):
    obligation = duty("2026-12-22 16:00")
    secretary = people.person(Role.SECRETARIAT)
    client.force_login(secretary, backend="allauth.account.auth_backends.AuthenticationBackend")
    said = {"public_reason": "Two mailboxes refuse; we are telephoning."}
    assert client.post(f"/admin/ledger/{obligation.pk}/explain/", said).status_code == 302
    client.logout()
    assert b"we are telephoning" in client.get("/service-level/").content
