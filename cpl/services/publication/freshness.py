"""Signing, every hour, which edition is the newest (Section F2.9)."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from cpl import signing
from cpl.models import Edition, FreshnessStatement
from cpl.rules.freshness import FRESHNESS_LASTS, LastStatement, is_statement_due
from cpl.services.locks import hold_placement
from cpl.services.publication.keys import load_key, registered

CLAUSE = "F2.9"


def newest_statement() -> FreshnessStatement | None:
    """Give the statement made last, with its edition; None before the first."""
    return FreshnessStatement.objects.select_related("edition").defer("edition__manifest").first()


@transaction.atomic
def state_freshness(*, at: dt.datetime) -> FreshnessStatement | None:
    """Sign which edition is the newest where that is due, and give the statement; else None. Section F2.9

    Due every hour and after each edition. May run twice or beside itself: one hour has one statement. Raises
    SigningKeyUnusable.
    """
    if not Edition.objects.placed().exists():
        return None
    hold_placement()  # no other edition becomes the newest while this one is said to be it
    newest = Edition.objects.placed().defer("manifest").order_by("-number").first()
    assert newest is not None
    key = load_key()
    made = FreshnessStatement.objects.select_related("edition").defer("edition__manifest").first()
    last = LastStatement(made.made_at, made.edition.manifest_sha256, made.signing_key_id) if made else None
    if not is_statement_due(last, manifest_sha256=newest.manifest_sha256, kid=key.fingerprint, at=at):
        return None
    said = signing.freshness_payload(
        environment=settings.ENVIRONMENT_NAME, edition=newest.number, manifest_sha256=newest.manifest_sha256, at=at
    )  # fmt: skip
    return FreshnessStatement.objects.create(
        edition=newest,
        signing_key=registered(key, at=at),
        made_at=at,
        valid_until=at + FRESHNESS_LASTS,
        statement=signing.sign_freshness(said, key),
    )
