"""The public pages: what they show, to whom, and with how many questions to the database."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.conf import LazySettings
from django.test import Client
from time_machine import TimeMachineFixture

from cpl.models import Edition, Receipt, ReceiptHoldback
from cpl.reading import COLUMNS
from cpl.rendering import CertificateRow
from secgov.accounts.models import Contact, Membership
from tests.factories import devices, people, published, publishing

pytestmark = pytest.mark.django_db

ZIGBEE = CertificateRow("ZIGBEE", "ZIG20147ZSE51882", "Smart Energy", "1.4", "", "", "", True)
DLMS = CertificateRow("DLMS", "DLMS-3041", "Conformance test", "3.1", "", "", "", True)
CPA = CertificateRow("NCSC", "CPA-SM-21-1187", "Foundation grade", "1", "2028-08-30", "renewal", "1.3", True)


@pytest.fixture(autouse=True)
def _two_days_later(time_machine: TimeMachineFixture) -> None:
    """Look at the pages on a fixed day, after the editions of these tests."""
    time_machine.move_to(dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def edition() -> Edition:
    """An edition whose files stand, with three entries: one of each kind that pages tell apart."""
    made = published.edition(2052, current=2, removed=1)
    published.entry(
        made, 1, certificates=(ZIGBEE, DLMS, CPA), image_hash="AB" * 32, firmware_version="00070804"
    )
    published.entry(
        made, 2, status="Removed", listed_on="2026-12-01", removed_on="2026-12-02", removal_clause="Z6.1",
        public_reason="ZigBee certificate withdrawn.", device_type="communications_hub", spec_type="CHTS",
        spec_version="1.3", manufacturer_identifier="7D86", manufacturer_name="Quillstone Radio",
    )  # fmt: skip
    published.entry(
        made, 3, spec_version="1.2", gbcs_version="0.0", listed_on="", listed_known_by="2022-09-21",
        manufacturer_identifier="7E3E", manufacturer_name="Tarnwick Gas Meters", device_type="gsme",
    )  # fmt: skip
    return made


@pytest.fixture
def issued(settings: LazySettings, tmp_path: Path) -> Edition:
    """An edition made by the services from an approved submission, in the hands of everybody it is owed to."""
    publishing.signing_key(settings, tmp_path)
    publishing.listed(publishing.stage().cast)
    [made] = publishing.publish(devices.NOON, at_once=True)
    publishing.carry(devices.NOON)
    return made


def text_of(client: Client, address: str, status: int = 200) -> str:
    """The page's words without the runs of white space."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:500]
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("address", ["/", "/cpl/", "/cpl/editions/", "/cpl/changes/", "/cpl/status/"])
def test_empty_system_has_pages_that_say_what_will_stand_there(client, address):
    assert text_of(client, address)


@pytest.mark.clause("F2.1")
def test_register_of_an_empty_system_is_a_page_and_not_an_error(client):
    assert "No edition has been issued yet" in text_of(client, "/cpl/")


def test_register_shows_every_entry_of_the_newest_edition_removed_ones_too(client, edition):
    page = text_of(client, "/cpl/")
    assert "3 entries" in page
    assert all(f"/cpl/entries/00000{number}/" in page for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("q=000002", {2}),
        ("q=quillstone", {2}),
        ("q=7E3E", {3}),
        ("q=00070804", {1}),
        ("q=00000100", {1, 2, 3}),
        ("q=GSME", {3}),
        ("type=gsme", {3}),
        ("status=Removed", {2}),
        ("generation=SMETS1", {3}),
        ("gbcs=0.0", {3}),
        ("spec=CHTS+1.3", {2}),
        ("status=Current&generation=SMETS2%2B", {1}),
        (f"hash={'ab' * 32}", {1}),
        ("manufacturer=7c18&model=0000&hardware=0100", {1}),
    ],
)
def test_register_filters_keep_the_entries_that_answer(client, edition, query, numbers):
    entries = client.get(f"/cpl/?as=json&{query}").json()["entries"]
    assert {int(entry["entry"]) for entry in entries} == numbers


@pytest.mark.parametrize("query", ["q=%00", "type=toaster", "gbcs=x", "hash=12", f"q={'a' * 200}", "page=-4"])
def test_filter_that_cannot_be_read_is_said_so_and_never_an_error_of_ours(client, edition, query):
    assert client.get(f"/cpl/?{query}").status_code == 200


def test_unreadable_filter_names_what_to_give(client, edition):
    page = text_of(client, "/cpl/?gbcs=x")
    assert "Give a GBCS version as two numbers and a point, for example 3.2." in page
    assert "<title>Error: Search the list" in page


@pytest.mark.parametrize(
    "order", ["number", "-number", "status", "type", "-manufacturer", "model", "firmware", "spec", "-listed"]
)
def test_register_sorts_by_every_column_and_says_which(client, edition, order):
    page = text_of(client, f"/cpl/?order={order}")
    assert f'aria-sort="{"descending" if order.startswith("-") else "ascending"}"' in page


