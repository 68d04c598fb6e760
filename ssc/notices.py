"""Who is told what by the SSC. Its matters are not White: a mail says only that there is something to read."""

import datetime as dt

from django.db import models

from cpl.notices import notice_contacts
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, people_who_may
from secgov.journal import services as journal
from secgov.journal.models import Notice
from secgov.journal.nudge import nudge

SIGN_IN = "ssc/sign_in_to_read"
FOR_THE_COMMITTEE = "ssc/for_the_committee"
DETERMINED = "ssc/determined"


def tell_party(
    *,
    organisation: Organisation,
    title: str,
    clause: str,
    subject: models.Model,
    path: str,
    key: str,
    at: dt.datetime,
) -> Notice:
    """Tell one Party that the SSC has something for it, once for each key; no other Party is named.

    `title` stands in its inbox; the mail gives only the way there, `path`, and a feed not even the title.
    """
    notice = journal.give_notice(
        organisation_id=organisation.pk, recipients=notice_contacts(organisation), template=SIGN_IN,
        context={"path": path, "sign_in": "yes"}, title=title, clause=clause, subject=subject, key=key, at=at,
    )  # fmt: skip
    nudge("journal.send_messages")
    return notice


def tell_committee(*, key: str, path: str, at: dt.datetime, duty: Duty = Duty.PREPARE_CASE) -> None:
    """Mail the SSC's secretaries that something waits, once for each key; what it is they read after signing in.

    With another `duty`, mail those who may do that.
    """
    for person in people_who_may(duty):
        if person.email:
            journal.enqueue(
                template=FOR_THE_COMMITTEE, recipient=person.email, context={"path": path}, key=f"{key}:{person.pk}",
                at=at,
            )  # fmt: skip
    nudge("journal.send_messages")


def tell_all_parties(
    *, title: str, context: dict[str, str], clause: str, subject: models.Model, key: str, at: dt.datetime
) -> int:
    """Tell every Party what the SSC determined: in its inbox whether removed or not; by mail that there is something.

    Gives how many were told. `context` says nothing but that.
    """
    parties = list(Organisation.objects.parties())
    for party in parties:
        addresses = notice_contacts(party)
        notice = journal.give_notice(
            organisation_id=party.pk, recipients=[], template=DETERMINED, context={**context, "sign_in": "yes"},
            title=title, clause=clause, subject=subject, key=key, at=at, mailed_later=bool(addresses),
        )  # fmt: skip
        for address in addresses:
            journal.enqueue(
                template=SIGN_IN, recipient=address, context={"path": f"/portal/notices/{notice.pk}/"},
                key=f"{key}:{party.pk}:{address}", at=at, notice=notice,
            )  # fmt: skip
    nudge("journal.send_messages")
    return len(parties)
