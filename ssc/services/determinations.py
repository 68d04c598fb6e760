"""What the SSC determines: written by its secretary, confirmed by its Chair on exactly that text (Appendix Z 6.2, 6.4).

From its confirmation it binds the Panel through `cpl`, in the same transaction; the casework above ends here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import CertificateEvent
from cpl.rules.submissions import clean_reason
from cpl.services.determinations import record_binding_determination
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day
from ssc.models import Case, Determination, RemedialPlan
from ssc.notices import tell_all_parties, tell_committee
from ssc.rules import determinations as rules
from ssc.rules.plans import check_periods_fit, due_period
from ssc.services.acting import check_open, lock_case
from ssc.services.determination_facts import (
    FIELDS,
    candidates_for,
    considered,
    digest_of,
    may_still_remove,
)
from ssc.services.plans import discharge_plans_of, impose_plans

IN_HAND = (Determination.State.DRAFT, Determination.State.PUT)


def in_hand(case: Case) -> Determination | None:
    """Give the determination that is being prepared or waits for the Chair, or None."""
    return case.determinations.filter(state__in=IN_HAND).first()


@transaction.atomic
def save_determination(
    *, case: Case, by: User, at: dt.datetime, version: int, values: Mapping[str, Any], obliged: Sequence[Organisation] = (),
    clause: str = rules.Z62, supplements: Determination | None = None, ncsc_upload: UploadedFile | None = None,
    minute_upload: UploadedFile | None = None, classification: str = "", put: bool = False,
) -> Determination:  # fmt: skip
    """Write down what the SSC is to determine, as far as it is known; blanks may stay blank until it is put. Appendix Z 6.2

    Takes the fields named in FIELDS; `version` is that of the draft as it was seen, 0 where there was none. On whom a
    plan for a SMETS2+ Communications Hub is imposed is not chosen: it is the DCC. With `put` it is laid before the Chair at
    once, or nothing is kept. Raises Conflict for a stale version and
    where the determination waits for the Chair; Refusal where neither 6.2 nor 6.4 allows a determination now.
    """
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE)
    row = Determination.objects.select_for_update(of=("self",)).filter(case=case, state__in=IN_HAND).first()
    if (row.version if row else 0) != version:
        raise Conflict("The determination was changed since you opened it.", newer={"case": case.pk})
    if row is None:
        _check_possible(case, clause, supplements)
        row = Determination(case=case, clause=clause, supplements=supplements, prepared_by=by, prepared_at=at)
    elif row.state == Determination.State.PUT:
        raise Conflict(
            "The determination waits for the Chair: its text stands still.", newer={"case": case.pk}
        )
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    for field, upload in (("ncsc_document", ncsc_upload), ("minute", minute_upload)):
        if upload:
            document = store_document(
                upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at,
                reserved=True,
            )  # fmt: skip
            setattr(row, field, document)
    if row.ncsc_provided_none and (row.ncsc_information.strip() or row.ncsc_document_id):
        raise Refusal(
            "Either NCSC provided information, or it provided none.", clause="Z6.2(b)", field="ncsc"
        )
    row.prepared_by, row.prepared_at = by, at
    keep(row)
    row.obliged.set(_obliged(case, row, obliged))
    journal.record(
        actor=grant.actor, at=at, verb="ssc.determination.saved", subject=row, clause=row.clause,
        reason="Prepared for the Chair.", after={"digest": digest_of(row)},
    )  # fmt: skip
    return put_to_the_chair(case=case, by=by, at=at, version=row.version) if put else row


def _check_possible(case: Case, clause: str, supplements: Determination | None) -> None:
    if supplements is not None:
        if supplements.case_id != case.pk or supplements.state != Determination.State.CONFIRMED:
            raise Refusal(
                "Only a determination of this case can be supplemented.", clause="Z6.2(c)", field="obliged"
            )
    elif clause == rules.Z62:
        check_open(case)
    elif may_still_remove(case) is None:
        raise Refusal(
            "No plan stands in place of removal, so this needs a new trigger under Appendix Z 6.2.", clause=rules.Z64,
            field="clause", remedy="Determine under Appendix Z 6.2 when one of its events occurs.",
        )  # fmt: skip


def _obliged(case: Case, row: Determination, chosen: Sequence[Organisation]) -> Sequence[Organisation]:
    """On whom the plan is imposed: nobody without a plan, the DCC by itself where the Code leaves no choice."""
    model = case.device_model
    if row.with_plan is False:  # whoever has not chosen yet keeps whom they named
        return ()
    automatic = rules.is_automatic(device_type=model.device_type, generation=model.generation)
    return candidates_for(model) if automatic and not chosen else chosen


@transaction.atomic
def drop_determination(*, case: Case, by: User, at: dt.datetime, version: int, reason: str) -> Determination:
    """Give up a determination that is being prepared; one before the Chair is the Chair's to send back. Appendix Z 6.2"""
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE)
    row = _lock(case, version, Determination.State.DRAFT)
    row.drop()
    row.decided_at, row.decided_reason = at, clean_reason(reason, clause=row.clause)
    keep(row)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.determination.dropped", subject=row, clause=row.clause,
        reason=row.decided_reason,
    )  # fmt: skip
    return row


