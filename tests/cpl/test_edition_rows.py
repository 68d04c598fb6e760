"""What an edition prints of the list: every entry once, as it stands, with what it was certified by."""

import datetime as dt

import pytest

from cpl.models import AssuranceCertificate, CertificateCoverage, DeviceModel, ListChange, ListingPeriod
from cpl.rendering import EntryRow
from cpl.services.edition_rows import edition_rows
from cpl.services.import_list import import_list
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM, Actor
from tests.factories import devices
from tests.factories.casts import cast
from tests.factories.published_list import HUB, METER, edited, file_of

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)
TODAY = AT.date()


@pytest.fixture
def imported() -> None:
    take_over(file_of(HUB, METER))


def take_over(data: bytes) -> None:
    import_list(data=data, file_name="list.csv", actor=Actor(None, "Operator"), at=AT)


def row_of(number: int, *, on: dt.date = TODAY) -> EntryRow:
    [row] = [row for row in edition_rows(on=on) if row.number == number]
    return row


def certificate(
    number: str, entry: int, *, ends_cover_on: dt.date | None = None, **values
) -> AssuranceCertificate:
    """A valid certificate of that number for an entry, attested for it."""
    made = AssuranceCertificate.objects.create(
        **{
            "body": "NCSC",
            "number": number,
            "standard": "CPA Foundation",
            "standard_version": "1.3",
            "issued_on": dt.date(2024, 1, 5),
            "sc_version": "1.3" if values.get("body", "NCSC") == "NCSC" else "",
            "state": "valid",
            "recorded_at": AT,
            "attested_at": AT,
            "models_named": True,
            **values,
        }
    )
    model = DeviceModel.objects.get(number=entry)
    fields = (
        "device_type manufacturer_identifier model_identifier hardware_version hardware_revision "
        "firmware_version spec_type spec_version gbcs_version"
    )
    CertificateCoverage.objects.create(
        certificate=made,
        attested_at=AT,
        ended_on=ends_cover_on,
        end_reason="withdrawn for this model" if ends_cover_on else "",
        **{field: getattr(model, field) for field in fields.split()},
    )
    return made


def test_imported_entries_are_printed_in_order_with_what_is_known(imported):
    assert edition_rows(on=TODAY) == [
        EntryRow(
            1, "Current", "communications_hub", "106C", "4331", "00", "AC", "124074DA", "CHTS", "1.0", "1.0", HUB[12],
            listed_known_by="2022-09-21",
        ),
        EntryRow(
            4, "Removed", "single_element_esme", "7C18", "0000", "01", "00", "00070804", "SMETS", "4.2", "3.2", "",
            listed_known_by="2022-09-21",
        ),
    ]  # fmt: skip


@pytest.mark.clause("Z2.1(f)")
def test_entry_listed_here_is_printed_with_its_day_image_certificates_and_firmware_record():
    people = cast()
    change = devices.proposed(devices.submitted(people.manufacturer, people.maker), people.secretariat)
    number = devices.approved(change, people.approver).entry_number
    row = row_of(number)
    assert (row.status, row.listed_on, row.listed_known_by) == ("Current", "2026-12-01", "")
    assert (row.image_creator, row.image_hash) == ("Tarnwick Gas Meters", "AB" * 32)
    assert row.fir_number == f"{number:06d}"
    assert [(each.body, each.standard_version, each.governing) for each in row.certificates] == [
        ("ZIGBEE", "1.4", True),
        ("NCSC", "1.3", True),
    ]
    assert (row.certificates[1].date, row.certificates[1].date_kind) == ("2032-01-05", "renewal")


def test_day_of_listing_is_that_of_london():
    people = cast()
    midsummer = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)
    change = devices.proposed(
        devices.submitted(people.manufacturer, people.maker, at=midsummer), people.secretariat, at=midsummer
    )
    devices.approved(change, people.approver, at=midsummer)
    assert row_of(change.entry_number).listed_on == "2026-07-02"


