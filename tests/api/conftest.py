"""Clients of the API: anybody, the DCC's with its token, and others."""

import base64
import datetime as dt
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.test import Client
from oauth2_provider.models import Application

from secgov.accounts.models import Role, User
from tests.factories import devices, people, publishing

NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
SECRET = "a secret of the tests"
FOLDER = Path(__file__).parent


@pytest.fixture(autouse=True)
def _nobody_asked_before():
    """Throttles count at the broker; each test begins at nothing."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()


def client_of(user: User, *, scope: str = "") -> Client:
    """A client of a program that signs in as `user`: its token comes from /o/token/, as in life."""
    application = Application.objects.create(
        name=f"Client of {user}",
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
    )
    return Client(headers={"Authorization": f"Bearer {token_of(application, scope=scope)}"})


def token_of(application: Application, *, scope: str = "") -> str:
    """Ask for a token by client credentials."""
    basic = base64.b64encode(f"{application.client_id}:{SECRET}".encode()).decode()
    answer = Client().post(
        "/o/token/",
        {"grant_type": "client_credentials", **({"scope": scope} if scope else {})},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Whoever looks at the two editions shares a world in which they are made once; in each file they come first."""
    ours = {place: item for place, item in enumerate(items) if FOLDER in item.path.parents}
    for item in ours.values():
        if "editions" in item.fixturenames:
            item.add_marker(pytest.mark.world.with_args(two_editions))
    first = sorted(ours.values(), key=lambda item: (item.path, item.get_closest_marker("world") is None))
    for place, item in zip(ours, first, strict=True):
        items[place] = item


@pytest.fixture
def stage(request, db, settings, tmp_path) -> publishing.Stage:
    """Everybody whom a publication needs, and a key to sign with."""
    if "editions" in request.fixturenames:
        return request.getfixturevalue("world")[0]
    publishing.signing_key(settings, tmp_path)
    return publishing.stage()


@pytest.fixture
def dcc(stage) -> Client:
    """The DCC's system."""
    return client_of(stage.client)


@pytest.fixture
def supplier_system(stage) -> Client:
    """A program of a Supplier, which is not the DCC's."""
    return client_of(people.person(Role.SUPPLIER, stage.parties[0]))


@pytest.fixture
def editions(world):
    """Two editions, made as in life: 0.001 with one meter, 0.002 with another one besides."""
    return world[1]


def two_editions(settings, folder):
    """Make the stage, and two editions on it."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage()
    first = publishing.listed(stage.cast)
    [one] = publishing.publish(NOON + 31 * MINUTE)
    second = publishing.listed(
        stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608", image_hash="cd" * 32
    )
    [two] = publishing.publish(NOON + 100 * MINUTE)
    assert (str(one), str(two)) == ("0.001", "0.002")
    return stage, [one, two, first, second]


def problem(answer, status: int) -> dict:
    """The body of an error, which is problem JSON of that status wherever it comes from."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= body.keys()
    assert body["status"] == status
    return body


@pytest.fixture
def anybody() -> Client:
    """Whoever comes without a token."""
    return Client()
