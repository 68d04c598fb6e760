"""What an organisation does for itself: keep its contacts for notices, and note that a notice was read."""

import datetime as dt

from django.db import transaction

from secgov.accounts.models import Contact, Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.accounts.rules.contacts import check_contact_may_go
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.models import Notice, NoticeReading


@transaction.atomic
def add_contact(
    *, organisation: Organisation, email: str, name: str, phone: str, by: User, at: dt.datetime,
    purpose: str = Contact.Purpose.NOTICES, digest: bool = False,
) -> Contact:  # fmt: skip
    """Add an address at which an organisation is told things of a purpose. Housekeeping: it has no clause.

    With `digest` it gets one mail for the updates of the list of a Working Day (A-70). Raises NotPermitted, and
    ValidationError for what is no address or stands already, or for a digest of another purpose.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    grant = require(by, Duty.KEEP_OWN_CONTACTS, organisation, hidden=True)
    contact = Contact(
        organisation=organisation,
        purpose=purpose,
        email=email.strip(),
        name=name.strip(),
        phone=phone.strip(),
        digest=digest,
    )
    contact.full_clean()
    contact.save()
    # The journal never forgets and a name must be able to go, so the act names the organisation only (TR-10).
    journal.record(
        actor=grant.actor, at=at, verb="accounts.contact.added", subject=organisation,
        reason="The organisation keeps its own contacts.",
        after={"contact": contact.pk, "purpose": contact.purpose, "digest": contact.digest},
    )  # fmt: skip
    return contact


@transaction.atomic
def choose_digest(*, contact: Contact, digest: bool, by: User, at: dt.datetime) -> Contact:
    """Choose whether an address gets one mail for a Working Day's updates of the list, or one for each. Section F2.8(c)

    What already waits for a digest goes with it still. Raises NotPermitted (hidden), Conflict for a retired contact,
    and ValidationError for an address of another purpose.
    """
    organisation = Organisation.objects.select_for_update().get(pk=contact.organisation_id)
    grant = require(by, Duty.KEEP_OWN_CONTACTS, organisation, hidden=True)
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.retired_at is not None:
        raise Conflict("This contact was retired already.")
    before, contact.digest = contact.digest, digest
    contact.full_clean()
    contact.save(update_fields=["digest"])
    journal.record(
        actor=grant.actor, at=at, verb="accounts.contact.changed", subject=organisation,
        reason="The organisation keeps its own contacts.",
        before={"contact": contact.pk, "digest": before}, after={"contact": contact.pk, "digest": digest},
    )  # fmt: skip
    return contact


@transaction.atomic
def retire_contact(*, contact: Contact, by: User, at: dt.datetime) -> Contact:
    """Stop telling an organisation things at an address. The row stays, since notices were sent to it.

    Raises NotPermitted; Conflict where it is retired already; Refusal for a Party's last contact for notices.
    """
    organisation = Organisation.objects.select_for_update().get(pk=contact.organisation_id)
    grant = require(by, Duty.KEEP_OWN_CONTACTS, organisation, hidden=True)
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.retired_at is not None:
        raise Conflict("This contact was retired already.")
    if contact.purpose == Contact.Purpose.NOTICES:  # where no other is named, those for notices are told
        others = organisation.contacts.filter(purpose=contact.purpose, retired_at=None).exclude(pk=contact.pk)
        check_contact_may_go(is_party=organisation.is_party, others=others.count())
    contact.retired_at = at
    contact.save(update_fields=["retired_at"])
    journal.record(
        actor=grant.actor, at=at, verb="accounts.contact.retired", subject=organisation,
        reason="The organisation keeps its own contacts.", before={"contact": contact.pk, "purpose": contact.purpose},
    )  # fmt: skip
    return contact


@transaction.atomic
def mark_notice_read(*, notice: Notice, by: User, at: dt.datetime) -> Notice:
    """Note that a person has read a notice, and when the first of the organisation did; again changes nothing."""
    notice = Notice.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=notice.pk)
    require(by, Duty.READ_NOTICES, notice.organisation, hidden=True)
    NoticeReading.objects.get_or_create(notice=notice, reader=by, defaults={"read_at": at})
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice
