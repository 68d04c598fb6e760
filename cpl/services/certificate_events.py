"""What ended a certificate: recorded when its date passes or somebody reports it, confirmed or denied by its body (Z6.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import (
    AffectedEntry,
    AssuranceCertificate,
    BodyStatement,
    CertificateCoverage,
    CertificateEvent,
    DeviceModel,
    EventReport,
    ListingPeriod,
)
from cpl.rules import certificate_events as rules
from cpl.rules.removal import CONFIRMING_TARGET, IN_FORCE
from cpl.rules.submissions import clean_reason
from cpl.services.determinations import CONFIRM
from cpl.services.expiry.renewal_duties import settle_renewal_duties
from cpl.services.listing_facts import certificate_facts
from cpl.services.removal_grounds import replacement_for, strikes
from cpl.services.removals import follow_certificate
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, Role, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM, Actor
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day

CLAUSE = "Z6.7"


def task_key(event: CertificateEvent) -> str:
    """The key of the task that asks for the issuing body's word."""
    return f"confirm:{event.pk}"


@transaction.atomic
def note_passed_dates(*, certificate: AssuranceCertificate, at: dt.datetime) -> list[CertificateEvent]:
    """Record what the passing of a certificate's dates has brought, once for each date. Section F2.7A(a), TR-7

    Of a CPA Certificate each listed entry that it named is noted for the SSC (Z6.2), but for those that another CPA
    Certificate in force covers: where that is all of them, the event is superseded (A-08). Of a ZigBee or DLMS
    certificate it is only a mark (A-10). Removes nothing.
    """
    certificate = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    facts = certificate_facts(certificate, list(certificate.coverage.all()))
    made = []
    for due in rules.events_of_dates(facts, on=london_day(at)):
        known = CertificateEvent.objects.filter(
            certificate=certificate, kind=due.kind, relevant_date=due.relevant_date
        )
        if known.exists():
            continue
        event = _new_event(
            certificate, due.kind, due.occurred_on, (), at, actor=SYSTEM,
            reason=f"Its date, {due.relevant_date.day} {due.relevant_date:%B %Y}, has passed.",
            origin=CertificateEvent.Origin.DATE, relevant_date=due.relevant_date,
        )  # fmt: skip
        made.append(event)
        affected = list(event.affected.all())
        if affected and all(each.covered_by_id for each in affected):
            _supersede(
                event, "Every listed Device Model that it names is covered by another certificate (A-08).", at
            )
    return made


def _new_event(
    certificate: AssuranceCertificate, kind: str, occurred_on: dt.date, targets: Sequence[CertificateCoverage],
    at: dt.datetime, *, actor: Actor, reason: str, **values: Any,
) -> CertificateEvent:  # fmt: skip
    event = CertificateEvent(
        certificate=certificate, kind=kind, occurred_on=occurred_on, recorded_at=at, **values
    )
    event.full_clean(exclude=["state"])
    event.save()
    event.targets.set(targets)
    act = journal.record(
        actor=actor, at=at, verb="cpl.certificate_event.recorded", subject=event, clause=CLAUSE, reason=reason,
        after={"certificate": certificate.number, "kind": kind, "occurred_on": occurred_on,
               "models": [each.identity for each in targets] or "all"},
    )  # fmt: skip
    _note_affected(event, at)
    _ask_the_body(event, act, at)
    return event


def _note_affected(event: CertificateEvent, at: dt.datetime) -> None:
    """Write down which listed entries the event strikes, and which other certificate holds them at this instant."""
    body = event.certificate.body
    identities = [each.identity for each in event.certificate.coverage.all() if strikes(event, each.identity)]
    listed = DeviceModel.objects.filter(identity__in=identities, periods__in=ListingPeriod.objects.open())
    for model in listed.distinct().order_by("pk"):
        state, other = replacement_for(
            model.identity, body=body, apart_from=[event.certificate_id], on=london_day(at)
        )
        AffectedEntry.objects.get_or_create(
            event=event,
            device_model=model,
            defaults={"covered_by": other if state == IN_FORCE else None, "noted_at": at},
        )


def _ask_the_body(event: CertificateEvent, act: Act, at: dt.datetime) -> None:
    body = event.certificate.get_body_display()
    journal.open_task(
        key=task_key(event), title=f"Ask {body}: {event}?", clause=CLAUSE, at=at, subject=event,
        detail="Until it confirms, nothing is removed. Record its answer on the event’s page.",
    )  # fmt: skip
    journal.open_obligation_for_working_days(
        clause=CLAUSE, duty=f"Ask {body} whether it is so", owed_by=Obligation.Owner.PANEL, subject=event, act=act,
        from_at=at, working_days=CONFIRMING_TARGET, by_law=False,
    )  # fmt: skip


