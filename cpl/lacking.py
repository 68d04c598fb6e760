"""Which listed entries lack a certificate that they need, or their firmware details: read from the rows."""

import datetime as dt
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cpl.models import (
    AssuranceCertificate,
    CertificateCoverage,
    DeviceModel,
    ListingPeriod,
    RequiredCertificate,
)
from cpl.rules.certificates import BODIES
from cpl.rules.lacking import Sort, sorts_that_need
from cpl.rules.required_certificates import Requirement

FIRMWARE = "firmware"
KINDS = (*BODIES, FIRMWARE)
SORT = ("generation", "device_type", "spec_type", "spec_version")


def listed_entries() -> QuerySet[DeviceModel]:
    """The entries that are on the list."""
    return DeviceModel.objects.filter(
        Exists(ListingPeriod.objects.open().filter(device_model=OuterRef("pk")))
    )


def lacking(kind: str, *, on: dt.date) -> QuerySet[DeviceModel]:
    """The listed entries that lack a body's certificate, recorded or valid, or firmware details, on a London date."""
    rows = listed_entries()
    if kind == FIRMWARE:
        return rows.filter(firmware_record=None)
    needing = sorts_that_need(kind, _sorts(), _requirements(), on=on)
    if not needing:
        return rows.none()
    chosen = reduce(or_, (Q(**{name: getattr(sort, name) for name in SORT}) for sort in needing))
    named = CertificateCoverage.objects.filter(
        identity=OuterRef("identity"),
        ended_on=None,
        certificate__body=kind,
        certificate__state__in=[AssuranceCertificate.State.RECORDED, AssuranceCertificate.State.VALID],
    )
    return rows.filter(chosen).exclude(Exists(named))


def counts_of(rows: QuerySet[DeviceModel]) -> list[dict[str, object]]:
    """Count entries by manufacturer and type, most first."""
    return list(
        rows.order_by()
        .values("manufacturer", "manufacturer__name", "device_type")
        .annotate(number=Count("pk"))
        .order_by("-number", "manufacturer", "device_type")
    )


def _sorts() -> list[Sort]:
    return [Sort(*row) for row in DeviceModel.objects.order_by().values_list(*SORT).distinct()]


def _requirements() -> list[Requirement]:
    return [
        Requirement(
            row.device_type, row.spec_type, row.spec_version, row.body, row.effective_from, row.effective_to
        )
        for row in RequiredCertificate.objects.all()
    ]
