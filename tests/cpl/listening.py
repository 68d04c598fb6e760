"""An address of the DCC's own on this machine, which takes calls, or fails, hangs or leads elsewhere, as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANGS, DRIPS, DROPS, SLOW = "hangs", "drips", "drops", "slow"


class Listener:
    """What was taken (headers, body), and how the next calls are answered: a status, or one of the faults above."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int | str] = []
        self.asked = threading.Event()
        self.address = ""
        self.led_astray = 0


@contextmanager
def listening() -> Iterator[Listener]:
    """Give a listener that runs."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *given: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Only who follows a redirect comes here."""
            listener.led_astray += 1
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            """Take a call, or do what was told."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/hook":
                listener.led_astray += 1
            said = listener.answers.pop(0) if listener.answers else 204
            listener.asked.set()
            if said == SLOW:  # but good
                time.sleep(0.5)
                said = 204
            if said == HANGS:
                time.sleep(1.5)
            elif said == DRIPS:
                for _ in range(30):
                    self.wfile.write(b"H")
                    time.sleep(0.1)
            elif isinstance(said, int):
                if 200 <= said < 300:
                    listener.taken.append((dict(self.headers), body))
                self.send_response(said)
                if 300 <= said < 400:
                    self.send_header("Location", f"{listener.address}elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *given: None  # a line that was broken off is what some tests are about
    server.daemon_threads = True
    listener.address = f"http://127.0.0.1:{server.server_address[1]}/hook"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