@transaction.atomic
def report_event(
    *,
    certificate: AssuranceCertificate,
    by: User,
    organisation: Organisation,
    at: dt.datetime,
    kind: str,
    occurred_on: dt.date,
    aware_on: dt.date,
    note: str = "",
    targets: Sequence[CertificateCoverage] = (),
    upload: UploadedFile | None = None,
    classification: str = "",
    from_ncsc: bool = False,
) -> EventReport:
    """Tell the Panel that a certificate has ended, or ended for some models alone. Appendix Z 6.7

    It changes nothing by itself: it asks the Secretariat to confirm with the issuing body, and notes the listed
    entries concerned. Several reports of one event are one event, and the same report sent
    twice is one report. Raises Refusals for what cannot have happened.
    """
    grant = require(by, Duty.REPORT_EVENT, organisation)
    certificate = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if certificate.state != AssuranceCertificate.State.VALID:
        raise Refusal(f"{certificate} is not one that the list relies on.", clause=CLAUSE)
    facts = certificate_facts(certificate, list(certificate.coverage.all()))
    rules.check_report(facts, kind=kind, occurred_on=occurred_on, aware_on=aware_on, on=london_day(at))
    note_passed_dates(certificate=certificate, at=at)
    event = _same_event(certificate, kind, targets) or _new_event(
        certificate, kind, occurred_on, targets, at, actor=grant.actor, origin=CertificateEvent.Origin.REPORT,
        reason=note.strip() or "It was reported.",
    )  # fmt: skip
    same = event.reports.filter(
        organisation=organisation, occurred_on=occurred_on, aware_on=aware_on, note=note.strip()
    ).first()
    if same and not upload:  # a form that was sent twice
        return same
    evidence = (
        store_document(upload=upload, classification=classification, organisation=organisation, by=by, at=at)
        if upload
        else None
    )
    report = EventReport.objects.create(
        event=event, organisation=organisation, reported_by=by, reported_at=at, channel=_channel(grant, from_ncsc),
        occurred_on=occurred_on, aware_on=aware_on, note=note.strip(), evidence=evidence,
    )  # fmt: skip
    journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate_event.reported", subject=event, clause=CLAUSE,
        reason=note.strip() or "It was reported.", after={"aware_on": aware_on, "report": report.pk},
    )  # fmt: skip
    if by.email and grant.role != Role.SECRETARIAT:
        journal.enqueue(
            template="cpl/event_reported", recipient=by.email, key=f"cpl/event_reported:{report.pk}", at=at,
            context={"certificate": str(certificate), "kind": event.get_kind_display().lower(), "report": report.pk,
                     "path": f"/portal/certificates/{certificate.pk}/"},
        )  # fmt: skip
    return report


def _same_event(
    certificate: AssuranceCertificate, kind: str, targets: Sequence[CertificateCoverage]
) -> CertificateEvent | None:
    """The event that others have told of already: the same kind, about the same models, and not fallen since."""
    standing = [CertificateEvent.State.UNCONFIRMED, CertificateEvent.State.CONFIRMED]
    wanted = {each.pk for each in targets}
    for event in certificate.events.filter(kind=kind, state__in=standing, overtaken_at=None):
        if {each.pk for each in event.targets.all()} == wanted:
            return event
    return None


def _channel(grant: Grant, from_ncsc: bool) -> str:
    if grant.role != Role.SECRETARIAT:
        return str(EventReport.Channel.PARTY)
    return str(EventReport.Channel.NCSC if from_ncsc else EventReport.Channel.SECRETARIAT)


@dataclass(frozen=True, slots=True)
class Answer:
    """A body's answer as the Secretariat writes it down."""

    body: str
    contact: str
    method: str
    said_on: dt.date
    reference: str
    effective_on: dt.date | None = None
    upload: UploadedFile | None = None
    classification: str = ""


@transaction.atomic
def confirm_event(
    *, event: CertificateEvent, by: User, at: dt.datetime, version: int, answer: Answer, reason: str
) -> CertificateEvent:
    """Record that the issuing body confirms an event; the gate of Z6.7 is cleared at this instant. Appendix Z 6.7

    Raises Refusals for the wrong body, or a word older than the event; Conflict where it was answered already. Removals
    for which this was the last gate arise now, with this person as the first of their two.
    """
    event, grant = _lock(event, by, version)
    statement = _state(event, grant, at, answer, confirms=True)
    event.confirm()
    event.occurred_on = answer.effective_on or event.occurred_on
    keep(event)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate_event.confirmed", subject=event, clause=CLAUSE,
        reason=clean_reason(reason), after={"reference": statement.reference, "said_on": statement.said_on},
    )  # fmt: skip
    for link in event.targets.filter(ended_on=None):
        link.ended_on, link.end_reason = (
            event.occurred_on,
            f"{event}, confirmed by {statement.get_body_display()}.",
        )
        link.save(update_fields=["ended_on", "end_reason"])
    _settle(event, act, at)
    settle_renewal_duties(
        at=at, certificates=[event.certificate_id]
    )  # a duty of F2.6 ends with the certificate
    follow_certificate(event.certificate, at=at)
    return event


