"""Comparing what is listed and submitted with the register of Security Characteristics: warnings, never removals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cpl.models import (
    DeviceModel,
    GbcsMapping,
    ListingPeriod,
    MaintenanceEnd,
    ScVersion,
    SecurityCharacteristic,
)
from cpl.rules import security_characteristics as rules


@dataclass(frozen=True, slots=True)
class PastMaintenance:
    """A combination whose Maintenance End Date has passed, and the entries listed with it."""

    end: MaintenanceEnd
    entries: tuple[int, ...]


def listed_past_maintenance(*, on: dt.date) -> list[PastMaintenance]:
    """Give the combinations that are past their Maintenance End Date, with the listed entries of each. SC Methodology 5.3

    A warning: nothing is removed for it, and no state changes.
    """
    found = []
    for end in passed_ends(on=on).values():
        rows = DeviceModel.objects.filter(
            spec_type=end.spec_type, spec_version=end.spec_version, gbcs_version=end.gbcs_version,
            pk__in=ListingPeriod.objects.open().values("device_model"),
        )  # fmt: skip
        found.append(PastMaintenance(end, tuple(rows.order_by("number").values_list("number", flat=True))))
    return found


def passed_ends(*, on: dt.date) -> dict[tuple[str, str, str], MaintenanceEnd]:
    """Give the Maintenance End Dates that have passed, by specification, its version and GBCS version. SC Methodology 5.3"""
    return {
        (end.spec_type, end.spec_version, end.gbcs_version): end
        for end in MaintenanceEnd.objects.filter(ended_at=None)
        if rules.is_past_maintenance(end.ends_on, on=on)
    }


@dataclass(frozen=True, slots=True)
class ScFacts:
    """What the register says of the version that a certificate names, for a type: none where it has no such set."""

    expected: str = ""
    mapped: tuple[str, ...] = ()


def facts_for(*, device_type: str, sc_version: str, commenced_on: dt.date | None) -> ScFacts:
    """Look up which version is expected of a certification, and what the one named goes with. SC-6.16 and SC-5.4

    Where several sets are for one type, or none is, nothing can be said.
    """
    sets = [each for each in SecurityCharacteristic.objects.all() if device_type in each.device_types]
    if len(sets) != 1:
        return ScFacts()
    named = rules.read_number(sc_version)
    published = [
        rules.Published(rules.Number(row.principal, row.sub), row.published_on)
        for row in sets[0].versions.all()
    ]
    expected = rules.expected_version(published, commenced_on=commenced_on, named=named)
    mapped: tuple[str, ...] = ()
    if named is not None:
        row = ScVersion.objects.filter(
            characteristic=sets[0], principal=named.principal, sub=named.sub
        ).first()
        if row is not None:
            rows = GbcsMapping.objects.filter(sc_version=row, ended_at=None)
            mapped = tuple(rows.values_list("gbcs_version", flat=True))
    return ScFacts(expected=str(expected) if expected else "", mapped=mapped)
