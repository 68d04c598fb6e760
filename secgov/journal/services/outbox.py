"""The outbox: rows first, mail afterwards. None lost; repeats only where a kill falls between hand-over and commit."""

import datetime as dt
import hashlib
import smtplib
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string

from secgov.journal.models import Message, Notice
from secgov.journal.services.obligations import open_task

CLAIM_LASTS = dt.timedelta(seconds=110)  # I-11: due again within two minutes
LONGEST_WAIT = 110  # seconds
GIVEN_UP_AFTER = dt.timedelta(hours=24)
BATCH = 50
MOST_FAULTS = 3  # of the server itself, in one run


class DeliveryError(Exception):
    """The mail server did not take a message. `permanent`: it never will. `server`: it takes none at all just now."""

    def __init__(self, message: str, *, permanent: bool, server: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.server = server


def enqueue(
    *,
    template: str,
    recipient: str,
    context: dict[str, Any],
    key: str,
    at: dt.datetime,
    notice: Notice | None = None,
) -> Message:
    """Put one mail into the outbox, in the caller's transaction; the same key again puts nothing.

    `template` names a folder below `templates/emails/`, for example `cpl/edition_issued`.
    """
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "template": template,
            "recipient": recipient,
            "context": context,
            "enqueued_at": at,
            "next_attempt_at": at,
            "notice": notice,
        },
    )
    return message


def give_notice(
    *, organisation_id: int, recipients: Sequence[str], template: str, context: dict[str, Any], title: str, clause: str,
    subject: models.Model, key: str, at: dt.datetime, mailed_later: bool = False,
) -> Notice:  # fmt: skip
    """Tell one organisation once: a notice in its inbox, and a mail to each of its contacts.

    The same key again tells nothing twice. An organisation without a contact becomes a task for the Secretariat, unless
    a mail that goes later carries the notice (`mailed_later`).
    """
    notice, created = Notice.objects.get_or_create(
        organisation_id=organisation_id,
        key=key,
        defaults={
            "template": template,
            "context": context,
            "title": title[:200],
            "clause": clause,
            "subject_type": subject._meta.label_lower,
            "subject_id": str(subject.pk),
            "given_at": at,
        },
    )
    for address in recipients if created else ():
        enqueue(
            template=template,
            recipient=address,
            context=context,
            key=f"{key}:{organisation_id}:{address}",
            at=at,
            notice=notice,
        )
    if created and not recipients and not mailed_later:
        open_task(
            key=f"no-contact:{notice.pk}",
            title=f"No notice contact for {notice.organisation}",
            detail=f"“{title}” stands in its inbox, but no mail could be sent. Tell it by another channel and record that.",
            clause=clause,
            at=at,
            subject=notice,
        )
    return notice


def record_other_channel(*, notice: Notice, channel: str, at: dt.datetime) -> None:
    """Write that a person told the organisation by another channel, and how."""
    Notice.objects.filter(pk=notice.pk, other_channel_at=None).update(
        other_channel=channel, other_channel_at=at
    )


def message_id(message: Message) -> str:
    """The Message-ID header, the same at every attempt."""
    host = settings.SITE_URL.split("//")[-1].split("/")[0].split(":")[0]
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}.{message.pk}@{host}>"


@transaction.atomic
def _claim(at: dt.datetime) -> list[Message]:
    free = Q(claimed_at=None) | Q(claimed_at__lt=at - CLAIM_LASTS)
    batch = list(
        Message.objects.due(at=at)
        .filter(free)
        .order_by("next_attempt_at", "id")
        .select_for_update(skip_locked=True)[:BATCH]
    )
    Message.objects.filter(pk__in=[message.pk for message in batch]).update(
        claimed_at=at, attempts=F("attempts") + 1
    )
    return batch


def _send(connection: Any, message: Message, at: dt.datetime) -> None:
    context = {**message.context, "site_url": settings.SITE_URL, "environment": settings.ENVIRONMENT_NAME}
    subject = " ".join(render_to_string(f"emails/{message.template}/subject.txt", context).split())
    body = render_to_string(f"emails/{message.template}/body.txt", context).strip() + "\n"
    letter = mail.EmailMessage(
        subject, body, settings.DEFAULT_FROM_EMAIL, [message.recipient],
        connection=connection, headers={
            "Message-ID": message_id(message), "Auto-Submitted": "auto-generated",
            "Date": format_datetime(at),  # a rehearsal's, where the clock is moved
        },
    )  # fmt: skip
    try:
        connection.open()
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        raise DeliveryError(
            f"the mail server refused the address: {refused.recipients}",
            permanent=all(code >= 500 for code in codes),
        ) from refused
    except smtplib.SMTPResponseException as answer:
        raise DeliveryError(f"the mail server answered {answer.smtp_code}", permanent=False) from answer
    except (smtplib.SMTPException, OSError) as fault:
        raise DeliveryError(
            f"the mail server could not be reached: {fault}", permanent=False, server=True
        ) from fault


def _put_off(message: Message, error: DeliveryError, at: dt.datetime) -> None:
    attempts = message.attempts + 1
    if error.permanent or at - message.enqueued_at > GIVEN_UP_AFTER:
        with transaction.atomic():
            Message.objects.filter(pk=message.pk).update(dead_at=at, last_error=str(error), claimed_at=None)
            open_task(
                key=f"dead-message:{message.pk}",
                title=f"A mail to {message.recipient} could not be delivered",
                detail=f"{error}. Tell the recipient by another channel and record that, or mend the address.",
                at=at,
                subject=message,
            )
        return
    wait = min(2**attempts * 5, LONGEST_WAIT)
    Message.objects.filter(pk=message.pk).update(
        claimed_at=None, last_error=str(error), next_attempt_at=at + dt.timedelta(seconds=wait)
    )


def send_messages(*, clock: Callable[[], dt.datetime]) -> int:
    """Hand every due message to the mail server, outside any transaction; give how many it took.

    Two workers share the work: a message is claimed before it is sent, and a claim whose worker died lapses. A server
    that cannot be reached three times is left alone until the next run, so that no claim lapses while we wait for it.
    """
    sent = faults = 0
    while faults < MOST_FAULTS and (batch := _claim(claimed := clock())):
        connection = mail.get_connection()
        for message in batch:
            if faults >= MOST_FAULTS or clock() - claimed > CLAIM_LASTS / 2:
                _let_go(message)
                continue
            try:
                _send(connection, message, clock())
            except DeliveryError as error:
                _put_off(message, error, clock())
                connection.close()  # a connection that failed once is not used again
                faults += error.server
            else:
                Message.objects.filter(pk=message.pk).update(sent_at=clock(), claimed_at=None, last_error="")
                sent += 1
        connection.close()
    return sent


def _let_go(message: Message) -> None:
    """Give back a claimed message that was not tried."""
    Message.objects.filter(pk=message.pk, sent_at=None).update(claimed_at=None, attempts=F("attempts") - 1)
