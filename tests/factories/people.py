"""Organisations and people, as tests need them."""

import datetime as dt
import itertools

from secgov.accounts.models import Membership, Organisation, Role, User

LONG_AGO = dt.datetime(2020, 1, 2, 9, 0, tzinfo=dt.UTC)
_count = itertools.count(1)

_CATEGORIES = {Organisation.Kind.PARTY: "large_supplier", Organisation.Kind.DCC: "dcc"}


def _next() -> str:
    """A number for a name, always as long: names stand in the order of their making, and none begins another."""
    return f"{next(_count):05d}"


def organisation(
    name: str = "", kind: str = Organisation.Kind.MANUFACTURER, *, party_category: str | None = None
) -> Organisation:
    """Make an admitted organisation; a Party is a Large Supplier unless told otherwise."""
    category = _CATEGORIES.get(kind, "") if party_category is None else party_category
    return Organisation.objects.create(
        name=name or f"Organisation {_next()}", kind=kind, party_category=category, admitted_at=LONG_AGO
    )


def person(role: str = Role.MANUFACTURER, of: Organisation | None = None, name: str = "") -> User:
    """Make a person with one role, in an organisation of their own unless one is given."""
    number = _next()
    user = User.objects.create_user(
        username=f"person-{number}", email=f"person-{number}@example.org", password="not a secret here",
        name=name or f"Person {number}",
    )  # fmt: skip
    Membership.objects.create(user=user, organisation=of or organisation(), role=role, began_at=LONG_AGO)
    return user
