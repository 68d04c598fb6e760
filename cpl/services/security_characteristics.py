"""Keeping the register of Security Characteristics, Table 4 of Schedule 11 and the Maintenance End Dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify

from cpl.models import GbcsMapping, MaintenanceEnd, Mitigation, ScVersion, SecurityCharacteristic
from cpl.rules import security_characteristics as rules
from cpl.rules.device_types import clean_device_type
from cpl.rules.submissions import clean_reason
from cpl.rules.versions import clean_gbcs_version, clean_spec_type, clean_spec_version
from firmware_repo.rules.text import clean_line
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.time_rules import london_day


@transaction.atomic
def register_set(
    *, name: str, device_types: Sequence[str], link: str = "", by: User, at: dt.datetime
) -> SecurityCharacteristic:
    """Enter a set of Security Characteristics that NCSC keeps already. SC-1.2-5

    Takes its name, the codes of its Physical Device Types and where NCSC publishes it. Raises NotPermitted, Refusal.
    """
    grant = require(by, Duty.KEEP_SC_REGISTER)
    return add_set(
        name=name, device_types=device_types, link=link, actor=grant.actor, at=at, reason="NCSC keeps it."
    )


def add_set(
    *, name: str, device_types: Sequence[str], link: str = "", actor: Actor, at: dt.datetime, reason: str
) -> SecurityCharacteristic:
    """Enter a set for a service that has judged already who may. SC-1.2-5"""
    name = clean_line(name, field="name", clause="SC-1.2", name="the name", cap=120)
    if not device_types:
        raise Refusal("Choose the Physical Device Types.", clause="SC-1.2", field="device_types")
    slug = slugify(name)[:60]
    if not slug or set_named(name) or SecurityCharacteristic.objects.filter(slug=slug).exists():
        raise Refusal(
            "A set of that name, or of one too much like it, is in the register already." if slug else "This is no name.",
            clause="SC-1.2", field="name", remedy="Give the name by which NCSC calls it.",
        )  # fmt: skip
    row = SecurityCharacteristic(
        name=name, slug=slug, device_types=[clean_device_type(each) for each in device_types], link=link,
        registered_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    journal.record(
        actor=actor, at=at, verb="cpl.security_characteristic.registered", subject=row, clause="SC-1.2", reason=reason,
        public_reason=reason, after={"device_types": row.device_types},
    )  # fmt: skip
    return row


def hold_set(key: int) -> SecurityCharacteristic:
    """Lock a set, so that no two versions follow the same one."""
    return SecurityCharacteristic.objects.select_for_update().get(pk=key)


def set_named(name: str) -> SecurityCharacteristic | None:
    """Lock and give the set of a name, or None."""
    return SecurityCharacteristic.objects.select_for_update().filter(name__iexact=name.strip()).first()


def numbers_of(characteristic: SecurityCharacteristic) -> list[rules.Number]:
    """Give the versions of a set that are in the register."""
    return [rules.Number(*row) for row in characteristic.versions.values_list("principal", "sub")]


@transaction.atomic
def record_earlier_version(
    *, characteristic: SecurityCharacteristic, number: str, published_on: dt.date, mitigations: str, gbcs_versions: str,
    by: User, at: dt.datetime,
) -> ScVersion:  # fmt: skip
    """Take over a version that NCSC had published before this register began. SC Methodology 6.1

    Raises NotPermitted, and Refusal for one of a later day: that comes by an approved request only.
    """
    grant = require(by, Duty.KEEP_SC_REGISTER)
    characteristic = hold_set(characteristic.pk)
    rules.check_route(
        proposal_reference="",
        published_on=published_on,
        registered_on=london_day(characteristic.registered_at),
    )
    return _add(
        characteristic, rules.clean_number(number), published_on=published_on, implementation_on=None,
        mitigations=mitigations, gbcs_versions=gbcs_versions, proposal_reference="", ncsc_reference="",
        actor=grant.actor, at=at, reason="NCSC had published it before this register began.",
    )  # fmt: skip


def publish_version(
    *, characteristic: SecurityCharacteristic, number: rules.Number, published_on: dt.date, implementation_on: dt.date,
    mitigations: str, gbcs_versions: str, proposal_reference: str, ncsc_reference: str, sec_consultation: str,
    actor: Actor, at: dt.datetime,
) -> ScVersion:  # fmt: skip
    """Enter the version that NCSC published on an approved request: the only route. SC Methodology 6.1 and SC Methodology 6.17

    Called by the service that records the publication, in its transaction, with the set locked. Raises Refusal.
    """
    rules.check_route(
        proposal_reference=proposal_reference, published_on=published_on,
        registered_on=london_day(characteristic.registered_at),
    )  # fmt: skip
    rules.check_follows(number, known=numbers_of(characteristic), sec_consultation=sec_consultation)
    return _add(
        characteristic, number, published_on=published_on, implementation_on=implementation_on, mitigations=mitigations,
        gbcs_versions=gbcs_versions, proposal_reference=proposal_reference, ncsc_reference=ncsc_reference, actor=actor,
        at=at, reason=f"NCSC published it, on request {proposal_reference}.",
    )  # fmt: skip


def _add(
    characteristic: SecurityCharacteristic, number: rules.Number, *, published_on: dt.date,
    implementation_on: dt.date | None, mitigations: str, gbcs_versions: str, proposal_reference: str,
    ncsc_reference: str, actor: Actor, at: dt.datetime, reason: str,
) -> ScVersion:  # fmt: skip
    if number in numbers_of(characteristic):
        raise Refusal(f"Version {number} is in the register already.", clause="SC-6.1", field="number")
    texts = rules.read_mitigations(mitigations)
    mapped = rules.read_gbcs_versions(gbcs_versions)
    row = ScVersion(
        characteristic=characteristic, principal=number.principal, sub=number.sub, published_on=published_on,
        implementation_on=implementation_on, proposal_reference=proposal_reference, ncsc_reference=ncsc_reference,
        recorded_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    for each in texts:
        one = Mitigation(
            sc_version=row, prefix=each.prefix, reference=each.reference, name=each.name, threats=each.threats,
            requirements=each.requirements,
        )  # fmt: skip
        one.full_clean()
        one.save()
    GbcsMapping.objects.bulk_create(
        GbcsMapping(sc_version=row, gbcs_version=each, recorded_at=at) for each in mapped
    )
    journal.record(
        actor=actor, at=at, verb="cpl.sc_version.recorded", subject=row, clause="SC-6.1", reason=reason,
        public_reason=reason,
        after={"published_on": published_on, "mitigations": len(texts), "gbcs_versions": list(mapped)},
    )  # fmt: skip
    return row


@transaction.atomic
def map_gbcs(*, version: ScVersion, gbcs_versions: str, reason: str, by: User, at: dt.datetime) -> ScVersion:
    """Say anew with which GBCS versions a version goes, as Table 4 of Schedule 11 does. SC Methodology 5.4

    What is left out ends; the rows stay. Raises NotPermitted, Refusal; Conflict where nothing would change.
    """
    grant = require(by, Duty.KEEP_SC_REGISTER)
    reason = clean_reason(reason, clause="SC-5.4")
    hold_set(version.characteristic_id)
    wanted = set(rules.read_gbcs_versions(gbcs_versions))
    standing = {row.gbcs_version: row for row in version.gbcs_mappings.filter(ended_at=None)}
    if wanted == standing.keys():
        raise Conflict("The register says this already.")
    for gone in standing.keys() - wanted:
        row = standing[gone]
        row.ended_at, row.ended_reason = at, reason
        row.full_clean()
        row.save()
    GbcsMapping.objects.bulk_create(
        GbcsMapping(sc_version=version, gbcs_version=each, recorded_at=at)
        for each in sorted(wanted - standing.keys())
    )
    journal.record(
        actor=grant.actor, at=at, verb="cpl.sc_version.mapped", subject=version, clause="SC-5.4", reason=reason,
        before=sorted(standing), after=sorted(wanted),
    )  # fmt: skip
    return version


@transaction.atomic
def set_maintenance_end(
    *,
    spec_type: str,
    spec_version: str,
    gbcs_version: str,
    ends_on: dt.date | None,
    source: str,
    by: User,
    at: dt.datetime,
) -> MaintenanceEnd | None:
    """Record a Maintenance End Date of Schedule 11, in place of the one before; None makes it open-ended. SC Methodology 5.3

    Raises NotPermitted, Refusal.
    """
    grant = require(by, Duty.KEEP_SC_REGISTER)
    source = clean_line(source, field="source", clause="SC-5.3", name="where Schedule 11 says so", cap=200)
    pair = {
        "spec_type": clean_spec_type(spec_type),
        "spec_version": clean_spec_version(spec_version),
        "gbcs_version": clean_gbcs_version(gbcs_version),
    }
    standing = MaintenanceEnd.objects.select_for_update().filter(**pair, ended_at=None).first()
    if ends_on is None and standing is None:
        raise Refusal("That combination is open-ended already.", clause="SC-5.3", field="ends_on")
    if standing is not None:
        standing.ended_at, standing.ended_reason = at, source
        standing.full_clean()
        standing.save()
    row = None
    if ends_on is not None:
        row = MaintenanceEnd(**pair, ends_on=ends_on, source=source, recorded_at=at)
        row.full_clean()
        row.save()
    journal.record(
        actor=grant.actor, at=at, verb="cpl.maintenance_end.recorded", subject=row or standing, clause="SC-5.3",
        reason=source, before={"ends_on": standing.ends_on if standing else None}, after={"ends_on": ends_on},
    )  # fmt: skip
    return row


def mitigations_as_text(version: ScVersion) -> str:
    """Write a version's mitigations as they are typed, to begin the next version with."""
    return "\n".join(
        f"{each} | {each.name} | {each.threats} | {each.requirements}" for each in version.mitigations.all()
    )
