"""One mail for the update notices of several editions, for an address that chose so (Section F2.8(c), A-70)."""

import datetime as dt
from typing import Any

from django.db import transaction

from cpl.models import Edition, HeldUpdate, ListChange
from cpl.notices import MOST_ENTRIES
from cpl.rules.publication import digest_at
from secgov.accounts.models import Contact
from secgov.journal import services as journal
from secgov.journal.models import Notice, Obligation

TEMPLATE = "cpl/update_digest"


def hold_update(*, notice: Notice, contact: Contact, edition: Edition, at: dt.datetime) -> HeldUpdate:
    """Keep an edition's notice for an address's digest, with the instant by which that goes; again keeps nothing. A-70

    Called in the transaction in which the notice is given.
    """
    periods = Obligation.objects.filter(
        clause="F2.8(c)",
        subject_type=ListChange._meta.label_lower,
        subject_id__in=[str(each) for each in edition.changes.values_list("pk", flat=True)],
        fell_away_at=None,
    ).values_list("opened_at", "due_at")
    held, _ = HeldUpdate.objects.get_or_create(
        notice=notice,
        contact=contact,
        defaults={"held_at": at, "send_by": digest_at(periods, given_at=notice.given_at)},
    )
    return held


def send_digests(*, at: dt.datetime) -> int:
    """Make the mail of every digest whose time has come, one for an address; give how many. Section F2.8(c)

    May run twice, late, or beside itself: each address's updates are locked, and stand in one mail.
    """
    due = HeldUpdate.objects.waiting().filter(send_by__lte=at).values_list("contact", flat=True)
    return sum(_send(contact, at) for contact in sorted(set(due)))


@transaction.atomic
def _send(contact: int, at: dt.datetime) -> bool:
    """Put all that waits for one address into one mail, since the earliest of it has to go."""
    held = list(
        HeldUpdate.objects.waiting()
        .filter(contact=contact)
        .select_for_update(of=("self",))
        .select_related("notice", "contact")
        .order_by("held_at", "pk")
    )
    if not held or min(each.send_by for each in held) > at:
        return False
    message = journal.enqueue(
        template=TEMPLATE, recipient=held[0].contact.email, context=_context([each.notice for each in held]), at=at,
        key=f"{TEMPLATE}:{contact}:{held[0].pk}",
    )  # fmt: skip
    HeldUpdate.objects.filter(pk__in=[each.pk for each in held]).update(message=message)
    return True


def _context(notices: list[Notice]) -> dict[str, Any]:
    editions = [each.context for each in notices]
    keys = [int(each.subject_id) for each in notices]
    first = Edition.objects.select_related("previous").get(pk=min(keys))
    last = editions[keys.index(max(keys))]["edition"]
    return {
        "total": len(editions),
        "last": last,
        "editions": editions[:MOST_ENTRIES],
        "more": max(0, len(editions) - MOST_ENTRIES),
        "path": f"/cpl/compare/{first.previous}/{last}/" if first.previous_id else "/cpl/editions/",
    }
