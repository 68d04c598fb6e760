"""What an opponent tried on the ends of certificates: forged days, old determinations, duties that outlive their cause."""

import dataclasses
import datetime as dt

import pytest
from django.db import connection

from cpl.models import BindingDetermination, CertificateEvent, RenewalAction
from cpl.services import certificate_life, certificate_watch
from cpl.services.determinations import record_binding_determination
from cpl.services.estate import claim_model
from secgov.accounts.models import Membership, Role
from secgov.errors import Refusal, Refusals
from secgov.journal.models import BankHoliday, Obligation
from tests.factories import devices, people, publishing, removing
from tests.factories.expiring import HUB, at, claimed, expiring, run

pytestmark = pytest.mark.django_db
NOON, DAY = removing.NOON, removing.DAY
MIDNIGHT = dt.datetime(2032, 1, 6, 0, 0, tzinfo=dt.UTC)  # the first instant after the CPA Certificate's date


@pytest.fixture
def group():
    """Who plays."""
    return removing.committee()


@pytest.fixture
def entry(group):
    """An entry on the list, whose CPA Certificate has the renewal date 5 January 2032."""
    for year in range(2029, 2037):
        BankHoliday.objects.get_or_create(
            division="england-and-wales", day=dt.date(year, 12, 25), defaults={"name": "Christmas Day"}
        )
    return removing.listed_entry(group.cast)


@pytest.fixture
def coming(group):
    """A CPA Certificate whose Parties have been told, twelve months ahead; its Supplier owes action."""
    certificate = expiring(group.cast, on="2027-11-30", listed_at=at("2026-09-01", "12:00"))
    claimed(certificate, removing.organisation_of(group.supplier), group.supplier)
    run("2026-11-30")
    return certificate


def renewed_in_place(group, certificate, instant, **values):
    """A change of dates, proposed and approved."""
    certificate.refresh_from_db(fields=["version"])
    change = certificate_life.propose_certificate_change(
        certificate=certificate, by=group.secretariat, at=instant, version=certificate.version, kind="dates",
        reason="By letter.", reference="Letter 7", **values,
    )  # fmt: skip
    return certificate_life.decide_certificate_change(
        change=change, by=group.approver, at=instant, version=change.version, agree=True, reason="Compared."
    )


def owing():
    """Who owes action towards renewal now."""
    rows = Obligation.objects.standing().filter(clause__startswith="F2.6").order_by("id")
    return [(each.clause, each.organisation) for each in rows]


@pytest.mark.clause("Z6.2-1")
@pytest.mark.parametrize("outcome", ["remove", "retain"])
def test_determination_of_an_end_that_a_renewal_overtook_removes_nothing_for_a_later_end(
    group, entry, outcome
):
    certificate = removing.certificate_of(entry, "NCSC")
    certificate_watch.watch_certificate_dates(clock=lambda: MIDNIGHT)
    removing.confirmed(group, CertificateEvent.objects.get(), at=MIDNIGHT)
    determination = removing.determined(group, entry, outcome, at=MIDNIGHT, with_plan=outcome == "retain")
    renewed_in_place(group, certificate, MIDNIGHT + DAY, renews_on=dt.date(2034, 1, 5))
    assert BindingDetermination.objects.get(pk=determination.pk).state == "returned"
    assert removing.waiting_removal(entry) is None
    later = dt.datetime(2033, 3, 1, 12, tzinfo=dt.UTC)
    removing.confirmed(group, removing.reported(group, certificate, at=later), at=later)
    connection.check_constraints()
    assert removing.waiting_removal(entry) is None, "the SSC has not determined anything about this end"
    with pytest.raises(Refusal, match="needs a new trigger"):
        removing.determined(group, entry, clause="Z6.4", at=later)


