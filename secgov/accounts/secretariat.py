"""Calling the Secretariat: its tasks by mail, and a task where the sweeps themselves were silent."""

import datetime as dt

from django.db import transaction

from secgov.accounts.models import Contact, Organisation, Role, User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.beats import signs_of_life, sweeps
from secgov.journal.models import Message, Task
from secgov.journal.nudge import nudge

TEMPLATE = "accounts/tasks"
MOST_IN_A_LETTER = 50
SILENT = "beat:silent"


def addresses() -> list[str]:
    """Give where the Secretariat is called: its organisation's contacts for notices, or else its people's own mail."""
    bodies = Organisation.objects.admitted().filter(
        memberships__role=Role.SECRETARIAT, memberships__ended_at=None
    )
    contacts = Contact.objects.filter(
        organisation__in=bodies, purpose=Contact.Purpose.NOTICES, retired_at=None
    ).values_list("email", flat=True)
    people = User.objects.filter(
        memberships__role=Role.SECRETARIAT, memberships__ended_at=None, is_active=True
    ).exclude(email="")
    return sorted(set(contacts)) or sorted(set(people.values_list("email", flat=True)))


@transaction.atomic
def mail_tasks(*, at: dt.datetime) -> int:
    """Mail the Secretariat every open task that it has not been mailed of yet, in one letter; give how many. TR-9

    The same task is mailed once, whatever runs twice: an alarm at half, at four fifths and when due is a task each.
    """
    waiting = Task.objects.filter(closed_at=None, mailed_at=None).select_for_update(skip_locked=True)
    tasks = list(waiting.order_by("opened_at", "id")[:MOST_IN_A_LETTER])
    if not tasks:
        return 0
    context = {
        "tasks": [{"title": each.title, "detail": each.detail, "clause": each.clause} for each in tasks],
        "first": tasks[0].title,
        "number": len(tasks),
    }
    for address in addresses():
        journal.enqueue(
            template=TEMPLATE,
            recipient=address,
            context=context,
            at=at,
            key=f"tasks:{tasks[0].pk}-{tasks[-1].pk}:{address}",
        )
    Task.objects.filter(pk__in=[each.pk for each in tasks]).update(mailed_at=at)
    return len(tasks)


@transaction.atomic
def watch_sweeps(*, at: dt.datetime) -> int:
    """Open a task where sweeps were silent beyond their time, as when beat comes back after an outage; give how many.

    A sweep that has never run is silent since the first act: a system set up today has its first night before it.
    """
    seen, began = signs_of_life()
    last = [(each, seen.get(each.name, began)) for each in sweeps()]
    silent = [(each, when) for each, when in last if when and at - when > each.longest_silence]
    if silent:
        since = min(when for _, when in silent)
        journal.open_task(
            key=SILENT, title="Sweeps of the system were silent", at=at,
            detail=f"Nothing was seen of them since {since:%Y-%m-%d %H:%M} UTC: "
            + "; ".join(each.does.lower() for each, _ in silent)
            + ". What fell due meanwhile is made good now, and marked late. Look at the ledger.",
        )  # fmt: skip
    return len(silent)


@transaction.atomic
def send_again(*, message: Message, by: User, at: dt.datetime) -> Message:
    """Try a mail again that was given up, with another day before it; its task is closed. TR-9

    The Message-ID stays, so that a reader's program knows it. Raises NotPermitted, and Conflict for a mail that waits or
    was accepted.
    """
    grant = require(by, Duty.CLOSE_TASK)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.dead_at is None:
        raise Conflict("This mail has not been given up: it waits, or was accepted.")
    message.dead_at, message.enqueued_at, message.next_attempt_at = None, at, at
    message.save(update_fields=["dead_at", "enqueued_at", "next_attempt_at"])
    journal.close_task(key=f"dead-message:{message.pk}", at=at, reason="It is sent again.")
    # The journal never forgets and an address must be able to go, so the act names the mail by its key only (TR-10).
    journal.record(
        actor=grant.actor, at=at, verb="journal.message.sent_again", subject=grant.organisation,
        reason="The mail had been given up.", before={"message": message.pk, "attempts": message.attempts},
    )  # fmt: skip
    nudge("journal.send_messages")
    return message
