"""Steps of a plan's life, as tests take them."""

import datetime as dt
from typing import Any

from secgov.accounts.models import User
from ssc.models import ComplianceFinding, PlanVersion, RemedialPlan, RemedyNotice
from ssc.rules.plans import Promised
from ssc.services import minuted, plan_decisions, plan_progress, plan_versions, remedy_notices
from tests.factories import plans
from tests.factories.plans import IMPOSED

DAY = dt.timedelta(days=1)
PROPOSED = IMPOSED + 2 * DAY
APPROVED = IMPOSED + 8 * DAY
MILESTONES = (
    Promised("Trial upgrade of 400 meters", dt.date(2027, 3, 31), 400),
    Promised("All meters", dt.date(2027, 4, 30), 9870),
)


def now(plan: RemedialPlan) -> RemedialPlan:
    """The plan as it is now."""
    return RemedialPlan.objects.get(pk=plan.pk)


def imposed(group: plans.Committee, party: User, *, number: int = 344, **values: Any) -> RemedialPlan:
    """A plan imposed on a person's Party."""
    made = plans.determination(group, plans.organisation_of(party), model=plans.entry(number), **values)
    return plans.impose(group, made)[0]


def proposed(plan: RemedialPlan, party: User, *, at: dt.datetime = PROPOSED, **values: Any) -> PlanVersion:
    """A version of it, proposed by the Party."""
    given = {
        "remedy": "Upgrade every meter to mended firmware.", "remedied_by": dt.date(2027, 4, 30),
        "milestones": MILESTONES, "answers": {}, "version": now(plan).version,
    }  # fmt: skip
    return plan_versions.propose_plan(plan=plan, by=party, at=at, **given | values)


def commented(plan: RemedialPlan, by: User, *, at: dt.datetime = PROPOSED + DAY, text: str = "How?") -> Any:
    """A comment on its newest version."""
    return plan_versions.comment_on_plan(
        plan=plan, by=by, at=at, version=now(plan).version, number=plan.versions.count(), text=text
    )


def approved(plan: RemedialPlan, chair: User, *, at: dt.datetime = APPROVED) -> PlanVersion:
    """Its newest version, approved by the Chair."""
    return plan_decisions.approve_version(
        plan=plan,
        by=chair,
        at=at,
        version=now(plan).version,
        number=plan.versions.count(),
        reason="It will do.",
    )


def refused(plan: RemedialPlan, chair: User, *, at: dt.datetime = APPROVED) -> PlanVersion:
    """Its newest version, refused by the Chair."""
    return plan_decisions.refuse_version(
        plan=plan,
        by=chair,
        at=at,
        version=now(plan).version,
        number=plan.versions.count(),
        reason="Too slow.",
    )


def found(
    plan: RemedialPlan, chair: User, finding: str, *, at: dt.datetime, milestone: int = 1
) -> ComplianceFinding:
    """A finding on a milestone of the version that binds."""
    return plan_progress.find_compliance(
        plan=plan, by=chair, at=at, version=now(plan).version, finding=finding, reason="Weighed.",
        milestone=now(plan).current.milestones.get(number=milestone),
    )  # fmt: skip


def notified(
    plan: RemedialPlan, chair: User, *, at: dt.datetime, ground: str = "compliance", milestone: int | None = 1
) -> RemedyNotice:
    """A remedy notice."""
    about = now(plan).current.milestones.get(number=milestone) if milestone else None
    return remedy_notices.send_remedy_notice(
        plan=plan,
        by=chair,
        at=at,
        version=now(plan).version,
        ground=ground,
        text="Remedy milestone 1.",
        milestone=about,
    )


def remedied(notice: RemedyNotice, chair: User, *, on: dt.date, at: dt.datetime) -> None:
    """That a failure was remedied on a day: recorded by the secretary, carried out by the Chair."""
    secretary = notice.plan.determination.prepared_by
    row = minuted.record_minuted_decision(
        plan=notice.plan, by=secretary, at=at, version=now(notice.plan).version, kind="remedied", reason="Seen.",
        minute_reference="SSC 114", decided=minuted.Decided(notice=notice, remedied_on=on),
    )  # fmt: skip
    minuted.decide_minuted(
        decision=row, by=chair, at=at, version=row.version, agree=True, reason="So minuted."
    )


def carried_out(group: plans.Committee, party: User, **values: Any) -> RemedialPlan:
    """An approved plan."""
    plan = imposed(group, party, **values)
    proposed(plan, party)
    approved(plan, group.chair)
    return now(plan)


def failed(group: plans.Committee, party: User, *, at: dt.datetime) -> tuple[RemedialPlan, RemedyNotice]:
    """An approved plan with a remedy notice about its first milestone, sent at an instant."""
    plan = carried_out(group, party)
    found(plan, group.chair, "non_compliant", at=at)
    return now(plan), notified(plan, group.chair, at=at)
