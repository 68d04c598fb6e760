"""Questions to a list of 50,000 entries: status at a steady rate, a delta, another day; and how each grows with the list."""

import gzip
import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bench import stores
from bench.measures import AT_LEAST, AT_MOST, NO_BOUND, Measured, median_seconds
from bench.servers import AT, ask, gunicorn, list_of
from cpl.models import EditionForm
from cpl.services import publication
from secgov.local import processes
from secgov.time_rules import ONE_DAY
from tests import nginx
from tests.factories import casts, publishing

MANY = 50_000
SIZES = (5_000, 50_000, 500_000)
RATE, STEADY_SECONDS, CALLERS = 100, 10, 16
CHANGES = 100
REPEAT = 5
ENTRIES = "/api/v1/cpl/entries/?limit=1000"
DELTA = "/api/v1/cpl/changes/?since=2.051&limit=1000"
BEFORE_THE_CHANGES = f"as_of={AT:%Y-%m-%d}"


def measure() -> Iterator[Measured]:
    """The four promises, each through the whole application over HTTP."""
    with tempfile.TemporaryDirectory(prefix="cpl-bench-") as name:
        list_of(MANY, Path(name) / "list")
        _change()
        with gunicorn("secgov.wsgi") as site:
            yield _steady(site)
            yield from _delta(site, Path(name) / "front")
            yield from _another_day(site)


