"""One call over HTTP to an address that is a setting: no redirect is followed, and nobody can hold us up."""

import contextlib
import http.client
import socket
import ssl
import threading
from urllib.parse import urlsplit

SILENCE = 10.0  # seconds without a byte
WHOLE = 20.0  # seconds for the whole call, so that an answer which drips ends too


class CallFailed(Exception):
    """The call was not made, or not answered; the text says why, without the address."""


def post(
    address: str, body: bytes, headers: dict[str, str], *, silence: float = SILENCE, whole: float = WHOLE
) -> int:
    """Post bytes to an address, and give the status of the answer, of which nothing else is read. Raises CallFailed."""
    parts = urlsplit(address)
    connection = (
        http.client.HTTPSConnection(parts.netloc, timeout=silence, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.netloc, timeout=silence)
    )
    end = threading.Timer(whole, _break_off, [connection])
    end.daemon = True
    try:
        end.start()
        connection.request(
            "POST", parts.path + (f"?{parts.query}" if parts.query else "") or "/", body, headers
        )
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        raise CallFailed(f"{type(fault).__name__}: {fault}") from fault
    finally:
        end.cancel()
        connection.close()


def _break_off(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):  # not connected yet, or closed in this very moment
        connection.sock.shutdown(socket.SHUT_RDWR)
