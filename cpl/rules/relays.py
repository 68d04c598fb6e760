"""Notices about CPA Certificates that NCSC asks the Panel to give to the Parties.

Section F2.7  The Panel shall also give the Parties any notice about CPA Certificates
    that NCSC asks it to give.
X-3  When a notice counts as received is not in the sources: its clock starts on the
    day of sending, and delivery is recorded beside it.

Reading: no period is stated, so a target of one Working Day is ours (TR-9). "Any notice"
is the notice itself: its words are never changed. Words that are not White are not
mailed, since mail is open: the mail says "sign in to read".
"""

from datetime import date, datetime

from secgov.errors import Refusal, refuse_any
from secgov.time_rules import london_day

WHITE = "white"
"""The one level of the Information Policy at which words may go by open mail."""


def may_be_mailed(classification: str) -> bool:
    """Say whether the words themselves may go by mail. Section F2.7"""
    return classification == WHITE


def check_request(*, title: str, text: str, received_at: datetime, at: datetime) -> None:
    """Refuse a request that says nothing, or was received in the future. Section F2.7"""
    refusals = []
    if not title.strip():
        refusals.append(
            Refusal(
                "The title is missing.",
                clause="F2.7",
                field="title",
                remedy="Say in a few open words what it is about.",
            )
        )
    if not text.strip():
        refusals.append(
            Refusal(
                "The notice is missing.", clause="F2.7", field="text", remedy="Copy NCSC’s words exactly."
            )
        )
    if received_at > at:
        refusals.append(
            Refusal(
                "That time is still to come.", clause="F2.7", field="received_at",
                remedy="Give the time at which the request was received.",
            )
        )  # fmt: skip
    refuse_any(refusals)


def notice_day_of(sent_at: datetime) -> date:
    """Give the London day from which the clock of a notice runs: the day of sending, however late in it. X-3"""
    return london_day(sent_at)
