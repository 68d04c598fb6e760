"""What is still lacking of entries that were taken over from a published list.

Section F2.2, Appendix Z 2.1(f) and (g)  The list holds each entry's certificates; the published
    columns do not, so an imported entry has none until a person enters them.
Section F2.16  The repository has a record for each entry; an imported one has none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpl.rules.required_certificates import Requirement, required_bodies


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of entries of which the same certificates are required."""

    generation: str
    device_type: str
    spec_type: str
    spec_version: str


def sorts_that_need(
    body: str, sorts: Iterable[Sort], requirements: Iterable[Requirement], *, on: date
) -> list[Sort]:
    """Give the sorts of entries that need a body's certificate on a London date. Section F2.2"""
    rows = list(requirements)
    return [
        sort
        for sort in sorts
        if body
        in required_bodies(
            rows,
            generation=sort.generation,
            device_type=sort.device_type,
            spec_type=sort.spec_type,
            spec_version=sort.spec_version,
            on=on,
        )
    ]
