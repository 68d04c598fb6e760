"""What the SSC decides on a plan, by its Chair: approved, not approved, other periods, completed, discharged (Z6.3)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act
from ssc.models import ComplianceFinding, PlanPeriod, PlanVersion, RemedialPlan, RemedyNotice
from ssc.notices import tell_party
from ssc.rules import plans as rules
from ssc.services import plan_access as access
from ssc.services.plan_periods import set_period, standing_of
from ssc.services.plan_versions import version_before_ssc
from ssc.services.plans import CLAUSE, drop_owed, end_as_discharged
from ssc.services.remedy_notices import end_notices, remedied_by_approval


@transaction.atomic
def approve_version(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, number: int, reason: str,
    minute_reference: str = "",
) -> PlanVersion:  # fmt: skip
    """Approve, as Chair for the SSC, the newest version of a plan: it is the plan from now on. Z6.3-D1, Appendix Z 6.3(b)

    Takes the version of the plan that the person saw, and the number of the version approved. The failure to gain
    approval, where a notice runs for it, is remedied with that. Raises Refusal for any but the newest version, Conflict
    where somebody decided before.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    reason = clean_reason(reason, clause="Z6.3(b)")
    chosen, before = version_before_ssc(plan, number=number), plan.current
    chosen.approve()
    _sign(chosen, by, at, reason, minute_reference)
    _approve(plan, chosen, before, grant.actor, at, reason)
    remedied_by_approval(plan, actor=grant.actor, at=at, reason=f"The SSC approved version {chosen.number}.")
    return chosen


def _sign(chosen: PlanVersion, by: User | None, at: dt.datetime, reason: str, minute_reference: str) -> None:
    chosen.decided_by, chosen.decided_at, chosen.decided_reason = by, at, reason
    chosen.minute_reference = minute_reference
    keep(chosen)


def _approve(
    plan: RemedialPlan,
    chosen: PlanVersion,
    before: PlanVersion | None,
    actor: Actor,
    at: dt.datetime,
    reason: str,
) -> None:
    journal.record(
        actor=actor, at=at, verb="ssc.plan_version.approved", subject=chosen, clause="Z6.3(b)", reason=reason
    )
    _carry_findings(before, chosen)
    plan.approve()
    keep(plan)
    act = _record(plan, "approved", actor, at, reason, clause="Z6.3(b)", after={"version": chosen.number})
    for obligation in (*standing_of(plan, rules.PROPOSAL), *standing_of(plan, rules.APPROVAL)):
        journal.discharge(obligation=obligation, act=act, at=at)
    _tell_party(plan, f"version {chosen.number} is approved", f"ssc/plan_approved:{chosen.pk}", at)


def _carry_findings(before: PlanVersion | None, chosen: PlanVersion) -> None:
    """Let what the SSC found of a milestone stand for the same milestone of the version that takes its place."""
    if before is None:
        return
    for milestone in chosen.milestones.all():
        same = before.milestones.filter(
            what=milestone.what, by=milestone.by, devices=milestone.devices
        ).first()
        found = same.findings.order_by("-pk").first() if same else None
        if found is not None:
            ComplianceFinding.objects.create(
                plan=found.plan, milestone=milestone, finding=found.finding, reason=found.reason,
                minute_reference=found.minute_reference, found_by=found.found_by, found_at=found.found_at,
            )  # fmt: skip


@transaction.atomic
def approve_for_authority(
    *, plan: RemedialPlan, actor: Actor, at: dt.datetime, reason: str, reference: str = "",
    version: PlanVersion | None = None,
) -> PlanVersion:  # fmt: skip
    """Approve a version as the Authority determined; it overrides a refusal by the SSC. F2.7B-2

    Takes the version that was referred; without one the newest, as after a time for approval that lapsed. The caller
    has judged who may record that. A notice about the failure to gain approval ends; where its time had
    passed already, a person reviews that. Raises Refusal where no version was proposed, Conflict where it is approved.
    """
    plan = access.lock_plan(plan)
    access.check_goes_on(plan)
    reason = clean_reason(reason, clause="F2.7B")
    chosen = plan.versions.select_for_update().get(pk=version.pk) if version else access.newest_of(plan)
    if chosen is None:
        raise Refusal("The Party has proposed no version that could be approved.", clause="F2.7B(b)")
    if chosen.state == PlanVersion.State.APPROVED:
        raise Conflict(f"{chosen} is approved by now.")
    before = plan.current
    if chosen.state == PlanVersion.State.REFUSED:
        chosen.approve_on_referral()
    else:
        chosen.approve()
    _sign(chosen, None, at, reason, reference)
    _approve(plan, chosen, before, actor, at, reason)
    end_notices(plan, actor=actor, at=at, reason=reason, ground=RemedyNotice.Ground.APPROVAL)
    return chosen


