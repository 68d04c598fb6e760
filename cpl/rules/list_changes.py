"""Changes of the list: their kinds, their clauses, and the second person.

Section F2.2  The list is updated to add and remove Device Models in accordance with
    the CPL Requirements Document. A change without a clause is refused; each names
    its entry, its reason, and what stood before and after.
Appendix Z 6.8, 6.9  A SMETS1 Device Model may be removed on advice or determination,
    and one so removed may be reinstated; where it was removed for not complying,
    only once the issue has been rectified.
Appendix Z 6.11  Removal is a mark, never a deletion: the entry and its number stay.

Reading: a correction is its own kind of change, with evidence, and never alters the
number; a row that never met Section F2.1 is removed as listed in error (A-64). The
reference in Appendix Z 6.9 to "6.2A(b)" is read as 6.8(b) (A-39).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpl.rules.limbs import Limb, check_limbs, limb
from cpl.rules.versions import SMETS1
from secgov.clauses import spell
from secgov.errors import Refusal

ADD, REMOVE, REINSTATE, CORRECT = "add", "remove", "reinstate", "correct"
KINDS = (ADD, REMOVE, REINSTATE, CORRECT)
PUBLISHED_KINDS = {ADD: "added", REMOVE: "removed", REINSTATE: "reinstated", CORRECT: "corrected"}
"""How the public reads each kind."""

CLAUSES = {
    ADD: ("F2.1(a)", "F2.1(b)"),
    REMOVE: ("Z6.1", "Z6.2", "Z6.4", "Z6.8(a)", "Z6.8(b)", "F2.1", "F2.2A", "F2.7B"),
    REINSTATE: ("Z6.9", "F2.2A", "F2.7B"),
    CORRECT: ("F2.2",),
}
"""The keys of the clauses that a change of each kind may cite."""
ORDERED = ("F2.2A", "F2.7B")
"""Cited where the Authority determined it, which overrides the gates of the others (chart 3)."""
LISTED_IN_ERROR = "F2.1"
"""Cited by the removal of a row that never met Section F2.1 (A-64)."""

FIRST_ROLE, SECOND_ROLE = "secretariat", "approver"


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What a change of the list rests on.

    ``entry`` and ``entry_after`` are six-digit numbers, which only differ in error.
    ``before`` and ``after`` are what is published of the entry, None where it is
    not on the list. ``closed_under`` is the key of the clause under which the entry
    was last removed, ``ground_reference`` the advice, determination or submission,
    ``evidence`` what a correction rests on, ``rectified`` the reference of the
    determination that an issue has been rectified.
    """

    kind: str
    clause: str
    entry: str
    generation: str
    listed: bool
    reason: str = ""
    public_reason: str = ""
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    entry_after: str = ""
    closed_under: str = ""
    ground_reference: str = ""
    evidence: str = ""
    rectified: str = ""


def clause_of_listing(generation: str) -> str:
    """Give the key of the clause under which a generation is listed. Section F2.1"""
    return "F2.1(b)" if generation == SMETS1 else "F2.1(a)"


def check_clause(*, kind: str, clause: str) -> None:
    """Refuse a change that cites no clause, or one that does not provide for it. Section F2.2

    Takes a kind and a clause's key. Raises Refusal (field ``kind`` or ``clause``).
    """
    if kind not in KINDS:
        raise Refusal(
            f"“{kind}” is not a change that the list knows.",
            clause="F2.2",
            field="kind",
            remedy=f"Choose one of: {', '.join(KINDS)}.",
        )
    if clause not in CLAUSES[kind]:
        known = ", ".join(spell(each) for each in CLAUSES[kind])
        raise Refusal(
            f"{spell(clause)} does not provide for this change."
            if clause
            else "A change of the list needs the clause that it is made under.",
            clause="F2.2",
            field="clause",
            remedy=f"Cite one of: {known}.",
        )


def gates(facts: ChangeFacts) -> tuple[Limb, ...]:
    """Judge every gate that a change has to pass, for the page that shows them. Section F2.2

    Those that hang on certificates and determinations are judged where these are
    decided: a listing's own limbs by ``listing``.
    """
    check_clause(kind=facts.kind, clause=facts.clause)
    of_kind = {
        ADD: _gates_of_adding,
        REMOVE: _gates_of_removing,
        REINSTATE: reinstatement_gates,
        CORRECT: _gates_of_correcting,
    }[facts.kind]
    return (
        limb(
            "F2.2",
            "The change states its reason.",
            bool(facts.reason.strip()),
            "No reason has been given.",
            remedy="Say why the change is made.",
            field="reason",
        ),
        *of_kind(facts),
    )


def check_gates(facts: ChangeFacts) -> None:
    """Refuse a change that does not pass all its gates. Section F2.2

    Raises Refusal, or Refusals when several are shut.
    """
    check_limbs(gates(facts))


def smets1_removal_limb(facts: ChangeFacts) -> Limb:
    """Judge whether the entry is one that the Panel may remove on advice. Appendix Z 6.8"""
    return limb(
        "Z6.8",
        "The entry is a SMETS1 Device Model.",
        facts.generation == SMETS1,
        "Appendix Z 6.8 is about SMETS1 Device Models only.",
        field="clause",
    )


