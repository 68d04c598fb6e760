"""Keeping a row that a service has changed."""

from django.db import models


def keep(row: models.Model) -> None:
    """Count its version up, judge it by its constraints, save it.

    The state is left out of the cleaning, which would set it: django-fsm allows only transitions to do that. The
    identity is the database's own column.
    """
    row.version += 1
    row.full_clean(exclude={"state", "identity"} & {field.name for field in row._meta.fields})
    row.save()
