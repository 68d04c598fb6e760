"""A listing seen from the Secretariat's desk: two people, their buttons, no script, on a narrow screen too."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import DeviceModel, ListChange, PublicationRequest
from secgov.accounts.models import User
from secgov.journal import clock
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.factories import devices, publishing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "not a secret here"  # what the people of the factories have


@pytest.fixture
def stage(settings: LazySettings, tmp_path: Path) -> publishing.Stage:
    """An edition that stands, and a submission that has waited for three days."""
    publishing.signing_key(settings, tmp_path)
    made = publishing.stage()
    before = clock.now() - dt.timedelta(days=3)
    publishing.listed(made.cast, at=before, firmware_version="05080606", image_hash="cd" * 32)
    publishing.publish(before, at_once=True)
    publishing.carry(before)
    devices.submitted(made.cast.manufacturer, made.cast.maker, at=before)
    return made


def sign_in(page: Page, site: str, person: User) -> None:
    """Sign in by the form; people of the desk land on the board."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill(person.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))
    assert page.get_by_role("heading", level=1).inner_text() == "What is owed"


@pytest.mark.parametrize("width", [1280, 390])
def test_two_people_list_a_device_from_the_board_without_script(
    width: int, opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    with opened(width, script=False) as page:
        sign_in(page, live_server.url, stage.cast.secretariat)
        follow(page.get_by_role("link", name="Take it up"))
        follow(page.get_by_role("button", name="Take it up"))
        for body in ("NCSC", "ZigBee Alliance"):
            part = page.get_by_role("article").filter(has=page.get_by_role("heading", name=body))
            part.get_by_text("Attest what you see on it").click()
            for box in part.get_by_role("checkbox").all():
                box.check()
            part.get_by_label("Reason").first.fill("Seen on the certificate.")
            follow(part.get_by_role("button", name="Attest"))
        propose = page.locator("form").filter(has=page.get_by_role("button", name="Propose the listing"))
        propose.get_by_label("Reason", exact=True).fill("Everything required is here.")
        follow(propose.get_by_role("button"))
        assert page.get_by_text("It waits for an Approver.").is_visible()

    with opened(width, script=False) as page:
        sign_in(page, live_server.url, stage.cast.approver)
        follow(page.get_by_role("button", name="Look at these together"))
        follow(page.get_by_role("button", name="Record my decision"))
        assert page.title().startswith("Error: ")
        page.get_by_label("Approve it").check()
        page.get_by_label("Reason").fill("Checked against the evidence.")
        follow(page.get_by_role("button", name="Record my decision"))
        assert page.get_by_text("is in force. The next edition carries it.").is_visible()
        page.get_by_label("Why not wait?").fill("The DCC waits for it.")
        follow(page.get_by_role("button", name="Publish now"))
        assert page.get_by_text("The next edition has been asked for.").is_visible()

    assert ListChange.objects.latest("pk").state == "approved"
    assert DeviceModel.objects.count() == 2 and PublicationRequest.objects.count() == 1


@pytest.mark.parametrize(("widths", "dark"), [((1280, 390, 320), False), ((1280, 390), True)])
def test_work_pages_of_the_desk_are_accessible_and_fit(
    widths: tuple[int, ...], dark: bool, opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    change = devices.proposed(
        devices.submitted(
            stage.cast.manufacturer,
            stage.cast.maker,
            at=clock.now(),
            firmware_version="05080608",
            image_hash="ef" * 32,
        ),
        stage.cast.secretariat,
        at=clock.now(),
    )
    pages = (
        "/admin/", "/admin/cpl/submission/2/change/", "/admin/cpl/assurancecertificate/3/change/", "/admin/cpl/edition/1/change/",
        f"/admin/cpl/listchange/approve/?change={change.pk}", "/admin/cpl/listchange/approve/?change=1",
    )  # fmt: skip
    found = []
    for person in (stage.cast.secretariat, stage.cast.approver):
        with opened(widths[0], dark=dark) as page:
            sign_in(page, live_server.url, person)
            found += [
                fault for path in pages for fault in faults(page, live_server.url + path, widths=widths)
            ]
    assert not found, "\n".join(found)
