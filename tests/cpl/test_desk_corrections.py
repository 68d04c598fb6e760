"""A correction from the desk to the public: never confused with a removal on any page, in any feed or file (A-64)."""

import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from cpl.models import CorrectionRequest, DeviceModel, Edition, ListChange
from cpl.services import corrections
from tests.cpl.desk import REASON, approve_url, decision, page_of, signed_in, text_of
from tests.documents.files import upload
from tests.factories import devices, publishing


def one_entry(settings: LazySettings, folder: Path) -> publishing.Stage:
    """A published list with one entry."""
    publishing.signing_key(settings, folder)
    made = publishing.stage(parties=1)
    publishing.listed(made.cast)
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    return made


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(one_entry)]


NOON = devices.NOON


@pytest.fixture
def stage(world: publishing.Stage) -> publishing.Stage:
    """A published list with one entry."""
    return world


def started(desk: Client, entry: DeviceModel, **changed: object) -> CorrectionRequest:
    """A correction that the Secretariat starts on the entry's page."""
    why = {"reason": "Seen on the certificate.", "evidence": upload(), "classification": "green"}
    answer = desk.post(
        f"{reverse('admin:cpl_correctionrequest_start')}?entry={entry}",
        {**corrections.fields_of(entry), **why, "evidence_note": "Page 2", **changed},
    )
    assert answer.status_code == 302, text_of(answer)
    return CorrectionRequest.objects.get()


def proposed(desk: Client, row: CorrectionRequest) -> ListChange:
    """The correction proposed by its button."""
    values = {"version": row.version, **REASON, "public_reason": "Typing error in the submission."}
    assert desk.post(reverse("admin:cpl_correctionrequest_propose", args=[row.pk]), values).status_code == 302
    return ListChange.objects.get(kind="correct")


@pytest.mark.clause("F2.2-2")
def test_a_correction_is_a_correction_everywhere_from_the_desk_to_the_files(stage):
    desk, approver = signed_in(stage.cast.secretariat), signed_in(stage.cast.approver)
    entry = DeviceModel.objects.get()
    assert f"start/?entry={entry}" in desk.get(page_of(entry)).content.decode()
    row = started(desk, entry, gbcs_version="4.0", spec_version="5.0")
    page = desk.get(page_of(row))
    assert "It should say" in text_of(page) and "nothing is removed" in text_of(page)
    change = proposed(desk, row)
    shown = approver.get(approve_url(change))
    assert "Correction Entry" in text_of(
        shown
    ) and "The entry keeps its number; nothing is removed." in text_of(shown)
    assert "certificate.pdf" in text_of(shown) and "Page 2" in text_of(shown)
    assert shown.context["totals"] == {"entries": (1, 1), "current": (1, 1), "removed": (0, 0)}
    assert approver.post(reverse("admin:cpl_listchange_approve"), decision(shown)).status_code == 302
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    edition = Edition.objects.latest()
    assert (edition.current_entries, edition.removed_entries) == (1, 0)

    public = Client()
    entry_page = text_of(public.get(f"/cpl/entries/{entry}/"))
    assert "Corrected" in entry_page and "nothing is withdrawn" in entry_page and "Removed" not in entry_page
    edition_page = text_of(public.get(f"/cpl/editions/{edition}/"))
    assert "Correct" in edition_page
    assert "Corrected" in text_of(public.get("/cpl/changes/"))
    changes = public.get("/api/v1/cpl/changes/?since=0.001").json()
    [told] = [each for each in changes["results"] if each["entry"] == str(entry)]
    assert told["kind"] == "corrected" and told["before"] != told["after"]
    listed = json.loads(public.get(f"/api/v1/cpl/editions/{edition}/json").content)["entries"]
    assert [(each["entry"], each["status"], each["removed"]) for each in listed] == [
        (str(entry), "Current", None)
    ]


def test_a_declined_correction_changes_nothing_and_keeps_its_reason(stage):
    desk = signed_in(stage.cast.secretariat)
    row = started(desk, DeviceModel.objects.get(), image_hash="cd" * 32)
    address = reverse("admin:cpl_correctionrequest_decline", args=[row.pk])
    assert desk.post(address, {"version": row.version, "reason": ""}).status_code == 422
    assert desk.post(address, {"version": row.version, "reason": "It is right."}).status_code == 302
    page = text_of(desk.get(page_of(row)))
    assert "It is right." in page and not ListChange.objects.filter(kind="correct").exists()


def test_a_correction_that_changes_nothing_is_refused_on_the_page(stage):
    desk = signed_in(stage.cast.secretariat)
    entry = DeviceModel.objects.get()
    answer = desk.post(
        f"{reverse('admin:cpl_correctionrequest_start')}?entry={entry}",
        {**corrections.fields_of(entry), "reason": "Hm.", "evidence_note": "Page 2"},
    )
    assert answer.status_code == 422 and "The list says this already." in text_of(answer)


def test_an_owner_s_request_stands_on_the_board_with_its_date_and_leads_to_its_page(stage):
    corrections.ask_correction(
        model=DeviceModel.objects.get(), by=stage.cast.manufacturer, at=NOON, values={"image_hash": "cd" * 32},
        reason="A slip.", evidence=None, evidence_note="Page 2",
    )  # fmt: skip
    board = signed_in(stage.cast.secretariat).get("/admin/")
    assert "Look at a correction that is asked for" in text_of(board)
    assert page_of(CorrectionRequest.objects.get()) in board.content.decode()


def test_an_approver_starts_no_correction(stage):
    approver = signed_in(stage.cast.approver)
    assert approver.get(f"{reverse('admin:cpl_correctionrequest_start')}?entry=1").status_code == 403
    row = started(signed_in(stage.cast.secretariat), DeviceModel.objects.get(), image_hash="cd" * 32)
    for button in ("propose", "decline"):
        values = {"version": row.version, **REASON, "public_reason": "x"}
        answer = approver.post(reverse(f"admin:cpl_correctionrequest_{button}", args=[row.pk]), values)
        assert answer.status_code == 403


def test_an_entry_that_there_is_not_cannot_be_corrected(stage):
    desk = signed_in(stage.cast.secretariat)
    for number in ("", "99", "x"):
        assert desk.get(f"{reverse('admin:cpl_correctionrequest_start')}?entry={number}").status_code == 404


def test_the_entry_page_offers_a_correction_to_those_who_may_ask(stage):
    entry = DeviceModel.objects.get()
    for person, offered in (
        (stage.cast.manufacturer, f"/portal/corrections/new/{entry.pk}/"),
        (stage.cast.secretariat, f"start/?entry={entry}"),
        (stage.cast.rival, ""),
    ):
        page = signed_in(person).get(f"/cpl/entries/{entry}/").content.decode()
        assert ("Something wrong?" in page) is bool(offered) and offered in page
    assert "Something wrong?" not in Client().get(f"/cpl/entries/{entry}/").content.decode()
