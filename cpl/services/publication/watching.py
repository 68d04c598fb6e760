"""Watching what the DCC does with an edition: a second channel where it does not pull, a reminder at 20 hours."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min

from cpl.models import Edition, ListChange
from cpl.notices import dcc_organisations, edition_context, in_words, notice_contacts
from cpl.rules.publication import second_channel_at
from cpl.rules.receipts import inventory_reminder_at
from cpl.services.publication.receipts import CLAUSE, not_received_key
from secgov.journal import services as journal
from secgov.journal.models import Obligation


def watch_editions(*, at: dt.datetime) -> int:
    """Call a person where the DCC has not pulled the newest edition, and remind it of its 24 hours. Section F2.8(a)

    The one at half of the period (A-20), the other 20 hours after receipt. Gives how many such cases there are; may
    run twice.
    """
    return _watch_receipt(at) + _remind(at)


@transaction.atomic
def _watch_receipt(at: dt.datetime) -> int:
    edition = Edition.objects.placed().filter(imported_from=None, receipts=None).first()
    if edition is None or edition != Edition.objects.placed().first():
        return 0
    period = Obligation.objects.filter(
        clause="F2.8(a)",
        subject_type=ListChange._meta.label_lower,
        subject_id__in=[str(each) for each in edition.changes.values_list("pk", flat=True)],
    ).aggregate(began=Max("opened_at"), ends=Min("due_at"))
    if period["ends"] is None or at < second_channel_at(period["began"], period["ends"]):
        return 0
    journal.open_task(
        key=not_received_key(edition),
        title=f"The DCC has not received edition {edition}",
        detail="Half of the period has passed without a pull or a receipt. Tell the DCC by a second channel.",
        clause="F2.8(a)",
        at=at,
        subject=edition,
    )
    if settings.DCC_SECOND_EMAIL:
        journal.enqueue(
            template="cpl/edition_not_received", recipient=settings.DCC_SECOND_EMAIL, at=at,
            context=edition_context(edition) | {"due": in_words(period["ends"])},
            key=f"cpl/edition_not_received:{edition.number}:{settings.DCC_SECOND_EMAIL}",
        )  # fmt: skip
    return 1


def _remind(at: dt.datetime) -> int:
    reminded = 0
    running = Obligation.objects.standing().filter(clause=CLAUSE, subject_type=Edition._meta.label_lower)
    for obligation in running:
        if at < inventory_reminder_at(obligation.opened_at):
            continue
        edition = Edition.objects.select_related("previous").get(pk=obligation.subject_id)
        context = edition_context(edition) | {
            "received": in_words(obligation.opened_at),
            "due": in_words(obligation.due_at),
        }
        for organisation in dcc_organisations():
            journal.give_notice(
                organisation_id=organisation.pk,
                recipients=notice_contacts(organisation),
                template="cpl/inventory_reminder",
                context=context,
                title=f"Edition {edition} is to be in the Smart Metering Inventory by {in_words(obligation.due_at)}",
                clause=CLAUSE,
                subject=edition,
                key=f"cpl/inventory_reminder:{edition.number}",
                at=at,
            )
        reminded += 1
    return reminded