@transaction.atomic
def deny_event(
    *, event: CertificateEvent, by: User, at: dt.datetime, version: int, answer: Answer, reason: str
) -> CertificateEvent:
    """Record that the issuing body denies an event: it falls, and so does what rests on it alone. Appendix Z 6.7 (A-62)"""
    event, grant = _lock(event, by, version)
    statement = _state(event, grant, at, answer, confirms=False)
    event.deny()
    event.state_reason = f"{statement.get_body_display()} denies it, ref. {statement.reference}."
    keep(event)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate_event.denied", subject=event, clause=CLAUSE,
        reason=clean_reason(reason), after={"reference": statement.reference, "said_on": statement.said_on},
    )  # fmt: skip
    _settle(event, act, at)
    follow_certificate(event.certificate, at=at)
    return event


def _lock(event: CertificateEvent, by: User, version: int) -> tuple[CertificateEvent, Grant]:
    fresh = (
        CertificateEvent.objects.select_for_update(of=("self",))
        .select_related("certificate")
        .get(pk=event.pk)
    )
    grant = require(by, Duty.CONFIRM_EVENT)
    if fresh.determinations.filter(recorded_by=by).exists():
        raise Refusal(
            "You recorded for the SSC what it determined of this, so you cannot be the Secretariat here.",
            clause=CLAUSE,
            remedy="Ask somebody else of the Secretariat to record the answer.",
        )
    if fresh.version != version or fresh.state != CertificateEvent.State.UNCONFIRMED:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"event": fresh.pk, "state": fresh.state, "version": fresh.version},
        )
    return fresh, grant


def _state(
    event: CertificateEvent, grant: Grant, at: dt.datetime, answer: Answer, *, confirms: bool
) -> BodyStatement:
    rules.check_statement(
        rules.Statement(
            confirms, answer.body, answer.contact, answer.reference, answer.said_on,
            answer.effective_on if confirms else None,
        ),
        issuer=event.certificate.body, occurred_on=event.occurred_on, on=london_day(at),
        earliest=rules.earliest_effect(
            certificate_facts(event.certificate, []), kind=event.kind, occurred_on=event.occurred_on
        ),
    )  # fmt: skip
    document = (
        store_document(
            upload=answer.upload, classification=answer.classification, organisation=grant.organisation, by=grant.user,
            at=at,
        )
        if answer.upload
        else None
    )  # fmt: skip
    statement = BodyStatement(
        event=event, confirms=confirms, body=answer.body, contact=answer.contact.strip(), method=answer.method,
        said_on=answer.said_on, effective_on=answer.effective_on if confirms else None,
        reference=answer.reference.strip(), document=document, recorded_by=grant.user, recorded_at=at,
    )  # fmt: skip
    statement.full_clean()
    statement.save()
    return statement


def _settle(event: CertificateEvent, act: Act, at: dt.datetime) -> None:
    """End what asked for the body's word: the task, our own target, and that of the determinations on it (A-12)."""
    journal.close_task(key=task_key(event), at=at, reason=f"{event.get_state_display()} by the body.")
    owed = list(Obligation.objects.standing().about(event))
    for determination in event.determinations.all():
        owed += Obligation.objects.standing().about(determination).filter(duty=CONFIRM)
    for obligation in owed:
        journal.discharge(obligation=obligation, act=act, at=at)


def supersede_unconfirmed(
    certificate: AssuranceCertificate, *, at: dt.datetime, reason: str, kinds: Sequence[str] = rules.KINDS
) -> None:
    """Let the events of a certificate that nobody confirmed fall, since the certificate is another one now. TR-10"""
    for event in certificate.events.unconfirmed().filter(kind__in=kinds):
        _supersede(event, reason, at)


def _supersede(event: CertificateEvent, reason: str, at: dt.datetime) -> None:
    event.supersede()
    event.state_reason = reason
    keep(event)
    journal.record(
        actor=SYSTEM,
        at=at,
        verb="cpl.certificate_event.superseded",
        subject=event,
        clause=CLAUSE,
        reason=reason,
    )
    journal.close_task(key=task_key(event), at=at, reason=reason)
    for obligation in Obligation.objects.standing().about(event):
        journal.fall_away(obligation=obligation, reason=reason, at=at)
