"""The list of another day by legal effect, and as it was known at another instant: API, pages and files."""

import csv
import datetime as dt
import io
import re

import pytest
from django.test import Client

from cpl.models import DeviceModel, Edition
from cpl.services import corrections, import_list, publication
from secgov.journal.actors import Actor
from tests.cpl.test_panel_decisions import approve, decided
from tests.factories import devices, publishing, removing
from tests.factories.published_list import HUB, METER, REAL_EDITION, file_of

NOON, DAY, MINUTE = removing.NOON, removing.DAY, dt.timedelta(minutes=1)
ENTRIES = "/api/v1/cpl/entries/"
PARTS = ("csv", "full", "json")


def instant(at: dt.datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def told(query: str, status: int = 200) -> dict:
    answer = Client().get(f"{ENTRIES}{query}")
    assert answer.status_code == status, answer.content
    return answer.json()


def standing(query: str) -> dict[str, str]:
    """The status of each entry that an answer has."""
    return {each["entry"]: each["status"] for each in told(query)["results"]}


def issue(at: dt.datetime) -> Edition:
    [edition] = publication.publish_due(clock=lambda: at, at_once=True)
    return edition


def history(settings, folder):
    """A hub's worth of history: listed on the 1st, one removed on the 3rd and reinstated on the 6th, one corrected on the 7th.

    The last one is listed on the 8th, shortly before midnight, and the edition that says so is issued on the 9th.
    """
    publishing.signing_key(settings, folder)
    publishing.party("DCC", "dcc")
    group = removing.committee()
    moving = removing.smets1_entry(group.cast)
    steady = removing.listed_entry(group.cast, firmware_version="05080608")
    issue(NOON + 31 * MINUTE)
    change = decided(group, moving, at=NOON + 2 * DAY).changes.get()
    approve(change, group, NOON + 2 * DAY)
    issue(NOON + 2 * DAY + 31 * MINUTE)
    change = decided(
        group, moving, at=NOON + 5 * DAY, kind="reinstate", clause="Z6.9", rectification_reference="P/2026/1"
    ).changes.get()
    approve(change, group, NOON + 5 * DAY)
    issue(NOON + 5 * DAY + 31 * MINUTE)
    request = corrections.ask_correction(
        model=DeviceModel.objects.get(pk=steady.pk), by=group.cast.manufacturer, at=NOON + 6 * DAY,
        values={"image_hash": "EE" * 32}, reason="A slip of ours.", evidence=None, evidence_note="Page 2.",
    )  # fmt: skip
    change = corrections.propose_correction(
        request=request, by=group.secretariat, at=NOON + 6 * DAY, version=request.version, reason="Seen.",
        public_reason="Typing error in the submission.",
    )  # fmt: skip
    devices.approved(change, group.approver, at=NOON + 6 * DAY)
    issue(NOON + 6 * DAY + 31 * MINUTE)
    late = NOON + 7 * DAY + dt.timedelta(hours=11, minutes=50)
    publishing.listed(group.cast, at=late, firmware_version="05080609")
    issue(late + 31 * MINUTE)
    return [f"{each:06d}" for each in (moving.pk, steady.pk, steady.pk + 1)]


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(history)]


@pytest.fixture
def story(world, time_machine):
    """A hub's worth of history, on the day after its last edition; its entries."""
    time_machine.move_to(NOON + 9 * DAY)
    return world


@pytest.mark.clause("F2.2-1")
@pytest.mark.clause("F2.2-2")
def test_a_day_is_answered_by_legal_effect_and_an_instant_by_what_was_recorded(story):
    moving, steady, late = story
    # Removed on the 3rd, reinstated on the 6th: the end of each day decides, whatever the newest edition prints.
    for day, status in (
        (1, "Current"),
        (2, "Current"),
        (3, "Removed"),
        (5, "Removed"),
        (6, "Current"),
        (10, "Current"),
    ):
        assert standing(f"?as_of=2026-12-{day:02d}")[moving] == status, day
    [removed] = told("?as_of=2026-12-04&status=Removed&removal_clause=Z6.8(b)")["results"]
    assert (removed["entry"], removed["listed"]["from"], removed["removed"]["on"]) == (
        moving,
        "2026-12-01",
        "2026-12-03",
    )
    assert told("?as_of=2026-12-04&status=Current")["results"][0]["entry"] == steady
    # The legal act decides, not the edition that carried it.
    assert late in standing("?as_of=2026-12-08") and late not in standing("?as_of=2026-12-07")
    assert told(f"{late}/?as_of=2026-12-07", 404)["code"] == "not_found"
    # A correction is no removal: it says what was right all along, and what the list said then is asked for by instant.
    corrected = told(f"{steady}/?as_of=2026-12-02")["entry"]
    assert (corrected["status"], corrected["image"]["hash"], corrected["removed"]) == (
        "Current",
        "EE" * 32,
        None,
    )
    before = instant(NOON + 6 * DAY)
    assert told(f"{steady}/?known_at={before}")["entry"]["image"]["hash"] != "EE" * 32
    assert told(f"?image_hash={'EE' * 32}&known_at={before}")["results"] == []
    # Both: what was known on the 4th of the 2nd, and of a day that the removal did not reach.
    both = f"?as_of=2026-12-02&known_at={instant(NOON + 3 * DAY)}"
    assert standing(both) == {moving: "Current", steady: "Current"}
    assert told(both)["edition"] == "0.002"
    assert told("?as_of=2026-12-02")["edition"] == "0.005"