@transaction.atomic
def put_to_the_chair(*, case: Case, by: User, at: dt.datetime, version: int) -> Determination:
    """Lay a determination before the Chair: every question of the Code is answered, and its text stands still. Appendix Z 6.2

    Raises Refusals for whatever is missing; Conflict for a stale version.
    """
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE)
    row = _lock(case, version, Determination.State.DRAFT)
    _check_whole(row, at)
    row.put()
    row.put_at = at
    keep(row)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.determination.put", subject=row, clause=row.clause,
        reason="Laid before the Chair.", after={"digest": digest_of(row)},
    )  # fmt: skip
    tell_committee(
        key=f"ssc/put:{act.pk}",
        path=f"/portal/ssc/cases/{case}/decide/",
        at=at,
        duty=Duty.CONFIRM_DETERMINATION,
    )
    return row


def _lock(case: Case, version: int, state: str) -> Determination:
    row = Determination.objects.select_for_update(of=("self",)).filter(case=case).order_by("-pk").first()
    if row is None or row.version != version or row.state != state:
        now = row.get_state_display().lower() if row else "not there"
        raise Conflict(
            f"The determination was changed since you opened it. It is now: {now}.", newer={"case": case.pk}
        )
    return row


def have_plan(first: Determination) -> set[str]:
    """Name the Parties that have their plan of a determination, or of one that supplements it. Appendix Z 6.2(c)"""
    others = Determination.objects.filter(supplements=first, state=Determination.State.CONFIRMED)
    plans = RemedialPlan.objects.filter(determination__in=[first, *others])
    return set(plans.values_list("organisation__name", flat=True))


def _check_whole(row: Determination, at: dt.datetime) -> None:
    """Judge a determination by every rule that it has to meet, as of an instant."""
    case, obliged = row.case, list(row.obliged.order_by("name"))
    draft = considered(row, obliged, today=london_day(at))
    if row.supplements is not None:
        first = row.supplements
        have = have_plan(first).intersection(each.name for each in obliged)
        rules.check_supplement(draft, plan_imposed=bool(first.with_plan), have=have)
    else:
        if row.clause == rules.Z62:
            check_open(case)
            if case.triaged_at is None:
                raise Refusal("The case has not been triaged.", clause="Z6.2(d)", remedy="Triage it first.")
        elif may_still_remove(case) is None:
            raise Refusal("No plan stands in place of removal any more.", clause=rules.Z64)
        rules.check_determination(draft)
    if draft.with_plan:
        calendar = journal.working_calendar()
        check_periods_fit(
            proposal=due_period(draft.proposal, calendar).due_at,
            approval=due_period(draft.approval, calendar).due_at,
        )


@transaction.atomic
def decide(
    *, case: Case, by: User, at: dt.datetime, version: int, digest: str, agree: bool, reason: str
) -> Determination:
    """Confirm as Chair that this, and exactly this, is what the SSC determined; or say that it is not. Appendix Z 6.2

    Confirmed, it binds the Panel at this instant: a removal arises as soon as the event is confirmed (Z6.7), each Party
    obliged has its plan, all Parties hear whether it is to be removed or not, and the Panel has all of it. Raises Refusal
    where a rule no longer allows it or one person would do both; Conflict where the text is another by now.
    """
    case, grant = lock_case(case, by=by, duty=Duty.CONFIRM_DETERMINATION, with_entry=True)
    row = _lock(case, version, Determination.State.PUT)
    if digest_of(row) != digest:
        raise Conflict("The determination is not what you saw.", newer={"case": case.pk})
    if settings.FOUR_EYES and row.prepared_by_id == by.pk:
        raise Refusal("You prepared this, so a second person has to confirm it.", clause=row.clause)
    row.decided_by, row.decided_at, row.decided_reason = by, at, clean_reason(reason, clause=row.clause)
    row.four_eyes = settings.FOUR_EYES
    if not agree:
        row.refuse()
        keep(row)
        _tell_act(row, "ssc.determination.refused", grant, at)
        tell_committee(key=f"ssc/refused:{row.pk}", path=f"/portal/ssc/cases/{case}/", at=at)
        return row
    _check_whole(row, at)
    row.unanswered = case.requests.filter(withdrawn_at=None, replies=None).count()
    row.confirm()
    if row.supplements_id is None:
        row.binding = record_binding_determination(
            model=case.device_model, by=row.prepared_by, at=at, values=_for_the_panel(row), confirmed_by=by,
            events=[each.event for each in case.events.select_related("event")], confirmation_reason=row.decided_reason,
        )  # fmt: skip
    keep(row)
    act = _tell_act(row, "ssc.determination.confirmed", grant, at)
    _move_case(case, row, grant, at)
    _carry_into_effect(case, row, grant, act, at)
    return row


