"""PostgreSQL and Valkey for one run of the tests: those given by address, else our own, gone when the run ends.

The servers must be up before Django reads its settings. So `begin` is called while the outermost conftest is
imported, by the process that a person started; the processes of pytest-xdist inherit what it put in the environment.
"""

import atexit
import os
import secrets
import sys
import tempfile
import zlib
from contextlib import AbstractContextManager

import redis

from secgov.local import servers
from secgov.local.places import Places

RUN = "CPL_TEST_RUN"  # set for the duration of one run, and names it
_running: AbstractContextManager[servers.Environment] | None = None


def begin() -> None:
    """Start or find the servers and set the environment of the tests; in a worker process, only its own part."""
    global _running
    if RUN not in os.environ:
        _running = servers.for_tests(Places(), _given())
        os.environ.update(_running.__enter__())
        os.environ[RUN] = f"{os.getpid()}_{secrets.token_hex(3)}"
        os.environ["TMPDIR"] = os.environ[
            "CPL_TEST_FOLDER"
        ]  # pytest's files and a browser's go when the run ends
        tempfile.tempdir = None
        if os.environ.pop(
            "PYTHONDONTWRITEBYTECODE", ""
        ):  # each program that a test starts would compile everything
            os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = (
                f"{os.environ['CPL_TEST_FOLDER']}/bytecode"
            )
            sys.dont_write_bytecode = False
        atexit.register(end)
    folder = f"{os.environ['CPL_TEST_FOLDER']}/{worker()}"
    os.makedirs(folder, exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="secgov.settings",
        CPL_DATABASE_ROLE="owner",  # so that the runner can empty tables; the guards are tested as the application
        REDIS_URL=_database_of_our_own(os.environ["REDIS_URL"]),
        DEBUG="1",
        ENVIRONMENT_NAME="test",
        SECRET_KEY="only-for-the-tests-" * 3,
        METRICS_TOKEN="only-for-the-tests",
        EDITION_DIR=f"{folder}/editions",
        EMAIL_URL="memorymail://",
        FOUR_EYES="1",
        EDITION_WINDOW_MINUTES="30",
    )
    for name in (
        "SIGNING_KEY_FILE",
        "ALLOWED_HOSTS",
        "WORKING_DAY_DIVISION",
        "FIR_PUBLIC",
        "AUTHORITY_EMAIL",
        "DCC_SECOND_EMAIL",
        "DCC_WEBHOOK_URL",
    ):
        os.environ.pop(name, None)  # a test asks for what it needs


def end() -> None:
    """Stop what this process started."""
    global _running
    if _running is not None:
        _running.__exit__(None, None, None)
        _running = None


def worker() -> str:
    """Name this process among those of the run."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _given() -> dict[str, str]:
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    owner = os.environ.get("DATABASE_OWNER_URL") or given.get("DATABASE_URL")
    if owner:
        given["DATABASE_OWNER_URL"] = owner
        given.setdefault("DATABASE_URL", owner)
    return given


def _database_of_our_own(url: str) -> str:
    """Give a numbered database of the broker to this process, so that no run takes another's tasks."""
    base = url.rsplit("/", 1)[0] if url.count("/") > 2 else url
    with redis.Redis.from_url(f"{base}/0") as broker:
        count = int(broker.config_get("databases")["databases"])
    ours = (
        int(worker().removeprefix("gw")) + 1 if worker() != "main" else 0
    )  # no two processes of a run have one number
    number = 1 + (zlib.crc32(os.environ[RUN].encode()) + ours) % (count - 1)
    with redis.Redis.from_url(f"{base}/{number}") as broker:
        broker.flushdb()
    return f"{base}/{number}"
