"""Answering a warning: why a value that looks out of line is right (Section F2.2)."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import RaisedWarning, Submission, SubmissionCertificate
from cpl.rules.submission_warnings import CERTIFICATE_OTHER_FIRMWARE
from cpl.rules.warning_answers import check_answer
from cpl.services.drafts import EDITABLE, lock_submission, require_own
from cpl.services.submissions import require_review
from cpl.services.warnings import certificate_name, raise_warnings
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted
from secgov.documents.models import Document
from secgov.documents.services import store_document
from secgov.errors import Conflict
from secgov.journal import services as journal


@transaction.atomic
def answer_warning(
    *,
    submission: Submission,
    fingerprint: str,
    by: User,
    at: dt.datetime,
    reason: str,
    upload: UploadedFile | None = None,
    classification: str = "amber",
) -> RaisedWarning:
    """Say why a value that was warned about is right; reason and evidence stay with the submission. Section F2.2

    Takes the warning's fingerprint, so that an answer holds for the very values it was given for, and the evidence as
    uploaded, if there is any; it is never published. The owner answers in a draft or while a query is open, the
    Secretariat while it reviews. Raises Conflict where the warning no longer stands or has its answer, Refusal
    (field ``reason`` or ``evidence``) where a reason or the mapping evidence is missing.
    """
    submission = lock_submission(submission)
    grant = _may_answer(submission, by)
    raise_warnings(submission=submission, at=at)
    warning = submission.warnings.select_for_update().filter(fingerprint=fingerprint).first()
    if warning is None or warning.answer:
        raise Conflict(
            "This warning no longer waits for an answer: the value was changed, or somebody answered it.",
            newer={"reference": submission.reference, "version": submission.version},
        )
    mapped = _row_mapped(submission, warning)
    reason = check_answer(
        reason,
        wants_evidence=warning.code == CERTIFICATE_OTHER_FIRMWARE
        and not (mapped and mapped.mapping_evidence_id),
        has_evidence=upload is not None,
    )
    evidence = _keep_evidence(submission, upload, classification, by, at)
    warning.answer, warning.reason, warning.evidence = RaisedWarning.Answer.RIGHT, reason, evidence
    warning.answered_by, warning.answered_at = by, at
    warning.full_clean()
    warning.save()
    if mapped and evidence:
        mapped.mapping_evidence = evidence
        mapped.save(update_fields=["mapping_evidence"])
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.warning_answered",
        subject=submission,
        clause=warning.clause,
        reason=reason,
        before={"seen": warning.seen, "expected": warning.expected},
        after={"warning": warning.code, "evidence": evidence.name if evidence else ""},
    )
    return warning


def _may_answer(submission: Submission, by: User) -> Grant:
    if permitted(by, Duty.SUBMIT_DEVICE, submission.organisation) or not permitted(
        by, Duty.REVIEW_SUBMISSION
    ):
        grant, states = require_own(submission, by), EDITABLE
    else:
        grant = require_review(submission, by)
        states = (Submission.State.SUBMITTED, Submission.State.IN_REVIEW)
    if submission.state not in states:
        raise Conflict(
            f"{submission.reference} is {submission.get_state_display().lower()}: its warnings cannot be answered now.",
            newer={"reference": submission.reference, "state": submission.state},
        )
    return grant


def _row_mapped(submission: Submission, warning: RaisedWarning) -> SubmissionCertificate | None:
    """Give the certificate of the submission that a warning of other firmware is about."""
    if warning.code != CERTIFICATE_OTHER_FIRMWARE:
        return None
    rows = submission.certificates.select_for_update(of=("self",))
    return next(
        (row for row in rows if warning.seen.startswith(f"{certificate_name(row)} names the firmware")), None
    )


def _keep_evidence(
    submission: Submission, upload: UploadedFile | None, classification: str, by: User, at: dt.datetime
) -> Document | None:
    """Keep evidence as a document of whoever gives it: the owner's organisation, or the Secretariat's."""
    if upload is None:
        return None
    owner = submission.organisation
    if not permitted(by, Duty.KEEP_DOCUMENTS, owner):
        grant = permitted(by, Duty.REVIEW_SUBMISSION)
        owner = grant.organisation if grant else owner
    return store_document(upload=upload, classification=classification, organisation=owner, by=by, at=at)
