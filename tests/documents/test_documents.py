"""Documents are kept once, never change, and tell who took them."""

import datetime as dt

import pytest
from django.conf import LazySettings
from django.db import InternalError, transaction

from secgov.accounts.models import Organisation, Role
from secgov.documents.models import Content, Document
from secgov.documents.services import read_document, store_document
from secgov.errors import NotPermitted, Refusal
from tests.documents.files import PDF, upload
from tests.factories.people import organisation, person

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)


def test_same_bytes_are_kept_once_under_their_digest() -> None:
    maker = organisation()
    by = person(of=maker)
    first = store_document(upload=upload("one.pdf"), classification="amber", organisation=maker, by=by, at=AT)
    second = store_document(
        upload=upload("two.pdf"), classification="green", organisation=maker, by=by, at=AT
    )
    assert first.content_id == second.content_id and Content.objects.count() == 1
    assert (first.name, first.media_type, first.content.size) == ("one.pdf", "application/pdf", len(PDF))


def test_reading_a_document_that_is_not_white_is_noted() -> None:
    maker = organisation()
    by = person(of=maker)
    secret = store_document(upload=upload(), classification="amber", organisation=maker, by=by, at=AT)
    public = store_document(upload=upload(), classification="white", organisation=maker, by=by, at=AT)
    clerk = person(Role.SECRETARIAT, organisation(kind=Organisation.Kind.CODE_BODY))
    assert read_document(document=secret, by=clerk, at=AT) == PDF
    assert read_document(document=public, by=clerk, at=AT) == PDF
    assert [(each.document, each.read_by) for each in secret.readings.all()] == [(secret, clerk)]
    assert not public.readings.exists()


def test_another_organisation_neither_sees_nor_reads_a_document() -> None:
    maker, rival = organisation(), organisation()
    document = store_document(
        upload=upload(), classification="green", organisation=maker, by=person(of=maker), at=AT
    )
    stranger = person(of=rival)
    with pytest.raises(NotPermitted) as refused:
        read_document(document=document, by=stranger, at=AT)
    assert refused.value.hidden and not document.readings.exists()
    assert not Document.objects.visible_to(stranger).exists()


def test_nobody_keeps_documents_in_another_s_name() -> None:
    with pytest.raises(NotPermitted):
        store_document(
            upload=upload(), classification="green", organisation=organisation(), by=person(), at=AT
        )


def test_refused_file_leaves_nothing_behind(settings: LazySettings) -> None:
    maker = organisation()
    by = person(of=maker)
    settings.DOCUMENT_MAX_BYTES = 2000
    for wrong in (
        upload("a.exe"),
        upload("a.pdf", b"MZ"),
        upload("a.pdf", b""),
        upload("a.pdf", PDF + b"x" * 2000),
    ):
        with pytest.raises(Refusal):
            store_document(upload=wrong, classification="green", organisation=maker, by=by, at=AT)
    assert not Document.objects.exists() and not Content.objects.exists()


def test_document_can_neither_be_changed_nor_deleted() -> None:
    maker = organisation()
    document = store_document(
        upload=upload(), classification="red", organisation=maker, by=person(of=maker), at=AT
    )
    with pytest.raises(InternalError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(classification="white")
    with pytest.raises(InternalError), transaction.atomic():
        document.delete()
