"""The register of Security Characteristics, and proposals at several stages, made through the services as in life.

All of it is invented; nothing here is what NCSC publishes.
"""

import datetime as dt

from cpl.models import SecurityCharacteristic
from cpl.services import security_characteristics as register
from secgov.accounts.models import Organisation, User
from secgov.time_rules import london_day
from ssc.models import Proposal, WorkingGroup
from ssc.rules.proposals import CATEGORIES, CRITERIA
from ssc.services import proposal_consultation as consultation
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_support as support
from ssc.services import proposal_triage as triage
from ssc.services import proposals

SETS = {
    "CPA Security Characteristics: Gas Smart Metering Equipment": (["gsme"], "3.2, 4.0"),
    "CPA Security Characteristics: Electricity Smart Metering Equipment": (
        ["single_element_esme", "twin_element_esme", "polyphase_esme"],
        "3.2, 4.0",
    ),
    "CPA Security Characteristics: Communications Hub": (["communications_hub"], "3.2, 4.0"),
    "CPA Security Characteristics: HAN Connected Auxiliary Load Control Switch": (["hcalcs"], "4.0"),
}
MITIGATIONS = """\
DEV.M101 | Close the debug port | Reading keys over a debug port | It is disabled in production and cannot be enabled again.
DEV.M102 | Check firmware before activation | Replaced firmware | The signature and the Hash are checked before activation.
VER.M201 | Try malformed messages | A crash that opens the meter | The evaluator sends malformed messages and sees no crash.
DEP.M301 | Keep the keys of production apart | Keys stolen at the factory | Keys are injected in a controlled area.
"""
FORM = {
    "proposer_phone": "01632 960771",
    "affects_existing": True,
    "needs_new": False,
    "urgent": False,
}


def load_proposals(*, people: dict[str, User], at: dt.datetime) -> None:
    """Fill the register, and raise proposals: a draft, one that waits for its Party, one in triage, one consulted on."""
    secretary = people["ssc-secretary"]
    for place, (name, (types, gbcs)) in enumerate(SETS.items()):
        row = register.register_set(name=name, device_types=types, by=secretary, at=at)
        for number, years in (("1.2", 4), ("1.3", 2)):
            register.record_earlier_version(
                characteristic=row, number=number, published_on=london_day(at).replace(day=1 + place, year=at.year - years),
                mitigations=MITIGATIONS, gbcs_versions=gbcs, by=secretary, at=at,
            )  # fmt: skip
    register.set_maintenance_end(
        spec_type="SMETS", spec_version="2.0", gbcs_version="1.0", ends_on=dt.date(at.year - 1, 6, 30),
        source="Schedule 11, sample", by=secretary, at=at,
    )  # fmt: skip
    _draft(people, "Longer keys for local access", at)
    _submitted(people, "Seals that show tampering", at)
    _in_triage(people, "Checks of random numbers at start-up", at, urgent=True)
    _consulted(people, "Limits for the debug port", at)


def _draft(people: dict[str, User], title: str, at: dt.datetime, *, urgent: bool = False) -> Proposal:
    maker = Organisation.objects.get(name="Osmotherley Instruments")
    by = people["manufacturer"]
    row = proposals.start_proposal(organisation=maker, kind="sc_modification", by=by, at=at)
    affected = SecurityCharacteristic.objects.order_by("pk").first()
    values = FORM | {
        "sc_title": title,
        "issue": f"{title}: what is asked for today leaves room for doubt.",
        "necessity": "Evaluations came to different results; an attack would go unseen.",
        "solution": "Say plainly what is to be built in, and what the evaluator looks at.",
        "affected": affected,
        "affected_id": affected.pk if affected else None,
        "affected_text": "Its requirement can be read in two ways.",
        "reasons": ["a", "d"],
        "urgent": urgent,
        "urgent_text": "The next evaluation begins soon." if urgent else "",
    }
    return proposals.save_draft(proposal=row, values=values, by=by, at=at, version=row.version)


