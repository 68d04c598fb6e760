"""The random passwords of the local servers, made once and kept in `.local` for the owner's eyes only."""

import json
import secrets
from dataclasses import asdict, dataclass, field

from secgov.local.places import Places, write_private


def _random() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Passwords:
    """One secret for each door."""

    superuser: str = field(default_factory=_random)
    owner: str = field(default_factory=_random)
    application: str = field(default_factory=_random)
    broker: str = field(default_factory=_random)
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    metrics_token: str = field(default_factory=_random)


def recall(places: Places) -> Passwords | None:
    """Give the passwords made earlier, or None."""
    path = places.local / "passwords.json"
    return Passwords(**json.loads(path.read_text())) if path.exists() else None


def keep(places: Places, passwords: Passwords) -> None:
    """Write the passwords down, readable by the present user alone."""
    write_private(places.local / "passwords.json", json.dumps(asdict(passwords), indent=1))