@transaction.atomic
def refuse_version(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, number: int, reason: str,
    minute_reference: str = "",
) -> PlanVersion:  # fmt: skip
    """Formally not approve the newest version, as Chair for the SSC; the Party may refer that. Section F2.7B(b)

    The plan stays where it was, and so does the version approved before (A-17). The Party may propose again.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    reason = clean_reason(reason, clause="F2.7B(b)")
    chosen = version_before_ssc(plan, number=number)
    chosen.refuse()
    _sign(chosen, by, at, reason, minute_reference)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="ssc.plan_version.refused",
        subject=chosen,
        clause="F2.7B(b)",
        reason=reason,
    )
    keep(plan)
    _tell_party(plan, f"version {chosen.number} is not approved", f"ssc/plan_refused:{chosen.pk}", at)
    return chosen


@transaction.atomic
def change_period(
    *,
    plan: RemedialPlan,
    by: User,
    at: dt.datetime,
    version: int,
    kind: str,
    period: rules.Period,
    reason: str,
) -> PlanPeriod:
    """Set another period for proposing a plan or for gaining its approval; the earlier stays on file. Appendix Z 6.3(b)

    Only for what is still to be done. Raises Refusal where days, unit or start are missing (A-60), and where the time for
    approval would then end before the time for proposing.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    reason = clean_reason(reason, clause=CLAUSE)
    if kind not in PlanPeriod.Kind.values or not standing_of(plan, kind):
        raise Refusal("That has been done; its time cannot be changed any more.", clause=CLAUSE, field="kind")
    keep(plan)
    act = _record(plan, "period_changed", grant.actor, at, reason, after={"kind": kind, "days": period.days})
    row = set_period(plan=plan, kind=kind, period=period, reason=reason, by=by, act=act, at=at)
    for proposal in standing_of(plan, rules.PROPOSAL):
        for approval in standing_of(plan, rules.APPROVAL):
            rules.check_periods_fit(proposal=proposal.due_at, approval=approval.due_at)
    _tell_party(
        plan, f"you have until {row.last_day.day} {row.last_day:%B %Y} {row.get_kind_display()}",
        f"ssc/plan_period:{row.pk}", at,
    )  # fmt: skip
    return row


@transaction.atomic
def complete_plan(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, reason: str, minute_reference: str = ""
) -> RemedialPlan:
    """Find, as Chair for the SSC, that a plan has been carried out. Appendix Z 6.3(c)

    Raises Refusal while a remedy notice runs: whether that failure was remedied is settled first.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    reason = clean_reason(reason, clause="Z6.3(c)")
    if plan.state != RemedialPlan.State.APPROVED:
        raise Conflict(f"{plan} is {plan.get_state_display().lower()}: it cannot be completed now.")
    if plan.remedy_notices.running().exists():
        raise Refusal(
            "A remedy notice is running.", clause="Z6.5",
            remedy="Record first whether the failure was remedied, or discharge the plan.",
        )  # fmt: skip
    plan.complete()
    plan.completed_at, plan.ended_reason = at, reason
    keep(plan)
    _record(plan, "completed", grant.actor, at, reason, clause="Z6.3(c)", after={"minute": minute_reference})
    drop_owed(plan, reason="The plan is completed.", at=at)
    _tell_party(plan, "the SSC finds it carried out", f"ssc/plan_completed:{plan.pk}", at)
    return plan


@transaction.atomic
def discharge_plan(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, reason: str
) -> RemedialPlan:
    """Discharge a plan, as Chair for the SSC: it is no longer asked for. Appendix Z 6.3"""
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    end_as_discharged(plan, actor=grant.actor, at=at, reason=reason)
    return plan


def _record(
    plan: RemedialPlan, happened: str, actor: Actor, at: dt.datetime, reason: str, *, clause: str = CLAUSE,
    after: object = None,
) -> Act:  # fmt: skip
    return journal.record(
        actor=actor,
        at=at,
        verb=f"ssc.remedial_plan.{happened}",
        subject=plan,
        clause=clause,
        reason=reason,
        after=after,
    )


def _tell_party(plan: RemedialPlan, what: str, key: str, at: dt.datetime) -> None:
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: {what}", clause=CLAUSE, subject=plan,
        path=access.path_of(plan), key=key, at=at,
    )  # fmt: skip
