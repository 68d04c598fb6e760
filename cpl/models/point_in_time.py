"""Reading the published entries as they stood: the same rows, columns and filters, of another day or another instant.

What a reader asks is worked out by the database at every question, in the place where the table would stand; nothing is
stored a second time. So every filter, order and page of the present list serves the past one too.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django.db.models.query import QuerySet
from django.db.models.sql.datastructures import BaseTable

Rows = TypeVar("Rows", bound=QuerySet)
_TABLE = "cpl_publishedentry"

_NEWEST = f"SELECT * FROM {_TABLE}"  # noqa: S608  nothing but our own constant is put in
# What an earlier edition said otherwise comes as JSON, in the columns of the table, and under that edition's key; the rows
# in whose place it comes were changed later, and have another one. The condition stands outside, so that the database
# can read both parts in the order asked for and stop at the end of a page.
_SAID_OTHERWISE = f"""
    SELECT * FROM (
        SELECT * FROM {_TABLE} UNION ALL SELECT * FROM jsonb_populate_recordset(NULL::{_TABLE}, %s::jsonb)
    ) b WHERE b.edition_id = %s OR b.number <> ALL(%s::int[])
"""  # noqa: S608

# An entry prints its last listing period (t). Where that began later than the day, the one before counts (p): it had
# ended when the last one began, so whoever knows the last one knows how. What was removed later was Current that day.
_ON_A_DAY = """
    SELECT t.number, t.generation, t.device_type, t.manufacturer_identifier, t.manufacturer_name, t.model_identifier,
        t.hardware_version, t.hardware_revision, t.firmware_version, t.spec_type, t.spec_version, t.gbcs_version,
        t.image_hash, t.edition_id, n.status, n.listed_on, n.listed_known_by, n.removed_on, n.removal_clause,
        n.removal_public_reason,
        CASE WHEN l.later OR c.closed_later THEN t.record || jsonb_build_object(
            'status', n.status,
            'listed', jsonb_build_object('from', n.listed_on, 'known_by', n.listed_known_by),
            'removed', CASE WHEN n.status = 'Removed' THEN jsonb_build_object('on', n.removed_on,
                'clause', NULLIF(n.removal_clause, ''), 'public_reason', NULLIF(n.removal_public_reason, '')) END
        ) ELSE t.record END AS record
    FROM {source} t CROSS JOIN (SELECT %s::date AS day) d
    LEFT JOIN LATERAL (
        SELECT (opened_at AT TIME ZONE 'Europe/London')::date AS listed_on, opened_known_by AS known_by,
            (closed_at AT TIME ZONE 'Europe/London')::date AS removed_on, closing_clause AS clause, public_reason AS reason,
            CASE WHEN closed_at IS NULL AND closed_known_by IS NULL THEN 'Current' ELSE 'Removed' END AS status
        FROM cpl_listingperiod
        WHERE t.listed_on > d.day AND device_model_id = t.number
            AND COALESCE((opened_at AT TIME ZONE 'Europe/London')::date, opened_known_by) <= d.day
        ORDER BY id DESC LIMIT 1
    ) p ON true
    CROSS JOIN LATERAL (SELECT COALESCE(t.listed_on > d.day, false) AS later) l
    CROSS JOIN LATERAL (
        SELECT COALESCE(CASE WHEN l.later THEN p.removed_on ELSE t.removed_on END > d.day, false) AS closed_later
    ) c
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.closed_later THEN 'Current' WHEN l.later THEN p.status ELSE t.status END AS status,
            CASE WHEN l.later THEN p.listed_on ELSE t.listed_on END AS listed_on,
            CASE WHEN l.later THEN p.known_by ELSE t.listed_known_by END AS listed_known_by,
            CASE WHEN c.closed_later THEN NULL WHEN l.later THEN p.removed_on ELSE t.removed_on END AS removed_on,
            CASE WHEN c.closed_later THEN '' WHEN l.later THEN p.clause ELSE t.removal_clause END AS removal_clause,
            CASE WHEN c.closed_later THEN '' WHEN l.later THEN p.reason ELSE t.removal_public_reason END
                AS removal_public_reason
    ) n
    WHERE NOT l.later OR p.status IS NOT NULL
"""


class _Rows(BaseTable):
    """Rows that are read in the place of a table."""

    def __init__(self, alias: str, sql: str, values: Sequence[Any]) -> None:
        super().__init__(_TABLE, alias)
        self.sql, self.values = sql, values

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Give what stands after FROM."""
        return f"({self.sql}) {compiler.quote_name_unless_alias(self.table_alias)}", list(self.values)

    def relabeled_clone(self, change_map: dict[str, str]) -> "_Rows":
        """Give the same rows under another alias, for a query that stands inside another one."""
        return _Rows(change_map.get(self.table_alias, self.table_alias), self.sql, self.values)


def as_they_stood(
    rows: Rows,
    *,
    edition: int,
    said_otherwise: Iterable[Model] = (),
    gone: Iterable[int] = (),
    on: dt.date | None = None,
) -> Rows:
    """Give every published entry as an earlier edition said it, as it stood when a London day ended, or both.

    `edition` is that edition's key; `said_otherwise` are the entries that it wrote otherwise than the newest one does,
    unsaved and under that key; `gone` the numbers that it did not have. With `on`, entries that were not yet listed that
    day are not among them. What is given is a queryset as any other, but for reading only.
    """
    earlier = [_columns(each) for each in said_otherwise]
    left_out = [*gone, *(each["number"] for each in earlier)]
    sql, values = _NEWEST, []
    if left_out:
        sql, values = _SAID_OTHERWISE, [json.dumps(earlier, default=str), edition, left_out]
    if on is not None:
        sql, values = _ON_A_DAY.replace("{source}", f"({sql})"), [*values, on]
    found = rows.all()
    alias = found.query.get_initial_alias()
    found.query.alias_map[alias] = _Rows(alias, sql, values)
    return found


def _columns(row: Model) -> dict[str, Any]:
    return {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields}
