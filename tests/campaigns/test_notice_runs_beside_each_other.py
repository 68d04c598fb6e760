"""Two notice runs at the same moment: each Party owes its action once."""

import threading

import pytest
from django.db import connections, transaction

from cpl.services.expiry.facts import covered_by
from cpl.services.expiry.renewal_duties import open_renewal_duty
from secgov.journal.models import Obligation
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import removing
from tests.factories.expiring import at, claimed, expiring

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
NOW = at("2026-11-30")


@pytest.mark.clause("F2.6(b)")
def test_two_runs_beside_each_other_open_one_duty_between_them():
    group = removing.committee()
    certificate = expiring(group.cast, on="2027-11-30", listed_at=at("2026-09-01", "12:00"))
    supplier = removing.organisation_of(group.supplier)
    claimed(certificate, supplier, group.supplier)
    stage = certificate.expiry_notices.get(stage="M12")
    opened = []

    def owe() -> None:
        covered = covered_by([certificate.pk], on=NOW.date())[certificate.pk]
        opened.append(open_renewal_duty(stage=stage, covered=covered, organisation=supplier, at=NOW))

    def owe_beside() -> None:
        owe()
        connections.close_all()

    beside = threading.Thread(target=owe_beside)
    with transaction.atomic():
        owe()
        beside.start()
        wait_until_it_waits(beside)
    beside.join()
    assert [each is None for each in opened] == [False, True]
    assert Obligation.objects.filter(clause="F2.6(b)").count() == 1
