"""Giving the Parties, word for word, the notices about CPA Certificates that NCSC asks the Panel to give (F2.7)."""

import datetime as dt

from django.db import transaction

from cpl.models import RelayedNotice
from cpl.notices import notice_contacts
from cpl.rules.relays import check_request, may_be_mailed, notice_day_of
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, organisations_of, permitted, require
from secgov.errors import Conflict, NotPermitted
from secgov.journal import services as journal
from secgov.journal.models import Notice, Obligation
from secgov.journal.nudge import nudge

CLAUSE = "F2.7"
TARGET_WORKING_DAYS = 1
"""TR-9: the source sets no period, so this is our own target and never blocks anything."""
WORD_FOR_WORD, WITHHELD = "cpl/ncsc_notice", "cpl/ncsc_notice_withheld"


@transaction.atomic
def record_request(
    *, title: str, text: str, classification: str, received_at: dt.datetime, by: User, at: dt.datetime, reference: str = "",
) -> RelayedNotice:  # fmt: skip
    """Record that NCSC asked for a notice to be given, exactly as it worded it. Section F2.7

    Takes the words, their level under the Information Policy, and when the request was received, from which our target
    of a Working Day runs. Raises NotPermitted, and Refusal for what is missing or lies in the future.
    """
    grant = require(by, Duty.RELAY_NOTICE)
    check_request(title=title, text=text, received_at=received_at, at=at)
    relay = RelayedNotice(
        title=title.strip(), text=text, classification=classification, received_at=received_at, reference=reference.strip(),
        recorded_by=by, recorded_at=at,
    )  # fmt: skip
    relay.full_clean()
    relay.save()
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.relayed_notice.recorded", subject=relay, clause=CLAUSE,
        reason="NCSC asked for it to be given to the Parties.",
        after={"received_at": received_at, "classification": classification, "reference": relay.reference},
    )  # fmt: skip
    relay.obligation = journal.open_obligation_for_working_days(
        clause=CLAUSE, duty="Give the Parties the notice that NCSC asks for", owed_by=Obligation.Owner.PANEL,
        subject=relay, act=act, from_at=received_at, working_days=TARGET_WORKING_DAYS, by_law=False,
    )  # fmt: skip
    relay.save(update_fields=["obligation"])
    return relay


@transaction.atomic
def relay_notice(*, relay: RelayedNotice, by: User, at: dt.datetime) -> RelayedNotice:
    """Give a recorded notice to every Party, once. Section F2.7

    White words are mailed as they are; of any other level only that there is something to read after signing in. Raises
    NotPermitted, and Conflict where it has been given already.
    """
    grant = require(by, Duty.RELAY_NOTICE)
    relay = (
        RelayedNotice.objects.select_for_update(of=("self",)).select_related("obligation").get(pk=relay.pk)
    )
    if relay.sent_at is not None:
        raise Conflict(f"“{relay}” has been given to the Parties already.")
    parties = list(Organisation.objects.parties())
    context: dict[str, str] = {"title": relay.title, "classification": relay.get_classification_display()}
    if may_be_mailed(relay.classification):
        context["text"] = relay.text
    for party in parties:
        journal.give_notice(
            organisation_id=party.pk, recipients=notice_contacts(party),
            template=WORD_FOR_WORD if "text" in context else WITHHELD, context=context,
            title=f"NCSC: {relay.title}", clause=CLAUSE, subject=relay, key=f"relay:{relay.pk}", at=at,
        )  # fmt: skip
    relay.sent_by, relay.sent_at = by, at
    relay.save(update_fields=["sent_by", "sent_at"])
    act = journal.record(
        actor=grant.actor, at=at, verb="cpl.relayed_notice.sent", subject=relay, clause=CLAUSE,
        reason="Given to every Party, word for word.",
        after={"parties": len(parties), "notice_day": notice_day_of(at)},
    )  # fmt: skip
    if relay.obligation:
        journal.discharge(obligation=relay.obligation, act=act, at=at)
    nudge("journal.send_messages")
    return relay


@transaction.atomic
def read_relayed(*, notice: Notice, by: User, at: dt.datetime) -> RelayedNotice:
    """Give the words of a relayed notice to somebody whose organisation has it, and note who read what is not White.

    Raises NotPermitted, hidden, for everybody else. Section F2.7
    """
    relay = RelayedNotice.objects.get(pk=notice.subject_id)
    grant = permitted(by, Duty.READ_NOTICES, notice.organisation)
    if grant is None or notice.organisation not in organisations_of(by, Duty.READ_NOTICES):
        raise NotPermitted("You may not read this notice.", hidden=True)
    _note_reading(relay, grant, at, "Read after signing in.")
    return relay


@transaction.atomic
def read_at_desk(*, relay: RelayedNotice, by: User, at: dt.datetime) -> RelayedNotice:
    """Give a relayed notice to somebody at the desk, and note who read what is not White. Section F2.7"""
    _note_reading(relay, require(by, Duty.READ_ADMIN), at, "Read at the desk.")
    return relay


def _note_reading(relay: RelayedNotice, grant: Grant, at: dt.datetime, reason: str) -> None:
    if not may_be_mailed(relay.classification):
        journal.record(
            actor=grant.actor, at=at, verb="cpl.relayed_notice.read", subject=relay, clause=CLAUSE, reason=reason,
            after={"classification": relay.classification},
        )  # fmt: skip
