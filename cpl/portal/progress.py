"""Where a submission stands, what happens next, by whom and by when; and what happened so far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cpl.models import Edition, ListChange, Submission
from secgov.journal.models import Act, Obligation

State = Submission.State

TAGS = {
    State.DRAFT: "",
    State.SUBMITTED: "info",
    State.IN_REVIEW: "info",
    State.QUERIED: "warn",
    State.PROPOSED: "law",
    State.ACCEPTED: "good",
    State.REJECTED: "bad",
    State.WITHDRAWN: "gone",
}
NEXT = {
    State.DRAFT: "You finish it and submit it. Until then only your organisation sees it.",
    State.SUBMITTED: "The Secretariat takes it up.",
    State.IN_REVIEW: "The Secretariat compares the certificates with the device, then proposes the listing or says why not.",
    State.QUERIED: "You answer the Secretariat’s question. Until then every value can be put right.",
    State.PROPOSED: "A second person looks at exactly what will change, and approves it or sends it back.",
    State.ACCEPTED: "It is on the list. The next edition carries it.",
    State.REJECTED: "Nothing more. Put right what the reason names, and submit the device anew.",
    State.WITHDRAWN: "Nothing more. The device can be submitted anew at any time.",
}
HAPPENED = {
    "cpl.submission.begun": "A draft was begun",
    "cpl.submission.filled": "It was filled in from an earlier entry",
    "cpl.submission.taken_out": "It was taken out of its group",
    "cpl.submission.submitted": "Submitted",
    "cpl.submission.taken_up": "The Secretariat took it up",
    "cpl.submission.queried": "The Secretariat asked something",
    "cpl.submission.answered": "You answered: a new version",
    "cpl.submission.proposed": "The Secretariat proposed the listing",
    "cpl.submission.sent_back": "The second person sent it back to the Secretariat",
    "cpl.submission.accepted": "Approved: the entry is on the list",
    "cpl.submission.rejected": "Rejected",
    "cpl.submission.withdrawn": "Withdrawn",
}
TOLD_WITH_REASON = {
    "cpl.submission.queried",
    "cpl.submission.answered",
    "cpl.submission.rejected",
    "cpl.submission.withdrawn",
}
"""Whose reasons are for the submitter; the Secretariat's other reasons are its own."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A submission's state as a tag, what happens next, and the deadline of that if there is one."""

    kind: str
    label: str
    next: str
    due: Obligation | None = None
    edition: Edition | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was done to a submission, as its submitter may know it."""

    at: datetime
    words: str
    by: str
    clause: str
    reason: str
    is_legal: bool


def progress_of(submissions: Iterable[Submission]) -> dict[int, Progress]:
    """Say of each submission where it stands. Costs three queries, however many there are."""
    rows = list(submissions)
    changes = _latest_changes(rows)
    due = _earliest_due(rows, changes.values())
    return {row.pk: _progress(row, changes.get(row.pk), due) for row in rows}


def _latest_changes(rows: list[Submission]) -> dict[int, ListChange]:
    found = ListChange.objects.filter(submission__in=rows).exclude(state=ListChange.State.CANCELLED)
    return {
        each.submission_id: each
        for each in found.select_related("edition").defer("edition__manifest").order_by("id")
    }


def _earliest_due(rows: list[Submission], changes: Iterable[ListChange]) -> dict[tuple[str, str], Obligation]:
    wanted: dict[str, list[str]] = defaultdict(list)
    for row in [*rows, *changes]:
        wanted[row._meta.label_lower].append(str(row.pk))
    earliest: dict[tuple[str, str], Obligation] = {}
    for kind, ids in wanted.items():
        for each in (
            Obligation.objects.standing()
            .filter(subject_type=kind, subject_id__in=ids)
            .order_by("due_at", "id")
        ):
            earliest.setdefault((kind, each.subject_id), each)
    return earliest


def _progress(row: Submission, change: ListChange | None, due: dict[tuple[str, str], Obligation]) -> Progress:
    state = State(row.state)
    edition = change.edition if change else None
    subject = change if change and state in (State.PROPOSED, State.ACCEPTED) else row
    return Progress(
        kind=TAGS[state],
        label=state.label,
        next="It is on the list." if edition else NEXT[state],
        due=None if edition else due.get((subject._meta.label_lower, str(subject.pk))),
        edition=edition,
    )


def happenings_of(submission: Submission) -> list[Happening]:
    """Tell what happened to a submission, newest first, without what is the Secretariat's own."""
    acts = Act.objects.filter(
        subject_type=submission._meta.label_lower, subject_id=str(submission.pk), verb__in=HAPPENED
    )
    return [
        Happening(
            at=act.at,
            words=HAPPENED[act.verb],
            by=act.actor_organisation,
            clause=act.clause,
            reason=act.reason if act.verb in TOLD_WITH_REASON else "",
            is_legal=act.verb == "cpl.submission.accepted",
        )
        for act in acts.order_by("-id")
    ]
