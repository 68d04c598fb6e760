"""A bank holiday proclaimed late lengthens what runs, never shortens it, and leaves an act."""

import datetime as dt

import pytest

from secgov.accounts.models import Organisation, Role
from secgov.accounts.services import keep_reference_data
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, BankHoliday, Obligation, Task
from secgov.time_rules import WorkingCalendar, years_to_load
from tests.factories import people
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
FRIDAY = london("2027-06-04 12:00")


def owed(days, *, hours=0):
    """A period that began on Friday 4 June 2027."""
    subject = people.organisation()
    act = journal.record(actor=SYSTEM, at=FRIDAY, verb="test.began", subject=subject, reason="Test.")
    given = {
        "clause": "F2.8(a)",
        "duty": "Test",
        "owed_by": Obligation.Owner.PANEL,
        "subject": subject,
        "act": act,
    }
    if hours:
        return journal.open_obligation_for_hours(**given, from_at=FRIDAY, hours=hours)
    return journal.open_obligation_for_working_days(**given, from_at=FRIDAY, working_days=days)


def proclaim(day, *, at=FRIDAY):
    """The Secretariat enters a day at its desk."""
    secretary = people.person(Role.SECRETARIAT, people.organisation(kind=Organisation.Kind.CODE_BODY))
    holiday = BankHoliday(division="england-and-wales", day=day, name="Day of mourning")
    return keep_reference_data(row=holiday, by=secretary, at=at, reason="Proclaimed today.", clause="X-1")


@pytest.mark.clause("X-1")
def test_holiday_within_a_running_period_lengthens_it_and_says_so():
    obligation = owed(1)
    assert obligation.due_at == london("2027-06-08 00:00")
    proclaim(dt.date(2027, 6, 7))
    obligation = Obligation.objects.get(pk=obligation.pk)
    assert obligation.due_at == london("2027-06-09 00:00")
    assert "Day of mourning" in " ".join(obligation.why)
    act = Act.objects.get(verb="journal.obligation.lengthened")
    assert act.subject_id == str(obligation.pk) and act.actor_role == "Secretariat"
    assert act.before["due_at"].startswith("2027-06-07T23:00") and act.after["due_at"].startswith(
        "2027-06-08T23:00"
    )


@pytest.mark.clause("X-1")
@pytest.mark.parametrize("day", [dt.date(2027, 6, 4), dt.date(2027, 6, 8)])
def test_holiday_on_the_day_of_the_event_or_after_the_last_day_moves_nothing(day):
    obligation = owed(1)
    proclaim(day)
    assert Obligation.objects.get(pk=obligation.pk).due_at == london("2027-06-08 00:00")
    assert not Act.objects.filter(verb="journal.obligation.lengthened").exists()


@pytest.mark.clause("X-1")
def test_day_taken_out_of_the_calendar_shortens_no_announced_end():
    obligation = owed(1)
    proclaim(dt.date(2027, 6, 7))
    BankHoliday.objects.filter(day="2027-06-07").update(day="2027-06-22")
    assert journal.recompute_obligations(actor=SYSTEM, at=FRIDAY) == []
    obligation = Obligation.objects.get(pk=obligation.pk)
    assert obligation.due_at == london("2027-06-09 00:00") and "A-19" in obligation.why[-1]


@pytest.mark.clause("X-1")
def test_elapsed_hours_and_what_has_ended_are_left_alone():
    hours, ended = owed(0, hours=24), owed(1)
    journal.discharge(obligation=ended, act=ended.opened_by_act, at=FRIDAY)
    proclaim(dt.date(2027, 6, 7))
    assert Obligation.objects.get(pk=hours.pk).due_at == london("2027-06-05 12:00")
    assert Obligation.objects.get(pk=ended.pk).due_at == london("2027-06-08 00:00")


@pytest.mark.clause("X-1")
def test_what_was_overdue_only_by_the_old_calendar_is_overdue_no_more():
    obligation = owed(1)
    tuesday = london("2027-06-08 09:00")
    journal.raise_alarms(at=tuesday)
    assert Task.objects.filter(key=f"alarm:{obligation.pk}", closed_at=None).exists()
    proclaim(dt.date(2027, 6, 7), at=tuesday)
    assert Obligation.objects.get(pk=obligation.pk).due_alarm_at is None
    assert not Task.objects.filter(key=f"alarm:{obligation.pk}", closed_at=None).exists()
    journal.raise_alarms(at=london("2027-06-09 00:00"))
    assert Obligation.objects.get(pk=obligation.pk).due_alarm_at is not None


@pytest.mark.clause("X-1")
@pytest.mark.parametrize(
    ("today", "lacking"),
    [("2027-06-30", ()), ("2027-07-01", (2028,)), ("2027-12-31", (2028,)), ("2028-01-01", (2028,))],
)
def test_calendar_asks_for_the_next_year_from_july(today, lacking):
    calendar = WorkingCalendar("england-and-wales", "v", {}, frozenset({2027}))
    assert years_to_load(dt.date.fromisoformat(today), calendar) == lacking


@pytest.mark.clause("X-1")
def test_year_without_holidays_is_a_task_until_it_is_loaded():
    last = BankHoliday.objects.order_by("-day").first().day.year
    at = dt.datetime(last, 7, 1, 6, tzinfo=dt.UTC)
    assert journal.watch_calendar(at=at) == 1 and journal.watch_calendar(at=at) == 1
    assert Task.objects.filter(key=f"calendar:{last + 1}", closed_at=None).count() == 1
    BankHoliday.objects.create(division="england-and-wales", day=dt.date(last + 1, 12, 27), name="in lieu")
    assert journal.watch_calendar(at=at) == 0
    assert not Task.objects.filter(key=f"calendar:{last + 1}", closed_at=None).exists()
