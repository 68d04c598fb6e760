"""Who may give the Panel a new certificate for a Device Model on the list, and what that holds up.

Appendix Z 6.7  The Panel removes a Device Model only while no new Assurance Certificate
    has been provided to it under Clause 3.

Reading: Clause 3 was not supplied (X-2, A-01). A new certificate is provided by whoever
submitted the entry, by a Party responsible for it (the DCC for Communications Hubs, an
Import or Gas Supplier whose estate held it before the event was recorded), or by the
Secretariat for somebody else. It holds the removal until it is found valid or invalid
(A-14). What anybody else gives, for example with a submission of the same device, is kept
as evidence and holds nothing until the Secretariat has seen that it names the Device Model;
otherwise a stranger could stall a removal. For the same reason an organisation has one
certificate awaiting validation for an entry at a time, and after one was found invalid
gives the next through the Secretariat.
"""

from dataclasses import dataclass
from datetime import datetime

from cpl.rules.device_types import COMMUNICATIONS_HUB
from secgov.errors import Refusal


@dataclass(frozen=True, slots=True)
class Provider:
    """What ties an organisation to a listed entry.

    ``claimed_at`` is when its estate first took up the entry, None where it does not hold it; ``struck_at`` when the
    first standing event was recorded against a certificate of the entry, None where none was. ``awaiting`` says that a
    certificate of its own awaits validation for the entry, ``found_invalid`` that one was found invalid since.
    """

    submitted: bool = False
    is_dcc: bool = False
    claimed_at: datetime | None = None
    struck_at: datetime | None = None
    awaiting: bool = False
    found_invalid: bool = False


def may_provide(provider: Provider, *, device_type: str) -> bool:
    """Tell whether a new certificate from this organisation counts as provided for an entry. Appendix Z 6.7"""
    claimed = provider.claimed_at is not None and (
        provider.struck_at is None or provider.claimed_at < provider.struck_at
    )
    return provider.submitted or claimed or (provider.is_dcc and device_type == COMMUNICATIONS_HUB)


def counts_unseen(provider: Provider, *, device_type: str) -> bool:
    """Tell whether what an organisation gives with a submission holds a removal before anybody has seen it. Appendix Z 6.7"""
    return may_provide(provider, device_type=device_type) and not provider.found_invalid


def check_next_certificate(provider: Provider, *, entry: str) -> None:
    """Refuse one certificate after another for the same entry, which would stall a removal. Appendix Z 6.7

    Raises Refusal (field ``entries``).
    """
    if provider.awaiting:
        raise Refusal(
            f"A new certificate of yours for entry {entry} awaits validation already.",
            clause="Z6.7",
            field="entries",
            remedy="The Secretariat finds it valid or invalid, by its own target within one Working Day.",
        )
    if provider.found_invalid:
        raise Refusal(
            f"A new certificate of yours for entry {entry} was found invalid.",
            clause="Z6.7",
            field="entries",
            remedy="Send the next one to the Secretariat, who records it when it has seen that it holds.",
        )
