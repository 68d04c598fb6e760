"""Proposals at each of their stages, brought there through the services, as in life."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cpl.models import SecurityCharacteristic
from cpl.services import security_characteristics as register
from secgov.accounts.models import Contact, Organisation, Role, User
from ssc.models import Proposal, ProposalAdvice, WorkingGroup
from ssc.rules.proposals import CATEGORIES, CRITERIA
from ssc.services import proposal_consultation as consultation
from ssc.services import proposal_decisions as decisions
from ssc.services import proposal_outcomes as outcomes
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_support as support
from ssc.services import proposal_triage as triage
from ssc.services import proposals
from tests.factories import people

Kind = Organisation.Kind
BEGAN = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)
MITIGATIONS = (
    "DEV.M1 | Protect the debug port | Debug access | It is disabled.\nVER.M2 | Fuzz it | Crash | No crash."
)
FORM: dict[str, Any] = {
    "sc_title": "Limits for the debug port",
    "proposer_name": "Ada Penfold",
    "proposer_organisation": "Tarnwick Gas Meters",
    "proposer_phone": "01632 960001",
    "proposer_email": "ada@tarnwick.example",
    "issue": "Debug ports stay open.",
    "necessity": "They were used in an attack.",
    "solution": "Ask for their closing.",
    "affects_existing": True,
    "affected_text": "It says nothing of them.",
    "needs_new": False,
    "urgent": False,
    "reasons": ["a", "d"],
}


@dataclass
class Cast:
    """Who takes part in the story of a proposal."""

    maker: Organisation
    party: Organisation
    rival: Organisation
    dcc: Organisation
    lab: Organisation
    proposer: User
    supporter: User
    other_supplier: User
    tester: User
    dcc_user: User
    secretary: User
    chair: User
    member: User
    secretariat: User
    auditor: User
    characteristic: SecurityCharacteristic


def cast() -> Cast:
    """Make the people of a proposal, and a register with one set at version 1.2."""
    maker = people.organisation("Tarnwick Gas Meters")
    party = people.organisation("Ashbeck Energy", Kind.PARTY)
    rival = people.organisation("Brindle Power", Kind.PARTY)
    dcc = people.organisation("The DCC", Kind.DCC)
    lab = people.organisation("Kestrel Test Laboratory", Kind.TEST_LAB)
    code_body = people.organisation("Code administrator", Kind.CODE_BODY)
    ssc = people.organisation("Security Sub-Committee", Kind.CODE_BODY)
    for each in (maker, party, rival, dcc, lab, code_body, ssc):
        Contact.objects.create(
            organisation=each, email=f"notices{each.pk}@{each.name.split()[0].lower()}.example"
        )
    secretary = people.person(Role.SSC_SECRETARY, ssc)
    return Cast(
        maker=maker, party=party, rival=rival, dcc=dcc, lab=lab,
        proposer=people.person(Role.MANUFACTURER, maker),
        supporter=people.person(Role.SUPPLIER, party),
        other_supplier=people.person(Role.SUPPLIER, rival),
        tester=people.person(Role.TEST_LAB, lab),
        dcc_user=people.person(Role.DCC, dcc),
        secretary=secretary,
        chair=people.person(Role.SSC_CHAIR, ssc),
        member=people.person(Role.SSC_MEMBER, ssc),
        secretariat=people.person(Role.SECRETARIAT, code_body),
        auditor=people.person(Role.AUDITOR, code_body),
        characteristic=a_set(secretary),
    )  # fmt: skip


def a_set(
    by: User, name: str = "CPA Security Characteristics GSME", versions: tuple[str, ...] = ("1.1", "1.2")
) -> SecurityCharacteristic:
    """A set in the register, with the versions that NCSC had published before."""
    row = register.register_set(name=name, device_types=["gsme"], by=by, at=BEGAN - dt.timedelta(days=5))
    for place, number in enumerate(versions):
        register.record_earlier_version(
            characteristic=row, number=number, published_on=dt.date(2025 + place, 2, 1), mitigations=MITIGATIONS,
            gbcs_versions="3.2", by=by, at=BEGAN - dt.timedelta(days=5),
        )  # fmt: skip
    return row


def latest(proposal: Proposal) -> Proposal:
    """The row as it is now."""
    return Proposal.objects.get(pk=proposal.pk)


def draft(
    who: Cast,
    *,
    kind: str = "sc_modification",
    by: User | None = None,
    of: Organisation | None = None,
    **changes: Any,
) -> Proposal:
    """A draft whose form is whole."""
    by, of = by or who.proposer, of or who.maker
    row = proposals.start_proposal(organisation=of, kind=kind, by=by, at=BEGAN)
    values = FORM | {"affected": who.characteristic, "affected_id": who.characteristic.pk}
    if kind == "use_case":
        values |= {"sc_title": "", "use_case_title": "Refurbishing meters after a flood", "reasons": []}
    return proposals.save_draft(proposal=row, values=values | changes, by=by, at=BEGAN, version=row.version)


def submitted(who: Cast, **kwargs: Any) -> Proposal:
    """Handed in by a manufacturer, with a supporting Party named that has not answered yet."""
    row = draft(who, **kwargs)
    support.name_supporter(
        proposal=row, party=who.party, name="Bea Quill", phone="01632 960002", email="bea@ashbeck.example", by=who.proposer,
        at=BEGAN, version=row.version,
    )  # fmt: skip
    row = latest(row)
    return proposals.submit_proposal(proposal=row, by=who.proposer, at=BEGAN, version=row.version)


def supported(who: Cast, **kwargs: Any) -> Proposal:
    """Confirmed by the Party itself."""
    row = submitted(who, **kwargs)
    support.confirm_support(support=row.supports.get(), by=who.supporter, at=BEGAN, version=row.version)
    return latest(row)


def in_triage(who: Cast, *, classification: str = "white", **kwargs: Any) -> Proposal:
    """Taken up by the SSC."""
    row = supported(who, **kwargs)
    triage.take_up_proposal(
        proposal=row, classification=classification, target_on=dt.date(2027, 1, 29), by=who.secretary, at=BEGAN,
        version=row.version,
    )  # fmt: skip
    return latest(row)


def in_liaison(who: Cast, **kwargs: Any) -> Proposal:
    """Its need is clear; NCSC is asked."""
    row = in_triage(who, **kwargs)
    triage.end_triage(
        proposal=row, need_is_clear=True, finding="The need is plain.", target_on=None, by=who.secretary, at=BEGAN,
        version=row.version,
    )  # fmt: skip
    return latest(row)


def viewed(who: Cast, *, agrees: bool = True, **kwargs: Any) -> Proposal:
    """NCSC has given its view."""
    row = in_liaison(who, **kwargs)
    triage.record_ncsc_view(
        proposal=row, criteria=dict.fromkeys(CRITERIA, True) | {"merits_consideration": agrees}, text="As minuted.",
        reference="NCSC-2027-1", given_on=dt.date(2027, 1, 11), by=who.secretary, at=BEGAN, version=row.version,
    )  # fmt: skip
    return latest(row)


def everybody_asked(who: Cast) -> dict[str, refinement.Asked]:
    """An invitation for each category, or a reason."""
    asked = {each: refinement.Asked(left_out_reason="Not concerned this time.") for each in CATEGORIES}
    return asked | {
        "Suppliers": refinement.Asked(organisations=[who.party, who.rival]),
        "Device Manufacturers": refinement.Asked(organisations=[who.maker]),
        "Test laboratories": refinement.Asked(organisations=[who.lab]),
        "NCSC": refinement.Asked(others="NCSC’s CPA team"),
    }


def convened(who: Cast, **kwargs: Any) -> Proposal:
    """A Working Group is convened."""
    row = viewed(who, **kwargs)
    refinement.convene_working_group(
        proposals={row: row.version}, name="CPA Working Group on ports", areas="Debug ports\nProduction keys", variations="",
        invitations=everybody_asked(who), by=who.secretary, at=BEGAN,
    )  # fmt: skip
    return latest(row)


def in_refinement(who: Cast, **kwargs: Any) -> Proposal:
    """Refined in its Working Group."""
    row = convened(who, **kwargs)
    refinement.begin_refinement(proposal=row, target_on=None, by=who.secretary, at=BEGAN, version=row.version)
    return latest(row)


def in_consultation(
    who: Cast, *, is_open: bool = True, invited: tuple[Organisation, ...] = (), **kwargs: Any
) -> Proposal:
    """Views are asked for until 12 March 2027."""
    row = in_refinement(who, **kwargs)
    consultation.open_consultation(
        proposal=row, text="What would it cost you?", starts_on=dt.date(2027, 2, 1), ends_on=dt.date(2027, 3, 12),
        is_open=is_open, invited=invited, by=who.secretary, at=BEGAN, version=row.version,
    )  # fmt: skip
    return latest(row)


CLOSED = dt.datetime(2027, 3, 15, 10, 0, tzinfo=dt.UTC)


def advised(who: Cast, **kwargs: Any) -> Proposal:
    """The consultation has closed, and both have advised."""
    row = in_consultation(who, **kwargs)
    for source in ProposalAdvice.Source.values:
        refinement.record_advice(
            proposal=latest(row), source=source, group=WorkingGroup.objects.filter(proposals=row).first(),
            text="Go ahead.", reference="", given_on=dt.date(2027, 3, 13), by=who.secretary, at=CLOSED,
            version=latest(row).version,
        )  # fmt: skip
    return latest(row)


def prepared(who: Cast, *, outcome: str = "approve", **kwargs: Any) -> Proposal:
    """A decision waits for the Chair."""
    row = advised(who, **kwargs)
    decisions.prepare_decision(
        proposal=row, outcome=outcome, reasons="It closes a known hole.", minute_reference="SSC 2027/03, item 4",
        by=who.secretary, at=CLOSED, version=row.version,
    )  # fmt: skip
    return latest(row)


def decided(who: Cast, **kwargs: Any) -> Proposal:
    """The Chair has decided."""
    row = prepared(who, **kwargs)
    decision = row.decisions.get(dropped_at=None)
    decisions.confirm_decision(
        decision=decision, digest=decisions.digest_of(decision), by=who.chair, at=CLOSED, version=row.version
    )
    return latest(row)


PLANNED: dict[str, Any] = {
    "number": "1.3", "implementation_on": dt.date(2027, 6, 1), "amp_change": False, "tsat_change": True,
    "tsat_text": "Table 4 gains a row.", "reason": "As the SSC minuted.",
}  # fmt: skip


def scheduled(who: Cast, **kwargs: Any) -> Proposal:
    """The implementation date is set: 1 June 2027."""
    row = decided(who, **kwargs)
    planned = outcomes.Planned(**PLANNED, characteristic=who.characteristic)
    outcomes.schedule_version(proposal=row, planned=planned, by=who.secretary, at=CLOSED, version=row.version)
    return latest(row)


def signed_off(who: Cast, **kwargs: Any) -> Proposal:
    """NCSC signed it off."""
    row = scheduled(who, **kwargs)
    outcomes.sign_off_version(
        proposal=row, reference="NCSC-2027-9", signed_off_on=dt.date(2027, 3, 15), by=who.secretary, at=CLOSED,
        version=row.version,
    )  # fmt: skip
    return latest(row)
