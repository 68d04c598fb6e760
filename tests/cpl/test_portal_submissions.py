"""Submitting a device through the portal, as a browser without script would."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cpl.models import Submission
from secgov.accounts.models import Membership, Organisation, Role
from secgov.journal.models import Act, Message, Obligation
from tests.cpl.submitting import (
    DEVICE,
    begin,
    fill,
    fresh,
    give,
    hand_in,
    post,
    removed_entry,
    signed_in,
)
from tests.factories.people import LONG_AGO, organisation, person

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def maker() -> Organisation:
    return organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    return signed_in(person(of=maker))


@pytest.mark.clause("F2.17-2")
def test_person_who_is_no_party_submits_a_device_and_gets_a_reference_and_a_number(client: Client) -> None:
    draft = fill(client, begin(client))
    assert give(client, draft).status_code == 302
    submitted = hand_in(client, draft)
    assert (submitted.state, submitted.entry_number) == (State.SUBMITTED, 1)
    page = client.get(f"/portal/submissions/{submitted.reference}/done/").content.decode()
    assert (
        f'<span class="id">{submitted.reference}</span>' in page and '<span class="id">000001</span>' in page
    )
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


@pytest.mark.clause("Z2.1(c)")
def test_firmware_coded_unlike_its_siblings_is_warned_about_and_waits_for_an_answer(client: Client) -> None:
    for number, firmware in enumerate(("16161717", "16161718", "16161720"), start=41):
        removed_entry(number, firmware_version=firmware)
    draft = fill(client, begin(client), hardware={"firmware_version": "101A1722"})
    page = client.get(f"/portal/submissions/{draft.reference}/check/").content.decode()
    assert 'class="warning"' in page and 'href="/clauses/#Z2.1(c)"' in page
    refused = post(client, draft, "check", {"declaration": "on"})
    assert refused.status_code == 422 and "A warning is not answered yet" in refused.content.decode()
    fill(client, draft, hardware={"firmware_version": "16161721"})
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
    assert (draft.relists_id, draft.firmware_version, draft.manufacturer_name) == (
        33,
        "00070804",
        "Osmotherley Instruments",
    )
    assert hand_in(client, fill(client, draft)).entry_number == 33


@pytest.mark.parametrize("number", ["000034", "x", "0", "9999999"])
def test_entry_that_is_not_a_removed_one_cannot_return(client: Client, number: str) -> None:
    removed_entry(33)
    answer = client.post(
        "/portal/submissions/new/", {"idempotency_key": str(uuid.uuid4()), "relists": number}
    )
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