def reinstatement_gates(facts: ChangeFacts) -> tuple[Limb, ...]:
    """Judge a reinstatement: SMETS1, removed under 6.8, rectified where needed. Appendix Z 6.9"""
    under_68 = facts.closed_under.startswith("Z6.8")
    if facts.clause in ORDERED:
        return (
            limb(
                "Z6.11",
                "The entry is not on the list.",
                not facts.listed,
                f"Entry {facts.entry} is on the list.",
            ),
            _ground(facts, "The Authority determined it."),
        )
    return (
        limb(
            "Z6.9",
            "The entry is a SMETS1 Device Model that was removed under Appendix Z 6.8.",
            facts.generation == SMETS1 and under_68 and not facts.listed,
            "Only a SMETS1 Device Model removed under Appendix Z 6.8 can be reinstated.",
            remedy="A Device Model removed otherwise returns by a new submission that names its entry.",
        ),
        limb(
            "Z6.9",
            "Where it was removed under 6.8(b) (printed as 6.2A(b)), the issue has been rectified.",
            facts.closed_under != "Z6.8(b)" or bool(facts.rectified.strip()),
            "The Panel has not determined that the issue which gave rise to the removal has been rectified.",
            remedy="Record the determination and its evidence.",
            field="rectified",
        ),
    )


def check_second_person(
    *, first: str, first_role: str, second: str, second_role: str, four_eyes: bool = True
) -> None:
    """Refuse an approval by the person who proposed, or in the wrong role. Section F2.2

    Takes the keys of two people and the roles they act in. With ``four_eyes`` off
    one person may do both; the journal says so. Raises Refusal.
    """
    if not four_eyes:
        return
    if first == second:
        raise Refusal(
            "You proposed this change, so a second person has to approve it.",
            clause="F2.2",
            remedy="Ask an Approver to look at it.",
        )
    if first_role == second_role or second_role != SECOND_ROLE:
        raise Refusal(
            "The second person approves as Approver, not in the role of the first.",
            clause="F2.2",
            remedy="Ask an Approver to look at it.",
        )


def digest_of(changes: Iterable[Mapping[str, object]]) -> str:
    """Give the SHA-256, in hex, of exactly what a set of changes will do. TR-10

    Takes each change as plain data (texts, whole numbers, booleans, None, lists,
    mappings; dates as ISO text): kind, clause, entry, before, after and the like.
    Order of changes and of keys does not matter. What a person saw and what is
    carried out are the same if their digests are.
    """
    lines = sorted(_canonical(change) for change in changes)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _canonical(change: Mapping[str, object]) -> str:
    return json.dumps(change, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _gates_of_adding(facts: ChangeFacts) -> tuple[Limb, ...]:
    return (
        limb(
            "F2.1",
            "The entry is not on the list.",
            not facts.listed,
            f"Entry {facts.entry} is on the list already.",
        ),
        limb(
            "F2.1",
            "The clause is that of the Device Model’s generation.",
            facts.clause == clause_of_listing(facts.generation),
            f"A {facts.generation} Device Model is listed under {spell(clause_of_listing(facts.generation))}.",
            field="clause",
        ),
        _ground(facts, "The listing rests on a submission."),
    )


def _gates_of_removing(facts: ChangeFacts) -> tuple[Limb, ...]:
    limbs = [
        limb(
            "Z6.11",
            "The entry is on the list.",
            facts.listed,
            f"Entry {facts.entry} is not on the list, so it cannot be removed.",
        ),
        limb(
            "F2.2",
            "The change has a reason that the public may read.",
            bool(facts.public_reason.strip()),
            "There is no reason for the public.",
            remedy="Give the clause and the kind of event, without anything confidential.",
            field="public_reason",
        ),
        _ground(facts, "The removal rests on a recorded event, advice or determination."),
    ]
    if facts.clause.startswith("Z6.8"):
        limbs.append(smets1_removal_limb(facts))
    return tuple(limbs)


def _gates_of_correcting(facts: ChangeFacts) -> tuple[Limb, ...]:
    return (
        limb(
            "F2.2",
            "The correction rests on evidence.",
            bool(facts.evidence.strip()),
            "No evidence has been given.",
            remedy="Name the document that shows the right value.",
            field="evidence",
        ),
        limb(
            "F2.2",
            "The entry keeps its number.",
            facts.entry_after in ("", facts.entry),
            "A correction never changes the entry number.",
            field="entry",
        ),
        limb(
            "F2.2",
            "The correction changes something.",
            facts.before is not None and facts.after is not None and facts.before != facts.after,
            "Before and after are the same.",
        ),
    )


def _ground(facts: ChangeFacts, asks: str) -> Limb:
    return limb(
        "F2.2",
        asks,
        bool(facts.ground_reference.strip()),
        "What the change rests on has not been recorded.",
        remedy="Name the submission, event, advice or determination.",
        field="ground_reference",
    )
