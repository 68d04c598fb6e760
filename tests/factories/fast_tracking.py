"""A fast track's people, and requests as far as a test needs them."""

import datetime as dt
from dataclasses import dataclass

from secgov.accounts.models import Contact, Organisation, Role, User
from ssc.models import FastTrackRequest, SscView
from ssc.rules.fast_track import GROUND, Answers
from ssc.services import fast_track, fast_track_tests
from tests.factories import people
from tests.rules.secgov.calendars import london

NOON = london("2027-01-11 12:00")
DAY = dt.timedelta(days=1)
FROM = dt.date(2026, 1, 1)
YES = Answers(True, True, True)
NEW = "Gas Smart Meter/7E3E/0000/03/00/05080608"
OTHER = "Communications Hub/106C/0001/01/00/00070804"


@dataclass
class Tracks:
    """A Testing Participant, a rival Supplier, the DCC, and the SSC's Chair, secretary and member."""

    participant: User
    rival: User
    dcc: User
    chair: User
    secretary: User
    member: User

    @property
    def organisation(self) -> Organisation:
        """The Testing Participant's."""
        return self.participant.memberships.get().organisation


def tracks() -> Tracks:
    """Make the people of a fast track, each organisation with a contact."""
    body = people.organisation("Committee", Organisation.Kind.CODE_BODY)
    maker = people.organisation("Tarnwick Energy", Organisation.Kind.PARTY)
    rival = people.organisation("Thrushgill Energy", Organisation.Kind.PARTY)
    dcc = people.organisation("The DCC", Organisation.Kind.DCC)
    for each in (maker, rival, dcc):
        Contact.objects.create(
            organisation=each, email=f"testing@{each.pk}.example", purpose=Contact.Purpose.TESTING
        )
    return Tracks(
        participant=people.person(Role.TESTING_PARTICIPANT, maker), rival=people.person(Role.TESTING_PARTICIPANT, rival),
        dcc=people.person(Role.DCC, dcc), chair=people.person(Role.SSC_CHAIR, body),
        secretary=people.person(Role.SSC_SECRETARY, body), member=people.person(Role.SSC_MEMBER, body),
    )  # fmt: skip


def values(**changes) -> dict:
    """What a Testing Participant says of its request."""
    return {
        "ground": GROUND, "purpose": "Newer key handling", "assessment": "No S1SR or DMVES interface changes.",
        "affects_interoperability": False, "interoperability": "",
    } | changes  # fmt: skip


def requested(group: Tracks, *, devices=(NEW, OTHER), new=NEW, at=NOON, **changes) -> FastTrackRequest:
    """A request as it comes in."""
    return fast_track.request_fast_track(
        organisation=group.organisation, by=group.participant, at=at, provider="North", devices=list(devices),
        new_device=new, values=values(**changes),
    )  # fmt: skip


def sought(group: Tracks, *, if_not=40, if_fast=5, **kwargs) -> FastTrackRequest:
    """A request on which the DCC has asked the SSC."""
    row = requested(group, **kwargs)
    return fast_track.seek_view(
        request=row, by=group.dcc, at=NOON, version=row.version, date_if_not=NOON.date() + if_not * DAY,
        date_if_fast=NOON.date() + if_fast * DAY, asks_whether_notified=True,
    )  # fmt: skip


def viewed(group: Tracks, answers: Answers = YES, **kwargs) -> FastTrackRequest:
    """A request with the SSC's view."""
    row = sought(group, **kwargs)
    fast_track.give_view(
        request=row,
        by=group.chair,
        at=NOON,
        version=row.version,
        answers=answers,
        to_change="Mend the gateway first.",
    )
    return again(row)


def granted(group: Tracks, days=None, **kwargs) -> FastTrackRequest:
    """A request that goes first."""
    row = viewed(group, **kwargs)
    return fast_track.grant_fast_track(
        request=row, by=group.dcc, at=NOON, version=row.version, days=days or {}
    )


def in_test(group: Tracks, **kwargs) -> FastTrackRequest:
    """A request in test."""
    row = granted(group, **kwargs)
    row = fast_track_tests.receive_device_sets(
        request=row, by=group.dcc, at=NOON, version=row.version, received_on=NOON.date()
    )
    return fast_track_tests.begin_test(request=row, by=group.dcc, at=NOON, version=row.version)


def passed(group: Tracks, *, has_passed=True, **kwargs) -> FastTrackRequest:
    """A request whose test has ended."""
    row = in_test(group, **kwargs)
    fast_track_tests.record_result(
        request=row, by=group.dcc, at=NOON, version=row.version, has_passed=has_passed, tested_on=NOON.date(),
        evidence="PPCT-77",
    )  # fmt: skip
    return again(row)


def again(row: FastTrackRequest) -> FastTrackRequest:
    """The request as it now stands."""
    return FastTrackRequest.objects.get(pk=row.pk)


def view_of(row: FastTrackRequest) -> SscView:
    """The SSC's view as it now stands."""
    return SscView.objects.get(request=row)