def growth() -> Iterator[Measured]:
    """The same reads at three sizes, in milliseconds: no promise, but how each grows can be seen."""
    with tempfile.TemporaryDirectory(prefix="cpl-bench-") as name:
        for size in SIZES:
            began = time.perf_counter()
            list_of(size, Path(name) / str(size))
            made = time.perf_counter() - began
            began = time.perf_counter()
            _change()
            changed = time.perf_counter() - began
            with gunicorn("secgov.wsgi") as site:
                for what, path in (
                    ("is it on the list", _status(size // 2)),
                    ("a page of 1,000 entries", ENTRIES),
                    ("the same, of an earlier day", f"{ENTRIES}&{BEFORE_THE_CHANGES}"),
                    ("the same, as known before", f"{ENTRIES}&known_at={AT:%Y-%m-%dT%H:%M:%SZ}"),
                    (f"a delta of {CHANGES} changes", DELTA),
                    ("the register page", "/cpl/"),
                ):
                    median = statistics.median(ask(site, [path]))
                    yield Measured(f"{size:>7,} entries: {what}", median, AT_MOST, NO_BOUND, "ms")
            detail = f"imported, built and placed in {made:.1f} s; {CHANGES} listings and their edition in {changed:.1f} s"
            yield Measured(f"{size:>7,} entries: made", made, AT_MOST, NO_BOUND, "s", detail)


def _change() -> None:
    """List some more devices, as in life, and issue the edition that says so."""
    cast = casts.cast()
    for number in range(CHANGES):
        publishing.listed(cast, at=AT + ONE_DAY, firmware_version=f"0B{number:06X}")
    publication.publish_due(clock=lambda: AT + ONE_DAY, at_once=True)
    with stores.as_owner() as owner:
        owner.autocommit = True
        owner.cursor().execute("VACUUM ANALYZE")


def _status(number: int) -> str:
    """A question about an entry of the large list."""
    device = {
        "device_type": "single_element_esme", "manufacturer": f"{number % 97:04X}", "model": f"{number % 65_536:04X}",
        "hardware_version": f"{number // 65_536:02X}", "hardware_revision": "00", "firmware_version": f"{number:08X}",
    }  # fmt: skip
    return f"/api/v1/cpl/status/?{urlencode(device)}"


def _steady(site: str) -> Measured:
    """Ask at a steady rate, whether the last answer has come or not; the wait for a free caller counts too."""
    _ask_steadily(site, 2)  # each thread of the server has its connections now
    taken = _ask_steadily(site, STEADY_SECONDS)
    detail = f"median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms, of {len(taken)}"
    name = f"status at {RATE} a second, {MANY} entries, p95"
    return Measured(name, statistics.quantiles(taken, n=20)[-1], AT_MOST, 50, "ms", detail)


def _ask_steadily(site: str, seconds: int) -> list[float]:
    """The milliseconds from when each question was due to its answer."""
    taken: list[float] = []
    begin = time.perf_counter() + 0.5

    def call(first: int) -> None:
        connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=60)
        for place in range(first, RATE * seconds, CALLERS):
            due = begin + place / RATE
            time.sleep(max(0, due - time.perf_counter()))
            connection.request("GET", _status(1 + place * 37 % MANY))
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                taken.append((time.perf_counter() - due) * 1000)
        connection.close()

    callers = [threading.Thread(target=call, args=(each,)) for each in range(CALLERS)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    if len(taken) != RATE * seconds:
        raise RuntimeError(f"{RATE * seconds - len(taken)} questions were not answered")
    return taken


def _delta(site: str, folder: Path) -> Iterator[Measured]:
    """Its bytes, plain from the application and as nginx gives them to whoever takes gzip, and its time."""
    full = EditionForm.objects.get(edition__number=2052, name="json")
    yield _fewer_bytes(_size(site, DELTA, "identity"), full.length, "not compressed")
    if nginx.is_installed():
        port = processes.free_port()
        configuration = nginx.shipped(folder, port=port, application=int(site.rpartition(":")[2]))
        with nginx.running(folder, configuration, port=port) as front:
            yield _fewer_bytes(_size(front, DELTA, "gzip"), len(bytes(full.gzipped)), "gzipped")
    else:
        print("nginx is not installed, so a gzipped delta is not measured.", flush=True)
    times = ask(site, [DELTA])
    detail = f"median {statistics.median(times):.0f} ms"
    p95 = statistics.quantiles(times, n=20)[-1]
    yield Measured(f"a delta of {CHANGES} changes, p95", p95, AT_MOST, 50, "ms", detail)


def _fewer_bytes(delta: int, full: int, how: str) -> Measured:
    name = f"bytes of a full pull for one of a delta of {CHANGES} changes, {how}"
    detail = f"{delta / 1000:.0f} kB of {full / 1e6:.1f} MB"
    return Measured(name, full / delta, AT_LEAST, 100, detail=detail)


def _size(site: str, path: str, coding: str) -> int:
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    text = gzip.decompress(data) if answer.headers["Content-Encoding"] == "gzip" else data
    if text.count(b'"kind":"added"') != CHANGES:
        raise RuntimeError("the delta does not hold the changes")
    return len(data)


def _another_day(site: str) -> Iterator[Measured]:
    """Every entry, page by page, and as one file: of the day before the changes, and as it was known then."""
    known = f"known_at={AT:%Y-%m-%dT%H:%M:%SZ}"
    for what, now, then in (
        ("an earlier day, page by page", ENTRIES, f"{ENTRIES}&{BEFORE_THE_CHANGES}"),
        ("as known before, page by page", ENTRIES, f"{ENTRIES}&{known}"),
        ("an earlier day, as a file", "/cpl/?as=json", f"/cpl/?as=json&{BEFORE_THE_CHANGES}"),
        ("as known before, as a file", "/cpl/?as=json", f"/cpl/?as=json&{known}"),
    ):
        seconds, yardstick = median_seconds(
            REPEAT, lambda path=then: _read(site, path), lambda path=now: _read(site, path)
        )  # type: ignore[misc]
        detail = f"{seconds:.2f} s; now {yardstick:.2f} s"
        yield Measured(f"all {MANY} entries of {what}", seconds / yardstick, AT_MOST, 3, detail=detail)


def _read(site: str, path: str) -> None:
    """Read every page of an answer."""
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=120)
    after = ""
    while True:
        connection.request("GET", path + after)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        end = data[-200:]
        if b'"next":"' not in end:
            break
        after = "&after=" + end.rpartition(b"after=")[2][:6].decode()
    connection.close()