@pytest.mark.clause("F2.9-1")
def test_what_was_known_at_the_issue_of_each_edition_is_its_rows_whichever_way_it_is_asked(story):
    site = Client()
    for edition in Edition.objects.order_by("number"):
        stored = site.get(f"/api/v1/cpl/editions/{edition}/json").json()["entries"]
        at = instant(edition.issued_at)
        assert told(f"?known_at={at}")["results"] == stored
        assert site.get(f"/cpl/?known_at={at}&as=json&order=number").json()["entries"] == stored
        for form in PARTS[:2]:
            stands = site.get(f"/api/v1/cpl/editions/{edition}/{form}").content.decode("utf-8-sig")
            drawn = site.get(f"/cpl/?known_at={at}&as={form}&order=number")
            rows = [
                list(csv.reader(io.StringIO(text)))[1:]
                for text in (stands, drawn.content.decode("utf-8-sig"))
            ]
            assert [row[1:] for row in rows[0]] == [row[1:] for row in rows[1]]
            assert all(row[0].startswith("Not an edition") for row in rows[1])
            assert "cpl-not-an-edition-known-2026-12" in drawn["Content-Disposition"]
    data = site.get("/cpl/?as_of=2026-12-04&as=json").json()
    assert data["not_an_edition"] == "Not an edition: the list as of 04-12-2026 as known by version 0.005"
    assert "edition" not in data


def test_pages_show_another_time_and_say_that_it_is_one(story):
    moving, steady, late = story
    site = Client()
    page = site.get("/cpl/?as_of=2026-12-04&order=status").content.decode()
    assert "as it stood at the end of Friday 4 December 2026" in page and "not an edition" in page
    assert (
        "2 entries" in page
        and f"/cpl/entries/{moving}/?as_of=2026-12-04" in page
        and f"entries/{late}" not in page
    )
    entry = site.get(f"/cpl/entries/{moving}/?as_of=2026-12-04").content.decode()
    assert "It was marked removed on Thursday 3 December 2026" in entry
    searched = re.search(
        r'href="(/cpl/\?known_at=[^"]+)">Search its entries',
        site.get("/cpl/editions/0.002/").content.decode(),
    )
    assert {each["entry"]: each["status"] for each in site.get(f"{searched[1]}&as=json").json()["entries"]} == {
        moving: "Removed", steady: "Current",
    }  # fmt: skip
    assert "On the list because" in site.get(f"/cpl/entries/{moving}/?as_of=2026-12-06").content.decode()
    assert site.get(f"/cpl/entries/{moving}/?as_of=2026-12-04&as=json").json()["status"] == "Removed"
    known = site.get(f"/cpl/entries/{steady}/?known_at={instant(NOON + 6 * DAY)}").content.decode()
    assert "EEEEEEEE" not in known and "Corrected" not in known
    assert "Corrected" in site.get(f"/cpl/entries/{steady}/").content.decode()
    gone = site.get(f"/cpl/entries/{late}/?as_of=2026-12-07")
    assert gone.status_code == 404 and "had not been listed when" in gone.content.decode()


def test_what_is_not_known_is_answered_so_and_what_cannot_be_read_is_said(story):
    site = Client()
    not_known = {
        "as_of=2026-11-30": "begins with 1 December 2026",
        "as_of=2026-12-11": "still to come",
        f"known_at={instant(NOON)}": "no edition had been issued by then",
        f"known_at={instant(NOON + 10 * DAY)}": "still to come",
    }
    for address in ("/cpl/", "/cpl/entries/000001/", ENTRIES, f"{ENTRIES}000001/"):
        for query, words in not_known.items():
            answer = site.get(f"{address}?{query}")
            page = answer.content.decode()
            assert answer.status_code == 404 and "Not known:" in page and words in page, (address, query)
        for query in ("as_of=yesterday", "as_of=2026-02-30", "known_at=2026-12-01", "known_at=noon"):
            file = "" if "api" in address else "&as=json"  # nor is it answered with the present list
            answer = site.get(f"{address}?{query}{file}")
            page = answer.content.decode()
            assert answer.status_code == 422 and ("example" in page or "like" in page), (address, query)


def test_a_list_taken_over_knows_nothing_of_the_days_before_its_own(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    import_list.import_list(
        data=file_of(HUB, METER), file_name="list.csv", actor=Actor(None, "Operator"), at=NOON
    )
    issue(NOON)
    assert "begins with 21 September 2022" in told("?as_of=2022-09-20", 404)["detail"]
    assert (
        standing("?as_of=2022-09-21")
        == standing("?as_of=2026-12-01")
        == {"000001": "Current", "000004": "Removed"}
    )


@pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project")
def test_real_edition_is_what_was_known_when_it_was_taken_over_though_a_later_one_says_more(
    settings, tmp_path
):
    publishing.signing_key(settings, tmp_path)
    import_list.import_list(
        data=REAL_EDITION.read_bytes(), file_name="list.csv", actor=Actor(None, "Operator"), at=NOON
    )
    real = issue(NOON)
    group = removing.committee()
    removing.listed_entry(group.cast, at=NOON + DAY)
    issue(NOON + DAY)
    stored = Client().get(f"/api/v1/cpl/editions/{real}/json").json()["entries"]
    assert told(f"?known_at={instant(NOON)}&limit=1000")["results"] == stored
    assert len(stored) == 729 and len(standing("?limit=1000")) == 730
