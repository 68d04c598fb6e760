"""What the Authority determined of referred decisions: recorded by its recorder, confirmed by the Secretariat (F2.2A, F2.7B)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import AuthorityOrder, BindingDetermination, DeviceModel, PanelDecision
from cpl.rules.submissions import clean_reason
from cpl.services.authority_orders import confirm_authority_order, record_authority_order
from cpl.services.determinations import supersede_binding
from cpl.services.removal_grounds import open_period
from cpl.services.rows import keep
from secgov.accounts.models import Role, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act
from secgov.time_rules import london_day
from ssc.models import AuthorityAnswer, Determination, PlanPeriod, PlanVersion, Referral, RemedialPlan
from ssc.notices import tell_committee, tell_party
from ssc.rules import referrals as rules
from ssc.services.plan_decisions import approve_for_authority
from ssc.services.plans import discharge_plans_of
from ssc.services.referable import ENDED, Decision, in_words, model_of
from ssc.services.referrals import path_of, task_key
from ssc.services.stays import end_with_determination

FIELDS = ("outcome", "answered_on", "authority_reference", "text", "document")
ORDERS = {rules.REMOVE, rules.RETAIN, rules.REINSTATE}
"""Outcomes that the list has to follow."""
STANDING = [each for each in RemedialPlan.State.values if each not in ENDED]


def possible_outcomes(decision: Decision) -> tuple[str, ...]:
    """Give what the Authority can determine of a decision as things stand now. F2.2A-6 and F2.7B-2"""
    if isinstance(decision, PlanVersion | PlanPeriod):
        newest = decision.plan.versions.order_by("-number").first()
        approved = newest is None or newest.state == PlanVersion.State.APPROVED
        return (rules.STANDS,) if approved or decision.plan.state in ENDED else rules.OUTCOMES_ON_PLAN
    return rules.outcomes_on_removal(
        on_the_list=open_period(decision.device_model) is not None,
        decided_on_list=rules.ON_THE_LIST[_kind_of(decision)],
    )


def _kind_of(decision: PanelDecision | BindingDetermination) -> str:
    return decision.kind if isinstance(decision, PanelDecision) else decision.outcome


@transaction.atomic
def give_answer(
    *, referral: Referral, by: User, at: dt.datetime, values: dict[str, Any], upload: UploadedFile | None,
    classification: str,
) -> AuthorityAnswer:  # fmt: skip
    """Record what the Authority determined, with its document: both are kept, or neither. F2.2A-6"""
    grant = require(by, Duty.RECORD_AUTHORITY_ORDER)
    document = None
    if upload is not None:
        document = store_document(
            upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at
        )
    return record_answer(referral=referral, by=by, at=at, values=values | {"document": document})


@transaction.atomic
def record_answer(
    *, referral: Referral, by: User, at: dt.datetime, values: dict[str, Any]
) -> AuthorityAnswer:
    """Record what the Authority determined of a referred decision; a member of the Secretariat confirms it. F2.2A-6

    Takes the fields named in FIELDS. It answers every referral of that decision. Where the list has to follow, the
    order is recorded with it. Raises Refusal for an outcome that does not answer the decision as the list stands.
    """
    model = DeviceModel.objects.select_for_update(of=("self",), no_key=True).get(
        pk=model_of(referral.decision).pk
    )
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    grant = require(by, Duty.RECORD_AUTHORITY_ORDER)
    if referral.state != Referral.State.LODGED:
        raise Conflict(f"{referral} is {referral.get_state_display().lower()} by now.")
    answer = AuthorityAnswer(
        recorded_by=by,
        recorded_at=at,
        **referral.about,
        **{name: values[name] for name in FIELDS if name in values},
    )
    _check_first(answer)
    rules.check_outcome(answer.outcome, possible=possible_outcomes(referral.decision), clause=referral.clause)
    if answer.answered_on > london_day(at):
        raise Refusal("That day is still to come.", clause=referral.clause, field="answered_on")
    if answer.outcome in ORDERS:
        answer.order = record_authority_order(
            model=model, by=by, at=at,
            values={"outcome": answer.outcome, "clause": referral.clause[:5], "ordered_on": answer.answered_on,
                    "reference": answer.authority_reference, "text": answer.text, "document": answer.document},
        )  # fmt: skip
    answer.full_clean(exclude=["state"])
    answer.save()
    _record(answer, "recorded", grant, at, answer.text)
    if answer.order is None:
        journal.open_task(
            key=_task(answer), title=f"{referral}: confirm what the Authority determined", clause=referral.clause, at=at,
            subject=answer,
        )  # fmt: skip
    return answer


def _check_first(answer: AuthorityAnswer) -> None:
    other = (
        AuthorityAnswer.objects.filter(**answer.about).exclude(state=AuthorityAnswer.State.REFUSED).first()
    )
    if other is not None:
        raise Conflict(
            "What the Authority determined of this decision is recorded already.", newer={"answer": other.pk}
        )


@transaction.atomic
def confirm_answer(
    *, answer: AuthorityAnswer, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> AuthorityAnswer:
    """Confirm, as a member of the Secretariat, what the Authority's recorder wrote; or say that it is not so. F2.2A-6

    From this instant it is final: every referral of the decision is determined, the decision cannot be referred again,
    and what the Authority determined takes the place of what the Panel or the SSC had decided. A stay ends with it (A-49).
    """
    DeviceModel.objects.select_for_update(of=("self",), no_key=True).get(pk=model_of(answer.decision).pk)
    answer = AuthorityAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    grant = require(by, Duty.CONFIRM_AUTHORITY_ORDER)
    reason = clean_reason(reason, clause=answer.clause)
    if answer.version != version or answer.state != AuthorityAnswer.State.RECORDED:
        raise Conflict(f"This is {answer.get_state_display().lower()} by now.")
    if answer.recorded_by_id == by.pk:
        raise Refusal("You recorded this, so a second person has to confirm it.", clause=answer.clause)
    if agree and answer.order is None:
        possible = possible_outcomes(answer.decision)
        rules.check_outcome(answer.outcome, possible=possible, clause=answer.clause)
    if answer.order is not None:
        confirm_authority_order(
            order=answer.order, by=by, at=at, version=answer.order.version, agree=agree, reason=reason
        )
    return _settle(answer, grant, at, agree, reason)


def _settle(
    answer: AuthorityAnswer, grant: Grant, at: dt.datetime, agree: bool, reason: str
) -> AuthorityAnswer:
    answer.second_by, answer.second_at, answer.second_reason = grant.user, at, reason
    if not agree:
        answer.refuse()
        keep(answer)
        _record(answer, "refused", grant, at, reason)
        journal.close_task(key=_task(answer), at=at, reason=reason)
        return answer
    answer.confirm()
    keep(answer)
    _record(answer, "confirmed", grant, at, reason)
    journal.close_task(key=_task(answer), at=at, reason=reason)
    _determine_referrals(answer, grant, at)
    if not answer.panel_decision_id:
        tell_committee(key=f"ssc/authority_answer:{answer.pk}", path="/portal/referrals/", at=at)
    _take_effect(answer, grant, at)
    end_with_determination(answer, grant=grant, at=at)
    _review(answer, at)
    return answer


def _determine_referrals(answer: AuthorityAnswer, grant: Grant, at: dt.datetime) -> None:
    """Determine every referral of the decision, and tell each Party that referred it."""
    for referral in Referral.objects.joined(answer).select_for_update(of=("self",)).order_by("pk"):
        referral.answer = answer
        referral.determine()
        keep(referral)
        journal.record(
            actor=grant.actor, at=at, verb="ssc.referral.determined", subject=referral, clause=referral.clause,
            reason=answer.text, after={"outcome": answer.outcome},
        )  # fmt: skip
        journal.close_task(key=task_key(referral), at=at, reason="The Authority has determined.")
        tell_party(
            organisation=referral.organisation, title=f"Referral {referral}: the Authority has determined",
            clause=referral.clause, subject=referral, path=path_of(referral), key=f"ssc/referral_determined:{referral.pk}",
            at=at,
        )  # fmt: skip


def _take_effect(answer: AuthorityAnswer, grant: Grant, at: dt.datetime) -> None:
    """Let what the Authority determined take the place of what the SSC had decided. F2.7B-2"""
    decision = answer.decision
    if answer.outcome in ORDERS and isinstance(decision, BindingDetermination):
        override_determination(decision, grant=grant, at=at)
    if answer.outcome == rules.APPROVE and isinstance(decision, PlanVersion | PlanPeriod):
        approve_for_authority(
            plan=decision.plan,
            actor=grant.actor,
            at=at,
            reason=answer.text,
            reference=answer.authority_reference,
            version=decision if isinstance(decision, PlanVersion) else None,
        )


def override_determination(binding: BindingDetermination, *, grant: Grant, at: dt.datetime) -> int:
    """End what the SSC determined of an entry, with its plans, since the Authority determined otherwise. F2.7B-2

    Gives how many plans it discharged.
    """
    reason = "The Authority has determined otherwise."
    if BindingDetermination.objects.get(pk=binding.pk).state == BindingDetermination.State.BINDING:
        supersede_binding(binding.device_model, by=grant, at=at, reason=reason)
    first = Determination.objects.filter(binding=binding).first()
    both = [first, *first.supplements_made.order_by("pk")] if first else []
    return sum(
        len(discharge_plans_of(determination=each, actor=grant.actor, at=at, reason=reason)) for each in both
    )


def _review(answer: AuthorityAnswer, at: dt.datetime) -> None:
    """Call a person where something decided since says otherwise than the Authority. F2.2A-6"""
    decision = answer.decision
    if isinstance(decision, PlanVersion | PlanPeriod):
        return
    later = _decided_since(decision, apart_from=answer.order)
    if rules.is_contradicted(answer.outcome, decided=_kind_of(decision), later=later):
        journal.open_task(
            key=f"authority-review:{answer.pk}", title=f"Entry {decision.device_model}: a later decision says otherwise",
            detail=f"The Authority determined: {answer.get_outcome_display().lower()}. {in_words(decision)}; something was "
            "decided since that leaves the entry otherwise. See what still stands, and tell whoever decided it.",
            clause=answer.clause, at=at, subject=answer,
        )  # fmt: skip


def _decided_since(
    decision: PanelDecision | BindingDetermination, *, apart_from: AuthorityOrder | None
) -> list[str]:
    """The kinds of what was decided on the entry after a decision, by whomever."""
    model = decision.device_model
    made = decision.second_at if isinstance(decision, PanelDecision) else decision.confirmed_at
    panel = model.panel_decisions.filter(state=PanelDecision.State.DECIDED, second_at__gt=made)
    bound = model.determinations.filter(confirmed_at__gt=made).exclude(state="refused")
    orders = model.authority_orders.filter(state=AuthorityOrder.State.CONFIRMED, second_at__gt=made)
    if apart_from is not None:
        orders = orders.exclude(pk=apart_from.pk)
    return [
        *panel.values_list("kind", flat=True),
        *bound.values_list("outcome", flat=True),
        *orders.values_list("outcome", flat=True),
    ]


def follow_orders(*, clock: Callable[[], dt.datetime]) -> int:
    """Follow orders of the Authority that were confirmed, or not confirmed, on the order's own page; give how many. F2.7B-2

    One order for each transaction; may run twice, late, or beside itself.
    """
    waiting = AuthorityAnswer.objects.filter(state=AuthorityAnswer.State.RECORDED).exclude(order=None)
    settled = waiting.exclude(order__state=AuthorityOrder.State.RECORDED).values_list("pk", flat=True)
    alone = AuthorityOrder.objects.filter(
        state=AuthorityOrder.State.CONFIRMED, clause="F2.7B", answer=None,
        device_model__determinations__ssc_determination__plans__state__in=STANDING,
    ).distinct()  # fmt: skip
    return sum(_follow_answer(pk, clock()) for pk in list(settled)) + sum(
        _follow_order(each, clock()) for each in alone
    )


@transaction.atomic
def _follow_answer(key: int, at: dt.datetime) -> int:
    answer = AuthorityAnswer.objects.select_for_update(of=("self",)).select_related("order").get(pk=key)
    if answer.state != AuthorityAnswer.State.RECORDED or answer.order is None:
        return 0
    agree = answer.order.state == AuthorityOrder.State.CONFIRMED
    _settle(answer, _second_of(answer.order), at, agree, answer.order.second_reason)
    return 1


@transaction.atomic
def _follow_order(order: AuthorityOrder, at: dt.datetime) -> int:
    made = order.device_model.determinations.filter(confirmed_at__lte=order.second_at).exclude(
        state="refused"
    )
    binding = made.order_by("-confirmed_at", "-id").first()
    return override_determination(binding, grant=_second_of(order), at=at) if binding else 0


def _second_of(order: AuthorityOrder) -> Grant:
    """The member of the Secretariat who confirmed an order, as that person then was."""
    held = (
        order.second_by.memberships.filter(role=Role.SECRETARIAT)
        .select_related("organisation")
        .latest("began_at")
    )
    return Grant(order.second_by, Role.SECRETARIAT, held.organisation)


def _task(answer: AuthorityAnswer) -> str:
    return f"authority-answer:{answer.pk}"


def _record(answer: AuthorityAnswer, what: str, grant: Grant, at: dt.datetime, reason: str) -> Act:
    return journal.record(
        actor=grant.actor, at=at, verb=f"ssc.authority_answer.{what}", subject=answer, clause=answer.clause, reason=reason,
        after={"outcome": answer.outcome, "reference": answer.authority_reference},
    )  # fmt: skip
