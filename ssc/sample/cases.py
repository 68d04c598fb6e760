"""The SSC's cases in every state, made through the services as in life, so that its pages have something to look at."""

import datetime as dt
from typing import Any

from cpl.models import CertificateEvent
from cpl.services.certificate_events import Answer, confirm_event, deny_event
from cpl.services.dcc_list_contents import counts_for
from secgov.accounts.models import Organisation, User
from secgov.time_rules import london_day
from ssc.models import Case, Determination
from ssc.services import determinations, impact, meetings, opening, participants, requests, triage
from ssc.services.determination_facts import devices_known, digest_of, known_suppliers_of

REASON = "Sample: by the seriousness of what could go wrong."
DAY = dt.timedelta(days=1)
SAYS: dict[str, Any] = {
    "security_implications": "The weakness needs local access to the optical port and one recovered key per meter. "
    "No remote path is known.",
    "consumer_consequences": "Prepayment homes could lose supply until somebody has called; some are vulnerable.",
    "weighing": "A plan removes the weakness without leaving homes Suspended in winter.",
    "ncsc_information": "Sample: NCSC's letter calls the risk moderate while Devices stay in locked cabinets.",
    "reasons": "The risk is slight while a remedy is in hand.",
}
SEATS = ("large_supplier", "gas_network", "electricity_network")


def load_cases(*, people: dict[str, User], at: dt.datetime) -> None:
    """Cases untriaged, triaged with requests and an impact paper, waiting for the Chair, determined, and void.

    `people` are the sample's, by user name. How many there are follows from the sample's certificates; each of the first
    ones stands for a state.
    """
    opening.open_cases(clock=lambda: at)
    cases = list(Case.objects.select_related("device_model").order_by("pk"))
    cases.sort(key=lambda case: not devices_known(case.device_model))  # so that the first papers have figures
    steps = [_asked, _put, _with_plan, _to_be_removed]
    for case, step in zip(cases, steps, strict=False):
        step(case, people, at)
    if len(cases) > len(steps) + 1:
        _void(cases[-1], people, at)
    opening.open_cases(clock=lambda: at)
    _committee(people, at)


def _committee(people: dict[str, User], at: dt.datetime) -> None:
    secretary = people["ssc-secretary"]
    meeting = meetings.call_meeting(
        on=london_day(at) + dt.timedelta(days=7), place="Room 2, and by telephone", by=secretary, at=at
    )
    open_cases = list(Case.objects.filter(state=Case.State.OPEN).exclude(triaged_at=None).order_by("pk"))
    if open_cases:
        meetings.put_on_agenda(meeting=meeting, subjects=open_cases, by=secretary, at=at)
    holders = [people["ssc-member"], None, None]
    for category, holder in zip(SEATS, holders, strict=True):
        participants.seat_member(
            category=category, holder=holder, by=secretary, at=at, reason="Sample: elected."
        )


def _triaged(case: Case, people: dict[str, User], at: dt.datetime, seriousness: str, days: int) -> Case:
    case = Case.objects.get(pk=case.pk)
    return triage.triage(
        case=case, by=people["ssc-secretary"], at=at, version=case.version, seriousness=seriousness,
        target=london_day(at) + days * DAY, reason=REASON,
    )  # fmt: skip


def _asked(case: Case, people: dict[str, User], at: dt.datetime) -> None:
    """Triaged; two Suppliers, the DCC and the maker asked, one has answered; an impact paper with a later removal."""
    secretary = people["ssc-secretary"]
    _triaged(case, people, at, "high", 28)
    names = ("Data Communications Company", "Ashbeck Energy", "Brindle Power", "Osmotherley Instruments")
    questions = ("Devices on this firmware, by Supplier", "How many upgrades a week from January?",
                 "How many of them are in prepayment?", "When is the mended firmware expected?")  # fmt: skip
    for name, question in zip(names, questions, strict=True):
        row = requests.request_information(
            case=case, by=secretary, at=at, addressee=Organisation.objects.get(name=name), question=question,
            reply_by=london_day(at) + 14 * DAY,
        )  # fmt: skip
        if name == "Ashbeck Energy":
            requests.reply_to_request(
                request=row,
                by=people["supplier"],
                at=at,
                text="Sample: 70 a week from January, once the firmware is out.",
            )
    participants.write_note(
        case=case,
        by=people["ssc-member"],
        at=at,
        text="Sample: was the optical port tested with the seal on?",
    )
    holders = counts_for(None).filter(device_model=case.device_model)
    paces = dict.fromkeys(holders.values_list("organisation", flat=True), 70)
    impact.compute_impact(case=case, by=secretary, at=at, removal_day=london_day(at) + 90 * DAY, paces=paces)


