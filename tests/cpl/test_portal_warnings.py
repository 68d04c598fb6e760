"""Answering warnings, naming an upgrade path and giving mapping evidence, through the portal's pages."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cpl.models import Edition, EditionForm, ListChange, RaisedWarning, Submission
from cpl.services import drafts, submissions
from cpl.services.upgrade_paths import state_upgrade_path
from cpl.services.warnings import open_warnings
from firmware_repo.models import FirmwareRecord, UpgradePath
from secgov.accounts.models import Organisation, Role
from secgov.documents.models import Content
from tests.cpl.desk import page_of, text_of
from tests.cpl.submitting import begin, fill, fresh, give, hand_in, post, removed_entry, signed_in
from tests.factories import devices, people, publishing
from tests.factories.devices import NOON

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def maker(db: None) -> Organisation:
    """The organisation that submits."""
    return people.organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    """Somebody of it, signed in."""
    return signed_in(people.person(of=maker))


@pytest.fixture
def draft(client: Client) -> Submission:
    """A draft whose firmware is coded unlike its siblings'."""
    for number, firmware in enumerate(("16161717", "16161718", "16161720"), start=41):
        removed_entry(number, firmware_version=firmware)
    return fill(client, begin(client), hardware={"firmware_version": "101A1722"})


def page_of_check(client: Client, draft: Submission) -> str:
    """The page that checks the answers."""
    return client.get(f"/portal/submissions/{draft.reference}/check/").content.decode()


def answer(client: Client, draft: Submission, **values: object) -> object:
    """Answer the only open warning."""
    [warning] = open_warnings(fresh(draft))
    return post(client, draft, f"warnings/{warning.fingerprint}", values)


# --- Warnings ------------------------------------------------------------------------------------------------


def test_check_page_shows_what_was_seen_beside_what_was_expected_with_a_form(
    client: Client, draft: Submission
) -> None:
    page = page_of_check(client, draft)
    assert "One warning to answer" in page and "Not answered" in page
    assert "Decimal 16.26.23.34 would be written 16262334; in hexadecimal the same is 101A1722." in page
    assert "It is a slip: take me to the field" in page and "The value is right, for this reason" in page


def test_slip_leads_to_its_field(client: Client, draft: Submission) -> None:
    place = answer(client, draft, answer="slip")
    assert (
        place["Location"] == f"/portal/submissions/{draft.reference}/hardware/?from=check#id_firmware_version"
    )
    assert draft.warnings.get().answer == ""


def test_reason_is_kept_and_shown_and_the_device_can_be_submitted(client: Client, draft: Submission) -> None:
    assert answer(client, draft, answer="right", reason="Hexadecimal since release 16.").status_code == 302
    page = page_of_check(client, draft)
    assert "Answered" in page and "Hexadecimal since release 16." in page and "Not answered" not in page
    assert hand_in(client, draft).state == State.SUBMITTED


def test_right_without_a_reason_and_no_choice_at_all_are_refused_on_the_page(
    client: Client, draft: Submission
) -> None:
    for values, words in (({"answer": "right"}, "The reason is missing"), ({}, "Say what is the case")):
        refused = answer(client, draft, **values)
        page = refused.content.decode()
        assert refused.status_code == 422 and words in page and page.count("<title>Error:") == 1
    assert draft.warnings.get().answer == ""


def test_answer_to_a_warning_that_no_longer_stands_is_a_conflict(client: Client, draft: Submission) -> None:
    assert post(client, draft, f"warnings/{'0' * 64}", {"answer": "right", "reason": "x"}).status_code == 409


def test_warning_of_another_organisation_is_not_there(client: Client, draft: Submission) -> None:
    stranger = signed_in(people.person())
    assert answer(stranger, draft, answer="right", reason="x").status_code == 404


def test_script_in_a_reason_comes_out_as_text_on_portal_and_desk(client: Client, draft: Submission) -> None:
    answer(client, draft, answer="right", reason="<script>alert(1)</script>")
    submitted = hand_in(client, draft)
    desk = signed_in(people.person(Role.SECRETARIAT, people.organisation(kind=Organisation.Kind.CODE_BODY)))
    for browser, place in ((client, f"/portal/submissions/{draft.reference}/"), (desk, page_of(submitted))):
        page = browser.get(place).content.decode()
        assert "<script>" not in page and "&lt;script&gt;" in page


