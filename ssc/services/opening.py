"""The SSC's cases follow the certificates' events: opened, joined, returned, void (Section F2.7A(a), chart 6).

A fact below that concerns the SSC is looked for here. The sweep may run twice, late, or beside itself: each entry is
looked at in a transaction of its own, behind its lock, and what is done already is passed over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cpl.models import (
    AffectedEntry,
    AssuranceCertificate,
    BindingDetermination,
    Body,
    CertificateEvent,
    DeviceModel,
    ListingPeriod,
)
from cpl.rules.removal import IN_FORCE
from cpl.services.removal_grounds import open_period, replacement_for
from cpl.services.rows import keep
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day
from ssc.models import Case, CaseEvent, CaseFact, Determination, InformationRequest
from ssc.notices import tell_committee, tell_party
from ssc.rules import cases as rules
from ssc.services.plans import discharge_plans_of
from ssc.services.references import next_reference

CLAUSE = "F2.7A(a)"
TRIAGE = "Triage the case: how serious, and by when to determine"
ASKED = "/portal/plans/"
STANDING = (CertificateEvent.State.UNCONFIRMED, CertificateEvent.State.CONFIRMED)


def open_cases(*, clock: Callable[[], dt.datetime]) -> int:
    """Bring the SSC's cases in line with the certificates' events; give how many it opened or moved. Section F2.7A(a)

    One entry for each transaction; may run twice, late, or beside itself.
    """
    return sum(follow_entry(number=number, at=clock()) for number in entries_to_look_at())


def entries_to_look_at() -> list[int]:
    """Give the entries whose cases may have to follow: struck without a case, or with a case that may have moved."""
    numbers = set(_struck().values_list("device_model", flat=True))
    listed = ListingPeriod.objects.open().filter(device_model=OuterRef("device_model"))
    live = Case.objects.filter(state=Case.State.OPEN) | Case.objects.filter(
        Exists(listed), state=Case.State.DETERMINED
    )
    for case in live.select_related("device_model").prefetch_related("events__event", "facts").order_by("pk"):
        if case.device_model_id not in numbers and _has_moved(case):
            numbers.add(case.device_model_id)
    return sorted(numbers)


def _struck() -> QuerySet[AffectedEntry]:
    """What strikes a listed entry and belongs to no case yet.

    What another certificate held at that instant is for information only (A-08), until that one has ended, too, with
    no case of its own: two may be reported to have ended before either is confirmed.
    """
    known = CaseEvent.objects.filter(event=OuterRef("event"), case__device_model=OuterRef("device_model"))
    listed = ListingPeriod.objects.open().filter(device_model=OuterRef("device_model"))
    ended = CertificateEvent.objects.standing().filter(certificate=OuterRef("covered_by"))
    judged = CaseEvent.objects.filter(
        event__certificate=OuterRef("covered_by"), case__device_model=OuterRef("device_model")
    )
    return AffectedEntry.objects.filter(
        Q(covered_by=None) | Exists(ended) & ~Exists(judged),
        ~Exists(known),
        Exists(listed),
        event__certificate__body=Body.NCSC,
        event__state__in=STANDING,
        event__overtaken_at=None,
    )


def _events(case: Case) -> list[rules.Event]:
    return [rules.Event(row.event.state, row.event.overtaken_at is not None) for row in case.events.all()]


def _has_moved(case: Case) -> bool:
    fallen = rules.standing_of(_events(case)) == rules.FALLEN
    return fallen or bool(_new_facts(case, None))


@transaction.atomic
def follow_entry(*, number: int, at: dt.datetime) -> int:
    """Bring the cases of one entry in line with its certificates' events; give how many moved. Section F2.7A(a)"""
    model = DeviceModel.objects.select_for_update(of=("self",), no_key=True).get(pk=number)
    moved = _open_or_join(model, at)
    live = Case.objects.select_for_update(of=("self",)).filter(
        device_model=model, state__in=[Case.State.OPEN, Case.State.DETERMINED]
    )
    for case in list(live.order_by("pk")):
        moved += _follow(case, at)
    return moved


