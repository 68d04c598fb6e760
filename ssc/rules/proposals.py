"""Proposals: what the form of Appendix 2 asks for, and what each step needs before the next.

SC Methodology 2  The stages are those of a SEC Modification: raise, triage, refine, consult, decide, implement; the
    same for every Device.
SC Methodology 5  Why Security Characteristics change: seven reasons, and others in words.
SC Methodology 6.2 to 6.10  Anyone concerned proposes; a SEC Party supports; the SSC triages, asks NCSC, refines in
    a Working Group, consults, and decides on the advice of both.
SC-A2  The form.

Reading: support is mandatory before triage, and a proposer that is a Party counts as its own supporter (A-29). A
reason for the change is asked of a modification; a use case changes no Security Characteristics. "Including" does not
close the list of reasons, so another one may stand in words. The last day of a consultation belongs to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from firmware_repo.rules.release import clean_email, clean_phone
from firmware_repo.rules.text import clean_body, clean_line
from secgov.errors import Refusal, refuse_any

MODIFICATION, USE_CASE = "sc_modification", "use_case"
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

SEC_MODIFICATION = "g"
REASONS = {
    "a": "New risk mitigations",
    "b": "Changes to specifications such as SMETS or CHTS, even cosmetic ones",
    "c": "Changes to standards, deprecated or new",
    "d": "Lessons learned from evaluation, certification or operation",
    "e": "Business needs in installing and operating equipment",
    "f": "New equipment requirements, or a changed risk of equipment that is not subject to CPA",
    SEC_MODIFICATION: "A SEC Modification that the Change Board accepted, with implications for Device security",
}
TITLE_CAP, TEXT_CAP = 200, 8_000
"""Characters."""
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


def clean_title(text: str, *, field: str, clause: str) -> str:
    """Give a proposal's title on one line. SC-A2-1 and SC-A2-2"""
    return clean_line(text, field=field, clause=clause, name="the title", cap=TITLE_CAP)


def title_refusals(fields: Mapping[str, Any]) -> list[Refusal]:
    """Judge the two titles of the form: the one of its kind, and not the other. SC-A2-1, SC-A2-2 and SC Methodology 7.1

    A modification and a use case in one form are two proposals.
    """
    kind = fields.get("kind")
    titles = {
        MODIFICATION: ("sc_title", "SC-A2-1", "the title of the modification"),
        USE_CASE: ("use_case_title", "SC-A2-2", "the title of the use case"),
    }
    if kind not in titles:
        return [
            Refusal(
                "It is not said what is proposed.", clause="SC-7.1", field="kind",
                remedy="Choose an SC Modification Request or a use case.",
            )
        ]  # fmt: skip
    own, clause, name = titles[kind]
    other = titles[USE_CASE if kind == MODIFICATION else MODIFICATION][0]
    found = []
    if not str(fields.get(own) or "").strip():
        found.append(Refusal(f"Give {name}.", clause=clause, field=own))
    if str(fields.get(other) or "").strip():
        found.append(
            Refusal(
                "Only one of the two titles can be given.", clause="SC-7.1", field=other,
                remedy="Make two proposals of it, one for the modification and one for the use case.",
            )
        )  # fmt: skip
    return found


def proposer_refusals(fields: Mapping[str, Any]) -> list[Refusal]:
    """Judge who proposes and how to reach them. SC-A2-3, SC-A2-4, SC-A2-5 and SC-A2-6"""
    asked = (
        ("proposer_name", "SC-A2-3", "Give your name."),
        ("proposer_organisation", "SC-A2-4", "Give your organisation."),
        ("proposer_phone", "SC-A2-5", "Give a contact number."),
        ("proposer_email", "SC-A2-6", "Give your email address."),
    )
    return [
        *_blank(fields, asked),
        *_contact_refusals(fields, "proposer_phone", "proposer_email", ("SC-A2-5", "SC-A2-6")),
    ]


def supporter_refusals(fields: Mapping[str, Any], *, party_known: bool) -> list[Refusal]:
    """Judge the supporting SEC Party as it is named. SC-A2-8, SC-A2-9, SC-A2-10 and SC-A2-11

    ``party_known`` says whether the organisation is a Party here. That it supports is for the Party itself to say.
    """
    found = _blank(fields, (("name", "SC-A2-8", "Give the name of the person who supports it."),))
    if not party_known:
        found.append(
            Refusal(
                "No SEC Party of that name is registered.", clause="SC-A2-9", field="party",
                remedy="Choose a Party from the list.",
            )
        )  # fmt: skip
    asked = (
        ("phone", "SC-A2-10", "Give the supporter’s contact number."),
        ("email", "SC-A2-11", "Give the supporter’s email address: the request to confirm goes there."),
    )
    return [
        *found,
        *_blank(fields, asked),
        *_contact_refusals(fields, "phone", "email", ("SC-A2-10", "SC-A2-11")),
    ]