def test_desk_answers_a_warning_that_came_late(client: Client, draft: Submission) -> None:
    answer(client, draft, answer="right", reason="Hexadecimal since release 16.")
    submitted = hand_in(client, draft)
    removed_entry(90, image_hash=submitted.image_hash, firmware_version="16161716", hardware_revision="0B")
    desk = signed_in(people.person(Role.SECRETARIAT, people.organisation(kind=Organisation.Kind.CODE_BODY)))
    assert "The Hash already stands with another firmware version" in text_of(desk.get(page_of(submitted)))
    [warning] = open_warnings(submitted)
    address = reverse("admin:cpl_submission_answer_warning", args=[submitted.pk, warning.fingerprint])
    assert desk.post(address, {"reason": " "}).status_code == 422
    assert desk.post(address, {"reason": "The maker showed us both builds."}).status_code == 302
    row = RaisedWarning.objects.get(code="hash-two-firmwares")
    assert row.reason == "The maker showed us both builds." and open_warnings(submitted) == ()
    assert desk.post(address, {"reason": "Again."}).status_code == 409


# --- Upgrade path ----------------------------------------------------------------------------------------------


def test_entries_of_the_same_hardware_are_offered_and_many_numbers_may_be_typed(
    client: Client, draft: Submission
) -> None:
    page = client.get(f"/portal/submissions/{draft.reference}/upgrade/").content.decode()
    assert "000043, firmware 16161720" in page
    post(client, draft, "upgrade", {"upgrade_kind": "entries", "offered": ["43"], "more": "000041, 42"})
    assert (fresh(draft).upgrade_kind, fresh(draft).upgrades_from) == ("entries", [41, 42, 43])
    assert "000041" in page_of_check(client, draft)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("999", "There is no entry 000999"),
        ("50", "Entry 000050 is other hardware"),
        ("x", "is not a number"),
        ("", "No entry is named"),
    ],
)
def test_entry_that_cannot_be_upgraded_is_refused_at_its_field(
    client: Client, draft: Submission, typed: str, words: str
) -> None:
    removed_entry(50, hardware_version="43", firmware_version="00000001")
    refused = post(client, draft, "upgrade", {"upgrade_kind": "entries", "more": typed})
    assert refused.status_code == 422 and words in refused.content.decode()
    assert fresh(draft).upgrade_kind == ""


def test_path_from_hardware_that_was_changed_since_keeps_the_draft_back(
    client: Client, draft: Submission
) -> None:
    post(client, draft, "upgrade", {"upgrade_kind": "entries", "offered": ["43"]})
    fill(client, draft, hardware={"hardware_version": "55"})
    assert "Entry 000043 is other hardware" in page_of_check(client, draft)
    assert post(client, draft, "check", {"declaration": "on"}).status_code == 422


def test_path_may_say_that_no_entry_may_be_upgraded(client: Client, draft: Submission) -> None:
    post(client, draft, "upgrade", {"upgrade_kind": "none", "more": "41"})
    assert (fresh(draft).upgrade_kind, fresh(draft).upgrades_from) == ("none", [])
    assert "No earlier entry" in page_of_check(client, draft)


def listed_with_path(
    stage: publishing.Stage, firmware: str, *, kind: str, numbers: Sequence[int] = ()
) -> ListChange:
    """List a device whose draft says what may be upgraded to it."""
    cast = stage.cast
    image_hash = hashlib.sha256(firmware.encode()).hexdigest()
    draft = devices.draft(cast.manufacturer, cast.maker, firmware_version=firmware, image_hash=image_hash)
    draft = state_upgrade_path(
        submission=draft, by=cast.manufacturer, at=NOON, version=draft.version, kind=kind, numbers=numbers
    )
    for values in (devices.ZIGBEE, devices.CPA):
        drafts.put_certificate(
            submission=fresh(draft),
            by=cast.manufacturer,
            at=NOON,
            version=fresh(draft).version,
            values=values | {"number": f"{values['number']}-{firmware}"},
        )
    draft = fresh(draft)
    submitted = submissions.submit(
        submission=draft, by=cast.manufacturer, at=NOON, version=draft.version, declared=True
    )
    return devices.approved(devices.proposed(submitted, cast.secretariat), cast.approver)


