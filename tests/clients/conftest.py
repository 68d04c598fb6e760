"""A site that runs, with editions made as in life, and the DCC's client of it."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cpl_client import Client, Holding, Transport
from oauth2_provider.models import Application

from cpl.models import Edition, SigningKey
from secgov.journal import clock
from tests.factories import publishing

SECRET = "a secret of the tests"


@dataclass
class Site:
    """The site, who is there, and the editions so far."""

    url: str
    stage: publishing.Stage
    application: Application
    folder: Path
    editions: list[Edition] = field(default_factory=list)

    def issue(self, firmware: str) -> Edition:
        """List one more device and issue the edition that carries it, now."""
        now = clock.now()
        publishing.listed(self.stage.cast, at=now - dt.timedelta(hours=1), firmware_version=firmware)
        [edition] = publishing.publish(now)
        self.editions.append(edition)
        return edition

    @property
    def fingerprint(self) -> str:
        """Of the key that signed first."""
        return SigningKey.objects.order_by("valid_from").first().kid

    def client(self) -> Client:
        """The DCC's client, with a folder of its own."""
        transport = Transport(
            self.url,
            client_id=self.application.client_id,
            client_secret=SECRET,
            attempts=2,
            sleep=lambda s: None,
        )
        return Client(transport, Holding(self.folder / "held"), now=clock.now, patience=())


@pytest.fixture
def site(live_server, settings, tmp_path) -> Site:
    """The site with its first edition."""
    settings.SITE_URL = live_server.url
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    application = Application.objects.create(
        name="DCC", user=stage.client, client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS, client_secret=SECRET,
    )  # fmt: skip
    made = Site(live_server.url, stage, application, tmp_path)
    made.issue("05080607")
    return made
