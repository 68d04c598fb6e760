"""Asking the site: with a token where it takes one, again where it is worth it, and never for more than is due.

The standard library only. No redirect is followed: where the list is, is told by another way than by whoever answers.
Every answer has a length that it may not exceed and a time by which it must be there.
"""

import base64
import http.client
import io
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from cpl_client.verify import SMALL_FILE_BYTES, NotGenuine, read_bounded

WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
LONGEST_WAIT = 120.0  # seconds between two attempts
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
AGENT = "cpl-client/1.0"


class Unreachable(Exception):
    """The site gave no answer that could be used, however often it was asked. Nothing was changed."""


class Refused(Exception):
    """The site answered, and said no. `status` and `problem` are as it told them (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        words = (problem.get(name) for name in ("detail", "error_description", "title", "error"))
        super().__init__(f"{status}: {next((each for each in words if each), 'refused')}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, its headers by lower-case name, and its bytes, unzipped."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Give the body as JSON. Raises Unreachable for a body that is none: a proxy's page, mostly."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable("The answer is not JSON.") from error


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _InTime(io.RawIOBase):
    """A stream that has to be read by an instant: data that drips for ever ends here."""

    def __init__(self, stream: _Stream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._ends:
            raise TimeoutError("the answer took too long")
        return self._stream.read(size)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Transport:
    """The way to one site.

    `timeout` is how long a silence may last, `deadline` how long a whole answer may take, both in seconds; `attempts`
    how often to ask before giving up. `sleep` is there for tests.
    """

    def __init__(
        self,
        site: str,
        *,
        client_id: str = "",
        client_secret: str = "",
        timeout: float = 20,
        deadline: float = 300,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = urllib.parse.urlsplit(site)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
            raise ValueError("The site's address must begin with https://.")
        self._site = site.rstrip("/")
        self._client = (client_id, client_secret)
        self._timeout, self._deadline, self._attempts, self._sleep = timeout, deadline, attempts, sleep
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._token, self._token_ends = "", 0.0

    @property
    def known(self) -> bool:
        """Whether there is an id and a secret to get tokens with."""
        return all(self._client)

    def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        held: str = "",
        token: bool = False,
        limit: int = SMALL_FILE_BYTES,
    ) -> Answer:
        """Read an address below the site; 200, or 304 where `held` is the ETag of what it still says.

        Raises Refused, Unreachable, and NotGenuine("length") for more than `limit` bytes.
        """
        address = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        return self._ask("GET", address, {"If-None-Match": held} if held else {}, None, token, limit)

    def post(self, path: str, body: Mapping[str, Any], *, idempotency_key: str) -> Answer:
        """Send JSON with the client's token; the key makes it safe to send it again."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        return self._ask("POST", path, headers, json.dumps(body).encode(), True, SMALL_FILE_BYTES)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], data: bytes | None, token: bool, limit: int
    ) -> Answer:
        renewed = False
        for attempt in range(1, self._attempts + 1):
            wait = 0.0
            try:
                if token:
                    headers["Authorization"] = f"Bearer {self._valid_token()}"
                answer = self._once(method, path, headers, data, limit)
            except (OSError, http.client.HTTPException) as fault:
                last = f"{type(fault).__name__}: {fault}"
            else:
                if answer.status == 401 and token and not renewed:
                    renewed, self._token = (
                        True,
                        "",
                    )  # it was revoked, or its time was over by the site's clock
                    continue
                if answer.status not in WORTH_ANOTHER_TRY:
                    return self._taken(answer)
                last, wait = (
                    f"the answer was {answer.status}",
                    _seconds(answer.headers.get("retry-after", "")),
                )
            if attempt < self._attempts:
                # Half of the wait is left to chance, so that many clients do not come back together.
                self._sleep(min(LONGEST_WAIT, max(wait, 2.0**attempt * random.uniform(0.5, 1))))  # noqa: S311
        raise Unreachable(
            f"{self._site}{path} could not be asked {self._attempts} times over; at last {last}."
        )

    @staticmethod
    def _taken(answer: Answer) -> Answer:
        if answer.status in (200, 201, 304):
            return answer
        try:
            problem = json.loads(answer.body)
        except ValueError:
            problem = {}
        raise Refused(answer.status, problem if isinstance(problem, dict) else {})

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], data: bytes | None, limit: int
    ) -> Answer:
        request = urllib.request.Request(  # noqa: S310  the scheme was looked at in the beginning
            f"{self._site}{path}",
            data=data,
            method=method,
            headers={"Accept-Encoding": "gzip", "User-Agent": AGENT, **headers},
        )
        ends = time.monotonic() + self._deadline
        try:
            opened = self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as refused:  # every status but 2xx comes so, 304 among them
            with refused:
                return Answer(refused.code, _lower(refused.headers), _read(refused, ends, SMALL_FILE_BYTES))
        with opened:
            declared = opened.headers.get("Content-Length", "")
            body = _read(opened, ends, limit)
            # A line that broke at the right place must not pass for a short answer.
            if (
                opened.headers.get("Content-Encoding") is None
                and declared.isdigit()
                and len(body) != int(declared)
            ):
                raise http.client.IncompleteRead(body)
            return Answer(opened.status, _lower(opened.headers), body)

    def _valid_token(self) -> str:
        if self._token and time.monotonic() < self._token_ends:
            return self._token
        if not self.known:
            raise ValueError("This call needs the client's id and secret.")
        basic = base64.b64encode(":".join(map(urllib.parse.quote_plus, self._client)).encode()).decode()
        answer = self._once(
            "POST",
            "/o/token/",
            {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
            urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "cpl:receipt"}).encode(),
            SMALL_FILE_BYTES,
        )
        if answer.status in WORTH_ANOTHER_TRY:
            raise OSError(f"no token for now: {answer.status}")
        given = self._taken(answer).json()
        self._token = str(given["access_token"])
        self._token_ends = time.monotonic() + max(0.0, float(given["expires_in"]) - 60)
        return self._token


def _read(stream: _Stream, ends: float, limit: int) -> bytes:
    body = read_bounded(cast(BinaryIO, _InTime(stream, ends)), limit)  # it is read, and no more
    if len(body) > limit:
        raise NotGenuine(
            "length", f"The answer is longer than the {limit} bytes that it can be: data without end."
        )
    return body


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0
