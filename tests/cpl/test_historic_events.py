"""What ended a certificate before the rules applied is labelled wherever the desk and the portal show it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests.cpl.desk import page_of, signed_in
from tests.factories import cases, devices, publishing, removing

pytestmark = pytest.mark.django_db
TAG = '<span class="tag tag-plain">Historic</span>'


@pytest.mark.clause("X-6")
def test_desk_and_portal_label_an_event_as_historic_exactly_before_the_first_day_of_the_rules(settings):
    group = removing.committee()
    certificate = removing.certificate_of(removing.listed_entry(group.cast), "NCSC")
    event = removing.reported(group, certificate)
    cases.sweep(cases.NOON)
    desk, supplier, secretary = (
        signed_in(each) for each in (group.secretariat, group.supplier, group.secretary)
    )
    held = reverse("portal:held-certificate", args=[certificate.pk])
    shown = [
        (desk, reverse("admin:cpl_certificateevent_changelist")),
        (desk, page_of(event)),
        (desk, page_of(certificate)),
        (secretary, reverse("ssc:docket")),
        (supplier, held),
    ]
    for first_day, historic in (
        (event.occurred_on, False),
        (event.occurred_on + dt.timedelta(days=1), True),
        (event.occurred_on - dt.timedelta(days=1), False),
    ):
        settings.RULES_EFFECTIVE_FROM = first_day
        for person, address in shown:
            label = "Not confirmed, historic" if address == held else TAG
            assert (label in person.get(address).content.decode()) is historic, (address, first_day)
    removing.confirmed(group, event)
    settings.RULES_EFFECTIVE_FROM = event.occurred_on + dt.timedelta(days=1)
    assert TAG in supplier.get(held).content.decode()


@pytest.mark.clause("X-6")
@pytest.mark.parametrize("body", ["ZIGBEE", "NCSC"])
def test_approval_and_public_history_label_a_removal_that_rests_on_what_is_historic(settings, tmp_path, body):
    publishing.signing_key(settings, tmp_path)
    group = removing.committee()
    entry = removing.listed_entry(group.cast)
    event = removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, body)))
    if body == "NCSC":
        removing.determined(group, entry)
    change = removing.waiting_removal(entry)
    pages = [(signed_in(group.approver), f"{reverse('admin:cpl_listchange_approve')}?change={change.pk}")]
    for round_ in ("waiting", "published"):
        if round_ == "published":
            devices.approved(change, group.approver, at=devices.NOON + dt.timedelta(minutes=1))
            publishing.publish(devices.NOON + dt.timedelta(minutes=40))
            pages.append((Client(), f"/cpl/entries/{entry}/"))
        for first_day, historic in (
            (event.occurred_on, False),
            (event.occurred_on + dt.timedelta(days=1), True),
        ):
            settings.RULES_EFFECTIVE_FROM = first_day
            for person, address in pages:
                assert (TAG in person.get(address).content.decode()) is historic, (address, first_day)
