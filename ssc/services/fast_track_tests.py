"""Testing what was granted the fast track, and its end on the DCC's Eligible list (PPCT Report 4.1.2, 9.17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from cpl.models import DccListVersion, EligibleRow
from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest, InteroperabilityNotice, SscView, TestResult
from ssc.notices import tell_committee
from ssc.rules import fast_track as rules
from ssc.services import fast_track_queue as queue
from ssc.services import fast_track_rows as rows

State = FastTrackRequest.State
OPEN_TO_NOTICES = (
    State.REQUESTED, State.VIEW_SOUGHT, State.VIEW_GIVEN, State.GRANTED, State.IN_TEST, State.FAILED, State.PASSED,
)  # fmt: skip


@transaction.atomic
def receive_device_sets(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, received_on: dt.date | None
) -> FastTrackRequest:
    """Record, as the DCC, the day on which the Testing Participant's device sets came. PPCT Report 4.1.2"""
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.GRANTED, State.FAILED))
    rules.check_sets_received(received_on, today=london_day(at))
    row.sets_received_on = received_on
    rows.move(
        row, "sets_received", grant=grant, at=at, clause="PPCT-4.1.2", reason="The device sets came.",
        after={"received_on": received_on},
    )  # fmt: skip
    return row


@transaction.atomic
def begin_test(*, request: FastTrackRequest, by: User, at: dt.datetime, version: int) -> FastTrackRequest:
    """Begin the test, or after a failure the next; not before the device sets are there. PPCT Report 4.1.2"""
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.GRANTED, State.FAILED))
    rules.check_sets_received(row.sets_received_on, today=london_day(at))
    row.begin_test()
    rows.move(row, "test_begun", grant=grant, at=at, clause="PPCT-9.17", reason="The test begins.")
    return row


@transaction.atomic
def record_result(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, has_passed: bool | None, tested_on: dt.date | None,
    evidence: str, note: str = "",
) -> TestResult:  # fmt: skip
    """Record how a test ended, with its report. Passed, it waits for the DCC's next Eligible list. PPCT Report 4.1.2

    No timetable is set for a further test. Raises Refusal for what is missing.
    """
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.IN_TEST,))
    if has_passed is None:
        raise Refusal("Say whether it passed.", clause="PPCT-4.1.2", field="has_passed")
    rules.check_tested_on(tested_on, sets_received_on=row.sets_received_on, today=london_day(at))
    if not evidence.strip():
        raise Refusal("Give the reference of the test report.", clause="PPCT-4.1.2", field="evidence")
    result = TestResult(
        request=row, has_passed=has_passed, tested_on=tested_on, evidence=evidence.strip(), note=note.strip(),
        recorded_by=by, recorded_at=at,
    )  # fmt: skip
    result.full_clean()
    result.save()
    if has_passed:
        row.passes()
        queue.leave(row.slot, grant=grant, at=at, reason="Tested.")
    else:
        row.fails()
    words = "passed" if has_passed else "failed"
    rows.move(
        row, words, grant=grant, at=at, clause="PPCT-4.1.2", reason=f"The test {words}.",
        after={"evidence": result.evidence},
    )  # fmt: skip
    rows.tell_participant(
        row, title=f"{row} {words} its test", clause="PPCT-4.1.2", step=f"result:{result.pk}", at=at
    )
    return result


@transaction.atomic
def notify_interoperability(
    *, request: FastTrackRequest, by: User, at: dt.datetime, text: str
) -> InteroperabilityNotice:
    """Tell the DCC, as the Testing Participant, of an aspect that might impact interoperability, at any time. PPCT Report 9.17

    From the request until it is closed.
    """
    grant = rows.for_participant(request, by=by)
    row = rows.lock_request(request, version=None, expected=OPEN_TO_NOTICES)
    if row.eligible_row_id:
        raise Refusal("This request is closed.", clause="PPCT-9.17", remedy="Tell the DCC directly.")
    notice = InteroperabilityNotice.objects.create(
        request=row, text=clean_reason(text, field="text", clause="PPCT-9.17"), notified_by=by, notified_at=at
    )
    rows.move(
        row, "interoperability_notified", grant=grant, at=at, clause="PPCT-9.17",
        reason="Something might impact interoperability.", after={"notice": notice.pk},
    )  # fmt: skip
    rows.tell_dcc(
        row, title=f"{row}: interoperability", clause="PPCT-9.17", step=f"interoperability:{notice.pk}", at=at
    )
    return notice


def watch_fast_tracks(*, clock: Callable[[], dt.datetime]) -> int:
    """Close what passed and stands on the DCC's newest Eligible list; remind of views that wait to be ratified. PPCT Report 4.1

    One request for each transaction; may run twice, late, or beside itself. Gives how many were closed.
    """
    if settings.FAST_TRACK_FROM is None:
        return 0
    newest = DccListVersion.objects.filter(kind=DccListVersion.Kind.ELIGIBLE).order_by("-number").first()
    waiting = FastTrackRequest.objects.filter(state=State.PASSED, eligible_row=None).order_by("pk")
    found = EligibleRow.objects.filter(version=newest, combination__key__in=waiting.values("combination_key"))
    by_key = {row.combination.key: row for row in found.select_related("combination")} if newest else {}
    closed = sum(
        _close(each, by_key[each.combination_key], clock())
        for each in waiting
        if each.combination_key in by_key
    )
    _remind_to_ratify(clock())
    return closed


@transaction.atomic
def _close(request: FastTrackRequest, row: EligibleRow, at: dt.datetime) -> bool:
    request = FastTrackRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.eligible_row_id or request.state != State.PASSED:
        return False
    request.eligible_row, request.eligible_at = row, at
    keep(request)
    journal.record(
        actor=SYSTEM, at=at, verb="ssc.fast_track.eligible", subject=request, clause="PPCT-4.1.2",
        reason="It stands on the DCC’s Eligible list: the Device Model can be listed.", after={"version": row.version.number},
    )  # fmt: skip
    rows.tell_participant(
        request,
        title=f"{request} is on the Eligible list: submit the device",
        clause="PPCT-4.1.2",
        step="eligible",
        at=at,
    )
    return True


@transaction.atomic
def _remind_to_ratify(at: dt.datetime) -> None:
    """Tell the SSC once of each view that waits for its next meeting."""
    for view in SscView.objects.to_be_ratified():
        tell_committee(
            key=f"ssc/fast_track/ratify:{view.pk}",
            path=rows.path_of(view.request),
            at=at,
            duty=Duty.GIVE_FAST_TRACK_VIEW,
        )
