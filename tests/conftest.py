"""What every test stands on: real servers, a database of its own, and the clause that it proves."""

import os

from tests import servers

servers.begin()  # before Django reads its settings, and so before anything of ours that uses Django is imported

from collections.abc import Iterator  # noqa: E402  the servers come first
from contextlib import closing  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import django  # noqa: E402
import hypothesis  # noqa: E402
import psycopg2  # noqa: E402
import pytest  # noqa: E402
from celery import current_app  # noqa: E402
from django.conf import LazySettings, settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from psycopg2.extensions import connection as PsycopgConnection  # noqa: E402

from tests import database, instant, worlds  # noqa: E402

# Nothing here is judged by the clock: a busy machine is no fault of the code. People's runs try other examples each time;
# those of a build server (`.ci/run`) the same each time, since a rare one that is found there would be found by chance.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "build", hypothesis.settings.get_profile("unhurried"), derandomize=True, database=None
)
hypothesis.settings.load_profile("build" if os.environ.get("CI") else "unhurried")

django.setup()
instant.begin()

# In a worker of a parallel run Django's settings were read before this file: with the broker of the whole run, not ours.
settings.REDIS_URL = settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]
current_app.conf.broker_url = os.environ["REDIS_URL"]

# A test that commits is followed by a fresh copy of the template: emptying every table before that would be for nothing.
TransactionTestCase._fixture_teardown = lambda self: None

TEST_DATABASE = f"cpl_test_{os.environ[servers.RUN]}_{servers.worker()}"
_numbers_taken = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """Give this process a copy of the migrated template; pytest-django calls it before the first test that needs one."""
    if servers.worker() in ("main", "gw0"):
        database.drop_leftovers()
    database.copy_template(TEST_DATABASE)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = TEST_DATABASE
        for variable in (
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
        ):  # programs that a test starts find the same database
            os.environ[variable] = database.on(os.environ[variable], TEST_DATABASE)
    worlds.blocker = django_db_blocker
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    database.drop(TEST_DATABASE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open the world that a test shares with others (`tests/worlds.py`), or close the one that it does not.

    The first test of a process that commits finds a fresh copy as those after it do: those before it, rolled back, have
    left their numbers in the sequences.
    """
    shares = "world" in getattr(item, "fixturenames", ()) and not _commits(item)
    marker = item.get_closest_marker("world") if shares else None
    worlds.open_for(marker and marker.args[0])
    global _numbers_taken
    if _commits(item) and _numbers_taken and worlds.blocker is not None:
        connections.close_all()
        database.copy_template(TEST_DATABASE)
    _numbers_taken = not _commits(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """After a test that commits, copy the template again, once every fixture of the test is gone.

    What Django would do instead, emptying every table, would take along the rows that migrations made: holidays, types,
    guards' own data.
    """
    yield
    if _commits(item):
        connections.close_all()
        database.copy_template(TEST_DATABASE)


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    by_marker = marker is not None and bool(
        marker.kwargs.get("transaction") or (marker.args and marker.args[0])
    )
    by_fixture = {"transactional_db", "live_server", "django_db_reset_sequences"} & set(
        getattr(item, "fixturenames", ())
    )
    return by_marker or bool(by_fixture)


@pytest.fixture(autouse=True)
def edition_dir(settings: LazySettings, tmp_path: Path) -> Path:
    """Give each test a folder for editions of its own: what lies there is the witness of the last number."""
    settings.EDITION_DIR = tmp_path / "editions"
    return tmp_path / "editions"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What the process remembers, tries and calls of others among it, does not outlive a test."""
    cache.clear()


@pytest.fixture
def true_clock() -> Iterator[None]:
    """Let a test that starts programs have their clock, which is the machine's."""
    instant.end()
    yield
    instant.begin()


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None, settings: LazySettings, tmp_path: Path) -> Any:
    """What the function that `pytest.mark.world` names has made, for several tests or for this one."""
    marker = request.node.get_closest_marker("world")
    return worlds.shared(settings) if worlds.is_open() else marker.args[0](settings, tmp_path)


@pytest.fixture
def application_url(django_db_setup: None) -> str:
    """The test database's address for the application's role, which may neither change the schema nor the journal."""
    if os.environ["DATABASE_URL"] == os.environ["DATABASE_OWNER_URL"]:
        pytest.skip(
            "DATABASE_URL and DATABASE_OWNER_URL name one role here; give two to test what the database refuses"
        )
    return os.environ["DATABASE_URL"]


@pytest.fixture
def application_connection(application_url: str, transactional_db: None) -> Iterator[PsycopgConnection]:
    """A connection as the application's role. It sees what is committed, so the test commits what it makes."""
    with closing(psycopg2.connect(application_url)) as opened:
        yield opened
