"""One row of the report: what was measured, what was promised, what was reached."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

AT_MOST, AT_LEAST = "at most", "at least"
NO_BOUND = float("inf")
"""Nothing was promised; the figure is there to be seen."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure reached in this run, most of them ratios, and the bound that was promised for it."""

    name: str
    reached: float
    sense: str
    """AT_MOST or AT_LEAST."""
    bound: float
    unit: str = "times"
    detail: str = ""
    """The two figures behind a ratio, for the reader who doubts it."""

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.reached <= self.bound if self.sense == AT_MOST else self.reached >= self.bound

    def __str__(self) -> str:
        """The row as it is printed."""
        promised = f"{self.sense} {self.bound:g}"
        verdict = "kept" if self.kept else "MISSED"
        if self.bound == NO_BOUND:
            promised = verdict = ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{verdict:6}  {self.reached:8.2f}  {promised:>13} {self.unit:5}  {self.name}{detail}"


def slowdown(name: str, medians: tuple[float, float], yardstick: str, bound: float) -> Measured:
    """How many times the yardstick's time something took, which may be `bound` at most; see `median_seconds`."""
    seconds, yardstick_seconds = medians
    detail = f"{seconds:.2f} s; {yardstick} {yardstick_seconds:.3f} s"
    return Measured(name, seconds / yardstick_seconds, AT_MOST, bound, detail=detail)


def median_seconds(
    repeat: int,
    work: Callable[[], object],
    yardstick: Callable[[], object],
    *,
    before_work: Callable[[], object] = lambda: None,
    before_yardstick: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """The median times of `work` and of `yardstick`, each run `repeat` times after an untimed preparation.

    They take turns, so that whatever else the machine does slows both alike.
    """
    taken: list[float] = []
    taken_by_yardstick: list[float] = []
    for _ in range(repeat):
        before_yardstick()
        taken_by_yardstick.append(_seconds(yardstick))
        before_work()
        taken.append(_seconds(work))
    return statistics.median(taken), statistics.median(taken_by_yardstick)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
