"""Removing a Device Model: the duty arises by itself when its last gate clears, and its approval carries it out.

Section F2.7A(b), Appendix Z 6.1, 6.2, 6.4, 6.7, 6.8; chart 3. `follow_gates` looks at an entry as it now stands and
brings the waiting removal in line with that, so it may be called as often as anybody likes: after a confirmation, a
determination, a replacement, an order, or by the daily sweep.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from cpl.models import (
    AssuranceCertificate,
    BindingDetermination,
    CertificateCoverage,
    CertificateEvent,
    DeviceModel,
    ListChange,
    ListingPeriod,
)
from cpl.rules import list_changes as change_rules
from cpl.rules import removal as rules
from cpl.rules.limbs import Limb
from cpl.services import corrections, panel_decisions
from cpl.services.proposing import keep_proposed
from cpl.services.removal_grounds import Duty, duty_to_remove, gates_of, open_period
from cpl.services.rows import keep
from cpl.services.update_duties import drop_all, open_limbs
from secgov.accounts.permissions import Grant
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation

STATUS = "Status"
REASON = "Reason for the public"
VALIDATE = "Validate the certificate that holds a removal"


def entries_at_stake() -> QuerySet[DeviceModel]:
    """The listed entries that something obliges, or might oblige, to be removed: all others need no look."""
    waiting = ListChange.objects.proposed().filter(kind=ListChange.Kind.REMOVE).values("entry_number")
    bound = BindingDetermination.objects.filter(state=BindingDetermination.State.BINDING).values(
        "device_model"
    )
    struck = CertificateCoverage.objects.filter(
        certificate__events__in=CertificateEvent.objects.standing()
    ).values("identity")
    listed = DeviceModel.objects.filter(periods__in=ListingPeriod.objects.open())
    return (
        listed.filter(Q(pk__in=waiting) | Q(pk__in=bound) | Q(identity__in=struck)).distinct().order_by("pk")
    )


def follow_certificate(certificate: AssuranceCertificate, *, at: dt.datetime) -> None:
    """Look again at every entry at stake that a certificate names, since something about the certificate has changed.

    A certificate can name hundreds of models, and is given with each of them: nearly always none is at stake.
    """
    named = entries_at_stake().filter(identity__in=certificate.coverage.values("identity"))
    follow_gates(entries=named.values_list("pk", flat=True), at=at)


@transaction.atomic
def follow_gates(*, entries: Iterable[int], at: dt.datetime) -> list[ListChange]:
    """Bring the removals of entries in line with what now obliges to them; give those that arose or moved. Appendix Z 6.7

    A removal whose last gate has cleared arises, with its three obligations (A-68). One that a new certificate holds
    stands still, and its obligations fall away; found invalid, they open anew from that instant; found valid, the
    removal is cancelled and the SSC's case returns to it (A-14). One whose ground has fallen is cancelled.
    """
    numbers = sorted(set(entries))
    if not numbers:
        return []
    # Entries before changes, as an approval locks them, so that neither waits for the other for ever.
    rows = DeviceModel.objects.select_for_update(of=("self",), no_key=True)
    models = list(rows.filter(pk__in=numbers).order_by("pk"))
    list(
        ListChange.objects.select_for_update(of=("self",))
        .filter(state=ListChange.State.PROPOSED, entry_number__in=numbers)
        .order_by("pk")
    )
    return [change for model in models if (change := _follow(model, at))]


def _follow(model: DeviceModel, at: dt.datetime) -> ListChange | None:
    _end_groundless(model, at)
    waiting = ListChange.objects.proposed().filter(entry_number=model.pk).first()
    own = waiting if waiting and waiting.is_duty and waiting.kind == ListChange.Kind.REMOVE else None
    duty = duty_to_remove(model, at=at)
    if duty is None or not duty.ungated:
        return _cancel(own, "What obliged the Panel to remove it no longer stands.", at) if own else None
    replaced = duty.ground.replacement if duty.ground else rules.NONE
    if replaced == rules.IN_FORCE:
        reason = f"{duty.replacement} is in force for it (A-14)."
        if duty.determination:
            _give_back(duty.determination, reason, at)
        if own:
            _cancel(own, reason, at)
        return (_follow(model, at) if duty.determination else None) or own
    if own and _rests_on(own) != _ground_of(duty):
        _cancel(own, "A later ground took its place.", at)
        own = None
    if replaced == rules.AWAITING:
        return _hold(own, duty, at) if own else None
    if own:
        return _resume(own, duty, at) if own.held_since else None
    if waiting:
        _displace(waiting, at)
    return _arise(model, duty, at)


def _ground_of(duty: Duty) -> tuple[int | None, ...]:
    event = None if duty.determination or duty.order else duty.event
    return tuple(each.pk if each else None for each in (event, duty.determination, duty.order))


def _rests_on(change: ListChange) -> tuple[int | None, ...]:
    return (change.removal_event_id, change.determination_id, change.authority_order_id)


def _arise(model: DeviceModel, duty: Duty, at: dt.datetime) -> ListChange:
    """Make the removal that is now required, with its obligations from this instant. Section F2.8"""
    event = None if duty.determination or duty.order else duty.event
    ordered = "Removed as the Authority determined."
    change = removal_of(
        model,
        clause=duty.clause,
        reason=f"Required: {duty.determination or duty.order or duty.event}.",
        public_reason=rules.public_reason(
            clause=duty.clause, kind=duty.ground.kind, issuer=duty.ground.issuer
        )
        if duty.ground
        else ordered,
    )
    change.removal_event, change.determination, change.authority_order = event, duty.determination, duty.order
    change.gates, change.required_at = gates_of(duty, at=at), at
    first = duty.statement.recorded_by if duty.statement else duty.order.second_by if duty.order else None
    act = keep_proposed(change, facts=facts_of(change), first=first, actor=SYSTEM, at=at)
    open_limbs(change, act=act)
    return change


def removal_of(model: DeviceModel, *, clause: str, reason: str, public_reason: str) -> ListChange:
    """A removal of an entry, unsaved, with what the list says of it before and after."""
    return ListChange(
        kind=ListChange.Kind.REMOVE,
        clause=clause,
        entry_number=model.pk,
        device_model=model,
        before={STATUS: "Current"},
        after={STATUS: "Removed", REASON: public_reason},
        reason=reason,
        public_reason=public_reason,
    )


def facts_of(change: ListChange) -> change_rules.ChangeFacts:
    """A removal or a reinstatement as the rules for changes of the list see it."""
    model = change.device_model
    ground = change.removal_event or change.determination or change.authority_order or change.panel_decision
    last = model.periods.order_by("-id").first()
    return change_rules.ChangeFacts(
        kind=change.kind,
        clause=change.clause,
        entry=f"{model.pk:06d}",
        generation=model.generation,
        listed=open_period(model) is not None,
        reason=change.reason,
        public_reason=change.public_reason,
        before=change.before,
        after=change.after,
        closed_under=last.closing_clause if last else "",
        ground_reference=str(ground or ""),
        rectified=change.panel_decision.rectification_reference if change.panel_decision else "",
    )


def _hold(change: ListChange, duty: Duty, at: dt.datetime) -> ListChange | None:
    if change.held_since:
        return None
    reason = f"{duty.replacement} has been provided and awaits validation; it holds the removal (A-14)."
    change.held_since = at
    act = _move(change, "cpl.list_change.held", reason, at)
    drop_all(change, at=at, reason=reason)
    if (
        duty.replacement
        and not Obligation.objects.standing().about(duty.replacement).filter(duty=VALIDATE).exists()
    ):
        journal.open_obligation_for_working_days(
            clause="Z6.7",
            duty=VALIDATE,
            owed_by=Obligation.Owner.PANEL,
            subject=duty.replacement,
            act=act,
            from_at=at,
            working_days=rules.VALIDATION_TARGET,
            by_law=False,
        )
    return change


def _resume(change: ListChange, duty: Duty, at: dt.datetime) -> ListChange:
    """The certificate that held it was found invalid: it is required anew, from this instant (A-11)."""
    change.held_since, change.required_at = None, at
    change.gates = gates_of(duty, at=at)
    act = _move(change, "cpl.list_change.resumed", "No new certificate holds the removal any more.", at)
    open_limbs(change, act=act)
    return change


def _move(change: ListChange, verb: str, reason: str, at: dt.datetime) -> Act:
    keep(change)
    return journal.record(actor=SYSTEM, at=at, verb=verb, subject=change, clause=change.clause, reason=reason)


def _cancel(change: ListChange, reason: str, at: dt.datetime) -> ListChange:
    change.cancel()
    change.cancelled_reason, change.held_since = reason, None
    _move(change, "cpl.list_change.cancelled", reason, at)
    drop_all(change, at=at, reason=reason)
    return change


def _displace(waiting: ListChange, at: dt.datetime) -> None:
    """Cancel what waits for its second person, and nobody must do, in favour of what must be done."""
    reason = "The entry has to be removed, and that goes first."
    _cancel(waiting, reason, at)
    if waiting.kind == ListChange.Kind.CORRECT:
        corrections.reopen(waiting, actor=SYSTEM, at=at, reason=reason)
    elif waiting.panel_decision:
        panel_decisions.end_waiting(waiting.panel_decision, actor=SYSTEM, at=at, reason=reason)


def _give_back(determination: BindingDetermination, reason: str, at: dt.datetime) -> None:
    determination.give_back()
    _end(determination, "cpl.determination.returned", reason, at)


def _end_groundless(model: DeviceModel, at: dt.datetime) -> None:
    """End a determination none of whose own events stands any more: what comes later is determined anew. Appendix Z 6.2

    All of them denied or fallen: it is void (A-62). A certificate renewed after it had really lapsed: the case returns to
    the SSC with the new fact (chart 5), and the old determination removes nothing for another event.
    """
    binding = model.determinations.filter(state=BindingDetermination.State.BINDING).first()
    if binding is None:
        return
    own = list(binding.events.select_related("certificate"))
    if not own or any(each.strikes_still for each in own) or _determined_since(binding, own):
        return
    if all(each.has_fallen for each in own):
        binding.make_void()
        _end(binding, "cpl.determination.void", "No event stands that it rests on.", at)
    else:
        _give_back(binding, "The certificate that had ended does not stand as ended any more.", at)


def _determined_since(binding: BindingDetermination, own: list[CertificateEvent]) -> bool:
    """Whether the SSC determined it knowing that a renewal had overtaken what was left of its events."""
    left = [each for each in own if not each.has_fallen]
    return bool(left) and all(
        each.overtaken_at and binding.confirmed_at and each.overtaken_at <= binding.confirmed_at
        for each in left
    )


def _end(determination: BindingDetermination, verb: str, reason: str, at: dt.datetime) -> None:
    determination.ended_at, determination.ended_reason = at, reason
    keep(determination)
    journal.record(
        actor=SYSTEM,
        at=at,
        verb=verb,
        subject=determination,
        clause=determination.clause,
        reason=reason,
    )
    for obligation in Obligation.objects.standing().about(determination):
        journal.fall_away(obligation=obligation, reason=reason, at=at)


def carry_out(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> DeviceModel:
    """Remove an entry: its period closes with clause and public reason; the entry, its number and its history stay.

    Appendix Z 6.11. Called by the approval, in its transaction. Judges every gate again, as of now; raises Refusal
    where one has shut, and Conflict where its ground is another by now.
    """
    model = DeviceModel.objects.select_for_update(of=("self",), no_key=True).get(pk=change.device_model_id)
    change_rules.check_gates(facts_of(change))
    if change.is_duty:
        duty = duty_to_remove(model, at=at)
        if duty is None or _ground_of(duty) != _rests_on(change):
            raise Conflict(
                f"What entry {model} was to be removed for is not what it was.", newer={"change": change.pk}
            )
        if duty.ground:
            rules.check_removal(duty.ground)
        change.gates = gates_of(duty, at=at)
    else:
        change.gates = panel_decisions.carry_out(change.panel_decision, grant=grant, at=at, reason=reason)
    period = open_period(model)
    if period is None:
        raise Conflict(f"Entry {model} is not on the list any more.", newer={"change": change.pk})
    period.closed_at, period.closed_by_change = at, change
    period.closing_clause, period.public_reason = change.clause, change.public_reason
    period.full_clean()
    period.save()
    return model


def take_back(change: ListChange, *, grant: Grant, at: dt.datetime, reason: str) -> None:
    """Send back what the Panel chose to do; what it must do can only be approved. Appendix Z 6.1 and Appendix Z 6.2"""
    if change.is_duty:
        raise Refusal(
            f"{change} is a duty of the Panel: it can be approved, not sent back.",
            clause=change.clause,
            remedy="It ends by itself if a new certificate is found valid, the event is denied, or the Authority "
            "determines otherwise.",
        )
    panel_decisions.end_waiting(change.panel_decision, actor=grant.actor, at=at, reason=reason)


def gates_now(change: ListChange, *, at: dt.datetime) -> list[Limb]:
    """Judge the gates of a waiting removal as its approval will. Appendix Z 6.7"""
    if not change.is_duty:
        return panel_decisions.limbs_of(change.panel_decision)
    duty = duty_to_remove(change.device_model, at=at)
    if duty and duty.ground:
        return list(rules.removal_gates(duty.ground))
    return []
