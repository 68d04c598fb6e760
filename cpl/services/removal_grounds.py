"""What obliges the Panel to remove an entry, read from the rows (Appendix Z 6.1, 6.2, 6.4, 6.7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from cpl.models import (
    AssuranceCertificate,
    AuthorityOrder,
    BindingDetermination,
    BodyStatement,
    CertificateEvent,
    DeviceModel,
    ListingPeriod,
)
from cpl.rules import removal as rules
from cpl.rules.certificate_events import requires_removal
from cpl.rules.certificates import DLMS, NCSC, ZIGBEE, is_covered, is_current
from cpl.services.listing_facts import certificate_facts
from cpl.services.providers import is_provided
from secgov.time_rules import LONDON, london_day


@dataclass(frozen=True, slots=True)
class Duty:
    """A removal that something obliges to: what it rests on, and its ground as the rules judge it.

    An order of the Authority has no ground to judge: it overrides the gates.
    """

    clause: str
    event: CertificateEvent | None = None
    statement: BodyStatement | None = None
    determination: BindingDetermination | None = None
    order: AuthorityOrder | None = None
    ground: rules.Ground | None = None
    replacement: AssuranceCertificate | None = None

    @property
    def ungated(self) -> bool:
        """Whether every gate but the replacement's is open."""
        return self.ground is None or all(each.met for each in rules.removal_gates(self.ground)[:2])


def open_period(model: DeviceModel) -> ListingPeriod | None:
    """The period by which an entry is on the list, or None."""
    return ListingPeriod.objects.open().filter(device_model=model).first()


def events_of(model: DeviceModel, *, bodies: tuple[str, ...]) -> list[CertificateEvent]:
    """The events of these bodies' certificates that strike an entry, and have neither fallen nor been overtaken."""
    rows = (
        CertificateEvent.objects.filter(
            certificate__body__in=bodies,
            certificate__coverage__identity=model.identity,
            state__in=[CertificateEvent.State.UNCONFIRMED, CertificateEvent.State.CONFIRMED],
            overtaken_at=None,
        )
        .exclude(certificate__state=AssuranceCertificate.State.VOID)
        .select_related("certificate")
        .prefetch_related("targets", "statements", "certificate__coverage")
        .order_by("id")
        .distinct()
    )
    return [event for event in rows if strikes(event, model.identity)]


def strikes(event: CertificateEvent, identity: str) -> bool:
    """Whether an event is about a Device Model: one of those it names, or of all that the certificate still covered."""
    targets = list(event.targets.all())
    if targets:
        return any(each.identity == identity for each in targets)
    return any(
        each.identity == identity and (each.ended_on is None or each.ended_on > event.occurred_on)
        for each in event.certificate.coverage.all()
    )


def confirmation_of(event: CertificateEvent) -> BodyStatement | None:
    """The issuing body's word that an event happened, or None."""
    if event.state != CertificateEvent.State.CONFIRMED:
        return None
    return next((each for each in event.statements.all() if each.confirms), None)


def replacement_for(
    identity: str, *, body: str, apart_from: list[int], on: dt.date
) -> tuple[str, AssuranceCertificate | None]:
    """Say whether another certificate of a body stands for a Device Model: in force, awaiting validation, or none.

    Appendix Z 6.7 (A-14). One that the Secretariat has not yet seen to name the model awaits it, too, if it was given
    by somebody who may provide it.
    """
    rows = (
        AssuranceCertificate.objects.filter(
            Q(coverage__ended_on=None) | Q(coverage__ended_on__gt=on),
            body=body,
            state__in=["recorded", "valid"],
            coverage__identity=identity,
        )
        .exclude(pk__in=apart_from)
        .distinct()
        .order_by("id")
    )
    awaiting = None
    for certificate in rows.prefetch_related("coverage"):
        facts = certificate_facts(certificate, list(certificate.coverage.all()))
        if not is_current(facts, on=on):
            continue
        if facts.state == "valid" and is_covered(facts, identity, on=on):
            return rules.IN_FORCE, certificate
        if awaiting is None and is_provided(certificate, identity):
            awaiting = certificate
    return (rules.AWAITING, awaiting) if awaiting else (rules.NONE, None)


