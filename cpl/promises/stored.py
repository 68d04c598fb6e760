"""Reading stored editions where they may be damaged: what cannot be read is counted, and never stops the counting."""

import zlib
from typing import Any

from cpl.models import Edition, EditionForm
from cpl.services.publication import entries_of

UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, EditionForm.DoesNotExist)
"""How stored bytes tell that they are damaged or gone."""


def entries_told(edition: Edition) -> list[dict[str, Any]] | None:
    """The entries that an edition's stored bytes tell of; None where nothing can be read out of them."""
    try:
        return list(entries_of(edition))
    except UNREADABLE:
        return None
