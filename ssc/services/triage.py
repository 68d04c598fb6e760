"""How serious a case is, and by when the SSC means to determine (Appendix Z 6.2(d))."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import DueDate, end_of_day, london_day
from ssc.models import Case
from ssc.rules import cases as rules
from ssc.services.acting import check_open, lock_case
from ssc.services.opening import TRIAGE

CLAUSE = "Z6.2(d)"
DETERMINE = "Determine whether the Device Model is to be removed"


@transaction.atomic
def triage(
    *,
    case: Case,
    by: User,
    at: dt.datetime,
    version: int,
    seriousness: str,
    target: dt.date | None,
    reason: str,
) -> Case:
    """Rate how serious a case is and set the day by which the SSC means to determine; or set both anew. Appendix Z 6.2(d)

    What was set before stays in the acts. Raises Refusals for what is missing, and where a case that has become more
    serious would come no sooner; Conflict for a stale version.
    """
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE, version=version)
    check_open(case)
    before = (case.seriousness, case.target_date) if case.target_date else None
    rules.check_triage(seriousness=seriousness, target=target, today=london_day(at), before=before)
    case.seriousness, case.target_date = seriousness, target
    case.triaged_at, case.triaged_by = at, by
    keep(case)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.case.triaged", subject=case, clause=CLAUSE, reason=clean_reason(reason),
        before={"seriousness": before[0], "target_date": before[1]} if before else None,
        after={"seriousness": seriousness, "target_date": target},
    )  # fmt: skip
    _set_target(case, act, at)
    return case


def _set_target(case: Case, act: Act, at: dt.datetime) -> None:
    """The triage is done; the day that the SSC set takes the place of one set before."""
    for obligation in Obligation.objects.standing().about(case).filter(clause=CLAUSE):
        if obligation.duty == TRIAGE:
            journal.discharge(obligation=obligation, act=act, at=at)
        else:
            journal.fall_away(obligation=obligation, reason="The SSC set another day.", at=at)
    if case.target_date is None:
        raise ValueError("a triaged case has its day")
    due = DueDate(
        due_at=end_of_day(case.target_date),
        last_day=case.target_date,
        steps=(
            "The Code sets no period: as soon as reasonably practicable, by the seriousness of what could happen.",
            f"The SSC set this day at triage, the seriousness being {case.get_seriousness_display().lower()}.",
        ),
    )
    journal.open_obligation_until(
        clause=CLAUSE, duty=DETERMINE, owed_by=Obligation.Owner.SSC, subject=case, act=act, from_at=at, due=due,
        by_law=False,
    )  # fmt: skip