@pytest.mark.clause("Z6.11-1")
def test_removed_entry_is_printed_with_day_clause_and_public_reason(imported):
    change = ListChange.objects.create(
        kind="remove", clause="Z6.1", entry_number=1, device_model_id=1, state="approved", after={}, digest="x",
        reason="internal", public_reason="The certificate was withdrawn.", proposed_at=AT, approved_at=AT,
        required_at=AT, four_eyes=False,
    )  # fmt: skip
    ListingPeriod.objects.filter(device_model=1).update(
        closed_at=AT, closed_by_change=change, closing_clause="Z6.1", public_reason=change.public_reason
    )
    journal.record(
        actor=SYSTEM,
        at=AT,
        verb="cpl.device_model.removed",
        subject=change.device_model,
        reason="As a removal does.",
    )
    row = row_of(1)
    assert (row.status, row.removed_on, row.removal_clause) == ("Removed", "2026-12-01", "Z6.1")
    assert row.public_reason == "The certificate was withdrawn."


@pytest.mark.clause("Z2.1(g)")
def test_certificate_with_the_latest_relevant_date_governs_and_the_others_follow(imported):
    certificate("CPA-A", 1, expires_on=dt.date(2027, 1, 31))
    certificate("CPA-B", 1, renews_on=dt.date(2029, 1, 31))
    certificate("CPA-C", 1, expires_on=dt.date(2025, 1, 31))
    assert [(each.number, each.governing) for each in row_of(1).certificates] == [
        ("CPA-B", True),
        ("CPA-A", False),
        ("CPA-C", False),
    ]


def test_certificate_governs_to_the_end_of_its_last_day(imported):
    certificate("CPA-A", 1, expires_on=TODAY)
    assert row_of(1).certificates[0].governing
    assert not row_of(1, on=TODAY + dt.timedelta(days=1)).certificates[0].governing


def test_certificate_that_is_not_valid_or_covers_no_more_is_not_printed(imported):
    certificate("CPA-A", 1, renews_on=dt.date(2029, 1, 31), state="recorded", attested_at=None)
    certificate("CPA-B", 1, renews_on=dt.date(2029, 1, 31), ends_cover_on=TODAY)
    ends_later = certificate(
        "CPA-C", 1, renews_on=dt.date(2029, 1, 31), ends_cover_on=TODAY + dt.timedelta(days=1)
    )
    assert [each.number for each in row_of(1).certificates] == [ends_later.number]
    assert row_of(4).certificates == ()


def test_bodies_are_printed_in_one_order_and_two_entries_can_share_a_certificate():
    take_over(file_of(HUB, edited(HUB, c2="000002", c10="00000001")))
    certificate("CPA-A", 1, renews_on=dt.date(2029, 1, 31))
    shared = certificate("Z-1", 1, body="ZIGBEE")
    model = DeviceModel.objects.get(number=2)
    first = CertificateCoverage.objects.get(certificate=shared)
    first.pk, first.firmware_version = None, model.firmware_version
    first.save()
    assert [each.number for each in row_of(1).certificates] == ["Z-1", "CPA-A"]
    assert [each.number for each in row_of(2).certificates] == ["Z-1"]


@pytest.mark.clause("F2.2-1")
def test_imported_edition_prints_the_entries_as_they_came_whatever_happened_since(imported):
    certificate("CPA-A", 1, renews_on=dt.date(2029, 1, 31))
    people = cast()
    devices.approved(
        devices.proposed(devices.submitted(people.manufacturer, people.maker), people.secretariat),
        people.approver,
    )
    assert [(row.number, row.status) for row in edition_rows(on=TODAY, imported_only=True)] == [
        (1, "Current"),
        (4, "Removed"),
    ]
    assert edition_rows(on=TODAY, imported_only=True)[0].certificates == ()
    assert len(edition_rows(on=TODAY)) == 3


@pytest.mark.parametrize("entries", [1, 40])
def test_number_of_queries_does_not_grow_with_the_list(django_assert_num_queries, entries):
    take_over(
        file_of(*(edited(HUB, c2=f"{number:06d}", c10=f"{number:08X}") for number in range(1, entries + 1)))
    )
    with django_assert_num_queries(3):
        edition_rows(on=TODAY)