def _written(
    case: Case, people: dict[str, User], at: dt.datetime, outcome: str, *, plan: bool, item: int
) -> Determination:
    case = Case.objects.get(pk=case.pk)
    day = london_day(at)
    periods = {
        "proposal_days": 20, "proposal_unit": "working_days", "proposal_starts_on": day,
        "approval_days": 40, "approval_unit": "working_days", "approval_starts_on": day,
    }  # fmt: skip
    chosen = Organisation.objects.filter(pk__in=known_suppliers_of(case.device_model))
    return determinations.save_determination(
        case=case, by=people["ssc-secretary"], at=at, version=0, put=True,
        values=_says(case) | {"outcome": outcome, "with_plan": plan, "determined_on": day,
                       "minute_reference": f"SSC 112, item {item}"} | (periods if plan else {}),
        obliged=list(chosen) if plan else [],
    )  # fmt: skip


def _says(case: Case) -> dict[str, Any]:
    known = devices_known(case.device_model)
    return SAYS | ({} if known else {"devices_unknown_reason": "The DCC has not counted these Devices yet."})


def _put(case: Case, people: dict[str, User], at: dt.datetime) -> None:
    """Waits for the Chair."""
    _triaged(case, people, at, "medium", 42)
    impact.compute_impact(case=case, by=people["ssc-secretary"], at=at)
    _written(case, people, at, "retain", plan=False, item=4)


def _decide(row: Determination, people: dict[str, User], at: dt.datetime) -> None:
    determinations.decide(
        case=row.case, by=people["ssc-chair"], at=at, version=row.version, digest=digest_of(row), agree=True,
        reason="Sample: so determined.",
    )  # fmt: skip


def _with_plan(case: Case, people: dict[str, User], at: dt.datetime) -> None:
    """Not to be removed, with a plan on each Supplier that has such Devices."""
    _triaged(case, people, at, "medium", 14)
    plan = bool(known_suppliers_of(case.device_model))
    _decide(_written(case, people, at, "retain", plan=plan, item=5), people, at)


def _to_be_removed(case: Case, people: dict[str, User], at: dt.datetime) -> None:
    """To be removed, and NCSC has confirmed the event: the Panel's duty stands on the Secretariat's board."""
    _triaged(case, people, at, "high", 7)
    _decide(_written(case, people, at, "remove", plan=False, item=6), people, at)
    event = _event_of(case)
    if event.state == CertificateEvent.State.UNCONFIRMED:
        confirm_event(
            event=event,
            by=people["secretariat"],
            at=at,
            version=event.version,
            reason=REASON,
            answer=_answer(at),
        )


def _void(case: Case, people: dict[str, User], at: dt.datetime) -> None:
    """NCSC denies the event, so nothing stands that the case could rest on."""
    event = _event_of(case)
    if event.state == CertificateEvent.State.UNCONFIRMED:
        deny_event(
            event=event,
            by=people["secretariat"],
            at=at,
            version=event.version,
            reason=REASON,
            answer=_answer(at),
        )


def _event_of(case: Case) -> CertificateEvent:
    return case.events.select_related("event").order_by("id")[0].event


def _answer(at: dt.datetime) -> Answer:
    return Answer(
        body="NCSC", contact="CPA desk", method="mail", said_on=london_day(at), reference="2026/402"
    )
