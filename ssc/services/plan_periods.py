"""The periods of a plan, each with its obligation (Z6.3(a), Z6.3(b), A-60)."""

import datetime as dt

from secgov.accounts.models import Organisation, User
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import DueDate, london_day, start_of_day
from ssc.models import PlanPeriod, RemedialPlan
from ssc.rules import plans as rules

CLAUSES = {rules.PROPOSAL: "Z6.3(a)", rules.APPROVAL: "Z6.3(b)"}
DUTIES = {
    rules.PROPOSAL: "Propose the Remedial Plan",
    rules.APPROVAL: "Obtain the SSC's approval of the Remedial Plan",
}


def owner_of(organisation: Organisation) -> str:
    """Give who owes what an organisation owes: the DCC, or a Party."""
    is_dcc = organisation.kind == Organisation.Kind.DCC
    return str(Obligation.Owner.DCC if is_dcc else Obligation.Owner.PARTY)


def set_period(
    *, plan: RemedialPlan, kind: str, period: rules.Period, reason: str, by: User, act: Act, at: dt.datetime
) -> PlanPeriod:
    """Set a period of a plan; its obligation takes the place of the one before. Appendix Z 6.3(a), Appendix Z 6.3(b)

    What was announced earlier stays as a row. Raises Refusal where days, unit or start are missing.
    """
    rules.check_period(period, name=kind)
    due = rules.due_period(period, journal.working_calendar())
    rules.check_to_come(due, at=at, name=kind)
    row = PlanPeriod.objects.create(
        plan=plan, kind=kind, days=period.days, unit=period.unit, starts_on=period.starts_on, last_day=due.last_day,
        reason=reason, set_by=by, set_at=at,
    )  # fmt: skip
    for before in standing_of(plan, kind):
        journal.fall_away(obligation=before, reason="The SSC set another period.", at=at)
    _open(plan, kind, period, due, act, at)
    return row


def _open(
    plan: RemedialPlan, kind: str, period: rules.Period, due: DueDate, act: Act, at: dt.datetime
) -> Obligation:
    # The instant whose London day is that of the start: a later bank holiday is counted from there again.
    from_at = at if period.starts_on == london_day(at) else start_of_day(period.starts_on or due.last_day)
    organisation = plan.organisation
    if period.unit == rules.WORKING_DAYS:
        return journal.open_obligation_for_working_days(
            clause=CLAUSES[kind], duty=DUTIES[kind], owed_by=owner_of(organisation), organisation_id=organisation.pk,
            subject=plan, act=act, from_at=from_at, working_days=period.days or 0,
        )  # fmt: skip
    return journal.open_obligation_until(
        clause=CLAUSES[kind], duty=DUTIES[kind], owed_by=owner_of(organisation), organisation_id=organisation.pk,
        subject=plan, act=act, from_at=from_at, due=due,
    )  # fmt: skip


def standing_of(plan: RemedialPlan, kind: str) -> list[Obligation]:
    """Give the obligations of a period of a plan that still stand: one, or none."""
    return list(Obligation.objects.standing().about(plan).filter(clause=CLAUSES[kind]))
