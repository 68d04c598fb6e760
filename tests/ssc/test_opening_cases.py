"""The sweep of the cases: opened, joined, returned, void; twice, and beside itself."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections

from cpl.models import BindingDetermination
from secgov.journal.models import Act, Message, Notice, Obligation
from ssc.models import Case, Determination, InformationRequest, RemedialPlan
from ssc.services import requests
from tests.factories import cases, devices, removing

pytestmark = pytest.mark.django_db
NOON, DAY = cases.NOON, cases.DAY


@pytest.mark.clause("F2.7A(a)-1")
@pytest.mark.clause("Z6.2-1")
def test_event_opens_one_case_for_each_entry_that_the_certificate_names_and_removes_nothing():
    setting = cases.stage(entries=2, imported=True)
    opened = setting.cases
    assert [case.device_model for case in opened] == setting.entries
    assert [case.reference for case in opened] == ["C-2026-001", "C-2026-002"]
    assert {case.state for case in opened} == {"open"}
    assert {row.event_id for case in opened for row in case.events.all()} == {setting.event.pk}
    assert all(removing.waiting_removal(entry) is None for entry in setting.entries)
    assert cases.sweep(NOON + DAY) == 0 and Case.objects.count() == 2
    mails = Message.objects.filter(template="ssc/for_the_committee")
    assert mails.count() == 1, "two cases of one event are one mail to the one secretary"


@pytest.mark.clause("Z6.2(d)")
def test_untriaged_case_is_our_own_target_of_one_working_day():
    setting = cases.stage(at=dt.datetime(2027, 1, 15, 10, 0, tzinfo=dt.UTC), imported=True)  # a Friday
    [owed] = Obligation.objects.standing().about(setting.case)
    assert (owed.due_at, owed.owed_by, owed.by_law) == (dt.datetime(2027, 1, 19, tzinfo=dt.UTC), "ssc", False)
    late = Message.objects.filter(key__startswith="ssc/case_late")
    requests.note_late(at=owed.due_at - dt.timedelta(seconds=1))
    assert not late.exists()
    for _ in range(2):
        requests.note_late(at=owed.due_at)
    assert late.get().recipient == setting.secretary.email


@pytest.mark.clause("F2.7A(a)-1")
def test_expiry_opens_the_case_on_the_day_after_the_date_and_a_replacement_in_force_opens_none():
    group = removing.committee()
    expiring = devices.CPA | {"renews_on": None, "expires_on": dt.date(2027, 11, 30)}
    entry = removing.listed_entry(group.cast, certificates=(devices.ZIGBEE, expiring))
    held = removing.listed_entry(
        group.cast, firmware_version="05080608",
        certificates=(devices.ZIGBEE | {"number": "Z-2"}, expiring | {"number": "CPA-2"}),
    )  # fmt: skip
    removing.found_valid(group, removing.replaced(group, held, "NCSC"))
    for at, open_now in (
        (dt.datetime(2027, 11, 30, 23, 59, tzinfo=dt.UTC), 0),
        (dt.datetime(2027, 12, 1, 0, 1, tzinfo=dt.UTC), 1),
    ):
        for certificate in (removing.certificate_of(entry, "NCSC"), removing.certificate_of(held, "NCSC")):
            removing.certificate_events.note_passed_dates(certificate=certificate, at=at)
        cases.sweep(at)
        assert Case.objects.count() == open_now
    assert Case.objects.get().device_model == entry
    assert entry.periods.get().is_open


def test_later_event_joins_the_open_case():
    setting = cases.stage(imported=True)
    later = removing.reported(setting.group, setting.certificate, "CANCELLED", at=NOON + DAY)
    cases.sweep(NOON + DAY)
    assert [row.event_id for row in setting.case.events.all()] == [setting.event.pk, later.pk]
    assert Case.objects.count() == 1


def test_new_event_after_a_determination_is_a_case_of_its_own():
    setting = cases.stage(imported=True)
    cases.decided(setting)
    removing.reported(setting.group, setting.certificate, "CANCELLED", at=NOON + DAY)
    cases.sweep(NOON + DAY)
    assert [case.state for case in setting.cases] == ["determined", "open"]


@pytest.mark.clause("Z6.2-1")
def test_denied_event_makes_the_case_void_with_all_that_rests_on_it():
    setting = cases.stage(imported=True)
    cases.triaged(setting)
    requests.request_information(
        case=setting.case, by=setting.secretary, at=NOON, addressee=setting.suppliers[0], question="How many?",
        reply_by=(NOON + 9 * DAY).date(),
    )  # fmt: skip
    cases.decided(setting, with_plan=True)
    removing.denied(setting.group, setting.event, at=NOON + DAY)
    assert BindingDetermination.objects.get().state == "void"
    assert cases.sweep(NOON + DAY) == 1
    connection.check_constraints()
    case = setting.case
    assert case.state == "void" and "denies" in case.void_reason
    assert RemedialPlan.objects.get().state == "discharged"
    assert InformationRequest.objects.get().withdrawn_at == NOON + DAY
    told = Notice.objects.filter(organisation=setting.suppliers[0], title__contains="no longer asks you")
    assert told.count() == 1
    ssc_owed = Obligation.objects.standing().filter(subject_type__startswith="ssc.")
    assert not ssc_owed.exists()
    assert cases.sweep(NOON + DAY) == 0


def test_case_stands_while_one_of_its_events_does():
    setting = cases.stage(imported=True)
    removing.reported(setting.group, setting.certificate, "CANCELLED", at=NOON)
    cases.sweep(NOON)
    removing.denied(setting.group, setting.event, at=NOON + DAY)
    cases.sweep(NOON + DAY)
    assert setting.case.state == "open"


def test_replacement_returns_a_determined_case_once_and_it_is_triaged_anew():
    setting = cases.stage(confirmed=True, imported=True)
    cases.decided(setting, outcome="remove")
    assert removing.waiting_removal(setting.entries[0])
    removing.found_valid(
        setting.group,
        removing.replaced(setting.group, setting.entries[0], "NCSC", at=NOON + DAY),
        at=NOON + DAY,
    )
    cases.sweep(NOON + DAY)
    connection.check_constraints()
    case = setting.case
    assert (case.state, case.triaged_at, case.target_date) == ("open", None, None)
    assert "in force" in case.returned_reason
    assert Determination.objects.get().state == "confirmed", "the old determination stays on file"
    cases.decided(setting, at=NOON + 2 * DAY, outcome="retain")
    assert cases.sweep(NOON + 2 * DAY) == 0, "the SSC knew of that fact"
    assert setting.case.state == "determined"


def test_renewal_in_place_returns_the_case_and_the_ssc_can_let_it_stay_but_not_remove():
    setting = cases.stage(confirmed=True, imported=True)
    cases.decided(setting, with_plan=True)
    event = setting.event
    event.overtaken_at = NOON + DAY
    event.save()
    cases.sweep(NOON + DAY)
    assert setting.case.state == "open"
    with pytest.raises(cases.determinations.Refusal, match="No event of a CPA Certificate"):
        cases.decided(setting, at=NOON + 2 * DAY, outcome="remove")
    row = cases.determinations.in_hand(setting.case)
    cases.determinations.decide(
        case=setting.case, by=setting.chair, at=NOON + 2 * DAY, version=row.version, agree=False, reason="Not so.",
        digest=cases.digest_of(row),
    )  # fmt: skip
    cases.decided(setting, at=NOON + 2 * DAY, outcome="retain")
    assert setting.case.state == "determined"
    assert RemedialPlan.objects.get().state == "discharged", "the later determination took its place"


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_open_each_case_once():
    group = removing.committee()
    entry = removing.listed_entry(group.cast, at=NOON - DAY)
    removing.reported(group, removing.certificate_of(entry, "NCSC"), at=NOON)
    faults: list[BaseException] = []
    ready = threading.Barrier(2)

    def run() -> None:
        try:
            ready.wait(timeout=120)
            cases.sweep(NOON)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Case.objects.count() == 1
    assert Act.objects.filter(verb="ssc.case.opened").count() == 1
