"""Remedial Plans as the SSC imposes, changes and ends them (Z6.3, chart 7)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Grant
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation
from ssc.models import Determination, RemedialPlan
from ssc.notices import tell_party
from ssc.rules import plans as rules
from ssc.services.plan_access import ENDED, path_of
from ssc.services.plan_periods import set_period
from ssc.services.references import next_reference
from ssc.services.remedy_notices import end_notices

CLAUSE = "Z6.3"


@transaction.atomic
def impose_plans(
    *, determination: Determination, grant: Grant, at: dt.datetime, act: Act
) -> list[RemedialPlan]:
    """Impose one plan on each obligated Party of a confirmed determination, and tell each of its own. Appendix Z 6.3

    Takes the determination, the Chair's membership and the act that confirmed it. Each plan has both periods, whose
    obligations start with an act of its own. A Party that has its plan of this determination already is passed over.
    Raises Refusal without an obligated Party, and where a period lacks its days, unit or start (A-60).
    """
    periods = _periods_of(determination)
    obliged = list(determination.obliged.order_by("name"))
    if not obliged:
        raise Refusal("Name the Parties on whom the plan is imposed.", clause="Z6.2(c)", field="obliged")
    have = set(determination.plans.values_list("organisation_id", flat=True))
    return [
        _impose(determination, organisation, periods, grant, at, act)
        for organisation in obliged
        if organisation.pk not in have
    ]


def _periods_of(determination: Determination) -> dict[str, rules.Period]:
    periods = {
        rules.PROPOSAL: rules.Period(
            determination.proposal_days, determination.proposal_unit, determination.proposal_starts_on
        ),
        rules.APPROVAL: rules.Period(
            determination.approval_days, determination.approval_unit, determination.approval_starts_on
        ),
    }
    for kind, period in periods.items():
        rules.check_period(period, name=kind)
    calendar = journal.working_calendar()
    ends = {kind: rules.due_period(period, calendar) for kind, period in periods.items()}
    rules.check_periods_fit(proposal=ends[rules.PROPOSAL].due_at, approval=ends[rules.APPROVAL].due_at)
    return periods


def _impose(
    determination: Determination, organisation: Organisation, periods: dict[str, rules.Period], grant: Grant,
    at: dt.datetime, act: Act,
) -> RemedialPlan:  # fmt: skip
    plan = RemedialPlan(
        determination=determination,
        organisation=organisation,
        imposed_at=at,
        reference=next_reference(RemedialPlan.objects.all(), "RP"),
    )
    plan.full_clean(exclude=["state"])
    plan.save()
    imposed = journal.record(
        actor=grant.actor, at=at, verb="ssc.remedial_plan.imposed", subject=plan, clause=CLAUSE,
        reason=determination.reasons or act.reason,
        after={"party": organisation.name, "determination": determination.pk},
    )  # fmt: skip
    for kind, period in periods.items():
        set_period(
            plan=plan, kind=kind, period=period, reason="As determined.", by=grant.user, act=imposed, at=at
        )
    tell_party(
        organisation=organisation, title=f"Remedial Plan {plan}: the SSC asks you to propose it", clause=CLAUSE,
        subject=plan, path=path_of(plan), key=f"ssc/plan_imposed:{plan.pk}", at=at,
    )  # fmt: skip
    return plan


@transaction.atomic
def discharge_plans_of(
    *, determination: Determination, actor: Actor, at: dt.datetime, reason: str
) -> list[RemedialPlan]:
    """Discharge every plan of a determination that is void or overridden and has not ended. Appendix Z 6.3

    Gives those discharged; a second call finds none. What was owed under them falls away, and each Party is told.
    """
    rows = RemedialPlan.objects.select_for_update(of=("self",)).filter(determination=determination)
    standing = list(rows.exclude(state__in=ENDED).order_by("pk"))
    for plan in standing:
        end_as_discharged(plan, actor=actor, at=at, reason=reason)
    return standing


def end_as_discharged(plan: RemedialPlan, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Discharge a plan that the caller has locked: nothing is owed under it any more. Appendix Z 6.3"""
    reason = clean_reason(reason, clause=CLAUSE)
    plan.discharge()
    plan.discharged_at, plan.ended_reason = at, reason
    keep(plan)
    journal.record(
        actor=actor, at=at, verb="ssc.remedial_plan.discharged", subject=plan, clause=CLAUSE, reason=reason
    )
    end_notices(plan, actor=actor, at=at, reason=reason)
    drop_owed(plan, reason=reason, at=at)
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: it is no longer asked of you", clause=CLAUSE,
        subject=plan, path=path_of(plan), key=f"ssc/plan_discharged:{plan.pk}", at=at,
    )  # fmt: skip


def drop_owed(plan: RemedialPlan, *, reason: str, at: dt.datetime) -> None:
    """Let everything fall away that is still owed under a plan that has ended, its reports among it."""
    for row in (plan, *plan.progress_requests.all()):
        for obligation in Obligation.objects.standing().about(row):
            journal.fall_away(obligation=obligation, reason=reason, at=at)
