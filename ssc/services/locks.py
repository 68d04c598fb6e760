"""What keeps two people of the SSC from taking the same number."""

from django.db import connection

PLAN_NUMBER_LOCK = 7_301_030
CASE_NUMBER_LOCK = 7_301_031
REFERRAL_NUMBER_LOCK = 7_301_032
FAST_TRACK_NUMBER_LOCK = 7_301_039


def hold_plan_numbers() -> None:
    """Hold the giving of plan references, alone, to the end of the transaction: none is given twice."""
    _hold(PLAN_NUMBER_LOCK)


def hold_case_numbers() -> None:
    """Hold the giving of case references, alone, to the end of the transaction."""
    _hold(CASE_NUMBER_LOCK)


def hold_referral_numbers() -> None:
    """Hold the giving of references to referrals and to advice, alone, to the end of the transaction."""
    _hold(REFERRAL_NUMBER_LOCK)


def hold_fast_track_numbers() -> None:
    """Hold the giving of references to fast tracks and notifications, alone, to the end of the transaction."""
    _hold(FAST_TRACK_NUMBER_LOCK)


def _hold(lock: int) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends with the transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
