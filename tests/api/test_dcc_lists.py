"""The DCC's lists through the API (Theme H)."""

import json

import pytest

from cpl.models import DccListVersion, DeviceModel
from cpl.services.import_list import import_list
from secgov.accounts.models import Organisation, Role
from secgov.journal.actors import Actor
from tests.api.conftest import NOON, client_of, problem
from tests.factories import people
from tests.factories.dcc_lists import HUB, METER, as_json, eligible, pending
from tests.factories.published_list import large_list

pytestmark = pytest.mark.django_db
ELIGIBLE, PENDING = "/api/v1/smets1/eligible/", "/api/v1/smets1/pending/"
DEPLOYED, COUNTS = "/api/v1/deployed-products/", "/api/v1/deployed-products/counts/"
ALL = (DEPLOYED, ELIGIBLE, PENDING, COUNTS)


@pytest.fixture
def dcc(db):
    """The DCC's system."""
    return client_of(people.person(Role.DCC_CLIENT, people.organisation("The DCC", Organisation.Kind.DCC)))


@pytest.fixture
def entries():
    """A list; gives its entry numbers."""
    import_list(data=large_list(4), file_name="list.csv", at=NOON, actor=Actor(user_id=None, role="test"))
    return [f"{number:06d}" for number in DeviceModel.objects.values_list("number", flat=True)]


def put(client, path, *rows, **how):
    """Send a list as JSON."""
    return client.put(path, as_json(*rows), "application/json", **how)


@pytest.mark.clause("F2.10-1", "F2.10A-0")
@pytest.mark.parametrize("path", ALL)
def test_only_the_dcc_sends_its_lists(anybody, dcc, path):
    problem(put(anybody, path), 401)
    problem(put(client_of(people.person(Role.SUPPLIER)), path), 403)
    supplier_scope = client_of(people.person(Role.DCC_CLIENT), scope="fir:read")
    problem(put(supplier_scope, path), 403)
    problem(dcc.options(path), 405)
    assert not DccListVersion.objects.exists()


@pytest.mark.clause("F2.10-2", "F2.10A-Pub")
def test_list_sent_is_read_by_everybody_and_sent_again_is_the_same_version(dcc, anybody):
    made = put(dcc, ELIGIBLE, eligible(), eligible(reference="C-2", devices=[METER]))
    body = made.json()
    assert (made.status_code, body["created"], body["version"], body["rows"]) == (201, True, 1, 2)
    again = put(dcc, ELIGIBLE, eligible(), eligible(reference="C-2", devices=[METER]))
    assert (again.status_code, again.json()["created"], again.json()["sha256"]) == (
        200,
        False,
        body["sha256"],
    )
    problem(put(dcc, ELIGIBLE), 422)  # an empty file would take everything off
    read = anybody.get(f"{ELIGIBLE}?limit=1").json()
    assert (read["version"], len(read["results"])) == (1, 1)
    assert read["results"][0]["devices"][0]["device_type"] == "Communications Hub"
    assert anybody.get(read["next"]).json()["results"][0]["reference"] == "C-2"
    problem(anybody.get(f"{ELIGIBLE}?version=2"), 404)
    problem(anybody.get(f"{ELIGIBLE}?version=x"), 400)


def test_csv_is_taken_too(dcc, entries, anybody):
    data = f"entries,type_2_devices\n{entries[0]};{entries[1]},IHD\n"
    assert dcc.put(DEPLOYED, data, "text/csv").status_code == 201
    [row] = anybody.get(DEPLOYED).json()["results"]
    assert row == {"row": 2, "entries": entries[:2], "type_2_devices": ["IHD"]}
    problem(dcc.put(DEPLOYED, data, "text/html"), 415)


def test_dry_run_judges_and_keeps_nothing(dcc):
    answer = put(dcc, f"{ELIGIBLE}?dry_run=1", eligible())
    assert (answer.status_code, answer.json()["version"], answer.json()["rows"]) == (200, None, 1)
    assert not DccListVersion.objects.exists()
    problem(put(dcc, f"{ELIGIBLE}?dry_run=maybe", eligible()), 400)


@pytest.mark.clause("F2.10A-P")
def test_bad_rows_are_named_one_by_one(dcc, anybody):
    body = problem(
        put(dcc, PENDING, pending(status=""), pending(devices=[HUB], reference="S", confidential=True)), 422
    )
    assert [each["field"] for each in body["fields"]] == ["rows.1.status", "rows.2.confidential"]
    assert body["clause"].startswith("F2.10A")
    assert anybody.get(PENDING).json()["version"] is None


def test_body_longer_than_allowed_is_refused(dcc, settings):
    settings.DOCUMENT_MAX_BYTES = 100
    problem(put(dcc, ELIGIBLE, eligible(), eligible(reference="C-2")), 413)


def test_counts_are_for_the_ssc_and_for_each_supplier_its_own(dcc, anybody, entries):
    ayle, other = (people.organisation(name, Organisation.Kind.PARTY) for name in ("Ayle", "Other"))
    rows = [{"entry": entries[0], "supplier": name, "devices": 5, "systems": 4} for name in ("Ayle", "Other")]
    assert put(dcc, COUNTS, *rows).status_code == 201
    problem(anybody.get(COUNTS), 401)
    problem(client_of(people.person(Role.MANUFACTURER)).get(COUNTS), 403)
    own = client_of(people.person(Role.SUPPLIER, other)).get(COUNTS).json()
    assert [each["supplier"] for each in own["results"]] == ["Other"]
    ssc = client_of(people.person(Role.SSC_MEMBER)).get(COUNTS).json()
    assert [each["supplier"] for each in ssc["results"]] == ["Ayle", "Other"]
    assert ayle.name == "Ayle" and json.dumps(own).count("Ayle") == 0
    assert (own["rows"], own["added"], own["gone"], own["sha256"]) == (1, 1, 0, None)
    assert (ssc["rows"], ssc["added"]) == (2, 2) and len(ssc["sha256"]) == 64
    assert put(dcc, COUNTS, rows[0] | {"entry": entries[1]}, *rows).status_code == 201
    own = client_of(people.person(Role.SUPPLIER, other)).get(COUNTS).json()
    assert (own["rows"], own["added"], own["gone"]) == (1, 0, 0), "another's new row is not its own"
    assert client_of(people.person(Role.SUPPLIER)).get(COUNTS).json()["rows"] == 0
