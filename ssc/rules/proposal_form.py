"""The form of Appendix 2: who proposes what, and why.

SC Methodology 5  Why Security Characteristics change: seven reasons, and others in words.
SC Methodology 6.2  Anyone concerned proposes; nobody has to be a Party.
SC-A2  The form, field for field: a title, the proposer, a supporting SEC Party, six questions.

Reading: a reason for the change is asked of a modification; a use case changes no Security Characteristics. "Including"
does not close the list of reasons, so another one may stand in words. Support is asked for before triage, not before
submission (A-29).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_repo.rules.release import clean_email, clean_phone
from firmware_repo.rules.text import clean_body, clean_line
from secgov.errors import Refusal

MODIFICATION, USE_CASE = "sc_modification", "use_case"
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


def unknown_reasons(chosen: Sequence[str]) -> list[str]:
    """Give the codes that are no reason. SC Methodology 5(b), SC Methodology 5(c) and SC Methodology 5(d)"""
    return [each for each in chosen if each not in REASONS]


def reason_refusals(fields: Mapping[str, Any]) -> list[Refusal]:
    """Judge the reasons for a change. SC-5(a), SC-5(e), SC-5(f) and SC-5(g)

    Several may be chosen. An accepted SEC Modification needs its number. Another reason may stand in words.
    """
    chosen = list(fields.get("reasons") or [])
    found = []
    if strangers := unknown_reasons(chosen):
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


def clean_text(text: str, *, field: str, clause: str, name: str) -> str:
    """Give a text of several lines as it may be kept. SC-6.4-2"""
    return clean_body(text, field=field, clause=clause, name=name, cap=TEXT_CAP)
