"""The daily look at plans: times that are ending or have ended, milestones, remedy notices (theme E)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import models, transaction

from cpl.notices import in_words
from cpl.services.rows import keep
from secgov.accounts.models import Organisation
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Message, Notice, Obligation
from secgov.time_rules import london_day
from ssc.models import Milestone, ProgressRequest, RemedialPlan, RemedyNotice
from ssc.notices import tell_party
from ssc.rules import plans as rules
from ssc.rules import remedy
from ssc.services import plan_access as access
from ssc.services.remedy_notices import CLAUSE, clock_of, task_key

SECOND = dt.timedelta(seconds=1)
TIMES = {"Z6.3(a)": "time to propose it", "Z6.3(b)": "time to gain its approval", "Z6.3(d)": "time to report"}


def watch_plans(*, clock: Callable[[], dt.datetime]) -> int:
    """Warn of what ends, tell of what has ended, report what is unremedied. Appendix Z 6.3(a), Appendix Z 6.5

    One plan for each transaction; may run twice, late, or beside itself: each thing is told once. Gives how many were.
    """
    told = 0
    plans = RemedialPlan.objects.exclude(state__in=access.ENDED).order_by("pk")
    for plan in list(plans.select_related("organisation", "determination")):
        told += _watch_plan(plan, at=clock())
    return told


@transaction.atomic
def _watch_plan(plan: RemedialPlan, *, at: dt.datetime) -> int:
    plan = access.lock_plan(plan)
    if plan.state in access.ENDED:
        return 0
    told = sum(_watch_time(plan, subject, owed, at) for subject, owed in _owed_under(plan))
    told += sum(_watch_milestone(plan, each, at) for each in _milestones_of(plan))
    running = plan.remedy_notices.running().select_for_update(of=("self",)).order_by("pk")
    return told + sum(_watch_notice(plan, each, at) for each in running)


def _owed_under(plan: RemedialPlan) -> Iterable[tuple[models.Model, Obligation]]:
    """What stands of the periods and of the reports asked for."""
    requests = ProgressRequest.objects.filter(plan=plan)
    for subject in (plan, *requests):
        for obligation in Obligation.objects.standing().about(subject).filter(clause__in=TIMES):
            yield subject, obligation


def _watch_time(plan: RemedialPlan, subject: models.Model, owed: Obligation, at: dt.datetime) -> int:
    last_day, today = london_day(owed.due_at - SECOND), london_day(at)
    named = f"{subject._meta.label_lower}:{subject.pk}:{owed.clause}:{last_day}"
    words = TIMES[owed.clause]
    if at >= owed.due_at:
        told = _tell(plan, f"the {words} has ended", owed.clause, f"ssc/plan_time_over:{named}", at)
        return told + _call(plan, f"ssc/plan_time_over:{named}", at)
    if not rules.is_warned(
        began_on=london_day(owed.opened_at),
        last_day=last_day,
        today=today,
        calendar=journal.working_calendar(),
    ):
        return 0
    return _tell(plan, f"the {words} is ending", owed.clause, f"ssc/plan_warning:{named}", at)


def _milestones_of(plan: RemedialPlan) -> Iterable[Milestone]:
    """The milestones of the version that binds on which the SSC has found nothing yet. Appendix Z 6.3(c)"""
    current = plan.current
    return current.milestones.filter(findings=None) if current else []


def _watch_milestone(plan: RemedialPlan, milestone: Milestone, at: dt.datetime) -> int:
    """Warn before a milestone; once its day is gone, tell the SSC, which alone judges. Appendix Z 6.3(c)"""
    today, key = london_day(at), f"{milestone.pk}:{milestone.by}"
    if today > milestone.by:
        told = _tell(
            plan,
            f"the day of milestone {milestone.number} has passed",
            "Z6.3(c)",
            f"ssc/milestone_over:{key}",
            at,
        )
        return told + _call(plan, f"ssc/milestone_over:{key}", at)
    began_on = london_day(milestone.plan_version.decided_at or at)
    if not rules.is_warned(
        began_on=began_on, last_day=milestone.by, today=today, calendar=journal.working_calendar()
    ):
        return 0
    return _tell(plan, f"milestone {milestone.number} is near", "Z6.3(c)", f"ssc/milestone_warning:{key}", at)


def _watch_notice(plan: RemedialPlan, notice: RemedyNotice, at: dt.datetime) -> int:
    clock = clock_of(notice)
    if clock is None or not clock.is_standing or notice.reported_at is not None:
        return 0
    if remedy.is_unremedied(due_at=clock.due_at, at=at, remedied_on=None):
        _report(plan, notice, clock, at)
        return 1
    last_day = london_day(clock.due_at - SECOND)
    left = remedy.due_warning(last_day=last_day, today=london_day(at), calendar=journal.working_calendar())
    if left is None:
        return 0
    days = f"{left} Working Day{'' if left == 1 else 's'} left to remedy"
    return _tell(plan, days, CLAUSE, f"ssc/remedy_warning:{notice.pk}:{left}:{last_day}", at)


def _report(plan: RemedialPlan, notice: RemedyNotice, clock: Obligation, at: dt.datetime) -> None:
    """Report to the SSC and the Panel that the condition of an Event of Default is met; declare nothing. Appendix Z 6.5

    Reading: for the DCC too, with a remark (A-65).
    """
    remark = remedy.remark_on(is_dcc=plan.organisation.kind == Organisation.Kind.DCC)
    notice.reported_at = at
    keep(notice)
    reason = f"Not recorded as remedied by the end of the time, {in_words(clock.due_at)}. {remark}".strip()
    journal.record(
        actor=SYSTEM, at=at, verb="ssc.remedy_notice.unremedied", subject=notice, clause=CLAUSE, reason=reason,
        after={"due_at": clock.due_at, "declared": False},
    )  # fmt: skip
    journal.open_task(
        key=task_key(notice), title=f"{notice}: the condition of an Event of Default is met", clause=CLAUSE, at=at,
        subject=notice, detail=f"{plan.organisation}. {reason} The system declares nothing: the Panel judges.",
    )  # fmt: skip
    _call(plan, f"ssc/unremedied:{notice.pk}", at)
    _tell(plan, "the time to remedy has passed", CLAUSE, f"ssc/unremedied:{notice.pk}", at)


def _tell(plan: RemedialPlan, what: str, clause: str, key: str, at: dt.datetime) -> int:
    """Tell the Party once; give how many notices that made."""
    if Notice.objects.filter(organisation=plan.organisation_id, key=key).exists():
        return 0
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: {what}", clause=clause, subject=plan,
        path=access.path_of(plan), key=key, at=at,
    )  # fmt: skip
    return 1


def _call(plan: RemedialPlan, key: str, at: dt.datetime) -> int:
    """Mail the SSC once; give whether that was now."""
    if Message.objects.filter(key__startswith=f"{key}:").exists():
        return 0
    access.call_committee(plan, key=key, at=at)
    return 1
