"""Which decisions a Party may take to the Authority, read from the rows (F2.2A, F2.7B)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from cpl.models import (
    AuthorityOrder,
    BindingDetermination,
    DeviceModel,
    ListChange,
    PanelDecision,
    Submission,
)
from secgov.accounts.models import Organisation
from secgov.errors import NotPermitted
from secgov.time_rules import london_day
from ssc.models import AuthorityAnswer, PlanPeriod, PlanVersion, RemedialPlan
from ssc.models.referrals import DECISIONS
from ssc.rules import referrals as rules
from ssc.services.plan_access import approval_lapsed

Decision = PanelDecision | BindingDetermination | PlanVersion | PlanPeriod
FIELDS: dict[type[Model], str] = dict(
    zip((PanelDecision, BindingDetermination, PlanVersion, PlanPeriod), DECISIONS, strict=True)
)
"""The field of a referral that names each kind of decision."""
ENDED = (RemedialPlan.State.COMPLETED, RemedialPlan.State.DISCHARGED)
SHOWN = 50


def check_referable(decision: Model, *, organisation: Organisation, at: dt.datetime) -> None:
    """Refuse what this Party may not refer, or nobody may. Section F2.2A, Section F2.7B(a) and Section F2.7B(b)

    Takes any decision, also one that carries no right: a removal by duty, a submission that was rejected. Another
    Party's plan does not exist here: NotPermitted, hidden. Raises Refusal for all else.
    """
    if isinstance(decision, PanelDecision):
        rules.check_panel_decision_referable(
            rules.PanelChoice(
                kind=decision.kind,
                generation=decision.device_model.generation,
                is_decided=decision.state == PanelDecision.State.DECIDED,
            )
        )
    elif isinstance(decision, BindingDetermination):
        rules.check_determination_referable(state=decision.state)
    elif isinstance(decision, PlanVersion | PlanPeriod):
        _check_plan(decision, organisation, at)
    elif isinstance(decision, ListChange):
        generation = decision.device_model.generation if decision.device_model else ""
        rules.check_panel_decision_referable(
            rules.PanelChoice(kind=decision.kind, generation=generation, by_duty=decision.is_duty)
        )
    else:
        rules.check_panel_decision_referable(rules.PanelChoice(kind="not_add", generation=""))
    if isinstance(decision, Decision):
        rules.check_not_final(determined=_is_determined(decision), clause=_clause(decision))


def _check_plan(decision: PlanVersion | PlanPeriod, organisation: Organisation, at: dt.datetime) -> None:
    plan = decision.plan
    if plan.organisation_id != organisation.pk:
        raise NotPermitted("There is nothing here.", hidden=True)
    rules.check_plan_referable(
        state=decision.state if isinstance(decision, PlanVersion) else "",
        is_lapsed=isinstance(decision, PlanPeriod) and is_lapsed(decision, at=at),
        plan_stands=plan.state not in ENDED,
    )


def is_lapsed(period: PlanPeriod, *, at: dt.datetime) -> bool:
    """Whether the time to gain approval of a plan has ended, and no version of it was approved. Section F2.7B(b)

    A later period took the place of an earlier one, which is then no longer what counts.
    """
    newest = period.plan.periods.filter(kind=PlanPeriod.Kind.APPROVAL).order_by("-pk").first()
    return newest == period and period.plan.current is None and approval_lapsed(period.plan, at=at)


def _clause(decision: Decision) -> str:
    return "F2.2A" if isinstance(decision, PanelDecision) else "F2.7B"


def _is_determined(decision: Decision) -> bool:
    """Whether the Authority has determined it: in answer to a referral, or by an order made since on the entry."""
    about = {FIELDS[type(decision)]: decision}
    if AuthorityAnswer.objects.filter(state=AuthorityAnswer.State.CONFIRMED, **about).exists():
        return True
    if isinstance(decision, PlanVersion | PlanPeriod):
        return False
    made = decision.second_at if isinstance(decision, PanelDecision) else decision.confirmed_at
    orders = AuthorityOrder.objects.filter(
        device_model=decision.device_model, state=AuthorityOrder.State.CONFIRMED, clause=_clause(decision)
    )
    return made is not None and orders.filter(second_at__gte=made).exists()


def model_of(decision: Decision) -> DeviceModel:
    """Give the entry that a decision is about."""
    if isinstance(decision, PanelDecision | BindingDetermination):
        return decision.device_model
    return decision.plan.determination.case.device_model


def find_decision(key: str) -> Model | None:
    """Find what a key of ours names: `panel-12`, `ssc-7`, `plan-3`, `period-4`; also what carries no right; or None."""
    kind, _, number = key.partition("-")
    models: dict[str, type[Model]] = {
        "panel": PanelDecision, "ssc": BindingDetermination, "plan": PlanVersion, "period": PlanPeriod,
        "change": ListChange, "submission": Submission,
    }  # fmt: skip
    if kind not in models or not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return models[kind]._default_manager.filter(pk=int(number)).first()


def of_plan(
    reference: str, own: Sequence[Organisation], *, at: dt.datetime
) -> PlanVersion | PlanPeriod | None:
    """Give what a Party may refer of its own plan, by the plan's reference: the refusal, or the end of the time."""
    plan = RemedialPlan.objects.filter(reference=reference, organisation__in=own).first()
    newest = plan.versions.order_by("-number").first() if plan else None
    if plan is None or (newest and newest.state == PlanVersion.State.REFUSED):
        return newest
    return plan.periods.filter(kind=PlanPeriod.Kind.APPROVAL).order_by("-pk").first()


