"""Serving: stored bytes behind the shipped nginx and straight from gunicorn, against nginx; and searches of 50,000 entries."""

import gzip
import http.client
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.importing import ENTRIES
from bench.measures import AT_MOST, Measured
from bench.servers import ask, environment, gunicorn, list_of, rates
from cpl.models import EditionForm
from secgov.local import processes
from secgov.local.places import PROJECT
from tests import nginx
from tests.factories.published_list import hash_of

MANY = 50_000
PULL = "/api/v1/cpl/editions/{}/json"
# The least that nginx can do: a file, and no word about it in a log.
_PLAIN = """worker_processes auto; error_log {folder}/error.log; pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000; default_type application/json;
    server {{ listen 127.0.0.1:{port}; root {folder}/www; add_header Content-Encoding gzip; }} }}"""

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
    list_of(ENTRIES, folder / "twenty")
    form = EditionForm.objects.get(edition__number=2051, name="json")
    zipped = bytes(form.gzipped)
    (folder / "plain" / "www").mkdir(parents=True)
    (folder / "plain" / "www" / "edition").write_bytes(zipped)
    with ExitStack() as stack:
        ours = stack.enter_context(gunicorn("secgov.wsgi"))
        bare = stack.enter_context(gunicorn("bench.bare"))
        port = processes.free_port()
        configuration = _PLAIN.format(folder=folder / "plain", port=port)
        plain = stack.enter_context(nginx.running(folder / "plain", configuration, port=port))
        port = processes.free_port()
        configuration = nginx.shipped(folder / "front", port=port, application=int(ours.rpartition(":")[2]))
        front = stack.enter_context(nginx.running(folder / "front", configuration, port=port))
        tag = f'"{form.sha256}"'
        plain_tag = _check_same([ours, front], plain, zipped, tag)
        held, plain_held = ("If-None-Match", tag), ("If-None-Match", plain_tag)
        size = f"{ENTRIES} entries, {len(zipped) / 1e6:.1f} MB of gzip,"
        for asked, bound in (("2.051", 0.9), ("latest", 0.5)):
            name = f"behind nginx, pull of {size} as {asked}"
            yield rates(name, front + PULL.format(asked), plain + "/edition", "plain nginx", bound)
        for asked in ("2.051", "latest"):
            name = f"behind nginx, not modified, asked as {asked}"
            yield rates(
                name, front + PULL.format(asked), plain + "/edition", "plain nginx", 0.5, held, plain_held
            )
        for asked in ("2.051", "latest"):
            name = f"from gunicorn, pull of {size} as {asked}"
            yield rates(name, ours + PULL.format(asked), plain + "/edition", "plain nginx", 0.4)
        for asked in ("2.051", "latest"):
            name = f"from gunicorn, not modified, asked as {asked}"
            yield rates(name, ours + PULL.format(asked), bare + "/", "a bare view", 0.5, held)


def _searches(folder: Path) -> Iterator[Measured]:
    list_of(MANY, folder / "fifty")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        env=environment(), cwd=PROJECT, check=True,
    )  # fmt: skip
    with gunicorn("secgov.wsgi") as ours:
        for name, path, queries, most in (
            ("API list", "/api/v1/cpl/entries/", LIST_QUERIES, 150),
            ("register page", "/cpl/", PAGE_QUERIES, 300),
        ):
            times = ask(ours, [path + query for query in queries])
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


def _check_same(servers: list[str], plain: str, zipped: bytes, tag: str) -> str:
    """All serve the same gzip bytes, and ours under the same strong ETag, or the comparison means nothing.

    Gives the ETag of the plain file.
    """
    found = ""
    for base in (*servers, plain):
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
        path = "/edition" if base == plain else PULL.format("2.051")
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        found = answer.headers["ETag"]
        if (
            answer.read() != zipped
            or answer.headers["Content-Encoding"] != "gzip"
            or not gzip.decompress(zipped)
            or (base != plain and found != tag)
        ):
            raise RuntimeError(f"{base}{path} does not serve the edition's bytes")
        connection.close()
    return found
