"""Bars drawn on the server: places in per cent across and pixels down, so that text keeps its size at any width."""

from collections.abc import Sequence
from dataclasses import dataclass

from secgov.journal.services.levels import Tally

SLOT = 100 / 12  # per cent of the width for each of twelve months
BASE, TALLEST = 150, 108  # px: where the bars stand, and how high the highest is
SMALL_BASE, SMALL_TALLEST = 46, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: where its bar, its number and its misses stand."""

    label: str
    met: int
    missed: int
    x: str
    middle: str
    y: int
    height: int
    value_y: int
    miss_y: int
    miss_text_y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of twelve months and the lines behind them, by their height in pixels."""

    bars: list[Bar]
    lines: list[int]


def month_chart(labels: Sequence[str], tallies: Sequence[Tally]) -> Chart:
    """Draw duties met and missed, month by month, from zero; lines at round numbers."""
    highest = max((each.met for each in tallies), default=0)
    bars = [
        _bar(label, each, number, highest, base=BASE, tallest=TALLEST, inset=0.9, half=3.25)
        for number, (label, each) in enumerate(zip(labels, tallies, strict=True))
    ]
    step = _round_step(highest)
    lines = [BASE - round(number * step * TALLEST / highest) for number in range(3)] if highest else [BASE]
    return Chart(bars, [line for line in lines if line >= BASE - TALLEST])


def small_chart(labels: Sequence[str], tallies: Sequence[Tally]) -> Chart:
    """The same, small: for one kind of duty beside others."""
    highest = max((each.met for each in tallies), default=0)
    bars = [
        _bar(label, each, number, highest, base=SMALL_BASE, tallest=SMALL_TALLEST, inset=0.6, half=3.55)
        for number, (label, each) in enumerate(zip(labels, tallies, strict=True))
    ]
    return Chart(bars, [])


def _bar(
    label: str, tally: Tally, number: int, highest: int, *, base: int, tallest: int, inset: float, half: float
) -> Bar:
    height = max(2, round(tally.met * tallest / highest)) if tally.met else 0
    left, top = number * SLOT + inset, base - height
    small = base == SMALL_BASE
    return Bar(
        label=label,
        met=tally.met,
        missed=tally.missed,
        x=f"{left:.2f}%",
        middle=f"{left + half:.2f}%",
        y=top,
        height=height,
        value_y=top - 5,
        miss_y=max(0, top - 10) if small else top - 34,
        miss_text_y=top - 23,
    )


def _round_step(highest: int) -> int:
    """A round number of which two or a little more fit under the highest bar."""
    for size in (1, 10, 100, 1_000, 10_000, 100_000):
        for digit in (1, 2, 5):
            if digit * size * 2.5 >= highest:
                return digit * size
    return highest
