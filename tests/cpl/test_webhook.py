"""Calls to the DCC's own address: signed, in order, again until taken, and at rest after repeated failure (F2.8(a))."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cpl_client import NotGenuine, read_announcement
from django.db import connections
from django.urls import reverse

from cpl.calling import CallFailed, post
from cpl.models import WebhookCall, WebhookPause
from cpl.rules.webhook import MOST_FAILURES
from cpl.services import publication
from cpl.signing import public_key_set
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Task
from secgov.web.owed import page_of
from tests.cpl.desk import signed_in, text_of
from tests.cpl.listening import DRIPS, DROPS, HANGS, SLOW, listening
from tests.factories import devices, people, publishing


def edition_out(settings, folder):
    """An edition that is out."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    publishing.listed(stage.cast)
    [stage.edition] = publishing.publish(ISSUED)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(edition_out)]


NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
ISSUED = NOON + 31 * MINUTE


@pytest.fixture
def hook(settings):
    """The DCC's address, which the settings name."""
    with listening() as listener:
        settings.DCC_WEBHOOK_URL = listener.address
        yield listener


@pytest.fixture
def stage(world):
    """An edition that is out."""
    return world


def call(at=ISSUED):
    """Run the sweep as of an instant."""
    return publication.call_dcc(clock=lambda: at)


def another(stage, at, firmware):
    """One more edition."""
    publishing.listed(stage.cast, at=at, firmware_version=firmware)
    [edition] = publishing.publish(at + 31 * MINUTE)
    return edition


def keys():
    """The key set that the site publishes."""
    return public_key_set(row.public_jwk for row in publication.keys.SigningKey.objects.all())


@pytest.mark.clause("F2.8(a)")
def test_edition_is_announced_once_signed_as_a_manifest_is(stage, hook, settings):
    assert call() == 1 and call(ISSUED + MINUTE) == 0
    [(headers, body)] = hook.taken
    assert headers["Content-Type"] == "application/jose+json"
    assert headers["Idempotency-Key"] == "edition-0.001"
    told = read_announcement(body, keys())
    assert (told.id, told.edition, told.environment) == ("edition-0.001", "0.001", "test")
    assert told.manifest_sha256 == stage.edition.manifest_sha256
    forged = json.loads(body)
    forged["payload"] = forged["payload"][:-4] + "AAAA"
    with pytest.raises(NotGenuine):
        read_announcement(json.dumps(forged).encode(), keys())
    with pytest.raises(NotGenuine, match="test list"):
        read_announcement(body, keys(), environment="production")


def test_without_an_address_nothing_is_called_and_a_new_one_hears_of_the_newest_only(stage, settings):
    settings.DCC_WEBHOOK_URL = ""
    second = another(stage, ISSUED + MINUTE, "05080608")
    assert call(ISSUED + 60 * MINUTE) == 0 and not WebhookCall.objects.exists()
    with listening() as listener:
        settings.DCC_WEBHOOK_URL = listener.address
        assert call(ISSUED + 60 * MINUTE) == 1
        assert read_announcement(listener.taken[0][1], keys()).edition == str(second)


@pytest.mark.parametrize("fault", [500, 404, 301, 307, DROPS])
def test_call_that_is_not_taken_is_made_again_after_a_while(stage, hook, fault):
    hook.answers = [fault]
    assert call() == 0
    waits = WebhookCall.objects.get()
    assert (waits.failures, waits.attempts, waits.next_attempt_at) == (
        1,
        1,
        ISSUED + dt.timedelta(seconds=20),
    )
    assert waits.last_error and hook.address not in waits.last_error
    assert call(ISSUED + dt.timedelta(seconds=19)) == 0 and not hook.taken
    assert call(ISSUED + dt.timedelta(seconds=20)) == 1
    assert hook.led_astray == 0


@pytest.mark.parametrize(("fault", "limits"), [(HANGS, (0.2, 5)), (DRIPS, (5, 0.4))])
def test_listener_that_hangs_or_drips_is_given_up(hook, fault, limits):
    hook.answers = [fault]
    with pytest.raises(CallFailed) as caught:
        post(hook.address, b"x", {}, silence=limits[0], whole=limits[1])
    assert hook.address not in str(caught.value)


