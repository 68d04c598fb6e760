"""Remedial Plans at several stages, carried on from the sample's determination through the services as in life."""

import datetime as dt
from typing import Any

from secgov.accounts.models import User
from secgov.time_rules import london_day
from ssc.models import RemedialPlan
from ssc.rules.plans import Promised
from ssc.services import plan_decisions, plan_progress, plan_versions, remedy_notices

REMEDY = (
    "Every meter gets the mended firmware: first a trial, then by region. Meters out of contact get a visit."
)


def load_plans(*, people: dict[str, User], at: dt.datetime) -> None:
    """One plan is carried out and has a remedy notice, one waits for the Party's answer; others stay as imposed."""
    imposed = []
    for name in ("supplier", "supplier2"):
        own = people[name].memberships.values("organisation")
        rows = RemedialPlan.objects.filter(organisation__in=own, state="imposed").order_by("pk")
        imposed += [(plan, people[name]) for plan in rows]
    for (plan, person), step in zip(imposed, (_carried_out, _commented), strict=False):
        step(plan, person, people, at)


def _now(plan: RemedialPlan) -> RemedialPlan:
    return RemedialPlan.objects.get(pk=plan.pk)


def _propose(plan: RemedialPlan, by: User, at: dt.datetime, answers: dict[int, str] | None = None) -> None:
    today = london_day(at)
    days: Any = [today + dt.timedelta(days=each) for each in (30, 60, 120)]
    plan_versions.propose_plan(
        plan=plan, by=by, at=at, version=_now(plan).version, remedy=REMEDY, remedied_by=days[-1], answers=answers or {},
        milestones=[
            Promised("Trial upgrade of 40 meters", days[0], 40),
            Promised("The first 190 meters", days[1], 190),
            Promised("All meters", days[2], 620),
        ],
    )  # fmt: skip


def _commented(plan: RemedialPlan, by: User, people: dict[str, User], at: dt.datetime) -> None:
    _propose(plan, by, at)
    plan_versions.comment_on_plan(
        plan=plan, by=people["ssc-member"], at=at, version=_now(plan).version, number=1,
        text="How will you reach meters that have been out of contact for 90 days?",
    )  # fmt: skip


def _carried_out(plan: RemedialPlan, by: User, people: dict[str, User], at: dt.datetime) -> None:
    _commented(plan, by, people, at)
    comment = plan_versions.unanswered(plan)[0]
    _propose(plan, by, at, {comment.pk: "By a visit within 20 Working Days."})
    chair = people["ssc-chair"]
    plan_decisions.approve_version(
        plan=plan, by=chair, at=at, version=_now(plan).version, number=2, reason="Sample: it is soon enough.",
        minute_reference="SSC 113, item 2",
    )  # fmt: skip
    plan_progress.report_progress(
        plan=plan, by=by, at=at, text="Sample: the trial has begun.", as_of=london_day(at), devices=12
    )
    plan_progress.request_progress(
        plan=plan, by=people["ssc-secretary"], at=at, question="How many meters have been out of contact for 90 days?",
        reply_by=london_day(at) + dt.timedelta(days=14),
    )  # fmt: skip
    plan_progress.find_compliance(
        plan=plan, by=chair, at=at, version=_now(plan).version, finding="non_compliant",
        reason="Sample: the log that section 3 promises was not given.",
    )  # fmt: skip
    remedy_notices.send_remedy_notice(
        plan=plan, by=chair, at=at, version=_now(plan).version, ground="compliance",
        text="Sample: give the log that section 3 of version 2 promises.", minute_reference="SSC 113, item 3",
    )  # fmt: skip
