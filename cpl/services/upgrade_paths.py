"""Keeping which entries may be upgraded to a submission's firmware (Section F2.15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cpl.models import Submission
from cpl.rules.upgrade_paths import ENTRIES
from cpl.services.drafts import check_editable, lock_submission, require_own
from cpl.services.rows import keep
from cpl.services.upgrade_facts import what_path_lacks
from secgov.accounts.models import User
from secgov.errors import refuse_any


@transaction.atomic
def state_upgrade_path(
    *, submission: Submission, by: User, at: dt.datetime, version: int, kind: str, numbers: Sequence[int]
) -> Submission:
    """Keep which earlier entries may be upgraded to this firmware: those named, none, or unstated. Section F2.15

    Raises Refusals for entries that do not exist, are other hardware, or are this very one.
    """
    submission = lock_submission(submission, version=version)
    require_own(submission, by)
    check_editable(submission)
    refuse_any(what_path_lacks(submission, kind=kind, numbers=numbers))
    submission.upgrade_kind = kind
    submission.upgrades_from = sorted(numbers) if kind == ENTRIES else []
    submission.saved_at = at
    keep(submission)
    return submission
