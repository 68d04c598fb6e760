"""The testing queue, and requests for the fast track at several stages, made through the services as in life.

All of it is invented: no such weakness, and no such firmware, is known.
"""

import datetime as dt

from django.conf import settings

from secgov.accounts.models import Organisation, User
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest, VulnerabilityNotification
from ssc.rules.fast_track import GROUND, Answers, is_available
from ssc.services import fast_track, fast_track_queue, fast_track_tests

HUB = "Communications Hub/5A1C/0001/01/00/00070804"
QUEUE = (("Brindle Power", "Brindle pair 4", 9), ("Dunmere Home Energy", "Dunmere trio 2", 16))
"""Whose combinations wait in the queue: what the DCC calls each, and in how many days it is tested."""


def load_fast_tracks(*, people: dict[str, User], at: dt.datetime) -> None:
    """One request waits for the DCC, one for the Chair, one was granted and goes first, one was refused.

    None where the fast track is not in effect.
    """
    if not is_available(effective_from=settings.FAST_TRACK_FROM, today=london_day(at)):
        return
    dcc, today = people["dcc"], london_day(at)
    for name, combination, days in QUEUE:
        fast_track_queue.plan_slot(
            organisation=Organisation.objects.get(name=name), combination=combination, by=dcc, at=at,
            planned_on=today + dt.timedelta(days=days),
        )  # fmt: skip
    told = fast_track.notify_vulnerability(
        organisation=_own(people), by=people["testing-participant"], at=at,
        vulnerability="Sample: a meter accepts an old signed message a second time.",
        steps="Sample: newer firmware counts messages and drops what it has seen.",
        intended_by=today + dt.timedelta(days=90),
    )  # fmt: skip
    _granted(_viewed(_sought(_requested(people, "05080608", told, at), people, at), people, at), people, at)
    _refused(_sought(_requested(people, "05080611", None, at), people, at), people, at)
    _sought(_requested(people, "05080702", told, at), people, at)
    _requested(people, "05080715", told, at)


def _own(people: dict[str, User]) -> Organisation:
    held = people["testing-participant"].memberships.select_related("organisation")
    return held.latest("began_at").organisation


def _requested(
    people: dict[str, User], firmware: str, told: VulnerabilityNotification | None, at: dt.datetime
) -> FastTrackRequest:
    new = f"Gas Smart Meter/5A3E/0000/03/00/{firmware}"
    return fast_track.request_fast_track(
        organisation=_own(people), by=people["testing-participant"], at=at, provider="North", devices=[new, HUB],
        new_device=new, notification=told,
        values={
            "ground": GROUND, "purpose": "Sample: newer handling of messages", "affects_interoperability": False,
            "assessment": "Sample: no interface of S1SR or DMVES changes; the regression report is clean.",
            "interoperability": "", "device_volume": 41_200,
        },
    )  # fmt: skip


def _sought(row: FastTrackRequest, people: dict[str, User], at: dt.datetime) -> FastTrackRequest:
    today = london_day(at)
    return fast_track.seek_view(
        request=row, by=people["dcc"], at=at, version=row.version, date_if_not=today + dt.timedelta(days=42),
        date_if_fast=today + dt.timedelta(days=7), asks_whether_notified=True,
    )  # fmt: skip


def _viewed(row: FastTrackRequest, people: dict[str, User], at: dt.datetime) -> FastTrackRequest:
    fast_track.give_view(
        request=row, by=people["ssc-secretary"], at=at, version=row.version, answers=Answers(True, True, True),
        evidence="Sample: the Chair’s mail of this morning.",
    )  # fmt: skip
    return _now(row)


def _granted(row: FastTrackRequest, people: dict[str, User], at: dt.datetime) -> None:
    later = {
        slot.pk: slot.planned_on + dt.timedelta(days=12) for slot in fast_track_queue.giving_way(row)[:1]
    }
    row = fast_track.grant_fast_track(request=row, by=people["dcc"], at=at, version=row.version, days=later)
    fast_track_tests.receive_device_sets(
        request=row, by=people["dcc"], at=at, version=row.version, received_on=london_day(at)
    )
    fast_track_tests.notify_interoperability(
        request=row, by=people["testing-participant"], at=at, text="Sample: alerts come in another order after a restart."
    )  # fmt: skip


def _refused(row: FastTrackRequest, people: dict[str, User], at: dt.datetime) -> None:
    fast_track.give_view(
        request=row, by=people["ssc-chair"], at=at, version=row.version, answers=Answers(False, True, True)
    )
    row = _now(row)
    fast_track.refuse_fast_track(request=row, by=people["dcc"], at=at, version=row.version)


def _now(row: FastTrackRequest) -> FastTrackRequest:
    return FastTrackRequest.objects.get(pk=row.pk)
