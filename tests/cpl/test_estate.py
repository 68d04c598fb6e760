"""A Supplier's estate: claims one by one and by file, taking over, ending, and what its page says."""

import datetime as dt
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cpl.models import DeviceModel, EstateClaim
from cpl.services.dcc_lists import take_list
from cpl.services.estate import claim_from_file, claim_model, end_claim
from cpl.services.estate_rows import estate_lines
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Notice, Rehearsal
from tests.factories import people, publishing, removing
from tests.factories.expiring import HUB, at, expiring, run

DAY = at("2026-11-20", "12:00")
SINCE = dt.date(2026, 11, 1)


def two_suppliers(settings, folder):
    """Make two Suppliers with a person each, and two gas meters and a hub on the list."""
    stage = publishing.stage(parties=2)
    stage.suppliers = [people.person(Role.SUPPLIER, party) for party in stage.parties]
    long_ago = at("2026-09-01", "12:00")
    stage.first = expiring(stage.cast, on="2027-11-30", listed_at=long_ago, number="CPA-1")
    stage.second = expiring(stage.cast, on="2029-11-30", listed_at=long_ago, number="CPA-2")
    stage.hub = expiring(stage.cast, on="2028-11-30", listed_at=long_ago, number="CPA-3", **HUB)
    stage.entries = [entry_of(each) for each in (stage.first, stage.second, stage.hub)]
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(two_suppliers)]


@pytest.fixture
def stage(world):
    """Two Suppliers with a person each, and two gas meters and a hub on the list."""
    return world


def entry_of(certificate):
    """The number of the entry under a certificate."""
    return DeviceModel.objects.get(coverage__certificate=certificate).pk


def claim(stage, who=0, entry=0, role="gas", **more):
    """One Supplier claims one of the entries."""
    return claim_model(
        organisation=stage.parties[who], entry=stage.entries[entry], role=role, since=SINCE, by=stage.suppliers[who],
        at=DAY, **more,
    )  # fmt: skip


def link(stage, entry):
    """The address of one of the entries, as pages link it."""
    return f"/cpl/entries/{stage.entries[entry]:06d}/"


