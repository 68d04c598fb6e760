"""The three ways in which the system says no.

A rule or a service raises one of them; the edges turn them into an answer, once
for the API and once for the web (422, 403 or 404, 409). Anything else that is
raised is a fault of ours and is shown as one.
"""

from collections.abc import Iterable
from typing import Any


class Refusal(Exception):
    """The Code says no.

    ``message`` tells a person what is wrong, ``clause`` is the key of the clause
    that says so (``"F2.8(b)"``), ``field`` the form field it is about ("" when it
    is about the whole), ``remedy`` what to do instead ("" when the message says it).
    """

    def __init__(self, message: str, *, clause: str, field: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.clause = clause
        self.field = field
        self.remedy = remedy

    @property
    def each(self) -> tuple["Refusal", ...]:
        """Give the refusals one by one; a single refusal is a list of itself."""
        return (self,)


class Refusals(Refusal):
    """Several refusals at once, so that a person mends a form in one go.

    It is a Refusal: its clause and field are those of the first one, its message
    holds them all. An edge that shows ``each`` needs no special case.
    """

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self._each = tuple(one for refusal in refusals for one in refusal.each)
        if not self._each:
            raise ValueError("Refusals needs at least one Refusal")
        first = self._each[0]
        super().__init__(
            " ".join(one.message for one in self._each),
            clause=first.clause,
            field=first.field,
            remedy=first.remedy,
        )

    @property
    def each(self) -> tuple[Refusal, ...]:
        """Give the refusals one by one, in the order in which they were found."""
        return self._each


def refuse_any(refusals: Iterable[Refusal]) -> None:
    """Raise what was collected: nothing for none, the Refusal itself for one, else Refusals."""
    found = tuple(refusals)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Refusals(found)


class NotPermitted(Exception):
    """This person may not do this.

    ``hidden`` is True where even the existence of the thing is private: the edge
    then answers 404 in place of 403.
    """

    def __init__(self, message: str, *, hidden: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hidden = hidden


class Conflict(Exception):
    """Someone else was first: the state that this person saw is no longer the state.

    ``newer`` is the state as it now stands, for the edge to show; None when there
    is nothing to show.
    """

    def __init__(self, message: str, *, newer: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.newer = newer