def test_register_asks_the_database_as_often_for_many_entries_as_for_few(
    client, edition, django_assert_num_queries
):
    client.get("/cpl/")
    with django_assert_num_queries(6):
        client.get("/cpl/?q=brack&status=Current")
    rows = [published.published(edition, published.row(number)) for number in range(100, 400)]
    type(rows[0]).objects.bulk_create(rows)
    with django_assert_num_queries(6):
        assert "301 entries" in client.get("/cpl/?q=brack&status=Current").content.decode()


def test_extract_as_csv_has_the_historical_columns_of_the_filtered_entries(client, edition):
    answer = client.get("/cpl/?status=Current&as=csv&order=number")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(lines[0]) == COLUMNS
    assert [line[1] for line in lines[1:]] == ["000001", "000003"]
    assert lines[1][0] == "Version 2.052 Issued on 01-12-2026"


def test_extract_as_workbook_keeps_identifiers_as_text(client, edition):
    answer = client.get("/cpl/?as=xlsx&order=number")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][9] == "00070804"


@pytest.mark.clause("F2.1(a)-D2")
def test_smets2_part_is_named_in_full(client, edition):
    assert "Certified Products List" in text_of(client, "/cpl/?generation=SMETS2%2B")


def test_entry_page_says_why_it_is_on_the_list_clause_by_clause(client, edition):
    page = text_of(client, "/cpl/entries/000001/")
    assert "On the list because" in page
    assert "is in force today: ZigBee, DLMS, CPA" in page
    assert "renewal due" in page
    assert "30 August 2028" in page


@pytest.mark.clause("Z6.11-1", "Z6.11-2")
def test_removed_entry_keeps_its_page_and_says_why_it_is_off_the_list(client, edition):
    page = text_of(client, "/cpl/entries/000002/")
    assert "Not on the list" in page
    assert "ZigBee certificate withdrawn." in page
    assert "On the list because" not in page


@pytest.mark.clause("F2.2B")
def test_smets1_entry_is_shown_as_needing_no_certificate(client, edition):
    page = text_of(client, "/cpl/entries/000003/")
    assert "It is SMETS1, which needs no certificate" in page
    assert "on or before" in page


def test_entry_taken_over_without_certificates_says_not_yet_held(client, edition):
    published.entry(edition, 4, listed_on="", listed_known_by="2022-09-21")
    assert "Not yet held" in text_of(client, "/cpl/entries/000004/")


@pytest.mark.parametrize(
    "address", ["/cpl/entries/999999/", "/cpl/entries/12/", "/cpl/editions/9.999/", "/cpl/editions/x/"]
)
def test_what_does_not_stand_is_not_found(client, edition, address):
    assert client.get(address).status_code == 404


def test_entry_page_asks_a_constant_number_of_questions(client, edition, django_assert_num_queries):
    with django_assert_num_queries(11):
        client.get("/cpl/entries/000001/")
    for number in range(100, 130):
        published.entry(edition, number, image_hash="AB" * 32)
    with django_assert_num_queries(11):
        client.get("/cpl/entries/000001/")


