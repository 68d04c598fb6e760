"""CPA Working Groups: who belongs to one, when it may read, and how it meets (SC Methodology, Appendix 1).

SC Methodology A1.2  Members act fairly and impartially, have the time, and say when they leave.
SC Methodology A1.3  The SSC Chair chairs; the proposer of each item is a member; the quorum is that of the SSC, which
    may replace or remove a member.
SC Methodology A1.4  Each member gets notice of time, date and place; papers come, wherever possible, five Working Days
    before the meeting; the Chair may use the telephone or do business by correspondence.
SC Methodology A1.5  Under the Information Policy: nobody reads above the level undertaken for in writing.

Reading: a deputy of the Chair is a person who holds the Chair's role for a dated period (A-32). The number of the
quorum is not in the sources, so it is a setting, and a meeting without it is marked, never undone. Papers that come
late are warned of with a reason, never refused. An undertaking for a level covers that level alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from secgov.errors import Refusal, refuse_any
from secgov.time_rules import CalendarMissing, WorkingCalendar, london_day, working_days_before

PAPERS_WORKING_DAYS = 5
"""SC Methodology A1.4: material is provided at least five Working Days before, wherever possible."""
LEVELS = ("green", "amber", "red")
"""SC Methodology A1.5: the levels that need an undertaking; White needs none."""
TASKS = ("review", "impact", "estimate", "alternative")
"""SC Methodology A1.2: the tasks of a group, in their order."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody says on joining."""

    terms_version: int | None
    newest_terms: int | None
    is_available: bool
    is_fair: bool
    is_impartial: bool
    levels: frozenset[str]


def check_joining(said: Joining) -> None:
    """Refuse to join before terms, time, fairness and confidence are confirmed. SC Methodology A1.1 and SC Methodology A1.2

    Raises Refusals.
    """
    found = []
    if said.newest_terms is None:
        found.append(Refusal("No terms of reference are recorded yet.", clause="SC-A1.1", field="terms"))
    elif said.terms_version != said.newest_terms:
        found.append(
            Refusal(
                f"Accept the terms of reference, version {said.newest_terms}.", clause="SC-A1.1", field="terms",
                remedy="An earlier version does not do.",
            )
        )  # fmt: skip
    for field, given, words in (
        (
            "is_available",
            said.is_available,
            "Confirm that you have the time for meetings and the work between them.",
        ),
        ("is_fair", said.is_fair, "Undertake to act fairly and objectively."),
        ("is_impartial", said.is_impartial, "Undertake to act impartially."),
    ):
        if not given:
            found.append(Refusal(words, clause="SC-A1.2", field=field))
    if not said.levels:
        found.append(
            Refusal(
                "Undertake in writing to keep what is shared, at one level at least.",
                clause="SC-A1.5",
                field="levels",
            )
        )
    refuse_any(found)


def check_undertaking(*, level: str, signature: str, name: str) -> None:
    """Refuse an undertaking for no level, or not signed with the member's own name. SC Methodology A1.5"""
    if level not in LEVELS:
        raise Refusal("Choose Green, Amber or Red.", clause="SC-A1.5", field="levels")
    if " ".join(signature.split()).casefold() != " ".join(name.split()).casefold():
        raise Refusal(
            "Sign with your own name.",
            clause="SC-A1.5",
            field="signature",
            remedy=f"Type it as it stands here: {name}.",
        )


def may_read(*, classification: str, is_active: bool, undertaken: Iterable[str]) -> bool:
    """Say whether a member may read a paper: active, and undertaken for exactly that level. SC Methodology A1.5"""
    return is_active and (classification == "white" or classification in set(undertaken))


def check_minutes_level(level: str) -> None:
    """Refuse minutes without their level under the Information Policy. SC Methodology A1.5"""
    if level not in ("white", *LEVELS):
        raise Refusal(
            "Say who may read the minutes.", clause="SC-A1.5", field="classification",
            remedy="Choose White if every member may, else Green, Amber or Red.",
        )  # fmt: skip


def must_accept_again(*, accepted: int | None, newest: int | None) -> bool:
    """Say whether the terms changed since a member accepted them. SC Methodology A1.1"""
    return newest is not None and accepted != newest


def papers_due_on(meeting: date, calendar: WorkingCalendar) -> date:
    """Give the last day on which papers are in time; the day of the meeting is not counted. SC Methodology A1.4"""
    return working_days_before(meeting, PAPERS_WORKING_DAYS, calendar)


def check_papers(
    *, sent_at: datetime, meeting_at: datetime, calendar: WorkingCalendar, late_reason: str
) -> bool:
    """Say whether papers come late; late ones ask for a reason and are taken. SC Methodology A1.4"""
    late = london_day(sent_at) > papers_due_on(london_day(meeting_at), calendar)
    if late and not late_reason.strip():
        raise Refusal(
            "These papers come less than five Working Days before the meeting.", clause="SC-A1.4", field="late_reason",
            remedy="Say why: they are sent all the same.",
        )  # fmt: skip
    return late


def check_notice(
    *, starts_at: datetime | None, place: str, agenda: str, at: datetime, calendar: WorkingCalendar
) -> None:
    """Refuse a notice without time, date and place, or without an agenda. SC Methodology A1.4

    So far ahead that nobody knows the bank holidays before it, nobody can say by when its papers are due either.
    """
    found = []
    if starts_at is None:
        found.append(Refusal("Give time and date.", clause="SC-A1.4", field="starts_at"))
    elif starts_at <= at:
        found.append(Refusal("That time is past.", clause="SC-A1.4", field="starts_at"))
    else:
        try:
            papers_due_on(london_day(starts_at), calendar)
        except CalendarMissing as missing:
            found.append(
                Refusal(
                    f"The bank holidays of {missing.year} are not known yet.", clause="SC-A1.4", field="starts_at",
                    remedy="Give an earlier day, or have the Secretariat load that year.",
                )
            )  # fmt: skip
    if not place.strip():
        found.append(Refusal("Give the place, or the number to call.", clause="SC-A1.4", field="place"))
    if not agenda.strip():
        found.append(Refusal("Give the agenda.", clause="SC-A1.4", field="agenda"))
    refuse_any(found)


def check_chair(*, is_chair: bool) -> None:
    """Refuse any other chair than that of the SSC. SC Methodology A1.3"""
    if not is_chair:
        raise Refusal(
            "The Chair of the SSC chairs its Working Groups.", clause="SC-A1.3", field="chaired_by",
            remedy="A deputy holds the Chair’s role for a period first.",
        )  # fmt: skip


def is_quorate(*, present: int, quorum: int) -> bool:
    """Say whether as many were present as a meeting of the SSC needs. SC Methodology A1.3 and X-5"""
    return present >= quorum


def check_contribution(*, kind: str, text: str, cost: str, benefit: str, assessment: str) -> None:
    """Refuse a task half done: an estimate has cost and benefit, an alternative its assessment. SC Methodology A1.2"""
    found = []
    if not text.strip():
        found.append(Refusal("Write it: one sentence will do.", clause="SC-A1.2", field="text"))
    if kind == "estimate":
        if not cost.strip():
            found.append(Refusal("Estimate the cost or other implications.", clause="SC-A1.2", field="cost"))
        if not benefit.strip():
            found.append(Refusal("Estimate the benefit.", clause="SC-A1.2", field="benefit"))
    if kind == "alternative" and not assessment.strip():
        found.append(Refusal("Assess how it meets the intent.", clause="SC-A1.2", field="assessment"))
    refuse_any(found)
