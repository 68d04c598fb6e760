"""Failures under a Remedial Plan: the SSC's notice, the time to remedy, and what follows where that has passed.

Appendix Z 6.5  A Party's obligations under 6.3 are material obligations for Section M8.1(h). Where it fails to gain
    approval of its plan, or to comply with it in all material respects, and does not remedy that within 20 Working
    Days after a notice of the SSC that requires it to, that is an Event of Default.

Reading: a notice cites one of those two failures and no other (A-18). The day of sending is not counted; the end that
was announced moves out and never in (A-19). A referral does not stop it; a suspension recorded by the SSC or the
Authority shifts its end by the Working Days suspended (A-59). It runs for the DCC too (A-65). The system reports that
the condition is met; it declares no Event of Default and imposes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from secgov.errors import Refusal
from secgov.time_rules import (
    ONE_DAY,
    DueDate,
    WorkingCalendar,
    explain_working_days,
    is_working_day,
    london_day,
    working_days_before,
    working_days_between,
)

REMEDY = 20
"""Working Days after the notice (Appendix Z 6.5)."""
WARNINGS = (10, 5, 1)
"""Working Days left at which the Party is warned (theme E)."""
APPROVAL, COMPLIANCE = "approval", "compliance"
MATERIAL = "For Section M8.1(h), your obligations under Appendix Z 6.3 are material obligations."
DCC_REMARK = (
    "The Party is the DCC. Section M8.1 is reported to cover Parties other than the DCC, so the rule on Events of Default "
    "may not reach it: a person has to judge that."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands before a notice is sent."""

    has_approved: bool
    approval_lapsed: bool
    newest_refused: bool
    non_compliance_found: bool


def check_notice(ground: str, *, text: str, plan: Standing) -> None:
    """Refuse a notice on another ground than the two of the clause, or where that failure is not there. Appendix Z 6.5

    Reading: failure to gain approval is that the time for it has ended without, or that the SSC has refused the newest
    version; failure to comply is what the SSC has found, not a milestone's date gone by (A-18).
    """
    if ground not in (APPROVAL, COMPLIANCE):
        raise Refusal(
            "A remedy notice is about approval or about compliance, and about nothing else.", clause="Z6.5", field="ground",
            remedy="Cite a missing report as part of a failure to comply, if the SSC finds it material.",
        )  # fmt: skip
    if not text.strip():
        raise Refusal("Say what the failure is and what is required.", clause="Z6.5", field="text")
    if ground == APPROVAL and plan.has_approved:
        raise Refusal("The plan has been approved.", clause="Z6.5", field="ground")
    if ground == APPROVAL and not (plan.approval_lapsed or plan.newest_refused):
        raise Refusal(
            "The Party still has time to gain approval, and no version was refused.",
            clause="Z6.5",
            field="ground",
        )
    if ground == COMPLIANCE and not plan.has_approved:
        raise Refusal("No plan has been approved that could be complied with.", clause="Z6.5", field="ground")
    if ground == COMPLIANCE and not plan.non_compliance_found:
        raise Refusal(
            "The SSC has not found that the Party does not comply in a material respect.", clause="Z6.5", field="ground",
            remedy="Record that finding first.",
        )  # fmt: skip


def due_remedy(sent: date | datetime, calendar: WorkingCalendar, *, suspended: int = 0) -> DueDate:
    """Give the end of the time to remedy: 20 Working Days after the notice, and those suspended besides. Appendix Z 6.5

    Reading: the day of sending is not counted (A-19); a suspension shifts the end (A-59).
    """
    return explain_working_days(sent, REMEDY + suspended, calendar)


def suspended_working_days(suspended: datetime, resumed: datetime, calendar: WorkingCalendar) -> int:
    """Count the Working Days by which a suspension shifts the end. Appendix Z 6.5

    Reading: as with every period, the day on which it began is not counted, the day on which it ended is (A-59, TR-3).
    """
    return working_days_between(london_day(suspended), london_day(resumed), calendar)


def due_warning(*, last_day: date, today: date, calendar: WorkingCalendar) -> int | None:
    """Give the warning that is due: 10, 5 or 1, the gravest whose day has come; None outside the time. Appendix Z 6.5

    A warning that was missed is not made up for once a graver one is due.
    """
    if today > last_day:
        return None
    come = [left for left in WARNINGS if working_days_before(last_day, left, calendar) <= today]
    return min(come, default=None)


def is_unremedied(*, due_at: datetime, at: datetime, remedied_on: date | None) -> bool:
    """Say whether the condition of an Event of Default is met at an instant; nothing is declared. Appendix Z 6.5

    It is met from 00:00 London of the day after the last day, and not where the failure was remedied by the last day,
    however late that is recorded.
    """
    if remedied_on is not None:
        return remedied_on > london_day(due_at - timedelta(microseconds=1))
    return at >= due_at


def check_remedied_on(day: date | None, *, sent_on: date, today: date) -> date:
    """Give the day on which a failure was remedied; refuse one before the notice, and one to come. Appendix Z 6.5"""
    if day is None:
        raise Refusal("Give the day on which it was remedied.", clause="Z6.5", field="remedied_on")
    if day < sent_on:
        raise Refusal("That day lies before the notice.", clause="Z6.5", field="remedied_on")
    if day > today:
        raise Refusal("That day is still to come.", clause="Z6.5", field="remedied_on")
    return day


def days_of(sent: date, last_day: date, calendar: WorkingCalendar) -> list[date]:
    """Give the Working Days of a notice, from the first after its sending to the last. Appendix Z 6.5"""
    span = [sent + n * ONE_DAY for n in range(1, (last_day - sent).days + 1)]
    return [each for each in span if is_working_day(each, calendar)]


def remark_on(*, is_dcc: bool) -> str:
    """Give the remark that goes with the report of the condition; none for Parties other than the DCC. Appendix Z 6.5

    Reading: the default rule may not reach the DCC (A-65).
    """
    return DCC_REMARK if is_dcc else ""