def _contact_refusals(
    fields: Mapping[str, Any], phone: str, email: str, clauses: tuple[str, str]
) -> list[Refusal]:
    found = []
    for field, cleaner, clause in ((phone, clean_phone, clauses[0]), (email, clean_email, clauses[1])):
        typed = str(fields.get(field) or "").strip()
        try:
            if typed:
                cleaner(typed)
        except Refusal as refusal:
            found.append(Refusal(refusal.message, clause=clause, field=field, remedy=refusal.remedy))
    return found


def question_refusals(fields: Mapping[str, Any]) -> list[Refusal]:
    """Judge the six questions of the form. SC-A2-Q1, SC-A2-Q2, SC-A2-Q3, SC-A2-Q4, SC-A2-Q5 and SC-A2-Q6

    Questions 4 to 6 ask for yes or no; yes asks for the explanation, and question 4 for the set that is affected.
    Reading: the prompt of question 4 is cut short in the source; the set and the reason are asked for.
    """
    asked = (
        ("issue", "SC-A2-Q1", "Say what issue you are looking to address."),
        ("necessity", "SC-A2-Q2", "Say why doing nothing is not an option."),
        ("solution", "SC-A2-Q3", "Say what you propose."),
    )
    found = _blank(fields, asked)
    for field, text, clause, answer in (
        ("affects_existing", "affected_text", "SC-A2-Q4", "Explain why the existing set needs changing."),
        ("needs_new", "needs_new_text", "SC-A2-Q5", "Explain why a new set is needed."),
        ("urgent", "urgent_text", "SC-A2-Q6", "Explain why it is urgent."),
    ):
        if fields.get(field) is None:
            found.append(Refusal("Answer yes or no.", clause=clause, field=field))
        elif fields[field] and not str(fields.get(text) or "").strip():
            found.append(Refusal(answer, clause=clause, field=text))
    if fields.get("affects_existing") and not fields.get("affected"):
        found.append(
            Refusal(
                "Choose the set of Security Characteristics that is affected.",
                clause="SC-A2-Q4",
                field="affected",
            )
        )
    return found


def reason_refusals(fields: Mapping[str, Any]) -> list[Refusal]:
    """Judge the reasons for a change: SC-5(a) to SC-5(g). SC Methodology 5(a) and SC Methodology 5(g)

    Several may be chosen. An accepted SEC Modification needs its number. Another reason may stand in words.
    """
    chosen = list(fields.get("reasons") or [])
    found = []
    if strangers := [each for each in chosen if each not in REASONS]:
        found.append(Refusal(f"There is no reason “{strangers[0]}”.", clause="SC-5(a)", field="reasons"))
    if fields.get("kind") != USE_CASE and not chosen and not str(fields.get("reason_other") or "").strip():
        found.append(
            Refusal(
                "No reason for the change is given.", clause="SC-5(a)", field="reasons",
                remedy="Choose one or more, or give another reason in words.",
            )
        )  # fmt: skip
    if SEC_MODIFICATION in chosen and not str(fields.get("modification_reference") or "").strip():
        found.append(
            Refusal(
                "Give the number of the SEC Modification.", clause="SC-5(g)", field="modification_reference",
                remedy="For example MP209.",
            )
        )  # fmt: skip
    return found


def _blank(fields: Mapping[str, Any], asked: Sequence[tuple[str, str, str]]) -> list[Refusal]:
    return [
        Refusal(words, clause=clause, field=field)
        for field, clause, words in asked
        if not str(fields.get(field) or "").strip()
    ]


def what_proposal_lacks(fields: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Say everything that keeps a draft from being handed in. SC-A2-0b

    Anyone may draft; the supporting Party is asked for before triage, not before submission.
    """
    return (
        *title_refusals(fields),
        *proposer_refusals(fields),
        *question_refusals(fields),
        *reason_refusals(fields),
    )


def domain_differs(email: str, *, known: Sequence[str]) -> bool:
    """Say whether a supporter's address is of another domain than every address known of that Party. SC-A2-11

    A warning only: where no address is known there is nothing to compare with.
    """
    domains = {each.rpartition("@")[2].casefold() for each in known if "@" in each}
    return bool(domains) and email.rpartition("@")[2].casefold() not in domains


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
    """Refuse to end triage before the business need is found to be clearly articulated. SC Methodology 6.4-1"""
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
    """Refuse to convene while a category is neither invited nor left out with a reason. SC Methodology 6.6-2"""
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
    """Name the categories that were left out: a warning beside the group. SC Methodology 6.6-2"""
    return tuple(each.category for each in invitations if each.left_out_reason.strip())


def check_refinable(*, criteria: Mapping[str, bool | None] | None, groups: int) -> None:
    """Refuse refinement without NCSC's four yeses and a convened Working Group. SC Methodology 6.5 and SC Methodology 6.6-1"""
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
    """Read the areas that a Working Group assesses, one a line. SC Methodology 6.6-1

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


def clean_text(text: str, *, field: str, clause: str, name: str) -> str:
    """Give a text of several lines as it may be kept. SC Methodology 6.4-2"""
    return clean_body(text, field=field, clause=clause, name=name, cap=TEXT_CAP)
