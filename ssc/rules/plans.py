"""CPA Certificate Remedial Plans: their periods, versions, comments and milestones.

Appendix Z 6.3  (a) A Party on whom a plan is imposed proposes, within the period that the SSC requires, how it will
    remedy the issue and within what time; (b) it takes every comment of the SSC into account and obtains the SSC's
    approval within the period that the SSC requires; (c) it complies with the plan in all material respects; (d) it
    reports on progress where the SSC asks. The plan is the version that was approved last.

Reading: the Code leaves the unit of a period and its start to the SSC, so each is stated; the day of the start is not
counted in either unit (A-60). What comes late is accepted and marked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from secgov.errors import Refusal, refuse_any
from secgov.time_rules import (
    CalendarMissing,
    DueDate,
    WorkingCalendar,
    end_of_day,
    explain_calendar_days,
    explain_working_days,
    working_days_before,
    working_days_between,
)

PROPOSAL, APPROVAL = "proposal", "approval"
WORKING_DAYS, CALENDAR_DAYS = "working_days", "calendar_days"
MOST_DAYS = 1000
"""A plausibility bound of ours on what is typed, not a period of the Code."""

WARNING = 5
"""Working Days before the end of a period or a milestone (theme E: warn at T-5)."""
LAST_WARNING = 1
"""Our own, for a time too short for the warning at T-5."""
NEAR = 21
"""Days within which five Working Days lie, whatever holidays there are."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the SSC states it: how many days, in which unit, and the day of its start, which is not counted."""

    days: int | None
    unit: str
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class Promised:
    """A milestone as a Party types it."""

    what: str
    by: date
    devices: int | None = None


def check_period(period: Period, *, name: str) -> None:
    """Refuse a period that does not say how long, in which unit and from which day. Appendix Z 6.3(a), Appendix Z 6.3(b)

    `name` is the beginning of the fields' names: `proposal` or `approval`. Raises Refusal for all that is missing.
    Reading: unit and start are mandatory (A-60).
    """
    clause = "Z6.3(a)" if name == PROPOSAL else "Z6.3(b)"
    found = []
    if not period.days or not 0 < period.days <= MOST_DAYS:
        found.append(
            Refusal(
                f"Say how long the time is: 1 to {MOST_DAYS:,} days.", clause=clause, field=f"{name}_days"
            )
        )
    if period.unit not in (WORKING_DAYS, CALENDAR_DAYS):
        found.append(Refusal("Choose Working Days or calendar days.", clause=clause, field=f"{name}_unit"))
    if period.starts_on is None:
        found.append(
            Refusal(
                "Give the day on which the time starts, for example 1 February 2027.",
                clause=clause,
                field=f"{name}_starts_on",
            )
        )
    refuse_any(found)


def due_period(period: Period, calendar: WorkingCalendar) -> DueDate:
    """Give the end of a period that `check_period` lets pass, with the sum in words. Appendix Z 6.3(a), Appendix Z 6.3(b)

    Raises Refusal where Working Days are counted and the calendar does not reach so far.
    """
    if period.days is None or period.starts_on is None:
        raise ValueError("a period without its days or its start has no end: check it first")
    if period.unit == WORKING_DAYS:
        try:
            return explain_working_days(period.starts_on, period.days, calendar)
        except CalendarMissing as missing:
            raise Refusal(
                f"The bank holidays of {missing.year} are not known yet, so that end cannot be computed.", clause="Z6.3",
                remedy="State calendar days, or have the Secretariat load that year.",
            ) from missing  # fmt: skip
    return explain_calendar_days(period.starts_on, period.days)


def check_periods_fit(*, proposal: datetime, approval: datetime) -> None:
    """Refuse a time for approval that ends before the time for proposing. Appendix Z 6.3(b)"""
    if approval < proposal:
        raise Refusal(
            "The time to gain approval ends before the time to propose.", clause="Z6.3(b)", field="approval_days",
            remedy="Give more days, or a later start.",
        )  # fmt: skip


def check_to_come(due: DueDate, *, at: datetime, name: str) -> None:
    """Refuse a time that would have ended before its Party hears of it. Appendix Z 6.3(a), Appendix Z 6.3(b)"""
    if due.due_at <= at:
        raise Refusal(
            "That time has ended already.", clause="Z6.3(a)" if name == PROPOSAL else "Z6.3(b)", field=f"{name}_days",
            remedy="Give more days, or a later start.",
        )  # fmt: skip


