"""The report of a decision: a Modification Report, or for a use case a Use Case Report (SC-6.11, A-31)."""

import datetime as dt
import textwrap
from collections.abc import Iterable

from cpl.notices import in_words
from ssc.models import Proposal, ProposalDecision
from ssc.rules.proposal_form import REASONS
from ssc.rules.proposals import CRITERIA

WIDTH = 72
TITLES = {
    Proposal.Kind.SC_MODIFICATION: "Modification Report",
    Proposal.Kind.USE_CASE: "Use Case Report",
}


def report_title(proposal: Proposal) -> str:
    """The report's name: by its kind, with the proposal's number."""
    return f"{TITLES[Proposal.Kind(proposal.kind)]} {proposal.reference}"


def report_name(proposal: Proposal) -> str:
    """The name of the report as a file."""
    return f"{report_title(proposal).lower().replace(' ', '-')}.txt"


def report_of(proposal: Proposal, decision: ProposalDecision) -> str:
    """Write the report of a decision, from the rows as they stand; nobody's telephone or address is in it. SC-6.11

    The same rows give the same words, so that the Chair confirms exactly what will be kept.
    """
    parts = [
        _head(proposal, decision),
        _section("What was proposed", _proposed(proposal)),
        _section("Who supports it", _supported(proposal)),
        _section("Triage", [proposal.triage_finding, *_rounds(proposal)]),
        _section("NCSC’s view", _ncsc(proposal)),
        _section("Working Groups", _groups(proposal)),
        _section("Consultation: comments and answers", _consulted(proposal)),
        _section("Advice before the SSC", _advice(proposal)),
        _section("Decision", [decision.get_outcome_display() + ".", decision.reasons, f"Minute: {decision.minute_reference}."]),
    ]  # fmt: skip
    return "\n".join(parts)


def _head(proposal: Proposal, decision: ProposalDecision) -> str:
    title = report_title(proposal)
    lines = [
        title,
        "=" * len(title),
        "",
        *_wrapped(proposal.title),
        f"{proposal.get_kind_display()}. Classification: {proposal.get_classification_display()}.",
        f"Prepared {in_words(decision.prepared_at)}, for the Security Sub-Committee.",
        "",
    ]
    return "\n".join(lines)


def _section(title: str, texts: Iterable[str]) -> str:
    said = [each for each in texts if each.strip()]
    lines = [title, "-" * len(title)]
    for each in said or ["None."]:
        lines += [*_wrapped(each), ""]
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines() or [""]:
        lines += textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    return lines


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _proposed(proposal: Proposal) -> list[str]:
    texts = [
        f"By {proposal.proposer_organisation}, version {proposal.versions.count()} of the form.",
        f"Issue: {proposal.issue}",
        f"Why it cannot be left: {proposal.necessity}",
        f"Proposed solution: {proposal.solution}",
    ]
    if proposal.affects_existing and proposal.affected:
        texts.append(f"Affects {proposal.affected}: {proposal.affected_text}")
    if proposal.needs_new:
        texts.append(f"Needs a new set: {proposal.needs_new_text}")
    if proposal.urgent:
        texts.append(f"Urgent: {proposal.urgent_text}")
    reasons = [REASONS[code] for code in proposal.reasons] + [proposal.reason_other] * bool(
        proposal.reason_other
    )
    if reasons:
        texts.append("Reasons: " + "; ".join(reasons) + ".")
    if proposal.modification_reference:
        texts.append(f"SEC Modification: {proposal.modification_reference}.")
    return texts


def _supported(proposal: Proposal) -> list[str]:
    rows = proposal.supports.exclude(confirmed_at=None).select_related("party")
    return [
        f"{each.party}, confirmed {in_words(each.confirmed_at)}{' (the proposer itself)' if each.is_own else ''}."
        for each in rows
    ]


def _rounds(proposal: Proposal) -> list[str]:
    return [
        f"Round {each.number}. Asked: {each.question} Answered: {each.answer}"
        for each in proposal.rounds.all()
    ]


def _ncsc(proposal: Proposal) -> list[str]:
    view = proposal.ncsc_views.order_by("-id").first()
    if view is None:
        return []
    answers = [f"{words}: {'yes' if view.criteria[name] else 'no'}." for name, words in CRITERIA.items()]
    return [f"Reference {view.reference}, {_day(view.given_on)}.", "\n".join(answers), view.text]


def _groups(proposal: Proposal) -> list[str]:
    texts = []
    for group in proposal.working_groups.order_by("id"):
        invited = [
            f"{each.category}: {each.organisation or each.invitee}"
            if not each.left_out_reason
            else f"{each.category}: nobody, because {each.left_out_reason}"
            for each in group.invitations.select_related("organisation")
        ]
        texts.append(
            "\n".join([f"{group}, convened {in_words(group.convened_at)}.", "Areas:", group.areas, *invited])
        )
    return texts


def _consulted(proposal: Proposal) -> list[str]:
    texts = []
    for row in proposal.consultations.order_by("number"):
        whom = "open to the whole industry" if row.is_open else "by invitation"
        texts.append(f"Consultation {row.number}, {whom}, {_day(row.starts_on)} to {_day(row.ends_on)}.")
        texts += [
            f"{each.organisation}{' (late)' if each.is_late else ''}{', ' + each.about if each.about else ''}: "
            f"{each.text}\nAnswer: {each.answer or 'none'}"
            for each in row.responses.select_related("organisation")
        ]
        if not row.responses.exists():
            texts.append("Nobody responded.")
    return texts


def _advice(proposal: Proposal) -> list[str]:
    return [
        f"{each.group or each.get_source_display()}, {_day(each.given_on)}: {each.text}"
        for each in proposal.advices.select_related("group")
    ]
