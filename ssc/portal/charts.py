"""Bars of what each outcome would Suspend: places across in per cent and down in pixels, so that text keeps its size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ROW, TOP, BAR = 50, 22, 18  # px: one option, its bar below its words, the height of a bar
FILLS = ("info", "accent", "mute")  # colours without a meaning of their own, for the first three Suppliers
REST = "sunk"
OTHERS = "Others"
TICKS = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """A Supplier's part of a bar."""

    x: str
    width: str
    fill: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """One option: its words, its number, where it stands, and the parts of its bar; none where it is nought or unknown."""

    label: str
    number: int | None
    y: int
    segments: list[Segment] = field(default_factory=list)

    @property
    def words_y(self) -> int:
        """Where its words stand."""
        return self.y - 7

    @property
    def end_y(self) -> int:
        """Where its bar ends."""
        return self.y + BAR


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    x: str
    number: int
    anchor: str


@dataclass(frozen=True, slots=True)
class ImpactChart:
    """The bars, the scale, and what each colour means."""

    rows: list[BarRow]
    ticks: list[Tick]
    key: list[tuple[str, str]]
    base: int
    height: int


def impact_chart(options: Sequence[dict[str, Any]], labels: Sequence[str]) -> ImpactChart | None:
    """Draw Smart Metering Systems that would be Suspended under each option, by Supplier; None where none is known."""
    numbers = [each["systems"] or 0 for each in options]
    if not any(numbers):
        return None
    most = _round_up(max(numbers))
    shares = max((each["shares"] for each in options), key=len)
    fills = {share["key"]: FILLS[place] if place < len(FILLS) else REST for place, share in enumerate(shares)}
    rows = []
    for place, (each, label) in enumerate(zip(options, labels, strict=True)):
        segments, left = [], 0.0
        for share in each["shares"] if each["systems"] else ():
            width = (share["systems"] or 0) * 100 / most
            segments.append(Segment(f"{left:.2f}%", f"{width:.2f}%", fills[share["key"]]))
            left += width
        rows.append(BarRow(label, each["systems"], place * ROW + TOP, segments))
    names = [(share["name"], fills[share["key"]]) for share in shares[: len(FILLS)]]
    if len(shares) > len(FILLS):
        names.append((OTHERS, REST))
    base = len(rows) * ROW
    return ImpactChart(rows, _ticks(most), names, base, base + 24)


def _ticks(most: int) -> list[Tick]:
    anchors = ["start", *["middle"] * (TICKS - 1), "end"]
    return [
        Tick(f"{place * 100 / TICKS:g}%", most * place // TICKS, anchor)
        for place, anchor in enumerate(anchors)
    ]


def _round_up(number: int) -> int:
    """The next round number that four lines divide: 18,420 fits under 20,000."""
    for size in (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000):
        for digit in (4, 8, 12, 20):
            if digit * size >= number:
                return digit * size
    return number
