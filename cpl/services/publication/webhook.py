"""Calling the DCC's own address when an edition is out: signed, in order, again until it is taken (Section F2.8(a))."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from cpl import signing
from cpl.calling import CallFailed, post
from cpl.models import Edition, WebhookCall, WebhookPause
from cpl.rules.publication import format_edition
from cpl.rules.submissions import clean_reason
from cpl.rules.webhook import is_taken, is_to_pause, wait_after
from cpl.services.publication.keys import load_key, registered
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.nudge import nudge

CLAUSE = "F2.8(a)"
PAUSE_TASK = "publication:webhook-paused"
CLAIM_LASTS = dt.timedelta(seconds=110)
MEDIA_TYPE = "application/jose+json"


def open_pause() -> WebhookPause | None:
    """Give the pause in which no calls are made now; None where they are."""
    return WebhookPause.objects.filter(ended_at=None).first()


def call_dcc(*, clock: Callable[[], dt.datetime]) -> int:
    """Tell the DCC's system of every edition that it has not been told of, oldest first; give how many it took. Section F2.8(a)

    Does nothing without an address, or in a pause. One that fails is tried again after a while, and keeps the later ones
    waiting. A call is sent outside any transaction, claimed before; a kill after the sending sends it once more, with the
    same id. Raises SigningKeyUnusable.
    """
    if not settings.DCC_WEBHOOK_URL:
        return 0
    _enqueue(clock())
    taken = 0
    while call := _claim(clock()):
        key = load_key()
        registered(key, at=clock())
        try:
            status = post(settings.DCC_WEBHOOK_URL, _signed(call.edition, key), _headers(call.edition))
            fault = "" if is_taken(status) else f"the answer was {status}"
        except CallFailed as failed:
            fault = str(failed)
        if fault:
            _put_off(call, fault, clock())
            break
        WebhookCall.objects.filter(pk=call.pk).update(
            delivered_at=clock(), claimed_at=None, failures=0, last_error=""
        )
        taken += 1
    return taken


@transaction.atomic
def resume_webhook(*, pause: WebhookPause, by: User, at: dt.datetime, reason: str) -> WebhookPause:
    """Make calls again, once what was wrong has been put right. Section F2.8(a)

    Raises NotPermitted, Refusal without a reason, Conflict where somebody has resumed them already.
    """
    pause = WebhookPause.objects.select_for_update().get(pk=pause.pk)
    grant = require(by, Duty.RESUME_WEBHOOK)
    reason = clean_reason(reason)
    if pause.ended_at is not None:
        raise Conflict("Calls are made again already.", newer=f"resumed, because: {pause.ending_reason}")
    pause.ended_at, pause.ended_by, pause.ending_reason = at, by, reason
    pause.full_clean()
    pause.save()
    WebhookCall.objects.waiting().update(failures=0, next_attempt_at=at)
    journal.close_task(key=PAUSE_TASK, at=at, reason=reason)
    journal.record(
        actor=grant.actor, at=at, verb="cpl.webhook.resumed", subject=pause, clause=CLAUSE, reason=reason
    )
    nudge("cpl.call_dcc")
    return pause


@transaction.atomic
def _enqueue(at: dt.datetime) -> None:
    """Put every edition that came after the last one told into the outbox; with the first address only the newest."""
    editions = Edition.objects.placed().filter(imported_from=None).defer("manifest").order_by("number")
    told = WebhookCall.objects.aggregate(last=Max("edition__number"))["last"]
    if told is None:
        newest = editions.last()
        waiting = [newest] if newest else []
    else:
        waiting = list(editions.filter(number__gt=told))
    WebhookCall.objects.bulk_create(
        (WebhookCall(edition=each, enqueued_at=at, next_attempt_at=at) for each in waiting),
        ignore_conflicts=True,
    )


@transaction.atomic
def _claim(at: dt.datetime) -> WebhookCall | None:
    """Take the oldest call that waits, where it is due and nobody else has it."""
    if open_pause():
        return None
    first = WebhookCall.objects.waiting().select_for_update(of=["self"]).first()
    held = first is not None and first.claimed_at is not None and first.claimed_at >= at - CLAIM_LASTS
    if first is None or held or first.next_attempt_at > at:
        return None
    WebhookCall.objects.filter(pk=first.pk).update(claimed_at=at, attempts=F("attempts") + 1)
    return WebhookCall.objects.select_related("edition").defer("edition__manifest").get(pk=first.pk)


def _signed(edition: Edition, key: signing.SigningKey) -> bytes:
    return signing.sign_webhook(
        signing.webhook_payload(
            environment=settings.ENVIRONMENT_NAME,
            edition=edition.number,
            issued_at=edition.issued_at,
            manifest_sha256=edition.manifest_sha256,
            manifest=f"{settings.SITE_URL}/api/v1/cpl/editions/{edition}/manifest",
        ),
        key,
    )


def _headers(edition: Edition) -> dict[str, str]:
    return {
        "Content-Type": MEDIA_TYPE,
        "Idempotency-Key": signing.webhook_id(edition.number),
        "User-Agent": "central-products-list",
    }


@transaction.atomic
def _put_off(call: WebhookCall, fault: str, at: dt.datetime) -> None:
    failures = call.failures + 1
    WebhookCall.objects.filter(pk=call.pk, delivered_at=None).update(
        claimed_at=None, failures=failures, last_error=fault, next_attempt_at=at + wait_after(failures)
    )
    if not is_to_pause(failures) or open_pause():
        return
    why = f"The call about edition {format_edition(call.edition.number)} failed {failures} times in a row: {fault}."
    pause = WebhookPause.objects.create(began_at=at, why=why)
    journal.record(actor=SYSTEM, at=at, verb="cpl.webhook.paused", subject=pause, clause=CLAUSE, reason=why)
    journal.open_task(
        key=PAUSE_TASK, title="Calls to the DCC’s system rest", clause=CLAUSE, at=at, subject=pause,
        detail=f"{why} The DCC is still told by mail. Ask it about its system, then resume the calls.",
    )  # fmt: skip