@pytest.mark.clause("F2.16-1")
def test_listing_records_the_path_and_the_repository_tells_it(settings: LazySettings, tmp_path: Path) -> None:
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    first = listed_with_path(stage, "05080601", kind="none")
    listed_with_path(stage, "05080602", kind="entries", numbers=[first.entry_number])
    unstated = publishing.listed(stage.cast, firmware_version="05080603")
    told = [record.upgrades_from for record in FirmwareRecord.objects.order_by("pk")]
    assert told == ["N/A", [f"{first.entry_number:06d}"], None]
    assert UpgradePath.objects.get().from_number == first.entry_number
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    reader = signed_in(stage.cast.manufacturer)
    answers = {each["fir"]: each["upgrades_from"] for each in reader.get("/api/v1/fir/").json()["results"]}
    assert list(answers.values()) == [None, [f"{first.entry_number:06d}"], "N/A"]
    assert "Not stated" in text_of(reader.get(f"/fir/{unstated.entry_number:06d}/"))
    assert f"{first.entry_number:06d}" in text_of(reader.get(f"/fir/{first.entry_number + 1:06d}/"))


# --- Mapping evidence --------------------------------------------------------------------------------------------


@pytest.mark.clause("F2.5-1")
def test_certificate_form_takes_the_other_name_and_its_evidence(client: Client, draft: Submission) -> None:
    evidence = SimpleUploadedFile("mapping.txt", b"Release 16.26.23.34 is 101A1722.")
    assert give(client, draft, firmware_named="release 16.26.23.34", mapping=evidence).status_code == 302
    row = draft.certificates.get()
    assert row.firmware_named == "release 16.26.23.34"
    assert row.mapping_evidence is not None and row.mapping_evidence.classification == "amber"
    page = page_of_check(client, draft)
    assert "CPA Certificate CPA-SM-24-1391 does not name this firmware" in page and "mapping.txt" in page


def test_mapping_evidence_reaches_no_public_page_file_or_program(
    settings: LazySettings, tmp_path: Path
) -> None:
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    cast = stage.cast
    draft = devices.draft(cast.manufacturer, cast.maker)
    for values in (devices.ZIGBEE, devices.CPA | {"firmware_named": "a name told to nobody"}):
        drafts.put_certificate(
            submission=fresh(draft),
            by=cast.manufacturer,
            at=NOON,
            version=fresh(draft).version,
            values=values,
        )
    maker = signed_in(cast.manufacturer)
    evidence = SimpleUploadedFile("secretmapping.txt", b"marker of the mapping")
    assert (
        answer(maker, draft, answer="right", reason="reason told to nobody", evidence=evidence).status_code
        == 302
    )
    change = devices.proposed(hand_in(maker, draft), cast.secretariat)
    devices.approved(change, cast.approver)
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    desk = signed_in(cast.secretariat)
    assert "secretmapping.txt" in desk.get(page_of(fresh(draft))).content.decode()
    number, edition = f"{change.entry_number:06d}", str(Edition.objects.get())
    public = [
        "/", "/cpl/", f"/cpl/entries/{number}/", f"/cpl/entries/{number}/?as=json", "/cpl/editions/", f"/cpl/editions/{edition}/",
        f"/api/v1/cpl/entries/{number}/", "/api/v1/cpl/entries/", "/api/v1/cpl/changes/?since=0.001",
        *(f"/api/v1/cpl/editions/{edition}/{form}" for form in ("csv", "full", "json", "manifest")),
    ]  # fmt: skip
    signed = [f"/fir/{number}/", "/fir/", "/api/v1/fir/", f"/api/v1/fir/{number}/"]
    stranger = signed_in(people.person(Role.SUPPLIER, people.organisation(kind=Organisation.Kind.PARTY)))
    for browser, places in ((Client(), public), (stranger, [*public, *signed])):
        for place in places:
            told = browser.get(place, headers={"Accept-Encoding": "identity"})
            assert told.status_code == 200, place
            body = b"".join(told.streaming_content) if told.streaming else told.content
            for secret in (b"secretmapping", b"marker of the mapping", b"told to nobody"):
                assert secret not in body, place
    assert EditionForm.objects.exists() and Content.objects.count() == 1
