"""Who sits on the Security Sub-Committee, who may act on a case, and what may be read of it.

SC Methodology 1.2  The SSC is made up of representatives of Large Suppliers, Small Suppliers, Gas and Electricity
    Network Operators, Shared Resource Providers and Other Users; its Chair may invite any other person to give expert
    advice (G7.16(b)), who has no vote.

Reading: quorum and votes are Section G's and not supplied (X-5), so seats are recorded and nothing is computed from
them. A person with an interest in a case takes no part in it and does not see its papers. Nobody acts on one case both
as the Secretariat and as the SSC's secretary. Red papers are for named recipients, so an invited expert sees them not.
"""

from collections.abc import Iterable

from secgov.errors import NotPermitted, Refusal

CATEGORIES = {
    "large_supplier": "Large Suppliers",
    "small_supplier": "Small Suppliers",
    "gas_network": "Gas Network Operators",
    "electricity_network": "Electricity Network Operators",
    "shared_resource_provider": "Shared Resource Providers",
    "other_user": "Other Users",
}
"""The categories represented on the SSC (SC Methodology 1.2): six, the two kinds of Network Operators counted apart."""
RED = "red"


def clean_category(text: str) -> str:
    """Give the category of a seat. SC Methodology 1.2

    Raises Refusal (field ``category``) for any that is not represented on the SSC.
    """
    if text not in CATEGORIES:
        raise Refusal(
            f"“{text}” is not represented on the SSC.", clause="SC-1.2", field="category",
            remedy=f"Choose one of: {', '.join(CATEGORIES.values())}.",
        )  # fmt: skip
    return text


def vacant(seated: Iterable[str]) -> tuple[str, ...]:
    """Give the categories that nobody represents now, in their order. SC Methodology 1.2"""
    held = set(seated)
    return tuple(each for each in CATEGORIES if each not in held)


def check_takes_part(*, conflicted: bool, was_secretariat: bool) -> None:
    """Turn away whoever declared a conflict of interest in a case, or acted on it for the Secretariat. SC Methodology 1.2

    Raises NotPermitted.
    """
    if conflicted:
        raise NotPermitted("You declared a conflict of interest in this case: you take no part in it.")
    if was_secretariat:
        raise NotPermitted(
            "You acted on this case for the Secretariat: somebody else has to act for the SSC’s secretary."
        )


def may_read_paper(*, classification: str, invited_only: bool) -> bool:
    """Say whether somebody to whom a case's papers are open may read one of them. SC Methodology 1.2

    `invited_only` is True for an expert whom the Chair invited.
    """
    return not (invited_only and classification == RED)
