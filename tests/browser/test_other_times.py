"""One story: what changed between two editions, and what the list said and was on another day, as people see it."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from cpl.models import DeviceModel, Edition
from cpl.services import corrections
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.factories import devices, publishing, removing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def editions(settings: LazySettings, tmp_path: Path) -> list[Edition]:
    """An edition with two entries; one that removes the first; one that corrects the second and adds a third."""
    publishing.signing_key(settings, tmp_path)
    publishing.party("DCC", "dcc")
    group = removing.committee()
    gone = removing.listed_entry(group.cast, at=AT)
    stays = removing.listed_entry(group.cast, at=AT, firmware_version="05080608")
    publishing.publish(AT, at_once=True)
    event = removing.reported(group, removing.certificate_of(gone, "NCSC"), at=AT + DAY)
    removing.determined(group, gone, at=AT + DAY)
    removing.confirmed(group, event, at=AT + DAY)
    devices.approved(gone.changes.get(kind="remove"), group.approver, at=AT + DAY)
    publishing.publish(AT + DAY, at_once=True)
    request = corrections.ask_correction(
        model=DeviceModel.objects.get(pk=stays.pk), by=group.cast.manufacturer, at=AT + 2 * DAY,
        values={"image_hash": "EE" * 32}, reason="A slip of ours.", evidence=None, evidence_note="Page 2.",
    )  # fmt: skip
    change = corrections.propose_correction(
        request=request, by=group.secretariat, at=AT + 2 * DAY, version=request.version, reason="Seen.",
        public_reason="Typing error in the submission.",
    )  # fmt: skip
    devices.approved(change, group.approver, at=AT + 2 * DAY)
    removing.listed_entry(group.cast, at=AT + 2 * DAY, firmware_version="05080609")
    publishing.publish(AT + 2 * DAY, at_once=True)
    return list(Edition.objects.order_by("number"))


def test_the_list_of_another_time_and_what_changed_are_found_read_and_left_again(
    opened: Opened, live_server: LiveServer, editions: list[Edition]
):
    site = live_server.url
    known = f"{editions[1].issued_at:%Y-%m-%dT%H:%M:%SZ}"
    with opened(1280) as page:
        found = []
        for path, status in (
            ("/cpl/compare/?second=0.003", 200),
            ("/cpl/compare/0.001/0.003/", 200),
            ("/cpl/compare/0.003/0.001/", 200),
            ("/cpl/?as_of=2026-11-02", 200),
            (f"/cpl/?known_at={known}&status=Removed", 200),
            ("/cpl/?as_of=2026-11-01", 404),
            ("/cpl/?as_of=2026-02-30&known_at=noon", 422),
            (f"/cpl/entries/000002/?as_of=2026-11-03&known_at={known}", 200),
            ("/cpl/entries/000003/?as_of=2026-11-03", 404),
            ("/cpl/status/?device_type=gsme&manufacturer_identifier=7E3E&model_identifier=0000&hardware_version=03"
             "&hardware_revision=00&firmware_version=05080607", 200),
        ):  # fmt: skip
            found += faults(page, site + path, status=status)
        assert not found, "\n".join(found)
        # By hand: open the disclosure, give a day, read the answer, follow an entry, and come back to the present.
        page.goto(f"{site}/cpl/")
        page.get_by_text("At another time").click()
        page.get_by_label("As it stood when this day ended").fill("2026-11-02")
        follow(page.get_by_role("button", name="Show entries"))
        assert page.get_by_text("as it stood at the end of Monday 2 November 2026").is_visible()
        follow(page.get_by_role("link", name="000001", exact=True))
        assert page.get_by_role("heading", name="On the list because").is_visible()
        follow(page.get_by_role("link", name="Back to the present"))
        assert page.get_by_role("heading", name="Not on the list").is_visible()
        assert page.get_by_text("as the Security Sub-Committee determined on 3 November 2026").is_visible()
    with opened(1280, dark=True) as page:
        for path in ("/cpl/?as_of=2026-11-02", "/cpl/compare/0.001/0.003/"):
            assert not faults(page, site + path, widths=(1280,))
