"""A site that serves the editions of the fixture, to try a client against: python fixture_site.py [PORT] [EDITION]

It gives tokens to anybody, keeps receipts in memory, and can be told to misbehave, which the client's tests do.
"""

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIXTURE = Path(__file__).parent / "fixture"
EDITIONS = ("0.001", "0.002", "0.003")
FORMS = {"csv": "cpl.csv", "full": "cpl-full.csv", "json": "cpl.json", "manifest": "manifest.json"}
TOKEN = "a token of the fixture"  # of no use anywhere else


class FixtureSite:
    """What the site serves now, what it was asked, and how it misbehaves.

    `answers` gives other bytes for a path; `faults` are done to the next requests, one each: a status, or a function
    that is handed the request's handler.
    """

    def __init__(self) -> None:
        self.newest = EDITIONS[0]
        self.answers: dict[str, bytes] = {}
        self.faults: list[int | Callable[[Any], None]] = []
        self.asked: list[str] = []
        self.receipts: list[dict[str, Any]] = []
        self.page = 2
        self.address = ""

    def body(self, path: str, query: dict[str, list[str]]) -> bytes | None:
        """Give what stands at a path, or None."""
        if path in self.answers:
            return self.answers[path]
        if path == "keys/":
            return (FIXTURE / "keys.json").read_bytes()
        if path == "cpl/freshness":
            return (FIXTURE / self.newest / "freshness.json").read_bytes()
        if path == "cpl/changes/":
            return self._changes(query)
        _, _, edition, form = [*path.split("/"), "", ""][:4]
        edition = self.newest if edition == "latest" else edition
        if edition not in EDITIONS or edition > self.newest:
            return None
        return (FIXTURE / edition / FORMS.get(form, "about.json")).read_bytes()

    def _changes(self, query: dict[str, list[str]]) -> bytes:
        since, after = query["since"][0], int(query.get("after", ["0"])[0])
        told = [
            each
            for each in json.loads((FIXTURE / "changes.json").read_bytes())
            if since < each["edition"] <= self.newest
        ]
        following = after + self.page
        # As behind a proxy that gets the address wrong: a client takes only the place from it.
        onward = f"http://elsewhere.invalid/api/v1/cpl/changes/?since={since}&after={following}"
        return json.dumps(
            {
                "since": since,
                "latest": self.newest,
                "results": told[after:following],
                "next": onward if following < len(told) else None,
            }
        ).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: FixtureSite

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve the fixture."""
        address = urlsplit(self.path)
        self.site.asked.append(self.path)
        if self._struck():
            return
        body = self.site.body(address.path.removeprefix("/api/v1/"), parse_qs(address.query))
        if body is None:
            self.answer(404, b'{"detail": "There is nothing at this address."}')
            return
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        held = self.headers.get("If-None-Match") == etag
        self.answer(304 if held else 200, b"" if held else body, {"ETag": etag})

    def do_POST(self) -> None:
        """Give a token, or keep a receipt."""
        self.site.asked.append(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._struck():
            return
        if self.path == "/o/token/":
            self.answer(200, json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode())
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, b'{"detail": "The token is not known."}')
        else:
            said = json.loads(sent) | {"key": self.headers["Idempotency-Key"], "path": self.path}
            new = said["key"] not in [each["key"] for each in self.site.receipts]
            self.site.receipts.append(said)
            told = {"edition": self.path.split("/")[5], "state": said["state"], "recorded": new}
            self.answer(201, json.dumps(told).encode())

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _struck(self) -> bool:
        if not self.site.faults:
            return False
        fault = self.site.faults.pop(0)
        if callable(fault):
            fault(self)
            self.close_connection = True
        else:
            self.answer(fault, b"{}")
        return True


@contextmanager
def fixture_site(port: int = 0) -> Iterator[FixtureSite]:
    """Serve on this machine until the end of the block."""
    site = FixtureSite()
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    with fixture_site(int(arguments[0]) if arguments else 8765) as served:
        served.newest = arguments[1] if len(arguments) > 1 else EDITIONS[-1]
        fingerprint = (FIXTURE / "fingerprint.txt").read_text(encoding="utf-8").strip()
        print(f"Edition {served.newest} at {served.address}; trust the fingerprint {fingerprint}")
        while True:
            time.sleep(60)