def key_of(decision: Decision) -> str:
    """Give the key by which `find_decision` finds a decision."""
    names = {PanelDecision: "panel", BindingDetermination: "ssc", PlanVersion: "plan", PlanPeriod: "period"}
    return f"{names[type(decision)]}-{decision.pk}"


def in_words(decision: Decision) -> str:
    """Say what was decided, in words that every Party may read: never a reason, never a plan's contents."""
    if isinstance(decision, PanelDecision):
        return f"The Panel decided to {decision.get_kind_display().lower()} entry {decision.device_model}".replace(
            "to not ", "not to "
        )
    if isinstance(decision, BindingDetermination):
        outcome = (
            "to be removed"
            if decision.outcome == BindingDetermination.Outcome.REMOVE
            else "not to be removed"
        )
        return f"The SSC determined that entry {decision.device_model} is {outcome}"
    if isinstance(decision, PlanVersion):
        return f"The SSC did not approve version {decision.number} of Remedial Plan {decision.plan}"
    return (
        f"The time to gain approval of Remedial Plan {decision.plan} ended on {decision.last_day:%-d %B %Y}"
    )


def open_to(organisation: Organisation, *, at: dt.datetime, entry: str = "") -> list[Decision]:
    """Give what a Party may refer now: decisions on its own plans, of the SSC, of the Panel; newest first, at most SHOWN each.

    `entry` is the number of the entry concerned, where only those are wanted.
    """
    panel = PanelDecision.objects.filter(
        state=PanelDecision.State.DECIDED, kind__in=rules.PANEL_KINDS, device_model__generation=rules.SMETS1
    ).exclude(_overridden("F2.2A", "second_at"))
    bound = BindingDetermination.objects.filter(state=BindingDetermination.State.BINDING).exclude(
        _overridden("F2.7B", "confirmed_at")
    )
    if entry:
        panel, bound = panel.filter(device_model=int(entry)), bound.filter(device_model=int(entry))
    own = Q(plan__organisation=organisation) & ~Q(plan__state__in=ENDED)
    refused = PlanVersion.objects.filter(own, state=PlanVersion.State.REFUSED)
    ended = PlanPeriod.objects.filter(own, kind=PlanPeriod.Kind.APPROVAL, last_day__lt=london_day(at))
    plans: list[Decision] = [*_open(refused, "plan"), *_open(ended, "plan")]
    if entry:
        plans = [each for each in plans if model_of(each).pk == int(entry)]
    lapsed = [each for each in plans if not isinstance(each, PlanPeriod) or is_lapsed(each, at=at)]
    return [*lapsed, *_open(bound, "device_model"), *_open(panel, "device_model")]


def _overridden(clause: str, made: str) -> Exists:
    """Whether the Authority has ordered something on the entry since."""
    orders = AuthorityOrder.objects.filter(state=AuthorityOrder.State.CONFIRMED, clause=clause)
    return Exists(orders.filter(device_model=OuterRef("device_model"), second_at__gte=OuterRef(made)))


def _open(rows: QuerySet[Any], along: str) -> list[Decision]:
    answered = AuthorityAnswer.objects.filter(state=AuthorityAnswer.State.CONFIRMED)
    return list(
        rows.exclude(Exists(answered.filter(**{FIELDS[rows.model]: OuterRef("pk")})))
        .select_related(along)
        .order_by("-pk")[:SHOWN]
    )
