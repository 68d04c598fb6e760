"""The pages about clocks as people see them: service level, what is coming, inbox, estate, ledger, relayed notices."""

import datetime as dt

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import RelayedNotice
from cpl.services.relays import record_request, relay_notice
from secgov.accounts.models import Role
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.browser.test_pages import sign_in
from tests.factories import people, publishing
from tests.factories.expiring import claimed, expiring, run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage() -> publishing.Stage:
    """Dates to come, notices given, an estate, a missed duty, a relayed notice; all as of the true today."""
    made = publishing.stage(parties=2)
    now = dt.datetime.now(dt.UTC)
    made.supplier = people.person(Role.SUPPLIER, made.parties[0])
    for number, days in enumerate((300, 150, 25)):
        date = (now + dt.timedelta(days=days)).date().isoformat()
        certificate = expiring(
            made.cast, on=date, listed_at=now - dt.timedelta(days=6), number=f"CPA-{number}"
        )
        if number != 1:
            claimed(certificate, made.parties[0], made.supplier)
    run(now.date().isoformat())
    relay = record_request(
        title="A certificate under review", text="Do not deploy it.", classification="amber", received_at=now,
        by=made.cast.secretariat, at=now,
    )  # fmt: skip
    relay_notice(relay=relay, by=made.cast.secretariat, at=now)
    for obligation in Obligation.objects.filter(clause="F2.8(b)"):
        journal.discharge(obligation=obligation, act=obligation.opened_by_act, at=obligation.opened_at)
    return made


def look(page: Page, site: str, *paths: str) -> list[str]:
    """Everything that is wrong with some pages, at both widths."""
    return [fault for path in paths for fault in faults(page, site + path)]


def test_public_pages_about_clocks_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    with opened(1280) as page:
        found = look(
            page, live_server.url, "/service-level/", "/cpl/calendar/", "/cpl/calendar/?device_type=ppmid"
        )
    assert not found, "\n".join(found)


def test_inbox_and_estate_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    notice = stage.parties[0].notices.get(template="cpl/ncsc_notice_withheld")
    claim = stage.parties[0].estate_claims.first()
    held = claim.device_model.coverage.filter(certificate__body="NCSC").first().certificate_id
    with opened(1280) as page:
        sign_in(page, live_server.url, stage.supplier)
        found = look(
            page, live_server.url, "/portal/", "/portal/notices/", f"/portal/notices/{notice.pk}/", "/portal/estate/",
            f"/portal/estate/claims/{claim.pk}/end/", "/cpl/calendar/?mine=on", "/portal/contacts/",
            f"/portal/certificates/{held}/", f"/portal/certificates/{held}/replacement/",
        )  # fmt: skip
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(f"{live_server.url}/portal/")
        duty = page.locator(".tasks > li", has=page.locator(".due")).first.locator("> span").first
        assert duty.bounding_box()["width"] > 200, "beside its deadline nobody could read it"  # type: ignore[index]
        page.goto(f"{live_server.url}/portal/notices/")
        follow(page.get_by_role("button", name="Make the addresses"))
        assert page.get_by_text("/portal/calendar.ics?token=").is_visible()
    assert not found, "\n".join(found)


def test_desk_pages_about_clocks_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    relay = RelayedNotice.objects.get()
    with opened(1280) as page:
        sign_in(page, live_server.url, stage.cast.secretariat)
        found = look(
            page, live_server.url, "/admin/ledger/", "/admin/ledger/?urgency=missed", "/admin/readings/",
            "/admin/cpl/relayednotice/relay/", f"/admin/cpl/relayednotice/{relay.pk}/change/", "/admin/cpl/estateclaim/nobody/",
        )  # fmt: skip
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(f"{live_server.url}/admin/")
        waits = page.locator("#others tr:not(.group)").first
        assert not waits.is_visible(), "what waits for others is led to, on a narrow screen"
        follow(page.locator("#others").get_by_role("link", name="Show them"))
        assert waits.is_visible()
    assert not found, "\n".join(found)
