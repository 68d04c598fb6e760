"""Editions without their bytes, what changed between them, and the keys that sign them."""

import pytest

from cpl.models import SigningKey
from tests.api.conftest import MINUTE, NOON, problem
from tests.factories import published, publishing

pytestmark = pytest.mark.django_db
EDITIONS = "/api/v1/cpl/editions/"
CHANGES = "/api/v1/cpl/changes/"


def test_edition_tells_its_digests_counts_predecessor_and_where_its_bytes_are(anybody, editions):
    one, two = editions[:2]
    body = anybody.get(EDITIONS + "0.002/").json()
    assert body == anybody.get(EDITIONS + "latest/").json()
    assert (body["edition"], body["issued_on"], body["imported"], body["superseded"]) == (
        "0.002",
        "2026-12-01",
        False,
        False,
    )
    assert body["issued_at"].endswith("Z")
    assert body["counts"] == {"entries": 2, "current": 2, "removed": 0}
    assert body["previous"] == {"edition": "0.001", "manifest_sha256": one.manifest_sha256}
    assert body["manifest_sha256"] == two.manifest_sha256
    for form in body["forms"]:
        pulled = anybody.get(form["href"])
        assert pulled["ETag"] == f'"{form["sha256"]}"'
        assert len(pulled.content) == form["bytes"]
    assert anybody.get(body["manifest"]).content == bytes(two.manifest)


@pytest.mark.clause("F2.9-1")
def test_older_edition_is_labelled_superseded(anybody, editions):
    assert anybody.get(EDITIONS + "0.001/").json()["superseded"] is True


@pytest.mark.clause("F2.8(a)")
def test_limbs_are_told_each_on_its_own(anybody, stage, editions):
    def limbs():
        return {each["clause"]: each["done_at"] for each in anybody.get(EDITIONS + "0.002/").json()["limbs"]}

    assert limbs().keys() == {"F2.8(a)", "F2.8(b)", "F2.8(c)"}
    assert limbs()["F2.8(a)"] is None and limbs()["F2.8(b)"] is not None
    publishing.carry(NOON + 110 * MINUTE)
    assert None not in limbs().values()


def test_imported_edition_has_no_limbs(db, anybody):
    published.edition(2051, imported=True)
    body = anybody.get(EDITIONS + "2.051/").json()
    assert body["imported"] is True and body["limbs"] == []


def test_editions_stand_newest_first_in_pages(anybody, editions):
    first = anybody.get(EDITIONS + "?limit=1").json()
    assert [each["edition"] for each in first["results"]] == ["0.002"]
    second = anybody.get(first["next"]).json()
    assert [each["edition"] for each in second["results"]] == ["0.001"]
    assert second["next"] is None
    problem(anybody.get(EDITIONS + "?after=x"), 422)


def test_number_of_statements_does_not_grow_with_the_editions(anybody, db, django_assert_num_queries):
    previous = None
    for number in range(2050, 2052):
        previous = published.edition(number, previous=previous)
    with django_assert_num_queries(4):
        anybody.get(EDITIONS)
    for number in range(2052, 2060):
        previous = published.edition(number, previous=previous)
    with django_assert_num_queries(4):
        assert len(anybody.get(EDITIONS).json()["results"]) == 10


@pytest.mark.clause("F2.8(a)")
def test_change_is_told_with_its_entry_before_and_after(anybody, editions):
    body = anybody.get(CHANGES + "?since=0.001").json()
    assert (body["since"], body["latest"], body["next"]) == ("0.001", "0.002", None)
    [change] = body["results"]
    assert (change["edition"], change["kind"], change["clause"]) == ("0.002", "added", "F2.1(a)")
    assert change["entry"] == f"{editions[3].entry_number:06d}"
    assert change["before"] is None
    assert change["after"] == anybody.get(f"/api/v1/cpl/entries/{change['entry']}/").json()["entry"]
    assert change["public_reason"] == editions[3].public_reason
    assert "05080608" in str(change) and "firmware@tarnwick.example" not in str(change)


def test_changes_after_the_newest_edition_are_none_and_after_none_not_there(anybody, editions):
    assert anybody.get(CHANGES + "?since=0.002").json()["results"] == []
    problem(anybody.get(CHANGES + "?since=7.777"), 404)
    for wrong in ("", "?since=", "?since=two", "?since=0.000"):
        assert problem(anybody.get(CHANGES + wrong), 422)["fields"][0]["field"] == "since"


def test_changes_come_in_pages_that_follow_one_another(anybody, stage, editions):
    third = publishing.listed(
        stage.cast, at=NOON + 200 * MINUTE, firmware_version="05080609", image_hash="ef" * 32
    )
    fourth = publishing.listed(
        stage.cast, at=NOON + 201 * MINUTE, firmware_version="05080610", image_hash="ee" * 32
    )
    publishing.publish(NOON + 240 * MINUTE)
    seen, address = [], CHANGES + "?since=0.001&limit=1"
    while address:
        body = anybody.get(address).json()
        seen += [int(each["entry"]) for each in body["results"]]
        address = body["next"]
    assert seen == [each.entry_number for each in (editions[3], third, fourth)]
    for wrong in ("x", "0.002", "0.002:x", ":1", "0.002:" + "9" * 19):
        problem(anybody.get(CHANGES + f"?since=0.001&after={wrong}"), 422)


def test_number_of_statements_for_changes_read_before_does_not_grow(
    anybody, editions, django_assert_num_queries
):
    anybody.get(CHANGES + "?since=0.001")
    with django_assert_num_queries(3):
        anybody.get(CHANGES + "?since=0.001")


def test_keys_are_told_with_their_validity(anybody, editions):
    [key] = anybody.get("/api/v1/keys/").json()["keys"]
    row = SigningKey.objects.get()
    assert key["kid"] == row.kid and key["x"] == row.public_jwk["x"]
    assert (
        key["valid_from"].endswith("Z") and key["valid_to"] is None and key["signed_by_predecessor"] is None
    )
    assert "d" not in key
