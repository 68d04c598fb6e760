"""What is known of CPA Certificates on a day: which listed models they cover, what replaces them, who answers for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateCoverage,
    DeviceModel,
    EstateClaim,
    ListingPeriod,
    RenewalAction,
    RequiredCertificate,
)
from cpl.rules.certificates import Certificate, governing, relevant_date
from cpl.rules.device_types import COMMUNICATIONS_HUB
from cpl.rules.expiry_notices import Standing
from cpl.rules.required_certificates import Requirement, required_bodies
from cpl.services.listing_facts import certificate_facts
from secgov.accounts.models import Organisation


@dataclass(slots=True)
class Covered:
    """One certificate on a day: how it stands, the listed models it covers, and who answers for its renewal.

    ``claims`` gives the organisations that say they supply a model, by its number; ``needing`` are the models whose
    type requires a CPA Certificate.
    """

    certificate: AssuranceCertificate
    standing: Standing
    models: list[DeviceModel] = field(default_factory=list)
    claims: dict[int, set[int]] = field(default_factory=dict)
    needing: set[DeviceModel] = field(default_factory=set)

    def models_of(self, organisation: Organisation) -> list[DeviceModel]:
        """Give the models that are this organisation's matter: hubs the DCC's, others those it claims (Section F2.6)."""
        if organisation.kind == Organisation.Kind.DCC:
            return [each for each in self.models if each.device_type == COMMUNICATIONS_HUB]
        return [each for each in self.models if organisation.pk in self.claims.get(each.pk, ())]

    @property
    def unclaimed(self) -> list[DeviceModel]:
        """The models for whose renewal nobody answers: no hub, and claimed by nobody (Section F2.6(b))."""
        return [
            each
            for each in self.models
            if each in self.needing
            and each.device_type != COMMUNICATIONS_HUB
            and not self.claims.get(each.pk)
        ]


def date_of(certificate: AssuranceCertificate) -> Certificate:
    """Give a certificate's dates alone, as the rules see them: nothing else is read."""
    return Certificate(
        body=certificate.body,
        number=certificate.number,
        expires_on=certificate.expires_on,
        renews_on=certificate.renews_on,
    )


def covered_by(certificates: Iterable[int], *, on: dt.date) -> dict[int, Covered]:
    """Say how certificates stand on a London day, by their keys. Seven queries, however many they are. Section F2.7"""
    rows = {
        each.pk: each for each in AssuranceCertificate.objects.filter(pk__in=set(certificates)).with_lapse()
    }
    coverage = defaultdict(list)
    for link in CertificateCoverage.objects.filter(certificate__in=rows):
        coverage[link.certificate_id].append(link)
    named = {pk: {link.identity for link in links if _holds(link, on)} for pk, links in coverage.items()}
    listed = _listed(set().union(*named.values()) if named else set())
    rivals = _rivals(listed)
    acted = set(
        RenewalAction.objects.filter(certificate__in=rows).values_list("certificate", "relevant_date")
    )
    claims, needing = _claims(listed), _needing_cpa(listed.values(), on)
    found = {}
    for pk, row in rows.items():
        date = relevant_date(date_of(row))
        models = [listed[each] for each in sorted(named.get(pk, ())) if each in listed]
        later = [_is_later(governing(rivals, each.identity, body=Body.NCSC, on=on), date) for each in models]
        standing = Standing(
            relevant_on=date,
            in_force=row.state == AssuranceCertificate.State.VALID
            and (row.lapsed_on is None or on < row.lapsed_on),
            listed=len(models),
            superseded=bool(later) and all(later),
            action_recorded=(pk, date) in acted,
        )
        found[pk] = Covered(
            certificate=row,
            standing=standing,
            models=sorted(models, key=lambda each: each.pk),
            claims={each.pk: claims[each.pk] for each in models if each.pk in claims},
            needing=needing.intersection(models),
        )
    return found


def _holds(link: CertificateCoverage, on: dt.date) -> bool:
    return link.attested_at is not None and (link.ended_on is None or on < link.ended_on)


def _listed(identities: set[str]) -> dict[str, DeviceModel]:
    periods = ListingPeriod.objects.open().filter(identity__in=identities).select_related("device_model")
    return {period.identity: period.device_model for period in periods}


def _rivals(listed: dict[str, DeviceModel]) -> list[Certificate]:
    """Every valid CPA Certificate that names one of these models, those asked about among them."""
    keys = CertificateCoverage.objects.filter(identity__in=listed, ended_on=None).values("certificate")
    rows = AssuranceCertificate.objects.filter(
        pk__in=keys, body=Body.NCSC, state=AssuranceCertificate.State.VALID
    ).with_lapse()
    named = CertificateCoverage.objects.filter(identity__in=listed)
    return [
        certificate_facts(row, list(row.coverage.all()))
        for row in rows.prefetch_related(Prefetch("coverage", named))
    ]


def _claims(listed: dict[str, DeviceModel]) -> dict[int, set[int]]:
    claims: dict[int, set[int]] = defaultdict(set)
    rows = EstateClaim.objects.current().filter(device_model__in=[each.pk for each in listed.values()])
    for model, organisation in rows.values_list("device_model", "organisation"):
        claims[model].add(organisation)
    return claims


def _is_later(other: Certificate | None, date: dt.date | None) -> bool:
    if other is None or date is None:
        return False
    return (relevant_date(other) or dt.date.max) > date


def responsible_for(covered: Covered, *, organisations: Iterable[Organisation]) -> list[Organisation]:
    """Give those of some organisations that see to a certificate's renewal. Section F2.6(a) and Section F2.6(b)

    The DCC for hubs, else the Suppliers that claim the model; only as far as its type requires a CPA Certificate.
    """
    return [each for each in organisations if set(covered.models_of(each)) & covered.needing]


def _needing_cpa(models: Iterable[DeviceModel], on: dt.date) -> set[DeviceModel]:
    """Those models whose type requires a CPA Certificate on a London day."""
    requirements = [
        Requirement(
            row.device_type, row.spec_type, row.spec_version, row.body, row.effective_from, row.effective_to
        )
        for row in RequiredCertificate.objects.filter(body=Body.NCSC)
    ]
    return {
        each
        for each in models
        if required_bodies(
            requirements, generation=each.generation, device_type=each.device_type, spec_type=each.spec_type,
            spec_version=each.spec_version, on=on,
        )
    }  # fmt: skip
