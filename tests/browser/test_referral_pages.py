"""Referrals, advice and the desk's casework as people see them, at both widths."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from secgov.accounts.models import User
from secgov.journal import clock
from secgov.journal.models import Rehearsal
from ssc.services.advice import advise_authority
from tests.browser.conftest import Opened
from tests.browser.look import faults
from tests.browser.test_pages import sign_in
from tests.cpl.desk import page_of
from tests.factories import cases, referring, removing
from tests.ssc import planning

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
            name = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    return found


def test_pages_about_referrals_and_advice_are_accessible_and_fit(
    opened: Opened, live_server: LiveServer
) -> None:
    Rehearsal.objects.create(now=removing.NOON + 2 * removing.DAY, set_at=clock.real_now())
    group = removing.committee()
    smets1 = removing.smets1_entry(group.cast)
    refused = referring.panel_decided(group, smets1, "not_remove")
    lodged = referring.lodged(refused, group.supplier, documents=2)
    draft = referring.drafted(smets1.panel_decisions.get(kind="add"), group.supplier)
    advice = advise_authority(
        by=group.secretary, at=removing.NOON,
        values={"kind": "potential", "devices": "Meters of one maker", "security_characteristics": "SM 1.3",
                "text": "They may not comply.", "advised_on": removing.NOON.date(), "minute_reference": "SSC 112"},
    )  # fmt: skip
    entry = removing.listed_entry(group.cast)
    of_ssc = referring.lodged(referring.ssc_determined(group, entry, "retain"), group.supplier)
    answer = referring.recorded(group, of_ssc, "remove")

    def seen(who: User, *paths: str) -> list[str]:
        with opened(1280) as page:
            sign_in(page, live_server.url, who)
            return look(page, live_server.url, *paths)

    found = seen(
        group.supplier, "/portal/referrals/", f"/portal/referrals/{draft}/", f"/portal/referrals/{lodged}/",
        f"/portal/referrals/{lodged}/print/", f"/portal/referrals/new/?decision=panel-{refused.pk}",
    )  # fmt: skip
    found += seen(group.recorder, f"/portal/referrals/{lodged}/?as=recorder", "/portal/authority-advice/")
    found += seen(
        group.chair, "/portal/authority-advice/?as=chair", f"/portal/authority-advice/{advice}/", "/portal/ssc/scheme/",
        f"/portal/referrals/{of_ssc}/?as=chair",
    )  # fmt: skip
    found += seen(group.secretariat, page_of(answer), page_of(of_ssc))
    assert not found, "\n".join(found)


def test_casework_on_the_desk_is_accessible_and_fits(opened: Opened, live_server: LiveServer) -> None:
    Rehearsal.objects.create(now=cases.NOON + 5 * cases.DAY, set_at=clock.real_now())
    setting = cases.stage(confirmed=True)
    made = cases.decided(setting, with_plan=True)
    plan = made.plans.get()
    planning.proposed(plan, setting.group.supplier, at=cases.NOON + cases.DAY)
    planning.refused(plan, setting.chair, at=cases.NOON + 2 * cases.DAY)
    notice = planning.notified(
        plan, setting.chair, at=cases.NOON + 3 * cases.DAY, ground="approval", milestone=None
    )
    rows = (setting.case, made, plan, notice)
    with opened(1280) as page:
        sign_in(page, live_server.url, setting.group.secretariat)
        lists = [page_of(row).rsplit("/", 3)[0] + "/" for row in rows]
        found = look(page, live_server.url, "/admin/", *map(page_of, rows), *lists)
    assert not found, "\n".join(found)
