"""The life of a certificate: its date passes, it is renewed in place, replaced, ended for some models, or void (chart 5)."""

import datetime as dt

import pytest
from django.db import connection

from cpl.models import AssuranceCertificate, CertificateChange, CertificateEvent, ListChange
from cpl.promises.entries import unlawful_listing
from cpl.services import certificate_life, certificate_watch
from cpl.services.listing_facts import listing_facts
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, BankHoliday, Obligation, Task
from tests.factories import devices, people, publishing, removing
from tests.factories.expiring import claimed

NOON, DAY = removing.NOON, removing.DAY
MIDNIGHT = dt.datetime(2032, 1, 6, 0, 0, tzinfo=dt.UTC)  # the first instant after the CPA Certificate's date


def with_calendar(settings, folder):
    """Make an entry on the list, its people, and bank holidays up to the years of this story."""
    calendar_that_reaches()
    return removing.with_entry(settings, folder)


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(with_calendar)]


@pytest.fixture
def group(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world):
    """An entry on the list, whose CPA Certificate has the renewal date 5 January 2032."""
    return world[1]


@pytest.fixture(autouse=True)
def _calendar():
    calendar_that_reaches()


def calendar_that_reaches():
    """Bank holidays up to the years of this story."""
    for year in range(2029, 2036):
        BankHoliday.objects.get_or_create(
            division="england-and-wales", day=dt.date(year, 12, 25), defaults={"name": "Christmas Day"}
        )


def watch(at):
    """Run the sweep as of an instant."""
    return certificate_watch.watch_certificate_dates(clock=lambda: at)


def changed(group, certificate, at, kind="dates", **values):
    """A change of a certificate, proposed and approved."""
    certificate = AssuranceCertificate.objects.get(pk=certificate.pk)
    change = certificate_life.propose_certificate_change(
        certificate=certificate, by=group.secretariat, at=at, version=certificate.version, kind=kind, reason="By letter.",
        reference="Letter 7", **values,
    )  # fmt: skip
    return certificate_life.decide_certificate_change(
        change=change, by=group.approver, at=at, version=change.version, agree=True, reason="Compared."
    )


@pytest.mark.clause("F2.7A(a)-1")
def test_date_that_passes_is_recorded_once_from_the_next_day_on_and_removes_nothing(group, entry):
    assert watch(MIDNIGHT - dt.timedelta(seconds=1)) == 0
    assert watch(MIDNIGHT) >= 1
    watch(MIDNIGHT)
    connection.check_constraints()
    event = CertificateEvent.objects.get()
    assert (event.kind, event.state, event.occurred_on) == ("NOT_RENEWED", "unconfirmed", dt.date(2032, 1, 6))
    assert [each.device_model for each in event.affected.filter(covered_by=None)] == [entry]
    assert removing.waiting_removal(entry) is None
    assert Task.objects.filter(key=f"confirm:{event.pk}", closed_at=None).exists()


