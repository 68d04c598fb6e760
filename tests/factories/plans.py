"""Remedial Plans, imposed by a determination of the SSC, and the people about them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cpl.models import DeviceModel
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Organisation, Role, User
from secgov.accounts.permissions import Duty, require
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from ssc.models import Case, Determination, RemedialPlan
from ssc.services import plans
from tests.factories import devices, people

IMPOSED = dt.datetime(2027, 2, 1, 10, 0, tzinfo=dt.UTC)
IDENTITY = (
    "device_type", "manufacturer_identifier", "model_identifier", "hardware_version", "hardware_revision",
    "firmware_version", "spec_type", "spec_version", "gbcs_version",
)  # fmt: skip
WORKING, CALENDAR = "working_days", "calendar_days"


@dataclass
class Committee:
    """The SSC's people."""

    chair: User
    secretary: User
    member: User
    suppliers: list[User] = field(default_factory=list)


def committee() -> Committee:
    """Make the SSC's people."""
    body = people.organisation("Security Sub-Committee", Organisation.Kind.CODE_BODY)
    return Committee(
        chair=people.person(Role.SSC_CHAIR, body),
        secretary=people.person(Role.SSC_SECRETARY, body),
        member=people.person(Role.SSC_MEMBER, body),
    )


def supplier(name: str = "Cindermoor Power") -> User:
    """Make a Supplier's person, with a contact for notices."""
    organisation = people.organisation(name, Organisation.Kind.PARTY)
    organisation.contacts.create(email=f"notices@{name.split()[0].lower()}.example")
    return people.person(Role.SUPPLIER, organisation)


def organisation_of(user: User) -> Organisation:
    """The organisation that a person belongs to."""
    return user.memberships.get().organisation


def entry(number: int = 344) -> DeviceModel:
    """An entry, as a case needs one: without its listing."""
    fields = {name: devices.DEVICE[name] for name in IDENTITY} | {"firmware_version": f"0508{number:04X}"}
    maker, _ = Manufacturer.objects.get_or_create(identifier=fields.pop("manufacturer_identifier").upper())
    return DeviceModel.objects.create(number=number, manufacturer=maker, generation="SMETS2+", **fields)


def require_of(chair: User) -> Actor:
    """The Chair as the journal writes it."""
    return require(chair, Duty.JUDGE_PLAN).actor


def determination(
    group: Committee, *obliged: Organisation, model: DeviceModel, at: dt.datetime = IMPOSED, **values: Any
) -> Determination:
    """A confirmed determination, not removed and with a plan; 20 and 40 Working Days unless told otherwise."""
    year = Case.objects.count() + 1
    case = Case.objects.create(
        device_model=model, reference=f"C-2027-{year:03d}", opened_at=at, seriousness="high", target_date=at.date(),
        triaged_at=at, triaged_by=group.secretary, state="determined", determined_at=at,
    )  # fmt: skip
    made = Determination.objects.create(
        **{
            "case": case, "outcome": "retain", "with_plan": True, "reasons": "Weighed.", "ncsc_provided_none": True,
            "minute_reference": "SSC 112, item 4", "determined_on": at.date(), "state": "confirmed",
            "proposal_days": 20, "proposal_unit": WORKING, "proposal_starts_on": at.date(),
            "approval_days": 40, "approval_unit": WORKING, "approval_starts_on": at.date(),
            "prepared_by": group.secretary, "prepared_at": at, "decided_by": group.chair, "decided_at": at,
        }
        | values
    )  # fmt: skip
    made.obliged.set(obliged)
    return made


def impose(group: Committee, made: Determination, *, at: dt.datetime = IMPOSED) -> list[RemedialPlan]:
    """Impose the plans of a determination, as its confirmation does."""
    grant = require(group.chair, Duty.JUDGE_PLAN)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="ssc.determination.confirmed",
        subject=made,
        clause="Z6.2",
        reason="So determined.",
    )
    return plans.impose_plans(determination=made, grant=grant, at=at, act=act)
