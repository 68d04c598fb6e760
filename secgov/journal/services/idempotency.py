"""One answer to one request of a client, however often it is sent."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction

from secgov.errors import Refusal
from secgov.journal.models import IdempotencyKey

LONGEST_KEY = 100
Answer = tuple[int, dict[str, Any]]


@transaction.atomic
def answer_once(
    *, client: str, key: str | None, request: Mapping[str, Any], at: dt.datetime, act: Callable[[], Answer]
) -> Answer:
    """Do `act` and keep its answer with the client's key, in one transaction; the same request again gets that answer.

    Takes who asks, the key (None: nothing is kept), what is asked as plain data, and what is to be done, which gives a
    status and a body of plain JSON data. Whatever `act` raises leaves no trace, so that the request may be mended and
    sent with the same key. Raises Refusal for a key that is none, or that belongs to another request.
    """
    if key is None:
        return act()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key):
        raise Refusal(
            "That cannot be an idempotency key.", clause="TR-10", field="Idempotency-Key",
            remedy=f"Give up to {LONGEST_KEY} letters, digits and signs, without blanks: a UUID, say.",
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency {client} {key}"]
        )
    sha256 = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    kept = IdempotencyKey.objects.filter(client=client, key=key).first()
    if kept is None:
        status, body = act()
        IdempotencyKey.objects.create(
            client=client, key=key, request_sha256=sha256, status=status, body=body, answered_at=at
        )
        return status, body
    if kept.request_sha256 != sha256:
        raise Refusal(
            "This idempotency key was used for another request.", clause="TR-10", field="Idempotency-Key",
            remedy="Give every request a key of its own.",
        )  # fmt: skip
    return kept.status, kept.body
