"""What the minute of a decision on a plan has to say, so that a second person can carry out exactly that (chart 7)."""

from collections.abc import Collection

from secgov.errors import Refusal, refuse_any

CLAUSES = {
    "approve": "Z6.3(b)",
    "refuse": "F2.7B(b)",
    "finding": "Z6.3(c)",
    "complete": "Z6.3(c)",
    "discharge": "Z6.3",
    "notice": "Z6.5",
    "remedied": "Z6.5",
}
"""The kinds of decision, and the clause of each."""
NEEDS = {
    "approve": ("plan_version",),
    "refuse": ("plan_version",),
    "finding": ("finding",),
    "notice": ("ground",),
    "remedied": ("notice", "remedied_on"),
}
_WORDS = {
    "plan_version": "Choose the version.",
    "finding": "Choose what the SSC found.",
    "ground": "Choose approval or compliance.",
    "notice": "Choose the remedy notice.",
    "remedied_on": "Give the day on which it was remedied.",
}


def check_minuted(kind: str, *, minute_reference: str, given: Collection[str]) -> None:
    """Refuse a decision of no kind, without its minute, or without what its kind needs. Appendix Z 6.3(b), Appendix Z 6.5

    Takes the names of the fields that say something. Raises Refusal for all that is missing.
    """
    if kind not in CLAUSES:
        raise Refusal("Choose what the SSC decided.", clause="Z6.3", field="kind")
    found = [
        Refusal(_WORDS[name], clause=CLAUSES[kind], field=name)
        for name in NEEDS.get(kind, ())
        if name not in given
    ]
    if not minute_reference.strip():
        found.append(Refusal("Give the minute’s reference.", clause=CLAUSES[kind], field="minute_reference"))
    refuse_any(found)
