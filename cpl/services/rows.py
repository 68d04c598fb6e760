"""Keeping a row that a service has changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction

from secgov.errors import Conflict

ONE_OPEN_PERIOD = "cpl_listingperiod_one_open"  # both of its constraints: per entry, and per identity


def keep(row: models.Model) -> None:
    """Count its version up, judge it by its constraints, save it.

    The state is left out of the cleaning, which would set it: django-fsm allows only transitions to do that. The
    identity is the database's own column.
    """
    row.version += 1
    row.full_clean(exclude={"state", "identity"} & {field.name for field in row._meta.fields})
    row.save()


@contextmanager
def listed_once(what: str, change: models.Model) -> Iterator[None]:
    """Write what brings a Device Model onto the list; raises Conflict where it was listed while this was decided."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as taken:
        if ONE_OPEN_PERIOD not in str(taken):
            raise
        raise Conflict(
            f"{what} was listed by somebody else at this very moment.", newer={"change": change.pk}
        ) from taken
