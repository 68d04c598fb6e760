"""When the updated list is due, how editions are numbered, and what makes one complete.

Section F2.8  Within one Working Day after being required to add or remove Device
    Models the Panel (a) provides the updated list to the DCC as an extract, (b)
    publishes a copy on the Website, and (c) notifies the Parties.
Section F2.9  The DCC uses and relies on the list most recently received, see
    ``receipts``.

Reading: the period ends with the first Working Day after the day of requirement
(A-40). The Panel is required from the later of the duty and the last gate (A-11); for
an addition that is the second approval (A-68). Approved changes gather for a window
that never runs past the earliest due instant (A-70). Provided to the DCC means
available and told (A-20). The three limbs are independent of one another, and an
edition is complete when all are done (A-58). A Party's address may choose one mail for
several editions' update notices; the portal tells at once all the same (A-70).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cpl.rules.limbs import Limb, limb
from secgov.errors import Refusal
from secgov.time_rules import (
    DueDate,
    WorkingCalendar,
    explain_working_days,
    part_of_period,
)

PUBLICATION_WORKING_DAYS = 1
"""Section F2.8: within one Working Day."""
SECOND_CHANNEL_PERCENT = 50
"""Of the time from requirement to due instant: no sign of receipt by then calls a person (A-20)."""
TARGET_AFTER_WINDOW = timedelta(minutes=15)
"""Our own target for all three limbs, long before the law's (promises, service levels)."""

DIGEST_AHEAD = timedelta(hours=1)
"""Before the first alarm of the earliest period a digest of update notices goes out; our own margin (A-70)."""

DCC, WEBSITE, PARTIES = "dcc", "website", "parties"
LIMB_CLAUSES = {DCC: "F2.8(a)", WEBSITE: "F2.8(b)", PARTIES: "F2.8(c)"}

FIRST_EDITION = 1
"""An empty system's first edition is 0.001."""
_EDITION = re.compile(r"([0-9]{1,6})\.([0-9]{3})\Z", re.ASCII)
_VERSION_CELL = re.compile(
    r"\s*Version\s+([0-9]{1,6}\.[0-9]{3})\s+Issued on\s+([0-9]{2})-([0-9]{2})-([0-9]{4})\s*\Z", re.ASCII
)


def due_for_publication(required: datetime, calendar: WorkingCalendar) -> DueDate:
    """Give the end of the first Working Day after the day of requirement. Section F2.8

    Takes the instant of requirement; the answer explains itself, and its
    ``due_at`` is the first instant that is too late. Raises CalendarMissing.
    """
    return explain_working_days(required, PUBLICATION_WORKING_DAYS, calendar)


def second_channel_at(required: datetime, due_at: datetime) -> datetime:
    """Give the instant by which the DCC is to have shown a sign of receipt, or is told otherwise. Section F2.8(a)"""
    return part_of_period(required, due_at, SECOND_CHANNEL_PERCENT)


def digest_at(periods: Iterable[tuple[datetime, datetime]], *, given_at: datetime) -> datetime:
    """Give the instant at which a digest that carries an edition's notice goes out at the latest. Section F2.8(c)

    Takes the period, from requirement to due instant, of each change that the edition
    carries, and the instant of the notice.

    Reading: "within the same Working Day's limit" (A-70) is the one Working Day of
    Section F2.8 of the earliest change covered. The digest goes an hour before half of
    that has passed, so that no alarm sounds for what a Party chose, and the other half
    is left for a mail that does not arrive. Nothing to wait for, or half passed: at once.
    """
    half = [second_channel_at(required, due_at) for required, due_at in periods]
    return max(given_at, min(half) - DIGEST_AHEAD) if half else given_at


def window_end(*, first_approved_at: datetime, window: timedelta, earliest_due_at: datetime) -> datetime:
    """Give the instant at which gathered changes become an edition. Section F2.8

    Takes the first approval not yet issued, the window, and the earliest due
    instant of the changes gathered. The edition still needs its time after the
    window, so it ends one target (15 minutes) before the due instant at the
    latest, and never before the first approval.
    """
    latest = max(first_approved_at, earliest_due_at - TARGET_AFTER_WINDOW)
    return min(first_approved_at + window, latest)


