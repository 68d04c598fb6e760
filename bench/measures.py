"""One line of the report: what was measured, against what, and the bound that was promised."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Seconds of a thing and of its yardstick, and the most that their ratio may be."""

    name: str
    seconds: float
    yardstick: str
    yardstick_seconds: float
    at_most: float

    @property
    def ratio(self) -> float:
        """How many times the yardstick's time it took."""
        return self.seconds / self.yardstick_seconds

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.ratio <= self.at_most

    def __str__(self) -> str:
        """The line of the report."""
        verdict = "kept" if self.kept else "MISSED"
        return (
            f"{self.name}: {self.seconds:.2f} s, {self.yardstick}: {self.yardstick_seconds:.3f} s, "
            f"ratio {self.ratio:.1f} (at most {self.at_most:g}): {verdict}"
        )


def median_seconds(
    repeat: int, work: Callable[[], object], *, before: Callable[[], object] = lambda: None
) -> float:
    """The median time of `repeat` runs of `work`, each after an untimed `before`."""
    taken = []
    for _ in range(repeat):
        before()
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
