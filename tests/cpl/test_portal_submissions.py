"""Submitting a device through the portal, as a browser without script would."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cpl.models import DeviceModel, ListingPeriod, Submission
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Membership, Organisation, Role, User
from secgov.documents.models import Document, Reading
from secgov.journal.models import Act, Message, Obligation
from tests.cpl.submitting import CPA, DEVICE, FIRMWARE, HARDWARE, begin, fill, fresh, give, hand_in, post
from tests.documents.files import PDF, upload
from tests.factories.people import LONG_AGO, organisation, person

pytestmark = pytest.mark.django_db
State = Submission.State


def signed_in(user: User) -> Client:
    """A browser of its own for a person, with the check for forged forms on."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def maker() -> Organisation:
    return organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    return signed_in(person(of=maker))


def removed_entry(number: int = 33, **changed: str) -> DeviceModel:
    """An entry of an imported list that was removed."""
    fields = {
        "device_type": "single_element_esme", "model_identifier": "3138", "hardware_version": "42",
        "hardware_revision": "0A", "firmware_version": "00070804", "spec_type": "SMETS", "spec_version": "4.2",
        "gbcs_version": "3.2", "generation": "SMETS2+",
        **changed,
    }  # fmt: skip
    manufacturer, _ = Manufacturer.objects.get_or_create(identifier="7B25", defaults={"name": "Osmotherley Instruments"})
    entry = DeviceModel.objects.create(number=number, manufacturer=manufacturer, **fields)
    identity = DeviceModel.objects.values_list("identity", flat=True).get(pk=number)
    ListingPeriod.objects.create(
        device_model=entry, identity=identity, origin="imported", opened_known_by="2022-09-21", closed_known_by="2022-09-21"
    )
    return entry


# --- The way through -------------------------------------------------------------------------------


@pytest.mark.clause("F2.17-2")
def test_person_who_is_no_party_submits_a_device_and_gets_a_reference_and_a_number(client: Client) -> None:
    draft = fill(client, begin(client))
    assert give(client, draft).status_code == 302
    submitted = hand_in(client, draft)
    assert (submitted.state, submitted.entry_number) == (State.SUBMITTED, 1)
    page = client.get(f"/portal/submissions/{submitted.reference}/done/").content.decode()
    assert f'<span class="id">{submitted.reference}</span>' in page and '<span class="id">000001</span>' in page
    due = Obligation.objects.about(submitted).get()
    assert due.due_at.isoformat() in page and "What happens next" in page
    assert Message.objects.get(template="cpl/submission_received").recipient == submitted.created_by.email


@pytest.mark.clause("Z2.1(a)")
@pytest.mark.clause("Z2.1(h)(iii)")
def test_what_was_typed_in_lower_case_is_kept_as_published(client: Client) -> None:
    draft = fill(client, begin(client))
    assert (draft.manufacturer_identifier, draft.hardware_revision) == ("7B25", "0A")
    assert draft.image_hash.isupper() and draft.release_notes == "none"


def test_each_step_is_kept_as_a_draft_and_shown_again(client: Client) -> None:
    draft = begin(client)
    answer = post(client, draft, "device", DEVICE)
    assert answer["Location"].endswith("/hardware/")
    assert fresh(draft).manufacturer_name == "Osmotherley Instruments"
    page = client.get(f"/portal/submissions/{draft.reference}/device/").content.decode()
    assert 'value="7B25"' in page and re.search(r'value="single_element_esme"[^>]*checked', page)


def test_leaving_keeps_what_was_typed_and_asks_for_nothing_more(client: Client) -> None:
    draft = begin(client)
    answer = post(client, draft, "device", {"manufacturer_identifier": "7B25"}, then="leave")
    assert answer["Location"] == f"/portal/submissions/{draft.reference}/"
    assert fresh(draft).manufacturer_identifier == "7B25"
    assert "Not finished" in client.get(f"/portal/submissions/{draft.reference}/").content.decode()


def test_leaving_does_not_keep_what_cannot_be_right(client: Client) -> None:
    draft = begin(client)
    answer = post(client, draft, "device", {"manufacturer_identifier": "7B2G"}, then="leave")
    assert answer.status_code == 422 and fresh(draft).manufacturer_identifier == ""


def test_change_link_on_the_check_page_leads_back_there(client: Client) -> None:
    draft = fill(client, begin(client))
    version = fresh(draft).version
    address = f"/portal/submissions/{draft.reference}/device/?from=check"
    answer = client.post(address, {**DEVICE, "version": version, "manufacturer_name": "Osmotherley Ltd"})
    assert answer["Location"] == f"/portal/submissions/{draft.reference}/check/"
    assert "Osmotherley Ltd" in client.get(answer["Location"]).content.decode()


