"""The SSC's cases, opened by the sweep from events as in life, and carried as far as a test needs."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cpl.models import (
    AssuranceCertificate,
    CertificateCoverage,
    CertificateEvent,
    DeviceModel,
    ListingPeriod,
)
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Contact, Organisation, Role, User
from ssc.models import Case, Determination
from ssc.services import determinations, opening, triage
from ssc.services.determination_facts import digest_of
from tests.factories import devices, people, publishing, removing

NOON = devices.NOON
DAY = dt.timedelta(days=1)
WORKING = "working_days"
WHOLE: dict[str, Any] = {
    "security_implications": "One recovered key opens one meter.",
    "consumer_consequences": "Prepayment homes could lose supply.",
    "weighing": "A plan removes the weakness without Suspending homes in winter.",
    "devices_unknown_reason": "The DCC has given no counts yet.",
    "ncsc_provided_none": True,
    "reasons": "The risk is slight, and a remedy is in hand.",
    "minute_reference": "SSC 112, item 4",
}


@dataclass
class Stage:
    """The SSC's people, the Suppliers, and the entries whose certificate has ended."""

    group: removing.Committee
    member: User
    entries: list[DeviceModel]
    certificate: AssuranceCertificate
    event: CertificateEvent
    suppliers: list[Organisation] = field(default_factory=list)

    @property
    def secretary(self) -> User:
        """Who prepares."""
        return self.group.secretary

    @property
    def chair(self) -> User:
        """Who decides."""
        return self.group.chair

    @property
    def case(self) -> Case:
        """The first entry's newest case, as it stands now."""
        return self.entries[0].ssc_cases.order_by("-pk")[0]

    @property
    def cases(self) -> list[Case]:
        """Every case, in the order of the entries."""
        return list(Case.objects.order_by("device_model", "pk"))


def stage(
    *,
    entries: int = 1,
    at: dt.datetime = NOON,
    confirmed: bool = False,
    imported: bool = False,
    **device: str,
) -> Stage:
    """Listed entries under one CPA Certificate that NCSC has withdrawn, as a Supplier reports; the sweep has run.

    They are listed by the services as in life; `imported` ones are written straight down, which is a lot faster.
    """
    group = removing.committee()
    if imported:
        certificate = certificate_in_force(at)
        listed = [entry(number, certificate, at, **device) for number in range(1, entries + 1)]
    else:
        listed = [removing.listed_entry(group.cast, at=at - DAY)]
        certificate = removing.certificate_of(listed[0], "NCSC")
        for number in range(1, entries):
            another = removing.listed_entry(group.cast, at=at - DAY, firmware_version=f"0508{number:04X}")
            removing.give(group, certificate, another)
            listed.append(another)
    event = removing.reported(group, certificate, at=at)
    if confirmed:
        event = removing.confirmed(group, event, at=at)
    sweep(at)
    body = removing.organisation_of(group.secretary)
    supplier = removing.organisation_of(group.supplier)
    return Stage(group, people.person(Role.SSC_MEMBER, body), listed, certificate, event, [supplier])


def certificate_in_force(at: dt.datetime, number: str = "CPA-26-1") -> AssuranceCertificate:
    """A CPA Certificate that was found valid; written straight down, since how it came to be is told elsewhere."""
    return AssuranceCertificate.objects.create(
        **devices.CPA | {"number": number}, state="valid", recorded_at=at - DAY, attested_at=at - DAY,
        marks_seen=True, models_named=True,
    )  # fmt: skip