def is_warned(*, began_on: date, last_day: date, today: date, calendar: WorkingCalendar) -> bool:
    """Say whether a Party is warned that a time is ending. Appendix Z 6.3(a), Appendix Z 6.3(c), Appendix Z 6.3(d)

    From five Working Days before the last day; where the time is shorter than that, from one; and not at all where it
    is shorter still: then the request itself is the warning. A day years ahead asks nothing of the calendar.
    """
    if not 0 <= (last_day - today).days <= NEAR:
        return False
    for left in (WARNING, LAST_WARNING):
        day = working_days_before(last_day, left, calendar)
        if day > began_on:
            return today >= day
    return False


def days_left(last_day: date, *, today: date, calendar: WorkingCalendar) -> int | None:
    """Give the Working Days left until a day; None where the calendar does not reach so far. Appendix Z 6.3(c)"""
    if not set(range(today.year, last_day.year + 1)) <= calendar.years:
        return None
    return working_days_between(today, last_day, calendar)


def check_proposal(
    *, remedy: str, remedied_by: date | None, milestones: Sequence[Promised], submitted_on: date
) -> None:
    """Refuse a plan that does not say how and within what time, or with a milestone after its end. Appendix Z 6.3(a)

    Takes what was typed and the London day of submission. Raises Refusals for all that is missing.
    """
    clause = "Z6.3(a)"
    found = []
    if not remedy.strip():
        found.append(Refusal("Say how you intend to remedy the issue.", clause=clause, field="remedy"))
    if remedied_by is None:
        found.append(
            Refusal(
                "Say within what time: give a day, for example 31 March 2027.",
                clause=clause,
                field="remedied_by",
            )
        )
    elif remedied_by < submitted_on:
        found.append(
            Refusal(
                "The time within which you remedy it has passed already.", clause=clause, field="remedied_by"
            )
        )
    if not milestones:
        found.append(
            Refusal(
                "Give at least one milestone: what will be done, and by when.",
                clause=clause,
                field="milestones",
            )
        )
    for number, each in enumerate(milestones, 1):
        if remedied_by is not None and each.by > remedied_by:
            found.append(
                Refusal(
                    f"Milestone {number} lies after the day by which you remedy it all.",
                    clause=clause,
                    field=f"by_{number}",
                )
            )
    refuse_any(found)


def due_report(reply_by: date | None, *, asked_on: date) -> DueDate:
    """Give the end of the day by which the SSC asks for a report; refuse none, and one not to come. Appendix Z 6.3(d)"""
    if reply_by is None or reply_by <= asked_on:
        raise Refusal("Give a day to come by which the Party reports.", clause="Z6.3(d)", field="reply_by")
    words = f"{reply_by:%A} {reply_by.day} {reply_by:%B %Y}"
    return DueDate(
        due_at=end_of_day(reply_by),
        last_day=reply_by,
        steps=(f"The SSC asked for the report by {words}.", "That day is still in time, to its end."),
    )


def check_as_of(day: date | None, *, today: date) -> date:
    """Give the day up to which a report counts; refuse none, and one to come. Appendix Z 6.3(d)"""
    if day is None or day > today:
        raise Refusal(
            "Give the day up to which you report: today, or an earlier one.", clause="Z6.3(d)", field="as_of"
        )
    return day


def check_all_answered(unanswered: Collection[int], *, field: str = "answers") -> None:
    """Refuse a next version while a comment of the SSC has no answer. Appendix Z 6.3(b)

    Takes the numbers of the comments that have none.
    """
    if unanswered:
        named = ", ".join(str(each) for each in sorted(unanswered))
        raise Refusal(
            f"Comment {named} has no answer." if len(unanswered) == 1 else f"Comments {named} have no answer.",
            clause="Z6.3(b)", field=field, remedy="Say for each how the plan takes it into account, or why it does not.",
        )  # fmt: skip


def check_newest(*, number: int, newest: int) -> None:
    """Refuse to decide on any version but the newest. Appendix Z 6.3(b)"""
    if number != newest:
        raise Refusal(
            f"Version {number} is not the newest: version {newest} is.", clause="Z6.3(b)",
            remedy="Decide on the newest version.",
        )  # fmt: skip


def current_version(approved: Collection[int]) -> int | None:
    """Give the number of the version that binds: the approved one with the highest; None before any is. Z6.3-D1"""
    return max(approved, default=None)
