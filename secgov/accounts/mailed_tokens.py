"""Tokens of mailed links: the mail carries the token, our rows only what cannot be turned back into it.

The outbox keeps a seed, from which the letter's token is made when it is rendered; without the site's secret key
neither the seed nor the digest opens anything.
"""

import hashlib
import secrets

from django.utils.crypto import salted_hmac

SALT = "secgov.accounts.mailed_tokens"


def new_seed() -> str:
    """Give a seed for one mailed link, which may stand in the outbox."""
    return secrets.token_urlsafe(24)


def token_of(seed: str) -> str:
    """Give the token that a letter carries: 64 hexadecimal digits."""
    return salted_hmac(SALT, seed, algorithm="sha256").hexdigest()


def digest_of(token: str) -> str:
    """Give the digest by which a token is known again; any text may be asked about."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