def test_address_where_nobody_is_fails_without_naming_itself():
    with pytest.raises(CallFailed):
        post("http://127.0.0.1:1/secret-path", b"x", {})


@pytest.mark.clause("F2.8(a)")
def test_later_edition_waits_until_the_earlier_one_was_taken(stage, hook):
    hook.answers = [503]
    call()
    another(stage, ISSUED + MINUTE, "05080608")
    hook.answers = [503]
    assert call(ISSUED + 40 * MINUTE) == 0
    assert call(ISSUED + 50 * MINUTE) == 2
    assert [read_announcement(body, keys()).edition for _, body in hook.taken] == ["0.001", "0.002"]


def fail_until_rest(hook):
    """Fail as often as it takes; gives the instant of the last failure."""
    at = ISSUED
    for _ in range(MOST_FAILURES):
        hook.answers = [500]
        call(at)
        at = WebhookCall.objects.get().next_attempt_at
    return at


@pytest.mark.clause("F2.8(a)")
def test_calls_rest_after_repeated_failure_and_a_person_resumes_them(stage, hook):
    at = fail_until_rest(hook)
    [pause] = WebhookPause.objects.all()
    assert str(MOST_FAILURES) in pause.why
    task = Task.objects.get(key="publication:webhook-paused")
    assert page_of(task) == reverse("admin:cpl_receipt_dcc")
    assert Act.objects.filter(verb="cpl.webhook.paused").count() == 1
    assert call(at + 60 * MINUTE) == 0 and not hook.taken
    secretariat = stage.cast.secretariat
    for person in (stage.cast.approver, stage.client, people.person(Role.DCC, stage.dcc)):
        with pytest.raises(NotPermitted):
            publication.resume_webhook(pause=pause, by=person, at=at, reason="It is mended.")
    with pytest.raises(Refusal):
        publication.resume_webhook(pause=pause, by=secretariat, at=at, reason=" ")
    publication.resume_webhook(pause=pause, by=secretariat, at=at, reason="The DCC says it is mended.")
    with pytest.raises(Conflict):
        publication.resume_webhook(pause=pause, by=secretariat, at=at, reason="Again.")
    assert Task.objects.get(pk=task.pk).closed_at == at
    assert call(at) == 1 and len(hook.taken) == 1


def test_worker_killed_while_calling_leaves_the_call_to_the_next_after_its_claim(stage, hook):
    hook.answers = [500]
    call()
    WebhookCall.objects.update(claimed_at=ISSUED + MINUTE)
    assert call(ISSUED + 2 * MINUTE) == 0
    assert call(ISSUED + 3 * MINUTE) == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_make_one_call(stage, hook):
    hook.answers = [SLOW]

    def sweep() -> int:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        first = both.submit(sweep)
        hook.asked.wait(120)
        second = both.submit(sweep)
        assert sorted([first.result(), second.result()]) == [0, 1]
    assert len(hook.taken) == 1 and WebhookCall.objects.get().attempts == 1


def test_desk_shows_calls_and_resumes_them(stage, hook):
    fail_until_rest(hook)
    desk = signed_in(stage.cast.secretariat)
    page = desk.get(reverse("admin:cpl_receipt_dcc"))
    assert "Calls rest" in text_of(page) and "the answer was 500" in text_of(page)
    assert hook.address not in page.content.decode()
    resume = reverse("admin:cpl_webhookcall_resume")
    assert desk.post(resume, {"reason": ""}).status_code == 422
    assert signed_in(stage.cast.approver).post(resume, {"reason": "Mended."}).status_code == 403
    assert desk.post(resume, {"reason": "Mended."}).url == reverse("admin:cpl_receipt_dcc")
    assert not WebhookPause.objects.filter(ended_at=None).exists()
    assert desk.post(resume, {"reason": "Mended."}).status_code == 409
