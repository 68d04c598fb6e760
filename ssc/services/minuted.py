"""Decisions of the SSC on a plan that its secretary records from the minutes and its Chair confirms (chart 7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from ssc.models import Milestone, MinutedDecision, PlanVersion, RemedialPlan, RemedyNotice
from ssc.rules import minuted as rules
from ssc.services import plan_access as access
from ssc.services.plan_decisions import approve_version, complete_plan, discharge_plan, refuse_version
from ssc.services.plan_progress import find_compliance
from ssc.services.remedy_notices import mark_remedied, send_remedy_notice

Kind = MinutedDecision.Kind


@dataclass(frozen=True, slots=True)
class Decided:
    """What exactly was decided; each kind needs some of these."""

    plan_version: PlanVersion | None = None
    milestone: Milestone | None = None
    finding: str = ""
    ground: str = ""
    notice: RemedyNotice | None = None
    remedied_on: dt.date | None = None


@transaction.atomic
def record_minuted_decision(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, kind: str, reason: str, minute_reference: str,
    decided: Decided,
) -> MinutedDecision:  # fmt: skip
    """Record, as secretary, what the SSC decided on a plan; the Chair's word carries it out. Appendix Z 6.3(b)

    Takes the version of the plan that the person saw: the Chair decides on exactly that plan. Raises Refusal for what
    the kind needs and lacks, Conflict where another decision on the plan waits.
    """
    plan, grant = access.for_committee(plan, Duty.PREPARE_CASE, by=by, version=version)
    reason = clean_reason(reason)
    rules.check_minuted(
        kind, minute_reference=minute_reference,
        given={name for name, value in _values(decided).items() if value},
    )  # fmt: skip
    of_plan = (
        decided.plan_version.plan_id if decided.plan_version else plan.pk,
        decided.milestone.plan_version.plan_id if decided.milestone else plan.pk,
        decided.notice.plan_id if decided.notice else plan.pk,
    )
    if any(each != plan.pk for each in of_plan):
        raise Refusal("That belongs to another plan.", clause=rules.CLAUSES[kind])
    if plan.minuted_decisions.filter(state=MinutedDecision.State.PUT).exists():
        raise Conflict(f"A decision on {plan} waits for the Chair already.")
    row = MinutedDecision(
        plan=plan, plan_seen=plan.version, kind=kind, reason=reason, minute_reference=minute_reference.strip(),
        recorded_by=by, recorded_at=at, **_values(decided),
    )  # fmt: skip
    row.full_clean(exclude=["state"])
    row.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.minuted_decision.recorded", subject=row, clause=rules.CLAUSES[kind], reason=reason,
        after={"kind": kind, "minute": row.minute_reference},
    )  # fmt: skip
    access.call_committee(plan, key=f"ssc/minuted:{row.pk}", at=at)
    return row


def _values(decided: Decided) -> dict[str, object]:
    return {name: getattr(decided, name) for name in Decided.__slots__}


@transaction.atomic
def decide_minuted(
    *, decision: MinutedDecision, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> MinutedDecision:
    """Carry out, as Chair, what the secretary recorded; or send it back. Appendix Z 6.3(b)

    Raises Conflict where it was decided before, or where the plan is no longer the one that the secretary saw: then it
    can only be sent back. Raises what the decision itself raises.
    """
    plan, grant = access.for_committee(decision.plan, *access.judging(), by=by)
    row = MinutedDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    reason = clean_reason(reason)
    if row.version != version or row.state != MinutedDecision.State.PUT:
        raise Conflict(f"“{row}” is {row.get_state_display().lower()} by now.")
    if settings.FOUR_EYES and row.recorded_by_id == by.pk:
        raise Refusal(
            "You recorded this, so a second person has to confirm it.", clause=rules.CLAUSES[row.kind]
        )
    if agree:
        access.check_seen(plan, row.plan_seen)
        row.confirm()
    else:
        row.refuse()
    row.decided_by, row.decided_at, row.decided_reason = by, at, reason
    row.four_eyes = settings.FOUR_EYES
    keep(row)
    journal.record(
        actor=grant.actor, at=at, subject=row, clause=rules.CLAUSES[row.kind], reason=reason,
        verb=f"ssc.minuted_decision.{'confirmed' if agree else 'refused'}", after={"four_eyes": row.four_eyes},
    )  # fmt: skip
    if agree:
        _carry_out(row, plan, by, at)
    return row


def _carry_out(row: MinutedDecision, plan: RemedialPlan, by: User, at: dt.datetime) -> None:
    """Do what was decided, by the service that does it otherwise."""
    common: dict[str, Any] = {"plan": plan, "by": by, "at": at, "version": plan.version}
    minute = {"reason": row.reason, "minute_reference": row.minute_reference}
    if row.kind == Kind.APPROVE and row.plan_version:
        approve_version(number=row.plan_version.number, **common, **minute)
    elif row.kind == Kind.REFUSE and row.plan_version:
        refuse_version(number=row.plan_version.number, **common, **minute)
    elif row.kind == Kind.FINDING:
        find_compliance(finding=row.finding, milestone=row.milestone, **common, **minute)
    elif row.kind == Kind.COMPLETE:
        complete_plan(**common, **minute)
    elif row.kind == Kind.DISCHARGE:
        discharge_plan(reason=row.reason, **common)
    elif row.kind == Kind.NOTICE:
        send_remedy_notice(
            ground=row.ground,
            milestone=row.milestone,
            text=row.reason,
            minute_reference=row.minute_reference,
            **common,
        )
    elif row.kind == Kind.REMEDIED:
        mark_remedied(decision=row, by=by, at=at)