def _for_the_panel(row: Determination) -> dict[str, Any]:
    """All of it, in the words in which the Panel has it (chart 6)."""
    obliged = ", ".join(each.name for each in row.obliged.order_by("name"))
    parts = [
        ("", row.reasons),
        ("Security implications: ", row.security_implications),
        ("Consequences for Energy Consumers: ", row.consumer_consequences),
        ("Weighing: ", row.weighing),
        (
            "NCSC: ",
            row.ncsc_information or ("provided none." if row.ncsc_provided_none else "see its document."),
        ),
        ("Remedial Plan imposed on: ", obliged),
        ("Requests unanswered: ", str(row.unanswered) if row.unanswered else ""),
    ]
    return {
        "clause": row.clause,
        "outcome": row.outcome,
        "with_plan": bool(row.with_plan),
        "determined_on": row.determined_on,
        "minute_reference": row.minute_reference,
        "reasons": "\n\n".join(f"{name}{text}" for name, text in parts if text),
    }


def _tell_act(row: Determination, verb: str, grant: Grant, at: dt.datetime) -> Act:
    return journal.record(
        actor=grant.actor, at=at, verb=verb, subject=row, clause=row.clause, reason=row.decided_reason,
        after={"outcome": row.outcome, "with_plan": row.with_plan, "minute": row.minute_reference,
               "unanswered": row.unanswered, "four_eyes": row.four_eyes},
    )  # fmt: skip


def _move_case(case: Case, row: Determination, grant: Grant, at: dt.datetime) -> None:
    if case.state == Case.State.OPEN:
        case.determine()
    case.determined_at = at
    keep(case)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.case.determined", subject=case, clause=row.clause, reason=row.decided_reason,
        after={"determination": row.pk},
    )  # fmt: skip
    for obligation in Obligation.objects.standing().about(case):
        journal.discharge(obligation=obligation, act=act, at=at)


def _carry_into_effect(case: Case, row: Determination, grant: Grant, act: Act, at: dt.datetime) -> None:
    """Everything that follows from it besides the list: plans, and who is told what. Section F2.7A(a)"""
    if row.clause == rules.Z62 and row.supplements_id is None:
        earlier = Determination.objects.filter(
            case__device_model=case.device_model_id, state=Determination.State.CONFIRMED
        ).exclude(pk=row.pk)
        for each in earlier:
            discharge_plans_of(
                determination=each, actor=grant.actor, at=at, reason="A later determination took its place."
            )
    if row.with_plan:
        impose_plans(determination=row, grant=grant, at=at, act=act)
    if row.supplements_id is not None:
        return
    entry, told = str(case.device_model), rules.told_to_parties(row.outcome)
    tell_all_parties(
        title=f"The SSC determined: entry {entry} is {told}", clause=row.clause, subject=row,
        key=f"ssc/determined:{row.pk}", at=at,
        context={"entry": entry, "outcome": told, "removed": "yes" if row.outcome == rules.REMOVE else "",
                 "clause": row.clause.removeprefix("Z"), "path": f"/cpl/entries/{entry}/"},
    )  # fmt: skip
    journal.open_task(
        key=f"ssc-determined:{row.pk}", title=f"Read what the SSC determined: entry {entry} is {told}", at=at,
        clause=row.clause, subject=row.binding,
        detail="All of it stands on the determination’s page. The Panel does as the SSC determines.",
    )  # fmt: skip


def struck_by(case: Case) -> list[CertificateEvent]:
    """Give the events that a case is about, in their order."""
    return [row.event for row in case.events.select_related("event__certificate").order_by("id")]
