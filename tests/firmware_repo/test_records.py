"""The Firmware Information Repository's records: one per number, complete, written with the list."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from cpl.models import DeviceModel
from firmware_repo import services
from firmware_repo.models import FirmwareRecord, Manufacturer
from firmware_repo.rules.release import ReleaseDetails
from secgov.journal.actors import SYSTEM
from tests.factories import casts, devices

pytestmark = pytest.mark.django_db
DETAILS = ReleaseDetails(
    email="firmware@tarnwick.example", phone="+44 1632 960114", address="1 Gas Lane", release_notes="none"
)


@pytest.fixture
def maker():
    """A manufacturer."""
    return Manufacturer.objects.create(identifier="7E3E", name="Tarnwick Gas Meters")


@pytest.mark.clause("F2.15(a)")
def test_second_record_for_the_same_number_is_refused(maker):
    fields = {
        "cpl_number": 7, "manufacturer": maker, "email": "a@b.example", "phone": "1", "address": "x", "release_notes": "y",
        "recorded_at": devices.NOON,
    }  # fmt: skip
    FirmwareRecord.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        FirmwareRecord.objects.create(**fields)


@pytest.mark.clause("F2.15(a)")
def test_an_entry_takes_no_other_entrys_record(maker):
    cast = casts.cast()
    devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    other = services.record_release(
        cpl_number=99, manufacturer=maker, details=DETAILS, released_on=None, actor=SYSTEM, at=devices.NOON
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceModel.objects.update(firmware_record=other)


@pytest.mark.clause("F2.15-0")
@pytest.mark.parametrize("field", ["email", "phone", "address", "release_notes"])
def test_a_record_lacking_one_of_its_fields_is_refused_by_the_database_too(maker, field):
    fields = {"email": "a@b.example", "phone": "1", "address": "x", "release_notes": "y", field: ""}
    record = FirmwareRecord(cpl_number=7, manufacturer=maker, recorded_at=devices.NOON, **fields)
    with pytest.raises(ValidationError):
        record.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


@pytest.mark.clause("F2.16-1")
def test_a_listing_that_fails_leaves_no_record_behind():
    cast = casts.cast()
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    with connection.cursor() as cursor:  # the database itself breaks the second of the two writes
        cursor.execute(
            "ALTER TABLE cpl_listingperiod ADD CONSTRAINT broken CHECK (origin <> 'added') NOT VALID"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        devices.approved(change, cast.approver)
    assert not FirmwareRecord.objects.exists() and not DeviceModel.objects.exists()
