"""What imported entries lack, entered from evidence in bulk, and printed from the next edition on."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from cpl.lacking import lacking
from cpl.models import AssuranceCertificate, CertificateCoverage, DeviceModel, PublishedEntry
from cpl.services.certificate_validity import validate_certificate
from cpl.services.import_list import import_list
from cpl.services.lacking import give_certificate_for_entries, give_release_for_entries
from firmware_repo.models import FirmwareRecord
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act
from tests.cpl.desk import REASON, page_of, signed_in, text_of
from tests.documents.files import upload
from tests.factories import devices, publishing
from tests.factories.published_list import HUB, METER, edited, file_of

pytestmark = pytest.mark.django_db
NOON = devices.NOON
DAY = NOON.date()
ZIGBEE = {
    "body": "ZIGBEE", "number": "ZIG20-7", "standard": "ZigBee Smart Energy", "standard_version": "1.2",
    "issued_on": "3 March 2020", "classification": "green",
}  # fmt: skip
FIRMWARE = {
    "fir_email": "ask@maker.example", "fir_phone": "+44 1632 960 114", "fir_address": "1 High Street",
    "release_notes": "As sent by the maker.",
}  # fmt: skip
CPA = {
    "body": "NCSC", "number": "CPA-9", "standard": "CPA Foundation", "standard_version": "1.1",
    "issued_on": dt.date(2019, 1, 1), "expires_on": None, "renews_on": dt.date(2030, 1, 1), "sc_version": "1.2",
}  # fmt: skip


@pytest.fixture
def stage(settings: LazySettings, tmp_path: Path) -> publishing.Stage:
    """Two hubs of one maker and a removed meter, taken over from a published list."""
    publishing.signing_key(settings, tmp_path)
    made = publishing.stage(parties=1)
    second = edited(HUB, c2="000002", c10="124074DB", c13="")
    import_list(data=file_of(HUB, second, METER), file_name="list.csv", actor=SYSTEM, at=NOON)
    publishing.publish(NOON)
    return made


@pytest.fixture
def desk(stage: publishing.Stage) -> Client:
    """The Secretariat's browser."""
    return signed_in(stage.cast.secretariat)


def test_the_work_list_counts_what_listed_entries_lack_and_leaves_out_removed_ones(desk):
    page = desk.get(reverse("admin:cpl_devicemodel_lacking"))
    assert {kind: number for kind, _, number in page.context["kinds"]} == {
        "ZIGBEE": 2, "DLMS": 0, "NCSC": 2, "firmware": 2,
    }  # fmt: skip
    assert [(each["manufacturer"], each["number"]) for each in page.context["counts"]] == [("106C", 2)]
    assert "000004" not in text_of(page)
    narrowed = desk.get(f"{reverse('admin:cpl_devicemodel_lacking')}?what=firmware&manufacturer=0000")
    assert narrowed.context["page"].paginator.count == 0
    assert desk.get(f"{reverse('admin:cpl_devicemodel_lacking')}?what=paint").status_code == 404


@pytest.mark.clause("Z2.1(f)")
def test_one_certificate_for_several_entries_counts_when_two_people_stand_behind_it(desk, stage):
    give = reverse("admin:cpl_devicemodel_give")
    assert "000001" in text_of(desk.get(f"{give}?what=ZIGBEE&entry=1&entry=2"))
    chosen = {"what": "ZIGBEE", "entry": ["1", "2"], **ZIGBEE}
    refused = desk.post(give, {**chosen, "document": upload(), "reason": ""})
    assert refused.status_code == 422 and "Say where it comes from" in text_of(refused)
    assert desk.post(give, {**chosen, "document": upload(), **REASON}).status_code == 302
    certificate = AssuranceCertificate.objects.get()
    assert set(certificate.coverage.values_list("device_model", flat=True)) == {1, 2}
    assert Act.objects.get(verb="cpl.certificate.said_to_name").after == {"entries": ["000001", "000002"]}
    assert lacking("ZIGBEE", on=DAY).count() == 0

    confirm = reverse("admin:cpl_assurancecertificate_confirm", args=[certificate.pk])
    approver = signed_in(stage.cast.approver)
    early = approver.post(confirm, {"version": certificate.version, **REASON})
    assert early.status_code == 422 and "Nobody has attested" in text_of(early)
    attest = reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk])
    seen = {"version": certificate.version, "marks_seen": "on", "models_named": "on", **REASON}
    assert desk.post(attest, seen).status_code == 302
    certificate = AssuranceCertificate.objects.get()
    assert desk.post(confirm, {"version": certificate.version, **REASON}).status_code == 403
    assert "Confirm it as the second person" in text_of(approver.get(page_of(certificate)))
    assert approver.post(confirm, {"version": certificate.version, **REASON}).status_code == 302
    assert AssuranceCertificate.objects.get().state == "valid"

    publishing.listed(stage.cast)
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    printed = PublishedEntry.objects.get(number=2).record["certificates"]
    assert [each["number"] for each in printed] == ["ZIG20-7"]


