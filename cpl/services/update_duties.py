"""The three obligations that a change of the list brings: one for each limb of Section F2.8."""

import datetime as dt

from cpl.models import ListChange
from cpl.rules.publication import PUBLICATION_WORKING_DAYS
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation

F2_8_LIMBS = (
    ("F2.8(a)", "Provide the updated list to the DCC"),
    ("F2.8(b)", "Publish the updated list on the Website"),
    ("F2.8(c)", "Notify the Parties that the list has been updated"),
)


def open_limbs(change: ListChange, *, act: Act) -> None:
    """Open a change's three obligations, from the instant at which the Panel is required to make it. Section F2.8"""
    for clause, duty in F2_8_LIMBS:
        journal.open_obligation_for_working_days(
            clause=clause,
            duty=duty,
            owed_by=Obligation.Owner.PANEL,
            subject=change,
            act=act,
            from_at=change.required_at,
            working_days=PUBLICATION_WORKING_DAYS,
        )


def drop_all(change: ListChange, *, at: dt.datetime, reason: str) -> None:
    """Let everything owed about a change fall away, with the reason: by law, and by our own targets."""
    for obligation in Obligation.objects.standing().about(change):
        journal.fall_away(obligation=obligation, reason=reason, at=at)
