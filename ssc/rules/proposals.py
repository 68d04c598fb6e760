"""Proposals: what each step needs before the next.

SC Methodology 2  The stages are those of a SEC Modification: raise, triage, refine, consult, decide, implement; the
    same for every Device.
SC Methodology 6.3 to 6.15  A SEC Party supports; the SSC triages, asks NCSC, refines in a Working Group, consults,
    decides on the advice of both, and sets the day from which a new version applies.

Reading: support is mandatory before triage, and a proposer that is a Party counts as its own supporter (A-29). The
last day of a consultation belongs to it. The SSC approves, NCSC signs off and publishes: separate acts (A-28).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from secgov.errors import Refusal, refuse_any

PHASES = ("raise", "triage", "refine", "consult", "decide", "implement")
"""SC Methodology 2(b): the broad stages of a SEC Modification."""
PHASE_OF = {
    "draft": "raise",
    "submitted": "raise",
    "triage": "triage",
    "ncsc_liaison": "triage",
    "refinement": "refine",
    "consultation": "consult",
    "decided": "decide",
    "rejected": "decide",
    "scheduled": "implement",
    "signed_off": "implement",
    "published": "implement",
    "guidance_issued": "implement",
}

CRITERIA = {
    "in_line_with_scheme": "It is valid and in line with the CPA Scheme",
    "in_line_with_architecture": "It is in line with the security architecture and controls",
    "in_line_with_obligations": "It is in line with the SEC’s security obligations",
    "merits_consideration": "It merits further consideration",
}
"""SC Methodology 6.5."""
CATEGORIES = (
    "Suppliers",
    "Device Manufacturers",
    "Test laboratories",
    "DCC and its Service Providers",
    "NCSC",
    "BEIS or its successor",
    "SEC Panel nominees",
    "Other relevant parties",
)
"""SC Methodology 6.6: whom to invite. The names may change with the bodies, so each is text where it is kept."""
NEXT_WORKING_DAY = 1
"""SC Methodology 6.7, 6.11, 6.18: no period is stated; a Working Day is our own target (TR-9)."""


@dataclass(frozen=True, slots=True)
class Support:
    """A supporting Party as it is named: whether it is one, and whether it said so itself."""

    party: str
    is_party: bool
    confirmed: bool


def check_supported(supports: Sequence[Support]) -> None:
    """Refuse triage until a SEC Party has confirmed its support from its own account. SC Methodology 6.3"""
    if not any(each.is_party and each.confirmed for each in supports):
        raise Refusal(
            "No SEC Party has confirmed yet that it supports this.", clause="SC-6.3",
            remedy="A Party that is named confirms it after signing in with its own account.",
        )  # fmt: skip


def check_need_is_clear(*, is_clear: bool | None, finding: str, question_open: bool) -> None:
    """Refuse to end triage before the business need is found to be clearly articulated. SC-6.4-1"""
    if question_open:
        raise Refusal(
            "The proposer has not answered yet.", clause="SC-6.4",
            remedy="Wait for the answer, or withdraw the proposal with a reason.",
        )  # fmt: skip
    if not is_clear:
        raise Refusal(
            "The need is not clearly articulated.", clause="SC-6.4", field="need_is_clear",
            remedy="Ask the proposer to clarify; rounds may go on until it is.",
        )  # fmt: skip
    if not finding.strip():
        raise Refusal("Say what triage found.", clause="SC-6.4", field="finding")


def check_criteria_answered(criteria: Mapping[str, bool | None]) -> None:
    """Refuse a view of NCSC that leaves one of its four criteria blank. SC Methodology 6.5"""
    refuse_any(
        Refusal(f"{words}: answer yes or no.", clause="SC-6.5", field=name)
        for name, words in CRITERIA.items()
        if criteria.get(name) is None
    )


def is_agreed(criteria: Mapping[str, bool | None] | None) -> bool:
    """Say whether NCSC answered yes to all four criteria. SC Methodology 6.5"""
    return bool(criteria) and all((criteria or {}).get(name) for name in CRITERIA)


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of a category of those to invite: who was, or why nobody was."""

    category: str
    who: str
    left_out_reason: str


def check_invitations(invitations: Sequence[Invited]) -> None:
    """Refuse to convene while a category is neither invited nor left out with a reason. SC-6.6-2"""
    done = {each.category for each in invitations if each.who.strip() or each.left_out_reason.strip()}
    refuse_any(
        Refusal(
            f"{category}: nobody is invited.", clause="SC-6.6", field=f"category_{place}",
            remedy="Name who is invited, or say why nobody of this category is.",
        )
        for place, category in enumerate(CATEGORIES)
        if category not in done
    )  # fmt: skip


def left_out(invitations: Sequence[Invited]) -> tuple[str, ...]:
    """Name the categories that were left out: a warning beside the group. SC-6.6-2"""
    return tuple(each.category for each in invitations if each.left_out_reason.strip())


def check_refinable(*, criteria: Mapping[str, bool | None] | None, groups: int) -> None:
    """Refuse refinement without NCSC's four yeses and a convened Working Group. SC Methodology 6.5 and SC-6.6-1"""
    if not criteria:
        raise Refusal(
            "NCSC’s view is not recorded.", clause="SC-6.5", remedy="Record it with its four answers."
        )
    check_criteria_answered(criteria)
    if not is_agreed(criteria):
        raise Refusal(
            "NCSC does not agree on all four criteria.", clause="SC-6.5",
            remedy="Prepare its rejection with reasons, or record a new view of NCSC.",
        )  # fmt: skip
    if groups < 1:
        raise Refusal(
            "No Working Group is convened.", clause="SC-6.6", remedy="Convene one, and invite its members."
        )


