"""Is this Device on the list? Asked by any program, answered from the newest edition (Z6.10, Z6.11, PPCT 4.1.2)."""

import datetime as dt
from urllib.parse import urlencode

import pytest

from cpl.models import EligibleCombination, EligibleCombinationMember
from cpl.rendering import CertificateRow
from tests.api.conftest import client_of, problem
from tests.factories import devices, published, publishing, removing

pytestmark = pytest.mark.django_db
METER = {
    "device_type": "Single Element Electricity Metering Equipment",
    "manufacturer": "7C18",
    "model": "0000",
    "hardware_version": "01",
    "hardware_revision": "00",
    "firmware_version": "00070804",
}
HUB = METER | {"device_type": "Communications Hub", "manufacturer": "106c", "model": "4331"}


@pytest.fixture
def listed(db):
    """A meter that is on the list, one that was removed, and a hub."""
    edition = published.edition(2052)
    published.entry(edition, 1, firmware_version="00070804")
    published.entry(
        edition, 2, firmware_version="00070805", status="Removed", removed_on="2026-11-20", removal_clause="Z6.2",
        public_reason="CPA Certificate withdrawn",
    )  # fmt: skip
    published.entry(
        edition, 3, device_type="communications_hub", manufacturer_identifier="106C", model_identifier="4331",
        firmware_version="00070804", spec_type="CHTS", spec_version="1.3",
    )  # fmt: skip
    return edition


def ask(client, question, **changes):
    """Ask about a Device."""
    return client.get("/api/v1/cpl/status/?" + urlencode(question | changes))


@pytest.mark.clause("PPCT-4.1.2-n")
def test_listed_device_is_on_the_list_with_its_entry_and_clause(anybody, listed):
    body = ask(anybody, METER).json()
    assert (body["on_cpl"], body["entries"], body["edition"]) == (True, ["000001"], "2.052")
    assert body["reasons"][0]["clause"] == "F2.1(a)"


@pytest.mark.clause("Z6.11-2")
@pytest.mark.clause("PPCT-4.1.2-n")
def test_removed_entry_does_not_count_as_on_the_list(anybody, listed):
    body = ask(anybody, METER, firmware_version="00070805").json()
    assert (body["on_cpl"], body["entries"]) == (False, ["000002"])
    assert body["reasons"][0]["clause"] == "Z6.11"
    assert "CPA Certificate withdrawn" in body["reasons"][0]["text"]


def test_firmware_that_no_entry_has_is_not_on_the_list(anybody, listed):
    body = ask(anybody, METER, firmware_version="FFFFFFFF").json()
    assert (body["on_cpl"], body["entries"]) == (False, [])


@pytest.mark.clause("Z6.10-1")
@pytest.mark.clause("Z6.10-2")
@pytest.mark.parametrize("part", ["CHF", "GPF", "Gas Proxy Function"])
def test_parts_of_a_hub_are_answered_from_the_hub(anybody, listed, part):
    body = ask(anybody, HUB, device_type=part).json()
    assert (body["on_cpl"], body["entries"]) == (True, ["000003"])
    assert body["reasons"][0]["clause"] == "Z6.10"
    assert ask(anybody, HUB, device_type=part, firmware_version="FFFFFFFF").json()["on_cpl"] is False


def test_every_wrong_value_is_named_as_it_was_asked(anybody, listed):
    body = problem(ask(anybody, METER, manufacturer="10G0", model="1", firmware_version="\x00"), 422)
    assert [each["field"] for each in body["fields"]] == ["manufacturer", "model", "firmware_version"]
    nothing = problem(anybody.get("/api/v1/cpl/status/"), 422)
    assert [each["field"] for each in nothing["fields"]] == list(METER)
    assert problem(ask(anybody, METER, firmware="1"), 400)["fields"][0]["field"] == "firmware"


def test_before_the_first_edition_nothing_is_on_the_list(db, anybody):
    body = ask(anybody, METER).json()
    assert (body["on_cpl"], body["edition"]) == (False, None)


def texts(answer):
    """The reasons of an answer, as one text."""
    return " ".join(f"{each['clause']}: {each['text']}" for each in answer.json()["reasons"])


