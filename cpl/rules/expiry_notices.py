"""When the Parties are told that a CPA Certificate comes to its date, and when it no longer makes sense.

Section F2.7  The Panel notifies the Parties on or around the dates 12 and 6 months
    before the CPA Certificate for any Device Model is due to expire.
Section F2.6  The Parties responsible see to it, before that date, that it can be
    considered for renewal; they are warned 30 days before where no action is recorded.

Reading: the date is the Relevant Date, expiry or renewal, and the notice says which
(A-04). "On or around" is TR-5 with TR-6, and TR-8 is its tolerance (A-43, A-44). A
certificate first known, or a date moved, with less than 12 months left: one notice at
once, marked late (A-06); with less than 6 left: one notice for both (A-07). The key of
a notice is certificate, Relevant Date and stage, so a new date has new stages (A-46). A
certificate all of whose models a later one covers is not told of (A-45), nor one that
covers no listed model, until it does (A-66). All Parties are told (A-48). A month before
is 30 days, since the text names none.

The day on which a notice goes is computed when it comes near, never stored ahead: a
calendar may not reach ten years, and a newly proclaimed holiday moves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from secgov.time_rules import (
    ONE_DAY,
    DueDate,
    WorkingCalendar,
    end_of_day,
    explain_notice,
    is_within_tolerance,
    months_before,
    next_working_day,
    notice_day,
    working_days_between,
)

M12, M6, D30 = "M12", "M6", "D30"
STAGES = (M12, M6, D30)
TOLD_TO_PARTIES = (M12, M6)
MONTHS = {M12: 12, M6: 6}
"""Section F2.7: on or around the dates 12 and 6 months before."""
WARNING_DAYS = 30
"""Section F2.6: the last warning to those responsible."""
MERGE_WITHIN = 10
"""A-06: Working Days to the six-month notice within which a late one goes with it."""
REACH = 14
"""Days ahead within which a target may have to be told of today: no run of days off is longer."""

PENDING, CANCELLED, NOT_APPLICABLE = "pending", "cancelled", "not_applicable"

NOTHING_LISTED = "nothing_listed"
TOO_LATE = "too_late"
DATE_PASSED = "date_passed"
SUPERSEDED = "superseded"
DATE_CHANGED = "date_changed"
NOT_VALID = "not_valid"
ACTION_RECORDED = "action_recorded"

REASONS: Mapping[str, str] = {
    NOTHING_LISTED: "The certificate covers no Device Model on the list (A-66).",
    TOO_LATE: "Less than six months were left when the date was first known; one notice told of both (A-07).",
    DATE_PASSED: "The Relevant Date had passed before the notice could be given (A-07).",
    SUPERSEDED: "Every Device Model that it covers is covered by a later CPA Certificate (A-45).",
    DATE_CHANGED: "The certificate has another Relevant Date now (A-46).",
    NOT_VALID: "The certificate is not in force any more.",
    ACTION_RECORDED: "An action to renew the certificate is recorded (F2.6).",
}


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """One stage as it is first written down: its target, and why it is not pending where it is not."""

    stage: str
    target_on: date
    ground: str = ""
    late_reason: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether it is to be told."""
        return not self.ground


@dataclass(frozen=True, slots=True)
class Standing:
    """A CPA Certificate on a London day, as far as its notices ask.

    ``relevant_on`` is its date now. ``in_force`` leaves the date itself out. ``listed`` counts the listed Device Models
    it covers; ``superseded`` says that a later certificate covers each of them.
    """

    relevant_on: date | None
    in_force: bool = True
    listed: int = 1
    superseded: bool = False
    action_recorded: bool = False


def clause_of(stage: str) -> str:
    """Give the clause by which a stage is told: the last warning goes to those responsible only. Section F2.7 and Section F2.6"""
    return "F2.6" if stage == D30 else "F2.7"


def target_day(relevant_on: date, stage: str) -> date:
    """Give the date that is 12 months, 6 months or 30 days before the Relevant Date. Section F2.7 and Section F2.6

    Takes a London date and a stage. Not yet moved off a day that is no Working Day: see `day_to_tell`.
    """
    if stage == D30:
        return relevant_on - WARNING_DAYS * ONE_DAY
    return months_before(relevant_on, MONTHS[stage])


def day_to_tell(target_on: date, calendar: WorkingCalendar) -> date:
    """Give the day on which a notice with that target goes: the day itself, or the Working Day before. Section F2.7"""
    return notice_day(target_on, calendar)


def last_target_due(on: date, calendar: WorkingCalendar) -> date:
    """Give the last target whose notice has gone, or goes, on a London day: the day before the next Working Day.

    Whatever lies between that day and the next Working Day goes before it (TR-6). Section F2.7
    """
    return next_working_day(on, calendar) - ONE_DAY


