"""The key that signs, and its public half in the register of keys."""

import datetime as dt
from pathlib import Path

from django.conf import settings

from cpl import signing
from cpl.models import SigningKey


def load_key() -> signing.SigningKey:
    """Give the worker's signing key. Raises SigningKeyUnusable where there is none, or it is another environment's."""
    if not settings.SIGNING_KEY_FILE:
        raise signing.SigningKeyUnusable(
            "SIGNING_KEY_FILE is not set: only the worker signs editions, and it needs the key."
        )
    key = signing.load_signing_key(Path(settings.SIGNING_KEY_FILE))
    if key.public.get("environment") != settings.ENVIRONMENT_NAME:
        raise signing.SigningKeyUnusable(
            f"The signing key is one of the environment {key.public.get('environment')!r}, "
            f"and this is {settings.ENVIRONMENT_NAME!r}: a key of a test list never vouches for the real one."
        )
    return key


def registered(key: signing.SigningKey, *, at: dt.datetime) -> SigningKey:
    """Give the register's row of a key, made when it first signs, in the caller's transaction.

    Raises SigningKeyUnusable for a second key: nobody who trusts the first could tell it from a forger's.
    """
    known = {row.kid: row for row in SigningKey.objects.all()}
    if key.fingerprint in known:
        return known[key.fingerprint]
    if known:
        raise signing.SigningKeyUnusable(
            f"The signing key {key.fingerprint} is not the one that signed before ({', '.join(known)}), "
            "and its predecessor has not signed it. Put the former key back."
        )
    return SigningKey.objects.create(kid=key.fingerprint, public_jwk=key.public, valid_from=at)
