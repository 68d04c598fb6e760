"""Serving: stored bytes against nginx, not-modified answers against a bare view, and searches of 50,000 entries."""

import datetime as dt
import gzip
import http.client
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from bench import stores
from bench.importing import ENTRIES
from bench.measures import AT_LEAST, AT_MOST, Measured
from cpl.models import EditionForm
from cpl.services import publication
from cpl.services.import_list import import_list
from cpl.signing import make_key_file
from secgov.journal.actors import Actor
from secgov.local import processes
from secgov.local.places import PROJECT
from tests import database
from tests.factories.published_list import hash_of, large_list

AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
MANY = 50_000
ROUNDS = 3
SECONDS = 4
CONNECTIONS = 16
ASKED = 150  # requests for each p95
PULL = "/api/v1/cpl/editions/{}/json"
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")

LIST_QUERIES = (
    "",
    "?limit=100&after=045000",
    "?manufacturer=0007",
    "?status=Removed&limit=100",
    "?device_type=single_element_esme&status=Current",
    "?firmware_version=0000C34F",
    f"?image_hash={hash_of(49_999)}",
    "?gbcs=3.2&specification=SMETS+V4.2&after=040000",
    "?device_model=C34F0000",
    "?gbcs=9.9",
)
PAGE_QUERIES = (
    "",
    "?page=400",
    "?manufacturer=0007",
    "?status=Removed",
    "?q=0000C34F",
    "?q=nobody",
    "?order=firmware",
    "?type=single_element_esme&order=-listed",
)


def measure() -> Iterator[Measured]:
    """Pulls and not-modified answers of 20,000 entries, then searches of 50,000, each over HTTP from gunicorn."""
    with tempfile.TemporaryDirectory(prefix="cpl-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if shutil.which("wrk") and shutil.which("nginx"):
            yield from _bytes(folder)
        else:
            print("wrk or nginx is not installed, so pulls are not measured.", flush=True)
        yield from _searches(folder)


def _bytes(folder: Path) -> Iterator[Measured]:
    _list_of(ENTRIES, folder / "twenty")
    form = EditionForm.objects.get(edition__number=2051, name="json")
    zipped = bytes(form.gzipped)
    with ExitStack() as running:
        ours = running.enter_context(_gunicorn("secgov.wsgi"))
        bare = running.enter_context(_gunicorn("bench.bare"))
        plain = running.enter_context(_nginx(folder, zipped))
        _check_same(ours, plain, zipped)
        for asked in ("2.051", "latest"):
            name = f"pull of {ENTRIES} entries as {asked}, {len(zipped) / 1e6:.1f} MB of gzip"
            yield _rates(name, ours + PULL.format(asked), plain + "/edition", "nginx", 0.4)
        tag = ("If-None-Match", f'"{form.sha256}"')
        for asked in ("2.051", "latest"):
            name = f"not modified, asked as {asked}"
            yield _rates(name, ours + PULL.format(asked), bare + "/", "a bare view", 0.5, tag)


def _searches(folder: Path) -> Iterator[Measured]:
    _list_of(MANY, folder / "fifty")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        env=_environment(), cwd=PROJECT, check=True,
    )  # fmt: skip
    with _gunicorn("secgov.wsgi") as ours:
        for name, path, queries, most in (
            ("API list", "/api/v1/cpl/entries/", LIST_QUERIES, 150),
            ("register page", "/cpl/", PAGE_QUERIES, 300),
        ):
            times = _ask(ours, [path + query for query in queries])
            detail = (
                f"median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms, one after another"
            )
            yield Measured(
                f"{name} of {MANY} entries, p95",
                statistics.quantiles(times, n=20)[-1],
                AT_MOST,
                most,
                "ms",
                detail,
            )


def _list_of(entries: int, folder: Path) -> None:
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


def _rates(
    name: str,
    ours: str,
    theirs: str,
    yardstick: str,
    bound: float,
    header: tuple[str, str] = ("Accept", "*/*"),
) -> Measured:
    """How our rate compares with a yardstick's: they take turns, and each round gives one ratio."""
    _rate(ours, header, seconds=1)
    _rate(theirs, header, seconds=1)
    rounds = [(_rate(ours, header), _rate(theirs, header)) for _ in range(ROUNDS)]
    reached = statistics.median(mine / other for mine, other in rounds)
    mine, other = (statistics.median(each) for each in zip(*rounds, strict=True))
    detail = f"{mine:.0f} a second; {yardstick} {other:.0f}"
    return Measured(name, reached, AT_LEAST, bound, detail=detail)


def _rate(url: str, header: tuple[str, str], seconds: int = SECONDS) -> float:
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", "-H", ": ".join(header), url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = _RATE.search(done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"the load did not land:\n{done.stdout}{done.stderr}")
    return float(found[1])


def _ask(base: str, paths: list[str]) -> list[float]:
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


def _check_same(ours: str, plain: str, zipped: bytes) -> None:
    """Both serve the same gzip bytes, or the comparison means nothing."""
    for base, path in ((ours, PULL.format("2.051")), (plain, "/edition")):
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        if (
            answer.read() != zipped
            or answer.headers["Content-Encoding"] != "gzip"
            or not gzip.decompress(zipped)
        ):
            raise RuntimeError(f"{base}{path} does not serve the edition's bytes")
        connection.close()


@contextmanager
def _gunicorn(application: str) -> Iterator[str]:
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
    with _running(command, _environment(), port) as base:
        yield base


@contextmanager
def _nginx(folder: Path, zipped: bytes) -> Iterator[str]:
    port = processes.free_port()
    (folder / "www").mkdir()
    (folder / "www" / "edition").write_bytes(zipped)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""{user} daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ worker_connections 512; }}
        http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/json;
            client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
            uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
            server {{ listen 127.0.0.1:{port}; root {folder}/www; add_header Content-Encoding gzip; }} }}"""
    )
    command = ["nginx", "-e", f"{folder}/nginx.log", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, dict(os.environ), port) as base:
        yield base


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
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


def _environment() -> dict[str, str]:
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


def main() -> None:
    """Print the rows of this bench alone."""
    try:
        for measured in measure():
            print(measured, flush=True)
    finally:
        stores.remove()
