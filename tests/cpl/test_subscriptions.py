"""What people ask to hear of the list's changes, and the mails that they are sent."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from cpl.models import DeviceModel, Subscription
from cpl.services.subscriptions import end_subscription, subscribe, tell_subscribers
from cpl.tasks import tell_subscribers as sweep
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Membership, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Heartbeat, Message
from tests.factories import devices, people, publishing


def addition_approved(settings, folder):
    """Everybody whom a publication needs, an approved addition, and a person of a Supplier."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    stage.person = people.person(Role.SUPPLIER, stage.parties[0])
    publishing.listed(stage.cast)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(addition_approved)]


NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
ISSUED = NOON + 31 * MINUTE
MAKER = "7E3E"  # of the device that the factory lists


@pytest.fixture
def stage(world):
    """Everybody whom a publication needs, an approved addition, and a person of a Supplier."""
    return world


def mails():
    """The mails to subscribers, in their order."""
    return Message.objects.filter(template="cpl/subscribed_changes").order_by("pk")


def browser(client, person):
    """The client, signed in."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.clause("F2.8-0")
@pytest.mark.parametrize(
    "asked",
    [{"device_type": "gsme"}, {"manufacturer": MAKER}, {"manufacturer": "7e3e", "model": "0000"}],
)
def test_subscriber_is_mailed_the_changes_that_fit_once_for_an_edition(stage, asked):
    device = DeviceModel.objects.get()
    subscribe(by=stage.person, at=NOON, **asked)
    assert tell_subscribers(at=NOON) == 0
    publishing.publish(ISSUED)
    assert tell_subscribers(at=ISSUED) == 1
    assert tell_subscribers(at=ISSUED + MINUTE) == 0
    [message] = mails()
    assert message.recipient == stage.person.email
    journal.send_messages(clock=lambda: ISSUED + MINUTE)
    [letter] = [each for each in mail.outbox if each.to == [stage.person.email]]
    assert letter.subject == "CPL edition 0.001: one change that you asked to hear of"
    words = " ".join(letter.body.split())
    assert f"{device.number:06d} added (" in words and "model 0000" in words, letter.body
    assert "/portal/subscriptions/" in letter.body and "&" not in letter.body


@pytest.mark.clause("F2.8-0")
def test_several_subscriptions_of_a_person_make_one_mail_and_others_none(stage):
    subscribe(by=stage.person, at=NOON, manufacturer=MAKER)
    subscribe(by=stage.person, at=NOON, manufacturer=MAKER, model="0000")
    subscribe(by=stage.cast.rival, at=NOON, manufacturer="AAAA")
    publishing.publish(ISSUED)
    assert tell_subscribers(at=ISSUED) == 1
    assert [each.recipient for each in mails()] == [stage.person.email]
    assert mails().get().context["total"] == 1


@pytest.mark.clause("F2.8-0")
def test_sweep_that_forgot_how_far_it_had_told_makes_no_second_mail(stage):
    row = subscribe(by=stage.person, at=NOON, manufacturer=MAKER)
    publishing.publish(ISSUED)
    tell_subscribers(at=ISSUED)
    Subscription.objects.filter(pk=row.pk).update(told_until=NOON)
    tell_subscribers(at=ISSUED + MINUTE)
    assert mails().count() == 1


@pytest.mark.clause("F2.8-0")
def test_what_was_issued_before_or_after_a_subscription_is_not_told(stage):
    row = subscribe(by=stage.person, at=NOON, manufacturer=MAKER)
    end_subscription(subscription=row, by=stage.person, at=NOON + MINUTE)
    publishing.publish(ISSUED)
    subscribe(by=stage.person, at=ISSUED + MINUTE, manufacturer=MAKER)
    assert tell_subscribers(at=ISSUED + 2 * MINUTE) == 0
    with pytest.raises(Conflict):
        end_subscription(subscription=row, by=stage.person, at=ISSUED)


@pytest.mark.clause("F2.8-0")
def test_who_has_left_is_told_nothing_then_or_later(stage):
    subscribe(by=stage.person, at=NOON, manufacturer=MAKER)
    publishing.publish(ISSUED)
    Membership.objects.filter(user=stage.person).update(ended_at=NOON)
    assert tell_subscribers(at=ISSUED) == 0
    Membership.objects.filter(user=stage.person).update(ended_at=None)
    assert tell_subscribers(at=ISSUED + MINUTE) == 0


@pytest.mark.clause("F2.8-0")
def test_next_edition_is_told_in_a_mail_of_its_own(stage):
    subscribe(by=stage.person, at=NOON, manufacturer=MAKER)
    publishing.publish(ISSUED)
    tell_subscribers(at=ISSUED)
    publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version="00000002")
    publishing.publish(ISSUED + 40 * MINUTE)
    assert tell_subscribers(at=ISSUED + 40 * MINUTE) == 1
    assert [each.context["edition"] for each in mails()] == ["0.001", "0.002"]


@pytest.mark.clause("F2.8-0")
def test_sweep_gives_its_sign_of_life(stage):
    sweep()
    assert Heartbeat.objects.filter(sweep="tell subscribers").exists()


@pytest.mark.clause("TR-10")
def test_subscriptions_are_made_and_ended_by_the_person_alone_with_their_acts(stage):
    row = subscribe(by=stage.person, at=NOON, manufacturer="7e3e")
    assert row.manufacturer_identifier == MAKER
    for wrong in ({"manufacturer": MAKER}, {}, {"model": "0000"}):
        with pytest.raises(ValidationError):
            subscribe(by=stage.person, at=NOON, **wrong)
    with pytest.raises(Refusal):
        subscribe(by=stage.person, at=NOON, manufacturer=MAKER, model="xyz")
    with pytest.raises(NotPermitted):
        end_subscription(subscription=row, by=stage.cast.rival, at=NOON)
    with pytest.raises(NotPermitted):
        subscribe(by=stage.client, at=NOON, manufacturer=MAKER)
    end_subscription(subscription=row, by=stage.person, at=NOON)
    verbs = Act.objects.filter(verb__startswith="cpl.subscription").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "cpl.subscription.made",
        "cpl.subscription.ended",
    ]


@pytest.mark.clause("F2.8-0")
def test_page_subscribes_lists_and_ends(stage, client):
    Manufacturer.objects.get_or_create(pk=MAKER, defaults={"name": "Tarnwick"})
    page = browser(client, stage.person)
    assert "/portal/subscriptions/" in page.get("/portal/notices/").content.decode()
    assert "No subscription yet" in page.get("/portal/subscriptions/").content.decode()
    asked = {"manufacturer": MAKER, "model": "00aa"}
    assert page.post("/portal/subscriptions/", asked).status_code == 302
    shown = page.get("/portal/subscriptions/").content.decode()
    assert "One subscription" in shown and "00AA" in shown
    again = page.post("/portal/subscriptions/", asked)
    assert again.status_code == 422 and "told of these changes already" in again.content.decode()
    nothing = page.post("/portal/subscriptions/", {})
    assert "Choose a device type, a manufacturer or a model." in nothing.content.decode()
    lone = page.post("/portal/subscriptions/", {"model": "00AA"})
    assert "Give the manufacturer of the model." in lone.content.decode()
    wrong = page.post("/portal/subscriptions/", {"manufacturer": MAKER, "model": "zz"})
    assert wrong.status_code == 422
    row = Subscription.objects.get()
    address = f"/portal/subscriptions/{row.pk}/end/"
    assert browser(client, stage.cast.rival).post(address).status_code == 404
    assert "00AA" not in client.get("/portal/subscriptions/").content.decode()
    page = browser(client, stage.person)
    assert page.post(address).status_code == page.post(address).status_code == 302
    assert "No subscription yet" in page.get("/portal/subscriptions/").content.decode()
