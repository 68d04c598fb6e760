"""The pages of the DCC's lists: public ones, and the one on which its people provide them (Theme H)."""

import datetime as dt
import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cpl.models import DccListVersion, DeviceModel, PendingRow, WithheldCombination
from cpl.services.dcc_lists import withhold_combination
from cpl.services.import_list import import_list
from secgov.accounts.models import Role
from secgov.journal.actors import Actor
from tests.factories import people
from tests.factories.dcc_lists import HUB, METER, as_json, dcc_person, eligible, pending, version
from tests.factories.devices import NOON
from tests.factories.published_list import large_list

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(days=1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def dcc():
    """A person of the DCC."""
    return dcc_person()


@pytest.fixture
def entries():
    """A list; gives its entry numbers."""
    import_list(data=large_list(12), file_name="list.csv", at=NOON, actor=Actor(user_id=None, role="test"))
    return [f"{number:06d}" for number in DeviceModel.objects.values_list("number", flat=True)]


def text(answer):
    """The page as text."""
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def body_of(answer):
    """A file that comes in pieces."""
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("path", ["/deployed-products/", "/smets1/", "/smets1/?list=pending"])
def test_page_of_a_list_that_was_never_provided_says_so(path):
    assert "has not provided this list yet" in text(Client().get(path))


def test_what_is_no_list_or_version_does_not_exist(dcc):
    version("eligible", dcc, eligible())
    for path in (
        "/smets1/?list=counts",
        "/smets1/?version=2",
        "/smets1/?version=x",
        "/deployed-products/?version=1",
    ):
        assert Client().get(path).status_code == 404


@pytest.mark.clause("F2.10-1", "F2.10-3")
def test_deployed_products_show_version_age_differences_and_entries_removed_ones_too(dcc, entries):
    version("deployed", dcc, {"entries": entries[:2]}, {"entries": entries[8:10], "type_2_devices": ["IHD"]})
    version("deployed", dcc, {"entries": entries[:2]}, {"entries": entries[3:5]}, at=LATER)
    page = text(Client().get("/deployed-products/"))
    assert "Newest version" in page and f"/cpl/entries/{entries[4]}/" in page and entries[9] not in page
    gone = text(Client().get("/deployed-products/?show=gone"))
    assert f"/cpl/entries/{entries[9]}/" in gone and "IHD" in gone
    added = text(Client().get("/deployed-products/?show=added"))
    assert entries[4] in added and entries[1] not in added
    one = text(Client().get(f"/deployed-products/?entry={entries[1]}"))
    assert "1 combination" in one or "One combination" in one
    assert "Earlier version" in text(Client().get("/deployed-products/?version=1"))
    file = body_of(Client().get("/deployed-products/?version=1&as=csv"))
    assert file.splitlines() == [
        "entries,type_2_devices",
        f"{entries[0]}; {entries[1]},",
        f"{entries[8]}; {entries[9]},IHD",
    ]
    assert json.loads(body_of(Client().get("/deployed-products/?as=json")))["version"] == 2


@pytest.mark.clause("F2.10A-Pub", "F2.10A(b)(ii)")
def test_smets1_page_shows_both_lists_and_what_was_published_is_what_was_received(dcc):
    version(
        "eligible",
        dcc,
        eligible(first_added_on="2020-05-01"),
        eligible(reference="C-2", devices=[METER], equivalent_of="C-1"),
    )
    version("pending", dcc, pending(status="DEVELOPING_TESTING"))
    page = text(Client().get("/smets1/"))
    assert "1 May 2020" in page and "substantively equivalent to C-1" in page and "North" in page
    assert "Developing or testing" in text(Client().get("/smets1/?list=pending"))
    sent_back = body_of(Client().get("/smets1/?as=csv"))
    assert sent_back.splitlines()[0] == "reference,provider,devices,evidence,equivalent_of,first_added_on"
    assert sent_back.splitlines()[2].startswith(f"C-2,North,{METER},PPCT-1,C-1")


@pytest.mark.parametrize(("kind", "row"), [("eligible", eligible), ("pending", pending)])
def test_smets1_combinations_are_found_by_what_the_page_writes_of_them(dcc, kind, row):
    version(
        kind,
        dcc,
        row(reference="X-1", devices=[METER]),
        row(reference="X-2", devices=[HUB], provider="South"),
    )
    model = "".join(HUB.split("/")[2:5])
    for asked, shown, other in ((model, "X-2", "X-1"), ("north", "X-1", "X-2"), ("x-2", "X-2", "X-1")):
        page = text(Client().get(f"/smets1/?list={kind}&q={asked}"))
        assert f">{shown}<" in page and f">{other}<" not in page
    assert "X-1" in text(Client().get(f"/smets1/?list={kind}&q=%00"))
    assert "No combination holds “zz”" in text(Client().get(f"/smets1/?list={kind}&q=zz"))


@pytest.mark.clause("F2.10A-P")
def test_combination_withheld_since_is_in_no_page_and_no_file_for_others(dcc):
    made = version("pending", dcc, pending(), pending(reference="P-SECRET", devices=[HUB]))
    assert "P-SECRET" in text(Client().get("/smets1/?list=pending"))
    withhold_combination(row=PendingRow.objects.get(version=made, row=2), by=dcc, at=LATER, reason="Asked.")
    page = text(Client().get("/smets1/?list=pending&version=1"))
    assert "P-SECRET" not in page and "1 new, 0 gone" in page  # nor is it counted
    assert Client().get("/api/v1/smets1/pending/").json()["rows"] == 1
    for form in ("csv", "json"):
        assert "P-SECRET" not in body_of(Client().get(f"/smets1/?list=pending&version=1&as={form}"))
    told = Client().get("/api/v1/smets1/pending/?version=1")
    assert "P-SECRET" not in told.content.decode()
    public = hashlib.sha256(body_of(Client().get("/smets1/?list=pending&as=csv")).encode()).hexdigest()
    assert told.json()["sha256"] == public != made.sha256, "the digest is of what is public"
    assert json.loads(body_of(Client().get("/smets1/?list=pending&as=json")))["sha256"] == public
    assert public[:32] in page and public[32:] in page and made.sha256[:32] not in page
    own = Client()
    own.force_login(dcc, backend=BACKEND)
    assert "P-SECRET" in text(own.get("/portal/dcc/lists/"))


def test_person_of_the_dcc_provides_a_list_on_the_page(dcc):
    browser = Client()
    browser.force_login(dcc, backend=BACKEND)

    def send(data, name, **more):
        return browser.post(
            "/portal/dcc/lists/", {"kind": "eligible", "file": SimpleUploadedFile(name, data), **more}
        )

    assert "The list is good" in text(send(as_json(eligible()), "list.json", check_only="on"))
    bad = send(as_json(eligible(evidence="")), "list.json")
    assert bad.status_code == 422 and "Row 1: The evidence" in bad.content.decode()
    assert send(b"\xff", "list.csv").status_code == 422
    assert send(b"", "list.csv").status_code == 422
    assert not DccListVersion.objects.exists()
    assert send(as_json(eligible()), "list.json").status_code == 302
    assert DccListVersion.objects.get().rows == 1
    assert "version 1" in text(browser.get("/portal/dcc/lists/"))
    send(as_json(pending(devices=[METER, HUB])), "list.json", kind="pending")
    assert "Row 1 stands on the other SMETS1 list too." in text(browser.get("/portal/dcc/lists/"))


def test_person_of_the_dcc_withholds_a_combination_with_a_reason(dcc):
    row = PendingRow.objects.get(version=version("pending", dcc, pending()))
    browser = Client()
    browser.force_login(dcc, backend=BACKEND)
    path = f"/portal/dcc/lists/withhold/{row.pk}/"
    assert "Withhold P-1" in text(browser.get(path))
    assert browser.post(path, {"reason": " "}).status_code == 422
    assert browser.post(path, {"reason": "The participant wrote on 1 December."}).status_code == 302
    assert WithheldCombination.objects.get().key == row.key
    assert "Withheld from others" in text(browser.get("/portal/dcc/lists/"))


@pytest.mark.clause("F2.10-1")
def test_others_do_not_provide_lists_on_the_page():
    browser = Client()
    browser.force_login(people.person(Role.SUPPLIER), backend=BACKEND)
    assert browser.get("/portal/dcc/lists/").status_code == 403
    assert browser.post("/portal/dcc/lists/", {}).status_code == 403
    assert browser.get("/portal/dcc/lists/withhold/1/").status_code == 404


def test_secretariat_sees_every_version_and_what_is_withheld(dcc):
    made = version("pending", dcc, pending(reference="P-SECRET"))
    withhold_combination(row=PendingRow.objects.get(version=made), by=dcc, at=LATER, reason="Asked.")
    desk = Client()
    desk.force_login(people.person(Role.SECRETARIAT), backend=BACKEND)
    assert "version 1" in text(desk.get("/admin/cpl/dcclistversion/"))
    page = text(desk.get("/admin/cpl/pendingrow/"))
    assert "P-SECRET" in page and "Withheld" in page
    assert desk.get(f"/admin/cpl/dcclistversion/{made.pk}/change/").status_code == 200
