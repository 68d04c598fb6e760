"""Taking a Deployed Products List of 100,000 combinations against a COPY of the same rows into the same tables (issue 6)."""

import io
import random
from collections.abc import Iterator

from django.db import connection, transaction

from bench import stores
from bench.measures import Measured, median_seconds, slowdown
from cpl.models import DccListVersion, DeployedCombination
from cpl.services.dcc_lists import take_list
from cpl.services.import_list import import_list
from secgov.accounts.models import User
from secgov.journal.actors import Actor
from tests.factories import people
from tests.factories.devices import NOON
from tests.factories.published_list import large_list

COMBINATIONS = 100_000
ENTRIES = 5_000
REPEAT = 3
AT_MOST_TIMES = 6


def measure() -> Iterator[Measured]:
    """Parse, judge, compare, store, record and publish; CSV first, then JSON. The constraints are on for both."""
    combinations = _combinations()
    csv = "entries\n" + "".join(";".join(f"{each:06d}" for each in row) + "\n" for row in combinations)
    json = ",".join('{"entries":[' + ",".join(f'"{each:06d}"' for each in row) + "]}" for row in combinations)
    files = {"csv": csv.encode(), "json": f'{{"rows":[{json}]}}'.encode()}
    for form, data in files.items():
        by: list[User] = []

        def prepare(by: list[User] = by) -> None:
            by[:] = [_fresh()]

        medians = median_seconds(
            REPEAT,
            lambda form=form, data=data, by=by: take_list(
                kind="deployed", data=data, form=form, by=by[0], at=NOON
            ),  # type: ignore[misc]
            lambda by=by: _copy(combinations, by[0]),  # type: ignore[misc]
            before_work=prepare,
            before_yardstick=prepare,
        )
        name = f"taking a Deployed Products List of {COMBINATIONS} combinations, {form.upper()}"
        yield slowdown(name, medians, "COPY into the same table", AT_MOST_TIMES)


def _combinations() -> list[tuple[int, ...]]:
    """Different sets of two to five entries, the same in every run."""
    dice = random.Random(6)
    found: set[tuple[int, ...]] = set()
    while len(found) < COMBINATIONS:
        found.add(tuple(sorted(dice.sample(range(1, ENTRIES + 1), dice.randint(2, 5)))))
    return sorted(found)


def _fresh() -> User:
    stores.fresh()
    import_list(
        data=large_list(ENTRIES), file_name="list.csv", at=NOON, actor=Actor(user_id=None, role="bench")
    )
    return people.person("dcc", people.organisation("The DCC", "dcc"))


def _copy(combinations: list[tuple[int, ...]], by: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        version = DccListVersion.objects.create(
            kind="deployed", number=1, sha256="0" * 64, size=1, rows=COMBINATIONS, added=0, gone=0, received_at=NOON,
            received_by=by,
        )  # fmt: skip
        lines = "".join(
            f"{version.pk}\t{place}\t{{{','.join(map(str, row))}}}\t{{}}\n"
            for place, row in enumerate(combinations, 1)
        )
        table = DeployedCombination._meta.db_table
        cursor.copy_expert(
            f"COPY {table} (version_id, row, entries, type_2_devices) FROM STDIN", io.StringIO(lines)
        )
