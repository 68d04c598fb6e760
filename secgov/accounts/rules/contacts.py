"""What an organisation must keep so that it can be told things."""

from secgov.errors import Refusal


def check_contact_may_go(*, is_party: bool, others: int) -> None:
    """Refuse to retire a Party's last contact for notices. Section F2.8(c)

    Takes whether the organisation is a Party, and how many other contacts for notices would stay. The Panel notifies
    the Parties, so each keeps an address at which it can be told. Raises Refusal.
    """
    if is_party and others < 1:
        raise Refusal(
            "This is the last contact for notices, and a Party must be told when the list is updated.",
            clause="F2.8(c)",
            field="email",
            remedy="Add the new contact first, then retire this one.",
        )