def _submitted(people: dict[str, User], title: str, at: dt.datetime, *, urgent: bool = False) -> Proposal:
    row = _draft(people, title, at, urgent=urgent)
    by = people["manufacturer"]
    party = Organisation.objects.get(name="Ashbeck Energy")
    support.name_supporter(
        proposal=row, party=party, name="Rowan Whitlock", phone="01632 960772", email="supplier@ashbeckenergy.example",
        by=by, at=at, version=row.version,
    )  # fmt: skip
    row = _now(row)
    return proposals.submit_proposal(proposal=row, by=by, at=at, version=row.version)


def _in_triage(people: dict[str, User], title: str, at: dt.datetime, *, urgent: bool = False) -> Proposal:
    row = _submitted(people, title, at, urgent=urgent)
    support.confirm_support(support=row.supports.get(), by=people["supplier"], at=at, version=row.version)
    row = _now(row)
    triage.take_up_proposal(
        proposal=row, classification="amber" if urgent else "white", target_on=london_day(at) + dt.timedelta(days=21),
        by=people["ssc-secretary"], at=at, version=row.version,
    )  # fmt: skip
    return _now(row)


def _consulted(people: dict[str, User], title: str, at: dt.datetime) -> None:
    secretary, today = people["ssc-secretary"], london_day(at)
    row = _in_triage(people, title, at)
    triage.end_triage(
        proposal=row, need_is_clear=True, finding="The need is plain: two laboratories read it differently.",
        target_on=None, by=secretary, at=at, version=row.version,
    )  # fmt: skip
    row = _now(row)
    triage.record_ncsc_view(
        proposal=row, criteria=dict.fromkeys(CRITERIA, True), text="NCSC would welcome it.", reference="NCSC sample 1",
        given_on=today, by=secretary, at=at, version=row.version,
    )  # fmt: skip
    asked = {each: refinement.Asked(left_out_reason="Not concerned by this proposal.") for each in CATEGORIES}
    for category, names in {
        "Suppliers": ("Ashbeck Energy", "Brindle Power"),
        "Device Manufacturers": ("Osmotherley Instruments", "Tarnwick Gas Meters"),
        "Test laboratories": ("Rigg Test Laboratory",),
        "DCC and its Service Providers": ("Data Communications Company",),
    }.items():
        asked[category] = refinement.Asked(organisations=list(Organisation.objects.filter(name__in=names)))
    asked["NCSC"] = refinement.Asked(others="NCSC’s CPA team")
    refinement.convene_working_group(
        proposals={row: _now(row).version}, name="CPA Working Group on local ports",
        areas="Debug ports\nKeys in production",
        variations="", invitations=asked, by=secretary, at=at,
    )  # fmt: skip
    refinement.begin_refinement(proposal=row, target_on=None, by=secretary, at=at, version=_now(row).version)
    row = _now(row)
    opened = consultation.open_consultation(
        proposal=row, text="What would it cost you to close the port in every Device from next year on?", starts_on=today,
        ends_on=today + dt.timedelta(days=28), is_open=True, target_on=today + dt.timedelta(days=42), by=secretary, at=at,
        version=row.version,
    )  # fmt: skip
    lab = Organisation.objects.get(name="Rigg Test Laboratory")
    said = consultation.respond(
        consultation=opened, organisation=lab, about="What the evaluator sees", by=people["test-lab"], at=at,
        text="A closed port can be seen only with the maker’s tool. Say that it is to be lent.",
    )  # fmt: skip
    consultation.answer_response(
        response=said, seen="", answer="Agreed; the requirement will say so.", by=secretary, at=at
    )
    consultation.respond(
        consultation=opened, organisation=Organisation.objects.get(name="Brindle Power"), about="", by=people["supplier2"],
        at=at, text="We see no cost for us.",
    )  # fmt: skip
    refinement.record_advice(
        proposal=_now(row), source="working_group", group=WorkingGroup.objects.filter(proposals=row).first(),
        text="Go ahead; lend the maker’s tool to the laboratory.", reference="", given_on=today, by=secretary, at=at,
        version=_now(row).version,
    )  # fmt: skip


def _now(row: Proposal) -> Proposal:
    return Proposal.objects.get(pk=row.pk)
