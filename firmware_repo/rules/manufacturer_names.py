"""Manufacturers' names, and names made to look like them.

Appendix Z 2.1(a)  The list identifies the Manufacturer. Its name is trimmed and
    normalised (NFKC); a name that mixes alphabets, or that looks like a name
    already held, is never matched by the system: a person reviews it.
"""

from firmware_repo.rules.text import clean_line
from secgov.accounts.rules.names import reason_to_review_name, skeleton

__all__ = ["MANUFACTURER_NAME_CAP", "clean_manufacturer_name", "reason_to_review_name", "skeleton"]

MANUFACTURER_NAME_CAP = 120
"""Characters. Longer than any company name registered in Great Britain we met."""


def clean_manufacturer_name(text: str) -> str:
    """Trim and normalise a Manufacturer's name. Appendix Z 2.1(a)

    Takes the name as written; gives it in NFKC, one blank between words. Raises
    Refusal (field ``manufacturer_name``) when blank, over 120 characters, or with
    control or hidden characters.
    """
    return clean_line(
        text,
        field="manufacturer_name",
        clause="Z2.1(a)",
        name="the Manufacturer’s name",
        cap=MANUFACTURER_NAME_CAP,
    )
