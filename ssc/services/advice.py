"""What the SSC says without deciding: advice to the Authority, and reviews of the CPA scheme (SC Methodology 1.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import NotPermitted
from secgov.journal import services as journal
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day
from ssc.models import AuthorityAdvice, SchemeReview
from ssc.rules import advice as rules
from ssc.services.references import next_reference

ADVICE_FIELDS = (
    "kind", "devices", "device_model", "security_characteristics", "text", "advised_on", "minute_reference",
)  # fmt: skip
REVIEW_FIELDS = ("reviewed_on", "what", "finding", "suggestion", "minute_reference")


def advice_open_to(user: User) -> QuerySet[AuthorityAdvice]:
    """Give the advice that somebody may read: all of it to the SSC and the Authority's recorder, else none. SC-1.2-4"""
    rows = AuthorityAdvice.objects.select_related("device_model", "given_by")
    return rows if permitted(user, Duty.READ_AUTHORITY_ADVICE) else rows.none()


@transaction.atomic
def advise_authority(*, by: User, at: dt.datetime, values: dict[str, Any]) -> AuthorityAdvice:
    """Give the Authority advice on Devices that do not, or may not, meet their Security Characteristics. SC-1.2-4

    Takes the fields named in ADVICE_FIELDS. The Authority is mailed that there is something to read; what it is, only
    its recorder and the SSC can read. The act says neither. Without an address a person is called.
    """
    grant = require(by, Duty.ADVISE_AUTHORITY)
    advice = AuthorityAdvice(
        given_by=by, given_at=at, **{name: values[name] for name in ADVICE_FIELDS if name in values}
    )
    rules.check_advice(
        devices=advice.devices, characteristics=advice.security_characteristics, text=advice.text,
        minute=advice.minute_reference, advised_on=advice.advised_on, today=london_day(at),
    )  # fmt: skip
    advice.reference = next_reference(AuthorityAdvice.objects.all(), "ADV", at)
    advice.full_clean()
    advice.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.authority_advice.given", subject=advice, clause=rules.TO_AUTHORITY,
        reason="Advice was given to the Authority.", after={"minute": advice.minute_reference},
    )  # fmt: skip
    _send(advice, at)
    return advice


def _send(advice: AuthorityAdvice, at: dt.datetime) -> None:
    if not settings.AUTHORITY_EMAIL:
        journal.open_task(
            key=f"advice-address:{advice.pk}", title=f"{advice}: the Authority has no address here",
            detail="Set its address (AUTHORITY_EMAIL), and tell its recorder that something waits to be read.",
            clause=rules.TO_AUTHORITY, at=at,
        )  # fmt: skip
        return
    journal.enqueue(
        template="ssc/advice_given", recipient=settings.AUTHORITY_EMAIL, key=mail_key(advice), at=at,
        context={"reference": advice.reference, "path": path_of(advice)},
    )  # fmt: skip
    nudge("journal.send_messages")


def mail_key(advice: AuthorityAdvice) -> str:
    """The key of the mail that told the Authority."""
    return f"ssc/advice_given:{advice.pk}"


def path_of(advice: AuthorityAdvice) -> str:
    """The address of the advice, for the few who may read it."""
    return f"/portal/authority-advice/{advice.reference}/"


@transaction.atomic
def record_review(*, by: User, at: dt.datetime, values: dict[str, Any]) -> SchemeReview:
    """Record that the SSC reviewed the CPA scheme, and what it suggests. SC-1.2-3

    Takes the fields named in REVIEW_FIELDS.
    """
    grant = require(by, Duty.REVIEW_SCHEME)
    review = SchemeReview(
        recorded_by=by, recorded_at=at, **{name: values[name] for name in REVIEW_FIELDS if name in values}
    )
    rules.check_review(
        what=review.what, finding=review.finding, minute=review.minute_reference, reviewed_on=review.reviewed_on,
        today=london_day(at),
    )  # fmt: skip
    review.full_clean()
    review.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.scheme_review.recorded", subject=review, clause=rules.SCHEME,
        reason=review.finding, after={"suggestion": review.suggestion, "minute": review.minute_reference},
    )  # fmt: skip
    return review


def reviews_open_to(user: User) -> QuerySet[SchemeReview]:
    """Give the reviews of the CPA scheme to those who read the SSC's cases. Raises NotPermitted. SC-1.2-3"""
    if not permitted(user, Duty.READ_CASES):
        raise NotPermitted("These pages are for the Security Sub-Committee.")
    return SchemeReview.objects.select_related("recorded_by")
