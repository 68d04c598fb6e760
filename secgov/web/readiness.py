"""Whether this process could do its work now, and if not, what is in the way."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from secgov.checks import application_may_change_the_journal
from secgov.journal.beats import DAILY, longest_silence, signs_of_life


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that has to be so: its name, whether it is, and a sentence."""

    name: str
    good: bool
    says: str


def findings(*, clock: Callable[[], dt.datetime]) -> list[Finding]:
    """Look at everything that the work needs. Without the database not even the clock can be read."""
    database = _database()
    if not database.good:
        return [database, _broker()]
    migrations = _migrations()
    if not migrations.good:
        return [database, _broker(), migrations]
    return [database, _broker(), migrations, _role(), *_sweeps(clock())]


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Finding("database", False, "The database does not answer.")
    return Finding("database", True, "The database answers.")


def _broker() -> Finding:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            broker.ping()
    except redis.RedisError:
        return Finding("broker", False, "The broker does not answer. Sweeps wait; nothing is lost.")
    return Finding("broker", True, "The broker answers.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        names = ", ".join(f"{each.app_label} {each.name}" for each, _ in waiting[:3])
        return Finding("migrations", False, f"{len(waiting)} migrations are not applied: {names}.")
    return Finding("migrations", True, "Every migration is applied.")


def _role() -> Finding:
    """The database itself must refuse to change what is written once; as the owner we could."""
    if application_may_change_the_journal() and not settings.DEBUG:
        return Finding(
            "database role", False, "This process is signed in as a role that may change the journal."
        )
    return Finding("database role", True, "The database role is that of the application.")


def _sweeps(at: dt.datetime) -> list[Finding]:
    seen, began = signs_of_life()
    return [
        _sweep(sweep, longest, seen.get(sweep), began, at) for sweep, longest in longest_silence().items()
    ]


def _sweep(
    sweep: str, longest: dt.timedelta, seen: dt.datetime | None, began: dt.datetime | None, at: dt.datetime
) -> Finding:
    name = f"sweep: {sweep}"
    if seen is None:
        # Of a system set up today each sweep has its first turn before it; one that never had it is not for ever good.
        waits = at - began <= longest if began else longest >= DAILY
        return Finding(name, waits, "It has not run yet.")
    age = at - seen
    minutes = int(age.total_seconds() // 60)
    return Finding(name, age <= longest, f"It last ran {minutes} minute{'' if minutes == 1 else 's'} ago.")
