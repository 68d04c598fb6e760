"""What the steps of a submission refuse, and how they say so; and what is nobody else's business."""

import datetime as dt

import pytest
from django.test import Client

from cpl.models import Submission
from cpl.portal.judged import DayField
from secgov.accounts.models import Organisation, Role
from secgov.documents.models import Document
from tests.cpl.submitting import (
    DEVICE,
    FIRMWARE,
    HARDWARE,
    begin,
    fill,
    fresh,
    give,
    hand_in,
    post,
    removed_entry,
    signed_in,
)
from tests.documents.files import upload
from tests.factories.people import organisation, person

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def maker() -> Organisation:
    return organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    return signed_in(person(of=maker))


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
        (
            "hardware",
            {"pair": "other", "spec_version": "1.3"},
            "is not a version that a SMETS2+ Device Model",
        ),
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
    for place in (
        "/portal/",
        "/portal/submissions/",
        "/portal/submissions/new/",
        "/portal/notices/",
        "/portal/contacts/",
    ):
        assert Client().get(place)["Location"].startswith("/accounts/login/")


def test_role_that_may_not_submit_is_told_so() -> None:
    member = signed_in(person(Role.SSC_MEMBER, organisation(kind=Organisation.Kind.CODE_BODY)))
    assert member.get("/portal/submissions/new/").status_code == 403
    assert "Your role does not submit devices" in member.get("/portal/submissions/").content.decode()


@pytest.mark.parametrize("place", ["device", "check"])
def test_unknown_and_protected_fields_in_a_form_are_ignored(
    client: Client, maker: Organisation, place: str
) -> None:
    draft = fill(client, begin(client))
    extra = {
        "state": "accepted", "organisation": "999", "entry_number": "7", "reference": "S-1", "created_by": "1",
        "submitted_at": "2020-01-01", "relists": "1", "declared_by": "1", "nonsense": "x", "firmware_version": "FFFFFFFF",
    }  # fmt: skip
    values = DEVICE if place == "device" else {}
    post(client, draft, place, {**values, **extra})
    after = fresh(draft)
    assert (after.state, after.organisation, after.entry_number, after.reference) == (
        State.DRAFT,
        maker,
        None,
        draft.reference,
    )
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


def test_day_in_a_form_is_given_as_pages_write_days_and_as_it_was_typed_where_it_was_wrong():
    field = DayField(label="When")
    shown = field.widget.render("when", field.bound_data(dt.date(2027, 2, 1), None))
    assert 'value="1 February 2027"' in shown
    assert 'value="30 February"' in field.widget.render("when", "30 February")
