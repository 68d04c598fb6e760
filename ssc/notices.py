"""Who is told what by the SSC. Its matters are not White: a mail says only that there is something to read."""

import datetime as dt

from django.db import models

from cpl.notices import notice_contacts
from secgov.accounts.models import Organisation
from secgov.journal import services as journal
from secgov.journal.models import Notice
from secgov.journal.nudge import nudge

SIGN_IN = "ssc/sign_in_to_read"


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

    `title` stands in its inbox; the mail gives only the way there, `path`.
    """
    notice = journal.give_notice(
        organisation_id=organisation.pk, recipients=notice_contacts(organisation), template=SIGN_IN,
        context={"path": path}, title=title, clause=clause, subject=subject, key=key, at=at,
    )  # fmt: skip
    nudge("journal.send_messages")
    return notice
