"""The instant at which every run of the tests begins, whatever the machine's clock says: a build may run at any hour.

Time goes on from there. What a test starts as a program of its own has the machine's clock, and by the fixture
`true_clock` its test has too.
"""

import datetime as dt

import time_machine

BEGINS = dt.datetime(
    2026, 11, 20, 10, 0, tzinfo=dt.UTC
)  # a Friday before any of the days on which the stories play
_travel: time_machine.travel | None = None


def begin() -> None:
    """Be there, in this process."""
    global _travel
    _travel = time_machine.travel(BEGINS, tick=True)
    _travel.start()


def end() -> None:
    """Come back to the machine's clock."""
    global _travel
    if _travel is not None:
        _travel.stop()
        _travel = None
