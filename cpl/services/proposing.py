"""Putting a change of the list before its second person: the same for every kind (Section F2.2, chart 3)."""

import datetime as dt

from cpl.models import ListChange
from cpl.rules import list_changes as rules
from secgov.accounts.permissions import Grant
from secgov.journal import services as journal
from secgov.journal.models import Obligation

APPROVE_TARGET = 1  # Working Day; our own target (A-68: the age of unapproved proposals is shown and alarmed)


def put_forward(change: ListChange, *, facts: rules.ChangeFacts, grant: Grant, at: dt.datetime) -> ListChange:
    """Keep a new change as proposed, record it, and open our own target for its approval. Section F2.2

    Raises Refusal where one of the change's gates is shut.
    """
    rules.check_gates(facts)
    change.gates = change.gates or [
        {"clause": each.clause, "asks": each.asks, "met": each.met, "at": at.isoformat()}
        for each in rules.gates(facts)
    ]
    change.digest = rules.digest_of([change.after])
    change.proposed_by, change.proposed_at = grant.user, at
    change.full_clean(exclude=["state"])
    change.save()
    act = journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.list_change.proposed",
        subject=change,
        clause=change.clause,
        reason=change.reason,
        before=change.before,
        after=change.after,
    )
    journal.open_obligation_for_working_days(
        clause="F2.2",
        duty="Approve a change of the list, or send it back",
        owed_by=Obligation.Owner.PANEL,
        subject=change,
        act=act,
        from_at=at,
        working_days=APPROVE_TARGET,
        by_law=False,
    )
    return change


def words_of(
    device_type: str, maker: str, identifier: str, model: str, firmware: str, versions: str
) -> dict[str, str]:
    """The identifying cells of an entry, as people read them side by side."""
    return {
        "Device type": device_type,
        "Manufacturer": f"{maker} {identifier}".strip(),
        "Model and hardware": model,
        "Firmware": firmware,
        "Specification": versions,
    }