def test_double_click_on_start_begins_one_draft(client: Client) -> None:
    form = {"idempotency_key": str(uuid.uuid4())}
    first, second = (client.post("/portal/submissions/new/", form) for _ in range(2))
    assert first["Location"] == second["Location"] and Submission.objects.count() == 1


def test_double_click_on_submit_makes_one_submission(client: Client) -> None:
    draft = fill(client, begin(client))
    form = {"version": draft.version, "declaration": "on"}
    first, second = (client.post(f"/portal/submissions/{draft.reference}/check/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Act.objects.filter(verb="cpl.submission.submitted").count() == 1
    assert fresh(draft).entry_number == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_instant_begin_one_draft(maker: Organisation) -> None:
    user = person(of=maker)
    form = {"idempotency_key": str(uuid.uuid4())}

    def press(browser: Client) -> str:
        try:
            return str(browser.post("/portal/submissions/new/", form)["Location"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(press, [signed_in(user) for _ in range(4)]))
    assert len(places) == 1 and Submission.objects.count() == 1


def test_person_of_several_organisations_chooses_one_first(client: Client, maker: Organisation) -> None:
    other = organisation("Northallerton Energy", Organisation.Kind.PARTY)
    Membership.objects.create(
        user=maker.memberships.get().user, organisation=other, role=Role.SUPPLIER, began_at=LONG_AGO
    )
    refused = client.post("/portal/submissions/new/", {"idempotency_key": str(uuid.uuid4())})
    assert refused.status_code == 422 and "Choose the organisation" in refused.content.decode()
    assert begin(client, organisation=other.pk).organisation == other


# --- What is refused, and how ----------------------------------------------------------------------


@pytest.mark.clause("F2.17-1")
@pytest.mark.clause("F2.15(b)-2")
def test_submission_without_a_telephone_number_is_refused_naming_the_clause(client: Client) -> None:
    draft = begin(client)
    for place, values in {"device": DEVICE, "hardware": HARDWARE, "image": {"has_image": "no"}}.items():
        post(client, draft, place, values)
    post(client, draft, "firmware", {**FIRMWARE, "fir_phone": ""}, then="leave")
    answer = post(client, draft, "check", {"declaration": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>Error: " in page
    assert "The telephone number is missing." in page and 'href="/clauses/#F2.15(b)"' in page
    assert (fresh(draft).state, fresh(draft).entry_number) == (State.DRAFT, None)


def test_submission_without_the_declaration_is_refused_at_its_box(client: Client) -> None:
    draft = fill(client, begin(client))
    answer = post(client, draft, "check", {})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'href="#id_declaration"' in page and 'aria-invalid="true"' in page
    assert fresh(draft).state == State.DRAFT


def test_submission_that_does_not_say_whether_there_is_an_image_is_refused(client: Client) -> None:
    draft = begin(client)
    for place, values in {"device": DEVICE, "hardware": HARDWARE, "firmware": FIRMWARE}.items():
        post(client, draft, place, values)
    page = post(client, draft, "check", {"declaration": "on"}).content.decode()
    assert "whether there is a Manufacturer Image" in page and fresh(draft).state == State.DRAFT


@pytest.mark.parametrize(
    ("place", "wrong", "words"),
    [
        ("device", {"manufacturer_identifier": "10G0"}, "contains “G”, which is not a hexadecimal digit"),
        ("device", {"device_type": "Toaster"}, "“Toaster” is not a Physical Device Type"),
        ("device", {"device_type": "CHF"}, "Submit the Communications Hub instead"),
        ("device", {"manufacturer_name": " "}, "name is missing"),
        ("device", {"manufacturer_identifier": "50%d"}, "not a hexadecimal digit"),
        ("hardware", {"firmware_version": "1234567"}, "has 7 digits; it must have 8"),
        ("hardware", {"pair": "SMETS|9.9|%s"}, "Select a valid choice"),
        ("hardware", {"pair": "other", "spec_version": "1.3"}, "is not a version that a SMETS2+ Device Model"),
        ("hardware", {"pair": "other", "gbcs_version": "0.0"}, "needs its GBCS version"),
        ("hardware", {"pair": "other", "spec_version": ""}, "version is missing"),
        ("image", {"image_hash": "A" * 63}, "has 63 characters; it must have 64"),
        ("image", {"image_creator": ""}, "identity of the image’s creator is missing"),
        ("firmware", {"fir_email": "a@b.example\nBcc: x@y.example"}, "not a single email address"),
        ("firmware", {"fir_address": "   "}, "business address is missing"),
        ("firmware", {"release_notes": "  "}, "release notes is missing"),
        ("firmware", {"released_on": "soon"}, "Released on: this is not a day"),
    ],
)
def test_wrong_value_is_named_at_its_field_and_kept(
    client: Client, place: str, wrong: dict[str, str], words: str
) -> None:
    draft = fill(client, begin(client))
    before = fresh(draft).version
    steps = {"device": DEVICE, "hardware": HARDWARE, "image": {"has_image": "yes"}, "firmware": FIRMWARE}
    answer = post(client, draft, place, {**steps[place], **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>Error: " in page
    assert words in page and 'role="alert"' in page and "field-bad" in page
    assert fresh(draft).version == before


def test_hub_is_offered_chts_and_judged_by_it(client: Client) -> None:
    draft = begin(client)
    post(client, draft, "device", {**DEVICE, "device_type": "communications_hub"})
    page = client.get(f"/portal/submissions/{draft.reference}/hardware/").content.decode()
    assert "CHTS version" in page
    post(client, draft, "hardware", {**HARDWARE, "spec_version": "1.3"})
    assert (fresh(draft).spec_type, fresh(draft).spec_version) == ("CHTS", "1.3")


@pytest.mark.clause("Z2.1(e)")
@pytest.mark.clause("F2.2B")
def test_smets1_is_offered_with_its_constant_and_never_asked_for_a_certificate(client: Client) -> None:
    draft = fill(client, begin(client), hardware={"pair": "SMETS|1.2|0.0"})
    assert (draft.spec_type, draft.spec_version, draft.gbcs_version) == ("SMETS", "1.2", "0.0")
    page = client.get(f"/portal/submissions/{draft.reference}/certificates/").content.decode()
    assert "No certificate is needed for a SMETS1 device" in page and "What is needed" not in page
    assert hand_in(client, draft).state == State.SUBMITTED


@pytest.mark.clause("F2.3-0")
def test_certificates_that_the_type_needs_are_named(client: Client) -> None:
    draft = fill(client, begin(client))
    page = client.get(f"/portal/submissions/{draft.reference}/certificates/").content.decode()
    assert all(words in page for words in ("ZigBee certificate", "DLMS Certificate", "CPA Certificate"))


def test_version_pairs_of_the_list_are_offered_for_the_type(client: Client) -> None:
    removed_entry()
    draft = begin(client)
    post(client, draft, "device", DEVICE)
    page = client.get(f"/portal/submissions/{draft.reference}/hardware/").content.decode()
    assert "SMETS 4.2 with GBCS 3.2" in page and "CHTS 1" not in page and "Another pair" in page


def test_choosing_no_image_forgets_what_was_typed_of_one(client: Client) -> None:
    draft = fill(client, begin(client))
    post(client, draft, "image", {"has_image": "no", "image_hash": "A" * 64})
    assert (fresh(draft).has_image, fresh(draft).image_hash, fresh(draft).image_creator) == (False, "", "")


# --- Certificates and their documents ----------------------------------------------------------------


def test_certificate_is_added_changed_and_removed(client: Client) -> None:
    draft = fill(client, begin(client))
    give(client, draft)
    row = draft.certificates.get()
    assert (row.number, row.document.name, row.document.classification) == ("CPA-SM-24-1391", "certificate.pdf", "amber")
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
    dlms = {"body": "DLMS", "number": "DLMS-3188", "issued_on": "1 June 2020", "renews_on": "", "sc_version": ""}
    refused = give(client, draft, **dlms, expires_on="2 June 2026")
    assert refused.status_code == 422 and "1 June 2026" in refused.content.decode()
    assert give(client, draft, **dlms, expires_on="1 June 2026").status_code == 302


@pytest.mark.clause("F2.3(a)")
def test_body_that_is_none_of_the_three_is_refused(client: Client) -> None:
    answer = give(client, begin(client), body="UL")
    assert answer.status_code == 422 and "“UL” is not an Assurance Certification Body" in answer.content.decode()


def test_same_certificate_twice_in_a_draft_is_refused(client: Client) -> None:
    draft = begin(client)
    give(client, draft)
    answer = give(client, draft)
    assert answer.status_code == 422 and "stands in the submission already" in answer.content.decode()
    assert Document.objects.count() == 1  # the second document went with its certificate


@pytest.mark.parametrize(
    "file",
    [upload("a.exe", b"MZ"), upload("a.pdf", b"<html>"), upload("a.pdf", b""), upload("a.zip", b"PK\x03\x04")],
    ids=["program", "page named pdf", "empty", "archive"],
)
def test_wrong_file_is_refused_with_the_other_values_kept(client: Client, file: object) -> None:
    draft = begin(client)
    answer = give(client, draft, document=file)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="CPA-SM-24-1391"' in page and 'id="id_document_error"' in page
    assert not draft.certificates.exists()


def test_oversize_upload_is_refused_by_its_announced_length(client: Client, settings: LazySettings) -> None:
    draft = begin(client)
    settings.DOCUMENT_MAX_BYTES = 1024
    answer = client.post(
        f"/portal/submissions/{draft.reference}/certificates/new/", b"never read", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(300 * 1024 * 1024),
    )  # fmt: skip
    assert answer.status_code == 413 and "At most 1 kB" in answer.content.decode()


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


# --- Nobody else's business --------------------------------------------------------------------------


def test_everything_of_another_organisation_is_not_there(client: Client) -> None:
    draft = fill(client, begin(client))
    give(client, draft)
    row, document = draft.certificates.get(), Document.objects.get()
    stranger = signed_in(person(Role.SUPPLIER, organisation(kind=Organisation.Kind.PARTY)))
    base = f"/portal/submissions/{draft.reference}/"
    places = [
        "", "device/", "hardware/", "image/", "firmware/", "certificates/", "certificates/new/", f"certificates/{row.pk}/",
        f"certificates/{row.pk}/remove/", "check/", "done/", "withdraw/",
    ]  # fmt: skip
    for place in places:
        assert stranger.get(base + place).status_code == 404, place
    for place in (*places[1:5], *places[6:10], "withdraw/"):
        form = {"version": draft.version, "declaration": "on", "reason": "x"}
        assert stranger.post(base + place, form).status_code == 404, place
    assert stranger.get(f"/portal/documents/{document.pk}/").status_code == 404
    assert draft.reference not in stranger.get("/portal/submissions/").content.decode()
    assert fresh(draft).version == Submission.objects.get().version and draft.certificates.exists()


def test_certificate_of_another_draft_is_not_reached_through_one_s_own(client: Client) -> None:
    mine = begin(client)
    other_maker = organisation()
    theirs = begin(signed_in(person(of=other_maker)))
    give(signed_in(person(of=other_maker)), theirs)
    row = theirs.certificates.get()
    assert client.get(f"/portal/submissions/{mine.reference}/certificates/{row.pk}/").status_code == 404
    assert post(client, mine, f"certificates/{row.pk}/remove", {}).status_code == 404
    assert theirs.certificates.exists()


def test_visitor_who_is_not_signed_in_is_led_to_the_sign_in() -> None:
    for place in ("/portal/", "/portal/submissions/", "/portal/submissions/new/", "/portal/notices/", "/portal/contacts/"):
        assert Client().get(place)["Location"].startswith("/accounts/login/")


def test_role_that_may_not_submit_is_told_so() -> None:
    member = signed_in(person(Role.SSC_MEMBER, organisation(kind=Organisation.Kind.CODE_BODY)))
    assert member.get("/portal/submissions/new/").status_code == 403
    assert "Your role does not submit devices" in member.get("/portal/submissions/").content.decode()


@pytest.mark.parametrize("place", ["device", "check"])
def test_unknown_and_protected_fields_in_a_form_are_ignored(client: Client, maker: Organisation, place: str) -> None:
    draft = fill(client, begin(client))
    extra = {
        "state": "accepted", "organisation": "999", "entry_number": "7", "reference": "S-1", "created_by": "1",
        "submitted_at": "2020-01-01", "relists": "1", "declared_by": "1", "nonsense": "x", "firmware_version": "FFFFFFFF",
    }  # fmt: skip
    values = DEVICE if place == "device" else {}
    post(client, draft, place, {**values, **extra})
    after = fresh(draft)
    assert (after.state, after.organisation, after.entry_number, after.reference) == (State.DRAFT, maker, None, draft.reference)
    assert after.firmware_version == "00070804" and after.relists is None


def test_form_made_from_an_older_version_is_a_conflict_and_changes_nothing(client: Client) -> None:
    draft = fill(client, begin(client))
    answer = client.post(
        f"/portal/submissions/{draft.reference}/device/",
        {**DEVICE, "manufacturer_name": "Late Ltd", "version": draft.version - 1},
    )
    assert answer.status_code == 409 and "was changed since you opened it" in answer.content.decode()
    assert fresh(draft).manufacturer_name == "Osmotherley Instruments"


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "²"])
def test_nonsense_for_a_version_is_a_conflict(client: Client, version: str) -> None:
    draft = begin(client)
    answer = client.post(f"/portal/submissions/{draft.reference}/device/", {**DEVICE, "version": version})
    assert answer.status_code == 409


def test_submitted_device_is_no_longer_changed(client: Client) -> None:
    submitted = hand_in(client, fill(client, begin(client)))
    assert client.get(f"/portal/submissions/{submitted.reference}/device/").status_code == 302
    assert post(client, submitted, "device", DEVICE).status_code == 409
    assert give(client, submitted).status_code == 409
    assert not Document.objects.exists()  # the document of a refused certificate is not kept either


@pytest.mark.clause("Z2.1(h)(ii)")
@pytest.mark.clause("F2.15(c)")
def test_script_in_every_text_comes_out_as_text(client: Client) -> None:
    script = "<script>alert(1)</script>"
    draft = fill(
        client, begin(client),
        device={"manufacturer_name": script},
        image={"image_creator": script, "image_descriptor": script},
        firmware={"fir_address": script, "release_notes": script},
    )  # fmt: skip
    give(client, draft, number=script, standard=script, document=upload("<script>.pdf"))
    for place in ("", "check/", "certificates/", "device/", "image/", "firmware/"):
        page = client.get(f"/portal/submissions/{draft.reference}/{place}").content.decode()
        assert "<script>" not in page, place
    assert "&lt;script&gt;" in page
    hand_in(client, draft)
    for address in ("/portal/", "/portal/submissions/", f"/portal/submissions/{draft.reference}/"):
        assert "<script>" not in client.get(address).content.decode()


# --- Warnings, withdrawal, return ------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(c)")
def test_firmware_coded_unlike_its_siblings_is_warned_about_but_not_refused(client: Client) -> None:
    for number, firmware in enumerate(("16161717", "16161718", "16161720"), start=41):
        removed_entry(number, firmware_version=firmware)
    draft = fill(client, begin(client), hardware={"firmware_version": "101A1722"})
    page = client.get(f"/portal/submissions/{draft.reference}/check/").content.decode()
    assert "is it coded in the same way?" in page
    assert hand_in(client, draft).state == State.SUBMITTED


def test_withdrawal_asks_again_needs_a_reason_and_burns_the_number(client: Client) -> None:
    submitted = hand_in(client, fill(client, begin(client)))
    page = client.get(f"/portal/submissions/{submitted.reference}/withdraw/").content.decode()
    assert "This cannot be undone." in page and "000001" in page
    refused = post(client, submitted, "withdraw", {"reason": " "})
    assert refused.status_code == 422 and fresh(submitted).state == State.SUBMITTED
    assert post(client, submitted, "withdraw", {"reason": "Wrong hardware."}).status_code == 302
    assert fresh(submitted).state == State.WITHDRAWN
    assert "Wrong hardware." in client.get(f"/portal/submissions/{submitted.reference}/").content.decode()
    assert hand_in(client, fill(client, begin(client))).entry_number == 2


def test_draft_that_was_given_up_can_still_be_looked_at(client: Client) -> None:
    draft = begin(client)
    post(client, draft, "withdraw", {"reason": "Begun by mistake."})
    page = client.get(f"/portal/submissions/{draft.reference}/").content.decode()
    assert "Withdrawn" in page and "never submitted" in page


@pytest.mark.clause("Z6-R1")
def test_removed_entry_that_returns_keeps_its_number_and_its_device(client: Client) -> None:
    removed_entry(33)
    draft = begin(client, relists="000033")
    assert (draft.relists_id, draft.firmware_version, draft.manufacturer_name) == (33, "00070804", "Osmotherley Instruments")
    assert hand_in(client, fill(client, draft)).entry_number == 33


@pytest.mark.parametrize("number", ["000034", "x", "0", "9999999"])
def test_entry_that_is_not_a_removed_one_cannot_return(client: Client, number: str) -> None:
    removed_entry(33)
    answer = client.post("/portal/submissions/new/", {"idempotency_key": str(uuid.uuid4()), "relists": number})
    assert answer.status_code == 422 and 'id="id_relists_error"' in answer.content.decode()
    assert not Submission.objects.exists()


def test_list_of_submissions_costs_the_same_however_many_there_are(client: Client) -> None:
    hand_in(client, fill(client, begin(client)))
    begin(client)
    with CaptureQueriesContext(connection) as few:
        client.get("/portal/submissions/")
    for _ in range(12):
        begin(client)
    hand_in(client, fill(client, begin(client), hardware={"firmware_version": "00070805"}))
    with CaptureQueriesContext(connection) as many:
        client.get("/portal/submissions/")
    assert len(many) == len(few)
