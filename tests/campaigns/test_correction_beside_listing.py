"""A correction that makes an entry what another becomes at the same moment: one of both is first, and the other knows it."""

import threading

import pytest
from django.db import connections, transaction

from cpl.models import DeviceModel, ListingPeriod
from cpl.services import corrections
from secgov.errors import Conflict, Refusal
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import casts, devices

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
NOON = devices.NOON


@pytest.mark.clause("F2.2-2")
def test_correction_into_what_is_listed_at_this_moment_is_a_conflict_and_changes_nothing():
    cast = casts.cast()
    addition = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    entry = DeviceModel.objects.get(pk=devices.approved(addition, cast.approver).entry_number)
    other = devices.submitted(
        cast.manufacturer, cast.maker, firmware_version="05080700", image_hash="cd" * 32
    )
    listing = devices.proposed(other, cast.secretariat)
    asked = corrections.ask_correction(
        model=entry, by=cast.manufacturer, at=NOON, values={"firmware_version": "05080700"}, reason="A slip.",
        evidence=None, evidence_note="Page 2.",
    )  # fmt: skip
    correction = corrections.propose_correction(
        request=asked,
        by=cast.secretariat,
        at=NOON,
        version=asked.version,
        reason="Seen.",
        public_reason="Seen.",
    )
    told = []

    def approve() -> None:
        try:
            devices.approved(correction, cast.approver)
        except (Conflict, Refusal) as refused:  # a Refusal where the listing had ended before it looked
            told.append(str(refused))
        connections.close_all()

    approval = threading.Thread(target=approve)
    with transaction.atomic():
        devices.approved(listing, cast.approver)
        approval.start()
        wait_until_it_waits(approval)
    approval.join()
    assert len(told) == 1 and ("at this very moment" in told[0] or "would be the same as entry" in told[0])
    assert DeviceModel.objects.get(pk=entry.pk).firmware_version == "05080607"
    assert ListingPeriod.objects.open().count() == 2
