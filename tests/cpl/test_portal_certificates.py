"""The certificates of a submission and their documents, given through the portal."""

import pytest
from django.conf import LazySettings
from django.test import Client

from cpl.models import Submission
from secgov.accounts.models import Organisation
from secgov.documents.models import Document, Reading
from tests.cpl.submitting import CPA, begin, fill, give, post, signed_in
from tests.documents.files import PDF, upload
from tests.factories.people import organisation, person

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def maker() -> Organisation:
    return organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    return signed_in(person(of=maker))


def test_certificate_is_added_changed_and_removed(client: Client) -> None:
    draft = fill(client, begin(client))
    give(client, draft)
    row = draft.certificates.get()
    assert (row.number, row.document.name, row.document.classification) == (
        "CPA-SM-24-1391",
        "certificate.pdf",
        "amber",
    )
    answer = post(client, draft, f"certificates/{row.pk}", {**CPA, "number": "CPA-SM-24-1392"})
    assert answer.status_code == 302
    changed = draft.certificates.get()
    assert (changed.number, changed.document_id) == ("CPA-SM-24-1392", row.document_id)
    assert post(client, draft, f"certificates/{row.pk}/remove", {}).status_code == 302
    assert not draft.certificates.exists()


@pytest.mark.clause("F2.4(c)")
def test_cpa_certificate_without_its_version_or_date_is_refused(client: Client) -> None:
    draft = begin(client)
    answer = give(client, draft, sc_version="", renews_on="")
    page = answer.content.decode()
    assert answer.status_code == 422 and "no Security Characteristics version" in page
    assert "neither an expiry date nor a renewal date" in page and not Document.objects.exists()


@pytest.mark.clause("F2.5-2")
def test_dlms_certificate_of_more_than_six_years_is_refused_and_one_of_six_taken(client: Client) -> None:
    draft = begin(client)
    dlms = {
        "body": "DLMS",
        "number": "DLMS-3188",
        "issued_on": "1 June 2020",
        "renews_on": "",
        "sc_version": "",
    }
    refused = give(client, draft, **dlms, expires_on="2 June 2026")
    assert refused.status_code == 422 and "1 June 2026" in refused.content.decode()
    assert give(client, draft, **dlms, expires_on="1 June 2026").status_code == 302


@pytest.mark.clause("F2.3(a)")
def test_body_that_is_none_of_the_three_is_refused(client: Client) -> None:
    answer = give(client, begin(client), body="UL")
    assert (
        answer.status_code == 422 and "“UL” is not an Assurance Certification Body" in answer.content.decode()
    )


def test_same_certificate_twice_in_a_draft_is_refused(client: Client) -> None:
    draft = begin(client)
    give(client, draft)
    answer = give(client, draft)
    assert answer.status_code == 422 and "stands in the submission already" in answer.content.decode()
    assert Document.objects.count() == 1  # the second document went with its certificate


@pytest.mark.parametrize(
    "file",
    [
        upload("a.exe", b"MZ"),
        upload("a.pdf", b"<html>"),
        upload("a.pdf", b""),
        upload("a.zip", b"PK\x03\x04"),
    ],
    ids=["program", "page named pdf", "empty", "archive"],
)
def test_wrong_file_is_refused_with_the_other_values_kept(client: Client, file: object) -> None:
    draft = begin(client)
    answer = give(client, draft, document=file)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="CPA-SM-24-1391"' in page and 'id="id_document_error"' in page
    assert not draft.certificates.exists()


@pytest.mark.parametrize("place", ["certificates/new", "device", "check"])
def test_oversize_request_is_refused_by_its_announced_length(
    client: Client, settings: LazySettings, place: str
) -> None:
    draft = begin(client)
    settings.DOCUMENT_MAX_BYTES = 1024
    answer = client.post(
        f"/portal/submissions/{draft.reference}/{place}/", b"never read", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(300 * 1024 * 1024),
    )  # fmt: skip
    assert answer.status_code == 413 and "A file may have 1 kB at most" in answer.content.decode()


def test_file_a_little_over_the_limit_is_refused_at_its_field(client: Client, settings: LazySettings) -> None:
    settings.DOCUMENT_MAX_BYTES = 1024
    answer = give(client, begin(client), document=upload("a.pdf", PDF + b" " * 2000))
    assert answer.status_code == 422 and "at most 1 kB can be kept" in answer.content.decode()


def test_forged_upload_form_is_refused(maker: Organisation) -> None:
    user = person(of=maker)
    draft = begin(signed_in(user))
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(user)
    assert give(forger, draft).status_code == 403 and not draft.certificates.exists()


def test_document_is_downloaded_as_a_file_and_the_reading_noted(client: Client) -> None:
    draft = begin(client)
    give(client, draft)
    answer = client.get(f"/portal/documents/{Document.objects.get().pk}/")
    assert answer.content == PDF and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="certificate.pdf"'
    assert "default-src 'none'" in answer["Content-Security-Policy"] and Reading.objects.count() == 1
