"""Notices that NCSC asks the Panel to give: word for word, to every Party, and open mail only where they are White."""

import datetime as dt

import pytest
from django.core import mail

from cpl.models import RelayedNotice
from cpl.rules.relays import notice_day_of
from cpl.services.relays import record_request, relay_notice
from secgov.accounts.feeds import make_feed_token
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Notice
from tests.factories import people, publishing
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
FRIDAY = london("2027-01-15 14:30")
WORDS = "  Certificate CPA-1 is under review.\n\n\tDo NOT deploy <firmware> 01.02 until told.  \n"


@pytest.fixture
def stage():
    """Two Suppliers, the DCC and the Secretariat."""
    return publishing.stage(parties=2)


def asked(stage, classification="white", **changed):
    """A request recorded an hour after it came in."""
    values = {"title": "A certificate under review", "text": WORDS, "received_at": FRIDAY} | changed
    return record_request(
        by=stage.cast.secretariat, at=FRIDAY + dt.timedelta(hours=1), classification=classification, **values
    )


def given(stage, relay, at=FRIDAY + dt.timedelta(minutes=90)):
    """The request given to the Parties, and every mail sent."""
    relay = relay_notice(relay=relay, by=stage.cast.secretariat, at=at)
    journal.send_messages(clock=lambda: at)
    return relay


def signed_in(client, person):
    """The client, signed in as somebody."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.clause("F2.7-3")
def test_white_notice_is_mailed_to_every_party_word_for_word(stage):
    given(stage, asked(stage))
    assert {letter.to[0] for letter in mail.outbox} == {
        "notices@dcc.example", "notices@supplier-1.example", "notices@supplier-2.example",
    }  # fmt: skip
    assert all(WORDS in letter.body for letter in mail.outbox)


@pytest.mark.clause("F2.7-3")
@pytest.mark.parametrize("classification", ["green", "amber", "red"])
def test_any_other_notice_is_mailed_as_sign_in_and_shown_word_for_word_after_it(
    stage, client, classification
):
    relay = given(stage, asked(stage, classification))
    assert mail.outbox and not any("CPA-1" in letter.body + letter.subject for letter in mail.outbox)
    assert all("Sign in to read it" in letter.body for letter in mail.outbox)
    assert not Notice.objects.filter(context__has_key="text").exists()
    reader = people.person(Role.SUPPLIER, stage.parties[0])
    feed = client.get(f"/portal/notices.atom?token={make_feed_token(by=reader, at=FRIDAY)}").content.decode()
    assert "A notice to read after signing in" in feed and relay.title not in feed
    notice = Notice.objects.get(organisation=stage.parties[0])
    page = signed_in(client, reader).get(f"/portal/notices/{notice.pk}/").content.decode()
    assert WORDS.replace("<firmware>", "&lt;firmware&gt;") in page
    read = Act.objects.get(verb="cpl.relayed_notice.read")
    assert (read.subject_id, read.actor, read.actor_organisation) == (str(relay.pk), reader, "Supplier 1")


@pytest.mark.clause("F2.7-3")
def test_request_of_friday_unsent_when_monday_ends_is_overdue_and_alarmed(stage):
    relay = asked(stage)
    assert relay.obligation.due_at == london("2027-01-19 00:00") and not relay.obligation.by_law
    journal.raise_alarms(at=london("2027-01-18 23:59"))
    relay = RelayedNotice.objects.select_related("obligation").get(pk=relay.pk)
    assert relay.obligation.due_alarm_at is None
    journal.raise_alarms(at=london("2027-01-19 00:00"))
    relay = RelayedNotice.objects.select_related("obligation").get(pk=relay.pk)
    assert relay.obligation.due_alarm_at is not None
    relay = given(stage, relay, at=london("2027-01-19 09:00"))
    assert RelayedNotice.objects.select_related("obligation").get(pk=relay.pk).obligation.was_late


@pytest.mark.clause("F2.7-3")
def test_notice_is_given_once(stage):
    relay = given(stage, asked(stage))
    with pytest.raises(Conflict):
        relay_notice(relay=relay, by=stage.cast.secretariat, at=london("2027-01-15 17:00"))
    assert Notice.objects.count() == 3


@pytest.mark.clause("F2.7-3")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"title": ""}, "title"),
        ({"received_at": FRIDAY + dt.timedelta(hours=2)}, "received_at"),
    ],
)
def test_request_that_says_nothing_or_comes_from_the_future_is_refused(stage, changed, field):
    with pytest.raises(Refusal) as refused:
        asked(stage, **changed)
    assert refused.value.field == field and not RelayedNotice.objects.exists()


@pytest.mark.clause("F2.7-3")
def test_only_the_secretariat_relays(stage):
    with pytest.raises(NotPermitted):
        record_request(
            title="x", text="y", classification="white", received_at=FRIDAY, by=stage.cast.approver, at=FRIDAY
        )


@pytest.mark.clause("X-3")
def test_notice_sent_at_ten_to_midnight_counts_from_that_day_and_delivery_is_recorded(stage):
    late = london("2026-12-10 23:50")
    assert notice_day_of(late) == dt.date(2026, 12, 10)
    assert notice_day_of(london("2026-12-11 00:00")) == dt.date(2026, 12, 11)
    request = record_request(
        title="x", text="y", classification="white", received_at=late, by=stage.cast.secretariat, at=late
    )
    given(stage, request, at=late)
    assert Act.objects.get(verb="cpl.relayed_notice.sent").after["notice_day"] == "2026-12-10"
    assert {each.messages.get().sent_at for each in Notice.objects.all()} == {late}


@pytest.mark.clause("F2.7-3")
def test_secretariat_records_looks_and_gives_at_its_desk(stage, client):
    desk = signed_in(client, stage.cast.secretariat)
    form = {
        "title": "Under review",
        "classification": "amber",
        "received_at": "2026-11-02T09:00",
        "text": WORDS,
    }
    assert desk.get("/admin/cpl/relayednotice/relay/").status_code == 200
    assert desk.post("/admin/cpl/relayednotice/relay/", form | {"text": ""}).status_code == 422
    unmarked = desk.post("/admin/cpl/relayednotice/relay/", form | {"classification": ""})
    assert unmarked.status_code == 422 and "Choose the classification" in unmarked.content.decode()
    address = desk.post("/admin/cpl/relayednotice/relay/", form).headers["Location"]
    assert "Give it to every Party" in desk.get(address).content.decode()
    relay = RelayedNotice.objects.get()
    assert relay.text == WORDS and relay.received_at == london("2026-11-02 09:00")
    desk.post(f"/admin/cpl/relayednotice/{relay.pk}/give/")
    page = desk.get(address).content.decode()
    assert "3 Parties" in page and "Give it to every Party" not in page
    assert desk.get("/admin/cpl/relayednotice/").status_code == 200


@pytest.mark.clause("F2.7-3")
@pytest.mark.parametrize(("classification", "noted"), [("white", 0), ("red", 1)])
def test_reading_at_the_desk_what_is_not_white_is_noted_too(stage, client, classification, noted):
    relay = asked(stage, classification)
    page = signed_in(client, stage.cast.approver).get(f"/admin/cpl/relayednotice/{relay.pk}/change/")
    assert "Do NOT deploy" in page.content.decode()
    acts = Act.objects.filter(verb="cpl.relayed_notice.read", actor=stage.cast.approver)
    assert acts.count() == noted
