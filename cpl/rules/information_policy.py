"""How confidential a paper is that is made of several things.

X-2  How information is provided was not supplied. Under the Panel's Information Policy every
    document carries White, Green, Amber or Red; a paper that names several is as confidential
    as the most confidential of them.

Reading: what a submission says is for its owner and the Secretariat until its device is
listed, so a paper of it is Amber at least (need to know), and Green afterwards.
"""

from collections.abc import Iterable

LEVELS = ("white", "green", "amber", "red")
"""From open to closed."""


def highest_level(levels: Iterable[str], *, listed: bool) -> str:
    """Give the classification that a paper of a submission carries. X-2

    Takes the levels of the documents it names, and whether its device is on the list. Raises ValueError for an unknown
    level.
    """
    return max((*levels, "green" if listed else "amber"), key=LEVELS.index)
