"""Devices that came in one file: drafts that share documents, are answered alike, and are submitted together.

Section F2.17, chart 1. One transaction for a group of up to a hundred: all of it or nothing; a larger one goes in
portions of a hundred, in the order of its rows, each whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from cpl.models import RaisedWarning, Submission, SubmissionCertificate, SubmissionGroup, Upload
from cpl.rules.upload_rows import UploadRow
from cpl.services.drafts import CERTIFICATE_FIELDS, lock_submission
from cpl.services.locks import hold_numbers
from cpl.services.rows import keep
from cpl.services.submissions import submit, what_keeps_back
from cpl.services.upload_surroundings import Surroundings
from cpl.services.uploads import lock_checked_upload
from cpl.services.warning_answers import answer_warning
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.models import Document
from secgov.documents.rules import clean_name
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.time_rules import london_day

AT_ONCE = 1_000
MOST_REFUSALS = 20
MOST_SUBMITTED = 100
"""Devices that one press submits: while they are numbered nobody else is given a number, so it may not last."""
DATES = ("issued_on", "expires_on", "renews_on")


@transaction.atomic
def make_drafts(*, upload: Upload, by: User, at: dt.datetime) -> SubmissionGroup:
    """Turn the rows of a checked upload into drafts of one group; a second press gives the group that the first made.

    All or nothing. Raises NotPermitted (hidden), Conflict where the upload was refused or is not checked yet.
    """
    hold_numbers()  # before the question below, so that two presses at the same instant make one group
    made = SubmissionGroup.objects.filter(upload=upload).select_related("organisation").first()
    if made:
        require(by, Duty.SUBMIT_DEVICE, made.organisation, hidden=True)
        return made
    upload = lock_checked_upload(upload, by)
    grant = require(by, Duty.SUBMIT_DEVICE, upload.organisation, hidden=True)
    year = london_day(at).year
    group = SubmissionGroup.objects.create(
        reference=f"G-{year}-{_next(SubmissionGroup, f'G-{year}-'):05d}",
        upload=upload,
        organisation=upload.organisation,
        created_by=by,
        created_at=at,
    )
    drafts = _make_rows(group, upload, by, at, f"S-{year}-", _next(Submission, f"S-{year}-"))
    upload.make_drafts()
    upload.save(update_fields=["state"])
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.upload.made",
        subject=upload,
        clause="F2.17",
        reason="Drafts were made of its rows.",
        after={"group": group.reference, "drafts": len(drafts)},
    )
    for draft in drafts:
        journal.record(
            actor=grant.actor,
            at=at,
            verb="cpl.submission.begun",
            subject=draft,
            clause="F2.17",
            reason=f"A draft was made of row {draft.group_row} of {upload.document.name}.",
        )
    return group


def _next(model: type[Submission | SubmissionGroup], start: str) -> int:
    last = model.objects.filter(reference__startswith=start).aggregate(last=Max("reference"))["last"]
    return int(last.rsplit("-", 1)[1]) + 1 if last else 1


def _make_rows(
    group: SubmissionGroup, upload: Upload, by: User, at: dt.datetime, start: str, first: int
) -> list[Submission]:
    """Write drafts, certificates and warnings, each kind at once: thousands of rows in seconds."""
    rows = [UploadRow(each["row"], each["values"], each["certificates"]) for each in upload.preview]
    drafts = Submission.objects.bulk_create(
        [
            Submission(
                reference=f"{start}{first + index:05d}",
                organisation=group.organisation,
                created_by=by,
                created_at=at,
                saved_at=at,
                idempotency_key=f"upload:{upload.pk}:{row.row}",
                group=group,
                group_row=row.row,
                **{
                    name: value or None if name == "released_on" else value
                    for name, value in row.values.items()
                },
            )
            for index, row in enumerate(rows)
        ],
        batch_size=AT_ONCE,
    )
    SubmissionCertificate.objects.bulk_create(
        [
            SubmissionCertificate(
                submission=draft,
                **{name: each[name] or None if name in DATES else each[name] for name in CERTIFICATE_FIELDS},
            )
            for draft, row in zip(drafts, rows, strict=True)
            for each in row.certificates
        ],
        batch_size=AT_ONCE,
    )
    surroundings = Surroundings(rows)
    RaisedWarning.objects.bulk_create(
        [
            RaisedWarning(
                submission=draft,
                fingerprint=each.fingerprint,
                raised_at=at,
                **{name: getattr(each, name) for name in ("code", "clause", "field", "seen", "expected")},
            )
            for draft, row in zip(drafts, rows, strict=True)
            for each in surroundings.warnings(row)
            if each.asks
        ],
        batch_size=AT_ONCE,
    )
    return drafts


def lock_group(group: SubmissionGroup, by: User) -> tuple[SubmissionGroup, Grant]:
    """Take a group, locked. Raises NotPermitted, hidden."""
    group = (
        SubmissionGroup.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=group.pk)
    )
    return group, require(by, Duty.SUBMIT_DEVICE, group.organisation, hidden=True)


def drafts_of(group: SubmissionGroup, *, lock: bool = False) -> list[Submission]:
    """Give the members of a group that are drafts still, in the order of their rows; `lock` holds them."""
    rows = group.submissions.filter(state=Submission.State.DRAFT).select_related("organisation")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return list(rows.order_by("group_row", "pk"))


def documents_named(group: SubmissionGroup) -> dict[tuple[int, str, str], str]:
    """Give the name of the document that the file gives for each certificate, by row, body and number."""
    preview = group.upload.preview if group.upload else []
    return {
        (row["row"], each["body"], each["number"]): each["document"]
        for row in preview
        for each in row["certificates"]
    }


def _certificates_of(
    group: SubmissionGroup, named: dict[tuple[int, str, str], str]
) -> dict[str, list[SubmissionCertificate]]:
    """Give the certificates of the drafts of a group by the document that they name, lower case."""
    rows = SubmissionCertificate.objects.filter(
        submission__group=group, submission__state=Submission.State.DRAFT
    ).select_related("submission", "document")
    found: dict[str, list[SubmissionCertificate]] = {}
    for row in rows.order_by("submission__group_row", "pk"):
        name = named.get((row.submission.group_row, row.body, row.number))
        if name:
            found.setdefault(name.casefold(), []).append(row)
    return found


def documents_of(group: SubmissionGroup) -> list[dict[str, Any]]:
    """Say of each document that drafts of a group name: its name, how many name it, and which was given."""
    named = documents_named(group)
    spelled = {name.casefold(): name for name in named.values()}
    return [
        {
            "name": spelled[key],
            "rows": len(rows),
            "document": next((row.document for row in rows if row.document), None),
        }
        for key, rows in sorted(_certificates_of(group, named).items())
    ]


@transaction.atomic
def give_group_documents(
    *, group: SubmissionGroup, files: Sequence[UploadedFile], classification: str, by: User, at: dt.datetime
) -> list[Document]:
    """Keep documents that the file names, each once for all certificates of the group that name it. Appendix Z 2.1(f)

    Takes files as uploaded; each is known by its name. Raises NotPermitted (hidden), and Refusals (field ``files``)
    for a file that no certificate names, or what `store_document` refuses.
    """
    group, _ = lock_group(group, by)
    certificates = _certificates_of(group, documents_named(group))
    refusals: list[Refusal] = []
    given: list[Document] = []
    for file in files:
        try:
            name = clean_name(file.name or "")
            rows = certificates.get(name.casefold())
            if not rows:
                raise Refusal(
                    f"No certificate of this group names {name}.",
                    clause="Z2.1(f)",
                    remedy="Give the files by the very names that stand in your list.",
                )
            document = store_document(
                upload=file, classification=classification, organisation=group.organisation, by=by, at=at
            )
        except Refusal as refusal:
            field = "classification" if refusal.field == "classification" else "files"
            refusals.append(
                Refusal(refusal.message, clause=refusal.clause, field=field, remedy=refusal.remedy)
            )
            continue
        SubmissionCertificate.objects.filter(pk__in=[row.pk for row in rows]).update(document=document)
        given.append(document)
    refuse_any(refusals)
    return given


@transaction.atomic
def answer_alike(
    *,
    group: SubmissionGroup,
    warnings: Iterable[tuple[Submission, str]],
    by: User,
    at: dt.datetime,
    reason: str,
    evidence: UploadedFile | None = None,
    classification: str = "amber",
) -> int:
    """Give one answer to the same warning of several members; reason and evidence are kept with each. Section F2.2

    Takes members with the fingerprint of their warning. Gives how many were answered. Raises what `answer_warning`
    raises, and then answers none.
    """
    group, _ = lock_group(group, by)
    answered = 0
    for submission, fingerprint in sorted(warnings, key=lambda each: each[0].pk):
        if submission.group_id != group.pk:
            raise Conflict(f"{submission.reference} is not in this group any more.")
        if evidence is not None:
            evidence.seek(0)
        answer_warning(
            submission=submission, fingerprint=fingerprint, by=by, at=at, reason=reason, upload=evidence,
            classification=classification,
        )  # fmt: skip
        answered += 1
    return answered


@transaction.atomic
def take_out(*, submission: Submission, by: User, at: dt.datetime, version: int) -> Submission:
    """Take a draft out of its group; it stays a draft by itself. Section F2.17

    Raises NotPermitted (hidden), Conflict where it is no draft of a group any more.
    """
    found = Submission.objects.select_related("group").get(pk=submission.pk)
    if found.group is None:
        raise Conflict(f"{found.reference} is in no group any more.")
    group, grant = lock_group(found.group, by)
    submission = lock_submission(submission, version=version)
    if submission.group_id != group.pk or submission.state != Submission.State.DRAFT:
        raise Conflict(f"{submission.reference} is no draft of this group any more.")
    row, submission.group, submission.group_row = submission.group_row, None, None
    submission.saved_at = at
    keep(submission)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.submission.taken_out",
        subject=submission,
        clause="F2.17",
        reason=f"It was taken out of group {group}.",
        before={"group": group.reference, "row": row},
    )
    return submission


def what_keeps_group_back(
    drafts: Sequence[Submission], *, declared: bool
) -> list[tuple[Submission, Refusal]]:
    """Give everything that keeps members from being submitted, each with the one that it is about. Section F2.2"""
    undocumented = SubmissionCertificate.objects.filter(submission__in=drafts, document=None)
    missing = set(undocumented.values_list("submission", flat=True))
    found: list[tuple[Submission, Refusal]] = []
    for draft in drafts:
        found += [(draft, each) for each in what_keeps_back(draft, declared=declared)]
        if draft.pk in missing:
            lacking = Refusal(
                "A certificate has no document yet.",
                clause="Z2.1(f)",
                field="certificates",
                remedy="Give the files that your list names.",
            )
            found.append((draft, lacking))
    return found


@transaction.atomic
def submit_group(
    *, group: SubmissionGroup, by: User, at: dt.datetime, members: int, declared: bool
) -> list[Submission]:
    """Hand the drafts of a group to the Panel: all or none, numbered in the order of their rows. Section F2.17

    Of a group of more than a hundred the first hundred, all or none of these. Takes how many drafts the person saw, so
    that one that was taken out meanwhile is noticed. Raises Refusals naming each member that is kept back, Conflict
    where the group is another one now.
    """
    group, _ = lock_group(group, by)
    # The rows before the numbers, as `submit` takes them: else the two could wait for each other.
    drafts = drafts_of(group, lock=True)
    if not drafts or len(drafts) != members:
        raise Conflict(
            f"Group {group} has {len(drafts)} drafts now, not {members}. Look at it again.",
            newer={"drafts": len(drafts)},
        )
    if not declared:
        raise Refusal(
            "The declaration has not been made.",
            clause="F2.17",
            field="declaration",
            remedy="Confirm that what you submit is true and complete.",
        )
    drafts = drafts[:MOST_SUBMITTED]
    kept_back = what_keeps_group_back(drafts, declared=True)
    refuse_any(
        Refusal(
            f"Row {draft.group_row}, {draft.reference}: {each.message}",
            clause=each.clause,
            remedy=each.remedy,
        )
        for draft, each in kept_back[:MOST_REFUSALS]
    )
    return [
        submit(submission=each, by=by, at=at, version=each.version, declared=True, with_group=True)
        for each in drafts
    ]