def _open_or_join(model: DeviceModel, at: dt.datetime) -> int:
    struck = [
        row
        for row in _struck()
        .filter(device_model=model)
        .select_related("event__certificate", "device_model")
        .order_by("event")
        if rules.is_ground_of_case(
            body=row.event.certificate.body,
            event=rules.Event(row.event.state, row.event.overtaken_at is not None),
            covered_again=_covered_again(row, at),
            listed=open_period(model) is not None,
        )
    ]
    if not struck:
        return 0
    case = (
        Case.objects.select_for_update(of=("self",)).filter(device_model=model, state=Case.State.OPEN).first()
    )
    if case is None:
        case, struck = _open(model, struck[0].event, at), struck[1:]
    for row in struck:
        _join(case, row.event, at)
    return 1


def _covered_again(row: AffectedEntry, at: dt.datetime) -> bool:
    if row.covered_by_id is None:
        return False
    ended = [row.event.certificate_id, row.covered_by_id]
    state, _ = replacement_for(row.device_model.identity, body=Body.NCSC, apart_from=ended, on=london_day(at))
    return state == IN_FORCE


def _open(model: DeviceModel, event: CertificateEvent, at: dt.datetime) -> Case:
    """Open a case, with our own target of one Working Day for its triage. Section F2.7A(a)"""
    case = Case(device_model=model, reference=next_reference(Case.objects.all(), "C", at), opened_at=at)
    case.full_clean(exclude=["state"])
    case.save()
    CaseEvent.objects.create(case=case, event=event, joined_at=at)
    act = journal.record(
        actor=SYSTEM, at=at, verb="ssc.case.opened", subject=case, clause=CLAUSE, reason=f"{event}.",
        after={"entry": str(model), "event": event.pk},
    )  # fmt: skip
    ask_for_triage(case, act, at)
    tell_committee(key=f"ssc/cases_opened:{event.pk}", path="/portal/ssc/", at=at)
    return case


def ask_for_triage(case: Case, act: Act, at: dt.datetime) -> None:
    """Start our own target for the triage of a case that is open, or open again. Appendix Z 6.2(d)"""
    journal.open_obligation_for_working_days(
        clause="Z6.2(d)", duty=TRIAGE, owed_by=Obligation.Owner.SSC, subject=case, act=act, from_at=at,
        working_days=rules.TRIAGE_WORKING_DAYS, by_law=False,
    )  # fmt: skip


def _join(case: Case, event: CertificateEvent, at: dt.datetime) -> None:
    """Let a later event join the open case (A-69)."""
    CaseEvent.objects.create(case=case, event=event, joined_at=at)
    keep(case)
    journal.record(
        actor=SYSTEM, at=at, verb="ssc.case.joined", subject=case, clause=CLAUSE, reason=f"{event}.",
        after={"event": event.pk},
    )  # fmt: skip


def _follow(case: Case, at: dt.datetime) -> int:
    if rules.standing_of(_events(case)) == rules.FALLEN:
        _make_void(case, at)
        return 1
    facts = _new_facts(case, at)
    if not facts:
        return 0
    for key, text in facts:
        CaseFact.objects.create(case=case, key=key, text=text, noted_at=at)
    text = " ".join(text for _, text in facts)
    if case.state == Case.State.OPEN:
        keep(case)
        journal.record(
            actor=SYSTEM, at=at, verb="ssc.case.fact_noted", subject=case, clause=CLAUSE, reason=text
        )
    elif open_period(case.device_model):
        _give_back(case, text, at)
    return 1


def _new_facts(case: Case, at: dt.datetime | None) -> list[tuple[str, str]]:
    """What has become of the case's certificates that it does not know yet: a renewal, a replacement, a return."""
    known = {fact.key for fact in case.facts.all()}
    events = [row.event for row in case.events.all()]
    found = [
        (f"renewed:{event.pk}", f"{event.certificate} was renewed in place after its end.")
        for event in events
        if event.overtaken_at and event.state == CertificateEvent.State.CONFIRMED
    ]
    on = london_day(at) if at else None
    own = [event.certificate_id for event in events]
    if on is None:
        rivals = case.device_model.coverage.filter(certificate__body=Body.NCSC, certificate__state="valid")
        found += [
            (f"replaced:{pk}", "")
            for pk in rivals.exclude(certificate__in=own).values_list("certificate", flat=True)
        ]
    else:
        state, certificate = replacement_of(case, on=on)
        if state == IN_FORCE and certificate:
            found.append((f"replaced:{certificate.pk}", f"{certificate} is in force for it (A-14)."))
    returned = BindingDetermination.objects.filter(
        ssc_determination__case=case, state=BindingDetermination.State.RETURNED
    )
    found += [(f"returned:{each.pk}", each.ended_reason) for each in returned]
    return [(key, text) for key, text in found if key not in known]


