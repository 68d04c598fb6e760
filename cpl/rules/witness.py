"""Whether the next edition may be numbered: the witness outside the database against the database itself.

Section F2.8  Each edition has its number once. The witness is a small file beside the
    published files: the latest number and the digest of its manifest. A database
    restored from an older copy does not know the numbers it gave since; the witness
    does.

Reading: a database that is ahead of its witness was stopped between committing an
edition and writing its files, and heals itself by writing them (chart 4). A witness
that is ahead, that names another manifest, or that is gone while editions have been
placed, is for a person: the system must not issue a number that it may have issued.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cpl.rules.publication import format_edition
from secgov.errors import Refusal

AGREES, PLACE_AGAIN = "agrees", "place again"


@dataclass(frozen=True, slots=True)
class Witness:
    """What stands outside the database: the latest edition placed, and the SHA-256 of its manifest."""

    edition: int
    manifest_sha256: str


def judge_witness(
    witness: Witness | None, *, manifests: Mapping[int, str], placed: frozenset[int] | set[int]
) -> str:
    """Say whether witness and database agree, or the files have to be written again. Section F2.8

    Takes the witness (None where there is none), the manifest digests of all editions
    in the database by number, and the numbers of those placed. Gives AGREES or
    PLACE_AGAIN. Raises Refusal when a person has to look first.
    """
    latest = max(manifests, default=None)
    if witness is None:
        if placed:
            raise _refusal(
                f"The folder of editions holds no witness, yet edition {format_edition(max(placed))} was placed in it.",
                "Put the folder back, or find out which edition the DCC holds and restore the witness.",
            )
        return AGREES if latest is None else PLACE_AGAIN
    if latest is None or witness.edition > latest:
        raise _refusal(
            f"The witness says that edition {format_edition(witness.edition)} was issued; the database "
            f"{f'ends with {format_edition(latest)}' if latest else 'holds none'}.",
            "The database is older than what was published. Restore a newer copy of it.",
        )
    if manifests.get(witness.edition) != witness.manifest_sha256:
        raise _refusal(
            f"The witness names another manifest of edition {format_edition(witness.edition)} than the database holds.",
            "Find out which of the two the DCC received before anything is issued.",
        )
    return AGREES if witness.edition == latest and latest in placed else PLACE_AGAIN


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(f"No edition can be issued. {message}", clause="F2.8", field="witness", remedy=remedy)
