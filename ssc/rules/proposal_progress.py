"""What a proposal waits for, and from whom (SC Methodology 6, TR-9)."""

from dataclasses import dataclass, replace
from datetime import date

PROPOSER, PARTY, SSC, NCSC, GROUP, EVERYBODY, CHAIR = (
    *(
        "the proposer",
        "a SEC Party",
        "the SSC",
        "NCSC",
        "the Working Group",
        "everybody who is asked",
        "the Chair of the SSC",
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a proposal stands: its stage, and what lies there already."""

    state: str
    is_modification: bool = True
    supported: bool = False
    question_open: bool = False
    ncsc_agrees: bool | None = None
    group_convened: bool = False
    consultation_ends_on: date | None = None
    group_advised: bool = False
    ncsc_advised: bool = False
    decision_prepared: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """From whom something is awaited, and what; nobody where it has come to its end."""

    whom: str
    what: str


def awaited(standing: Standing, *, on: date) -> Awaited | None:
    """Say what is awaited from whom, on a day. TR-9"""
    state = standing.state
    if state == "submitted":
        return Awaited(SSC, "take it up") if standing.supported else Awaited(PARTY, "confirm its support")
    if state == "triage":
        if standing.question_open:
            return Awaited(PROPOSER, "answer the SSC’s question")
        return Awaited(SSC, "find whether the need is clear")
    if state == "ncsc_liaison":
        return _in_liaison(standing)
    if state == "consultation":
        return _in_consultation(standing, on)
    return {
        "draft": Awaited(PROPOSER, "complete it and hand it in"),
        "refinement": Awaited(GROUP, "assess it; the SSC then consults"),
        "decided": Awaited(
            SSC, "set the implementation date" if standing.is_modification else "issue the guidance"
        ),
        "scheduled": Awaited(NCSC, "sign the new version off"),
        "signed_off": Awaited(NCSC, "publish the new version"),
    }.get(state)


def awaited_outside(standing: Standing, *, on: date) -> Awaited | None:
    """Say the same to those outside the SSC, without what it has not settled yet. TR-9

    What NCSC answered, what the proposer was asked and what is prepared for the Chair is nobody else's before the
    decision.
    """
    if standing.state == "ncsc_liaison":
        return Awaited("NCSC and the SSC", "settle whether it merits further consideration")
    return awaited(replace(standing, question_open=False, decision_prepared=False), on=on)


def _in_liaison(standing: Standing) -> Awaited:
    if standing.ncsc_agrees is None:
        return Awaited(NCSC, "give its view")
    if not standing.ncsc_agrees:
        return (
            Awaited(CHAIR, "confirm the rejection")
            if standing.decision_prepared
            else Awaited(SSC, "reject it with reasons")
        )
    return Awaited(SSC, "begin its refinement" if standing.group_convened else "convene a Working Group")


def _in_consultation(standing: Standing, on: date) -> Awaited:
    if standing.decision_prepared:
        return Awaited(CHAIR, "confirm the decision")
    if standing.consultation_ends_on and on <= standing.consultation_ends_on:
        return Awaited(EVERYBODY, "respond to the consultation")
    if not standing.group_advised:
        return Awaited(GROUP, "advise the SSC")
    if not standing.ncsc_advised:
        return Awaited(NCSC, "advise the SSC")
    return Awaited(SSC, "decide")