def read_areas(text: str) -> tuple[str, ...]:
    """Read the areas that a Working Group assesses, one a line. SC-6.6-1

    Raises Refusal (field ``areas``) where there is none.
    """
    areas = tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
    if not areas:
        raise Refusal(
            "No area to assess is named.",
            clause="SC-A1.1",
            field="areas",
            remedy="Name at least one, one a line.",
        )
    return areas


def check_consultation(*, starts_on: date, ends_on: date, today: date, areas: int) -> None:
    """Refuse a consultation without a period still to come, or before the group has its areas. SC Methodology 6.9"""
    if areas < 1:
        raise Refusal(
            "The Working Group has no areas to assess.", clause="SC-6.9", remedy="Agree them first."
        )
    if ends_on < starts_on:
        raise Refusal("The last day lies before the first.", clause="SC-6.9", field="ends_on")
    if starts_on < today:
        raise Refusal(
            "The first day has passed.", clause="SC-6.9", field="starts_on", remedy="Begin today or later."
        )


def has_closed(ends_on: date, *, on: date) -> bool:
    """Say whether a consultation has closed: its last day belongs to it. SC Methodology 6.9"""
    return on > ends_on


def may_respond(*, starts_on: date, on: date, decided: bool) -> bool:
    """Say whether views are taken: from the first day on until the decision; late ones are flagged. SC Methodology 6.9"""
    return on >= starts_on and not decided


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What lies before the SSC when it decides."""

    outcome: str
    reasons: str
    minute_reference: str
    refused_by_ncsc: bool
    consultation_ends_on: date | None
    group_advice: int
    ncsc_advice: int


def check_decidable(facts: DecisionFacts, *, on: date) -> None:
    """Refuse a decision before the consultation has closed, or without either advice. SC Methodology 6.9 and SC Methodology 6.10

    Where NCSC said no, the SSC may reject at once: there is nothing to consult on.
    """
    found = []
    if not facts.reasons.strip():
        found.append(Refusal("Give the reasons of the SSC.", clause="SC-6.10", field="reasons"))
    if not facts.minute_reference.strip():
        found.append(
            Refusal("Give the minute in which the SSC decided.", clause="SC-6.10", field="minute_reference")
        )
    if facts.refused_by_ncsc:
        if facts.outcome != "reject":
            found.append(
                Refusal("NCSC does not agree, so it can only be rejected.", clause="SC-6.5", field="outcome")
            )
        refuse_any(found)
        return
    if facts.consultation_ends_on is None:
        found.append(Refusal("There has been no consultation.", clause="SC-6.9", remedy="Open one first."))
    elif not has_closed(facts.consultation_ends_on, on=on):
        last = facts.consultation_ends_on
        found.append(
            Refusal(
                f"The consultation runs to the end of {last:%A} {last.day} {last:%B %Y}.", clause="SC-6.9",
                remedy="Decide once it has closed.",
            )
        )  # fmt: skip
    if not facts.group_advice:
        found.append(
            Refusal("The advice of the Working Group is missing.", clause="SC-6.10", remedy="Record it.")
        )
    if not facts.ncsc_advice:
        found.append(Refusal("The advice of NCSC is missing.", clause="SC-6.10", remedy="Record it."))
    refuse_any(found)


def check_report(text: str) -> None:
    """Refuse to close a decision without its report. SC Methodology 6.11"""
    if not text.strip():
        raise Refusal(
            "There is no report of the decision.",
            clause="SC-6.11",
            remedy="It goes to the Panel with the outcome.",
        )


def check_schedule(
    *, implementation_on: date | None, today: date, amp_change: bool | None, tsat_change: bool | None,
    amp_text: str = "", tsat_text: str = "",
) -> None:  # fmt: skip
    """Refuse a schedule without a date to come and its two answers. SC Methodology 6.13 and SC Methodology 6.15"""
    found = []
    if implementation_on is None:
        found.append(Refusal("Set the implementation date.", clause="SC-6.13", field="implementation_on"))
    elif implementation_on < today:
        found.append(
            Refusal(
                "That day has passed.",
                clause="SC-6.13",
                field="implementation_on",
                remedy="Give today or a later day.",
            )
        )
    for answer, text, field, about in (
        (amp_change, amp_text, "amp", "Assurance Maintenance Plans"),
        (tsat_change, tsat_text, "tsat", "the Technical Specification applicability tables"),
    ):
        if answer is None:
            found.append(
                Refusal(f"Say whether {about} must change.", clause="SC-6.15", field=f"{field}_change")
            )
        elif answer and not text.strip():
            found.append(Refusal(f"Say how {about} must change.", clause="SC-6.15", field=f"{field}_text"))
    refuse_any(found)


def check_signed_off(*, reference: str, signed_off_on: date, today: date) -> None:
    """Refuse a sign-off without NCSC's reference, or of a day to come. SC Methodology 5.1

    Reading: the SSC decides and approves, NCSC signs off and publishes: two acts, and publication needs both (A-28).
    """
    if not reference.strip():
        raise Refusal("Give NCSC’s reference of the sign-off.", clause="SC-5.1", field="reference")
    if signed_off_on > today:
        raise Refusal("That day is still to come.", clause="SC-5.1", field="signed_off_on")


def check_published(*, published_on: date, today: date, signed_off_on: date | None) -> None:
    """Refuse a publication without NCSC's sign-off, before it, or of a day to come. SC Methodology 5.1 and SC Methodology 6.14"""
    if signed_off_on is None:
        raise Refusal("NCSC has not signed it off.", clause="SC-5.1", remedy="Record the sign-off first.")
    if published_on > today:
        raise Refusal("That day is still to come.", clause="SC-6.14", field="published_on")
    if published_on < signed_off_on:
        raise Refusal("NCSC signed it off only after that day.", clause="SC-6.14", field="published_on")
