"""Who acts, as the journal writes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a role for an organisation, as they were at that moment; or the system itself."""

    user_id: int | None
    role: str
    organisation: str = ""


SYSTEM = Actor(user_id=None, role="System")