def plan(
    relevant_on: date, *, known_on: date, covers_listed: bool, calendar: WorkingCalendar
) -> tuple[PlannedStage, ...]:
    """Write down the three stages of a Relevant Date that becomes known on a London day. Section F2.7

    `covers_listed` says whether the certificate covers a listed Device Model. A stage is pending unless it has a
    ground; one whose day has passed already is late, and says since when the date has been known.
    """
    targets = {stage: target_day(relevant_on, stage) for stage in STAGES}
    missed = {stage: _was_missed(target, known_on, calendar) for stage, target in targets.items()}
    planned = []
    for stage in STAGES:
        ground = ""
        if known_on > relevant_on:
            ground = DATE_PASSED
        elif not covers_listed:
            ground = NOTHING_LISTED
        elif stage == M12 and missed[M6]:
            ground = TOO_LATE
        late = _late_reason(known_on) if missed[stage] and not ground else ""
        planned.append(PlannedStage(stage, targets[stage], ground, late))
    return tuple(planned)


def _was_missed(target: date, known_on: date, calendar: WorkingCalendar) -> bool:
    """Whether the day to tell lay before the day on which the date became known."""
    if target < known_on:
        return True
    return target - known_on <= timedelta(days=REACH) and day_to_tell(target, calendar) < known_on


def _late_reason(known_on: date) -> str:
    return f"Late: first known on {_day(known_on)}."


def goes_with(six_months_on: date, *, on: date, calendar: WorkingCalendar) -> bool:
    """Say whether a late 12-month notice takes the 6-month one along: due within ten Working Days. Section F2.7

    Takes the target of the 6-month notice and the London day of the late one (A-06).
    """
    if six_months_on - on > timedelta(days=2 * REACH):
        return False
    return working_days_between(on, day_to_tell(six_months_on, calendar), calendar) <= MERGE_WITHIN


def why_untold(stage: str, relevant_on: date, standing: Standing, *, on: date) -> str:
    """Give the ground on which a stage is not told on a London day, or "" where it is told. Section F2.7

    The grounds are the keys of REASONS; NOTHING_LISTED sets it aside until a model is listed, all others cancel it.
    """
    if standing.relevant_on != relevant_on:
        return DATE_CHANGED
    if not standing.in_force:
        return NOT_VALID
    if on > relevant_on:
        return DATE_PASSED
    if not standing.listed:
        return NOTHING_LISTED
    if standing.superseded:
        return SUPERSEDED
    if stage == D30 and standing.action_recorded:
        return ACTION_RECORDED
    return ""


def is_late(target_on: date, *, sent_on: date, calendar: WorkingCalendar) -> bool:
    """Say whether a notice went after the day on which it was to go. Section F2.7"""
    return sent_on > day_to_tell(target_on, calendar)


def is_breach(target_on: date, *, sent_on: date, calendar: WorkingCalendar) -> bool:
    """Say whether a notice went outside "on or around": before ten, or after five Working Days. TR-8"""
    return not is_within_tolerance(sent_on, target_on, calendar)


def due_before(relevant_on: date) -> DueDate:
    """Give the end of the time in which renewal is to be seen to: the day before the date is the last. Section F2.6

    Reading: "before" is strict (A-02).
    """
    last = relevant_on - ONE_DAY
    return DueDate(
        due_at=end_of_day(last),
        last_day=last,
        steps=(
            f"The Relevant Date is {_day(relevant_on)}.",
            "The Code says before that date, so the day itself is too late.",
            f"So the end of {_day(last)}.",
        ),
    )


def due_of_notice(stage: str, relevant_on: date, *, known_on: date, calendar: WorkingCalendar) -> DueDate:
    """Give the end of the day on which a stage goes, with the sum in words. Section F2.7 and Section F2.6

    One that was late before it was known goes at once: by the end of the next Working Day (A-06).
    """
    target = target_day(relevant_on, stage)
    if _was_missed(target, known_on, calendar):
        last = next_working_day(known_on, calendar)
        return DueDate(
            due_at=end_of_day(last),
            last_day=last,
            steps=(
                f"It was to go on {_day(day_to_tell(target, calendar))}.",
                f"The date was first known on {_day(known_on)}, so it goes at once.",
                f"So by the end of {_day(last)}, the next Working Day.",
            ),
        )
    if stage != D30:
        return explain_notice(relevant_on, MONTHS[stage], calendar)
    day = day_to_tell(target, calendar)
    moved = () if day == target else (f"{_day(target)} is not a Working Day; it then goes before it.",)
    return DueDate(
        due_at=end_of_day(day),
        last_day=day,
        steps=(
            f"{WARNING_DAYS} days before {_day(relevant_on)} is {_day(target)}.",
            *moved,
            f"So {_day(day)}.",
        ),
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
