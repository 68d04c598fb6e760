"""The fast track from the request to the DCC's decision (PPCT Report 4.1.2, 9.2, 9.15 to 9.17; chart 10).

The journal is read by people who may not read a request: its acts say what was done, never what somebody wrote about it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.limbs import check_limbs
from cpl.rules.smets1_lists import combination_key, read_device
from cpl.rules.submissions import clean_reason
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.documents.models import Document
from secgov.documents.services import store_document
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest, SscView, TestSlot, VulnerabilityNotification
from ssc.rules import fast_track as rules
from ssc.services import fast_track_queue as queue
from ssc.services import fast_track_rows as rows
from ssc.services.references import next_reference

SEEK = "Ask SECAS, for the SSC, for its view on a fast track"
ANSWER = "Answer the DCC whether a fast track is warranted"
FIELDS = (
    "ground",
    "purpose",
    "assessment",
    "affects_interoperability",
    "interoperability",
    "device_volume",
    "note",
)
"""What a Testing Participant says of its request, besides the combination."""
State = FastTrackRequest.State


@transaction.atomic
def notify_vulnerability(
    *,
    organisation: Organisation,
    by: User,
    at: dt.datetime,
    vulnerability: str,
    steps: str,
    intended_by: dt.date | None,
) -> VulnerabilityNotification:
    """Notify the SSC of a vulnerability: the steps to rectify it and in what time. PPCT Report 4.1

    Nobody but the SSC reads it. Raises NotPermitted, and Refusals for what is missing.
    """
    grant = require(by, Duty.NOTIFY_VULNERABILITY, organisation, hidden=True)
    vulnerability = clean_reason(vulnerability, field="vulnerability", clause="PPCT-4.1")
    steps = clean_reason(steps, field="steps", clause="PPCT-4.1")
    if intended_by is None:
        raise Refusal("Say when the steps are intended to be done.", clause="PPCT-4.1", field="intended_by")
    if intended_by < london_day(at):
        raise Refusal(
            "That day is past.",
            clause="PPCT-4.1",
            field="intended_by",
            remedy="Of what is done already, give today.",
        )
    row = VulnerabilityNotification(
        organisation=organisation, vulnerability=vulnerability, steps=steps, intended_by=intended_by, notified_by=by,
        notified_at=at, reference=next_reference(VulnerabilityNotification.objects.all(), "VN", at),
    )  # fmt: skip
    row.full_clean()
    row.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.vulnerability.notified", subject=row, clause="PPCT-4.1",
        reason="The SSC is notified of a vulnerability.", after={"intended_by": intended_by},
    )  # fmt: skip
    rows.tell_committee(
        key=f"ssc/vulnerability:{row.pk}", path="/portal/fast-track/notifications/", at=at,
        duty=Duty.GIVE_FAST_TRACK_VIEW,
    )  # fmt: skip
    return row


@transaction.atomic
def read_notification(
    *, notification: VulnerabilityNotification, by: User, at: dt.datetime
) -> VulnerabilityNotification:
    """Give a notification of a vulnerability to somebody who may read it; who read it is noted. PPCT Report 4.1

    It is never White. Raises NotPermitted, hidden, for everybody else.
    """
    found = VulnerabilityNotification.objects.visible_to(by).filter(pk=notification.pk)
    row = found.select_related("organisation").first()
    if row is None:
        raise NotPermitted("There is nothing here.", hidden=True)
    grant = permitted(by, Duty.READ_CASES) or require(by, Duty.NOTIFY_VULNERABILITY, row.organisation)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.vulnerability.read", subject=row, clause="PPCT-4.1",
        reason="Read after signing in.",
    )  # fmt: skip
    return row


@transaction.atomic
def request_fast_track(
    *, organisation: Organisation, by: User, at: dt.datetime, provider: str, devices: Sequence[Any], new_device: Any,
    values: Mapping[str, Any], notification: VulnerabilityNotification | None = None, upload: UploadedFile | None = None,
    classification: str = "",
) -> FastTrackRequest:  # fmt: skip
    """Ask, as a Testing Participant, that a combination with new firmware be tested first. PPCT Report 4.1.2, PPCT Report 9.2

    Takes the fields named in FIELDS. The DCC is told; it seeks the SSC's view. Raises Refusals with all that is lacking,
    and where one's own request for this combination is running; that another's is, nobody learns here.
    """
    rows.check_regime(at)
    grant = require(by, Duty.REQUEST_FAST_TRACK, organisation, hidden=True)
    read = [_read(each, "devices") for each in devices]
    new = _read(new_device, "new_device") if new_device else ""
    given = {name: values.get(name) for name in FIELDS}
    check_limbs(
        rules.request_limbs(
            ground=given["ground"] or "", purpose=given["purpose"] or "", assessment=given["assessment"] or "",
            has_assessment_file=upload is not None, affects_interoperability=given["affects_interoperability"],
            interoperability=given["interoperability"] or "", devices=read, new_device=new,
        )
    )  # fmt: skip
    if not provider.strip():
        raise Refusal("Name the communications service provider.", clause="PPCT-4.1.2", field="provider")
    if notification and notification.organisation_id != organisation.pk:
        raise Refusal(
            "That notification is another organisation’s.", clause="PPCT-9.15", field="notification"
        )
    row = FastTrackRequest(
        organisation=organisation, provider=" ".join(provider.split()), devices=sorted(read), new_device=new,
        combination_key=combination_key(provider, read), notification=notification, requested_by=by, requested_at=at,
        reference=next_reference(FastTrackRequest.objects.all(), "FT", at),
        **{name: value for name, value in given.items() if value is not None},
    )  # fmt: skip
    if upload is not None:
        row.assessment_document = _kept(upload, classification, organisation, by, at)
        row.assessment = row.assessment or f"In the document “{row.assessment_document}”."
    running = FastTrackRequest.objects.filter(organisation=organisation, state__in=_ONE_AT_A_TIME)
    if earlier := running.filter(combination_key=row.combination_key).first():
        raise Refusal(
            f"Your request {earlier} for this combination is running already.", clause="PPCT-9.2", field="devices",
            remedy="Go on with that one, or withdraw it first.",
        )  # fmt: skip
    row.full_clean(exclude=["state"])
    row.save()
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.fast_track.requested", subject=row, clause="PPCT-4.1.2",
        reason="A Testing Participant asks for the fast track.", after={"affects_interoperability": row.affects_interoperability},
    )  # fmt: skip
    _owe(row, SEEK, Obligation.Owner.DCC, act, at)
    rows.tell_dcc(row, title=f"{row}: seek the SSC’s view", clause="PPCT-9.15", step="requested", at=at)
    return row


_ONE_AT_A_TIME = (
    State.REQUESTED, State.VIEW_SOUGHT, State.VIEW_GIVEN, State.GRANTED, State.IN_TEST, State.FAILED,
)  # fmt: skip


def _read(given: Any, field: str) -> str:
    """Read a device as it was typed. Raises Refusal, in the field in which it stands and with the line that is wrong."""
    try:
        return read_device(given)
    except Refusal as found:
        line = str(given)[:100]
        raise Refusal(
            f"“{line}”: {found.message}", clause=found.clause, field=field, remedy=found.remedy
        ) from found


def _kept(
    upload: UploadedFile, classification: str, organisation: Organisation, by: User, at: dt.datetime
) -> Document:
    return store_document(
        upload=upload, classification=classification, organisation=organisation, by=by, at=at, reserved=True
    )


def _owe(row: FastTrackRequest, duty: str, owner: str, act: Any, at: dt.datetime) -> None:
    journal.open_obligation_for_working_days(
        clause="PPCT-9.15" if duty == SEEK else "PPCT-9.16", duty=duty, owed_by=owner, subject=row, act=act, from_at=at,
        working_days=rules.VIEW_WORKING_DAYS, by_law=False,
    )  # fmt: skip


def _done(row: FastTrackRequest, duty: str, act: Any, at: dt.datetime) -> None:
    for obligation in Obligation.objects.standing().about(row).filter(duty=duty):
        journal.discharge(obligation=obligation, act=act, at=at)


@transaction.atomic
def seek_view(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, date_if_not: dt.date | None,
    date_if_fast: dt.date | None, asks_whether_notified: bool,
) -> FastTrackRequest:  # fmt: skip
    """Ask SECAS, as the DCC, whether the SSC has been notified, with both dates, in one message. PPCT Report 9.15

    The combination takes its place in the testing queue for the day on which it would come in its turn. Only the DCC
    can do this. Raises NotPermitted, Refusals, Conflict.
    """
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.REQUESTED,))
    rules.check_view_is_sought(
        date_if_not=date_if_not, date_if_fast=date_if_fast, asks_whether_notified=asks_whether_notified,
        today=london_day(at),
    )  # fmt: skip
    row.date_if_not, row.date_if_fast, row.sought_by, row.sought_at = date_if_not, date_if_fast, by, at
    row.seek_view()
    act = rows.move(
        row, "view_sought", grant=grant, at=at, clause="PPCT-9.15",
        reason="The DCC asks whether the SSC has been notified, and tells both dates.",
        after={"date_if_not": date_if_not, "date_if_fast": date_if_fast},
    )  # fmt: skip
    queue.take_place(row, on=row.date_if_not, grant=grant, at=at)
    _done(row, SEEK, act, at)
    _owe(row, ANSWER, Obligation.Owner.SSC, act, at)
    rows.tell_ssc(row, step="view_sought", at=at)
    return row


@transaction.atomic
def give_view(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, answers: rules.Answers, to_change: str = "",
    evidence: str = "", upload: UploadedFile | None = None, classification: str = "",
) -> SscView:  # fmt: skip
    """Give the three answers: as Chair, or as SECAS for the Chair with evidence of the Chair's view. PPCT Report 9.16

    Effective at once; the SSC ratifies it at its next meeting (A-37). Raises NotPermitted, Refusals, Conflict.
    """
    grant = require(by, Duty.GIVE_FAST_TRACK_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.VIEW_SOUGHT,))
    is_chair = permitted(by, Duty.ANSWER_AS_CHAIR) is not None
    rules.check_view(
        answers,
        to_change=to_change,
        for_the_chair=not is_chair,
        has_evidence=bool(evidence.strip() or upload),
    )
    view = SscView(
        request=row, was_notified=answers.was_notified, is_material=answers.is_material, warrants=answers.warrants,
        to_change=rules.what_would_have_to_change(answers, to_change), keyed_for_the_chair=not is_chair,
        evidence=evidence.strip(), given_by=by, given_at=at,
        document=_kept(upload, classification, grant.organisation, by, at) if upload else None,
    )  # fmt: skip
    view.full_clean()
    view.save()
    row.give_view()
    act = rows.move(
        row, "view_given", grant=grant, at=at, clause="PPCT-9.16", reason="SECAS, for the SSC, answers the DCC.",
        after={"notified": view.was_notified, "material": view.is_material, "warrants": view.warrants},
    )  # fmt: skip
    _done(row, ANSWER, act, at)
    rows.tell_dcc(row, title=f"{row}: the SSC’s view is given", clause="PPCT-9.16", step="view_given", at=at)
    return view


@transaction.atomic
def grant_fast_track(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, days: Mapping[int, dt.date]
) -> FastTrackRequest:
    """Give priority to what the SSC recommended, and tell the Suppliers whose schedules move. PPCT Report 9.17

    `days` has the new day of each place in the queue that gives way, by its key; a Supplier none of whose days changes
    is told nothing, and nobody learns why. Raises Refusal without three yeses.
    """
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.VIEW_GIVEN,))
    rules.check_may_grant(_answers(row.view))
    row.grant()
    row.decided_by, row.decided_at = by, at
    rows.move(
        row, "granted", grant=grant, at=at, clause="PPCT-9.17", reason="Recommended by the SSC: the DCC gives it priority."
    )  # fmt: skip
    queue.go_first(row, days=days, grant=grant, at=at)
    rows.tell_participant(
        row, title=f"{row} is granted: supply the device sets", clause="PPCT-9.17", step="granted", at=at
    )
    return row


@transaction.atomic
def refuse_fast_track(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, to_change: str = ""
) -> FastTrackRequest:
    """Refuse what the SSC did not recommend; the Testing Participant is told what would have to change. PPCT Report 9.16

    It keeps its place in the queue, for its turn. Raises Refusal where all three answers are yes.
    """
    grant = require(by, Duty.SEEK_SSC_VIEW)
    row = rows.lock_request(request, version=version, expected=(State.VIEW_GIVEN,))
    rules.check_may_refuse(_answers(row.view))
    row.refuse()
    row.decided_by, row.decided_at = by, at
    row.to_change = " ".join(filter(None, (row.view.to_change, to_change.strip())))
    rows.move(
        row,
        "refused",
        grant=grant,
        at=at,
        clause="PPCT-9.16",
        reason="The SSC did not answer yes three times.",
    )
    rows.tell_participant(
        row, title=f"{row} is refused: what would have to change", clause="PPCT-9.16", step="refused", at=at
    )
    return row


def _answers(view: SscView) -> rules.Answers:
    return rules.Answers(view.was_notified, view.is_material, view.warrants)


@transaction.atomic
def withdraw_fast_track(
    *, request: FastTrackRequest, by: User, at: dt.datetime, version: int, reason: str
) -> FastTrackRequest:
    """Ask no longer, as its Testing Participant; it leaves the queue. PPCT Report 9.2

    Untested, it gives those who gave way to it their days again.
    """
    grant = rows.for_participant(request, by=by)
    row = rows.lock_request(request, version=version, expected=_ONE_AT_A_TIME)
    row.withdrawn_reason = clean_reason(reason, clause="PPCT-9.2")
    row.withdraw()
    rows.move(
        row,
        "withdrawn",
        grant=grant,
        at=at,
        clause="PPCT-9.2",
        reason="Its Testing Participant asks no longer.",
    )
    for obligation in Obligation.objects.standing().about(row):
        journal.fall_away(obligation=obligation, reason="The request was withdrawn.", at=at)
    slot = TestSlot.objects.filter(fast_track=row, ended_on=None).first()
    if slot:
        queue.leave(slot, grant=grant, at=at, reason="The request was withdrawn.")
        queue.move_back(row, grant=grant, at=at)
    rows.tell_dcc(row, title=f"{row} was withdrawn", clause="PPCT-9.2", step="withdrawn", at=at)
    return row


@transaction.atomic
def ratify_view(
    *,
    view: SscView,
    by: User,
    at: dt.datetime,
    version: int,
    ratified: bool,
    reason: str,
    minute_reference: str,
) -> SscView:
    """Record whether the SSC ratified the view that was given; a refusal calls a person. PPCT Report 4.1

    Reading: the view stands all the same, until a person has looked (A-37).
    """
    grant: Grant = require(by, Duty.GIVE_FAST_TRACK_VIEW)
    view = SscView.objects.select_for_update(of=("self",)).select_related("request").get(pk=view.pk)
    if view.version != version or view.ratified is not None:
        raise Conflict("That view was ratified, or not, by now.")
    if not minute_reference.strip():
        raise Refusal("Give the minute’s reference.", clause="PPCT-4.1", field="minute_reference")
    view.ratified, view.ratified_reason = ratified, clean_reason(reason, clause="PPCT-4.1")
    view.minute_reference, view.ratified_by, view.ratified_at = minute_reference.strip(), by, at
    view.version += 1
    view.full_clean()
    view.save()
    journal.record(
        actor=grant.actor, at=at, verb=f"ssc.fast_track.{'ratified' if ratified else 'not_ratified'}", subject=view,
        clause="PPCT-4.1", reason="What the SSC said of its Chair’s view.", after={"minute": view.minute_reference},
    )  # fmt: skip
    if not ratified:
        journal.open_task(
            key=f"fast-track-not-ratified:{view.request_id}", title=f"The SSC did not ratify the view on {view.request}",
            detail="The view stands until somebody has looked at it with the Chair and the DCC (A-37).", clause="PPCT-4.1",
            at=at, subject=view.request,
        )  # fmt: skip
    return view
