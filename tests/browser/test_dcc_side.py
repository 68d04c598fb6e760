"""The DCC's side as people see it: how to integrate, what is loaded, calls that rest, its systems, a reason in public."""

import datetime as dt

import pytest
from oauth2_provider.models import Application
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import WebhookCall, WebhookPause
from cpl.services import publication
from secgov.accounts.clients import record_use, rotate_secret
from secgov.accounts.models import Role
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.browser.test_pages import sign_in
from tests.factories import people, publishing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage(settings, tmp_path) -> publishing.Stage:
    """Two editions; the DCC loaded the first in part, calls to it rest, and its client's secret is being changed."""
    publishing.signing_key(settings, tmp_path)
    made = publishing.stage(parties=1)
    now = dt.datetime.now(dt.UTC)
    first = publishing.listed(made.cast, at=now - dt.timedelta(hours=60))
    [one] = publishing.publish(now - dt.timedelta(hours=59))
    publishing.listed(made.cast, at=now - dt.timedelta(hours=3), firmware_version="05080608")
    [two] = publishing.publish(now - dt.timedelta(hours=2))
    made.entry = f"{first.entry_number:06d}"
    publication.record_receipt(
        edition=one, kind="loaded_in_part", manifest_sha256=one.manifest_sha256, client=made.client,
        holdbacks={made.entry: "The GBCS version is not known to the Data Services Provider yet."},
        at=now - dt.timedelta(hours=58),
    )  # fmt: skip
    WebhookCall.objects.create(
        edition=one, enqueued_at=now, next_attempt_at=now, attempts=1, delivered_at=now
    )
    WebhookCall.objects.create(
        edition=two,
        enqueued_at=now,
        next_attempt_at=now,
        attempts=8,
        failures=8,
        last_error="the answer was 503",
    )
    WebhookPause.objects.create(
        began_at=now, why="The call about edition 0.002 failed 8 times in a row: the answer was 503."
    )
    client = Application.objects.create(
        name="dcc-client-3f9a01c2", user=made.client, client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS, client_secret="of the tests",
    )  # fmt: skip
    rotate_secret(
        client=client,
        by=made.cast.secretariat,
        at=now,
        overlap=dt.timedelta(days=7),
        reason="It is a year old.",
    )
    for day in (0, 1):
        for call in ("GET edition bytes", "POST token", "POST receipt"):
            record_use(account=made.client, call=call, refused=False, at=now - dt.timedelta(days=day))
    return made


def look(page: Page, site: str, *paths: str) -> list[str]:
    """Everything that is wrong with some pages, at both widths."""
    return [fault for path in paths for fault in faults(page, site + path)]


def test_pages_of_the_dcc_s_side_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, stage: publishing.Stage
):
    admin = people.person(Role.ORGANISATION_ADMIN, stage.dcc)
    with opened(1280) as page:
        found = look(
            page,
            live_server.url,
            "/guidance/integrate/",
            "/guidance/api-changes/",
            f"/cpl/entries/{stage.entry}/",
        )
        sign_in(page, live_server.url, stage.cast.secretariat)
        found += look(page, live_server.url, "/admin/cpl/receipt/dcc/")
    with opened(1280) as page:
        sign_in(page, live_server.url, admin)
        found += look(page, live_server.url, "/portal/dcc/clients/")
        page.get_by_text("Change its secret").click()
        page.get_by_label("Reason").first.fill("It stood in a log.")
        follow(page.get_by_role("button", name="Change the secret"))
        assert page.get_by_role("heading", name="The secret is changed").is_visible()
    assert not found, "\n".join(found)
