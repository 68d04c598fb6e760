"""Test databases: migrated once into a template, then copied, which takes a tenth of a second.

The template is named after the migrations and the pinned packages, so a server that lives on keeps one for each state of
the schema and every later run starts at once. Several people may run the tests against one server at the same time.
"""

import hashlib
import os
import subprocess
import sys
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

PROJECT = Path(__file__).resolve().parents[1]
_TEMPLATES_LOCK = 46_112_951  # any number, the same for all
PATIENCE = 120  # seconds in which a session that was ended is gone, on the slowest machine


def on(url: str, database: str) -> str:
    """Give the same server's and role's address for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def maintenance() -> "closing[Connection]":
    """Connect as the owner, outside any test database, to make and drop them."""
    connection = psycopg2.connect(on(os.environ["DATABASE_OWNER_URL"], "postgres"))
    connection.autocommit = True
    return closing(connection)


@cache
def template() -> str:
    """Give the name of a migrated database, making it if this server has none of this schema."""
    name = f"cpl_tmpl_{_schema_digest()}"
    with maintenance() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATES_LOCK])
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.rowcount == 0:
            unfinished = f"{name}_unfinished"
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished))
            )
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            _migrate(unfinished)
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(name)
                )
            )
    return name


def copy_template(name: str) -> None:
    """Make a database of that name afresh, just migrated; one that exists is dropped, with its sessions."""
    source = template()
    drop(name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
    with maintenance() as connection, connection.cursor() as cursor:
        _once_free(cursor, statement)


def drop(name: str) -> None:
    """Drop a database if it exists, ending its sessions."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with maintenance() as connection, connection.cursor() as cursor:
        try:
            cursor.execute(statement + sql.SQL(" WITH (FORCE)"))
        except psycopg2.errors.InsufficientPrivilege:
            # The server itself is vacuuming it, or a program with the application's role is about to leave it, which
            # the owner may not end; a plain drop asks the one to stop, and waits for the other.
            _once_free(cursor, statement)


def _once_free(cursor: Cursor, statement: sql.Composed) -> None:
    """Do what needs a database that nobody is in. The server waits five seconds for that; a busy machine takes more."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute(statement)
            return
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > until:
                raise


def drop_leftovers() -> None:
    """Drop the test databases of runs on this machine that were killed; their names tell the process."""
    with maintenance() as connection, connection.cursor() as cursor:
        cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'cpl\_test\_%'")
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        if not Path(f"/proc/{name.split('_')[2]}").exists():
            drop(name)


def _migrate(database: str) -> None:
    environment = dict(os.environ)
    environment.pop("CPL_DATABASE_ROLE", None)
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        environment[variable] = on(environment[variable], database)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=PROJECT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the template of the test databases could not be migrated:\n{done.stdout}")


def _schema_digest() -> str:
    digest = hashlib.sha256()
    apps = ("secgov", "firmware_repo", "cpl", "ssc")
    files = [path for app in apps for path in (PROJECT / app).glob("**/migrations/*.py")]
    for path in [
        *sorted(files),
        PROJECT / "requirements" / "base.txt",
        *sorted(PROJECT.glob("secgov/journal/gr*.py")),
    ]:
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