def test_script_in_a_name_comes_out_as_text(client, edition):
    published.entry(edition, 5, manufacturer_identifier="7AAA", manufacturer_name="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(client, "/cpl/entries/000005/")
    assert "&lt;script&gt;alert" in text_of(client, "/cpl/?q=7AAA")


@pytest.mark.clause("F2.8(b)", "F2.2-2")
def test_issued_edition_shows_its_change_with_the_clause_and_who_has_it(client, issued):
    page = text_of(client, f"/cpl/editions/{issued}/")
    assert "One addition." in page
    assert "/clauses/#F2.1(a)" in page
    for word in ("Provided", "Published", "All told"):
        assert word in page
    assert issued.manifest_sha256.upper() in page
    assert "Added" in text_of(client, "/cpl/changes/")
    assert "Added" in text_of(client, "/cpl/entries/000001/")


@pytest.mark.clause("F2.8(c)")
def test_edition_page_counts_the_parties_told_while_one_is_missing(client, settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=3)
    Contact.objects.filter(organisation=stage.parties[0]).update(retired_at=devices.NOON)
    publishing.listed(stage.cast)
    [made] = publishing.publish(devices.NOON, at_once=True)
    publishing.carry(devices.NOON)
    page = text_of(client, f"/cpl/editions/{made}/")
    assert "3 of 4" in page  # three Suppliers and the DCC, which is a Party as well
    assert "Late by 9 h" in page
    assert "Parties: why this date" in page


@pytest.mark.clause("F2.9-2")
def test_edition_page_tells_received_from_loaded_and_names_what_is_held_back(client, issued):
    dcc = people.person("dcc_client", Membership.objects.get(role="dcc_client").organisation)
    given = {"edition": issued, "client": dcc, "manifest_sha256": issued.manifest_sha256}
    Receipt.objects.create(kind="received", at=devices.NOON, by_pull=True, **given)
    part = Receipt.objects.create(kind="loaded_in_part", at=devices.NOON + dt.timedelta(hours=1), **given)
    ReceiptHoldback.objects.create(receipt=part, entry_number=1, reason="type not configured")
    page = text_of(client, f"/cpl/editions/{issued}/")
    assert "by taking the manifest" in page
    assert "Not yet loaded" in page
    assert "type not configured" in page


@pytest.mark.clause("F2.14")
def test_firmware_details_are_for_people_who_are_signed_in(client, issued):
    assert "firmware@tarnwick.example" not in text_of(client, "/cpl/entries/000001/")
    assert client.get("/fir/").status_code == 302
    assert client.get("/fir/000001/").status_code == 302
    client.force_login(people.person())
    for address in ("/cpl/entries/000001/", "/fir/000001/"):
        assert "firmware@tarnwick.example" in text_of(client, address)
    assert "000001" in text_of(client, "/fir/?q=tarnwick")


def test_change_shown_in_public_never_tells_the_firmware_details(client, issued):
    for address in (
        f"/cpl/editions/{issued}/",
        "/cpl/changes/",
        "/cpl/entries/000001/",
        "/cpl/entries/000001/?as=json",
    ):
        assert "firmware@tarnwick.example" not in client.get(address).content.decode()


def test_public_setting_opens_the_repository_to_everyone(client, issued, settings):
    settings.FIR_PUBLIC = True
    assert "firmware@tarnwick.example" in text_of(client, "/fir/000001/")


ASKED = "manufacturer_identifier=7C18&model_identifier=0000&hardware_version=01&hardware_revision=00"


def test_status_answers_yes_with_the_entry_and_its_clause(client, edition):
    page = text_of(client, f"/cpl/status/?device_type=single_element_esme&{ASKED}&firmware_version=00070804")
    assert "Yes, it is on the list" in page
    assert "/cpl/entries/000001/" in page


def test_status_says_no_where_only_the_firmware_is_another(client, edition):
    page = text_of(client, f"/cpl/status/?device_type=single_element_esme&{ASKED}&firmware_version=00070805")
    assert "No, it is not on the list" in page


@pytest.mark.clause("Z6.10-1", "Z6.10-2")
@pytest.mark.parametrize("function", ["CHF", "GPF"])
def test_status_of_a_hub_function_is_that_of_its_hub(client, edition, function):
    asked = ASKED.replace("7C18", "7D86")
    page = text_of(client, f"/cpl/status/?device_type={function}&{asked}&firmware_version=00000002")
    assert "No, it is not on the list" in page
    assert "so the hub was looked up" in page


def test_status_question_with_gaps_names_each_field_and_what_to_give(client, edition):
    page = text_of(client, "/cpl/status/?device_type=gsme&manufacturer_identifier=10G0")
    assert 'href="#id_manufacturer_identifier"' in page
    assert "The firmware version is missing" in page
    assert 'aria-invalid="true"' in page


def test_page_of_clauses_has_a_place_for_every_citation(client):
    page = text_of(client, "/clauses/")
    for anchor in ("F2.1", "F2.8(a)", "Z2.1(h)(iii)", "Z6.11", "X-1", "TR-3"):
        assert f'id="{anchor}"' in page
    assert "cpl.rules." in page


@pytest.mark.clause("X-2", "X-4")
def test_guidance_says_what_is_assumed_and_what_the_words_mean(client):
    page = text_of(client, "/guidance/")
    assert 'id="A-01"' in page
    assert 'id="A-05"' in page
    for word in ("Website", "Party", "Suspended", "Smart Metering Inventory"):
        assert word in page


def test_pages_carry_no_inline_style_or_script(client, issued):
    for address in (
        "/",
        "/cpl/",
        "/cpl/entries/000001/",
        f"/cpl/editions/{issued}/",
        "/clauses/",
        "/accounts/login/",
    ):
        page = text_of(client, address)
        assert " style=" not in page
        assert "<script" not in page


def test_links_of_public_pages_lead_to_pages_that_stand(client, issued):
    seen = set()
    for address in (
        "/",
        "/cpl/",
        "/cpl/entries/000001/",
        "/cpl/editions/",
        f"/cpl/editions/{issued}/",
        "/guidance/",
        "/cpl/status/",
    ):
        seen |= {
            link.split("#")[0].replace("&amp;", "&")
            for link in re.findall(r'href="(/[^"]*)"', text_of(client, address))
        }
    broken = {
        link
        for link in seen
        if link and not link.startswith("/static/") and client.get(link).status_code not in (200, 302)
    }
    assert not broken
