"""The key that signs, and its public half in the register of keys."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cpl import signing
from cpl.models import SigningKey
from cpl.rules.signing_keys import rotation_dates, why_key_may_not_sign
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor

CLAUSE = "F2.8(a)"
NEXT_KEY_TASK = "publication:next-key"


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
    """Give the register's row of a key, made when the first of all first signs, in the caller's transaction.

    Raises SigningKeyUnusable for a key that no predecessor signed, since nobody who trusts the first could tell it from a
    forger's; and for one whose time has not come or is over.
    """
    known = {row.kid: row for row in SigningKey.objects.all()}
    if key.fingerprint in known:
        row = known[key.fingerprint]
        follows = row.signed_by_predecessor is not None
        fault = why_key_may_not_sign(
            valid_from=row.valid_from if follows else None, valid_to=row.valid_to, at=at
        )
        if fault:
            raise signing.SigningKeyUnusable(f"The signing key {key.fingerprint} is not used. {fault}")
        if follows and row.valid_to is None:
            journal.close_task(key=NEXT_KEY_TASK, at=at, reason="The next key signs.")
        return row
    if known:
        raise signing.SigningKeyUnusable(
            f"The signing key {key.fingerprint} is not the one that signed before ({', '.join(known)}), "
            "and its predecessor has not signed it. Put the former key back, or use rotate_signing_key."
        )
    return SigningKey.objects.create(kid=key.fingerprint, public_jwk=key.public, valid_from=at)


@transaction.atomic
def announce_next_key(
    *, public: dict[str, str], announced_days: int, overlap_days: int, actor: Actor, at: dt.datetime
) -> SigningKey:
    """Have the key in use sign the one that follows it, and publish that; give its row. Section F2.8(a)

    `public` is the next key's public JWK. It signs after the days of announcement; for the days of overlap either may.
    Raises Refusal where a next key is announced already, and SigningKeyUnusable.
    """
    dates = rotation_dates(at=at, announced_days=announced_days, overlap_days=overlap_days)
    key = load_key()
    current = SigningKey.objects.select_for_update().get(pk=registered(key, at=at).pk)
    if current.valid_to is not None:
        raise Refusal(
            f"The key {current.kid} has a successor already, and ends at {current.valid_to:%Y-%m-%d %H:%M} UTC.",
            clause=CLAUSE, field="key", remedy="Put that successor in its place first.",
        )  # fmt: skip
    made = SigningKey.objects.create(
        kid=public["kid"],
        public_jwk=public,
        valid_from=dates.begins_at,
        signed_by_predecessor=signing.sign_next_key(public, key, valid_from=dates.begins_at),
    )
    current.valid_to = dates.ends_at
    current.save(update_fields=["valid_to"])
    when = {"signs_from": signing.instant(dates.begins_at), "former_until": signing.instant(dates.ends_at)}
    journal.record(
        actor=actor, at=at, verb="cpl.signing_key.announced", subject=made, clause=CLAUSE,
        reason=f"It follows the key {current.kid}, which signed it.", after=when,
    )  # fmt: skip
    journal.open_task(
        key=NEXT_KEY_TASK, title=f"Put the next signing key in place before {dates.ends_at:%d %B %Y}", clause=CLAUSE,
        detail=f"The key {made.kid} may sign from {dates.begins_at:%d %B %Y} on; the former one only until then.",
        at=at, subject=made,
    )  # fmt: skip
    return made
