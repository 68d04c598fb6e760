"""Asking in the portal that an entry be put right, and what becomes of it (A-64)."""

import pytest

from cpl.models import CorrectionRequest, DeviceModel
from cpl.services import corrections
from secgov.documents.models import Document
from secgov.journal.models import Message, Obligation
from tests.cpl.submitting import signed_in
from tests.documents.files import upload
from tests.factories import casts, devices, publishing

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(publishing.with_entry)]
NOON = devices.NOON


@pytest.fixture
def cast(world: tuple[casts.Cast, DeviceModel]) -> casts.Cast:
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world: tuple[casts.Cast, DeviceModel]) -> DeviceModel:
    """An entry on the list, submitted by the manufacturer."""
    return world[1]


def form_of(entry: DeviceModel, **changed: object) -> dict[str, object]:
    """What the form sends: every field as the list has it, but those changed."""
    why = {"reason": "A slip of ours.", "evidence_note": "Page 2 of the certificate."}
    return {**corrections.fields_of(entry), **why, **changed}


def asked(cast: casts.Cast, entry: DeviceModel) -> CorrectionRequest:
    """A correction asked for through the page."""
    answer = signed_in(cast.manufacturer).post(
        f"/portal/corrections/new/{entry.pk}/", form_of(entry, image_hash="cd" * 32)
    )
    assert answer.status_code == 302, answer.content.decode()
    return CorrectionRequest.objects.get()


def test_the_form_stands_as_the_list_has_it_and_only_what_differs_is_asked_for(cast, entry):
    browser = signed_in(cast.manufacturer)
    page = browser.get(f"/portal/corrections/new/{entry.pk}/").content.decode()
    assert 'value="05080607"' in page and "The list says 05080607." in page
    given = form_of(entry, image_hash="cd" * 32, evidence=upload(), classification="amber")
    answer = browser.post(f"/portal/corrections/new/{entry.pk}/", given)
    row = CorrectionRequest.objects.get()
    assert answer["Location"] == f"/portal/corrections/{row.pk}/"
    assert row.values == {"image_hash": "CD" * 32} and row.evidence == Document.objects.get()
    page = browser.get(answer["Location"]).content.decode()
    assert f'<del><span class="id id-wrap">{"AB" * 32}' in page and "CD" * 32 in page
    due = Obligation.objects.standing().about(row).get().due_at
    assert due.isoformat() in page, "what happens next has its date"
    assert Message.objects.get(template="cpl/correction_received").recipient == cast.manufacturer.email


def test_a_document_without_classification_is_refused_and_nothing_is_kept(cast, entry):
    answer = signed_in(cast.manufacturer).post(
        f"/portal/corrections/new/{entry.pk}/",
        form_of(entry, image_hash="cd" * 32, evidence=upload()),
    )
    assert answer.status_code == 422 and "Choose White, Green, Amber or Red" in answer.content.decode()
    assert not CorrectionRequest.objects.exists() and not Document.objects.exists()


def test_a_refusal_of_the_rules_is_shown_at_its_field_and_keeps_no_document(cast, entry):
    answer = signed_in(cast.manufacturer).post(
        f"/portal/corrections/new/{entry.pk}/",
        form_of(entry, firmware_version="12", evidence=upload(), classification="white"),
    )
    assert answer.status_code == 422 and 'id="id_firmware_version_error"' in answer.content.decode()
    assert not Document.objects.exists()


def test_only_the_owner_of_an_entry_meets_the_form_and_the_request(cast, entry):
    row = asked(cast, entry)
    rival = signed_in(cast.rival)
    for address in (f"/portal/corrections/new/{entry.pk}/", f"/portal/corrections/{row.pk}/"):
        assert rival.get(address).status_code == 404
    assert rival.post(f"/portal/corrections/{row.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_what_was_asked_can_be_taken_back_with_a_reason(cast, entry):
    row = asked(cast, entry)
    browser = signed_in(cast.manufacturer)
    address = f"/portal/corrections/{row.pk}/withdraw/"
    assert browser.post(address, {"version": row.version, "reason": ""}).status_code == 422
    assert browser.post(address, {"version": row.version, "reason": "It was right."}).status_code == 302
    assert CorrectionRequest.objects.get().state == "withdrawn"
    assert Message.objects.filter(template="cpl/correction_withdrawn").count() == 1


def test_each_step_of_a_correction_is_told_by_mail_without_its_contents(cast, entry):
    row = asked(cast, entry)
    change = corrections.propose_correction(
        request=row, by=cast.secretariat, at=NOON, version=row.version, reason="Seen.", public_reason="A typing error."
    )  # fmt: skip
    devices.approved(change, cast.approver)
    told = list(Message.objects.filter(template__startswith="cpl/correction").order_by("pk"))
    assert [each.template.removeprefix("cpl/") for each in told] == [
        "correction_received",
        "correction_proposed",
        "correction_made",
    ]
    assert all(set(each.context) == {"entry", "path"} for each in told)
    page = signed_in(cast.manufacturer).get(f"/portal/corrections/{row.pk}/").content.decode()
    assert "nothing is withdrawn" in page and "Withdraw it" not in page


def test_the_owner_is_told_when_the_secretariat_itself_corrects_the_entry(cast, entry):
    row = corrections.ask_correction(
        model=entry, by=cast.secretariat, at=NOON, values={"image_hash": "cd" * 32}, reason="Seen.", evidence=None,
        evidence_note="Page 1",
    )  # fmt: skip
    change = corrections.propose_correction(
        request=row, by=cast.secretariat, at=NOON, version=row.version, reason="Seen.", public_reason="A typing error."
    )  # fmt: skip
    devices.approved(change, cast.approver)
    told = Message.objects.get(template__startswith="cpl/correction")
    assert (told.template, told.recipient) == ("cpl/correction_made", cast.manufacturer.email)


def test_a_declined_request_shows_its_reason(cast, entry):
    row = asked(cast, entry)
    corrections.decline_correction(
        request=row, by=cast.secretariat, at=NOON, version=row.version, reason="The certificate says AB."
    )
    page = signed_in(cast.manufacturer).get(f"/portal/corrections/{row.pk}/").content.decode()
    assert "The certificate says AB." in page and "Declined" in page
    listed = signed_in(cast.manufacturer).get("/portal/corrections/").content.decode()
    assert "one correction" in listed.lower() and "Declined" in listed


def test_an_entry_once_corrected_can_be_corrected_again(cast, entry):
    for digest in ("cd", "ef"):
        row = corrections.ask_correction(
            model=entry, by=cast.manufacturer, at=NOON, values={"image_hash": digest * 32}, reason="A slip.", evidence=None,
            evidence_note="Page 1",
        )  # fmt: skip
        change = corrections.propose_correction(
            request=row, by=cast.secretariat, at=NOON, version=row.version, reason="Seen.", public_reason="A typing error."
        )  # fmt: skip
        devices.approved(change, cast.approver)
    assert DeviceModel.objects.get().image_hash == "EF" * 32
