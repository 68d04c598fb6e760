"""What an estate's page says of each Device Model: its certificate and date, what is open and by whom, newer firmware."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateCoverage,
    DeviceModel,
    EstateClaim,
    ListingPeriod,
    MaintenanceEnd,
    RequiredCertificate,
)
from cpl.rules.certificates import date_kind, relevant_date
from cpl.rules.device_types import COMMUNICATIONS_HUB
from cpl.services.expiry.facts import date_of
from cpl.services.sc_checks import passed_ends
from secgov.accounts.models import Organisation
from secgov.journal.models import Obligation

IN_FORCE, DATE_PASSED, LAPSED = "in force", "date passed", "ended"
"""How the certificate of a line stands: only one that is in force governs (A-45)."""


@dataclass(slots=True)
class EstateLine:
    """One Device Model of an estate."""

    model: DeviceModel
    claims: list[EstateClaim] = field(default_factory=list)
    is_listed: bool = True
    certificate: AssuranceCertificate | None = None
    relevant_on: dt.date | None = None
    date_kind: str = ""
    standing: str = ""
    owed: list[Obligation] = field(default_factory=list)
    newest: DeviceModel | None = None
    maintenance_ended: MaintenanceEnd | None = None

    @property
    def newer_firmware(self) -> DeviceModel | None:
        """The entry with firmware released later for the same hardware, None where this one is the newest."""
        return self.newest if self.newest and self.newest.pk != self.model.pk else None


def models_of(organisation: Organisation) -> QuerySet[DeviceModel]:
    """Give the Device Models of an organisation's estate: listed hubs for the DCC, else what it claims. Section F2.6"""
    if organisation.kind == Organisation.Kind.DCC:
        hubs = DeviceModel.objects.filter(device_type=COMMUNICATIONS_HUB)
        return hubs.filter(periods__in=ListingPeriod.objects.open())
    claimed = EstateClaim.objects.current().filter(organisation=organisation)
    return DeviceModel.objects.filter(pk__in=claimed.values("device_model"))


def nobodys_models(*, on: dt.date) -> QuerySet[DeviceModel]:
    """Give the listed Device Models that need a CPA Certificate and that no Supplier claims. Section F2.6(b)"""
    types = RequiredCertificate.objects.filter(body=Body.NCSC, effective_from__lte=on).exclude(
        effective_to__lt=on
    )
    return (
        DeviceModel.objects.filter(periods__in=ListingPeriod.objects.open(), generation="SMETS2+")
        .filter(device_type__in=types.values("device_type"))
        .exclude(device_type=COMMUNICATIONS_HUB)
        .exclude(pk__in=EstateClaim.objects.current().values("device_model"))
        .order_by("number")
    )


def estate_lines(
    models: Sequence[DeviceModel], organisation: Organisation, *, on: dt.date
) -> list[EstateLine]:
    """Join what is known of some Device Models on a London day. Eight queries, however many they are. Section F2.6"""
    lines = {model.pk: EstateLine(model) for model in models}
    for claim in EstateClaim.objects.current().filter(organisation=organisation, device_model__in=lines):
        lines[claim.device_model_id].claims.append(claim)
    listed = set(
        ListingPeriod.objects.open().filter(device_model__in=lines).values_list("device_model", flat=True)
    )
    by_identity, passed = defaultdict(list), passed_ends(on=on)
    for line in lines.values():
        line.is_listed = line.model.pk in listed
        model = line.model
        line.maintenance_ended = passed.get((model.spec_type, model.spec_version, model.gbcs_version))
        by_identity[line.model.identity].append(line)
    _certificates(by_identity, on)
    _owed(list(lines.values()))
    _firmware(list(lines.values()))
    return list(lines.values())


def _certificates(by_identity: dict[str, list[EstateLine]], on: dt.date) -> None:
    """The CPA Certificate in force with the latest date governs (A-45); one that has ended, or whose date
    has passed, shows where none is."""
    links = list(
        CertificateCoverage.objects.filter(identity__in=by_identity, attested_at__isnull=False)
        .filter(Q(ended_on=None) | Q(ended_on__gt=on))
        .filter(certificate__body=Body.NCSC, certificate__state=AssuranceCertificate.State.VALID)
        .select_related("certificate")
    )
    lapses = dict(
        AssuranceCertificate.objects.filter(pk__in={link.certificate_id for link in links})
        .with_lapse()
        .values_list("pk", "lapsed_on")
    )
    for link in links:
        dates, lapsed_on = date_of(link.certificate), lapses[link.certificate_id]
        date, kind = relevant_date(dates), date_kind(dates)
        standing = IN_FORCE if date is None or on <= date else DATE_PASSED
        standing = LAPSED if lapsed_on and lapsed_on <= on else standing
        for line in by_identity[link.identity]:
            if line.certificate is None or _rank(standing, date) > _rank(line.standing, line.relevant_on):
                line.certificate, line.relevant_on = link.certificate, date
                line.date_kind, line.standing = kind, standing


def _rank(standing: str, date: dt.date | None) -> tuple[bool, dt.date]:
    return standing == IN_FORCE, date or dt.date.max


def _owed(lines: list[EstateLine]) -> None:
    keys = defaultdict(list)
    for line in lines:
        if line.certificate:
            keys[str(line.certificate.pk)].append(line)
    rows = Obligation.objects.standing().filter(
        subject_type=AssuranceCertificate._meta.label_lower, subject_id__in=keys, clause__startswith="F2.6"
    )
    for obligation in rows.select_related("organisation"):
        for line in keys[obligation.subject_id]:
            line.owed.append(obligation)


def _firmware(lines: list[EstateLine]) -> None:
    """The newest release among the listed entries of the same maker, model and hardware.

    Newest by the day of release; an entry whose day nobody stated comes before those, and among such the higher number.
    """
    makers = {line.model.manufacturer_id for line in lines}
    kin = DeviceModel.objects.filter(
        manufacturer__in=makers,
        model_identifier__in={line.model.model_identifier for line in lines},
        periods__in=ListingPeriod.objects.open(),
    ).select_related("firmware_record")
    newest: dict[tuple[str, ...], DeviceModel] = {}
    for model in kin.order_by(F("firmware_record__released_on").asc(nulls_first=True), "number"):
        newest[_hardware(model)] = model
    for line in lines:
        line.newest = newest.get(_hardware(line.model))


def _hardware(model: DeviceModel) -> tuple[str, ...]:
    return (
        model.device_type, model.manufacturer_id, model.model_identifier, model.hardware_version, model.hardware_revision,
    )  # fmt: skip
