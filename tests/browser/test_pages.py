"""Every page as people see it: at two widths, in dark, at 400 per cent zoom, without script."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from secgov.accounts.models import Role, User
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow, walk
from tests.factories import devices, people, publishing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
PASSWORD = "not a secret here"  # what the people of the factories have
OWN_PARTS = ("/portal/", "/admin/", "/fir/")  # what a person has beyond the public pages


@pytest.fixture
def stage(settings: LazySettings, tmp_path: Path) -> publishing.Stage:
    """A published edition with one entry, a second submission under review, and the people around them."""
    publishing.signing_key(settings, tmp_path)
    made = publishing.stage()
    publishing.listed(made.cast, at=AT)
    publishing.publish(AT, at_once=True)
    publishing.carry(AT)
    maker = (made.cast.manufacturer, made.cast.maker)
    awaited = devices.submitted(*maker, at=AT, firmware_version="05080609", image_hash="CD" * 32)
    devices.proposed(awaited, made.cast.secretariat, at=AT)
    devices.submitted(*maker, at=AT, firmware_version="05080610", image_hash="EF" * 32)
    devices.draft(*maker, at=AT, firmware_version="05080611", image_hash="12" * 32)
    return made


def sign_in(page: Page, site: str, person: User) -> None:
    """Sign in by the form, as anybody does."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill(person.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))


def test_every_public_page_is_accessible_and_fits(
    opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    with opened(1280) as page:
        found = [fault for page_faults in walk(page, f"{live_server.url}/") for fault in page_faults]
        found += faults(page, f"{live_server.url}/nothing/", status=404)
        found += faults(page, f"{live_server.url}/cpl/?gbcs=x&q=zzz")
        found += faults(page, f"{live_server.url}/cpl/status/?device_type=gsme&manufacturer_identifier=10G0")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", ["manufacturer", "secretariat", "approver"])
def test_every_page_of_a_signed_in_person_is_accessible_and_fits(
    role: str, opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    with opened(1280) as page:
        sign_in(page, live_server.url, getattr(stage.cast, role))
        found = [fault for page_faults in walk(page, page.url, OWN_PARTS) for fault in page_faults]
        found += faults(page, f"{live_server.url}/fir/000001/")
    assert not found, "\n".join(found)


def test_own_account_is_kept_on_accessible_pages(opened: Opened, live_server: LiveServer):
    somebody = people.person(Role.SUPPLIER)
    with opened(1280) as page:
        sign_in(page, live_server.url, somebody)
        follow(page.get_by_role("link", name="Account"))
        assert page.get_by_role("link", name="Change it").is_visible(), (
            "nobody need know the address by heart"
        )
        found = faults(page, page.url)
        for path in ("/accounts/2fa/totp/activate/", "/accounts/password/change/", "/accounts/logout/"):
            found += faults(page, live_server.url + path)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (320, False)])
def test_typical_pages_are_accessible_in_the_dark_and_at_four_hundred_per_cent(
    width: int, dark: bool, opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    with opened(width, dark=dark) as page:
        for path in ("/cpl/", "/cpl/entries/000001/", "/cpl/editions/0.001/"):
            assert not faults(page, live_server.url + path, widths=(width,))


def test_signing_in_and_out_needs_no_script_and_keeps_what_was_typed(opened: Opened, live_server: LiveServer):
    somebody = people.person(Role.SUPPLIER)
    with opened(390, script=False) as page:
        page.goto(f"{live_server.url}/accounts/login/")
        page.get_by_label("User name or e-mail address").fill(somebody.username)
        page.get_by_label("Password", exact=True).fill("wrong")
        follow(page.get_by_role("button", name="Sign in"))
        assert page.title().startswith("Error: ")
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("User name or e-mail address").input_value() == somebody.username
        sign_in(page, live_server.url, somebody)
        follow(page.get_by_role("link", name="Sign out"))
        follow(page.get_by_role("button", name="Sign out"))
        assert page.get_by_role("link", name="Sign in").first.is_visible()
