"""Which Assurance Certificates a Device Model needs on a day.

Section F2.3 (opening words)  The Technical Specification says which Physical Device
    Types need certificates, and from which bodies. That is data with effective
    dates, kept by the Secretariat; a type that needs none is lawful.
Section F2.2B  SMETS1 Device Models need none, whatever their type.

Reading: a row without a specification version holds for every version; a row for
one version adds to it. To ask less of one version, end the general row and write
one row for each version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpl.rules.certificates import DLMS, NCSC, ZIGBEE
from cpl.rules.device_types import (
    COMMUNICATIONS_HUB,
    DEVICE_TYPES,
    ELECTRICITY_METERS,
    GSME,
    HCALCS,
)
from cpl.rules.versions import CHTS, SMETS, SMETS1


@dataclass(frozen=True, slots=True)
class Requirement:
    """One body's certificate, required of a type from a day on.

    ``spec_version`` is "" for every version. ``effective_to`` is the last London
    date on which the row holds, None while it has no end.
    """

    device_type: str
    spec_type: str
    spec_version: str
    body: str
    effective_from: date
    effective_to: date | None = None


DEFAULT_EFFECTIVE_FROM = date(2016, 1, 1)
"""Before the first SMETS2+ listing, so that every listing finds a row."""

_CPA_TYPES = ELECTRICITY_METERS | {GSME, COMMUNICATIONS_HUB, HCALCS}

DEFAULT_REQUIREMENTS = tuple(
    Requirement(
        device_type=each.code,
        spec_type=CHTS if each.code == COMMUNICATIONS_HUB else SMETS,
        spec_version="",
        body=body,
        effective_from=DEFAULT_EFFECTIVE_FROM,
    )
    for each in DEVICE_TYPES
    for body, needed in (
        (ZIGBEE, True),
        (DLMS, each.code in ELECTRICITY_METERS),
        (NCSC, each.code in _CPA_TYPES),
    )
    if needed
)
"""An assumption, as the Technical Specifications were not supplied: ZigBee for every
device on the home area network, DLMS for electricity meters, CPA for meters, hubs
and load control switches. The first migration stores it; afterwards it is data."""


def required_bodies(
    requirements: Iterable[Requirement],
    *,
    generation: str,
    device_type: str,
    spec_type: str,
    spec_version: str,
    on: date,
) -> frozenset[str]:
    """Say whose certificates a Device Model needs on a London date. Section F2.3, Section F2.2B and SC-1.1(c)-2

    Takes the rows and the model's generation, type and specification; gives the
    codes of the bodies, the empty set for SMETS1.
    """
    if generation == SMETS1:
        return frozenset()
    return frozenset(
        row.body
        for row in requirements
        if row.device_type == device_type
        and row.spec_type == spec_type
        and row.spec_version in ("", spec_version)
        and row.effective_from <= on
        and (row.effective_to is None or on <= row.effective_to)
    )