def test_removal_names_its_clause_and_who_decided_it(anybody, stage, settings):
    group = removing.committee(stage.cast)
    entry = removing.listed_entry(group.cast)
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"))
    removing.determined(group, entry)
    removing.confirmed(group, event)
    [change] = entry.changes.filter(kind="remove")
    devices.approved(change, group.approver, at=devices.NOON + dt.timedelta(minutes=5))
    publishing.publish(devices.NOON + dt.timedelta(minutes=9), at_once=True)
    device = {"device_type": "gsme", "manufacturer": "7E3E", "model": "0000", "hardware_version": "03",
              "hardware_revision": "00", "firmware_version": "05080607"}  # fmt: skip
    said = texts(ask(anybody, device))
    assert "was marked removed on 1 December 2026 under Appendix Z 6.2" in said
    assert "as the Security Sub-Committee determined on 1 December 2026" in said
    page = anybody.get(f"/cpl/entries/{entry.pk:06d}/").content.decode()
    assert "as the Security Sub-Committee determined on 1 December 2026" in page


def test_submission_is_told_to_whom_it_belongs_and_to_nobody_else(anybody, stage, editions):
    submission = devices.submitted(
        stage.cast.manufacturer,
        stage.cast.maker,
        certificates=(),
        firmware_version="05089998",
        image_hash="98" * 32,
    )
    device = {"device_type": "gsme", "manufacturer": "7E3E", "model": "0000", "hardware_version": "03",
              "hardware_revision": "00", "firmware_version": "05089998"}  # fmt: skip
    owner, rival = client_of(stage.cast.manufacturer), client_of(stage.cast.rival)
    mine = texts(ask(owner, device))
    assert f"Submission {submission.reference} is there: submitted." in mine
    assert (
        "No ZigBee certificate has been received" in mine and "No CPA Certificate has been received" in mine
    )
    assert "Submission" not in texts(ask(rival, device)) and "Submission" not in texts(ask(anybody, device))
    asked = "/cpl/status/?" + urlencode(
        {
            {"manufacturer": "manufacturer_identifier", "model": "model_identifier"}.get(k, k): v
            for k, v in device.items()
        }
    )
    assert submission.reference not in anybody.get(asked).content.decode()
    anybody.force_login(
        stage.cast.manufacturer, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert submission.reference in anybody.get(asked).content.decode()


@pytest.mark.clause("PPCT-4.1.2-m")
def test_smets1_firmware_without_an_eligible_combination_is_told_so_and_one_with_it_what_is_lacking(
    anybody, stage, listed
):
    published.entry(listed, 7, spec_version="1.2", gbcs_version="0.0", model_identifier="0700")
    smets1 = METER | {"model": "0700", "firmware_version": "00000008"}
    assert "No SMETS1 Eligible Product Combination holds it" in texts(ask(anybody, smets1))
    combination = EligibleCombination.objects.create(
        communications_service_provider="North", evidence_reference="T-1", first_added_on=dt.date(2026, 1, 1)
    )
    EligibleCombinationMember.objects.create(
        combination=combination, device_type="single_element_esme", manufacturer_identifier="7C18", model_identifier="0700",
        hardware_version="01", hardware_revision="00", firmware_version="00000008",
    )  # fmt: skip
    assert "what is lacking is an accepted submission" in texts(ask(anybody, smets1))
    assert "Combination" not in texts(ask(anybody, METER, firmware_version="FFFFFFFF"))


def test_entry_on_the_list_says_what_certificates_it_stands_on(anybody, listed):
    published.entry(
        listed, 8, firmware_version="00000008",
        certificates=(CertificateRow("NCSC", "CPA-1", "Foundation", "1", "2026-11-01", "renewal", "1.3", True),),
    )  # fmt: skip
    said = texts(ask(anybody, METER, firmware_version="00000008"))
    assert "F2.4: Lacking:" in said and "it was 1 November 2026" in said and "the ZigBee Alliance" in said


def test_number_of_statements_does_not_grow_with_the_list(anybody, listed, django_assert_num_queries):
    with django_assert_num_queries(4):
        ask(anybody, METER)
    for number in range(10, 40):
        published.entry(listed, number)
    with django_assert_num_queries(4):
        ask(anybody, METER)
