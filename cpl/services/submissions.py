"""A submission, from the declaration to the Secretariat's decision (Section F2.17, chart 1)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django_fsm import can_proceed

from cpl.models import DeviceModel, ListChange, Submission, SubmissionVersion
from cpl.rules.device_identity import FIELDS, read_device
from cpl.rules.image import read_image
from cpl.rules.submissions import (
    check_not_of_group,
    check_own_organisation,
    clean_reason,
    what_submission_lacks,
)
from cpl.rules.warning_answers import unanswered
from cpl.services.certificates import record_certificate
from cpl.services.drafts import (
    CERTIFICATE_FIELDS,
    check_editable,
    lock_submission,
    require_own,
    submission_fields,
)
from cpl.services.locks import hold_numbers
from cpl.services.rows import keep
from cpl.services.upgrade_facts import what_path_lacks
from cpl.services.warnings import open_warnings, raise_warnings
from firmware_repo.rules.manufacturer_names import clean_manufacturer_name
from firmware_repo.rules.release import CLEANERS
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, NotPermitted, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation

PERSONAL = frozenset({"fir_email", "fir_phone", "fir_address"})
"""Whom to ask at the Manufacturer: it must be able to go, so the journal, which forgets nothing, does not hold it."""
TAKE_UP_TARGET = 1  # Working Day; our own target (TR-9), the Code states none
DECIDE_TARGET = 5  # Working Days; likewise


def require_review(submission: Submission, by: User) -> Grant:
    grant = require(by, Duty.REVIEW_SUBMISSION)
    if submission.state == Submission.State.DRAFT:
        raise NotPermitted("There is nothing at this address.", hidden=True)
    check_not_own(submission, by)
    return grant


def check_not_own(submission: Submission, by: User) -> None:
    """Refuse to decide on what an organisation submitted to which this person belongs, in whatever role. X-2"""
    own = by.memberships.current().values_list("organisation_id", flat=True)
    check_own_organisation(submitter=str(submission.organisation_id), own={str(each) for each in own})


def what_draft_lacks(submission: Submission, *, declared: bool) -> tuple[Refusal, ...]:
    """Everything that keeps a draft from being submitted, for the page that checks the answers. Section F2.17"""
    lacks = what_submission_lacks(
        submission_fields(submission), has_image=submission.has_image, declared=declared
    )
    # The hardware may have been changed since the path was stated.
    path = what_path_lacks(submission, kind=submission.upgrade_kind, numbers=submission.upgrades_from)
    return (*lacks, *path)


def what_keeps_back(submission: Submission, *, declared: bool) -> tuple[Refusal, ...]:
    """Everything that keeps a submission from being handed in: what it lacks, and warnings without an answer. Section F2.2"""
    return (*what_draft_lacks(submission, declared=declared), *unanswered(open_warnings(submission)))


def canonicalise(submission: Submission) -> None:
    fields = submission_fields(submission)
    device, _ = read_device(fields)
    image, _ = read_image(fields, has_image=bool(submission.has_image))
    if device is None or image is None:
        raise AssertionError("what_draft_lacks let a faulty device pass")
    for field in FIELDS:
        setattr(submission, field, getattr(device, field))
    for field in ("image_creator", "image_descriptor", "image_hash"):
        setattr(submission, field, getattr(image, field))
    submission.manufacturer_name = clean_manufacturer_name(submission.manufacturer_name)
    for field, clean in CLEANERS.items():
        name = field if field == "release_notes" else f"fir_{field}"
        setattr(submission, name, clean(getattr(submission, name)))


def next_entry_number() -> int:
    """The next number that no entry and no submission has ever had; hold the numbers first. A-24"""
    listed = DeviceModel.objects.aggregate(last=Max("number"))["last"] or 0
    reserved = Submission.objects.aggregate(last=Max("entry_number"))["last"] or 0
    return max(listed, reserved) + 1


@transaction.atomic
def submit(
    *,
    submission: Submission,
    by: User,
    at: dt.datetime,
    version: int,
    declared: bool,
    with_group: bool = False,
) -> Submission:
    """Hand a draft to the Panel: a number is reserved and the certificates are recorded. Section F2.17

    A second press of the same button gives the submission that the first one made. Raises Refusals with everything
    that is lacking, and Refusal for a draft of a group, which only its group hands in (`with_group`).
    """
    submission = lock_submission(submission)
    grant = require_own(submission, by)
    if submission.state != Submission.State.DRAFT and submission.version == version + 1:
        return submission
    submission = lock_submission(submission, version=version)
    check_editable(submission)
    if not with_group:
        check_not_of_group(submission.group.reference if submission.group else "")
    refuse_any(what_keeps_back(submission, declared=declared))
    canonicalise(submission)
    hold_numbers()
    submission.entry_number = submission.relists_id or next_entry_number()
    submission.declared_by = by
    submission.submitted_at = at
    submission.submit()
    keep(submission)
    submission = record_evidence(submission, actor=grant.actor, at=at)
    raise_warnings(submission=submission, at=at)
    keep_version(submission, event=SubmissionVersion.Event.SUBMITTED, by=by, at=at)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.submission.submitted", subject=submission, clause="F2.17",
        reason="The submitter declared the details complete and right.",
        after={
            name: value for name, value in submission_fields(submission).items() if name not in PERSONAL
        } | {"entry": f"{submission.entry_number:06d}"},
    )  # fmt: skip
    journal.open_obligation_for_working_days(
        clause="F2.2", duty="Take up a submission", owed_by=Obligation.Owner.PANEL, subject=submission, act=act, from_at=at,
        working_days=TAKE_UP_TARGET, by_law=False,
    )  # fmt: skip
    tell_submitter(submission, "cpl/submission_received", at)
    return submission


def record_evidence(submission: Submission, *, actor: Actor, at: dt.datetime) -> Submission:
    """Record the certificates of a submission for the device that it now names; give the row as it now is."""
    # The identity is the database's own column: read it back before anything is recorded under it.
    submission = Submission.objects.select_related("organisation").get(pk=submission.pk)
    for row in submission.certificates.select_for_update():
        record_certificate(row=row, submission=submission, actor=actor, at=at)
    return submission


def keep_version(
    submission: Submission, *, event: SubmissionVersion.Event, by: User, at: dt.datetime
) -> SubmissionVersion:
    """Keep a submission as it stands, so that two versions can be laid side by side."""
    return SubmissionVersion.objects.create(
        submission=submission,
        number=submission.versions.count() + 1,
        event=event,
        at=at,
        by=by,
        fields=submission_fields(submission)
        | {
            "released_on": str(submission.released_on or ""),
            "upgrade_kind": submission.get_upgrade_kind_display(),
            "upgrades_from": ", ".join(f"{number:06d}" for number in submission.upgrades_from),
        },
        certificates=[
            {name: str(getattr(row, name) or "") for name in CERTIFICATE_FIELDS}
            | {"document": row.document.content_id if row.document else ""}
            for row in submission.certificates.select_related("document")
        ],
    )


def tell_submitter(submission: Submission, template: str, at: dt.datetime) -> None:
    """Mail the person who submitted; anything not White stays behind the sign-in."""
    journal.enqueue(
        template=template,
        recipient=submission.created_by.email,
        context={
            "reference": submission.reference,
            "entry": f"{submission.entry_number:06d}",
            "device": f"{submission.get_device_type_display()}, firmware {submission.firmware_version}",
            "path": f"/portal/submissions/{submission.reference}/",
        },
        key=f"{template}:{submission.pk}:{submission.version}",
        at=at,
    )


@transaction.atomic
def withdraw(*, submission: Submission, by: User, at: dt.datetime, version: int, reason: str) -> Submission:
    """Take a draft or a submission back, before it is proposed; a reserved number stays burnt."""
    submission = lock_submission(submission, version=version)
    grant = require_own(submission, by)
    reason = clean_reason(reason)
    check_transition(submission, "withdraw", "taken back")
    submission.withdraw()
    submission.decided_at, submission.decision_reason = at, reason
    keep(submission)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.withdrawn",
        subject=submission,
        clause="F2.17",
        reason=reason,
    )
    _no_longer_owed(submission, "The submission was withdrawn.", at)
    return submission


def check_transition(submission: Submission, transition: str, words: str) -> None:
    if not can_proceed(getattr(submission, transition)):
        raise Conflict(
            f"{submission.reference} is {submission.get_state_display().lower()}: it cannot be {words} now.",
            newer={
                "reference": submission.reference,
                "state": submission.state,
                "version": submission.version,
            },
        )


def _no_longer_owed(submission: Submission, reason: str, at: dt.datetime) -> None:
    for obligation in Obligation.objects.standing().about(submission):
        journal.fall_away(obligation=obligation, reason=reason, at=at)


@transaction.atomic
def take_up(*, submission: Submission, by: User, at: dt.datetime, version: int) -> Submission:
    """Begin the review of a submission. Section F2.2"""
    submission = lock_submission(submission, version=version)
    grant = require_review(submission, by)
    check_transition(submission, "take_up", "taken up")
    submission.take_up()
    submission.taken_up_by, submission.taken_up_at = by, at
    submission.assigned_to, submission.assigned_at = by, at
    keep(submission)
    raise_warnings(submission=submission, at=at)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.taken_up",
        subject=submission,
        clause="F2.2",
        reason="The review began.",
    )
    begin_review(submission, act=act, at=at)
    return submission


def begin_review(submission: Submission, *, act: Act, at: dt.datetime) -> None:
    """Discharge what was awaited before the review, and open our own target for deciding. TR-9"""
    discharge_all(submission, act=act, at=at)
    journal.open_obligation_for_working_days(
        clause="F2.2",
        duty="Propose the listing of a submission, ask, or reject it",
        owed_by=Obligation.Owner.PANEL,
        subject=submission,
        act=act,
        from_at=at,
        working_days=DECIDE_TARGET,
        by_law=False,
    )


def discharge_all(submission: Submission, *, act: Act, at: dt.datetime) -> None:
    """Discharge whatever is still owed about a submission by the act that did it."""
    for obligation in Obligation.objects.standing().about(submission):
        journal.discharge(obligation=obligation, act=act, at=at)


@transaction.atomic
def reject(*, submission: Submission, by: User, at: dt.datetime, version: int, reason: str) -> Submission:
    """End a submission without a listing; the reason is told to the submitter, the number stays burnt."""
    submission = lock_submission(submission, version=version)
    grant = require_review(submission, by)
    reason = clean_reason(reason)
    check_transition(submission, "reject", "rejected")
    submission.reject()
    submission.decided_at, submission.decision_reason = at, reason
    keep(submission)
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.rejected",
        subject=submission,
        clause="F2.2",
        reason=reason,
    )
    discharge_all(submission, act=act, at=at)
    tell_submitter(submission, "cpl/submission_rejected", at)
    return submission


@transaction.atomic
def return_to_review(
    *, submission: Submission, change: ListChange, reason: str, grant: Grant, at: dt.datetime
) -> Submission:
    """Bring a proposed submission back to review, because its change was sent back; called by that service."""
    submission = lock_submission(submission)
    submission.send_back()
    submission.decision_reason = ""
    keep(submission)
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.submission.sent_back", subject=submission, clause="F2.2", reason=reason,
        after={"list_change": change.pk},
    )  # fmt: skip
    begin_review(submission, act=act, at=at)
    return submission
