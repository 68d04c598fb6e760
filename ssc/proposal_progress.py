"""How proposals are shown to stand: the stage bar, and what is awaited from whom since when."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ssc.models import Proposal, ProposalAdvice
from ssc.rules.proposal_progress import Awaited, Standing, awaited, awaited_outside

State = Proposal.State
COMMON = (
    State.SUBMITTED,
    State.TRIAGE,
    State.NCSC_LIAISON,
    State.REFINEMENT,
    State.CONSULTATION,
    State.DECIDED,
)
PATHS = {
    Proposal.Kind.SC_MODIFICATION: (*COMMON, State.SCHEDULED, State.SIGNED_OFF, State.PUBLISHED),
    Proposal.Kind.USE_CASE: (*COMMON, State.GUIDANCE_ISSUED),
}
SHORT = {
    State.SUBMITTED: "Raised",
    State.NCSC_LIAISON: "NCSC",
    State.DECIDED: "Decided",
    State.SIGNED_OFF: "Signed off",
    State.PUBLISHED: "Published",
    State.GUIDANCE_ISSUED: "Guidance",
}
TAGS = {
    State.DRAFT: "",
    State.SUBMITTED: "",
    State.DECIDED: "good",
    State.SCHEDULED: "good",
    State.SIGNED_OFF: "good",
    State.PUBLISHED: "good",
    State.GUIDANCE_ISSUED: "good",
    State.REJECTED: "bad",
    State.WITHDRAWN: "gone",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the bar: done, current or to come, with its day."""

    name: str
    done: bool
    current: bool
    on: dt.date | None
    target_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a proposal stands: for pages of every audience."""

    kind: str
    stages: tuple[Stage, ...]
    awaited: Awaited | None
    since: dt.datetime | None
    target_on: dt.date | None


def progress_of(proposal: Proposal, *, on: dt.date, inside: bool = False) -> Progress:
    """Give how a proposal stands on a day; with `inside`, with what only the SSC knows of it yet.

    Costs a handful of queries; rows fetched along are used.
    """
    say = awaited if inside else awaited_outside
    entries = list(proposal.stages.all())
    last = entries[-1] if entries else None
    return Progress(
        kind=TAGS.get(State(proposal.state), "info"),
        stages=_bar(proposal, entries),
        awaited=say(standing_of(proposal), on=on),
        since=last.entered_at if last else proposal.created_at,
        target_on=last.target_on if last and proposal.is_open else None,
    )


def standing_of(proposal: Proposal) -> Standing:
    """Give how a proposal stands, as the rule reads it."""
    views, consultations = list(proposal.ncsc_views.all()), list(proposal.consultations.all())
    sources = {each.source for each in proposal.advices.all()}
    return Standing(
        state=proposal.state,
        is_modification=proposal.kind == Proposal.Kind.SC_MODIFICATION,
        supported=any(each.confirmed_at for each in proposal.supports.all()),
        question_open=any(each.answered_at is None for each in proposal.rounds.all()),
        ncsc_agrees=all(views[0].criteria.values()) if views else None,
        group_convened=bool(proposal.working_groups.all()),
        consultation_ends_on=consultations[0].ends_on if consultations else None,
        group_advised=ProposalAdvice.Source.WORKING_GROUP in sources,
        ncsc_advised=ProposalAdvice.Source.NCSC in sources,
        decision_prepared=any(
            each.dropped_at is None and each.confirmed_at is None for each in proposal.decisions.all()
        ),
    )


WITH_STANDING = (
    *(
        "stages",
        "ncsc_views",
        "consultations",
        "advices",
        "supports",
        "rounds",
        "working_groups",
        "decisions",
    ),
)
"""What to fetch along where many are shown."""


def _bar(proposal: Proposal, entries: list) -> tuple[Stage, ...]:
    path: list[Any] = list(PATHS[Proposal.Kind(proposal.kind)])
    newest = {each.stage: each for each in entries}
    if proposal.state in (State.REJECTED, State.WITHDRAWN):
        path = [each for each in path if each in newest] + [State(proposal.state)]
    place = path.index(proposal.state) if proposal.state in path else -1
    ended = not proposal.is_open and proposal.state != State.DRAFT
    bar = []
    for number, state in enumerate(path):
        entry = newest.get(state) if number <= place else None
        bar.append(
            Stage(
                name=SHORT.get(state, state.label),
                done=number < place or (number == place and ended),
                current=number == place and not ended,
                on=entry.entered_at if entry else None,
                target_on=entry.target_on if entry else None,
            )
        )
    return tuple(bar)
