"""The inbox, its feed, and the calendar of what is coming: who sees what, and by which secret."""

import datetime as dt
import re
from xml.etree import ElementTree

import pytest

from cpl import ical
from cpl.services.relays import record_request, relay_notice
from secgov.accounts.models import FeedToken, Membership, Role
from secgov.journal import services as journal
from secgov.journal.models import NoticeReading, Rehearsal
from tests.factories import people, publishing
from tests.factories.expiring import at, claimed, expiring, run


def two_dates_to_come(settings, folder):
    """Two certificates with dates to come, one of them in a Supplier's estate, and a notice in every inbox."""
    stage = publishing.stage(parties=2)
    stage.person = people.person(Role.SUPPLIER, stage.parties[0])
    stage.colleague = people.person(Role.SUPPLIER, stage.parties[0])
    stage.mine = expiring(stage.cast, on="2027-11-30", listed_at=at("2026-09-01"), number="CPA-MINE")
    stage.other = expiring(stage.cast, on="2029-05-31", listed_at=at("2026-09-01"), number="CPA-OTHER")
    claimed(stage.mine, stage.parties[0], stage.person)
    run("2026-11-30")
    Rehearsal.objects.update_or_create(
        id=1, defaults={"now": at("2026-12-01"), "set_at": dt.datetime.now(dt.UTC)}
    )
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(two_dates_to_come)]


ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def stage(world):
    """Two certificates with dates to come, one of them in a Supplier's estate, and a notice in every inbox."""
    return world


