"""Proposals, consultations and the register of Security Characteristics as people see them, at both widths."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from secgov.accounts.models import User
from secgov.journal import clock
from secgov.journal.models import Rehearsal
from tests.browser.conftest import Opened
from tests.browser.look import faults
from tests.browser.test_pages import sign_in
from tests.factories import proposals as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("LOOK_SHOTS", "")
"""A folder for pictures of the pages, for whoever looks at them by eye."""


def look(page: Page, site: str, *paths: str) -> list[str]:
    """Everything that is wrong with some pages, at both widths."""
    found = []
    for path in paths:
        found += faults(page, site + path)
        for width in (1280, 390) if SHOTS else ():
            page.set_viewport_size({"width": width, "height": 900})
            name = path.strip("/").split("?")[0].replace("/", "-")
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    return found


def test_pages_about_proposals_are_accessible_and_fit(opened: Opened, live_server: LiveServer) -> None:
    Rehearsal.objects.create(now=make.CLOSED, set_at=clock.real_now())
    who = make.cast()
    draft, asked = make.draft(who), make.submitted(who)
    liaised = make.viewed(who, classification="amber")
    waiting = make.prepared(who)

    def seen(user: User | None, *paths: str) -> list[str]:
        with opened(1280) as page:
            if user is not None:
                sign_in(page, live_server.url, user)
            return look(page, live_server.url, *paths)

    found = seen(
        None, "/proposals/", f"/proposals/{waiting.reference}/", "/guidance/security-characteristics/",
        f"/security-characteristics/{who.characteristic.slug}/?commenced_on=1+March+2026",
    )  # fmt: skip
    found += seen(
        who.proposer, f"/portal/proposals/{draft.pk}/form/effect/", f"/portal/proposals/{draft.pk}/check/"
    )
    found += seen(who.supporter, f"/portal/proposals/support/{asked.supports.get().pk}/")
    found += seen(
        who.secretary, f"/portal/proposals/{waiting.pk}/", f"/portal/proposals/{liaised.pk}/act/convene/",
        f"/portal/consultations/{waiting.consultations.get().pk}/", "/portal/ssc/security-characteristics/",
    )  # fmt: skip
    found += seen(who.chair, f"/portal/proposals/{waiting.pk}/decide/")
    assert found == []
