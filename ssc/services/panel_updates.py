"""Keeping the Panel informed every month of the proposals that it asked to hear of (SC-6.7)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cpl.notices import notice_contacts
from secgov.journal import services as journal
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day
from ssc import proposal_notices as notices
from ssc.models import ENDED, Proposal

TEMPLATE = "ssc/panel_updates"


@transaction.atomic
def update_panel(*, at: dt.datetime) -> int:
    """Send the Panel the month's digest of the proposals that it asked to hear of; give how many organisations were told. SC-6.7

    Once a month, whatever runs twice: the key is the month. A proposal is named by its number and stage only.
    """
    day = london_day(at)
    rows = list(
        Proposal.objects.tracked()
        .filter(panel_updates=Proposal.PanelUpdates.MONTHLY)
        .exclude(state__in=ENDED)
        .prefetch_related("stages")
        .order_by("pk")
    )
    if not rows:
        return 0
    told = 0
    for organisation in notices.panel():
        context = {
            "month": f"{day:%B %Y}",
            "proposals": [
                {"reference": each.reference, "stage": each.get_state_display(), "since": _since(each)}
                for each in rows
            ],
        }
        notice = journal.give_notice(
            organisation_id=organisation.pk, recipients=notice_contacts(organisation), template=TEMPLATE, context=context,
            title=f"Proposals before the SSC, {day:%B %Y}", clause="SC-6.7", subject=rows[0],
            key=f"ssc/panel-updates:{day:%Y-%m}", at=at,
        )  # fmt: skip
        told += notice.given_at == at
    nudge("journal.send_messages")
    return told


def _since(proposal: Proposal) -> str:
    entered = london_day(list(proposal.stages.all())[-1].entered_at)
    return f"{entered.day} {entered:%B %Y}"
