"""Decisions that somebody disagrees with, their referrals, and the Authority's answers."""

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model

from cpl.models import BindingDetermination, DeviceModel, PanelDecision
from cpl.services import panel_choices
from secgov.accounts.models import User
from ssc.models import AuthorityAnswer, Referral
from ssc.services import authority_answers, referrals
from tests.factories import devices, removing

NOON, DAY = removing.NOON, removing.DAY
ONE, TWO, THREE = (removing.NOON + dt.timedelta(hours=each) for each in (1, 2, 3))


def panel_decided(
    group: removing.Committee, entry: DeviceModel, kind: str = "not_remove", *, at: dt.datetime = ONE, **values: Any
) -> PanelDecision:  # fmt: skip
    """A decision of the Panel with both its people; a removal or reinstatement is carried out."""
    given = {
        "kind": kind, "clause": "Z6.9" if "reinstate" in kind else "Z6.8(b)", "minute_reference": "P/2026/12",
        "decided_on": at.date(), "reasons": "Reasons for those who refer.", "determined_by": "panel",
        "determination_reference": "F3/7", "rectification_reference": "F3/9" if kind == "reinstate" else "",
    }  # fmt: skip
    made = panel_choices.record_panel_decision(
        model=entry, by=group.secretariat, at=at, values=given | values, others=()
    )
    if made.changes.exists():
        devices.approved(made.changes.get(), group.approver, at=at)
    else:
        panel_choices.confirm_panel_decision(
            decision=made, by=group.approver, at=at, version=made.version, agree=True, reason="As minuted."
        )
    return PanelDecision.objects.get(pk=made.pk)


def ssc_determined(
    group: removing.Committee, entry: DeviceModel, outcome: str = "remove", *, at: dt.datetime = ONE, **values: Any
) -> BindingDetermination:  # fmt: skip
    """A determination of the SSC that binds, on a withdrawal that NCSC confirmed."""
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"), at=at)
    removing.confirmed(group, event, at=at)
    return removing.determined(group, entry, outcome, at=at, **values)


def drafted(decision: Model, by: User, *, at: dt.datetime = TWO, grounds: str = "It is wrong.") -> Referral:
    """A draft of a referral."""
    return referrals.draft_referral(
        decision=decision, organisation=removing.organisation_of(by), by=by, at=at, grounds=grounds
    )


def lodged(decision: Model, by: User, *, at: dt.datetime = TWO, documents: int = 0) -> Referral:
    """A referral before the Authority."""
    referral = drafted(decision, by, at=at)
    for number in range(documents):
        referrals.attach_document(
            referral=referral, by=by, at=at, version=referral.version, classification="amber",
            upload=SimpleUploadedFile(f"evidence-{number}.txt", b"What shows it."),
        )  # fmt: skip
        referral = Referral.objects.get(pk=referral.pk)
    return referrals.lodge_referral(referral=referral, by=by, at=at, version=referral.version)


def answered(
    group: removing.Committee,
    referral: Referral,
    outcome: str,
    *,
    at: dt.datetime = THREE,
    agree: bool = True,
) -> AuthorityAnswer:
    """What the Authority determined, recorded and confirmed."""
    answer = recorded(group, referral, outcome, at=at)
    return authority_answers.confirm_answer(
        answer=answer, by=group.secretariat, at=at, version=answer.version, agree=agree, reason="As received."
    )


def recorded(
    group: removing.Committee, referral: Referral, outcome: str, *, at: dt.datetime = THREE
) -> AuthorityAnswer:
    """What the Authority determined, as its recorder wrote it."""
    values = {
        "outcome": outcome,
        "answered_on": at.date(),
        "authority_reference": "OFG/11",
        "text": "So determined.",
    }
    return authority_answers.record_answer(referral=referral, by=group.recorder, at=at, values=values)
