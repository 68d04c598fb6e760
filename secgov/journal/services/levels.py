"""How many of the dates set by the Code were kept: counted from the obligations, never kept as a figure of its own."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth

from secgov.journal.models import Act, Heartbeat, Obligation
from secgov.journal.models.obligations import ObligationQuerySet
from secgov.time_rules import LONDON, london_day, months_before, start_of_day

MONTHS = 12
KINDS = ("F2.8", "F2.7", "F2.9")
"""Kinds of duty that are shown apart, by the beginning of their clause; whatever else is owed is "other"."""
OTHER = "other"
EXPLAINED = "journal.obligation.explained"


@dataclass(slots=True)
class Tally:
    """Duties of one kind in one month: met in it, or due in it and missed."""

    met: int = 0
    missed: int = 0


@dataclass(slots=True)
class Month:
    """One month of London, by its first day."""

    first: dt.date
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    @property
    def total(self) -> Tally:
        """All kinds together."""
        return _together(list(self.kinds.values()))


def _together(tallies: list[Tally]) -> Tally:
    return Tally(sum(each.met for each in tallies), sum(each.missed for each in tallies))


@dataclass(frozen=True, slots=True)
class Missed:
    """A duty that was not done by its due instant: how late, whether it still stands, and what was said of it."""

    obligation: Obligation
    late_by: dt.timedelta
    still_open: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Level:
    """Twelve months of duties, oldest month first; the missed ones, newest first; the last sign of life."""

    at: dt.datetime
    months: list[Month]
    missed: list[Missed]
    overdue: list[Missed]
    last_beat: Heartbeat | None

    @property
    def total(self) -> Tally:
        """All months together."""
        return _together([each.total for each in self.months])

    @property
    def worst(self) -> Missed | None:
        """The longest lateness, of what is overdue since before the twelve months too; None where nothing was late."""
        return max([*self.missed, *self.overdue], key=lambda each: each.late_by, default=None)

    def of_kind(self, kind: str) -> list[Tally]:
        """Give one kind month by month."""
        return [month.kinds[kind] if kind in month.kinds else Tally() for month in self.months]


def service_level(*, at: dt.datetime) -> Level:
    """Count the duties of the Panel, the SSC and the DCC's loading over twelve months of London. TR-10

    A duty is one date set by one clause. It is met in the month in which it was done in time, and missed in the month
    in which its time ended. One that fell away in its time, for a stated reason, is not counted; what falls away later
    had been missed by then, and stays so. Nor are our own targets counted, nor what a Party owes: that is between it and
    the SSC. Four queries.
    """
    firsts = _firsts(at)
    since = start_of_day(firsts[0])
    months = {first: Month(first) for first in firsts}
    counted = _counted()
    in_time = counted.filter(discharged_at__lt=F("due_at"), discharged_at__gte=since, discharged_at__lte=at)
    by_month = in_time.annotate(month=TruncMonth("discharged_at", tzinfo=LONDON)).order_by()
    for month, clause, number in by_month.values_list("month", "clause").annotate(number=Count("pk")):
        months[month.date()].kinds[kind_of(clause)].met += number
    late = counted.missed(at=at)
    missed = _missed(list(late.filter(due_at__gte=since).order_by("-due_at", "-id")), at)
    for each in missed:
        # The last instant of a period ends the day before: what was due at the end of a month was due in it.
        first = london_day(each.obligation.due_at - dt.timedelta(seconds=1)).replace(day=1)
        if first in months:
            months[first].kinds[kind_of(each.obligation.clause)].missed += 1
    return Level(
        at=at,
        months=list(months.values()),
        missed=missed,
        overdue=_missed(list(counted.overdue(at=at).order_by("due_at", "id")), at),
        last_beat=Heartbeat.objects.order_by("-finished_at").first(),
    )


@dataclass(frozen=True, slots=True)
class ClauseLevel:
    """How one clause is doing: duties that stand, those of them overdue, and what twelve months brought."""

    standing: int
    overdue: int
    met: int
    missed: int


def clause_levels(*, at: dt.datetime) -> dict[str, ClauseLevel]:
    """Count by clause the duties that stand now, and those met and missed since the twelve months began. TR-10

    The same duties as `service_level` counts. One query.
    """
    since = start_of_day(_firsts(at)[0])
    standing = Q(discharged_at=None, fell_away_at=None)
    in_time = Q(discharged_at__lt=F("due_at"), discharged_at__gte=since, discharged_at__lte=at)
    late = Q(pk__in=Obligation.objects.missed(at=at).filter(due_at__gte=since).values("pk"))
    rows = (
        _counted()
        .order_by()
        .values_list("clause")
        .annotate(
            standing=Count("pk", filter=standing),
            overdue=Count("pk", filter=standing & Q(due_at__lte=at)),
            met=Count("pk", filter=in_time),
            missed=Count("pk", filter=late),
        )
    )
    return {clause: ClauseLevel(*numbers) for clause, *numbers in rows}


def _firsts(at: dt.datetime) -> list[dt.date]:
    """The first days of the twelve months that end with this one, oldest first."""
    today = london_day(at)
    return [months_before(today.replace(day=1), number) for number in range(MONTHS - 1, -1, -1)]


def _counted() -> ObligationQuerySet:
    return Obligation.objects.filter(
        Q(owed_by__in=[Obligation.Owner.PANEL, Obligation.Owner.SSC]) | Q(clause="F2.9"), by_law=True
    )


def is_counted(obligation: Obligation) -> bool:
    """Say whether a duty is one of those that the public page counts. F2.8-0"""
    return obligation.by_law and (
        obligation.owed_by in (Obligation.Owner.PANEL, Obligation.Owner.SSC) or obligation.clause == "F2.9"
    )


def kind_of(clause: str) -> str:
    """Say under which kind a clause is counted: `F2.8(a)` under `F2.8`."""
    return next(
        (kind for kind in KINDS if clause == kind or clause.startswith((f"{kind}(", f"{kind}-"))), OTHER
    )


def _missed(rows: list[Obligation], at: dt.datetime) -> list[Missed]:
    said = dict(
        Act.objects.filter(
            verb=EXPLAINED,
            subject_type=Obligation._meta.label_lower,
            subject_id__in=[str(row.pk) for row in rows],
        )
        .order_by("id")
        .values_list("subject_id", "public_reason")
    )
    return [
        Missed(row, row.missed_by(at=at) or dt.timedelta(0), row.is_standing, said.get(str(row.pk), ""))
        for row in rows
    ]
