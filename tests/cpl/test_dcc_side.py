"""The DCC's side as the desk, the portal and the public see it: published against loaded, reasons, clients."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from oauth2_provider.models import Application

from cpl.services import publication
from cpl.services.loading import held_back, held_back_entries, loading
from secgov.accounts.clients import record_use
from secgov.accounts.models import Role
from secgov.journal import clock
from tests.cpl.desk import signed_in, text_of
from tests.factories import devices, people, publishing


def two_editions(settings, folder):
    """Two editions with an entry each, and the DCC's client."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    stage.one = publishing.listed(stage.cast)
    [stage.first] = publishing.publish(NOON + 31 * MINUTE)
    stage.two = publishing.listed(stage.cast, at=NOON + HOUR, firmware_version="05080608")
    [stage.second] = publishing.publish(NOON + HOUR + 31 * MINUTE)
    stage.application = Application.objects.create(
        name="dcc-client-1", user=stage.client, client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS, client_secret="of the tests",
    )  # fmt: skip
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(two_editions)]


NOON = devices.NOON
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
WHY = "GBCS version <b>not</b> known to the DSP"


@pytest.fixture
def stage(world):
    """Two editions with an entry each, and the DCC's client."""
    return world


def say(stage, edition, kind, at, **held):
    """What the DCC's client posts."""
    publication.record_receipt(
        edition=edition, kind=kind, manifest_sha256=edition.manifest_sha256, client=stage.client, at=at,
        holdbacks={number.removeprefix("e"): reason for number, reason in held.items()} or None,
    )  # fmt: skip


def number(change) -> str:
    """The entry of a change, as it is written."""
    return f"{change.entry_number:06d}"


@pytest.mark.clause("F2.9-1")
def test_published_is_laid_beside_loaded_entry_by_entry(stage):
    assert loading().loaded is None and loading().not_loaded == ()
    say(stage, stage.first, "loaded", NOON + 2 * HOUR)
    [waits] = loading().not_loaded
    assert (waits.entry, waits.why, waits.edition) == (number(stage.two), "not yet loaded", 2)
    say(stage, stage.second, "loaded_in_part", NOON + 3 * HOUR, **{f"e{number(stage.one)}": WHY})
    [held] = loading().not_loaded
    assert (held.entry, held.why, held.reason, held.since) == (
        number(stage.one),
        "held back",
        WHY,
        NOON + 3 * HOUR,
    )
    say(stage, stage.second, "loaded", NOON + 4 * HOUR)
    assert loading().not_loaded == () == held_back_entries()


def test_reason_stands_in_public_beside_the_entry_until_the_dcc_says_otherwise(stage):
    say(stage, stage.second, "loaded_in_part", NOON + 3 * HOUR, **{f"e{number(stage.one)}": WHY})
    page = Client().get(f"/cpl/entries/{number(stage.one)}/")
    assert "has not loaded this entry" in text_of(page)
    assert "&lt;b&gt;not&lt;/b&gt;" in page.content.decode()
    told = Client().get(f"/api/v1/cpl/entries/{number(stage.one)}/").json()
    assert told["held_back"] == {"since": "2026-12-01T15:00:00Z", "edition": "0.002", "reason": WHY}
    assert Client().get(f"/api/v1/cpl/entries/{number(stage.two)}/").json()["held_back"] is None
    [listed] = Client().get("/api/v1/cpl/held-back/").json()["results"]
    assert (listed["entry"], listed["reason"]) == (number(stage.one), WHY)
    assert Client().get(f"/api/v1/cpl/held-back/?after={number(stage.one)}").json()["results"] == []
    say(stage, stage.second, "loaded", NOON + 4 * HOUR)
    assert held_back(number(stage.one)) is None
    assert "has not loaded this entry" not in text_of(Client().get(f"/cpl/entries/{number(stage.one)}/"))


