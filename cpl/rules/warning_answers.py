"""What an answer to a warning needs.

Section F2.2  A value that looks out of line is put right, or somebody says why it is
    right; where a certificate names other firmware, the manufacturer's mapping evidence
    comes with the reason, is kept for audit, and is never published.
"""

from collections.abc import Iterable

from cpl.rules.submissions import clean_reason
from cpl.rules.warnings import SubmissionWarning
from secgov.errors import Refusal


def check_answer(reason: str, *, wants_evidence: bool, has_evidence: bool) -> str:
    """Give the reason for which a value is right, cleaned. Section F2.2

    Takes the reason as written, whether the warning wants evidence, and whether some was
    given. Raises Refusal (field ``reason`` or ``evidence``).
    """
    reason = clean_reason(reason)
    if wants_evidence and not has_evidence:
        raise Refusal(
            "The manufacturer’s mapping of the two firmware names is missing.",
            clause="F2.5",
            field="evidence",
            remedy="Attach it; release notes will do. It is kept for audit and not published.",
        )
    return reason


def unanswered(warnings: Iterable[SubmissionWarning]) -> tuple[Refusal, ...]:
    """Refuse to go on while warnings wait for an answer, naming each. Section F2.2

    Takes the warnings that have none.
    """
    return tuple(
        Refusal(
            f"A warning is not answered yet: {each.heading}.",
            clause=each.clause,
            field="warnings",
            remedy="Put the value right, or say why it is right.",
        )
        for each in warnings
    )
