"""The texts of a certificate as they are kept: one line each, without hidden characters.

Appendix Z 2.1(f), (g)  Number, standard and its version, and for CPA the version of the Security
    Characteristics, are copied from the certificate. An invisible character that reorders what
    follows stands on no certificate.
"""

from collections.abc import Mapping
from typing import Any

from firmware_repo.rules.text import clean_line
from secgov.errors import Refusal, refuse_any

TEXTS = {
    "number": ("Z2.1(f)", "the certificate number", 60),
    "standard": ("Z2.1(f)", "the standard", 120),
    "standard_version": ("Z2.1(f)", "the version of the standard", 40),
    "sc_version": ("Z2.1(g)", "the Security Characteristics version", 20),
}
"""By field: the clause that asks for it, its name, and how many characters are kept."""


def clean_certificate(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give a certificate's values with every text that is not blank tidied. Appendix Z 2.1(f), Appendix Z 2.1(g)

    Takes values by field; those that are no texts stay. Blanks are judged where the certificate is. Raises Refusals
    for control or hidden characters, and for texts that are too long.
    """
    clean, refusals = dict(values), []
    for field, (clause, name, cap) in TEXTS.items():
        text = str(values.get(field) or "")
        if text.strip():
            try:
                clean[field] = clean_line(text, field=field, clause=clause, name=name, cap=cap)
            except Refusal as refusal:
                refusals.append(refusal)
    refuse_any(refusals)
    return clean