def browser(client, person):
    """The client, signed in."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def secret_of(answer):
    """The secret that a page shows once."""
    return re.search(r"notices\.atom\?token=([\w-]+)", answer.content.decode())[1]


@pytest.mark.clause("F2.7-1")
def test_each_person_reads_for_themselves(stage, client):
    notice = stage.parties[0].notices.get(template="cpl/expiry_notices")
    browser(client, stage.person).post(f"/portal/notices/{notice.pk}/read/")
    client.post(f"/portal/notices/{notice.pk}/read/")
    assert NoticeReading.objects.count() == 1
    title = "A CPA Certificate comes to its date"
    assert title in client.get("/portal/notices/?state=read").content.decode()
    assert title not in client.get("/portal/notices/?state=unread").content.decode()
    assert title in browser(client, stage.colleague).get("/portal/notices/?state=unread").content.decode()


@pytest.mark.clause("F2.7-1")
@pytest.mark.parametrize(
    ("query", "found"), [("q=CPA-MINE", 1), ("q=nonsense", 0), ("clause=F2.7", 1), ("clause=F2.8", 0)]
)
def test_inbox_is_searched_and_filtered(stage, client, query, found):
    page = browser(client, stage.person).get(f"/portal/notices/?{query}").content.decode()
    assert ("A CPA Certificate comes to its date" in page) == bool(found)


@pytest.mark.clause("F2.7-1")
def test_feed_opens_by_the_newest_secret_only_and_shuts(stage, client):
    me = browser(client, stage.person)
    first = secret_of(me.post("/portal/notices/feed/"))
    assert not FeedToken.objects.filter(token_sha256=first).exists()
    second = secret_of(me.post("/portal/notices/feed/"))
    client.logout()
    assert client.get(f"/portal/notices.atom?token={first}").status_code == 404
    answer = client.get(f"/portal/notices.atom?token={second}")
    assert (
        answer.status_code == 200 and b"CPA-MINE" in answer.content and "no-store" in answer["Cache-Control"]
    )
    browser(client, stage.person).post("/portal/notices/feed/shut/")
    assert client.get(f"/portal/notices.atom?token={second}").status_code == 404


@pytest.mark.clause("F2.7-1")
def test_feed_of_who_has_left_holds_nothing(stage, client):
    secret = secret_of(browser(client, stage.person).post("/portal/notices/feed/"))
    Membership.objects.filter(user=stage.person).update(ended_at=at("2026-12-01"))
    assert b"CPA-MINE" not in client.get(f"/portal/notices.atom?token={secret}").content


@pytest.mark.clause("F2.7-1")
def test_personal_calendar_holds_the_estate_and_the_public_one_everything(stage, client):
    public = client.get("/cpl/calendar/coming.ics").content.decode()
    assert "CPA-MINE" in public and "CPA-OTHER" in public and "DTSTART;VALUE=DATE:20271130" in public
    secret = secret_of(browser(client, stage.person).post("/portal/notices/feed/"))
    mine = client.get(f"/portal/calendar.ics?token={secret}").content.decode()
    assert "CPA-MINE" in mine and "CPA-OTHER" not in mine
    assert client.get("/portal/calendar.ics?token=guess").status_code == 404


@pytest.mark.clause("F2.7-1")
def test_page_shows_dates_with_their_notices_and_filters_them(stage, client):
    page = client.get("/cpl/calendar/").content.decode()
    assert "30 November 2027" in page and "CPA-OTHER" in page and "Only my estate" not in page
    assert "CPA-MINE" not in client.get("/cpl/calendar/?device_type=ppmid").content.decode()
    mine = browser(client, stage.person).get("/cpl/calendar/?mine=on").content.decode()
    assert "CPA-MINE" in mine and "CPA-OTHER" not in mine
    csv = client.get("/cpl/calendar/coming.csv").content.decode("utf-8-sig").splitlines()
    assert csv[1].startswith("2027-11-30,renewal date,NCSC CPA-MINE") and "sent 2026-11-30" in csv[1]
    assert client.get("/cpl/calendar/coming.pdf").status_code == 404


@pytest.mark.clause("F2.7-3")
def test_words_in_a_feed_stay_words_and_the_feed_is_whole(stage, client):
    """RFC 4287: an author, and text that no reader takes for markup; what XML cannot hold is left out."""
    words = "Firmware <script>alert(1)</script> & more\x0c\x0b of it"
    secretariat = stage.cast.secretariat
    relay = record_request(
        title="A notice & <b>more</b>", text=words, classification="white", received_at=at("2026-12-01"),
        by=secretariat, at=at("2026-12-01"),
    )  # fmt: skip
    relay_notice(relay=relay, by=secretariat, at=at("2026-12-01"))
    secret = secret_of(browser(client, stage.person).post("/portal/notices/feed/"))
    for address in (f"/portal/notices.atom?token={secret}", "/cpl/changes.atom"):
        answer = client.get(address)
        assert answer.status_code == 200
        feed = ElementTree.fromstring(answer.content)
        assert feed.find(f"{ATOM}author/{ATOM}name").text
        assert all(each.get("type") == "text" for each in feed.iter(f"{ATOM}summary"))
    told = ElementTree.fromstring(client.get(f"/portal/notices.atom?token={secret}").content)
    assert "<script>alert(1)</script> & more of it" in told.find(f"{ATOM}entry/{ATOM}summary").text


@pytest.mark.clause("F2.7-2")
def test_calendar_gives_a_notice_on_the_working_day_on_which_it_goes(stage, client):
    """Six months before 30 November 2027 is Sunday 30 May; it goes on Friday 28 May (TR-6)."""
    ics = client.get("/cpl/calendar/coming.ics").content.decode()
    assert "DTSTART;VALUE=DATE:20270528" in ics and "DTSTART;VALUE=DATE:20270530" not in ics
    assert "2027-05-28" in client.get("/cpl/calendar/coming.csv").content.decode()
    assert "28 May 2027" in client.get("/cpl/calendar/").content.decode()


def test_calendar_folds_long_lines_and_escapes_signs():
    event = ical.Event("a@b", dt.date(2027, 11, 30), "Ü" * 60 + "; a, b", "one\ntwo")
    lines = ical.render("Name", [event], at=at("2026-12-01")).split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    text = b"\r\n".join(lines).replace(b"\r\n ", b"").decode()
    assert "Ü" * 60 + "\\; a\\, b" in text and "DESCRIPTION:one\\ntwo" in text
    assert "DTEND;VALUE=DATE:20271201" in text


@pytest.mark.clause("F2.7-1")
def test_desk_shows_each_notice_of_a_certificate_and_leads_from_its_clocks_to_it(stage, client):
    page = f"/admin/cpl/assurancecertificate/{stage.mine.pk}/change/"
    journal.raise_alarms(at=at("2027-12-01"))
    desk = browser(client, stage.cast.secretariat)
    words = desk.get(page).content.decode()
    assert "Twelve months before 30 November 2027" in words and "told Monday 30 November 2026, 06:30" in words
    assert "Six months before 30 November 2027" in words and "goes on or around 30 May 2027" in words
    told = stage.mine.expiry_notices.get(stage="M12")
    notice = f"/admin/cpl/expirynotice/{told.pk}/change/"
    assert notice in words and page in desk.get(notice).content.decode()
    assert page in desk.get("/admin/cpl/expirynotice/?q=CPA-MINE").content.decode()
    assert notice in desk.get("/admin/ledger/?urgency=all&clause=F2.7").content.decode()
    assert f'<a href="{page}">' in desk.get("/admin/").content.decode(), "an alarm leads to the work"


@pytest.mark.clause("F2.6(b)")
def test_duty_leads_those_who_may_open_the_certificate_to_it(stage, client):
    link = f'<a href="/portal/certificates/{stage.mine.pk}/">'
    keeper = people.person(Role.ORGANISATION_ADMIN, stage.parties[0])
    for person, leads in ((stage.person, True), (keeper, False)):
        for address in ("/portal/obligations/", "/portal/"):
            answer = browser(client, person).get(address).content.decode()
            assert "NCSC CPA-MINE" in answer and (link in answer) is leads