@pytest.mark.clause("F2.9-2")
def test_edition_names_what_is_held_back_until_a_later_one_is_loaded_without_it(stage):
    say(stage, stage.first, "loaded_in_part", NOON + 2 * HOUR, **{f"e{number(stage.one)}": WHY})
    address = f"/cpl/editions/{stage.first}/"
    assert "Not yet loaded" in (page := text_of(Client().get(address))) and "In part" in page
    assert "No sign yet" not in page  # loading is a sign of receipt too
    say(stage, stage.second, "loaded_in_part", NOON + 3 * HOUR, **{f"e{number(stage.two)}": WHY})
    assert "Not yet loaded" not in (page := text_of(Client().get(address))) and "In part" in page
    say(stage, stage.second, "loaded", NOON + 4 * HOUR)
    assert "With a later one" in text_of(Client().get(address))


def test_desk_shows_what_is_not_loaded_with_its_age_and_reason(stage):
    desk = signed_in(stage.cast.secretariat)
    address = reverse("admin:cpl_receipt_dcc")
    assert "Nothing loaded yet" in text_of(desk.get(address))
    say(stage, stage.second, "loaded_in_part", NOON + 3 * HOUR, **{f"e{number(stage.one)}": WHY})
    page = desk.get(address)
    assert "Held back" in text_of(page) and number(stage.one) in text_of(page)
    assert "&lt;b&gt;not&lt;/b&gt;" in page.content.decode()
    assert signed_in(people.person(Role.DCC, stage.dcc)).get(address).status_code == 403


def test_desk_takes_no_more_queries_for_more_entries(stage, django_assert_max_num_queries):
    desk = signed_in(stage.cast.secretariat)
    say(stage, stage.first, "loaded", NOON + 2 * HOUR)
    with django_assert_max_num_queries(45):
        desk.get(reverse("admin:cpl_receipt_dcc"))


def test_clients_of_the_dcc_are_seen_by_its_people_and_by_nobody_of_others(stage):
    record_use(account=stage.client, call="GET edition bytes", refused=False, at=clock.now())
    address = reverse("portal:clients")
    for role in (Role.DCC, Role.ORGANISATION_ADMIN):
        page = text_of(signed_in(people.person(role, stage.dcc)).get(address))
        assert "dcc-client-1" in page and "Took an edition’s files, or its manifest" in page
    for role in (Role.SUPPLIER, Role.ORGANISATION_ADMIN):
        assert signed_in(people.person(role, stage.parties[0])).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_administrator_changes_a_secret_and_sees_it_once(stage):
    admin = signed_in(people.person(Role.ORGANISATION_ADMIN, stage.dcc))
    address = reverse("portal:client-secret", args=[stage.application.pk])
    assert admin.post(address, {"overlap_days": "31", "reason": "x"}).status_code == 422
    assert admin.post(address, {"overlap_days": "3", "reason": ""}).status_code == 422
    shown = admin.post(address, {"overlap_days": "3", "reason": "A year old."})
    assert shown.status_code == 200 and "no-store" in shown["Cache-Control"]
    before = stage.application.client_secret
    stage.application.refresh_from_db()
    assert stage.application.client_secret != before
    page = text_of(admin.get(reverse("portal:clients")))
    assert "The former secret opens until" in page
    ended = admin.post(
        reverse("portal:end-client-secret", args=[stage.application.pk]), {"reason": "In a log."}
    )
    assert ended.status_code == 302
    assert "The former secret opens until" not in text_of(admin.get(reverse("portal:clients")))


def test_secret_is_changed_by_nobody_else(stage):
    rival = signed_in(people.person(Role.ORGANISATION_ADMIN, stage.parties[0]))
    colleague = signed_in(people.person(Role.DCC, stage.dcc))
    form = {"overlap_days": "3", "reason": "Mine now."}
    address = reverse("portal:client-secret", args=[stage.application.pk])
    assert rival.post(address, form).status_code == colleague.post(address, form).status_code == 404
    desk = reverse("admin:cpl_receipt_secret", args=[stage.application.pk])
    assert signed_in(stage.cast.approver).post(desk, form).status_code == 404
    assert not stage.application.former_secrets.exists()
    shown = signed_in(stage.cast.secretariat).post(desk, form)
    assert shown.status_code == 200 and stage.application.former_secrets.count() == 1
