"""References that people read aloud, such as `C-2026-001`: given in turn, and none twice."""

import datetime as dt
from typing import Any

from django.db import connection, models

from secgov.time_rules import london_day

LOCKS = 7_301_030  # any number that no other lock of this system has; the prefix tells them apart


def next_reference(rows: models.QuerySet[Any], prefix: str, at: dt.datetime | None = None) -> str:
    """Give the next reference among these rows, numbered within the year of `at`, or through all years without it.

    The giving of this prefix is held, alone, to the end of the transaction.
    """
    hold_references(prefix)
    stem = f"{prefix}-{london_day(at).year}-" if at else f"{prefix}-"
    last = (
        rows.filter(reference__startswith=stem)
        .order_by("-pk")  # not by the reference: as text the thousandth comes before the second
        .values_list("reference", flat=True)
        .first()
    )
    return f"{stem}{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"


def hold_references(prefix: str) -> None:
    """Hold the giving of references of this prefix, alone, to the end of the transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends with the transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, prefix])
