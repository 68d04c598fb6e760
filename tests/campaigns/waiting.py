"""When a second transaction has come to where it must wait for ours."""

import threading
import time

from django.db import connection


def wait_until_it_waits(thread: threading.Thread) -> None:
    """Come back once the database says that somebody waits for what our own transaction holds, and for nobody else's.

    Other processes of the same run wait for each other at all times. A thread that ends has waited for nothing: the test
    would strike no moment, and says so instead of going on for ever.
    """
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    while True:
        ended = not thread.is_alive()
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                return
        assert not ended, "it ended without ever waiting for us"
        time.sleep(0.01)  # so that it comes there the sooner
