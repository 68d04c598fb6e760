"""The locks that keep an approval, an edition being built and a receipt out of each other's way."""

from django.db import connection

LIST_LOCK = 7_301_002
PLACEMENT_LOCK = 7_301_003
RECEIPT_LOCK = 7_301_004
NUMBER_LOCK = 7_301_005
EXPIRY_LOCK = 7_301_007
DCC_LISTS_LOCK = 7_301_020


def hold_list(*, shared: bool) -> None:
    """Hold the list to the end of the transaction.

    Approvals hold it shared, beside each other; the building of an edition holds it alone, so that an edition
    carries exactly the changes approved before it, and no number is given twice. Needs a transaction.
    """
    _hold("pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock", LIST_LOCK)


def hold_numbers() -> None:
    """Hold the giving of entry numbers, alone, to the end of the transaction: none is given twice (A-24)."""
    _hold("pg_advisory_xact_lock", NUMBER_LOCK)


def hold_placement() -> None:
    """Hold the switch of the Website and the limbs of editions, alone, to the end of the transaction."""
    _hold("pg_advisory_xact_lock", PLACEMENT_LOCK)


def hold_receipts() -> None:
    """Hold the receipts of every edition, alone, to the end of the transaction: loading one closes others.

    A row lock would need the right to update, which the application's role has not got on editions.
    """
    _hold("pg_advisory_xact_lock", RECEIPT_LOCK)


def hold_expiry_notices() -> None:
    """Hold the gathering of expiry notices, alone, to the end of the transaction: one digest is in hand (F2.7)."""
    _hold("pg_advisory_xact_lock", EXPIRY_LOCK)


def hold_dcc_lists() -> None:
    """Hold the lists from the DCC, alone, to the end of the transaction: no number is given twice (F2.10)."""
    _hold("pg_advisory_xact_lock", DCC_LISTS_LOCK)


def _hold(function: str, key: int) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends with the transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key])
