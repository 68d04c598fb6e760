"""A file of many devices: taken, checked row by row by the worker, refused whole or turned into drafts (Section F2.17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from cpl.models import Upload
from cpl.rules.upload_columns import read_header
from cpl.rules.upload_rows import RowProblem, RowReader, UploadRow
from cpl.services.upload_surroundings import Surroundings, as_kept
from cpl.upload_reading import Line, check_file, read_lines
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.documents.models import Classification, Content
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.nudge import nudge

CLAIM_LASTS = dt.timedelta(minutes=2)
"""After this long without a sign of progress another worker takes an upload over."""
ROWS_A_STEP = 250
PROBLEMS_KEPT = 500


@transaction.atomic
def receive_upload(*, organisation: Organisation, file: UploadedFile, by: User, at: dt.datetime) -> Upload:
    """Take a file of many devices, and ask the worker to check it. Section F2.17

    The same bytes sent twice while they wait are one upload. Raises NotPermitted, and Refusal (field ``file``) for
    what is no list of devices from outside: another kind of file, macros, another encoding, a bomb.
    """
    require(by, Duty.SUBMIT_DEVICE, organisation)
    name = file.name or ""
    data = file.read()
    check_file(name, data)
    file.seek(0)
    try:
        document = store_document(
            upload=file, classification=Classification.AMBER, organisation=organisation, by=by, at=at
        )
    except Refusal as refusal:
        raise Refusal(
            refusal.message, clause=refusal.clause, field="file", remedy=refusal.remedy
        ) from refusal
    waiting = Upload.objects.filter(
        organisation=organisation, state=Upload.State.WAITING, document__content=document.content_id
    ).first()
    if waiting:
        return waiting
    upload = Upload.objects.create(organisation=organisation, by=by, at=at, document=document)
    grant = require(by, Duty.SUBMIT_DEVICE, organisation)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.upload.received",
        subject=upload,
        clause="F2.17",
        reason=f"{document.name} was uploaded.",
    )
    nudge("cpl.check_uploads")
    return upload


def check_uploads(*, clock: Callable[[], dt.datetime]) -> int:
    """Check every upload that waits, one after the other; give how many this worker brought to an end. Section F2.17

    Any number of workers may run it beside each other, and be killed at any instant: an upload is claimed by
    compare-and-set, a claim without progress lapses, and only the holder of the claim writes the result.
    """
    done = 0
    while claimed := _claim(clock()):
        done += _check(claimed, clock)
    return done


def _claim(at: dt.datetime) -> Upload | None:
    free = Q(claimed_at=None) | Q(claimed_at__lte=at - CLAIM_LASTS)
    for upload in Upload.objects.filter(free, state=Upload.State.WAITING).order_by("id").defer("preview"):
        same = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING, claimed_at=upload.claimed_at)
        if same.update(claimed_at=at, rows_done=0):
            upload.claimed_at = at
            return upload
    return None


class _Lost(Exception):
    """Another worker took the upload over."""


def _check(upload: Upload, clock: Callable[[], dt.datetime]) -> bool:
    """Check one claimed upload; False where another worker took it over meanwhile."""
    try:
        rows, problems, total = _read(upload, clock)
        preview: list[dict[str, Any]] = []
        if not problems:
            preview, problems = _compare(upload, rows, clock)
        return _conclude(upload, preview, problems, total, clock())
    except _Lost:
        return False


def _read(upload: Upload, clock: Callable[[], dt.datetime]) -> tuple[list[UploadRow], list[RowProblem], int]:
    """Read the file and judge each row by itself."""
    content = Content.objects.values_list("data", flat=True).get(pk=upload.document.content_id)
    try:
        header, *lines = list(read_lines(upload.document.name, bytes(content))) or [Line(1, ())]
        places = read_header(header.cells)
        if not lines:
            raise Refusal("The file holds no device.", clause="X-2", remedy="Fill in a row for each device.")
    except Refusal as refusal:
        return [], [RowProblem(0, "", refusal.message, refusal.remedy)], 0
    reader = RowReader(places)
    rows: list[UploadRow] = []
    problems: list[RowProblem] = []
    for done, line in enumerate(lines):
        if done % ROWS_A_STEP == 0:
            _progress(upload, clock(), done // 2, len(lines))
        row, wrong = reader.read(line.row, line.cells)
        problems += wrong
        rows += [row] if row else []
    return rows, problems, len(lines)


def _compare(
    upload: Upload, rows: list[UploadRow], clock: Callable[[], dt.datetime]
) -> tuple[list[dict[str, Any]], list[RowProblem]]:
    """Compare good rows with what stands, and give them as the preview keeps them."""
    surroundings = Surroundings(rows)
    preview: list[dict[str, Any]] = []
    problems: list[RowProblem] = []
    for done, row in enumerate(rows):
        if done % ROWS_A_STEP == 0:
            _progress(upload, clock(), (len(rows) + done) // 2, len(rows))
        problems += surroundings.problems(row)
        warnings = [as_kept(each) for each in surroundings.warnings(row)]
        preview.append(
            {"row": row.row, "values": row.values, "certificates": row.certificates, "warnings": warnings}
        )
    return preview, problems


def _progress(upload: Upload, at: dt.datetime, done: int, total: int) -> None:
    """Show how far the check is, and hold the claim on; raises _Lost where it is somebody else's now."""
    mine = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING, claimed_at=upload.claimed_at)
    if not mine.update(rows_done=done, rows_total=total, claimed_at=at):
        raise _Lost
    upload.claimed_at = at


