"""What the fast track's services share: the regime, the lock, and who is told that something waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings

from cpl.notices import notice_contacts
from cpl.services.rows import keep
from secgov.accounts.models import Contact, Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.clauses import spell
from secgov.errors import Conflict
from secgov.journal import services as journal
from secgov.journal.models import Act, Notice
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest
from ssc.notices import tell_committee
from ssc.rules import fast_track as rules

REQUEST_MOVED = "ssc/fast_track"


def check_regime(at: dt.datetime) -> None:
    """Refuse before the regime has effect. PPCT Report 2.1"""
    rules.check_available(effective_from=settings.FAST_TRACK_FROM, today=london_day(at))


def path_of(request: FastTrackRequest) -> str:
    """The address of a request, the same for all who may see it."""
    return f"/portal/fast-track/{request.reference}/"


def lock_request(
    request: FastTrackRequest, *, version: int | None, expected: tuple[str, ...]
) -> FastTrackRequest:
    """Lock a request and give it as it stands, in one of the states that the step may begin from. PPCT Report 9.17

    Raises Conflict where it was changed since the person saw it, or stands elsewhere.
    """
    fresh = (
        FastTrackRequest.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=request.pk)
    )
    if (version is not None and fresh.version != version) or fresh.state not in expected:
        raise Conflict(
            f"{fresh} was changed since you opened it. It is now: {fresh.get_state_display()}.",
            newer={"state": fresh.state, "version": fresh.version},
        )
    return fresh


def for_participant(request: FastTrackRequest, *, by: User) -> Grant:
    """Give the membership by which somebody acts for the request's Testing Participant; it is hidden from all others."""
    return require(by, Duty.REQUEST_FAST_TRACK, request.organisation, hidden=True)


def move(
    request: FastTrackRequest, verb: str, *, grant: Grant, at: dt.datetime, clause: str, reason: str,
    after: dict[str, Any] | None = None,
) -> Act:  # fmt: skip
    """Keep a request that a transition has moved, and record the act."""
    keep(request)
    return journal.record(
        actor=grant.actor, at=at, verb=f"ssc.fast_track.{verb}", subject=request, clause=clause, reason=reason, after=after
    )  # fmt: skip


def tell_participant(
    request: FastTrackRequest, *, title: str, clause: str, step: str, at: dt.datetime
) -> Notice:
    """Tell the Testing Participant, at its contacts for testing, that its request has moved."""
    return _tell(request.organisation, request, title, clause, step, at)


def tell_dcc(request: FastTrackRequest, *, title: str, clause: str, step: str, at: dt.datetime) -> None:
    """Tell the DCC that something about a request waits for it."""
    for dcc in Organisation.objects.admitted().filter(kind=Organisation.Kind.DCC):
        _tell(dcc, request, title, clause, step, at)


def tell_ssc(request: FastTrackRequest, *, step: str, at: dt.datetime) -> None:
    """Mail the Chair and the secretaries of the SSC that a request waits; what it is they read after signing in."""
    tell_committee(
        key=f"ssc/fast_track/{step}:{request.pk}",
        path=path_of(request),
        at=at,
        duty=Duty.GIVE_FAST_TRACK_VIEW,
    )


def _tell(
    organisation: Organisation, request: FastTrackRequest, title: str, clause: str, step: str, at: dt.datetime
) -> Notice:
    notice = journal.give_notice(
        organisation_id=organisation.pk, recipients=notice_contacts(organisation, Contact.Purpose.TESTING),
        template=REQUEST_MOVED, context={"path": path_of(request), "clause": spell(clause)}, title=title, clause=clause,
        subject=request, key=f"ssc/fast_track/{step}:{request.pk}", at=at,
    )  # fmt: skip
    nudge("journal.send_messages")
    return notice
