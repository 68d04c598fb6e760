"""The project's own sample list, with what an imported list never holds: certificates and firmware details.

Dates are spread relative to today, so that every clock has something to show. Makers, numbers and certificates are
invented; `list.csv` is in the format of the real list.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateCoverage,
    DeviceModel,
    EligibleCombination,
    EligibleCombinationMember,
    Generation,
    RequiredCertificate,
)
from cpl.rules.device_identity import FIELDS
from cpl.services.import_list import import_list
from firmware_repo.models import Manufacturer
from firmware_repo.rules.release import ReleaseDetails
from firmware_repo.services import record_release
from secgov.accounts.models import User
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.time_rules import london_day, months_after

LIST = Path(__file__).with_name("list.csv")
OPERATOR = Actor(user_id=None, role="Operator")
REASON = "Sample data."
MAKERS = {
    "7A31": "Ravenglade Electric",
    "7B25": "Osmotherley Instruments",
    "7B28": "Fernybeck Displays",
    "7C18": "Brackenfell Metering",
    "7D72": "Hethersgill Networks",
    "7D86": "Quillstone Radio",
    "7E3E": "Tarnwick Gas Meters",
    "7E92": "Wharnley Gas Instruments",
}
STANDARDS = {
    Body.ZIGBEE: ("ZigBee Smart Energy", "1.4"),
    Body.DLMS: ("DLMS conformance test", "3.1"),
    Body.NCSC: ("CPA Foundation grade", "1.3"),
}
# Months from today to a CPA Certificate's date, and days beside it: around each notice, each warning, and the end.
CPA_DATES = (
    (-1, 0),
    (0, 3),
    (0, 31),
    (5, 28),
    (6, 0),
    (6, 4),
    (8, 0),
    (11, 27),
    (12, 0),
    (12, 6),
    (13, 15),
    (14, 0),
    (24, 0),
    (60, 0),
)


@transaction.atomic
def load_register(*, by: User, at: dt.datetime, say: Callable[[str], None]) -> None:
    """Import the sample list and give its entries certificates, firmware details and eligible combinations.

    `by` is the Secretariat's sample person, who attests. Raises Refusal where the register already holds a list.
    """
    import_list(data=LIST.read_bytes(), file_name=LIST.name, actor=OPERATOR, at=at, say=say)
    for identifier, name in MAKERS.items():
        Manufacturer.objects.filter(pk=identifier).update(name=name)
    entries = list(DeviceModel.objects.order_by("number"))
    families: dict[tuple[str, ...], list[DeviceModel]] = {}
    for entry in entries:
        if entry.generation == Generation.SMETS2:
            key = (
                entry.manufacturer_id,
                entry.device_type,
                entry.model_identifier,
                entry.spec_version,
                entry.gbcs_version,
            )
            families.setdefault(key, []).append(entry)
    for place, family in enumerate(families.values()):
        _certify(family, place, by, at)
    say(f"Certificates for {len(families)} families of models …")
    for entry in entries:
        if entry.number % 6:  # some stay without, as the "details missing" list of an imported register
            _release(entry, at)
    _combine([entry for entry in entries if entry.generation == Generation.SMETS1], at)
    say("Firmware details and SMETS1 combinations …")


def _certify(family: list[DeviceModel], place: int, by: User, at: dt.datetime) -> None:
    first = family[0]
    today = london_day(at)
    bodies = RequiredCertificate.objects.filter(device_type=first.device_type).values_list("body", flat=True)
    for body in bodies:
        standard, version = STANDARDS[Body(body)]
        months, days = CPA_DATES[place % len(CPA_DATES)]
        relevant = months_after(today, months) + dt.timedelta(days=days) if body == Body.NCSC else None
        lifetime = place % 3 != 0
        issued = dt.date(2023, 1, 1) + dt.timedelta(days=17 * place % 700)
        certificate = AssuranceCertificate.objects.create(
            body=body,
            number=f"{'CPA-SM' if body == Body.NCSC else body[:3]}-{23 + place % 3}-{1101 + place:04d}",
            standard=standard,
            standard_version=version,
            issued_on=issued,
            expires_on=relevant if body == Body.NCSC and not lifetime else None,
            renews_on=relevant if body == Body.NCSC and lifetime else None,
            sc_version="1.3" if body == Body.NCSC else "",
            recorded_at=at,
            attested_at=at,
            attested_by=by,
            marks_seen=True,
            models_named=True,
        )
        for entry in family:
            CertificateCoverage.objects.create(
                certificate=certificate, device_model=entry, attested_at=at, attested_by=by,
                **{field: getattr(entry, field) for field in FIELDS},
            )  # fmt: skip
        certificate.validate()
        certificate.save()
        journal.record(
            actor=OPERATOR,
            at=at,
            verb="cpl.certificate.validated",
            subject=certificate,
            clause="F2.5",
            reason=REASON,
        )


def _release(entry: DeviceModel, at: dt.datetime) -> None:
    name = MAKERS[entry.manufacturer_id]
    host = f"{name.split()[0].lower()}.example"
    entry.firmware_record = record_release(
        cpl_number=entry.number,
        manufacturer=Manufacturer.objects.get(pk=entry.manufacturer_id),
        details=ReleaseDetails(
            email=f"firmware@{host}",
            phone=f"01632 960{entry.number % 1000:03d}",
            address=f"{name}\n{entry.number % 90 + 1} Meter Lane\nTarnwick",
            release_notes=(
                "none",
                "Clock drift after a long loss of power; two security fixes.",
                "First release.",
            )[entry.number % 3],
        ),
        released_on=dt.date(2024, 1, 8) + dt.timedelta(days=entry.number * 5),
        actor=OPERATOR,
        at=at,
    )
    entry.save(update_fields=["firmware_record"])


def _combine(smets1: list[DeviceModel], at: dt.datetime) -> None:
    for place, provider in enumerate(("North", "Central and South")):
        combination = EligibleCombination.objects.create(
            communications_service_provider=provider,
            evidence_reference=f"PPCT-{place + 1:03d}",
            first_added_on=london_day(at) - dt.timedelta(days=400 - place),
        )
        for entry in smets1:
            EligibleCombinationMember.objects.create(
                combination=combination, **{field: getattr(entry, field) for field in FIELDS[:6]}
            )
