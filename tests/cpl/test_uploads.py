"""A file of many devices, from the upload to drafts: over HTTP, with workers that run beside each other and die."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cpl.models import Submission, SubmissionGroup, Upload
from cpl.services import uploads
from cpl.tasks import check_uploads
from secgov.accounts.models import Role
from secgov.documents.models import Document
from secgov.errors import Conflict
from secgov.journal.models import Act
from tests.cpl.submitting import signed_in
from tests.factories import casts, devices, people
from tests.factories.device_lists import CPA, ZIGBEE, as_csv, as_xlsx, row, upload_of

pytestmark = pytest.mark.django_db
State = Upload.State


@pytest.fixture
def cast() -> casts.Cast:
    return casts.cast()


@pytest.fixture
def client(cast: casts.Cast) -> Client:
    return signed_in(cast.manufacturer)


def send(client: Client, data: bytes, name: str = "devices.csv") -> Any:
    organisation = (
        client.session and client.get("/portal/submissions/upload/").context["form"]["organisation"].value()
    )
    return client.post(
        "/portal/submissions/upload/", {"organisation": organisation, "file": upload_of(data, name)}
    )


def checked(client: Client, data: bytes, name: str = "devices.csv") -> tuple[Upload, str]:
    """Upload a file, let the worker check it, and give the upload with its page."""
    answer = send(client, data, name)
    assert answer.status_code == 302, answer.content.decode()
    check_uploads()
    upload = Upload.objects.latest("id")
    return upload, client.get(answer["Location"]).content.decode()


def test_templates_are_handed_out(client: Client) -> None:
    for form in ("csv", "xlsx"):
        answer = client.get(f"/portal/submissions/upload/template.{form}")
        assert answer.status_code == 200 and f"devices-template.{form}" in answer["Content-Disposition"]
    assert client.get("/portal/submissions/upload/template.pdf").status_code == 404


@pytest.mark.clause("F2.17-1")
@pytest.mark.parametrize(("make", "name"), [(as_csv, "devices.csv"), (as_xlsx, "devices.xlsx")])
def test_good_file_becomes_drafts_in_one_group(client: Client, make: Callable[..., bytes], name: str) -> None:
    upload, page = checked(client, make([row(number) for number in range(1, 13)]), name)
    assert upload.state == State.CHECKED and upload.rows_total == upload.rows_done == 12
    assert "Make 12 drafts" in page or "Make twelve drafts" in page
    assert not Submission.objects.exists(), "nothing is made before somebody presses"
    answer = client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    group = SubmissionGroup.objects.get()
    assert answer["Location"] == f"/portal/submissions/groups/{group.reference}/"
    drafts = list(group.submissions.order_by("group_row"))
    assert [each.group_row for each in drafts] == list(range(2, 14))
    assert [each.reference for each in drafts] == sorted(each.reference for each in drafts)
    first = drafts[0]
    assert (first.firmware_version, first.spec_type, first.has_image) == ("05080001", "SMETS", True)
    assert first.identity.startswith("gsme|7E3E|0000|03|00|05080001")
    assert sorted(first.certificates.values_list("body", "number")) == [
        ("NCSC", "CPA-1"),
        ("ZIGBEE", "ZIG-1"),
    ]
    assert Act.objects.filter(verb="cpl.submission.begun").count() == 12
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.clause("F2.17-1")
def test_one_bad_row_refuses_the_file_whole_and_names_row_column_and_remedy(client: Client) -> None:
    rows = [row(1), row(2, firmware_version="10203"), row(3), row(4, fir_phone="")]
    upload, page = checked(client, as_csv(rows))
    assert upload.state == State.REFUSED
    assert [(each["row"], each["column"]) for each in upload.problems] == [
        (3, "Firmware version"), (5, "Contact telephone"),
    ]  # fmt: skip
    assert "Row 3" in page and "it may have been 00010203" in page and "Row 5" in page
    assert client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/").status_code == 409
    assert not Submission.objects.exists() and not SubmissionGroup.objects.exists()


def test_wrong_heading_and_empty_list_are_refused_by_the_worker(client: Client) -> None:
    upload, page = checked(client, b"a,b\r\n1,2\r\n")
    assert upload.state == State.REFUSED and "does not hold the headings" in page
    upload, page = checked(client, as_csv([]))
    assert upload.state == State.REFUSED and "holds no device" in page


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"a;b;c", "a.txt", "neither a CSV nor an XLSX"),
        ("Straße,a".encode("cp1252"), "a.csv", "another encoding"),
        (b"PK\x03\x04nothing", "a.xlsx", "damaged"),
        (b"x", "a.xlsm", "macros"),
    ],
)
def test_file_that_is_no_list_is_refused_at_once_and_not_kept(
    client: Client, data: bytes, name: str, words: str
) -> None:
    answer = send(client, data, name)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Upload.objects.exists() and not Document.objects.exists()


def test_same_file_sent_twice_while_it_waits_is_one_upload(client: Client) -> None:
    first, second = send(client, as_csv([row()])), send(client, as_csv([row()]))
    assert first["Location"] == second["Location"] and Upload.objects.count() == 1


def test_waiting_upload_says_how_far_it_is_and_offers_to_look_again(client: Client) -> None:
    address = send(client, as_csv([row()]))["Location"]
    assert "begins within a minute" in client.get(address).content.decode()
    Upload.objects.update(rows_total=10_000, rows_done=4_500)
    page = client.get(address).content.decode()
    assert "4,500 of 10,000 rows" in page and "Look again" in page


def test_warnings_stand_beside_their_rows_and_are_kept_with_the_drafts(
    cast: casts.Cast, client: Client
) -> None:
    listed = devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    rows = [row(1), row(2, image_hash=listed.submission.image_hash)]
    upload, page = checked(client, as_csv(rows))
    [odd] = [each for each in upload.preview if each["warnings"]]
    assert odd["row"] == 3 and "hash-two-firmwares" in {each["code"] for each in odd["warnings"]}
    assert "One row has a value" in page or "1 row has a value" in page
    client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    draft = Submission.objects.get(group_row=3)
    assert set(draft.warnings.values_list("fingerprint", flat=True)) == {
        each["fingerprint"] for each in odd["warnings"] if each["asks"]
    }
    again = draft.warnings.count()
    draft = devices.drafts.save_draft(
        submission=draft, by=cast.manufacturer, at=devices.NOON, version=draft.version, values={}
    )
    assert draft.warnings.count() == again, "a single submission is warned about in just the same way"


def test_certificate_recorded_with_other_details_refuses_its_row(cast: casts.Cast, client: Client) -> None:
    submitted = devices.submitted(cast.manufacturer, cast.maker)
    recorded = submitted.certificates.get(body="NCSC")
    upload, _ = checked(
        client,
        as_csv(
            [row(1, certificates=(ZIGBEE, CPA | {"number": recorded.number.lower(), "sc_version": "9.9"}))]
        ),
    )
    assert "recorded already with another Security Characteristics version" in upload.problems[0]["reason"]


def test_upgrade_path_to_an_entry_that_is_not_there_refuses_its_row(client: Client) -> None:
    upload, _ = checked(client, as_csv([row(1, upgrades_from="000099"), row(2, upgrades_from="none")]))
    assert [(each["row"], each["column"]) for each in upload.problems] == [(2, "Upgrades from")]


def test_second_press_makes_no_second_group(client: Client) -> None:
    upload, _ = checked(client, as_csv([row(1)]))
    first = client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    second = client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    assert first["Location"] == second["Location"] and Submission.objects.count() == 1


def test_another_organisation_finds_neither_upload_nor_group(cast: casts.Cast, client: Client) -> None:
    upload, _ = checked(client, as_csv([row(1)]))
    rival = signed_in(cast.rival)
    assert rival.get(f"/portal/submissions/uploads/{upload.pk}/").status_code == 404
    assert rival.post(f"/portal/submissions/uploads/{upload.pk}/drafts/").status_code == 404
    group = SubmissionGroup.objects.count()
    assert group == 0
    client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    assert rival.get(f"/portal/submissions/groups/{SubmissionGroup.objects.get()}/").status_code == 404


def test_people_who_submit_nothing_upload_nothing(client: Client) -> None:
    auditor = signed_in(people.person(Role.AUDITOR))
    assert auditor.get("/portal/submissions/upload/").status_code == 403
    assert auditor.post("/portal/submissions/upload/", {}).status_code == 403


def test_nothing_typed_in_a_list_becomes_markup(client: Client) -> None:
    nasty = "<script>alert(1)</script>"
    _, page = checked(client, as_csv([row(1, manufacturer_name=nasty)]))
    assert nasty not in page and "&lt;script&gt;" in page
    _, page = checked(client, as_csv([row(1, device_type=nasty)]))
    assert nasty not in page and "&lt;script&gt;" in page


def at(minute: int) -> Callable[[], dt.datetime]:
    return lambda: devices.NOON + dt.timedelta(minutes=minute)


def test_upload_whose_worker_died_is_taken_over_when_its_claim_lapses(client: Client) -> None:
    send(client, as_csv([row(1)]))
    assert uploads._claim(at(0)()) is not None, "a worker claims it, and dies"
    assert uploads.check_uploads(clock=at(1)) == 0, "the claim holds"
    assert uploads.check_uploads(clock=at(3)) == 1
    assert Upload.objects.get().state == State.CHECKED


def test_worker_that_lost_its_claim_writes_nothing(client: Client) -> None:
    send(client, as_csv([row(1)]))
    slow = uploads._claim(at(0)())
    assert uploads.check_uploads(clock=at(3)) == 1
    before = list(Upload.objects.values())
    assert uploads._check(slow, at(4)) is False
    assert list(Upload.objects.values()) == before
    assert Act.objects.filter(verb="cpl.upload.checked").count() == 1


def test_result_comes_with_its_act_or_not_at_all(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    send(client, as_csv([row(1)]))

    class Killed(BaseException):
        pass

    def kill(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(uploads.journal, "record", kill)
        with pytest.raises(Killed):
            uploads.check_uploads(clock=at(0))
    assert Upload.objects.get().state == State.WAITING, (
        "killed in the middle: nothing is lost, nothing half done"
    )
    assert uploads.check_uploads(clock=at(3)) == 1
    connection.check_constraints()
    assert Upload.objects.get().state == State.CHECKED


def test_drafts_are_made_of_a_checked_upload_only(cast: casts.Cast, client: Client) -> None:
    send(client, as_csv([row(1)]))
    with pytest.raises(Conflict):
        uploads.lock_checked_upload(Upload.objects.get(), cast.manufacturer)


def test_number_of_queries_does_not_grow_with_the_rows(client: Client) -> None:
    def queries(rows: int) -> int:
        send(client, as_csv([row(number) for number in range(1, rows + 1)]))
        with CaptureQueriesContext(connection) as captured:
            check_uploads()
        return len(captured)

    queries(1)  # the first run writes its sign of life anew
    assert queries(2) == queries(40)
