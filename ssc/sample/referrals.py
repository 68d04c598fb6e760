"""Referrals before the Authority, and what the SSC says without deciding, so that their pages have something to look at."""

import datetime as dt

from cpl.models import BindingDetermination
from secgov.accounts.models import User
from secgov.time_rules import london_day
from ssc.models import Referral
from ssc.services import advice, referrals


def load_referrals(*, people: dict[str, User], at: dt.datetime) -> None:
    """One referral of a determination is before the Authority, one is a draft; and an advice and a review are recorded."""
    binding = list(
        BindingDetermination.objects.filter(state=BindingDetermination.State.BINDING).order_by("pk")[:2]
    )
    grounds = (
        "Sample: we read the weakness otherwise than the Committee, and hold the trial’s results to show it.",
        "Sample: a plan would leave the same homes on supply.",
    )
    for decision, name, words in zip(binding, ("network", "supplier"), grounds, strict=False):
        _drafted(decision, people[name], words, at)
    for referral in Referral.objects.order_by("pk")[:1]:
        referrals.lodge_referral(referral=referral, by=people["network"], at=at, version=referral.version)
    advice.advise_authority(
        by=people["ssc-chair"], at=at,
        values={
            "kind": "potential", "devices": "Sample: the maker’s meters of one hardware version",
            "security_characteristics": "Smart Metering Equipment 1.3", "advised_on": london_day(at),
            "text": "Sample: their tamper log may not be kept through an upgrade.", "minute_reference": "SSC 113, item 7",
        },
    )  # fmt: skip
    advice.record_review(
        by=people["ssc-secretary"], at=at,
        values={
            "reviewed_on": london_day(at), "what": "Sample: renewal of lifetime certificates",
            "finding": "Fit for its purpose; renewals take longer than six months.",
            "suggestion": "Ask for renewal nine months before the date.", "minute_reference": "SSC 113, item 8",
        },
    )  # fmt: skip


def _drafted(decision: BindingDetermination, by: User, words: str, at: dt.datetime) -> None:
    organisation = by.memberships.select_related("organisation").latest("began_at").organisation
    referrals.draft_referral(decision=decision, organisation=organisation, by=by, at=at, grounds=words)