@transaction.atomic
def _conclude(
    upload: Upload, preview: list[dict[str, Any]], problems: list[RowProblem], total: int, at: dt.datetime
) -> bool:
    """Write the result once: good whole, or refused whole with every row that is wrong."""
    fresh = Upload.objects.select_for_update(of=("self",)).defer("preview").get(pk=upload.pk)
    if fresh.state != Upload.State.WAITING or fresh.claimed_at != upload.claimed_at:
        return False
    fresh.rows_total = fresh.rows_done = total
    fresh.checked_at = at
    kept = sorted(problems, key=lambda each: each.row)[:PROBLEMS_KEPT]
    fresh.problems = [each._asdict() for each in kept]
    if problems:
        fresh.refuse()
        rows = len({each.row for each in problems})
        reason = f"{rows} of {total} rows cannot be taken." if total else problems[0].reason
        if len(problems) > len(kept):
            fresh.problems.append(
                RowProblem(
                    0, "", f"And {len(problems) - len(kept):,} more.", "Put these right first."
                )._asdict()
            )
    else:
        fresh.find_good()
        fresh.preview = preview
        reason = f"Each of the {total} rows may become a draft."
    fresh.save(
        update_fields=[
            "state",
            "rows_total",
            "rows_done",
            "checked_at",
            "problems",
            *(["preview"] if not problems else []),
        ]
    )
    journal.record(
        actor=SYSTEM,
        at=at,
        verb="cpl.upload.refused" if problems else "cpl.upload.checked",
        subject=fresh,
        clause="F2.17",
        reason=reason,
    )
    return True


def lock_checked_upload(upload: Upload, by: User) -> Upload:
    """Take an upload that was found good, locked. Raises NotPermitted (hidden), Conflict for one in another state."""
    fresh = (
        Upload.objects.select_for_update(of=("self",))
        .select_related("organisation", "document")
        .get(pk=upload.pk)
    )
    require(by, Duty.SUBMIT_DEVICE, fresh.organisation, hidden=True)
    if fresh.state != Upload.State.CHECKED:
        raise Conflict(
            f"{fresh.document.name} is {fresh.get_state_display().lower()}: no drafts can be made of it now.",
            newer={"state": fresh.state},
        )
    return fresh
