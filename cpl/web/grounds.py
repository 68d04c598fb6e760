"""Why an entry is on the list, clause by clause, from what the newest edition says of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cpl.models import PublishedEntry, RequiredCertificate
from cpl.rules.certificates import BODIES, BODY_NAMES, DLMS, NCSC, ZIGBEE
from cpl.rules.required_certificates import Requirement, required_bodies
from cpl.rules.versions import SMETS1

SHORT_BODY_NAMES = {ZIGBEE: "ZigBee", DLMS: "DLMS", NCSC: "CPA"}


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that keeps an entry on the list: a sentence, whether it holds, its clause."""

    says: str
    kind: str
    answer: str
    clause: str


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate as the page shows it; `kind` and `state` are for today."""

    body: str
    name: str
    issuer: str
    number: str
    standard: str
    sc_version: str
    date: dt.date | None
    date_kind: str
    governing: bool
    kind: str
    state: str


OPEN_PERIOD = Ground("Its listing period is open and no later change closes it", "good", "Yes", "F2.1")
NOT_REMOVED = Ground("No published decision removes it", "good", "None", "Z6.2")
NEEDS_NONE = Ground("It is SMETS1, which needs no certificate", "good", "Yes", "F2.2B")
ASKS_FOR_NONE = Ground("Its type and specification ask for no certificate", "good", "Yes", "F2.3")
NAMED = Ground("Each certificate names this model, hardware and firmware", "good", "Yes", "F2.5")


def shown_certificate(certificate: dict[str, Any], today: dt.date) -> ShownCertificate:
    """Read a certificate from an entry's published record; it is in force through the whole of its date."""
    day = dt.date.fromisoformat(certificate["date"]) if certificate["date"] else None
    kind, state = ("good", "In force") if day is None or day >= today else ("warn", "Date passed")
    return ShownCertificate(
        body=certificate["body"],
        name=SHORT_BODY_NAMES[certificate["body"]],
        issuer=BODY_NAMES[certificate["body"]],
        number=certificate["number"],
        standard=" ".join(filter(None, (certificate["standard"], certificate["standard_version"]))),
        sc_version=certificate["sc_version"] or "",
        date=day,
        date_kind=certificate["date_kind"] or "",
        governing=certificate["governing"],
        kind=kind,
        state=state,
    )


def grounds(
    entry: PublishedEntry, certificates: list[ShownCertificate], today: dt.date, when: str = "today"
) -> list[Ground]:
    """Say what keeps a Current entry on the list; nothing for a removed one. `when` says of which day in words."""
    if entry.status != PublishedEntry.Status.CURRENT:
        return []
    is_now = when == "today"
    is_open = OPEN_PERIOD if is_now else Ground(f"Its listing period was open {when}", "good", "Yes", "F2.1")
    stays = NOT_REMOVED if is_now else Ground("No decision had removed it by then", "good", "None", "Z6.2")
    if entry.generation == SMETS1:
        return [is_open, NEEDS_NONE, stays]
    required = _required(entry, today)
    if not required:
        return [is_open, ASKS_FOR_NONE, stays]
    needed = ", ".join(SHORT_BODY_NAMES[body] for body in BODIES if body in required)
    if not certificates:
        says = f"Certificates its type and specification ask for: {needed}. The list it was taken over from names none"
        return [is_open, Ground(says, "", "Not yet held", "F2.4"), stays]
    missing = required - {each.body for each in certificates if each.kind == "good"}
    answer = (
        f"Not {', '.join(SHORT_BODY_NAMES[body] for body in BODIES if body in missing)}" if missing else "Yes"
    )
    says = f"Every certificate its type and specification ask for is in force {when}: {needed}"
    return [is_open, Ground(says, "warn" if missing else "good", answer, "F2.4"), NAMED, stays]


def _required(entry: PublishedEntry, today: dt.date) -> frozenset[str]:
    """The bodies whose certificates the entry's type and specification ask for today."""
    rows = RequiredCertificate.objects.filter(device_type=entry.device_type, spec_type=entry.spec_type)
    return required_bodies(
        (
            Requirement(
                row.device_type,
                row.spec_type,
                row.spec_version,
                row.body,
                row.effective_from,
                row.effective_to,
            )
            for row in rows
        ),
        generation=entry.generation,
        device_type=entry.device_type,
        spec_type=entry.spec_type,
        spec_version=entry.spec_version,
        on=today,
    )