@pytest.mark.clause("F2.16-1")
def test_firmware_details_are_recorded_with_the_entry_in_one_transaction(desk, stage):
    chosen = {"what": "firmware", "entry": ["1", "2"], **FIRMWARE, **REASON}
    give = reverse("admin:cpl_devicemodel_give")
    refused = desk.post(give, {**chosen, "fir_phone": "call us"})
    assert refused.status_code == 422 and "This is not a telephone number" in text_of(refused)
    assert not FirmwareRecord.objects.exists()
    assert desk.post(give, chosen).status_code == 302
    assert set(DeviceModel.objects.values_list("number", "firmware_record")) == {(1, 1), (2, 2), (4, None)}
    assert Act.objects.filter(verb="cpl.device_model.firmware_recorded").count() == 2
    assert desk.post(give, chosen).status_code == 409
    assert lacking("firmware", on=DAY).count() == 0


def test_all_entries_get_it_or_none(stage):
    given = {"email": "a@b.example", "phone": "0123456789", "address": "x", "release_notes": "none"}
    who = {"by": stage.cast.secretariat, "at": NOON, "released_on": None, "reason": "Sent by the maker."}
    give_release_for_entries(numbers=[2], values=given, **who)
    with pytest.raises(Conflict, match="000002"):
        give_release_for_entries(numbers=[1, 2], values=given, **who)
    assert set(FirmwareRecord.objects.values_list("pk", flat=True)) == {2}
    with pytest.raises(Refusal, match="chosen"):
        give_release_for_entries(numbers=[1, 99], values=given, **who)


def test_the_same_number_with_other_details_is_refused_and_with_the_same_is_joined(stage):
    who = {"by": stage.cast.secretariat, "at": NOON, "reason": "Sent by the maker."}
    first = give_certificate_for_entries(numbers=[1], values=CPA, **who)
    with pytest.raises(Refusal, match="renewal date"):
        give_certificate_for_entries(numbers=[2], values=CPA | {"renews_on": dt.date(2031, 1, 1)}, **who)
    assert give_certificate_for_entries(numbers=[2], values=CPA, **who) == first
    with pytest.raises(Conflict, match="000001"):
        give_certificate_for_entries(numbers=[1], values=CPA, **who)
    assert CertificateCoverage.objects.count() == 2


def test_only_the_secretariat_enters_and_only_an_approver_confirms(stage):
    for person in (stage.cast.approver, stage.cast.manufacturer):
        with pytest.raises(NotPermitted):
            give_certificate_for_entries(numbers=[1], values=CPA, by=person, at=NOON, reason="x")
    certificate = give_certificate_for_entries(
        numbers=[1], values=CPA, by=stage.cast.secretariat, at=NOON, reason="Sent."
    )
    for person in (stage.cast.secretariat, stage.cast.manufacturer):
        with pytest.raises(NotPermitted):
            validate_certificate(
                certificate=certificate, by=person, at=NOON, version=certificate.version, reason="x"
            )


def test_a_confirmation_of_a_page_that_is_out_of_date_changes_nothing(stage):
    certificate = give_certificate_for_entries(
        numbers=[1], values=CPA, by=stage.cast.secretariat, at=NOON, reason="Sent."
    )
    with pytest.raises(Conflict):
        validate_certificate(
            certificate=certificate, by=stage.cast.approver, at=NOON, version=certificate.version + 1, reason="x"
        )  # fmt: skip
