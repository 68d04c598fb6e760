"""What the SSC determined, as it binds the Panel (Appendix Z 6.2, 6.4). Casework stands above, in `ssc`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from cpl.models import BindingDetermination, CertificateEvent, DeviceModel
from cpl.rules import removal as rules
from cpl.rules.certificates import NCSC
from cpl.rules.limbs import check_limbs
from cpl.rules.submissions import clean_reason
from cpl.services.removal_grounds import confirmation_of, events_of, replacement_for
from cpl.services.removals import follow_gates
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day

CONFIRM = "Confirm with NCSC the event on which the SSC has determined"
FIELDS = ("clause", "outcome", "with_plan", "determined_on", "minute_reference", "document", "reasons")


@transaction.atomic
def record_binding_determination(
    *, model: DeviceModel, by: User, at: dt.datetime, values: dict[str, Any],
    events: Sequence[CertificateEvent] = (), confirmed_by: User | None = None, confirmation_reason: str = "",
) -> BindingDetermination:  # fmt: skip
    """Record what the SSC determined of an entry: it binds the Panel once the Chair has confirmed it. Appendix Z 6.2

    Takes the fields named in FIELDS. `events` are those that it is about; none given means every event that stands of
    a CPA Certificate naming the entry (A-69). Casework that already has two people gives the second in `confirmed_by`.
    The event need not be confirmed (A-62): only the removal waits for that. Raises Refusal where the clause does not
    allow it, Conflict where another waits for the Chair.
    """
    model = DeviceModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    grant = require(by, Duty.RECORD_DETERMINATION)
    standing = events_of(model, bodies=(NCSC,))
    chosen = [each for each in standing if not events or each in events] or _overtaken(events, values)
    determination = BindingDetermination(
        device_model=model, recorded_by=by, recorded_at=at,
        **{name: values[name] for name in FIELDS if name in values},
    )  # fmt: skip
    _check(determination, model, chosen, at)
    _check_not_secretariat_too(chosen, by)
    if model.determinations.filter(state=BindingDetermination.State.RECORDED).exists():
        raise Conflict(f"A determination on entry {model} waits for the Chair already.")
    if determination.determined_on > london_day(at):
        raise Refusal("That day is still to come.", clause=determination.clause, field="determined_on")
    determination.full_clean(exclude=["state"])
    determination.save()
    determination.events.set(chosen)
    _tell(determination, "cpl.determination.recorded", grant, at, determination.reasons)
    if confirmed_by is not None:
        return confirm_determination(
            determination=determination, by=confirmed_by, at=at, version=determination.version, agree=True,
            reason=confirmation_reason or determination.reasons,
        )  # fmt: skip
    return determination


def _check_not_secretariat_too(events: Iterable[CertificateEvent], by: User) -> None:
    """Refuse the SSC's secretary who wrote down for the Secretariat what the body says of the same matter. Appendix Z 6.2

    Reading: nobody is Secretariat and SSC secretary on one case (the table of roles).
    """
    if any(said.recorded_by_id == by.pk for event in events for said in event.statements.all()):
        raise Refusal(
            "You recorded the body’s word on it for the Secretariat, so you cannot be the SSC’s secretary here.",
            clause="Z6.2",
            remedy="Ask another secretary of the SSC to record it.",
        )


def _overtaken(events: Iterable[CertificateEvent], values: dict[str, Any]) -> list[CertificateEvent]:
    """Events that did happen and that a renewal has overtaken: of these the SSC can determine only that it stays (A-14)."""
    if values.get("outcome") != BindingDetermination.Outcome.RETAIN:
        return []
    return [each for each in events if each.state == CertificateEvent.State.CONFIRMED and each.overtaken_at]


def _check(
    determination: BindingDetermination, model: DeviceModel, events: list[CertificateEvent], at: dt.datetime
) -> None:
    before = model.determinations.filter(state=BindingDetermination.State.BINDING).first()
    replaced, _ = replacement_for(
        model.identity, body=NCSC, apart_from=[each.certificate_id for each in events], on=london_day(at)
    )
    check_limbs(
        rules.determination_limbs(
            clause=determination.clause,
            outcome=determination.outcome,
            event_stands=bool(events),
            covered_again=replaced == rules.IN_FORCE,
            plan_in_place_of_removal=bool(
                before
                and before.with_plan
                and before.outcome == BindingDetermination.Outcome.RETAIN
                and any(each.strikes_still for each in before.events.select_related("certificate"))
            ),
        )
    )


def _chair(by: User) -> Grant:
    """The Chair; with FOUR_EYES off whoever may record."""
    if not settings.FOUR_EYES and (grant := permitted(by, Duty.RECORD_DETERMINATION)):
        return grant
    return require(by, Duty.CONFIRM_DETERMINATION)


@transaction.atomic
def confirm_determination(
    *, determination: BindingDetermination, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> BindingDetermination:
    """Confirm as Chair what was recorded, so that it binds; or say that it was not so determined. Appendix Z 6.2

    A later determination takes the place of the one before. Where it says remove and the event is confirmed, the
    removal arises at this instant; where it is not, our own target of one Working Day for the confirmation starts (A-12).
    """
    determination = BindingDetermination.objects.select_for_update(of=("self",)).get(pk=determination.pk)
    grant = _chair(by)
    reason = clean_reason(reason)
    if determination.version != version or determination.state != BindingDetermination.State.RECORDED:
        raise Conflict(f"{determination} is {determination.get_state_display().lower()} by now.")
    if settings.FOUR_EYES and determination.recorded_by_id == by.pk:
        raise Refusal("You recorded this, so a second person has to confirm it.", clause=determination.clause)
    model = determination.device_model
    if not agree:
        determination.refuse()
        _sign(determination, by, at)
        determination.ended_at, determination.ended_reason = at, reason
        keep(determination)
        _tell(determination, "cpl.determination.refused", grant, at, reason)
        return determination
    events = events_of(model, bodies=(NCSC,))
    overtaken = _overtaken(determination.events.all(), {"outcome": determination.outcome})
    _check(determination, model, events or overtaken, at)
    supersede_binding(model, by=grant, at=at, reason="A later determination took its place.")
    determination.bind()
    _sign(determination, by, at)
    keep(determination)
    act = _tell(determination, "cpl.determination.bound", grant, at, reason)
    _ask_for_confirmation(determination, act, at)
    follow_gates(entries=[model.pk], at=at)
    return BindingDetermination.objects.get(pk=determination.pk)


def _sign(determination: BindingDetermination, by: User, at: dt.datetime) -> None:
    determination.confirmed_by, determination.confirmed_at = by, at
    determination.four_eyes = settings.FOUR_EYES


def _ask_for_confirmation(determination: BindingDetermination, act: Act, at: dt.datetime) -> None:
    events = events_of(determination.device_model, bodies=(NCSC,))
    if determination.outcome != BindingDetermination.Outcome.REMOVE or any(map(confirmation_of, events)):
        return
    journal.open_obligation_for_working_days(
        clause="Z6.7", duty=CONFIRM, owed_by=Obligation.Owner.PANEL, subject=determination, act=act, from_at=at,
        working_days=rules.CONFIRMING_TARGET, by_law=False,
    )  # fmt: skip


def supersede_binding(model: DeviceModel, *, by: Grant, at: dt.datetime, reason: str) -> None:
    """End the determination that binds an entry, if one does, since something later does. Appendix Z 6.4"""
    before = (
        model.determinations.select_for_update(of=("self",))
        .filter(state=BindingDetermination.State.BINDING)
        .first()
    )
    if before is None:
        return
    before.supersede()
    before.ended_at, before.ended_reason = at, reason
    keep(before)
    _tell(before, "cpl.determination.superseded", by, at, reason)
    for obligation in Obligation.objects.standing().about(before):
        journal.fall_away(obligation=obligation, reason=reason, at=at)


def _tell(determination: BindingDetermination, verb: str, grant: Grant, at: dt.datetime, reason: str) -> Act:
    return journal.record(
        actor=grant.actor, at=at, verb=verb, subject=determination, clause=determination.clause, reason=reason,
        after={"outcome": determination.outcome, "minute": determination.minute_reference},
    )  # fmt: skip
