"""Documents on the desk: classification, type and size, and who took them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cpl.models import Submission
from cpl.services import queries, submission_documents, submissions
from secgov.documents.models import Document
from tests.cpl.desk import page_of, signed_in, text_of
from tests.factories import casts, devices

pytestmark = pytest.mark.django_db
NOON = devices.NOON
TEXT = SimpleUploadedFile("mapping.txt", b"16.16.17 is 10101100\n")


def test_every_document_of_a_submission_stands_with_level_type_size_and_readers():
    cast = casts.cast()
    row = devices.submitted(cast.manufacturer, cast.maker)
    row = submissions.take_up(submission=row, by=cast.secretariat, at=NOON, version=row.version)
    queries.ask_query(submission=row, by=cast.secretariat, at=NOON, version=row.version, text="Which?")
    row = Submission.objects.get(pk=row.pk)
    submission_documents.give_answer(
        submission=row, by=cast.manufacturer, at=NOON, version=row.version, text="This.", upload=TEXT,
        classification="amber",
    )  # fmt: skip
    document = Document.objects.get()
    desk = signed_in(cast.secretariat)
    address = reverse("admin:cpl_submission_documents", args=[row.pk])
    page = text_of(desk.get(address))
    assert "mapping.txt" in page and "Amber" in page and "text/plain 21 bytes" in page and "nobody" in page
    assert desk.get(reverse("admin:documents_document_take", args=[document.pk])).status_code == 200
    page = text_of(desk.get(address))
    assert str(cast.secretariat) in page and "nobody" not in page
    assert address in desk.get(page_of(row)).content.decode()
    listed = text_of(desk.get(reverse("admin:documents_document_changelist")))
    assert "1 kB" in listed and "1 time" in listed and "text/plain" in listed
    assert str(cast.secretariat) in text_of(desk.get(page_of(document)))


def test_a_submission_without_documents_says_so():
    cast = casts.cast()
    row = devices.submitted(cast.manufacturer, cast.maker)
    page = signed_in(cast.approver).get(reverse("admin:cpl_submission_documents", args=[row.pk]))
    assert "None was given." in text_of(page)
