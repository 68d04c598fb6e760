"""A replacement certificate that arrives while a removal is being approved: one of both is first, and the other knows it."""

import threading

import pytest
from django.db import connections, transaction

from cpl.models import ListChange, ListingPeriod
from secgov.errors import Conflict, Refusal
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import devices, removing

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
AT = removing.NOON + removing.DAY


@pytest.mark.clause("Z6.7-3")
def test_replacement_that_is_first_by_a_moment_holds_the_removal():
    group = removing.committee()
    entry = removing.listed_entry(group.cast)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    seen = removing.waiting_removal(entry)
    told = []

    def approve() -> None:
        try:
            devices.approved(seen, group.approver, at=AT)
        except (Conflict, Refusal) as refused:
            told.append(refused)
        connections.close_all()

    approval = threading.Thread(target=approve)
    with transaction.atomic():
        removing.replaced(group, entry, "ZIGBEE", at=AT)
        approval.start()
        wait_until_it_waits(approval)
    approval.join()
    assert len(told) == 1
    assert ListingPeriod.objects.open().get().device_model == entry
    assert ListChange.objects.get(pk=seen.pk).held_since == AT


def test_removal_that_is_first_by_a_moment_stands_and_the_replacement_is_kept_for_the_return():
    group = removing.committee()
    entry = removing.listed_entry(group.cast)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    seen = removing.waiting_removal(entry)
    given = []

    def give() -> None:
        given.append(removing.replaced(group, entry, "ZIGBEE", at=AT))
        connections.close_all()

    giving = threading.Thread(target=give)
    with transaction.atomic():
        devices.approved(seen, group.approver, at=AT)
        giving.start()
        wait_until_it_waits(giving)
    giving.join()
    assert not ListingPeriod.objects.open().exists()
    assert given[0].coverage.get().device_model == entry
    assert ListChange.objects.get(pk=seen.pk).state == "approved"
