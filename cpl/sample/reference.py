"""Reference data of a given size, for measuring and for trying things out at full size; never outside DEBUG.

For 50,000 entries, a tenth of them removed: some 8,000 certificates, 400 Parties with three contacts each, 200 reported
events that ask the SSC for a determination, and 50 editions of full size; for fewer entries, fewer of each. Everything
is invented, and the same in every run.
"""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterator

from django.db import transaction
from django.db.models import F

from cpl.models import (
    AssuranceCertificate,
    Body,
    CertificateCoverage,
    DeviceModel,
    Edition,
    ListImport,
    Submission,
)
from cpl.reading import COLUMNS
from cpl.rules.device_identity import FIELDS
from cpl.sample.stories import list_device
from cpl.services import certificate_events, publication
from cpl.services.import_list import import_list
from secgov.accounts.models import Contact, Organisation, PartyCategory, User
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.time_rules import ONE_DAY, london_day

OPERATOR = Actor(user_id=None, role="Operator")
REASON = "Reference data."
VERSION = "Version 2.051 Issued on 21-09-2022"
ENTRIES_TO_A_FAMILY = 19  # that share their three certificates
ENTRIES_TO_A_PARTY, ENTRIES_TO_AN_EVENT, ENTRIES_TO_AN_EDITION = 125, 250, 1000
CONTACTS = 3
STANDARDS = {
    Body.ZIGBEE: ("ZigBee Smart Energy", "1.4"),
    Body.DLMS: ("DLMS conformance test", "3.1"),
    Body.NCSC: ("CPA Foundation grade", "1.3"),
}


def hash_of(number: int) -> str:
    """Give a hash as real ones are: no compression makes it shorter."""
    return hashlib.sha256(str(number).encode()).hexdigest().upper()


def reference_list(entries: int) -> bytes:
    """Give an edition of that many different meters, a tenth of them removed, two in three with a hash of their own."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number in range(1, entries + 1):
        model, hardware = f"{number % 65_536:04X}", f"{number // 65_536:02X}"
        writer.writerow(
            (
                VERSION, f"{number:06d}", "Removed" if number % 10 == 0 else "Current",
                "Single Element Electricity Metering Equipment", f"{number % 97:04X}", model, hardware, "00",
                f"{model}{hardware}00", f"{number:08X}", "SMETS V4.2", "GBCS Version 3.2", hash_of(number) if number % 3 else "",
            )
        )  # fmt: skip
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def check_empty() -> None:
    """Refuse a database that anybody has begun to use. Raises Refusal."""
    held = [
        model._meta.verbose_name_plural
        for model in (Organisation, User, DeviceModel, Submission, ListImport, Edition)
        if model.objects.exists()
    ]
    if held:
        raise Refusal(
            f"This database is not empty: it holds {', '.join(map(str, held))}. Nothing was changed.",
            clause="F2.2",
            remedy="Give an empty, migrated database in DATABASE_URL.",
        )


@transaction.atomic
def load_list(*, entries: int, by: User, at: dt.datetime, say: Callable[[str], None]) -> None:
    """Take over the list, and give its entries their certificates, all found valid by the person given."""
    import_list(data=reference_list(entries), file_name="reference.csv", actor=OPERATOR, at=at, say=say)
    columns = [field for field in FIELDS if field != "manufacturer_identifier"]
    entered = DeviceModel.objects.order_by("number")
    rows = list(entered.values("number", *columns, manufacturer_identifier=F("manufacturer_id")))
    families = [
        rows[first : first + ENTRIES_TO_A_FAMILY] for first in range(0, len(rows), ENTRIES_TO_A_FAMILY)
    ]
    say(f"Recording {len(families) * len(STANDARDS):,} certificates …")
    certificates = [each for place, _ in enumerate(families) for each in _certificates(place, by, at)]
    AssuranceCertificate.objects.bulk_create(certificates, batch_size=2000)
    for certificate in certificates:
        journal.record(
            actor=OPERATOR, at=at, verb="cpl.certificate.validated", subject=certificate, clause="F2.5", reason=REASON
        )  # fmt: skip
    CertificateCoverage.objects.bulk_create(_coverage(families, certificates, by, at), batch_size=5000)


def load_parties(*, entries: int, at: dt.datetime) -> int:
    """Make Suppliers with three contacts each; give how many."""
    parties = [
        Organisation(
            name=f"Reference Party {number:03d}", kind=Organisation.Kind.PARTY,
            party_category=PartyCategory.SMALL_SUPPLIER, is_import_supplier=True, is_gas_supplier=True, admitted_at=at,
        )
        for number in range(1, entries // ENTRIES_TO_A_PARTY + 1)
    ]  # fmt: skip
    Organisation.objects.bulk_create(parties)
    Contact.objects.bulk_create(
        Contact(organisation=party, email=f"contact-{place}@party-{party.pk}.example")
        for party in parties
        for place in range(1, CONTACTS + 1)
    )
    return len(parties)


def report_events(*, entries: int, by: User, organisation: Organisation, at: dt.datetime) -> int:
    """Report CPA Certificates as withdrawn, each of which asks for a determination; give how many."""
    wanted = max(1, entries // ENTRIES_TO_AN_EVENT)
    day = london_day(at)
    found = AssuranceCertificate.objects.filter(body=Body.NCSC).order_by("id")[:wanted]
    for certificate in found:
        certificate_events.report_event(
            certificate=certificate, by=by, organisation=organisation, at=at, kind="WITHDRAWN",
            occurred_on=day - ONE_DAY, aware_on=day,
        )  # fmt: skip
    return len(found)


def issue_editions(*, entries: int, people: dict[str, User], clock: Callable[[], dt.datetime]) -> int:
    """Issue the list that was taken over, and after it one edition for each device listed anew; give how many."""
    issued = publication.publish_due(clock=clock)
    for number in range(1, max(1, entries // ENTRIES_TO_AN_EDITION)):
        list_device(people, f"1A{number:06X}", clock())
        issued += publication.publish_due(clock=clock, at_once=True)
    return len(issued)


def _certificates(place: int, by: User, at: dt.datetime) -> Iterator[AssuranceCertificate]:
    """The certificates of a family; the dates of the CPA ones lie over six years to come."""
    for body, (standard, version) in STANDARDS.items():
        is_cpa = body == Body.NCSC
        made = AssuranceCertificate(
            body=body, number=f"REF-{body}-{place + 1:05d}", standard=standard, standard_version=version,
            issued_on=dt.date(2023, 1, 1), sc_version="1.3" if is_cpa else "",
            renews_on=london_day(at) + dt.timedelta(days=1 + place * 7919 % 2190) if is_cpa else None,
            recorded_at=at, attested_at=at, attested_by=by, marks_seen=True, models_named=True,
        )  # fmt: skip
        made.validate()
        yield made


def _coverage(
    families: list[list[dict[str, str]]], certificates: list[AssuranceCertificate], by: User, at: dt.datetime
) -> Iterator[CertificateCoverage]:
    kinds = len(STANDARDS)
    for place, family in enumerate(families):
        for certificate in certificates[kinds * place : kinds * place + kinds]:
            for entry in family:
                yield CertificateCoverage(
                    certificate=certificate, device_model_id=entry["number"], attested_at=at, attested_by=by,
                    **{field: entry[field] for field in FIELDS},
                )  # fmt: skip
