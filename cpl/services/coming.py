"""What is coming: the dates of CPA Certificates in force, and the notices about them, in order (Section F2.7)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Least

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateCoverage,
    DeviceModel,
    ExpiryNotice,
    ListingPeriod,
)
from cpl.rules.certificates import date_kind
from cpl.rules.expiry_notices import day_to_tell
from cpl.services.expiry.facts import date_of
from secgov.journal.services import working_calendar
from secgov.time_rules import CalendarMissing, WorkingCalendar, london_day


@dataclass(frozen=True, slots=True)
class Coming:
    """One certificate's date, the listed models it covers, and its notices by stage."""

    certificate: AssuranceCertificate
    on: dt.date
    kind: str
    models: tuple[DeviceModel, ...]
    stages: tuple[ExpiryNotice, ...]


def coming_certificates(
    *, on: dt.date, device_type: str = "", manufacturer: str = "", models: QuerySet[DeviceModel] | None = None
) -> QuerySet[AssuranceCertificate]:
    """Give the valid CPA Certificates of listed models whose date is today or to come, soonest first. Section F2.7

    `models` narrows them to some Device Models, for example an estate.
    """
    listed = ListingPeriod.objects.open().values("identity")
    links = CertificateCoverage.objects.filter(ended_on=None, attested_at__isnull=False, identity__in=listed)
    if device_type:
        links = links.filter(device_type=device_type)
    if manufacturer:
        links = links.filter(manufacturer_identifier=manufacturer)
    if models is not None:
        links = links.filter(identity__in=models.values("identity"))
    rows = AssuranceCertificate.objects.filter(
        body=Body.NCSC, state=AssuranceCertificate.State.VALID, pk__in=links.values("certificate")
    )
    dated = rows.annotate(relevant=Least("expires_on", "renews_on")).filter(relevant__gte=on)
    ended = AssuranceCertificate.objects.with_lapse().filter(body=Body.NCSC, lapsed_on__lte=on)
    return dated.exclude(pk__in=ended.values("pk")).order_by("relevant", "number")


def day_of(stage: ExpiryNotice, calendar: WorkingCalendar) -> dt.date:
    """Give the London day on which a notice was given, or will go: a Working Day as far as the calendar reaches. TR-6"""
    if stage.sent_at:
        return london_day(stage.sent_at)
    try:
        return day_to_tell(stage.target_on, calendar)
    except CalendarMissing:
        return stage.target_on  # nobody can say yet which days of that year are bank holidays


def coming(rows: Sequence[AssuranceCertificate]) -> list[Coming]:
    """Join some certificates with their listed models and notices, each with its day, `goes_on`. Section F2.7

    Four queries, however many they are.
    """
    identities = defaultdict(set)
    links = CertificateCoverage.objects.filter(certificate__in=rows, ended_on=None, attested_at__isnull=False)
    for certificate, identity in links.values_list("certificate", "identity"):
        identities[certificate].add(identity)
    wanted = set().union(*identities.values()) if identities else set()
    periods = (
        ListingPeriod.objects.open().filter(identity__in=wanted).select_related("device_model__manufacturer")
    )
    listed = {period.identity: period.device_model for period in periods}
    stages, calendar = defaultdict(list), working_calendar()
    for stage in ExpiryNotice.objects.filter(certificate__in=rows, stage__in=("M12", "M6")).order_by(
        "target_on"
    ):
        stage.goes_on = day_of(stage, calendar)
        stages[stage.certificate_id, stage.relevant_on].append(stage)
    found = []
    for row in rows:
        models = sorted(
            (listed[each] for each in identities[row.pk] if each in listed), key=lambda model: model.pk
        )
        found.append(
            Coming(
                row, row.relevant, date_kind(date_of(row)), tuple(models), tuple(stages[row.pk, row.relevant])
            )
        )
    return found
