"""Planned and done, month by month, drawn on the server: across in per cent, down in pixels, so that text keeps its size."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

BASE, TALLEST = 164, 150  # px: where the bars stand, and how high the highest line is
WIDE = 91  # per cent for the bars; what is left is for the numbers of the scale
MOST_MONTHS = 24
LINES = 4


@dataclass(frozen=True, slots=True)
class Month:
    """One month: what is planned, done and counted by its end, and where its bars stand. None is not known.

    `left` is how many Devices the DCC still counts on the entry, `gone` how many fewer that is than it counted first.
    """

    label: str
    planned: int
    done: int | None
    left: int | None
    gone: int | None
    planned_x: str
    done_x: str
    gone_x: str
    middle: str
    width: str
    planned_height: int
    done_height: int
    gone_height: int

    @property
    def planned_y(self) -> int:
        """Where the bar of what is planned begins."""
        return BASE - self.planned_height

    @property
    def done_y(self) -> int:
        """Where the bar of what is done begins."""
        return BASE - self.done_height

    @property
    def gone_y(self) -> int:
        """Where the bar of what the DCC counts fewer begins."""
        return BASE - self.gone_height

    @property
    def behind(self) -> bool:
        """Whether less is done than planned."""
        return self.done is not None and self.done < self.planned


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale and its number."""

    y: int
    number: int

    @property
    def text_y(self) -> int:
        """Where its number stands."""
        return self.y - 3


@dataclass(frozen=True, slots=True)
class PlanChart:
    """The months and the scale; `counted` where the DCC's counts stand beside them."""

    months: list[Month]
    lines: list[Line]
    counted: bool


def plan_chart(
    planned: Sequence[tuple[dt.date, int]], done: Sequence[tuple[dt.date, int]], *, today: dt.date,
    counted: Sequence[tuple[dt.date, int]] = (),
) -> PlanChart | None:  # fmt: skip
    """Draw Devices promised by each month's end beside those reported, together so far; None where none are promised.

    `planned`, `done` and `counted` are days with numbers, oldest first. Planned is what the milestones promise and
    nothing between them; done is what the newest report up to a month's end said; counted is how many Devices the DCC
    still found on the entry, the first number being where the plan began. The last two are not known for months to come.
    """
    if not planned:
        return None
    ends = _month_ends(min(day for day, _ in (*planned, *done, *counted)), planned[-1][0])
    most = _round_up(max(number for _, number in (*planned, *done, *_fewer(counted))))
    slot, bars = WIDE / len(ends), 3 if counted else 2
    step, thick = slot * 0.78 / bars, slot * 0.78 / bars - slot * 0.03
    months = []
    for place, end in enumerate(ends):
        begun = end.replace(day=1) <= today
        promised = _by(planned, end) or 0
        reported = _by(done, end) if begun else None
        gone = _by(_fewer(counted), end) if begun else None
        at = 1 + place * slot
        months.append(
            Month(
                label=f"{end:%b}" if place else f"{end:%b %y}",
                planned=promised,
                done=reported,
                left=_by(counted, end) if begun else None,
                gone=gone,
                planned_x=f"{at:.2f}%",
                done_x=f"{at + step:.2f}%",
                gone_x=f"{at + 2 * step:.2f}%",
                middle=f"{at + slot * 0.375:.2f}%",
                width=f"{thick:.2f}%",
                planned_height=round(promised * TALLEST / most),
                done_height=round((reported or 0) * TALLEST / most),
                gone_height=round((gone or 0) * TALLEST / most),
            )
        )
    lines = [Line(BASE - TALLEST * each // LINES, most * each // LINES) for each in range(LINES + 1)]
    return PlanChart(months, lines, bool(counted))


def _fewer(counted: Sequence[tuple[dt.date, int]]) -> list[tuple[dt.date, int]]:
    """How many Devices fewer than first were counted each time; never below nought, where more have come."""
    return [(day, max(counted[0][1] - number, 0)) for day, number in counted]


def _by(found: Sequence[tuple[dt.date, int]], day: dt.date) -> int | None:
    return next((number for when, number in reversed(found) if when <= day), None)


def _month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """The last day of each month from one day's to another's, the newest MOST_MONTHS of them."""
    months = [
        divmod(number, 12) for number in range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    ]
    return [dt.date(year, month + 1, 1) - dt.timedelta(days=1) for year, month in months][-MOST_MONTHS:]


def _round_up(number: int) -> int:
    """The next round number that the lines divide."""
    size = 1
    while True:
        for digit in (4, 8, 12, 20, 40):
            if digit * size >= number:
                return digit * size
        size *= 10
