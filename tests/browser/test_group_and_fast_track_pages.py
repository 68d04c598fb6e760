"""Working Groups and the fast track as people see them, at both widths, with the sample's people and the longest words."""

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.sample import people as sample_people
from secgov.accounts.models import Organisation, User
from secgov.journal import clock
from secgov.journal.models import Rehearsal
from ssc.models import (
    CommitteeMeeting,
    FastTrackRequest,
    GroupMember,
    GroupPaper,
    SscView,
    TestSlot,
    VulnerabilityNotification,
    WorkingGroup,
)
from ssc.sample import fast_tracks, groups, proposals
from ssc.services.fast_track_queue import plan_slot
from ssc.services.meetings import call_meeting
from tests.browser.conftest import Opened
from tests.browser.look import faults
from tests.browser.test_pages import PASSWORD, sign_in
from tests.cpl.desk import page_of
from tests.factories.fast_tracking import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("LOOK_SHOTS", "")
"""A folder for pictures of the pages, for whoever looks at them by eye."""
LONGEST = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Energy"


def look(page: Page, site: str, *paths: str) -> list[str]:
    """Everything that is wrong with some pages, at both widths; what is folded is opened."""
    found = []
    for path in paths:
        found += faults(page, site + path)
        for width in (1280, 390) if SHOTS else ():
            page.set_viewport_size({"width": width, "height": 900})
            name = path.strip("/").split("?")[0].replace("/", "-")
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    return found


def test_pages_of_groups_and_fast_tracks_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, settings: object, tmp_path: Path
) -> None:
    settings.DEBUG, settings.FAST_TRACK_FROM = True, dt.date(2026, 1, 1)  # type: ignore[attr-defined]
    cast = sample_people.load_people(at=NOON, sign_ins=tmp_path / "sign-ins.json")
    Rehearsal.objects.update(now=NOON, set_at=clock.real_now())
    for name in (
        "testing-participant",
        "dcc",
        "ssc-chair",
        "ssc-secretary",
        "working-group-member",
        "auditor",
        "secretariat",
    ):
        cast[name].set_password(PASSWORD)
        cast[name].save()
    proposals.load_proposals(people=cast, at=NOON)
    groups.load_groups(people=cast, at=NOON)
    fast_tracks.load_fast_tracks(people=cast, at=NOON)
    Organisation.objects.filter(name="Brindle Power").update(name=LONGEST)
    plan_slot(
        organisation=Organisation.objects.get(name=LONGEST), combination="Brindle/" * 18,
        planned_on=NOON.date() + dt.timedelta(days=30), by=cast["dcc"], at=NOON,
    )  # fmt: skip
    call_meeting(on=NOON.date() + dt.timedelta(days=14), place="Room 2", by=cast["ssc-secretary"], at=NOON)
    state = {row.state: f"/portal/fast-track/{row.reference}/" for row in FastTrackRequest.objects.all()}
    group = f"/portal/working-groups/{WorkingGroup.objects.get().pk}/"
    assert set(state) == {"requested", "view_sought", "granted", "refused"}

    def seen(who: str, *paths: str) -> list[str]:
        person: User = cast[who]
        with opened(1280) as page:
            sign_in(page, live_server.url, person)
            return look(page, live_server.url, *paths)

    found = seen(
        "testing-participant", "/portal/fast-track/?as=participant", "/portal/fast-track/new/",
        "/portal/fast-track/notifications/", state["refused"], "/portal/search/?q=FT",
        f"/portal/fast-track/notifications/{VulnerabilityNotification.objects.last()}/",
    )  # fmt: skip
    found += seen(
        "dcc", "/portal/fast-track/", state["requested"], state["granted"],
        f"/portal/fast-track/queue/{TestSlot.objects.exclude(priority=None).get().pk}/",
    )  # fmt: skip
    found += seen(
        "ssc-secretary", state["view_sought"], group, "/portal/working-groups/", "/portal/working-groups/terms/",
        f"/portal/working-groups/{WorkingGroup.objects.get().pk}/members/{GroupMember.objects.last().pk}/end/",
        f"/portal/ssc/meetings/{CommitteeMeeting.objects.get().pk}/",
    )  # fmt: skip
    found += seen("working-group-member", f"{group}?as=member")
    rows = (FastTrackRequest, SscView, TestSlot, WorkingGroup, GroupMember, GroupPaper)
    desk = [page_of(row.objects.first()) for row in rows]
    lists = [address.rsplit("/", 3)[0] + "/" for address in desk]
    found += seen("auditor", *desk, *lists)
    found += seen("testing-participant", "/guidance/fast-track/")
    assert not found, "\n".join(found)
    with opened(390) as page:
        sign_in(page, live_server.url, cast["secretariat"])
        answers = {address: page.goto(live_server.url + address).status for address in (*desk, *lists)}
    hidden = {"fasttrackrequest", "sscview", "testslot", "grouppaper"}
    assert {address.split("/")[3] for address, status in answers.items() if status == 403} == hidden
