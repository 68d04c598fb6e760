"""Importing a list of 20,000 entries against a COPY of the same rows into tables with only a primary key."""

import io
import tempfile
from collections.abc import Callable, Iterator

from django.core.management import call_command
from django.db import connection, transaction

from bench import stores
from bench.measures import Measured, median_seconds, slowdown
from cpl.reading import read_edition
from cpl.services.import_list import DEVICE_COLUMNS, PERIOD_COLUMNS, device_line, period_line
from tests.factories.published_list import large_list

ENTRIES = 20_000
REPEAT = 5
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
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        medians = median_seconds(
            REPEAT,
            lambda: call_command("import_cpl", file.name, stdout=io.StringIO()),
            _bare_copy(data),
            before_yardstick=_empty_register,
        )
    yield slowdown(f"importing {ENTRIES} entries", medians, "bare COPY", AT_MOST_TIMES)


def _empty_register() -> None:
    stores.fresh()
    with stores.as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(_BARE_TABLES)
        cursor.execute("GRANT INSERT ON bare_entry, bare_period TO PUBLIC")
        owner.commit()


def _bare_copy(data: bytes) -> Callable[[], None]:
    """A COPY of the very same rows, made beforehand, into tables with only a primary key; to be called and timed."""
    reading = read_edition(data)
    known_by = reading.issued_on.isoformat()
    entries = "".join(map(device_line, reading.rows))
    periods = "".join(period_line(row, known_by) for row in reading.rows)

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.copy_expert(f"COPY bare_entry ({DEVICE_COLUMNS}) FROM STDIN", io.StringIO(entries))
            cursor.copy_expert(f"COPY bare_period ({PERIOD_COLUMNS}) FROM STDIN", io.StringIO(periods))

    return copy
