"""Questions about a submission and their answers, and who of the Secretariat has it (chart 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction

from cpl.models import Submission, SubmissionQuery, SubmissionVersion
from cpl.rules.submissions import clean_reason
from cpl.services.drafts import lock_submission, require_own
from cpl.services.rows import keep
from cpl.services.submissions import (
    begin_review,
    canonicalise,
    check_transition,
    discharge_all,
    keep_version,
    record_evidence,
    require_review,
    tell_submitter,
    what_keeps_back,
)
from cpl.services.warnings import raise_warnings
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Document
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.models import Obligation

ASSIGNABLE = ("submitted", "in_review", "queried", "proposed")
ANSWER_TARGET = 5  # Working Days; our own target (TR-9), the Code states none


@transaction.atomic
def ask_query(
    *, submission: Submission, by: User, at: dt.datetime, version: int, text: str, field: str = ""
) -> SubmissionQuery:
    """Ask the owner of a submission something; it waits for the answer, and may be put right meanwhile. Section F2.2

    Opens our own target of five Working Days for the owner (TR-9), and mails whoever submitted.
    """
    submission = lock_submission(submission, version=version)
    grant = require_review(submission, by)
    text = clean_reason(text, field="text")
    check_transition(submission, "query", "queried")
    submission.query()
    keep(submission)
    query = SubmissionQuery.objects.create(
        submission=submission, asked_by=by, asked_at=at, text=text, field=field[:40]
    )
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.queried",
        subject=submission,
        clause="F2.2",
        reason=text,
    )
    discharge_all(submission, act=act, at=at)
    journal.open_obligation_for_working_days(
        clause="F2.2",
        duty="Answer our query on a submission",
        owed_by=Obligation.Owner.PARTY,
        organisation_id=submission.organisation_id,
        subject=submission,
        act=act,
        from_at=at,
        working_days=ANSWER_TARGET,
        by_law=False,
    )
    tell_submitter(submission, "cpl/submission_queried", at)
    return query


@transaction.atomic
def answer_query(
    *,
    submission: Submission,
    by: User,
    at: dt.datetime,
    version: int,
    text: str,
    document: Document | None = None,
) -> Submission:
    """Answer what the Secretariat asked; the submission, as it now stands, is a new version and in review again.

    Raises Refusals with everything that is lacking, as at submission.
    """
    submission = lock_submission(submission, version=version)
    grant = require_own(submission, by)
    text = clean_reason(text, field="text")
    check_transition(submission, "answer", "answered")
    refuse_any(what_keeps_back(submission, declared=True))
    query = submission.queries.select_for_update().get(answered_at=None)
    query.answered_by, query.answered_at, query.answer, query.document = by, at, text, document
    query.full_clean()
    query.save()
    canonicalise(submission)
    submission.answer()
    keep(submission)
    submission = record_evidence(submission, actor=grant.actor, at=at)
    raise_warnings(submission=submission, at=at)
    keep_version(submission, event=SubmissionVersion.Event.ANSWERED, by=by, at=at)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.answered",
        subject=submission,
        clause="F2.2",
        reason=text,
    )
    begin_review(submission, act=act, at=at)
    return submission


@transaction.atomic
def assign_submission(
    *, submission: Submission, by: User, at: dt.datetime, version: int, to: User, reason: str
) -> Submission:
    """Give a submission to a person of the Secretariat, or take or hand it over; the reason is kept. TR-10

    Raises Refusal where that person does not review submissions.
    """
    submission = lock_submission(submission, version=version)
    grant = require_review(submission, by)
    reason = clean_reason(reason)
    if submission.state not in ASSIGNABLE:
        raise Conflict(
            f"{submission.reference} has been decided: nobody has it any more.",
            newer={"state": submission.state},
        )
    if permitted(to, Duty.REVIEW_SUBMISSION) is None:
        raise Refusal(
            f"{to} does not review submissions.",
            clause="F2.2",
            field="to",
            remedy="Choose a person of the Secretariat.",
        )
    before = submission.assigned_to_id
    submission.assigned_to, submission.assigned_at = to, at
    keep(submission)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.assigned",
        subject=submission,
        clause="F2.2",
        reason=reason,
        before={"person": before},
        after={"person": to.pk},
    )
    return submission


@transaction.atomic
def assign_submissions(
    *, submissions: Iterable[Submission], versions: Mapping[int, int], by: User, at: dt.datetime, to: User, reason: str
) -> None:  # fmt: skip
    """Give several submissions to a person, all of them or none; `versions` are those that were seen, by key. TR-10"""
    for submission in sorted(submissions, key=lambda each: each.pk):
        assign_submission(
            submission=submission, by=by, at=at, version=versions[submission.pk], to=to, reason=reason
        )