def replacement_of(case: Case, *, on: dt.date) -> tuple[str, AssuranceCertificate | None]:
    """Say whether another CPA Certificate stands for a case's entry: in force, awaiting validation, or none. Appendix Z 6.7"""
    own = [row.event.certificate_id for row in case.events.all()]
    return replacement_for(case.device_model.identity, body=Body.NCSC, apart_from=own, on=on)


def _give_back(case: Case, reason: str, at: dt.datetime) -> None:
    """Return a determined case to the SSC with its new fact; it is triaged anew, the old determination stays. Appendix Z 6.2"""
    before = {"seriousness": case.seriousness, "target_date": case.target_date}
    drop_in_hand(case, reason=reason, at=at)
    case.give_back()
    case.returned_at, case.returned_reason = at, reason
    case.seriousness, case.target_date, case.triaged_at, case.triaged_by = "", None, None, None
    keep(case)
    act = journal.record(
        actor=SYSTEM,
        at=at,
        verb="ssc.case.returned",
        subject=case,
        clause=CLAUSE,
        reason=reason,
        before=before,
    )
    ask_for_triage(case, act, at)
    tell_committee(key=f"ssc/case_returned:{act.pk}", path=f"/portal/ssc/cases/{case}/", at=at)


def _make_void(case: Case, at: dt.datetime) -> None:
    """Make a case void on which no event stands, and let fall what rests on it. Appendix Z 6.2 (A-62)"""
    reason = "; ".join(
        f"{row.event}: {row.event.state_reason or row.event.get_state_display().lower()}"
        for row in case.events.select_related("event__certificate")
    )
    drop_in_hand(case, reason=reason, at=at)
    for determination in case.determinations.filter(state=Determination.State.CONFIRMED):
        discharge_plans_of(determination=determination, actor=SYSTEM, at=at, reason=reason)
    for request in case.requests.select_for_update(of=("self",)).filter(withdrawn_at=None, replies=None):
        end_request(request, reason=reason, at=at)
    case.make_void()
    case.void_at, case.void_reason = at, reason
    keep(case)
    journal.record(actor=SYSTEM, at=at, verb="ssc.case.void", subject=case, clause="Z6.2", reason=reason)
    drop_owed(case, reason=reason, at=at)
    tell_committee(key=f"ssc/case_void:{case.pk}", path=f"/portal/ssc/cases/{case}/", at=at)


def drop_in_hand(case: Case, *, reason: str, at: dt.datetime) -> None:
    """Drop a determination that is being prepared or waits for the Chair."""
    in_hand = (Determination.State.DRAFT, Determination.State.PUT)
    for row in case.determinations.select_for_update(of=("self",)).filter(state__in=in_hand):
        row.drop()
        row.decided_at, row.decided_reason = at, reason
        keep(row)
        journal.record(
            actor=SYSTEM,
            at=at,
            verb="ssc.determination.dropped",
            subject=row,
            clause=row.clause,
            reason=reason,
        )


def end_request(request: InformationRequest, *, reason: str, at: dt.datetime) -> None:
    """Mark a request as withdrawn, let what was owed under it fall away, and tell its addressee. Appendix Z 6.6"""
    request.withdrawn_at, request.withdrawn_reason = at, reason
    keep(request)
    for obligation in Obligation.objects.standing().about(request):
        journal.fall_away(obligation=obligation, reason=reason, at=at)
    tell_party(
        organisation=request.addressee, title="The SSC no longer asks you for this information", clause="Z6.6",
        subject=request, path=ASKED, key=f"ssc/information_withdrawn:{request.pk}", at=at,
    )  # fmt: skip


def drop_owed(case: Case, *, reason: str, at: dt.datetime) -> None:
    """Let what is still owed about a case itself fall away."""
    for obligation in Obligation.objects.standing().about(case):
        journal.fall_away(obligation=obligation, reason=reason, at=at)