def browser(client, person):
    """The client, signed in."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.clause("F2.6(b)")
def test_supplier_claims_a_model_once_and_cannot_claim_a_hub(stage):
    claim(stage)
    with pytest.raises(Conflict):
        claim(stage)
    with pytest.raises(Refusal, match="the DCC sees to those"):
        claim(stage, entry=2)
    assert EstateClaim.objects.current().count() == 1
    assert Act.objects.get(verb="cpl.estate.claimed").after["entry"] == stage.entries[0]


@pytest.mark.clause("F2.6(b)")
def test_nobody_claims_for_another_organisation(stage):
    with pytest.raises(NotPermitted):
        claim_model(
            organisation=stage.parties[1],
            entry=stage.entries[0],
            role="gas",
            since=SINCE,
            by=stage.suppliers[0],
            at=DAY,
        )


@pytest.mark.clause("F2.6(b)")
def test_taking_over_ends_the_other_claim_and_tells_that_party(stage):
    before = claim(stage, who=1)
    mine = claim(stage, taken_over_from=stage.parties[1])
    before = EstateClaim.objects.get(pk=before.pk)
    assert before.ended_on == SINCE and mine.taken_over_from == before
    [notice] = Notice.objects.filter(template="cpl/estate_taken_over")
    assert notice.organisation == stage.parties[1] and notice.context["by"] == "Supplier 1"


@pytest.mark.clause("F2.6(b)")
def test_taking_over_from_who_has_no_claim_tells_nobody_anything(stage):
    assert claim(stage, taken_over_from=stage.parties[1]).taken_over_from is None
    assert not Notice.objects.filter(template="cpl/estate_taken_over").exists()


@pytest.mark.clause("F2.6(b)")
def test_ended_claim_keeps_its_reason_and_the_supplier_is_marked_no_more(stage):
    mine = claim(stage)
    end_claim(claim=mine, by=stage.suppliers[0], at=DAY, reason="The last meter was exchanged.")
    with pytest.raises(Conflict):
        end_claim(claim=mine, by=stage.suppliers[0], at=DAY, reason="Again.")
    run("2026-11-30")
    notice = Notice.objects.get(organisation=stage.parties[0], template="cpl/expiry_notices")
    assert notice.context["affected"] == 0


@pytest.mark.clause("F2.6(b)")
def test_file_is_taken_whole_or_not_at_all_with_a_report_by_row(stage):
    def send(text):
        return claim_from_file(
            organisation=stage.parties[0],
            name="estate.csv",
            data=text.encode(),
            by=stage.suppliers[0],
            at=DAY,
        )

    first, second, hub = (f"{each:06d}" for each in stage.entries)
    bad = send(
        f"entry,role,since\n{first},gas,2026-11-01\n{hub},gas,2026-11-01\n999999,gas,2026-11-01\n{second},tea,x\n"
    )
    assert [each.row for each in bad.problems] == [3, 4, 5] and not EstateClaim.objects.exists()
    good = send(
        f"entry,role,since\n{first},Gas Supplier,1/11/2026\n{second},gas,2026-11-01\n{first},gas,2026-11-01\n"
    )
    assert (good.made, good.standing) == (2, 1)
    assert send(f"entry,role,since\n{first},gas,2026-11-01\n").made == 0
    assert Act.objects.filter(verb="cpl.estate.claimed_by_file").count() == 1


@pytest.mark.clause("F2.6(b)")
def test_page_joins_model_certificate_date_duty_and_newest_firmware(stage, client):
    claim(stage)
    run("2026-11-30")
    page = browser(client, stage.suppliers[0]).get("/portal/estate/").content.decode()
    assert "CPA-1" in page and "renewal date 30 November 2027" in page
    assert link(stage, 0) in page and link(stage, 2) not in page
    assert "F2.6(b)" in page
    assert link(stage, 1) in page
    assert "Newer" in page


@pytest.mark.clause("Z2.1(g)")
def test_page_says_that_a_certificate_has_ended_and_takes_one_in_force_before_it(stage, client):
    claim(stage), claim(stage, entry=1)
    group = removing.committee(stage.cast)
    withdrawn = at("2026-11-25", "12:00")
    removing.confirmed(group, removing.reported(group, stage.second, at=withdrawn), at=withdrawn)
    mine = DeviceModel.objects.filter(pk__in=stage.entries[:2])
    lines = {each.model.pk: each for each in estate_lines(mine, stage.parties[0], on=dt.date(2026, 11, 26))}
    assert [lines[key].standing for key in stage.entries[:2]] == ["in force", "ended"]
    Rehearsal.objects.create(now=at("2026-11-26", "12:00"), set_at=dt.datetime.now(dt.UTC))
    assert "Ended" in browser(client, stage.suppliers[0]).get("/portal/estate/").content.decode()
    removing.give(group, stage.first, DeviceModel.objects.get(pk=stage.entries[1]))
    [line] = estate_lines([mine.get(pk=stage.entries[1])], stage.parties[0], on=dt.date(2026, 12, 2))
    assert (line.certificate, line.standing) == (stage.first, "in force")
    [line] = estate_lines([mine.get(pk=stage.entries[0])], stage.parties[0], on=dt.date(2027, 12, 1))
    assert line.standing == "date passed"


@pytest.mark.clause("F2.6(a)")
def test_dcc_sees_the_hubs_without_claiming_them(stage, client):
    person = people.person(Role.DCC, stage.dcc)
    page = browser(client, person).get("/portal/estate/").content.decode()
    assert link(stage, 2) in page and link(stage, 0) not in page
    assert "Add one" not in page


@pytest.mark.clause("F2.6(b)")
def test_portal_takes_a_claim_a_file_and_an_end(stage, client):
    me = browser(client, stage.suppliers[0])
    form = {"entry": f"{stage.entries[0]:06d}", "role": "gas", "since": "1 November 2026"}
    assert me.post("/portal/estate/", form | {"entry": "999999"}).status_code == 422
    done = me.post("/portal/estate/", form, follow=True).content.decode()
    assert f"Entry {stage.entries[0]:06d} is in your estate, as Gas Supplier." in done
    file = SimpleUploadedFile("e.csv", f"entry,role,since\n{stage.entries[1]},gas,2026-11-01\n".encode())
    assert b"1 stood" not in (answer := me.post("/portal/estate/upload/", {"file": file})).content
    assert answer.status_code == 200
    mine = EstateClaim.objects.get(device_model=stage.entries[0])
    assert browser(client, stage.suppliers[1]).get(f"/portal/estate/claims/{mine.pk}/end/").status_code == 404
    me = browser(client, stage.suppliers[0])
    assert me.post(f"/portal/estate/claims/{mine.pk}/end/", {"reason": ""}).status_code == 422
    done = me.post(f"/portal/estate/claims/{mine.pk}/end/", {"reason": "Exchanged."}, follow=True)
    assert f"Your claim of entry {stage.entries[0]:06d} has ended." in done.content.decode()
    assert EstateClaim.objects.current().count() == 1


@pytest.mark.clause("F2.6(b)")
def test_estate_as_a_file_says_the_same(stage, client):
    claim(stage)
    me = browser(client, stage.suppliers[0])
    text = me.get("/portal/estate/estate.csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith(f"{stage.entries[0]:06d},yes,Gas Smart Meter")
    book = load_workbook(io.BytesIO(me.get("/portal/estate/estate.xlsx").content))
    assert book.active["A2"].value == f"{stage.entries[0]:06d}"
    assert me.get("/portal/estate/estate.pdf").status_code == 404


@pytest.mark.clause("F2.6(b)")
def test_what_nobody_claims_is_the_secretariats_list(stage, client):
    claim(stage)
    page = browser(client, stage.cast.secretariat).get("/admin/cpl/estateclaim/nobody/").content.decode()
    assert link(stage, 1) in page
    assert link(stage, 0) not in page and link(stage, 2) not in page
    assert browser(client, stage.cast.secretariat).get("/admin/cpl/estateclaim/").status_code == 200


@pytest.mark.clause("F2.6(b)")
def test_page_asks_no_more_questions_for_more_models(stage, client):
    claim(stage)
    me = browser(client, stage.suppliers[0])
    me.get("/portal/estate/")
    with CaptureQueriesContext(connection) as few:
        me.get("/portal/estate/")
    claim(stage, entry=1)
    with CaptureQueriesContext(connection) as many:
        me.get("/portal/estate/")
    assert len(many) == len(few)


@pytest.mark.clause("F2.10-1")
def test_what_the_dcc_counts_is_proposed_to_that_supplier_alone_until_it_is_claimed(stage, client):
    rows = [
        {"entry": f"{number:06d}", "supplier": str(stage.parties[0]), "devices": devices, "systems": 11}
        for number, devices in zip(stage.entries, (12_345, 0, 7), strict=True)
    ]
    data = json.dumps({"rows": rows}).encode()
    take_list(kind="counts", data=data, form="json", by=people.person(Role.DCC, stage.dcc), at=DAY)
    page = browser(client, stage.suppliers[0]).get("/portal/estate/").content.decode()
    assert "ne Device Model in use, as the DCC counts" in page and "12,345" in page
    chosen = f"entry={stage.entries[0]:06d}&amp;role=gas"
    assert chosen in page  # neither what is not in use nor the hub, which is the DCC's
    page = client.get(f"/portal/estate/?entry={stage.entries[0]:06d}&role=gas").content.decode()
    assert f'value="{stage.entries[0]:06d}"' in page and '<option value="gas" selected>' in page
    claim(stage)
    page = client.get("/portal/estate/").content.decode()
    assert "as the DCC counts" not in page and "12,345 in 11 Smart Metering Systems" in page
    for other in (stage.suppliers[1], people.person(Role.DCC, stage.dcc)):
        page = browser(client, other).get("/portal/estate/").content.decode()
        assert "as the DCC counts" not in page and "12,345" not in page
