"""A manufacturer submits a device: by hand, without script; and every page of the way looked at."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import Submission
from secgov.accounts.models import Contact, Organisation, Role, User
from tests.browser.conftest import Opened
from tests.browser.look import follow, seen
from tests.documents.files import PDF
from tests.factories.people import organisation, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HASH = "b08bcc8b8e779d1e6476417faa59ea2424e18bbfbbf5b44e6a047e8917cc6f8a"
WIDTHS = (1280, 390)


@pytest.fixture
def manufacturer() -> User:
    return person(Role.MANUFACTURER, organisation("Osmotherley Instruments"))


def press(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name=name, exact=True))


def sign_in(page: Page, site: str, user: User) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill(user.username)
    page.get_by_label("Password", exact=True).fill("not a secret here")
    press(page, "Sign in")


def tell(page: Page, site: str, user: User, look: Callable[[str], None]) -> str:
    """Walk the whole way with mistakes made and mended, calling `look` at every page; give the reference."""
    sign_in(page, site, user)
    look("home")
    follow(page.get_by_role("link", name="Submit a device").first)
    look("start")
    press(page, "Start the draft")
    press(page, "Save and continue")
    assert page.title().startswith("Error: ") and page.get_by_role("alert").is_visible()
    look("device with errors")
    page.get_by_label("Single Element Electricity Metering Equipment").check()
    page.get_by_label("Manufacturer identifier").fill("7b25")
    page.get_by_label("Manufacturer’s name").fill("Osmotherley Instruments")
    press(page, "Save and continue")
    look("hardware")
    page.get_by_label("Model identifier").fill("3138")
    page.get_by_label("Hardware version").fill("42")
    page.get_by_label("Hardware revision").fill("30")
    page.get_by_label("Firmware version").fill("0007080")
    page.get_by_label("Another pair").check()
    page.get_by_label("SMETS version").fill("4.2")
    page.get_by_label("GBCS version", exact=False).last.fill("3.2")
    press(page, "Save and continue")
    assert "has 7 digits" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Model identifier").input_value() == "3138"
    look("hardware with an error")
    page.get_by_label("Firmware version").fill("00070804")
    press(page, "Save and continue")
    look("image")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Who created the image").fill("Osmotherley Instruments")
    page.get_by_label("Descriptor of the image").fill("OSM_00070804.ota")
    page.get_by_label("Hash").fill(HASH)
    press(page, "Save and continue")
    look("certificates, none")
    follow(page.get_by_role("link", name="Add a certificate"))
    press(page, "Add the certificate")
    look("certificate with errors")
    give_certificate(page)
    look("certificates")
    follow(page.get_by_role("link", name="Remove CPA-SM-24-1391"))
    look("remove a certificate")
    follow(page.get_by_role("link", name="Keep it"))
    follow(page.get_by_role("link", name="Change CPA-SM-24-1391"))
    assert page.get_by_label("Issue date").input_value() == "14 May 2024"
    look("change a certificate")
    follow(page.get_by_role("link", name="Back without saving"))
    follow(page.get_by_role("link", name="Check and declare"))
    look("check, too early")
    follow(page.get_by_role("link", name="Change whom Suppliers should ask"))
    page.get_by_label("Email address").fill("firmware@osmotherley.example")
    page.get_by_label("Telephone number").fill("+44 1632 960 114")
    page.get_by_label("Business address").fill("1 High Street\nOsmotherley")
    page.get_by_label("Release notes").fill("none")
    look("firmware")
    press(page, "Save and continue")
    assert page.get_by_role("heading", level=1).inner_text() == "Check your answers"
    press(page, "Submit the device")
    look("check with an error")
    page.get_by_label("I may submit this for Osmotherley Instruments", exact=False).check()
    press(page, "Submit the device")
    look("done")
    follow(page.get_by_role("link", name="See this submission"))
    look("submission")
    return Submission.objects.get().reference


def give_certificate(page: Page) -> None:
    page.get_by_label("NCSC", exact=True).check()
    page.get_by_label("Certificate number").fill("CPA-SM-24-1391")
    page.get_by_label("Standard", exact=True).fill("CPA Build Standard")
    page.get_by_label("Version of the standard").fill("1.4")
    page.get_by_label("Issue date").fill("14 May 2024")
    page.get_by_label("Renewal date").fill("14 May 2030")
    page.get_by_label("Security Characteristics version").fill("1.3")
    page.get_by_label("The certificate itself").set_input_files(
        {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_label("Amber: those who need to know").check()
    press(page, "Add the certificate")


def test_manufacturer_submits_a_device_without_any_script(
    opened: Opened, live_server: LiveServer, manufacturer: User
) -> None:
    with opened(1280, script=False) as page:
        reference = tell(page, live_server.url, manufacturer, look=lambda name: None)
        assert "000001" in page.get_by_role("main").inner_text()
        follow(page.get_by_role("link", name="Withdraw this submission"))
        page.get_by_label("Reason").fill("The certificate names other hardware.")
        press(page, "Withdraw the submission")
        assert "The certificate names other hardware." in page.get_by_role("main").inner_text()
    withdrawn = Submission.objects.get(reference=reference)
    assert (withdrawn.state, withdrawn.entry_number) == (Submission.State.WITHDRAWN, 1)


def test_every_page_of_a_submission_is_accessible_and_fits(
    opened: Opened, live_server: LiveServer, manufacturer: User
) -> None:
    found: list[str] = []
    with opened(1280) as page:

        def look(name: str) -> None:
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found.extend(f"{name} at {width}: {each}" for each in seen(page))
            page.set_viewport_size({"width": 1280, "height": 900})

        reference = tell(page, live_server.url, manufacturer, look)
        party = organisation("Northallerton Energy", Organisation.Kind.PARTY)
        Contact.objects.create(organisation=party, email="notices-of-a-long-name@northallerton.example")
        for path in (f"submissions/{reference}/withdraw/", "submissions/", "notices/", "contacts/"):
            page.goto(f"{live_server.url}/portal/{path}")
            look(path)
        page.context.clear_cookies()
        sign_in(page, live_server.url, person(Role.ORGANISATION_ADMIN, party))
        page.goto(f"{live_server.url}/portal/contacts/")
        look("contacts of an administrator")
        press(page, "Retire notices-of-a-long-name@northallerton.example")
        look("the last contact")
    assert not found, "\n".join(found)
