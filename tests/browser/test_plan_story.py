"""A plan with a notice that runs, as its Party and the SSC see it, in the words of people and in the longest words."""

import datetime as dt

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from secgov.accounts.models import User
from secgov.journal.models import Rehearsal
from ssc.models import InformationRequest
from ssc.rules.plans import Promised
from ssc.services import minuted, plan_progress
from tests.browser.conftest import Opened
from tests.browser.look import faults
from tests.browser.test_pages import sign_in
from tests.factories import plans
from tests.ssc import planning
from tests.ssc.planning import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOW = dt.datetime(2027, 3, 17, 15, tzinfo=dt.UTC)
LONG = "W" * 300
MILESTONES = (
    Promised("Trial upgrade of 400 meters", dt.date(2027, 2, 19), 400),
    Promised("First 1,900 meters", dt.date(2027, 2, 26), 1900),
    Promised("First 6,200 meters", dt.date(2027, 4, 30), 6200),
    Promised(LONG, dt.date(2027, 6, 30), 9870),
)


def story(group: plans.Committee, party: User) -> None:
    """A plan in its third version with a remedy notice, and one just imposed."""
    plan = planning.imposed(group, party)
    given = {"milestones": MILESTONES, "remedied_by": dt.date(2027, 6, 30)}
    planning.proposed(plan, party, **given)
    comment = planning.commented(plan, group.member, text="How will you reach meters out of contact?")
    planning.proposed(plan, party, answers={comment.pk: "A visit within 20 Working Days."}, **given)
    planning.approved(plan, group.chair)
    for day, done in ((19, 400), (26, 1240)):
        at = dt.datetime(2027, 2, day, 16, tzinfo=dt.UTC)
        plan_progress.report_progress(
            plan=plan, by=party, at=at, text=f"{done} so far.", as_of=at.date(), devices=done
        )
    sent = dt.datetime(2027, 3, 1, 10, tzinfo=dt.UTC)
    planning.found(plan, group.chair, "met", at=sent, milestone=1)
    planning.found(plan, group.chair, "non_compliant", at=sent, milestone=2)
    planning.notified(plan, group.chair, at=sent, milestone=2)
    plan_progress.request_progress(
        plan=plan,
        by=group.secretary,
        at=sent,
        question=f"Why were 660 missed? {LONG}",
        reply_by=dt.date(2027, 3, 17),
    )
    planning.proposed(plan, party, at=sent, **given)
    comment = planning.commented(plan, group.member, at=sent, text=LONG)
    minuted.record_minuted_decision(
        plan=plan, by=group.secretary, at=sent, version=now(plan).version, kind="refuse", reason="Too slow.",
        minute_reference="SSC 114", decided=minuted.Decided(plan_version=plan.versions.get(number=3)),
    )  # fmt: skip
    InformationRequest.objects.create(
        case=plan.determination.case, addressee=plan.organisation, question="How many upgrades a week?",
        reply_by=dt.date(2027, 3, 19), asked_by=group.secretary, asked_at=sent,
    )  # fmt: skip
    planning.imposed(group, party, number=345)


def looked_at(page: Page, site: str, addresses: list[str]) -> list[str]:
    """Open every address at both widths; give what is wrong."""
    return [fault for address in addresses for fault in faults(page, f"{site}{address}")]


def test_the_pages_of_plans_are_accessible_and_hold_the_longest_words(
    opened: Opened, live_server: LiveServer
) -> None:
    group, party = plans.committee(), plans.supplier()
    story(group, party)
    Rehearsal.objects.create(now=NOW, set_at=dt.datetime.now(dt.UTC))
    asked = InformationRequest.objects.get().pk
    mine, theirs = "/portal/plans/RP-001/", "/portal/ssc/plans/RP-001/"
    found = []
    with opened(1280) as page:
        sign_in(page, live_server.url, party)
        found += looked_at(
            page, live_server.url,
            [
                "/portal/plans/", f"/portal/plans/requests/{asked}/", mine, f"{mine}versions/2/", f"{mine}propose/",
                f"{mine}report/", f"{mine}milestones/3/evidence/", f"{mine}notices/1/remedied/", "/portal/plans/RP-002/",
            ],
        )  # fmt: skip
    with opened(1280) as page:
        sign_in(page, live_server.url, group.chair)
        found += looked_at(
            page, live_server.url,
            [
                "/portal/ssc/plans/", theirs, f"{theirs}decide/", f"{theirs}find/", f"{theirs}notice/",
                f"{theirs}notices/1/time/", f"{theirs}minuted/1/", "/portal/ssc/plans/RP-002/period/",
            ],
        )  # fmt: skip
    with opened(1280) as page:
        sign_in(page, live_server.url, group.secretary)
        found += looked_at(page, live_server.url, [f"{theirs}minute/"])
    assert not found, "\n".join(found)
