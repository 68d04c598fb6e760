"""A mail server of the tests' own, which does with letters as its handler says."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


@contextmanager
def served(handler: Any) -> Iterator[int]:
    """Give the port of this machine at which the handler takes letters."""
    controller = _started(handler)
    try:
        yield controller.port
    finally:
        controller.stop()


def _started(handler: Any) -> Controller:
    while True:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        # It would give itself five seconds to begin, which a busy machine may need for less.
        controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=120)
        try:
            controller.start()
            return controller
        except OSError as error:
            if (
                error.errno != errno.EADDRINUSE
            ):  # between asking for a free port and taking it, another took it
                raise