@pytest.mark.clause("F2.7A(a)-1")
def test_certificate_covering_forty_models_notes_each_of_them(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    entries = [removing.listed_entry(group.cast, firmware_version=f"{number:08X}") for number in range(1, 4)]
    for each in entries:
        removing.give(group, certificate, each)
    watch(MIDNIGHT)
    event = certificate.events.get()
    assert {each.device_model for each in event.affected.all()} == {entry, *entries}


@pytest.mark.clause("F2.7A(a)-1")
def test_expiry_of_a_certificate_already_replaced_is_superseded_and_for_information_only(group, entry):
    old = removing.certificate_of(entry, "NCSC")
    new = removing.found_valid(group, removing.replaced(group, entry, "NCSC"))
    devices.restated(new, renews_on=dt.date(2036, 1, 5))
    watch(MIDNIGHT)
    event = old.events.get()
    assert (event.state, event.affected.get().covered_by) == ("superseded", new)
    assert not Obligation.objects.standing().about(event).exists()


@pytest.mark.clause("Z6.2-1")
def test_lifetime_certificate_is_overdue_until_ncsc_says_that_it_was_not_renewed(group, entry):
    watch(MIDNIGHT)
    event = removing.confirmed(group, CertificateEvent.objects.get(), at=MIDNIGHT + 9 * DAY)
    assert event.state == "confirmed" and removing.waiting_removal(entry) is None
    removing.determined(group, entry, at=MIDNIGHT + 10 * DAY)
    assert removing.waiting_removal(entry).clause == "Z6.2"


@pytest.mark.clause("Z6.7-2")
def test_open_confirmation_is_asked_for_again_each_working_day(group, entry):
    friday = dt.datetime(2026, 12, 4, 10, 0, tzinfo=dt.UTC)
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"), at=friday)
    for at in (friday + DAY, friday + 2 * DAY):
        assert watch(at) == 0
    assert (watch(friday + 3 * DAY), watch(friday + 3 * DAY)) == (1, 0)
    task = Task.objects.get(key=f"confirm:{event.pk}", closed_at=None)
    assert task.title.startswith("Chase ZigBee Alliance") and "1 Working Day ago" in task.detail
    removing.denied(group, event, at=friday + 3 * DAY)
    assert not Task.objects.filter(key=f"confirm:{event.pk}", closed_at=None).exists()
    assert watch(friday + 4 * DAY) == 0


def test_certificate_renewed_in_place_lets_what_its_old_date_brought_fall(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    watch(MIDNIGHT)
    determination = removing.determined(group, entry, at=MIDNIGHT)
    changed(group, certificate, MIDNIGHT + DAY, renews_on=dt.date(2034, 1, 5))
    connection.check_constraints()
    assert CertificateEvent.objects.get().state == "superseded"
    assert type(determination).objects.get(pk=determination.pk).state == "void"
    assert AssuranceCertificate.objects.get(pk=certificate.pk).renews_on == dt.date(2034, 1, 5)


def test_certificate_renewed_late_after_a_real_lapse_is_in_force_again_and_its_event_stays_on_file(
    group, entry
):
    certificate = removing.certificate_of(entry, "NCSC")
    watch(MIDNIGHT)
    removing.confirmed(group, CertificateEvent.objects.get(), at=MIDNIGHT)
    assert AssuranceCertificate.objects.get(pk=certificate.pk).lapse() == dt.date(2032, 1, 6)
    changed(group, certificate, MIDNIGHT + DAY, renews_on=dt.date(2034, 1, 5))
    event = CertificateEvent.objects.get()
    assert (event.state, event.overtaken_at) == ("confirmed", MIDNIGHT + DAY)
    assert AssuranceCertificate.objects.get(pk=certificate.pk).lapse() is None


def test_change_of_dates_has_two_people_and_lawful_dates(group, entry):
    zigbee = removing.certificate_of(entry, "ZIGBEE")
    with pytest.raises(Refusal, match="more than six years"):
        changed(group, zigbee, NOON, expires_on=dt.date(2032, 1, 6))
    cpa = removing.certificate_of(entry, "NCSC")
    with pytest.raises(Refusal, match="neither an expiry date nor a renewal date"):
        changed(group, cpa, NOON)
    with pytest.raises(Refusal, match="dates that it has"):
        changed(group, cpa, NOON, renews_on=dt.date(2032, 1, 5))
    change = certificate_life.propose_certificate_change(
        certificate=cpa, by=group.secretariat, at=NOON, version=cpa.version, kind="dates", reason="x", reference="y",
        renews_on=dt.date(2033, 1, 5),
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        certificate_life.decide_certificate_change(
            change=change, by=group.secretariat, at=NOON, version=change.version, agree=True, reason="x"
        )
    with pytest.raises(Conflict):
        changed(group, cpa, NOON, renews_on=dt.date(2034, 1, 5))
    certificate_life.decide_certificate_change(
        change=change,
        by=group.approver,
        at=NOON,
        version=change.version,
        agree=False,
        reason="Another certificate.",
    )
    assert CertificateChange.objects.get().state == "refused"
    assert AssuranceCertificate.objects.get(pk=cpa.pk).renews_on == dt.date(2032, 1, 5)


def test_void_certificate_supports_nothing_and_the_entries_that_relied_on_it_are_flagged(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    changed(group, certificate, NOON + DAY, kind="void")
    connection.check_constraints()
    assert AssuranceCertificate.objects.get(pk=certificate.pk).state == "void"
    assert Task.objects.filter(key=f"void-certificate:{certificate.pk}").exists()
    assert unlawful_listing() == 0, "at its approval the certificate was valid"


@pytest.mark.clause("F2.5-1")
def test_withdrawal_for_one_model_alone_leaves_the_others_covered(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    other = removing.listed_entry(group.cast, firmware_version="0A0B0C0D")
    removing.give(group, certificate, other)
    link = certificate.coverage.get(identity=other.identity)
    own = removing.certificate_of(other, "ZIGBEE")
    assert own == certificate
    event = removing.reported(group, certificate, targets=[link], at=NOON + DAY)
    removing.confirmed(group, event, at=NOON + DAY)
    assert removing.waiting_removal(entry) is None
    assert [each.device_model for each in event.affected.all()] == [other]
    assert type(link).objects.get(pk=link.pk).ended_on == (NOON + DAY).date()
    assert AssuranceCertificate.objects.get(pk=certificate.pk).lapse() is None


@pytest.mark.clause("F2.1(a)")
def test_nothing_new_is_listed_under_a_lapsed_certificate_but_a_mere_report_stops_nothing(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    event = removing.reported(group, certificate)
    fresh = devices.submitted(
        group.cast.manufacturer, group.cast.maker, firmware_version="0A0B0C0E", image_hash="cd" * 32,
        certificates=(devices.ZIGBEE | {"number": certificate.number}, devices.CPA | {"number": "CPA-9"}),
    )  # fmt: skip
    devices.attest_all(fresh, group.secretariat)
    assert _zigbee(fresh).lapsed_on is None
    removing.confirmed(group, event)
    assert _zigbee(fresh).lapsed_on == NOON.date()


def _zigbee(submission):
    facts = listing_facts(submission, on=NOON.date())
    return next(each for each in facts.certificates if each.body == "ZIGBEE")


@pytest.mark.clause("Z6-R1")
def test_removed_model_returns_by_submission_under_its_number_and_the_old_event_removes_it_no_more(
    group, entry
):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    devices.approved(removing.waiting_removal(entry), group.approver, at=NOON + DAY)
    later = NOON + 30 * DAY
    back = devices.submitted(
        group.cast.manufacturer, group.cast.maker, at=later, relists=entry.pk,
        certificates=(devices.ZIGBEE | {"number": "ZIG-NEW"}, devices.CPA | {"number": "CPA-NEW"}),
    )  # fmt: skip
    change = devices.approved(devices.proposed(back, group.secretariat, at=later), group.approver, at=later)
    assert change.device_model == entry and entry.periods.count() == 2
    watch(later + DAY)
    assert removing.waiting_removal(entry) is None
    assert ListChange.objects.filter(kind="remove").count() == 1


@pytest.mark.clause("F2.6-0")
def test_action_recorded_on_the_date_is_kept_and_late(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    claimed(certificate, removing.organisation_of(group.supplier), group.supplier)
    at = dt.datetime(2032, 1, 5, 12, 0, tzinfo=dt.UTC)
    for taken_on in (dt.date(2032, 1, 4), dt.date(2032, 1, 5)):
        certificate_life.record_renewal_action(
            certificate=certificate, by=group.supplier, organisation=removing.organisation_of(group.supplier), at=at,
            taken_on=taken_on, what="Asked NCSC.",
        )  # fmt: skip
    verdicts = [each.after["in_time"] for each in _acts("cpl.renewal.acted")]
    assert verdicts == [True, False]


def _acts(verb):
    return Act.objects.filter(verb=verb).order_by("id")


@pytest.mark.clause("F2.6-0")
def test_withdrawn_certificate_asks_for_no_action_any_more(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    removing.confirmed(group, removing.reported(group, certificate))
    with pytest.raises(Refusal, match="the duty has ended"):
        certificate_life.record_renewal_action(
            certificate=certificate, by=group.supplier, organisation=removing.organisation_of(group.supplier), at=NOON,
            taken_on=NOON.date(), what="Asked NCSC.",
        )  # fmt: skip


def test_report_of_a_party_that_is_no_supplier_is_refused(group, entry):
    network = people.person("network", publishing.party("Wires"))
    with pytest.raises(NotPermitted):
        removing.reported(group, removing.certificate_of(entry, "ZIGBEE"), by=network)
