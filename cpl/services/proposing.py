"""Putting a change of the list before its second person: the same for every kind (Section F2.2, chart 3)."""

import datetime as dt

from cpl.models import ListChange
from cpl.rules import list_changes as rules
from secgov.accounts.models import User
from secgov.accounts.permissions import Grant
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation

APPROVE_TARGET = 1  # Working Day; our own target (A-68: the age of unapproved proposals is shown and alarmed)


def put_forward(change: ListChange, *, facts: rules.ChangeFacts, grant: Grant, at: dt.datetime) -> ListChange:
    """Keep a new change as proposed, record it, and open our own target for its approval. Section F2.2

    Raises Refusal where one of the change's gates is shut.
    """
    keep_proposed(change, facts=facts, first=grant.user, actor=grant.actor, at=at)
    return change


def keep_proposed(
    change: ListChange, *, facts: rules.ChangeFacts, first: User | None, actor: Actor, at: dt.datetime
) -> Act:
    """Do what `put_forward` does, for a change that may also arise by itself; give the act. Section F2.2

    `first` is the first of its two people: who proposed it, or recorded what it follows from.
    """
    rules.check_gates(facts)
    change.gates = change.gates or [
        {"clause": each.clause, "asks": each.asks, "met": each.met, "at": at.isoformat()}
        for each in rules.gates(facts)
    ]
    change.digest = rules.digest_of([change.after])
    change.proposed_by, change.proposed_at = first, at
    change.full_clean(exclude=["state"])
    change.save()
    act = journal.record(
        actor=actor,
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
    return act


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
