"""What keeps two people of the SSC from taking the same number."""

from django.db import connection

PLAN_NUMBER_LOCK = 7_301_030


def hold_plan_numbers() -> None:
    """Hold the giving of plan references, alone, to the end of the transaction: none is given twice."""
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends with the transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLAN_NUMBER_LOCK])
