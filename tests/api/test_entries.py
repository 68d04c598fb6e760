"""The entries of the list through the API: of the newest edition, or as of a day."""

import datetime as dt

import pytest

from cpl.models import Submission
from tests.api.conftest import MINUTE, NOON, problem
from tests.factories import devices, published, publishing

pytestmark = pytest.mark.django_db
ENTRIES = "/api/v1/cpl/entries/"
HASH = "AB" * 32


@pytest.fixture
def listed(db):
    """An edition with a meter, a hub, a SMETS1 gas meter and a removed meter."""
    edition = published.edition(2052)
    published.entry(edition, 1, image_hash=HASH, firmware_version="00070804")
    published.entry(
        edition, 2, device_type="communications_hub", manufacturer_identifier="106C", model_identifier="4331",
        hardware_version="00", hardware_revision="AC", spec_type="CHTS", spec_version="1.3", listed_on="2026-11-30",
    )  # fmt: skip
    published.entry(
        edition,
        3,
        device_type="gsme",
        spec_version="1.2",
        gbcs_version="0.0",
        listed_on="",
        listed_known_by="2022-09-21",
    )
    published.entry(
        edition,
        4,
        status="Removed",
        removed_on="2026-11-20",
        removal_clause="Z6.2",
        public_reason="CPA Certificate withdrawn",
    )
    return edition


def numbers(answer) -> list[int]:
    """The entries of an answer."""
    assert answer.status_code == 200, answer.content
    return [int(each["entry"]) for each in answer.json()["results"]]


def test_entries_stand_in_ascending_number_with_the_edition_that_says_so(anybody, listed):
    answer = anybody.get(ENTRIES)
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert (body["edition"], body["next"]) == ("2.052", None)
    assert numbers(answer) == [1, 2, 3, 4]
    assert body["results"][0] == anybody.get(ENTRIES + "000001/").json()["entry"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("entry=000003", [3]),
        ("entry=3", [3]),
        ("status=removed", [4]),
        ("generation=SMETS1", [3]),
        ("generation=SMETS2%2B", [1, 2, 4]),
        ("generation=smets2+", [1, 2, 4]),
        ("device_type=Communications+Hub", [2]),
        ("device_type=gsme", [3]),
        ("device_type=ESME+single+element", [1, 4]),
        ("manufacturer=106c", [2]),
        ("model=4331", [2]),
        ("hardware_version=00", [2]),
        ("hardware_revision=ac", [2]),
        ("device_model=433100AC", [2]),
        ("firmware_version=00070804", [1]),
        ("specification=CHTS+V1.3", [2]),
        ("gbcs=0.0", [3]),
        (f"image_hash={HASH.lower()}", [1]),
        ("image_hash=", [2, 3, 4]),
        ("listed_on=2026-11-30", [2]),
        ("listed_known_by=2022-09-21", [3]),
        ("removed_on=2026-11-20", [4]),
        ("removal_clause=Z6.2", [4]),
        ("status=Current&manufacturer=7C18", [1, 3]),
        ("status=Current&manufacturer=7C18&gbcs=9.9", []),
    ],
)
def test_every_column_can_be_asked_for(anybody, listed, query, found):
    assert numbers(anybody.get(f"{ENTRIES}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("entry=12x", "entry"),
        ("status=Suspended", "status"),
        ("generation=SMETS3", "generation"),
        ("device_type=Toaster", "device_type"),
        ("device_type=CHF", "device_type"),
        ("manufacturer=10G0", "manufacturer"),
        ("model=123", "model"),
        ("hardware_version=1", "hardware_version"),
        ("hardware_revision=zz", "hardware_revision"),
        ("device_model=433100", "device_model"),
        ("firmware_version=7080", "firmware_version"),
        ("specification=4.2", "specification"),
        ("gbcs=three", "gbcs"),
        ("image_hash=ABC", "image_hash"),
        ("listed_on=01-12-2026", "listed_on"),
        ("removed_on=yesterday", "removed_on"),
        ("removal_clause=%00", "removal_clause"),
        ("as_of=2026-13-01", "as_of"),
        ("after=abc", "entry"),
    ],
)
def test_value_that_cannot_be_is_refused_by_name_with_remedy_and_clause(anybody, listed, query, field):
    body = problem(anybody.get(f"{ENTRIES}?{query}"), 422)
    [said] = body["fields"]
    assert said["field"] == field
    assert said["remedy"] and said["clause"] and body["clause"]


def test_several_wrong_values_are_told_at_once(anybody, listed):
    body = problem(anybody.get(f"{ENTRIES}?manufacturer=x&model=y"), 422)
    assert [each["field"] for each in body["fields"]] == ["manufacturer", "model"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("manufacterer=7C18", "manufacterer"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
    ],
)
def test_parameter_with_a_slip_is_refused_and_does_not_answer_with_everything(anybody, listed, query, field):
    assert problem(anybody.get(f"{ENTRIES}?{query}"), 400)["fields"][0]["field"] == field


def test_pages_follow_one_another_to_the_end(anybody, listed):
    first = anybody.get(f"{ENTRIES}?limit=2&manufacturer=7C18")
    assert numbers(first) == [1, 3]
    second = anybody.get(first.json()["next"])
    assert numbers(second) == [4]
    assert second.json()["next"] is None


def test_entry_that_was_never_published_is_not_there(anybody, listed):
    problem(anybody.get(ENTRIES + "000777/"), 404)
    problem(anybody.get(ENTRIES + "1/"), 404)


