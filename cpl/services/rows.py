"""Keeping a row that a service has changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from secgov.errors import Conflict

ONE_OPEN_PERIOD = "cpl_listingperiod_one_open"  # both of its constraints: per entry, and per identity


def keep(row: models.Model) -> None:
    """Count its version up, judge it by its constraints, save it.

    The state is left out of the cleaning, which would set it: django-fsm allows only transitions to do that. The
    identity is the database's own column.
    """
    row.version += 1
    judge(row, exclude={"state", "identity"} & {field.name for field in row._meta.fields})
    row.save()


def judge(row: models.Model, *, exclude: set[str]) -> None:
    """Raise what `full_clean` raises, of a row that is mostly right.

    Django asks the database about each check constraint, three statements apiece; here one question is put about all,
    and only where anything is wrong are they asked one by one, for their words.
    """
    constraints = [each for each in row._meta.constraints if not isinstance(each, models.CheckConstraint)]
    constraints += _checks_together(type(row), frozenset(exclude))
    try:
        row.full_clean(exclude=exclude, validate_constraints=False)
        for each in constraints:
            each.validate(type(row), row, exclude=exclude)
    except ValidationError:
        row.full_clean(exclude=exclude)
        raise


@cache
def _checks_together(model: type[models.Model], exclude: frozenset[str]) -> list[models.CheckConstraint]:
    """The check constraints of a model as one, without those that name a field left out: Django asks none of them."""
    conditions = [
        each.condition
        for each in model._meta.constraints
        if isinstance(each, models.CheckConstraint) and not each.condition.referenced_base_fields & exclude
    ]
    return [models.CheckConstraint(condition=models.Q(*conditions), name="together")] if conditions else []


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
