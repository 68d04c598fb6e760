"""A limb: one thing that a clause asks, and whether it is met.

Section F2.2  A change of the list is made in accordance with the CPL Requirements
    Document: every limb of it, each of which is named, judged, and shown to the
    person who decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from secgov.errors import Refusal, refuse_any


@dataclass(frozen=True, slots=True)
class Limb:
    """One thing a clause asks.

    ``clause`` is the clause's key, ``asks`` what it asks in a sentence, ``lacks``
    what is still wanting ("" when the limb is met), ``remedy`` what to do about it
    and ``field`` the form field concerned, if one is.
    """

    clause: str
    asks: str
    lacks: str = ""
    remedy: str = ""
    field: str = ""

    @property
    def met(self) -> bool:
        """True when nothing is lacking."""
        return not self.lacks

    def as_refusal(self) -> Refusal:
        """Give an unmet limb as the Refusal that it leads to."""
        return Refusal(self.lacks, clause=self.clause, field=self.field, remedy=self.remedy)


def limb(clause: str, asks: str, met: bool, lacks: str, *, remedy: str = "", field: str = "") -> Limb:
    """Judge one limb: what it lacks and the remedy are kept only when it is not met. Section F2.2"""
    return Limb(clause, asks) if met else Limb(clause, asks, lacks, remedy, field)


def unmet(limbs: Iterable[Limb]) -> tuple[Limb, ...]:
    """Give the limbs that are not met, in their order. Section F2.2"""
    return tuple(each for each in limbs if not each.met)


def check_limbs(limbs: Iterable[Limb]) -> None:
    """Refuse unless every limb is met, naming all that is lacking. Section F2.2

    Raises Refusal for one unmet limb, Refusals for several.
    """
    refuse_any(each.as_refusal() for each in unmet(limbs))