def duty_to_remove(model: DeviceModel, *, at: dt.datetime) -> Duty | None:
    """Find what obliges the Panel to remove a listed entry, gated or not; None where nothing does. Appendix Z 6.1 and 6.2

    What belongs to an earlier listing period obliges to nothing: the entry has left the list for it already.
    """
    period = open_period(model)
    if period is None:
        return None
    since = period.opened_at
    order = (
        model.authority_orders.filter(state=AuthorityOrder.State.CONFIRMED)
        .order_by("-second_at", "-id")
        .first()
    )
    if order and _later(order.second_at, since) and order.outcome == AuthorityOrder.Outcome.REMOVE:
        return Duty(clause=order.clause, order=order)
    # What the Authority has ordered not to be removed for stays; what came after its order is judged anew.
    if order and order.outcome != AuthorityOrder.Outcome.REMOVE:
        since = max(filter(None, [since, order.second_at]))
    found = [*_by_determination(model, since, at), *_by_event(model, since, at)]
    return min(found, key=_shut, default=None)


def _shut(duty: Duty) -> int:
    """How far a duty is from being due: of several grounds the one with the fewest gates shut is followed."""
    replaced = duty.ground.replacement if duty.ground else rules.NONE
    return (not duty.ungated) * 10 + (rules.NONE, rules.AWAITING, rules.IN_FORCE).index(replaced)


def _later(instant: dt.datetime, since: dt.datetime | None) -> bool:
    return since is None or instant >= since


def _by_determination(model: DeviceModel, since: dt.datetime | None, at: dt.datetime) -> list[Duty]:
    determination = model.determinations.filter(
        state=BindingDetermination.State.BINDING, outcome=BindingDetermination.Outcome.REMOVE
    ).first()
    if determination is None or not _later(determination.confirmed_at, since):
        return []
    events = events_of(model, bodies=(NCSC,))
    if not events:
        return []
    # Of several events that joined one case any confirmed one opens the gate.
    event = next((each for each in events if confirmation_of(each)), events[0])
    return [_duty(determination.clause, model, event, at, determination)]


def _by_event(model: DeviceModel, since: dt.datetime | None, at: dt.datetime) -> list[Duty]:
    found = []
    for event in events_of(model, bodies=(ZIGBEE, DLMS)):
        statement = confirmation_of(event)
        if (
            statement
            and requires_removal(body=event.certificate.body, kind=event.kind)
            and _later(statement.recorded_at, since)
        ):
            found.append(_duty(rules.Z61, model, event, at))
    return found


def _duty(
    clause: str,
    model: DeviceModel,
    event: CertificateEvent,
    at: dt.datetime,
    determination: BindingDetermination | None = None,
) -> Duty:
    # A rival's certificate that is only reported to have ended still stands; a confirmed end is in its facts.
    replaced, certificate = replacement_for(
        model.identity, body=event.certificate.body, apart_from=[event.certificate_id], on=london_day(at)
    )
    statement = confirmation_of(event)
    ground = rules.Ground(
        clause=clause,
        kind=event.kind,
        issuer=event.certificate.body,
        confirmed=statement is not None,
        confirmation=_in_words(statement),
        determined=determination.outcome if determination else "",
        replacement=replaced,
    )
    return Duty(clause, event, statement, determination=determination, ground=ground, replacement=certificate)


def _in_words(statement: BodyStatement | None) -> str:
    if statement is None:
        return ""
    day = statement.said_on
    return f"{day.day} {day:%B %Y}, ref. {statement.reference}"


def gates_of(duty: Duty, *, at: dt.datetime) -> list[dict[str, object]]:
    """The gates of a duty as a change keeps them, each with the instant at which it was cleared. TR-10"""
    if duty.ground is None:
        return [
            {
                "clause": duty.clause,
                "asks": "The Authority has determined that it is to be removed.",
                "met": True,
                "at": duty.order.second_at.isoformat() if duty.order else at.isoformat(),
            }
        ]
    first, confirmed, replaced = rules.removal_gates(duty.ground)
    cleared = duty.statement.recorded_at if duty.statement else at
    decided = duty.determination.confirmed_at if duty.determination else cleared
    return [
        {
            "clause": limb.clause,
            "asks": limb.asks,
            "met": limb.met,
            "at": instant.astimezone(LONDON).isoformat(),
        }
        for limb, instant in ((first, decided), (confirmed, cleared), (replaced, at))
    ]
