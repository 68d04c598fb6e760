"""What is done about a certificate while it lives: renewal in hand, renewed in place, replaced, entered in error (chart 5)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateChange,
    CertificateEvent,
    EstateClaim,
    RenewalAction,
)
from cpl.rules import certificate_events as event_rules
from cpl.rules import list_changes as change_rules
from cpl.rules.certificates import cap_limb, cpa_limbs, order_limb, relevant_date
from cpl.rules.limbs import check_limbs
from cpl.rules.submissions import clean_reason
from cpl.services.certificate_events import supersede_unconfirmed
from cpl.services.expiry.planning import plan_notices
from cpl.services.expiry.renewal_duties import discharge_renewal_duties
from cpl.services.listing_facts import certificate_facts
from cpl.services.panel_decisions import second_person
from cpl.services.removals import follow_certificate
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.time_rules import london_day

DETAILS = (
    "body",
    "number",
    "standard",
    "standard_version",
    "issued_on",
    "expires_on",
    "renews_on",
    "sc_version",
)


def is_responsible(organisation: Organisation, certificate: AssuranceCertificate) -> bool:
    """Whether an organisation sees to the renewal of a certificate. Section F2.6(a) and Section F2.6(b)

    The DCC where it names a Communications Hub; a Supplier where it supplies one of the Device Models that it names, in a
    role that answers for that type.
    """
    links = [link for link in certificate.coverage.all() if link.ended_on is None]
    if organisation.kind == Organisation.Kind.DCC:
        return any(event_rules.DCC in event_rules.responsible_parties(link.device_type) for link in links)
    asked = {link.identity: event_rules.responsible_parties(link.device_type) for link in links}
    claims = EstateClaim.objects.current().filter(organisation=organisation, device_model__identity__in=asked)
    return any(
        role in asked[identity] for identity, role in claims.values_list("device_model__identity", "role")
    )


@transaction.atomic
def record_renewal_action(
    *,
    certificate: AssuranceCertificate,
    by: User,
    organisation: Organisation,
    at: dt.datetime,
    taken_on: dt.date,
    what: str,
    upload: UploadedFile | None = None,
    classification: str = "",
) -> RenewalAction:
    """Record what a responsible Party did so that a CPA Certificate can be considered for renewal. Section F2.6

    Any one Supplier's action meets the duty of all of them. On or after the date it is recorded, and shown as late. Raises
    Refusal for a certificate that needs no such action, or where another Party is responsible.
    """
    grant = require(by, Duty.RECORD_RENEWAL, organisation)
    certificate = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    day = relevant_date(certificate_facts(certificate, []))
    if certificate.body != Body.NCSC or certificate.state != AssuranceCertificate.State.VALID or day is None:
        raise Refusal(f"{certificate} is not a CPA Certificate that can be renewed.", clause="F2.6")
    if certificate.lapse() is not None:
        raise Refusal(f"{certificate} has been withdrawn or cancelled: the duty has ended.", clause="F2.6")
    if not is_responsible(organisation, certificate):
        raise Refusal(
            f"{organisation} does not see to the renewal of {certificate}.",
            clause="F2.6",
            remedy="The DCC does so for Communications Hubs, for all else the Suppliers of its Device Models. If you supply one, "
            "add it to your estate first.",
        )
    event_rules.check_renewal_day(taken_on=taken_on, issued_on=certificate.issued_on, on=london_day(at))
    what = clean_reason(what, field="what")
    said = {"organisation": organisation, "relevant_date": day, "taken_on": taken_on, "what": what}
    same = certificate.renewal_actions.filter(**said).first()
    if same and not upload:  # a form that was sent twice
        return same
    evidence = (
        store_document(upload=upload, classification=classification, organisation=organisation, by=by, at=at)
        if upload
        else None
    )
    action = RenewalAction.objects.create(
        certificate=certificate, evidence=evidence, recorded_by=by, recorded_at=at, **said
    )
    in_time = event_rules.is_renewal_in_time(taken_on=taken_on, relevant_date=day)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.renewal.acted", subject=certificate, clause="F2.6", reason=action.what,
        after={"taken_on": taken_on, "relevant_date": day, "in_time": in_time},
    )  # fmt: skip
    discharge_renewal_duties(certificate=certificate, organisation=organisation, act=act, at=at)
    return action


def _lock(certificate: AssuranceCertificate, version: int) -> AssuranceCertificate:
    fresh = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if fresh.version != version:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"certificate": str(fresh), "state": fresh.state, "version": fresh.version},
        )
    return fresh


def _check_two_people(first: int | None, grant: Grant) -> None:
    change_rules.check_second_person(
        first=str(first), first_role=change_rules.FIRST_ROLE, second=str(grant.user.pk),
        second_role=grant.role.value, four_eyes=settings.FOUR_EYES,
    )  # fmt: skip


@transaction.atomic
def propose_certificate_change(
    *, certificate: AssuranceCertificate, by: User, at: dt.datetime, version: int, kind: str, reason: str,
    reference: str, expires_on: dt.date | None = None, renews_on: dt.date | None = None,
    upload: UploadedFile | None = None, classification: str = "",
) -> CertificateChange:  # fmt: skip
    """Propose to a second person that a certificate was renewed in place, or was entered in error. Z2.1(g), chart 5

    Takes the kind (`dates` or `void`) and, for the first, both dates as the certificate now states them. Raises Refusal
    for dates that it could not have.
    """
    certificate = _lock(certificate, version)
    grant = require(by, Duty.ATTEST_CERTIFICATE)
    change = CertificateChange(
        certificate=certificate, kind=kind, expires_on=expires_on, renews_on=renews_on, reason=clean_reason(reason),
        reference=reference.strip(), proposed_by=by, proposed_at=at,
        before={name: str(getattr(certificate, name) or "") for name in ("expires_on", "renews_on", "state")},
    )  # fmt: skip
    if upload:
        change.evidence = store_document(
            upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at
        )
    if not change.reference and not change.evidence:
        raise Refusal("It rests on nothing that can be found again.", clause="Z2.1(g)", field="reference",
                      remedy="Name the letter or page that says so, or attach it.")  # fmt: skip
    if certificate.changes_proposed.filter(state=CertificateChange.State.PROPOSED).exists():
        raise Conflict(f"A change of {certificate} waits for its second person already.")
    _check_change(change)
    change.full_clean(exclude=["state"])
    change.save()
    journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate_change.proposed", subject=change, clause="Z2.1(g)",
        reason=change.reason, before=change.before, after=_after(change),
    )  # fmt: skip
    journal.open_task(
        key=f"certificate-change:{change.pk}", title=f"{change}: a second person decides", clause="Z2.1(g)", at=at,
        subject=change,
    )  # fmt: skip
    return change


def _after(change: CertificateChange) -> dict[str, str]:
    return {
        "kind": change.kind,
        "expires_on": str(change.expires_on or ""),
        "renews_on": str(change.renews_on or ""),
    }


def _check_change(change: CertificateChange) -> None:
    certificate = change.certificate
    if certificate.state == AssuranceCertificate.State.VOID:
        raise Conflict(f"{certificate} is void already.")
    if change.kind == CertificateChange.Kind.VOID:
        return
    if certificate.state != AssuranceCertificate.State.VALID:
        raise Conflict(
            f"{certificate} is {certificate.get_state_display().lower()}: correct it where it was given."
        )
    if (change.expires_on, change.renews_on) == (certificate.expires_on, certificate.renews_on):
        raise Refusal("These are the dates that it has.", clause="Z2.1(g)", field="expires_on")
    facts = certificate_facts(
        AssuranceCertificate(
            pk=certificate.pk, body=certificate.body, number=certificate.number, issued_on=certificate.issued_on,
            sc_version=certificate.sc_version, expires_on=change.expires_on, renews_on=change.renews_on,
        ),
        [],
    )  # fmt: skip
    check_limbs((cap_limb(facts), order_limb(facts), *cpa_limbs(facts)))


@transaction.atomic
def decide_certificate_change(
    *, change: CertificateChange, by: User, at: dt.datetime, version: int, agree: bool, reason: str
) -> CertificateChange:
    """Agree as the second person to a change of a certificate, or send it back. Appendix Z 2.1(g)

    With other dates, notices are planned anew (A-46), and what only the old date had brought falls; an entry whose
    certificate had really lapsed is for the SSC to look at again. A void certificate supports nothing.
    """
    change = CertificateChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    grant = second_person(by)
    reason = clean_reason(reason)
    if change.version != version or change.state != CertificateChange.State.PROPOSED:
        raise Conflict(f"{change} is {change.get_state_display().lower()} by now.")
    _check_two_people(change.proposed_by_id, grant)
    change.decided_by, change.decided_at, change.decision_reason = by, at, reason
    change.four_eyes = settings.FOUR_EYES
    if agree:
        _check_change(change)
        change.approve()
    else:
        change.refuse()
    keep(change)
    journal.record(
        actor=grant.actor, at=at, verb=f"cpl.certificate_change.{change.state}", subject=change, clause="Z2.1(g)",
        reason=reason, before=change.before, after=_after(change),
    )  # fmt: skip
    journal.close_task(key=f"certificate-change:{change.pk}", at=at, reason=reason)
    if agree:
        _carry_out(change, grant, at)
    return change


def _carry_out(change: CertificateChange, grant: Grant, at: dt.datetime) -> None:
    certificate = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=change.certificate_id)
    if change.kind == CertificateChange.Kind.VOID:
        certificate.make_void()
        verb, reason = "cpl.certificate.void", "It was entered in error."
    else:
        certificate.expires_on, certificate.renews_on = change.expires_on, change.renews_on
        verb, reason = "cpl.certificate.renewed_in_place", "It has other dates now."
    keep(certificate)
    journal.record(
        actor=grant.actor, at=at, verb=verb, subject=certificate, clause="Z2.1(g)", reason=change.reason,
        before=change.before, after=_after(change),
    )  # fmt: skip
    if change.kind == CertificateChange.Kind.VOID:
        supersede_unconfirmed(certificate, at=at, reason=reason)
        _flag_listings(certificate, at)
    else:
        _overtake(certificate, at, reason)
        plan_notices(certificate=certificate, at=at)
    follow_certificate(certificate, at=at)


def _overtake(certificate: AssuranceCertificate, at: dt.datetime, reason: str) -> None:
    """Let the events of the old dates fall where nobody confirmed them, and mark as overtaken those that were."""
    supersede_unconfirmed(certificate, at=at, reason=reason, kinds=event_rules.OF_THE_DATE)
    for event in CertificateEvent.objects.standing().filter(
        certificate=certificate, kind__in=event_rules.OF_THE_DATE, targets=None
    ):
        event.overtaken_at = at
        keep(event)
        journal.record(
            actor=SYSTEM, at=at, verb="cpl.certificate_event.overtaken", subject=event, clause="Z6.7",
            reason=reason,
        )  # fmt: skip


def _flag_listings(certificate: AssuranceCertificate, at: dt.datetime) -> None:
    listed = certificate.coverage.filter(
        device_model__periods__closed_at=None, device_model__periods__closed_known_by=None
    )
    if listed.exclude(device_model=None).exists():
        journal.open_task(
            key=f"void-certificate:{certificate.pk}", title=f"{certificate} was entered in error: entries relied on it",
            clause="F2.1", at=at, subject=certificate,
            detail="See for each entry that it names whether another certificate supports it, or whether it was listed "
            "in error (A-64).",
        )  # fmt: skip
