"""Events, their confirmation and what follows from them, over HTTP, as the desk shows them."""

import pytest
from django.db import connection
from django.urls import reverse

from cpl.models import AuthorityOrder, CertificateChange, CertificateEvent, ListingPeriod, PanelDecision
from cpl.services.authority_orders import record_authority_order
from secgov.accounts.models import Role
from tests.cpl.desk import LATER, approve_url, decision, page_of, signed_in, text_of
from tests.factories import people, removing

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(removing.with_entry)]
NOON, DAY = removing.NOON, removing.DAY


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """The clock of the edges stands a day after the listing."""
    for module in ("cpl.admin.certificate_events", "cpl.admin.certificate_changes", "cpl.admin.decided",
                   "cpl.admin.list_changes", "cpl.admin.certificate_life"):  # fmt: skip
        monkeypatch.setattr(f"{module}.clock.now", lambda: LATER + DAY)


@pytest.fixture
def group(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world):
    """An entry on the list."""
    return world[1]


ANSWER = {
    "body": "ZIGBEE", "contact": "Certification desk", "method": "mail", "said_on": "2 December 2026",
    "reference": "2026/311", "reason": "By its mail.",
}  # fmt: skip


@pytest.mark.clause("Z6.7-2")
def test_desk_records_an_event_and_its_confirmation_and_the_approver_removes(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    desk = signed_in(group.secretariat)
    page = desk.get(page_of(certificate))
    assert "Nothing has ended it" in text_of(page) and "In force" in text_of(page)
    url = f"{reverse('admin:cpl_certificateevent_report')}?certificate={certificate.pk}"
    assert desk.get(url).status_code == 200
    made = desk.post(
        url, {"kind": "WITHDRAWN", "occurred_on": "2 December 2026", "aware_on": "2 December 2026"}
    )
    event = CertificateEvent.objects.get()
    assert made.url == page_of(event)
    assert "The Panel" in text_of(desk.get(page_of(event))) or "the Panel" in text_of(
        desk.get(page_of(event))
    )
    done = desk.post(
        reverse("admin:cpl_certificateevent_confirm", args=[event.pk]), ANSWER | {"version": event.version}
    )
    assert done.status_code == 302
    change = removing.waiting_removal(entry)
    approver = signed_in(group.approver)
    shown = approver.get(approve_url(change))
    words = text_of(shown)
    assert (
        "ZigBee Alliance has confirmed that the certificate is withdrawn: 2 December 2026, ref. 2026/311."
        in words
    )
    assert "A duty" in words
    assert approver.post(reverse("admin:cpl_listchange_approve"), decision(shown)).status_code == 302
    connection.check_constraints()
    assert ListingPeriod.objects.get().closing_clause == "Z6.1"
    assert "Lapsed" in text_of(desk.get(page_of(certificate)))


def test_confirmation_by_the_wrong_body_is_shown_beside_its_field(group, entry):
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"), at=NOON + DAY)
    desk = signed_in(group.secretariat)
    answer = desk.post(
        reverse("admin:cpl_certificateevent_confirm", args=[event.pk]),
        ANSWER | {"version": event.version, "body": "DLMS"},
    )
    assert answer.status_code == 422 and "cannot say what became of it" in text_of(answer)
    assert CertificateEvent.objects.get().state == "unconfirmed"


def test_dates_of_a_certificate_change_by_two_people(group, entry):
    certificate = removing.certificate_of(entry, "NCSC")
    desk, approver = signed_in(group.secretariat), signed_in(group.approver)
    url = f"{reverse('admin:cpl_certificatechange_start')}?certificate={certificate.pk}&kind=dates"
    values = {
        "version": certificate.version,
        "renews_on": "5 January 2034",
        "reference": "NCSC letter",
        "reason": "Renewed.",
    }
    assert desk.post(url, values).status_code == 302
    change = CertificateChange.objects.get()
    decide = reverse("admin:cpl_certificatechange_confirm", args=[change.pk])
    agree = {"version": change.version, "agree": "yes", "reason": "Compared."}
    assert desk.post(decide, agree).status_code == 403
    assert approver.post(decide, agree).status_code == 302
    connection.check_constraints()
    assert str(type(certificate).objects.get(pk=certificate.pk).renews_on) == "2034-01-05"


@pytest.mark.clause("F2.2A-3")
def test_decision_not_to_remove_is_recorded_and_confirmed_by_another(group):
    entry = removing.smets1_entry(group.cast)
    desk, approver = signed_in(group.secretariat), signed_in(group.approver)
    values = {
        "model": str(entry), "kind": "not_remove", "clause": "Z6.8(b)", "minute_reference": "P/12",
        "decided_on": "1 December 2026", "reasons": "It was mended.", "determined_by": "panel",
        "determination_reference": "F3/7",
    }  # fmt: skip
    made = desk.post(reverse("admin:cpl_paneldecision_record"), values)
    row = PanelDecision.objects.exclude(kind="add").get()
    assert made.url == page_of(row)
    confirm = reverse("admin:cpl_paneldecision_confirm", args=[row.pk])
    agree = {"version": row.version, "agree": "yes", "reason": "So minuted."}
    assert desk.post(confirm, agree).status_code == 403
    assert approver.post(confirm, agree).status_code == 302
    assert PanelDecision.objects.get(kind="not_remove").state == "decided"


def test_order_of_the_authority_is_confirmed_at_the_desk(group, entry):
    order = record_authority_order(
        model=entry, by=group.recorder, at=NOON + DAY,
        values={"outcome": "remove", "clause": "F2.7B", "ordered_on": NOON.date(), "reference": "OFG/1", "text": "Remove it."},
    )  # fmt: skip
    desk = signed_in(group.secretariat)
    assert "Remove it." in text_of(desk.get(page_of(order)))
    url = reverse("admin:cpl_authorityorder_confirm", args=[order.pk])
    assert (
        desk.post(url, {"version": order.version, "agree": "yes", "reason": "As received."}).status_code
        == 302
    )
    assert AuthorityOrder.objects.get().state == "confirmed"
    assert removing.waiting_removal(entry).clause == "F2.7B"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_only_the_secretariat_confirms_events(group, entry, role):
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"), at=NOON + DAY)
    other = signed_in(people.person(role))
    assert other.get(page_of(event)).status_code == 200
    url = reverse("admin:cpl_certificateevent_confirm", args=[event.pk])
    assert other.post(url, ANSWER | {"version": event.version}).status_code == 403


@pytest.mark.clause("Z6.2-2")
def test_page_of_a_cpa_event_leads_to_the_removal_that_was_determined(group, entry):
    event = removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    desk = signed_in(group.secretariat)
    assert "Removal" not in text_of(desk.get(page_of(event)))
    removing.determined(group, entry)
    change = removing.waiting_removal(entry)
    page = desk.get(page_of(event))
    assert "Waiting for a second person" in text_of(page) and approve_url(change) in page.content.decode()
