"""Editions without their bytes, what changed between them, and the keys that sign them."""

from xml.etree import ElementTree

import orjson
import pytest

from cpl.models import AssuranceCertificate, Edition, SigningKey
from cpl.rules.differences import differences_between
from cpl.services import publication
from cpl.services.publication import deltas
from cpl.web.comparing import said_of
from tests.api.conftest import MINUTE, NOON, problem
from tests.factories import devices, published, publishing

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


def whole_list(anybody, edition):
    said = orjson.loads(anybody.get(EDITIONS + f"{edition}/json").content)["entries"]
    return {each["entry"]: each for each in said}


@pytest.mark.clause("F2.8(a)")
def test_edition_with_every_change_put_in_is_the_newest_edition(anybody, stage, editions):
    """Certificates that change without a change of the list are told too, or a reader would drift from the list."""
    held = whole_list(anybody, "0.001")
    certificate = AssuranceCertificate.objects.filter(body="ZIGBEE").latest("pk")
    devices.restated(certificate, standard_version="1.9")
    third = publishing.listed(
        stage.cast, at=NOON + 200 * MINUTE, firmware_version="05080609", image_hash="ef" * 32
    )
    publishing.publish(NOON + 240 * MINUTE)
    changes = anybody.get(CHANGES + "?since=0.001").json()["results"]
    assert {each["kind"] for each in changes} == {"added", "updated"}
    for change in changes:
        assert held.get(change["entry"]) == change["before"]
        held[change["entry"]] = change["after"]
    assert held == whole_list(anybody, "latest")
    assert f"{third.entry_number:06d}" in held


def test_two_editions_are_compared_whichever_is_named_first(anybody, editions):
    added = f"{editions[3].entry_number:06d}"
    ahead = anybody.get("/api/v1/cpl/compare/0.001/0.002/").json()
    assert [(each["entry"], each["kind"], each["before"]) for each in ahead["results"]] == [
        (added, "added", None)
    ]
    back = anybody.get("/api/v1/cpl/compare/0.002/0.001/").json()
    assert [(each["entry"], each["kind"], each["after"]) for each in back["results"]] == [
        (added, "removed", None)
    ]
    assert anybody.get("/api/v1/cpl/compare/0.001/0.001/").json()["results"] == []
    problem(anybody.get("/api/v1/cpl/compare/0.001/7.777/"), 404)
    problem(anybody.get("/api/v1/cpl/compare/0.001/0.002/?after=x"), 422)


def test_delta_kept_with_an_edition_is_what_its_stored_bytes_say(editions):
    edition = Edition.objects.get(number=2)
    kept = deltas.delta_of(edition)
    assert kept and kept == differences_between(
        publication.entries_of(edition.previous), publication.entries_of(edition)
    )


def test_pages_show_what_differs_and_the_feed_tells_each_change_once(anybody, editions):
    page = anybody.get("/cpl/compare/0.001/0.002/").content.decode()
    assert "One entry is not written alike: 1 added." in " ".join(page.split())
    assert "One entry added" in anybody.get("/cpl/compare/0.001/0.002/?kind=added").content.decode()
    assert "Entry by entry" in anybody.get("/cpl/compare/0.001/0.002/?kind=removed").content.decode()
    assert "say the same" in anybody.get("/cpl/compare/0.001/0.001/").content.decode()
    assert anybody.get("/cpl/compare/?first=0.001&second=0.002")["Location"] == "/cpl/compare/0.001/0.002/"
    assert anybody.get("/cpl/compare/").status_code == 200
    assert anybody.get("/cpl/compare/?first=9.999&second=x").status_code == 422
    answer = anybody.get("/cpl/changes.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [each.findtext(f"{atom}title") for each in feed.findall(f"{atom}entry")]
    assert titles == ["Added: entry 000002, edition 0.002", "Added: entry 000001, edition 0.001"]
    assert len({each.findtext(f"{atom}id") for each in feed.findall(f"{atom}entry")}) == 2


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


def test_comparison_writes_days_and_bodies_as_people_do():
    certificate = {
        "body": "ZIGBEE",
        "number": "Z-1",
        "date": "2028-08-30",
        "date_kind": "expiry",
        "governing": False,
    }
    assert said_of([certificate]) == "ZigBee Alliance Z-1 expiry date 30 August 2028 not the governing one"
    assert said_of({"from": "2026-12-01", "known_by": None}) == "from 1 December 2026"
    assert (said_of(None), said_of("00070804")) == ("nothing", "00070804")
