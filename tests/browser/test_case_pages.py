"""The SSC's pages as people see them: docket, case, determination, the Chair's page, paper, meeting, members."""

import datetime as dt

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from ssc.services import impact, meetings, participants, requests
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.browser.test_pages import sign_in
from tests.factories import cases, dcc_lists

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def setting() -> cases.Stage:
    """Two cases: one with everything on file, one before the Chair; as of the true now."""
    now = dt.datetime.now(dt.UTC)
    made = cases.stage(entries=2, at=now, imported=True)
    first, second = made.cases
    dcc_lists.version(
        "counts", dcc_lists.dcc_person(),
        {"entry": f"{made.entries[0]}", "supplier": "Ashbeck Energy", "devices": 1000, "systems": 900}, at=now,
    )  # fmt: skip
    cases.triaged(made, first, at=now)
    requests.request_information(
        case=first, by=made.secretary, at=now, addressee=made.suppliers[0], question="How many a week?",
        reply_by=(now + 9 * cases.DAY).date(),
    )  # fmt: skip
    participants.write_note(case=first, by=made.member, at=now, text="Was it tested with the seal on?")
    impact.compute_impact(case=first, by=made.secretary, at=now, removal_day=(now + 90 * cases.DAY).date())
    cases.triaged(made, second, at=now)
    cases.put(made, second, at=now, with_plan=True)
    made.meeting = meetings.call_meeting(on=now.date(), place="Room 2", by=made.secretary, at=now)
    return made


def look(page: Page, site: str, *paths: str) -> list[str]:
    """Everything that is wrong with some pages, at both widths."""
    return [fault for path in paths for fault in faults(page, site + path)]


def test_pages_of_the_committee_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer, setting: cases.Stage
):
    first, second = (f"/portal/ssc/cases/{case}/" for case in setting.cases)
    with opened(1280) as page:
        sign_in(page, live_server.url, setting.secretary)
        found = look(
            page, live_server.url, "/portal/ssc/", first, f"{first}impact/1/", f"{first}triage/", f"{first}ask/",
            "/portal/ssc/meetings/", f"/portal/ssc/meetings/{setting.meeting.pk}/", "/portal/ssc/members/",
            "/portal/ssc/determinations/",
        )  # fmt: skip
        page.goto(live_server.url + first)
        follow(page.get_by_role("button", name="Put to the Chair"))
        assert page.get_by_role(
            "link", name="Say what removal would mean for Energy Consumers"
        ).first.is_visible()
    with opened(1280) as page:
        sign_in(page, live_server.url, setting.chair)
        found += look(page, live_server.url, f"{second}decide/")
        page.goto(f"{live_server.url}{second}decide/")
        page.get_by_label("Yes, this is what it determined").check()
        page.get_by_label("Reason").fill("As minuted.")
        follow(page.get_by_role("button", name="Record my decision"))
        assert page.get_by_role("heading", name="Determined: not remove, with a plan").is_visible()
        found += look(page, live_server.url, second)
    assert not found, "\n".join(found)
