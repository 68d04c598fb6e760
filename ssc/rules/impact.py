"""What each outcome would do: how many Devices and Smart Metering Systems would be Suspended, and when.

Appendix Z 6.2(a)  The SSC weighs the security implications against the consequences for Energy
    Consumers of Devices being Suspended as a result of removal.

Reading: removal Suspends every Device of the Device Model; not removing it Suspends none, with a plan or without. What
a later removal would Suspend follows from the pace of upgrade that each Supplier reports, Smart Metering Systems in
proportion to Devices; where a Supplier reports none, its number and the sum are not known, and are never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from secgov.errors import Refusal

NOW, LATER, RETAIN, RETAIN_PLAN = "remove_now", "remove_later", "retain", "retain_plan"
DAYS_OF_A_WEEK = 7
MOST_A_WEEK = 1_000_000
"""A plausibility bound of ours on what is typed."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one Supplier has of a Device Model by the DCC's counts; `pace` is how many Devices it upgrades a week."""

    key: int
    name: str
    devices: int
    systems: int
    pace: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """One Supplier's part of what an option would Suspend; None where it is not known."""

    key: int
    name: str
    devices: int | None
    systems: int | None


@dataclass(frozen=True, slots=True)
class Option:
    """What one outcome would Suspend, together and by Supplier; None where it is not known."""

    key: str
    devices: int | None
    systems: int | None
    shares: tuple[Share, ...] = ()


def options_of(held: Sequence[Held] | None, *, removal_day: date | None, today: date) -> tuple[Option, ...]:
    """Give what each outcome would Suspend. Appendix Z 6.2(a)

    Takes what Suppliers hold by the DCC's counts, None where the DCC has counted nothing; the day of a later removal,
    None where none is thought of; and the London day of the computation.
    """
    now = _removed(NOW, held, 0)
    weeks = (removal_day - today).days // DAYS_OF_A_WEEK if removal_day else None
    later = () if weeks is None else (_removed(LATER, held, weeks),)
    kept = tuple(
        Option(key, 0, 0, tuple(Share(each.key, each.name, 0, 0) for each in held or ()))
        for key in (RETAIN, RETAIN_PLAN)
    )
    return (now, *later, *kept)


def _removed(key: str, held: Sequence[Held] | None, weeks: int) -> Option:
    if held is None:
        return Option(key, None, None)
    shares = tuple(left_of(each, weeks=weeks) for each in held)
    return Option(key, total(each.devices for each in shares), total(each.systems for each in shares), shares)


def left_of(held: Held, *, weeks: int) -> Share:
    """Give what is left with a Supplier after some weeks of upgrading at its pace. Appendix Z 6.2(a)"""
    if weeks <= 0:
        return Share(held.key, held.name, held.devices, held.systems)
    if held.pace is None:
        return Share(held.key, held.name, None, None)
    left = max(held.devices - held.pace * weeks, 0)
    systems = (
        -(-held.systems * left // held.devices) if held.devices else 0
    )  # rounded up: rather one home too many
    return Share(held.key, held.name, left, systems)


def total(numbers: Iterable[int | None]) -> int | None:
    """Add numbers up; the sum of what is not known is not known. Appendix Z 6.2(a)"""
    found = list(numbers)
    known = [each for each in found if each is not None]
    return sum(known) if len(known) == len(found) else None


def check_assumptions(*, removal_day: date | None, paces: Iterable[int], today: date) -> None:
    """Refuse a later removal on a day that is not later, and a pace that cannot be. Appendix Z 6.2(a)"""
    if removal_day is not None and removal_day <= today:
        raise Refusal(
            "A later removal is on a day to come.", clause="Z6.2(a)", field="removal_day",
            remedy="Give a later day, or leave it blank.",
        )  # fmt: skip
    if any(not 0 <= pace <= MOST_A_WEEK for pace in paces):
        raise Refusal(
            "That is no number of Devices that a Supplier upgrades a week.", clause="Z6.2(a)", field="pace",
            remedy="Give a number from nought up.",
        )  # fmt: skip
