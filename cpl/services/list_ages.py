"""Asking after lists that have grown old: those of the DCC, and the incompatibility matrix (A-63)."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from cpl.models import DccListVersion
from cpl.rules.dcc_lists import DEPLOYED, ELIGIBLE, PENDING, is_overdue
from cpl.services.dcc_lists import CLAUSES, age_task, newest_version
from cpl.services.matrix import AGE_TASK, newest_matrix
from secgov.journal import services as journal
from secgov.journal.models import Task
from secgov.time_rules import due_within_working_days, london_day

Kind = DccListVersion.Kind


@transaction.atomic
def watch_list_ages(*, at: dt.datetime) -> int:
    """Raise a task for each list that is older than its setting allows; give how many are. Section F2.10B

    The Eligible list is asked after only from its commencement date on. One task stands for a list, however often
    this runs, until the next version comes. Reading: the Code names no period for "up-to-date" (A-63).
    """
    old = 0
    for kind in map(Kind, (DEPLOYED, ELIGIBLE, PENDING)):
        days = (
            settings.DEPLOYED_LIST_WORKING_DAYS
            if kind == Kind.DEPLOYED
            else settings.SMETS1_LISTS_WORKING_DAYS
        )
        commencement = settings.EPC_COMMENCEMENT_DATE
        newest = newest_version(kind)
        received_on = london_day(newest.received_at) if newest else None
        since = received_on or (commencement if kind == Kind.ELIGIBLE else None)
        if is_overdue(
            kind,
            last_received_on=received_on,
            day_of_alarm=_last_day(since, days),
            on=london_day(at),
            commencement=commencement,
        ):
            old += 1
            journal.open_task(
                key=age_task(kind), title=f"Ask the DCC for its {kind.label}", clause=CLAUSES[kind], at=at,
                detail=f"It should be up to date; {days} Working Days have passed since "
                + (f"version {newest.number} came." if newest else "it was first owed."),
            )  # fmt: skip
    return old + _watch_matrix(at)


def _watch_matrix(at: dt.datetime) -> int:
    newest = newest_matrix()
    if newest is None or newest.published_at is None:
        return 0
    # Somebody who looked, found it right and closed the task has brought it up to date as well.
    looked = Task.objects.filter(key=AGE_TASK, closed_at__isnull=False).order_by("-closed_at", "-id").first()
    since = max(newest.published_at, looked.closed_at if looked and looked.closed_at else newest.published_at)
    last = _last_day(london_day(since), settings.MATRIX_WORKING_DAYS)
    if last is None or london_day(at) <= last:
        return 0
    journal.open_task(
        key=AGE_TASK, title="See whether the incompatibility matrix is still right", clause="F2.11", at=at,
        detail="Close this with what you found, or publish a new version.", subject=newest,
    )  # fmt: skip
    return 1


def _last_day(since: dt.date | None, days: int) -> dt.date | None:
    """Give the last day of so many Working Days after a day; None where there is no such day."""
    if since is None:
        return None
    ends = due_within_working_days(since, days, journal.working_calendar())
    return london_day(ends - dt.timedelta(seconds=1))
