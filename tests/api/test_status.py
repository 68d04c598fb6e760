"""Is this Device on the list? Asked by any program, answered from the newest edition (Z6.10, Z6.11, PPCT 4.1.2)."""

from urllib.parse import urlencode

import pytest

from tests.api.conftest import problem
from tests.factories import published

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


def test_number_of_statements_does_not_grow_with_the_list(anybody, listed, django_assert_num_queries):
    with django_assert_num_queries(3):
        ask(anybody, METER)
    for number in range(10, 40):
        published.entry(listed, number)
    with django_assert_num_queries(3):
        ask(anybody, METER)
