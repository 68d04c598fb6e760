"""Certificates in the portal: who sees which, reporting an end, action towards renewal; the SSC and the Authority."""

import datetime as dt

import pytest
from django.urls import reverse

from cpl.models import (
    AuthorityOrder,
    CertificateEvent,
    EventReport,
    ListingPeriod,
    RenewalAction,
    SscAdvice,
)
from secgov.accounts.models import Organisation, Role
from secgov.journal.models import Message
from tests.cpl.desk import LATER, signed_in, text_of
from tests.factories import devices, people, removing
from tests.factories.expiring import claimed

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(removing.with_entry)]
NOON, DAY = removing.NOON, removing.DAY
TODAY = "2 December 2026"
REPORT = {"kind": "WITHDRAWN", "occurred_on": TODAY, "aware_on": TODAY, "note": "By the maker's letter."}


@pytest.fixture(autouse=True)
def a_day_later(monkeypatch):
    """The clock of the edges stands a day after the listing."""
    for module in ("held_certificates", "committee", "orders"):
        monkeypatch.setattr(f"cpl.portal.{module}.clock.now", lambda: LATER + DAY)


@pytest.fixture
def group(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world):
    """An entry on the list."""
    return world[1]


@pytest.mark.clause("Z6.7-1")
def test_supplier_reports_and_nothing_changes_on_the_list(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    supplier = signed_in(group.supplier)
    page = supplier.get(reverse("portal:held-certificates"))
    assert certificate.number in text_of(page)
    done = supplier.post(reverse("portal:report-event", args=[certificate.pk]), REPORT)
    assert done.url == reverse("portal:held-certificate", args=[certificate.pk])
    assert CertificateEvent.objects.get().state == "unconfirmed"
    assert "Not confirmed" in text_of(supplier.get(done.url))
    assert Message.objects.get(template="cpl/event_reported").recipient == group.supplier.email
    assert ListingPeriod.objects.get().closed_at is None


@pytest.mark.clause("Z6.7-1")
def test_many_reports_of_one_event_are_one_event_and_nobody_reads_another_s(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    other = people.person(Role.SUPPLIER, people.organisation("Other Energy", Organisation.Kind.PARTY))
    for each in (group.supplier, other):
        signed_in(each).post(reverse("portal:report-event", args=[certificate.pk]), REPORT)
    assert (CertificateEvent.objects.count(), EventReport.objects.count()) == (1, 2)
    words = text_of(signed_in(other).get(reverse("portal:held-certificate", args=[certificate.pk])))
    assert "Ashbeck" not in words
    network = people.person(Role.NETWORK)
    assert (
        signed_in(network).get(reverse("portal:held-certificate", args=[certificate.pk])).status_code == 404
    )
    maker = signed_in(group.cast.manufacturer)
    assert "Not confirmed" not in text_of(
        maker.get(reverse("portal:held-certificate", args=[certificate.pk]))
    )


@pytest.mark.parametrize("role", [Role.MANUFACTURER, Role.NETWORK, Role.TEST_LAB, Role.TRADE_BODY])
def test_only_the_dcc_suppliers_and_the_secretariat_report(group, entry, role):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    somebody = people.person(role, group.cast.maker if role == Role.MANUFACTURER else None)
    answer = signed_in(somebody).post(reverse("portal:report-event", args=[certificate.pk]), REPORT)
    assert answer.status_code in (403, 404)
    assert not EventReport.objects.exists()


def test_report_of_what_is_still_to_come_is_refused_beside_its_field(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    values = REPORT | {"occurred_on": "3 December 2026"}
    answer = signed_in(group.supplier).post(reverse("portal:report-event", args=[certificate.pk]), values)
    assert answer.status_code == 422 and "still to come" in text_of(answer)


@pytest.mark.clause("F2.6-0")
@pytest.mark.clause("F2.6(b)")
def test_supplier_records_action_towards_renewal_and_others_see_only_that_there_is_one(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    claimed(certificate, removing.organisation_of(group.supplier), group.supplier)
    url = reverse("portal:renewal-action", args=[certificate.pk])
    done = signed_in(group.supplier).post(url, {"taken_on": TODAY, "what": "NCSC has our application."})
    assert done.status_code == 302
    assert RenewalAction.objects.get().relevant_date == dt.date(2032, 1, 5)
    other = people.person(Role.SUPPLIER, people.organisation("Other Energy", Organisation.Kind.PARTY))
    words = text_of(signed_in(other).get(reverse("portal:held-certificate", args=[certificate.pk])))
    assert "another Party" in words and "NCSC has our application" not in words and "In hand" in words


@pytest.mark.clause("F2.6(a)")
@pytest.mark.clause("F2.6(b)")
def test_dcc_does_not_see_to_the_renewal_of_a_gas_meter_s_certificate(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    dcc = people.person(Role.DCC, people.organisation("DCC", Organisation.Kind.DCC))
    url = reverse("portal:renewal-action", args=[certificate.pk])
    answer = signed_in(dcc).post(url, {"taken_on": TODAY, "what": "Asked."})
    assert answer.status_code == 422 and "does not see to the renewal" in text_of(answer)


@pytest.mark.clause("Z6.8(a)")
def test_secretary_records_and_withdraws_advice(group):
    entry = removing.smets1_entry(group.cast)
    secretary = signed_in(group.secretary)
    made = secretary.post(
        reverse("portal:record-advice"),
        {"model": str(entry), "advised_on": TODAY, "minute_reference": "SSC/2", "text": "Remove it."},
    )
    row = SscAdvice.objects.get()
    assert secretary.post(made.url, {"version": row.version, "reason": "Mended since."}).status_code == 302
    assert SscAdvice.objects.get().withdrawn_at is not None


def test_recorder_of_the_authority_writes_an_order_that_does_nothing_yet(group, entry):
    recorder = signed_in(group.recorder)
    assert recorder.get(reverse("portal:orders")).status_code == 200
    made = recorder.post(
        reverse("portal:orders"),
        {"model": str(entry), "outcome": "remove", "clause": "F2.2A", "ordered_on": TODAY, "reference": "OFG/1",
         "text": "Remove."},
    )  # fmt: skip
    row = AuthorityOrder.objects.get()
    assert made.url == reverse("portal:order", args=[row.pk]) and row.state == "recorded"
    assert removing.waiting_removal(entry) is None
    assert signed_in(group.supplier).get(made.url).status_code == 403


def test_what_somebody_else_only_submits_under_a_certificate_is_nobody_s_business(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    devices.submitted(
        group.cast.manufacturer, group.cast.maker, firmware_version="0A0B0C0D", image_hash="cd" * 32,
        certificates=(devices.ZIGBEE | {"number": "ZIG-9"}, devices.CPA | {"number": certificate.number}),
    )  # fmt: skip
    addresses = (
        reverse("portal:held-certificates"),
        reverse("portal:held-certificate", args=[certificate.pk]),
        reverse("portal:report-event", args=[certificate.pk]),
    )
    for person, sees in ((group.supplier, False), (group.secretariat, True), (group.cast.manufacturer, True)):
        browser = signed_in(person)
        words = [text_of(browser.get(address)) for address in addresses]
        assert ("0A0B0C0D" in words[1]) is sees
        assert "05080607" in words[1]
        if person == group.supplier:
            assert "0A0B0C0D" not in words[2] and "05080607" in words[2]
            assert "two models" not in words[0]
