"""Questions, corrections, comparisons and the work lists as people see them, with the longest words they may hold."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import CorrectionRequest, Submission
from cpl.services import queries
from tests.browser.conftest import Opened
from tests.browser.look import faults
from tests.browser.test_pages import sign_in
from tests.cpl import hostile
from tests.factories import casts, devices, publishing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "W" * 4000


@pytest.fixture
def cast(settings: LazySettings, tmp_path: Path) -> casts.Cast:
    """A world whose every text is one word of 4,000 letters, with a question and a correction that wait."""
    publishing.signing_key(settings, tmp_path)
    made = hostile.written(LONG).cast
    row = devices.draft(made.manufacturer, made.maker, firmware_version="05080620", image_hash="20" * 32)
    row = hostile.handed_in(row, made.manufacturer, LONG)
    devices.submissions.take_up(submission=row, by=made.secretariat, at=devices.NOON, version=row.version)
    row = Submission.objects.get(pk=row.pk)
    queries.ask_query(submission=row, by=made.secretariat, at=devices.NOON, version=row.version, text=LONG)
    return made


def looked_at(page: Page, site: str, addresses: list[str]) -> list[str]:
    """Open every address at both widths; give what is wrong."""
    return [fault for address in addresses for fault in faults(page, f"{site}{address}")]


def test_the_owner_s_pages_are_accessible_and_hold_the_longest_words(
    opened: Opened, live_server: LiveServer, cast: casts.Cast
):
    asked = Submission.objects.get(state="queried").reference
    listed = Submission.objects.get(state="accepted").reference
    correction = CorrectionRequest.objects.get(state="asked").pk
    with opened(1280) as page:
        sign_in(page, live_server.url, cast.manufacturer)
        found = looked_at(
            page,
            live_server.url,
            [
                "/portal/",
                f"/portal/submissions/{asked}/",
                f"/portal/submissions/{asked}/print/",
                f"/portal/submissions/{asked}/withdraw/",
                f"/portal/submissions/{listed}/versions/",
                "/portal/corrections/",
                f"/portal/corrections/{correction}/",
                "/portal/corrections/new/1/",
                "/cpl/entries/000001/",
                "/guidance/suppliers/",
                "/guidance/dcc/",
                "/guidance/parties/",
                "/guidance/contact/",
            ],
        )
    assert not found, "\n".join(found)


def test_the_desk_s_pages_are_accessible_and_hold_the_longest_words(
    opened: Opened, live_server: LiveServer, cast: casts.Cast
):
    asked = Submission.objects.get(state="queried").pk
    listed = Submission.objects.get(state="accepted").pk
    correction = CorrectionRequest.objects.get(state="asked").pk
    with opened(1280) as page:
        sign_in(page, live_server.url, cast.secretariat)
        found = looked_at(
            page,
            live_server.url,
            [
                "/admin/?whose=mine",
                "/admin/search/?q=tarnwick",
                reverse("admin:cpl_submission_change", args=[asked]),
                reverse("admin:cpl_submission_versions", args=[listed]),
                reverse("admin:cpl_submission_documents", args=[listed]),
                f"{reverse('admin:cpl_submission_assign')}?submission={asked}",
                reverse("admin:cpl_correctionrequest_change", args=[correction]),
                f"{reverse('admin:cpl_correctionrequest_start')}?entry=000001",
                f"{reverse('admin:cpl_devicemodel_compare')}?a=1&b=1",
                f"{reverse('admin:cpl_devicemodel_lacking')}?what=DLMS",
                f"{reverse('admin:cpl_devicemodel_give')}?what=NCSC&entry=1",
                f"{reverse('admin:cpl_devicemodel_give')}?what=firmware&entry=1",
            ],
        )
    assert not found, "\n".join(found)