def test_before_the_first_edition_there_is_nothing(db, anybody):
    assert anybody.get(ENTRIES).json() == {"edition": None, "results": [], "next": None}
    problem(anybody.get(ENTRIES + "000001/"), 404)
    problem(anybody.get(ENTRIES + "?as_of=2026-12-01"), 404)


def test_an_earlier_day_is_answered_with_what_was_listed_when_it_ended(anybody, stage, editions):
    first, second = (f"{editions[place].entry_number:06d}" for place in (2, 3))
    publishing.listed(
        stage.cast, at=NOON + dt.timedelta(days=2), firmware_version="05080609", image_hash="ef" * 32
    )
    publishing.publish(NOON + dt.timedelta(days=2) + 31 * MINUTE)
    assert len(numbers(anybody.get(ENTRIES))) == 3
    then = anybody.get(f"{ENTRIES}?as_of=2026-12-02")
    assert then.json()["edition"] == "0.003"  # by which it is known
    assert then.json()["as_of"] == "2026-12-02"
    assert numbers(then) == [int(first), int(second)]
    assert numbers(anybody.get(f"{ENTRIES}?as_of=2026-12-02&firmware_version=05080608&device_type=gsme")) == [
        int(second)
    ]
    assert numbers(anybody.get(f"{ENTRIES}?as_of=2026-12-02&limit=1&after={first}")) == [int(second)]
    one = anybody.get(f"{ENTRIES}{second}/?as_of=2026-12-02").json()
    assert (one["edition"], one["entry"]) == ("0.003", then.json()["results"][1])
    problem(anybody.get(f"{ENTRIES}{second}/?as_of=2026-11-30"), 404)
    problem(anybody.get(f"{ENTRIES}000777/?as_of=2026-12-02"), 404)


@pytest.mark.clause("F2.9-1")
def test_what_was_known_at_the_issue_of_an_edition_is_exactly_that_edition(anybody, editions):
    for edition in editions[:2]:
        at = edition.issued_at.isoformat().replace("+00:00", "Z")
        said = anybody.get(f"{ENTRIES}?known_at={at}").json()
        assert said["edition"] == str(edition)
        assert said["results"] == anybody.get(f"/api/v1/cpl/editions/{edition}/json").json()["entries"]
    moment = dt.timedelta(microseconds=1)
    before = [(each.issued_at - moment).isoformat().replace("+00:00", "Z") for each in editions[:2]]
    assert problem(anybody.get(f"{ENTRIES}?known_at={before[0]}"), 404)["code"] == "not_known"
    assert anybody.get(f"{ENTRIES}?known_at={before[1]}").json()["edition"] == "0.001"
    # What is asked of a later day was, at that instant, known only as the first edition has it.
    then = anybody.get(f"{ENTRIES}?as_of=2026-12-01&known_at={before[1]}").json()
    assert (then["edition"], len(then["results"])) == ("0.001", 1)
    second = f"{editions[3].entry_number:06d}"
    problem(anybody.get(f"{ENTRIES}{second}/?known_at={before[1]}"), 404)
    for wrong in ("2026-12-01", "2026-12-01T14:05:00", "x", "0001-01-01T00:00:00Z"):
        assert problem(anybody.get(f"{ENTRIES}?known_at={wrong}"), 422)["fields"][0]["field"] == "known_at"


@pytest.mark.parametrize(
    "name", sorted({"status", "device_type", "specification", "image_hash", "generation", "listed_on"})
)
def test_columns_mean_the_same_as_of_a_day_and_now(anybody, editions, name):
    [entry, _] = anybody.get(ENTRIES).json()["results"]
    value = {
        "image_hash": entry["image"]["hash"],
        "generation": "SMETS2%2B",
        "listed_on": entry["listed"]["from"],
    }.get(name, entry.get(name))
    now = numbers(anybody.get(f"{ENTRIES}?{name}={value}"))
    assert now and now == numbers(anybody.get(f"{ENTRIES}?{name}={value}&as_of=2026-12-01"))


def test_what_is_submitted_or_approved_and_not_yet_issued_is_told_nowhere(anybody, stage, editions):
    publishing.listed(stage.cast, at=NOON + 200 * MINUTE, firmware_version="05089999", image_hash="99" * 32)
    devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05089998", image_hash="98" * 32
    )
    for number in Submission.objects.values_list("entry_number", flat=True).order_by("-entry_number")[:2]:
        problem(anybody.get(f"{ENTRIES}{number:06d}/"), 404)
    assert numbers(anybody.get(f"{ENTRIES}?firmware_version=05089999")) == []
    assert numbers(anybody.get(f"{ENTRIES}?firmware_version=05089998")) == []
    assert anybody.get("/api/v1/cpl/changes/?since=0.002").json()["results"] == []
    status = anybody.get(
        "/api/v1/cpl/status/?device_type=gsme&manufacturer=7E3E&model=0000&hardware_version=03&hardware_revision=00"
        "&firmware_version=05089999"
    ).json()
    assert status["on_cpl"] is False and status["entries"] == []
    # What is on the list for that hardware is told, and the two that wait are not among it.
    assert status["reasons"][0]["text"].endswith("Firmware on the list for it: 05080607, 05080608.")


def test_number_of_statements_does_not_grow_with_the_list(anybody, listed, django_assert_num_queries):
    with django_assert_num_queries(1):
        anybody.get(ENTRIES)
    for number in range(10, 60):
        published.entry(listed, number)
    with django_assert_num_queries(1):
        assert len(numbers(anybody.get(f"{ENTRIES}?limit=1000&manufacturer=7C18"))) == 53
    with django_assert_num_queries(2):
        anybody.get(ENTRIES + "000010/")