def entry(number: int, certificate: AssuranceCertificate, at: dt.datetime, **changed: str) -> DeviceModel:
    """An entry that stands on the list since an import, and that a certificate names."""
    names = ("device_type", "model_identifier", "hardware_version", "hardware_revision", "spec_type", "spec_version",
             "gbcs_version")  # fmt: skip
    device = (
        {name: devices.DEVICE[name] for name in names} | {"firmware_version": f"0508{number:04X}"} | changed
    )
    maker, _ = Manufacturer.objects.get_or_create(identifier="7E3E", defaults={"name": "Tarnwick Gas Meters"})
    model = DeviceModel.objects.create(
        number=number, manufacturer=maker, generation="SMETS2+", image_hash=f"{number:064X}", **device
    )
    model.refresh_from_db()
    ListingPeriod.objects.create(
        device_model=model, identity=model.identity, origin="imported", opened_known_by=(at - DAY).date()
    )
    CertificateCoverage.objects.create(
        certificate=certificate,
        manufacturer_identifier="7E3E",
        device_model=model,
        attested_at=at - DAY,
        **device,
    )
    return model


def sweep(at: dt.datetime) -> int:
    """Run the sweep of the cases as of an instant."""
    return opening.open_cases(clock=lambda: at)


def supplier(name: str, *, imports: bool = True, gas: bool = True) -> User:
    """A person of one more Supplier, with a contact for notices."""
    made = publishing.party(name)
    Organisation.objects.filter(pk=made.pk).update(is_import_supplier=imports, is_gas_supplier=gas)
    return people.person(Role.SUPPLIER, Organisation.objects.get(pk=made.pk))


def contact(of: Organisation) -> None:
    """Give an organisation a contact for notices."""
    Contact.objects.create(organisation=of, email=f"notices@{of.pk}.example")


def triaged(
    setting: Stage,
    case: Case | None = None,
    *,
    at: dt.datetime = NOON,
    seriousness: str = "high",
    days: int = 20,
) -> Case:
    """A case that the secretary has triaged."""
    case = Case.objects.get(pk=(case or setting.case).pk)
    return triage.triage(
        case=case, by=setting.secretary, at=at, version=case.version, seriousness=seriousness,
        target=(at + days * DAY).date(), reason="By what could go wrong.",
    )  # fmt: skip


def written(
    setting: Stage, case: Case | None = None, *, at: dt.datetime = NOON, outcome: str = "retain", with_plan: bool = False,
    obliged: list[Organisation] | None = None, clause: str = "Z6.2", supplements: Determination | None = None,
    **values: Any,
) -> Determination:  # fmt: skip
    """A determination that the secretary has written whole; 20 and 40 Working Days where a plan is imposed."""
    case = Case.objects.get(pk=(case or setting.case).pk)
    periods = {
        "proposal_days": 20, "proposal_unit": WORKING, "proposal_starts_on": at.date(),
        "approval_days": 40, "approval_unit": WORKING, "approval_starts_on": at.date(),
    }  # fmt: skip
    row = determinations.in_hand(case)
    return determinations.save_determination(
        case=case, by=setting.secretary, at=at, version=row.version if row else 0, clause=clause, supplements=supplements,
        values=WHOLE | {"outcome": outcome, "with_plan": with_plan, "determined_on": at.date()}
        | (periods if with_plan else {}) | values,
        obliged=setting.suppliers if obliged is None else obliged,
    )  # fmt: skip


def put(setting: Stage, case: Case | None = None, *, at: dt.datetime = NOON, **values: Any) -> Determination:
    """A determination that waits for the Chair."""
    row = written(setting, case, at=at, **values)
    return determinations.put_to_the_chair(case=row.case, by=setting.secretary, at=at, version=row.version)


def decided(
    setting: Stage, case: Case | None = None, *, at: dt.datetime = NOON, agree: bool = True, **values: Any
) -> Determination:
    """A determination that the Chair has confirmed, or refused; the case is triaged first where it is not."""
    case = Case.objects.get(pk=(case or setting.case).pk)
    if case.triaged_at is None:
        triaged(setting, case, at=at)
    row = put(setting, case, at=at, **values)
    return determinations.decide(
        case=row.case, by=setting.chair, at=at, version=row.version, digest=digest_of(row), agree=agree,
        reason="So determined.",
    )  # fmt: skip
