"""A database of the bench's own, fresh for each run, with the application's role as in production."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from django.db import connection
from psycopg2.extensions import connection as Connection

from tests import database

NAME = f"cpl_bench_{os.getpid()}"


def fresh() -> None:
    """Point Django at an empty, migrated register."""
    connection.close()
    database.copy_template(NAME)
    connection.settings_dict["NAME"] = NAME
    connection.ensure_connection()


def remove() -> None:
    """Drop the bench's database."""
    connection.close()
    database.drop(NAME)


@contextmanager
def as_owner() -> Iterator[Connection]:
    """A connection to the bench's database that may make tables for a yardstick."""
    with closing(psycopg2.connect(database.on(os.environ["DATABASE_OWNER_URL"], NAME))) as opened:
        yield opened
