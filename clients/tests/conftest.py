"""A client of the fixture's site, in a folder of its own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cpl_client import Client, Holding, Transport
from fixture_site import FIXTURE, FixtureSite, fixture_site

NOW = datetime(2026, 12, 4, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[FixtureSite]:
    """The site, with the first edition."""
    with fixture_site() as served:
        yield served


@pytest.fixture
def make(site: FixtureSite, tmp_path: Path) -> Callable[..., Client]:
    """Make a client of the site; what is given goes to the transport, or the client."""

    def made(*, now: datetime = NOW, environment: str | None = None, **given: Any) -> Client:
        settings = {
            "client_id": "id",
            "client_secret": "secret",
            "timeout": 120,
            "sleep": lambda seconds: None,
        }
        transport = Transport(site.address, **(settings | given))
        holding = Holding(tmp_path / "held")
        return Client(transport, holding, now=lambda: now, environment=environment, patience=())

    return made


@pytest.fixture
def client(make: Callable[..., Client]) -> Client:
    """A client that trusts the fixture's first key."""
    made = make()
    made.trust((FIXTURE / "fingerprint.txt").read_text().strip())
    return made


@pytest.fixture
def held(tmp_path: Path) -> Holding:
    """The client's folder."""
    return Holding(tmp_path / "held")
