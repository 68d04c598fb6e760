"""The shipped nginx configuration before the running application: what it answers itself, and what it never may."""

import datetime as dt
import gzip
import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cpl.models import Edition, Receipt
from secgov.local import processes
from tests import nginx
from tests.api.conftest import NOON, client_of
from tests.factories import publishing

DAY = dt.timedelta(days=1)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not nginx.is_installed(), reason="nginx is not installed here, so its configuration was not run"
    ),
]


@contextmanager
def front_of(live_server, folder: Path) -> Iterator[tuple[str, Path]]:
    """The address of the shipped nginx before the application, and its log, which says what came from its cache."""
    port = processes.free_port()
    configuration = nginx.shipped(folder, port=port, application=live_server.thread.port)
    with nginx.running(folder, configuration.replace("buffer=32k flush=1s", ""), port=port) as address:
        yield address, folder / "access.log"


def ask(address: str, path: str, method: str = "GET", body: str | None = None, **headers: str):
    """One request on a connection of its own: the status, the headers and the bytes."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=120)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.headers, data


def test_editions_are_answered_by_nginx_and_what_counts_as_receipt_by_the_application(
    live_server, settings, tmp_path
):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    publishing.listed(stage.cast)
    publishing.publish(NOON, at_once=True)
    edition = Edition.objects.get()  # the first of two
    token = client_of(stage.client).defaults["HTTP_AUTHORIZATION"]
    path = f"/api/v1/cpl/editions/{edition}/"
    with front_of(live_server, tmp_path / "nginx") as (front, log):

        def from_cache() -> list[str]:
            return [line.split()[-1] for line in log.read_text().splitlines()]

        def through(path: str, method: str = "GET", body: str | None = None, **headers: str):
            """One request to the front; nginx writes its line after the answer has gone, so that is waited for."""
            written, deadline = len(from_cache()), time.monotonic() + 120
            answer = ask(front, path, method, body, **headers)
            while len(from_cache()) == written:
                assert time.monotonic() < deadline, "nginx wrote no line for this request"
                time.sleep(0.01)
            return answer

        # The same bytes and the same strong ETag, from the application, through nginx, and out of its cache.
        _, direct, stored = ask(live_server.url, f"{path}json", Accept_Encoding="gzip")
        for place in range(2):
            status, headers, data = through(f"{path}json", Accept_Encoding="br, gzip;q=0.9")
            assert (status, data, headers["ETag"]) == (200, stored, direct["ETag"]), place
            assert headers["Cache-Control"] == direct["Cache-Control"] and not headers["ETag"].startswith(
                "W/"
            )
        assert from_cache() == ["MISS", "HIT"]
        status, headers, data = through(f"{path}json", If_None_Match=direct["ETag"], Accept_Encoding="gzip")
        assert (status, headers["ETag"], data, from_cache()[-1]) == (304, direct["ETag"], b"", "HIT")
        assert through(f"{path}json")[2] == gzip.decompress(stored)
        # `latest` is kept for a second, and a reader who holds it is told so.
        assert through("/api/v1/cpl/editions/latest/csv")[0] == 200
        tag = through("/api/v1/cpl/editions/latest/csv")[1]["ETag"]
        assert through("/api/v1/cpl/editions/latest/csv", If_None_Match=tag)[0] == 304
        publishing.listed(stage.cast, at=NOON + DAY, firmware_version="05080608")
        publishing.publish(NOON + DAY, at_once=True)
        time.sleep(2.1)  # nginx counts in whole seconds, and what was kept for one may stand for nearly two
        for _ in range(2):
            assert through("/api/v1/cpl/editions/latest/csv", If_None_Match=tag)[0] == 200
        # An anonymous pull of the manifest is cached; one with the DCC's token reaches the application all the same.
        for _ in range(2):
            assert through(f"{path}manifest")[0] == 200
        assert from_cache()[-1] == "HIT" and not Receipt.objects.exists()
        assert through(f"{path}manifest", Authorization=token)[0] == 200
        assert from_cache()[-1] == "BYPASS"
        assert Receipt.objects.get().by_pull
        # A receipt that is posted reaches it too, and a wrong token is refused although the bytes lie in the cache.
        body = json.dumps({"state": "loaded", "manifest_sha256": edition.manifest_sha256})
        sent = {"Authorization": token, "Content_Type": "application/json"}
        assert through(f"{path}receipt/", "POST", body, **sent)[0] == 201
        assert Receipt.objects.filter(kind=Receipt.Kind.LOADED).exists()
        assert through(f"{path}manifest", Authorization="Bearer no")[0] == 401
        # The rest of the API is compressed on the way; metrics are nobody's business out here.
        status, headers, data = through("/api/v1/cpl/entries/", Accept_Encoding="gzip")
        assert (status, headers["Content-Encoding"]) == (200, "gzip") and gzip.decompress(data)
        assert through("/metrics")[0] == 404