def next_edition_number(last: int | None) -> int:
    """Give the number of the next edition: one on from the last, 1 for the first. Section F2.8"""
    return FIRST_EDITION if last is None else last + 1


def format_edition(number: int) -> str:
    """Write an edition number as people do: 2051 is "2.051". Section F2.8

    Raises ValueError for a number below 1.
    """
    if number < FIRST_EDITION:
        raise ValueError(f"{number} is not the number of an edition")
    return f"{number // 1000}.{number % 1000:03d}"


def parse_edition(text: str) -> int:
    """Read "2.051" as 2051. Section F2.8

    Raises Refusal (field ``edition``) for anything else.
    """
    found = _EDITION.match(text.strip())
    number = int(found[1]) * 1000 + int(found[2]) if found else 0
    if number < FIRST_EDITION:
        raise Refusal(
            f"“{text.strip()}” is not the number of an edition.",
            clause="F2.8",
            field="edition",
            remedy="Write it like 2.051.",
        )
    return number


def version_cell(number: int, issued_on: date) -> str:
    """Write the first column of the published list. Section F2.8

    2051 and 21 September 2022 give "Version 2.051 Issued on 21-09-2022".
    """
    return f"Version {format_edition(number)} Issued on {issued_on:%d-%m-%Y}"


def parse_version_cell(text: str) -> tuple[int, date]:
    """Read the first column of a published list: number and London date of issue. Section F2.8

    Raises Refusal (field ``version``) for another form or a day that does not exist.
    """
    refusal = Refusal(
        f"“{text.strip()}” does not say which edition this is.",
        clause="F2.8",
        field="version",
        remedy="Write it like “Version 2.051 Issued on 21-09-2022”.",
    )
    found = _VERSION_CELL.match(text)
    if not found:
        raise refusal
    try:
        issued_on = date(int(found[4]), int(found[3]), int(found[2]))
    except ValueError:
        raise refusal from None
    return parse_edition(found[1]), issued_on


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """Who has an edition so far.

    ``parties`` are the keys of all Parties, ``noticed`` of those with a portal notice, ``mailed`` of
    those whose mail was accepted, ``otherwise_told`` of those for whom a person
    recorded another channel.
    """

    edition: int
    available_to_dcc: bool = False
    dcc_told: bool = False
    parties: frozenset[str] = frozenset()
    noticed: frozenset[str] = frozenset()
    mailed: frozenset[str] = frozenset()
    otherwise_told: frozenset[str] = frozenset()


def dcc_limb(facts: PublicationFacts) -> Limb:
    """Judge whether the extract is available to the DCC, and the DCC told. Section F2.8(a)"""
    return limb(
        "F2.8(a)",
        "The DCC can fetch the extract, and has been told its number, digest and link.",
        facts.available_to_dcc and facts.dcc_told,
        "The DCC has not been told."
        if facts.available_to_dcc
        else "The extract is not available to the DCC.",
    )


def parties_limb(facts: PublicationFacts) -> Limb:
    """Judge whether every Party has been notified. Section F2.8(c)"""
    missing = parties_not_notified(facts)
    return limb(
        "F2.8(c)",
        "Every Party has its notice in the portal and an accepted mail, or was told otherwise.",
        not missing,
        f"{len(missing):,} of {len(facts.parties):,} Parties {'has' if len(missing) == 1 else 'have'} "
        "not been notified.",
        remedy="Mend the contact, or record the other channel by which the Party was told.",
    )


def parties_not_notified(facts: PublicationFacts) -> tuple[str, ...]:
    """Name the Parties still to be notified; one without a contact is among them. Section F2.8(c)"""
    told = (facts.noticed & facts.mailed) | facts.otherwise_told
    return tuple(sorted(facts.parties - told))
