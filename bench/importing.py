"""Importing a list of 20,000 entries against a COPY of the same rows into tables with only a primary key."""

import datetime as dt
import io
from collections.abc import Iterator

from django.db import connection

from bench import stores
from bench.measures import Measured, median_seconds, slowdown
from cpl.reading import read_edition
from cpl.services.import_list import DEVICE_COLUMNS, PERIOD_COLUMNS, device_line, import_list, period_line
from secgov.journal.actors import Actor
from tests.factories.published_list import large_list

ENTRIES = 20_000
REPEAT = 5
AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
AT_MOST_TIMES = 10

_BARE_TABLES = f"""
    DROP TABLE IF EXISTS bare_entry, bare_period;
    CREATE TABLE bare_entry AS SELECT {DEVICE_COLUMNS} FROM cpl_devicemodel WITH NO DATA;
    ALTER TABLE bare_entry ADD PRIMARY KEY (number);
    CREATE TABLE bare_period AS SELECT {PERIOD_COLUMNS} FROM cpl_listingperiod WITH NO DATA;
    ALTER TABLE bare_period ADD PRIMARY KEY (device_model_id)
"""


def measure() -> Iterator[Measured]:
    """Parse, validate, store and record; the building of the edition is measured by itself."""
    data = large_list(ENTRIES)
    stores.fresh()
    bare = _bare_copy(data)
    taken = median_seconds(REPEAT, lambda: take_over(data), before=_empty_register)
    yield slowdown(f"importing {ENTRIES} entries", taken, "bare COPY", bare, AT_MOST_TIMES)


def take_over(data: bytes) -> None:
    """Import a list, as the command does."""
    import_list(data=data, file_name="bench.csv", actor=Actor(None, "Operator"), at=AT)


def _empty_register() -> None:
    stores.fresh()
    connection.ensure_connection()  # the yardstick's connection stands too


def _bare_copy(data: bytes) -> float:
    """The median time of a COPY of the very same rows, made beforehand, into tables with only a primary key."""
    reading = read_edition(data)
    known_by = reading.issued_on.isoformat()
    entries = "".join(map(device_line, reading.rows))
    periods = "".join(period_line(row, known_by) for row in reading.rows)
    with stores.as_owner() as owner, owner.cursor() as cursor:

        def empty_tables() -> None:
            cursor.execute(_BARE_TABLES)
            owner.commit()

        def copy() -> None:
            cursor.copy_expert(f"COPY bare_entry ({DEVICE_COLUMNS}) FROM STDIN", io.StringIO(entries))
            cursor.copy_expert(f"COPY bare_period ({PERIOD_COLUMNS}) FROM STDIN", io.StringIO(periods))
            owner.commit()

        return median_seconds(REPEAT, copy, before=empty_tables)
