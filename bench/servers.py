"""What the benches of serving stand on: a list of a size, gunicorn as in production, and how fast answers come."""

import datetime as dt
import http.client
import os
import re
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from bench import stores
from bench.measures import AT_LEAST, Measured
from cpl.services import publication
from cpl.services.import_list import import_list
from cpl.signing import make_key_file
from secgov.journal.actors import Actor
from secgov.local import processes
from secgov.local.places import PROJECT
from tests import database
from tests.factories.published_list import large_list

AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
ROUNDS = 3
SECONDS = 4
CONNECTIONS = 16
ASKED = 150  # requests for each p95
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
Header = tuple[str, str]
ANY: Header = ("Accept", "*/*")


def list_of(entries: int, folder: Path) -> None:
    """A fresh register with that many entries, taken over, built and placed as edition 2.051."""
    stores.fresh()
    folder.mkdir()
    make_key_file(folder / "key.json", environment=settings.ENVIRONMENT_NAME)
    settings.SIGNING_KEY_FILE = str(folder / "key.json")
    settings.EDITION_DIR = folder / "editions"
    import_list(data=large_list(entries), file_name="bench.csv", actor=Actor(None, "Operator"), at=AT)
    publication.publish_due(clock=lambda: AT)
    with stores.as_owner() as owner:
        owner.autocommit = True
        owner.cursor().execute("VACUUM ANALYZE")


def rates(
    name: str,
    ours: str,
    theirs: str,
    yardstick: str,
    bound: float,
    header: Header = ANY,
    their_header: Header | None = None,
) -> Measured:
    """How our rate compares with a yardstick's: they take turns, and each round gives one ratio."""
    _rate(ours, header, seconds=1)
    _rate(theirs, their_header or header, seconds=1)
    rounds = [(_rate(ours, header), _rate(theirs, their_header or header)) for _ in range(ROUNDS)]
    reached = statistics.median(mine / other for mine, other in rounds)
    mine, other = (statistics.median(each) for each in zip(*rounds, strict=True))
    detail = f"{mine:.0f} a second; {yardstick} {other:.0f}"
    return Measured(name, reached, AT_LEAST, bound, detail=detail)


def _rate(url: str, header: Header, seconds: int = SECONDS) -> float:
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", "-H", ": ".join(header), url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = _RATE.search(done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"the load did not land:\n{done.stdout}{done.stderr}")
    return float(found[1])


def ask(base: str, paths: list[str]) -> list[float]:
    """The milliseconds that each of so many requests takes, going round the paths, after each was asked once."""
    host = base.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    times = []
    for number in range(-len(paths), ASKED):
        begin = time.perf_counter()
        connection.request("GET", quote(paths[number % len(paths)], safe="/?=&+"))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{paths[number % len(paths)]} answered {answer.status}")
        if number >= 0:
            times.append((time.perf_counter() - begin) * 1000)
    connection.close()
    return times


@contextmanager
def gunicorn(application: str) -> Iterator[str]:
    port = processes.free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        "--bind",
        f"127.0.0.1:{port}",
        application,
    ]
    with running(command, environment(), port) as base:
        yield base


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
    process = processes.start(command, env=environment, cwd=PROJECT)
    try:
        processes.wait_until(lambda: _answers(port, process), seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop(process)


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError("a server of the bench did not start; what it said stands above")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def environment() -> dict[str, str]:
    """Settings as in production, but for the two that need TLS and a real mail server."""
    environment = dict(os.environ) | {
        "DATABASE_URL": database.on(os.environ["DATABASE_URL"], stores.NAME),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "METRICS_TOKEN": secrets.token_urlsafe(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "EDITION_DIR": str(settings.EDITION_DIR),
        "EMAIL_URL": "smtp://127.0.0.1",  # nothing is mailed
        "DEBUG": "0",
        "SECURE_SSL_REDIRECT": "0",
        "ENVIRONMENT_NAME": "bench",
        "LOG_LEVEL": "WARNING",
    }
    for name in ("CPL_DATABASE_ROLE", "SIGNING_KEY_FILE", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    return environment
