"""The secret address of a person's feed and calendar: made, used by programs that cannot sign in, revoked."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction

from secgov.accounts.models import FeedToken, User
from secgov.accounts.permissions import Duty, require

TOKEN_BYTES = 32


@transaction.atomic
def make_feed_token(*, by: User, at: dt.datetime) -> str:
    """Give a person a new secret, which is shown this once; the one before no longer opens anything.

    Kept as its hash only. Raises NotPermitted for who may read no notices.
    """
    require(by, Duty.READ_NOTICES)
    User.objects.select_for_update(no_key=True).get(
        pk=by.pk
    )  # two presses at one instant make two secrets in turn
    FeedToken.objects.filter(user=by, revoked_at=None).update(revoked_at=at)
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    FeedToken.objects.create(user=by, token_sha256=_hash(secret), made_at=at)
    return secret


@transaction.atomic
def revoke_feed_token(*, by: User, at: dt.datetime) -> bool:
    """Shut a person's feed and calendar; False where none was open."""
    return bool(FeedToken.objects.filter(user=by, revoked_at=None).update(revoked_at=at))


def person_of_feed(secret: str) -> User | None:
    """Give the person whose secret this is, None for any other: nobody's, revoked, or of somebody shut out since."""
    row = FeedToken.objects.filter(token_sha256=_hash(secret), revoked_at=None, user__is_active=True)
    found = row.select_related("user").first()
    return found.user if found else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
