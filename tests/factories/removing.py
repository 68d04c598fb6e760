"""Entries with certificates that end, and the people who report, confirm, determine and approve."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import LazySettings

from cpl.models import (
    AssuranceCertificate,
    BindingDetermination,
    CertificateEvent,
    DeviceModel,
    ListChange,
)
from cpl.services import certificate_events, certificate_validity, certificates, determinations, lacking
from cpl.services.certificate_events import Answer
from secgov.accounts.models import Organisation, Role, User
from tests.factories import casts, devices, people, publishing

NOON = devices.NOON
DAY = dt.timedelta(days=1)


@dataclass
class Committee:
    """Everybody whom a removal needs."""

    cast: casts.Cast
    supplier: User
    secretary: User
    chair: User
    recorder: User

    @property
    def secretariat(self) -> User:
        """Who confirms."""
        return self.cast.secretariat

    @property
    def approver(self) -> User:
        """Who approves."""
        return self.cast.approver


def committee(cast: casts.Cast | None = None) -> Committee:
    """Make the people of a removal."""
    supplier = publishing.party("Ashbeck Energy")
    Organisation.objects.filter(pk=supplier.pk).update(is_import_supplier=True, is_gas_supplier=True)
    body = people.organisation("Security Sub-Committee", Organisation.Kind.CODE_BODY)
    authority = people.organisation("Office of the Authority", Organisation.Kind.AUTHORITY)
    return Committee(
        cast=cast or casts.cast(),
        supplier=people.person(Role.SUPPLIER, Organisation.objects.get(pk=supplier.pk)),
        secretary=people.person(Role.SSC_SECRETARY, body),
        chair=people.person(Role.SSC_CHAIR, body),
        recorder=people.person(Role.AUTHORITY_RECORDER, authority),
    )


def organisation_of(user: User) -> Organisation:
    """The organisation that a person belongs to."""
    return user.memberships.get().organisation


def listed_entry(cast: casts.Cast, *, at: dt.datetime = NOON, **values: Any) -> DeviceModel:
    """An entry on the list, with a ZigBee and a CPA Certificate in force."""
    return publishing.listed(cast, at=at, **values).device_model


def with_entry(settings: LazySettings, folder: Path) -> tuple[Committee, DeviceModel]:
    """Make the people of a removal and an entry on the list: a world for the tests that begin there."""
    group = committee()
    return group, listed_entry(group.cast)


def smets1_entry(cast: casts.Cast) -> DeviceModel:
    """A SMETS1 entry on the list, in an eligible combination."""
    submission = devices.submitted(
        cast.manufacturer, cast.maker, certificates=(), spec_version="1.2", gbcs_version="0.0"
    )
    casts.eligible_combination(submission)
    return devices.approved(devices.proposed(submission, cast.secretariat), cast.approver).device_model


def with_smets1_entry(settings: LazySettings, folder: Path) -> tuple[Committee, DeviceModel]:
    """Make the people of a removal and a SMETS1 entry on the list: a world for the tests that begin there."""
    group = committee()
    return group, smets1_entry(group.cast)


def certificate_of(model: DeviceModel, body: str) -> AssuranceCertificate:
    """The first certificate of a body that names an entry."""
    named = model.coverage.filter(certificate__body=body, ended_on=None).order_by("certificate")
    return named[0].certificate


def reported(
    group: Committee, certificate: AssuranceCertificate, kind: str = "WITHDRAWN", *, at: dt.datetime = NOON,
    by: User | None = None, **values: Any,
) -> CertificateEvent:  # fmt: skip
    """An event that a Supplier has reported."""
    by = by or group.supplier
    return certificate_events.report_event(
        certificate=certificate, by=by, organisation=organisation_of(by), at=at, kind=kind,
        **{"occurred_on": at.date(), "aware_on": at.date(), **values},
    ).event  # fmt: skip


def answer(body: str, *, on: dt.date, **values: Any) -> Answer:
    """What a body says, by mail."""
    return Answer(
        **{"body": body, "contact": "Certification desk", "method": "mail", "said_on": on, "reference": "2026/311",
           **values}
    )  # fmt: skip


def confirmed(
    group: Committee, event: CertificateEvent, *, at: dt.datetime = NOON, **values: Any
) -> CertificateEvent:
    """An event that its body has confirmed."""
    event = CertificateEvent.objects.get(pk=event.pk)
    return certificate_events.confirm_event(
        event=event, by=group.secretariat, at=at, version=event.version, reason="By its mail.",
        answer=answer(event.certificate.body, on=at.date(), **values),
    )  # fmt: skip


def denied(group: Committee, event: CertificateEvent, *, at: dt.datetime = NOON) -> CertificateEvent:
    """An event that its body denies."""
    event = CertificateEvent.objects.get(pk=event.pk)
    return certificate_events.deny_event(
        event=event, by=group.secretariat, at=at, version=event.version, reason="By its mail.",
        answer=answer(event.certificate.body, on=at.date()),
    )  # fmt: skip


def determined(
    group: Committee, model: DeviceModel, outcome: str = "remove", *, at: dt.datetime = NOON, clause: str = "Z6.2",
    with_plan: bool = False,
) -> BindingDetermination:  # fmt: skip
    """A determination recorded by the secretary and confirmed by the Chair."""
    return determinations.record_binding_determination(
        model=model, by=group.secretary, at=at, confirmed_by=group.chair, confirmation_reason="So determined.",
        values={"clause": clause, "outcome": outcome, "with_plan": with_plan, "determined_on": at.date(),
                "minute_reference": "SSC/2026/12", "reasons": "Weighed."},
    )  # fmt: skip


def replaced(
    group: Committee, model: DeviceModel, body: str, *, at: dt.datetime = NOON, number: str = "NEW-1"
) -> AssuranceCertificate:
    """Another certificate of a body, provided for an entry and not yet attested."""
    base = devices.CPA if body == "NCSC" else devices.ZIGBEE | {"body": body}
    values = {"expires_on": None, "renews_on": None, "sc_version": ""} | base | {"number": number}
    return lacking.give_certificate_for_entries(
        numbers=[model.pk], by=group.secretariat, at=at, values=values, reason="Provided by the manufacturer."
    )


def found_valid(
    group: Committee, certificate: AssuranceCertificate, *, at: dt.datetime = NOON
) -> AssuranceCertificate:
    """A certificate attested by one person and found valid by another."""
    certificate = AssuranceCertificate.objects.get(pk=certificate.pk)
    certificate = certificates.attest_certificate(
        certificate=certificate, by=group.secretariat, at=at, version=certificate.version, marks_seen=True,
        models_named=True, reason="Seen on it.",
    )  # fmt: skip
    return certificate_validity.validate_certificate(
        certificate=certificate, by=group.approver, at=at, version=certificate.version, reason="As attested."
    )


def found_invalid(group: Committee, certificate: AssuranceCertificate, *, at: dt.datetime = NOON) -> None:
    """A certificate that the Secretariat finds invalid."""
    certificate = AssuranceCertificate.objects.get(pk=certificate.pk)
    certificates.invalidate_certificate(
        certificate=certificate,
        by=group.secretariat,
        at=at,
        version=certificate.version,
        reason="It names no model.",
    )


def waiting_removal(model: DeviceModel) -> ListChange | None:
    """The removal of an entry that waits for its second person, if one does."""
    return ListChange.objects.proposed().filter(entry_number=model.pk, kind="remove").first()


def give(group: Committee, certificate: AssuranceCertificate, model: DeviceModel) -> None:
    """Let a certificate that is in force name another entry too, in place of the one of its own body."""
    for link in model.coverage.filter(certificate__body=certificate.body):
        link.ended_on, link.end_reason = NOON.date() - DAY, "Another certificate names it."
        link.save()
    values = {name: getattr(certificate, name) for name in lacking.CERTIFICATE_FIELDS}
    lacking.give_certificate_for_entries(
        numbers=[model.pk], by=group.secretariat, at=NOON, values=values, reason="It names this one, too."
    )
    certificate = AssuranceCertificate.objects.get(pk=certificate.pk)
    certificates.attest_certificate(
        certificate=certificate, by=group.secretariat, at=NOON, version=certificate.version, marks_seen=True,
        models_named=True, reason="Seen on it.",
    )  # fmt: skip
