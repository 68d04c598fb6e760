"""What people ask to hear of the list's changes: making and ending it, and one mail to each person about each edition.

This stands beside the notices that every Party is given (Section F2.8(c)) and takes the place of none of them.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cpl.models import Edition, Subscription
from cpl.notices import MOST_ENTRIES, fact, in_words
from cpl.rules.device_identity import clean_manufacturer_identifier, clean_model_identifier
from cpl.rules.device_types import NAMES
from cpl.services.publication.deltas import ToldChange, changes_of
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Conflict, NotPermitted
from secgov.journal import services as journal
from secgov.journal.nudge import nudge

TEMPLATE = "cpl/subscribed_changes"


@transaction.atomic
def subscribe(
    *, by: User, at: dt.datetime, device_type: str = "", manufacturer: str = "", model: str = ""
) -> Subscription:
    """Tell a person from now on of changes of entries of a type, of a manufacturer, or of one of its models.

    `device_type` is a code, `manufacturer` and `model` are four hexadecimal digits each; what is blank may be anything.
    Raises NotPermitted, Refusal for what is no identifier, and ValidationError where nothing is chosen, where a model
    lacks its manufacturer, or where the person is told of the same already.
    """
    grant = require(by, Duty.READ_NOTICES)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # a button pressed twice waits here
    made = Subscription(
        user=by,
        device_type=device_type,
        manufacturer_identifier=clean_manufacturer_identifier(manufacturer) if manufacturer else "",
        model_identifier=clean_model_identifier(model) if model else "",
        made_at=at,
        told_until=at,
    )
    made.full_clean()
    made.save()
    journal.record(
        actor=grant.actor, at=at, verb="cpl.subscription.made", subject=made,
        reason="The person asked to be told of these changes.",
        after={"device_type": made.device_type, "manufacturer": made.manufacturer_identifier, "model": made.model_identifier},
    )  # fmt: skip
    return made


@transaction.atomic
def end_subscription(*, subscription: Subscription, by: User, at: dt.datetime) -> Subscription:
    """Tell a person of these changes no longer. The row stays, since mails were sent for it.

    Raises NotPermitted, as if it did not exist, for anybody else's; Conflict where it has ended already.
    """
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    grant = require(by, Duty.READ_NOTICES)
    if subscription.user_id != by.pk:
        raise NotPermitted("This subscription is another person's.", hidden=True)
    if subscription.ended_at is not None:
        raise Conflict("This subscription has ended already.")
    subscription.ended_at = at
    subscription.save(update_fields=["ended_at"])
    journal.record(
        actor=grant.actor, at=at, verb="cpl.subscription.ended", subject=subscription,
        reason="The person asked to be told of these changes no longer.",
    )  # fmt: skip
    return subscription


def tell_subscribers(*, at: dt.datetime) -> int:
    """Mail each person the changes that they asked for, of every edition placed since; give how many mails were made.

    May run twice, late, or beside itself: one mail for a person and an edition. Imported editions are told to nobody.
    """
    placed = Edition.objects.placed().filter(imported_from=None).select_related("placement")
    newest = placed.order_by("-placement__placed_at").first()
    if newest is None:
        return 0
    behind = Subscription.objects.filter(ended_at=None, told_until__lt=newest.placement.placed_at)
    people = list(User.objects.filter(pk__in=behind.values("user")).order_by("pk"))
    made = sum(_tell(person, newest.placement.placed_at, at) for person in people)
    if made:
        nudge("journal.send_messages")
    return made


@transaction.atomic
def _tell(person: User, until: dt.datetime, at: dt.datetime) -> int:
    """Tell one person of the editions placed up to an instant, and write down how far they have been told."""
    rows = list(
        Subscription.objects.filter(user=person, ended_at=None, told_until__lt=until)
        .select_for_update()
        .order_by("pk")
    )
    made = 0
    # Who has left all organisations is told nothing, and nothing of that time when they come back.
    if rows and person.email and permitted(person, Duty.READ_NOTICES):
        editions = (
            Edition.objects.placed()
            .filter(
                imported_from=None,
                placement__placed_at__gt=min(row.told_until for row in rows),
                placement__placed_at__lte=until,
            )
            .select_related("placement", "previous")
        )
        for edition in editions.order_by("number"):
            wanted = [row for row in rows if row.told_until < edition.placement.placed_at]
            found = [told for told in changes_of(edition) if any(_asks_for(row, told) for row in wanted)]
            if found:
                journal.enqueue(
                    template=TEMPLATE, recipient=person.email, context=_context(edition, found), at=at,
                    key=f"{TEMPLATE}:{edition.number}:{person.pk}",
                )  # fmt: skip
                made += 1
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(told_until=until)
    return made


def _asks_for(row: Subscription, told: ToldChange) -> bool:
    """Whether a change is of an entry that was, or now is, what the subscription names."""
    return any(_fits(row, record) for record in (told.before, told.after) if record is not None)


def _fits(row: Subscription, record: Any) -> bool:
    return (
        (not row.device_type or NAMES[row.device_type] == record["device_type"])
        and row.manufacturer_identifier in ("", record["manufacturer"])
        and row.model_identifier in ("", record["model"])
    )


def _context(edition: Edition, found: list[ToldChange]) -> dict[str, Any]:
    return {
        "edition": str(edition),
        "issued": in_words(edition.issued_at),
        "total": len(found),
        "facts": list(_facts(found[:MOST_ENTRIES])),
        "more": max(0, len(found) - MOST_ENTRIES),
        "path": f"/cpl/compare/{edition.previous}/{edition}/"
        if edition.previous_id
        else f"/cpl/editions/{edition}/",
    }


def _facts(found: list[ToldChange]) -> Iterable[str]:
    for told in found:
        record = told.after or told.before
        yield fact(
            told.entry,
            f"{told.kind} ({told.clause}): {record['device_type']}, manufacturer {record['manufacturer']}, "
            f"model {record['model']}, firmware version {record['firmware_version']}",
        )
