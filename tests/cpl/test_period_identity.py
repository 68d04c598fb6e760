"""A listing period's copy of the identity is its entry's own, whoever writes it."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cpl.models import DeviceModel, ListingPeriod
from cpl.services.import_list import import_list
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM, Actor
from tests.factories.published_list import HUB, METER, file_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def imported():
    at = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
    import_list(data=file_of(HUB, METER), file_name="list.csv", actor=Actor(None, "Operator"), at=at)


def identities() -> set[bool]:
    return {period.identity == period.device_model.identity for period in ListingPeriod.objects.all()}


def test_period_with_another_identity_than_its_entry_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        ListingPeriod.objects.filter(device_model=1).update(identity="something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        ListingPeriod.objects.create(
            device_model_id=4,
            identity="something else",
            origin="imported",
            opened_known_by=dt.date(2022, 9, 21),
        )


def test_period_of_an_entry_that_does_not_exist_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        ListingPeriod.objects.create(
            device_model_id=9, identity="x", origin="imported", opened_known_by=dt.date(2022, 9, 21)
        )


def test_identity_of_the_periods_follows_a_corrected_entry():
    DeviceModel.objects.filter(number=1).update(firmware_version="FFFFFFFF")
    entry = DeviceModel.objects.get(pk=1)
    journal.record(
        actor=SYSTEM,
        at=dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC),
        verb="cpl.device_model.corrected",
        subject=entry,
        reason="As a correction does.",
    )
    assert identities() == {True}
    assert "FFFFFFFF" in ListingPeriod.objects.get(device_model=1).identity


def test_number_of_an_entry_is_never_changed():
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cpl_devicemodel SET number = 9 WHERE number = 1")