@pytest.mark.clause("Z6.2-1")
def test_determination_whose_own_event_is_denied_is_void_though_another_end_is_reported(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    event = removing.reported(group, certificate)
    determination = removing.determined(group, entry)
    other = removing.reported(group, certificate, "CANCELLED")
    removing.denied(group, event)
    assert BindingDetermination.objects.get(pk=determination.pk).state == "void"
    removing.confirmed(group, other)
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("Z6.2-1")
@pytest.mark.parametrize("first", ["secretariat", "secretary"])
def test_nobody_is_secretariat_and_secretary_of_the_ssc_on_one_case(group, entry, first):
    body = removing.organisation_of(group.secretary)
    Membership.objects.create(
        user=group.secretary, organisation=body, role="secretariat", began_at=people.LONG_AGO
    )
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"))
    both = dataclasses.replace(group, cast=dataclasses.replace(group.cast, secretariat=group.secretary))
    steps = [lambda: removing.confirmed(both, event), lambda: removing.determined(both, entry)]
    first_step, second_step = steps if first == "secretariat" else reversed(steps)
    first_step()
    with pytest.raises(Refusal, match="so you cannot be the"):
        second_step()
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("Z6.4-1")
def test_plan_for_an_end_that_was_overtaken_is_no_ground_to_remove_for_another(group, entry):
    """The SSC, knowing of the late renewal, kept the entry with a plan; a later end needs a determination of its own."""
    certificate = removing.certificate_of(entry, "NCSC")
    certificate_watch.watch_certificate_dates(clock=lambda: MIDNIGHT)
    event = removing.confirmed(group, CertificateEvent.objects.get(), at=MIDNIGHT)
    renewed_in_place(group, certificate, MIDNIGHT + DAY, renews_on=dt.date(2034, 1, 5))
    values = {"clause": "Z6.2", "outcome": "retain", "with_plan": True, "determined_on": dt.date(2032, 1, 8),
              "minute_reference": "SSC/9", "reasons": "Weighed."}  # fmt: skip
    kept = record_binding_determination(
        model=entry, by=group.secretary, at=MIDNIGHT + 2 * DAY, values=values, events=[CertificateEvent.objects.get(pk=event.pk)],
        confirmed_by=group.chair,
    )  # fmt: skip
    assert kept.state == "binding"
    later = dt.datetime(2033, 3, 1, 12, tzinfo=dt.UTC)
    removing.confirmed(group, removing.reported(group, certificate, at=later), at=later)
    assert BindingDetermination.objects.get(pk=kept.pk).state == "binding"
    with pytest.raises(Refusal, match="needs a new trigger"):
        removing.determined(group, entry, clause="Z6.4", at=later)
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("Z6.7-2")
def test_no_word_confirms_that_a_date_brought_its_end_before_it_had_passed(group, entry):
    certificate_watch.watch_certificate_dates(clock=lambda: MIDNIGHT)
    early = dt.date(2031, 12, 1)
    with pytest.raises(Refusal, match="cannot have taken effect before 6 January 2032") as refused:
        removing.confirmed(
            group, CertificateEvent.objects.get(), at=MIDNIGHT + DAY, said_on=early, effective_on=early
        )
    assert (refused.value.clause, refused.value.field) == ("Z6.7", "effective_on")


@pytest.mark.clause("Z6.7-1")
def test_certificate_cannot_have_ended_before_it_was_issued(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    with pytest.raises(Refusal, match="before the issue"):
        removing.reported(group, certificate, occurred_on=certificate.issued_on - DAY)
    event = removing.reported(group, certificate, occurred_on=certificate.issued_on)
    with pytest.raises(Refusal, match="cannot have taken effect"):
        removing.confirmed(group, event, effective_on=certificate.issued_on - DAY)


@pytest.mark.clause("Z6.7-1")
@pytest.mark.clause("F2.6-0")
def test_report_or_action_sent_twice_is_kept_once(group, coming):
    instant = at("2026-12-02", "12:00")
    for _ in range(2):
        certificate_life.record_renewal_action(
            certificate=coming, by=group.supplier, organisation=removing.organisation_of(group.supplier), at=instant,
            taken_on=dt.date(2026, 12, 1), what="NCSC has our application.",
        )  # fmt: skip
        event = removing.reported(group, coming, at=instant)
    assert (event.reports.count(), RenewalAction.objects.count()) == (1, 1)
    removing.reported(group, coming, at=instant, note="And their letter says so.")
    assert event.reports.count() == 2


@pytest.mark.clause("F2.5-1")
def test_dates_of_a_certificate_come_after_its_issue(group, entry):
    with pytest.raises(Refusal, match="is not later"):
        renewed_in_place(group, removing.certificate_of(entry, "NCSC"), NOON, renews_on=dt.date(2026, 1, 5))


@pytest.mark.clause("F2.1(a)")
def test_nothing_is_listed_under_a_certificate_that_is_still_to_be_issued(group):
    given = (devices.ZIGBEE, devices.CPA | {"issued_on": dt.date(2026, 12, 2)})
    submission = devices.submitted(group.cast.manufacturer, group.cast.maker, certificates=given)
    with pytest.raises((Refusal, Refusals), match="issued only on 2 December 2026"):
        devices.proposed(submission, group.secretariat)


@pytest.mark.clause("F2.6-0")
def test_duty_to_see_to_renewal_ends_with_a_confirmed_withdrawal(group, coming):
    instant = at("2026-12-02", "12:00")
    event = removing.reported(group, coming, at=instant)
    assert len(owing()) == 1, "a mere report ends nothing"
    removing.confirmed(group, event, at=instant)
    assert owing() == []
    assert "withdrawn" in Obligation.objects.get(clause="F2.6(b)").fell_away_reason


@pytest.mark.clause("F2.6(b)")
def test_model_that_is_taken_over_takes_the_duty_along(group, coming):
    mine, other = (
        removing.organisation_of(group.supplier),
        people.person(Role.SUPPLIER, publishing.party("Next Energy")),
    )
    claim_model(
        organisation=removing.organisation_of(other), entry=coming.coverage.get().device_model_id, role="gas",
        since=dt.date(2026, 12, 2), by=other, at=at("2026-12-02", "12:00"), taken_over_from=mine,
    )  # fmt: skip
    run("2026-12-03"), run("2026-12-03")
    assert owing() == [("F2.6(b)", removing.organisation_of(other))]
    connection.check_constraints()


@pytest.mark.clause("F2.6(b)")
def test_supplier_of_another_model_cannot_meet_the_duty_of_those_who_supply_this_one(group, coming):
    rival = people.person(Role.SUPPLIER, publishing.party("Rival Energy"))
    with pytest.raises(Refusal, match="does not see to the renewal"):
        certificate_life.record_renewal_action(
            certificate=coming, by=rival, organisation=removing.organisation_of(rival), at=at("2026-12-01"),
            taken_on=dt.date(2026, 12, 1), what="It is in hand.",
        )  # fmt: skip
    assert len(owing()) == 1 and not RenewalAction.objects.exists()


@pytest.mark.clause("F2.6-0")
def test_of_a_certificate_for_hubs_and_meters_the_dcc_meets_its_own_duty_alone(group):
    dcc = publishing.party("DCC", "dcc")
    person = people.person(Role.DCC, dcc)
    certificate = expiring(group.cast, on="2027-11-30", listed_at=at("2026-09-01", "12:00"))
    hub = expiring(group.cast, on="2033-11-30", listed_at=at("2026-09-01", "12:00"), **HUB)
    removing.give(group, certificate, hub.coverage.get().device_model)
    claimed(certificate, removing.organisation_of(group.supplier), group.supplier)
    run("2026-11-30")
    assert {clause for clause, _ in owing()} == {"F2.6(a)", "F2.6(b)"}
    certificate_life.record_renewal_action(
        certificate=certificate, by=person, organisation=dcc, at=at("2026-12-01"), taken_on=dt.date(2026, 12, 1),
        what="NCSC has our application.",
    )  # fmt: skip
    run("2026-12-02")
    assert owing() == [("F2.6(b)", removing.organisation_of(group.supplier))]
