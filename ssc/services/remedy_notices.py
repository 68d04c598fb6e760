"""Remedy notices: sent, suspended, remedied, ended (Z6.5, A-18, A-19, A-59)."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.models import Act, Obligation
from secgov.time_rules import is_in_time, london_day, start_of_day
from ssc.models import (
    ComplianceFinding,
    Milestone,
    MinutedDecision,
    PlanVersion,
    RemedialPlan,
    RemedyClaim,
    RemedyNotice,
    RemedySuspension,
)
from ssc.notices import tell_party
from ssc.rules import remedy as rules
from ssc.services import plan_access as access
from ssc.services.acting import SENT_TWICE
from ssc.services.plan_periods import owner_of

CLAUSE = "Z6.5"
DUTY = "Remedy the failure that the SSC’s notice names"
NON_COMPLIANT = ComplianceFinding.Finding.NON_COMPLIANT


@transaction.atomic
def send_remedy_notice(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, ground: str, text: str,
    milestone: Milestone | None = None, minute_reference: str = "",
) -> RemedyNotice:  # fmt: skip
    """Require a Party, as Chair for the SSC, to remedy a failure within 20 Working Days. Appendix Z 6.5

    Takes the version of the plan that the person saw, the ground (approval or compliance), what the failure is and what
    is required, and the milestone where it is about one. Each notice has its own period. Raises Refusal where the
    failure is not there.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    rules.check_notice(ground, text=text, plan=_standing(plan, milestone, at))
    text = clean_reason(text, field="text", clause=CLAUSE)
    due = rules.due_remedy(at, journal.working_calendar())
    notice = RemedyNotice(
        plan=plan, number=plan.remedy_notices.count() + 1, ground=ground, milestone=milestone, text=text,
        minute_reference=minute_reference, sent_by=by, sent_at=at, announced_last_day=due.last_day,
    )  # fmt: skip
    notice.full_clean(exclude=["state"])
    notice.save()
    keep(plan)
    act = _tell(notice, "sent", grant.actor, at, text, after={"ground": ground, "last_day": due.last_day})
    _open(notice, act, suspended=0)
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: the SSC requires a failure to be remedied",
        clause=CLAUSE, subject=notice, path=access.path_of(plan), key=f"ssc/remedy_notice:{notice.pk}", at=at,
    )  # fmt: skip
    return notice


def _standing(plan: RemedialPlan, milestone: Milestone | None, at: dt.datetime) -> rules.Standing:
    newest = plan.versions.order_by("-number").first()
    return rules.Standing(
        has_approved=plan.current is not None,
        approval_lapsed=access.approval_lapsed(plan, at=at),
        newest_refused=bool(newest and newest.state == PlanVersion.State.REFUSED),
        non_compliance_found=_non_compliance_found(plan, milestone),
    )


def _non_compliance_found(plan: RemedialPlan, milestone: Milestone | None) -> bool:
    """Whether the newest finding on that milestone, or without one on anything of the plan, is of non-compliance."""
    binding = Q(milestone=None) | Q(milestone__plan_version=plan.current)
    newest: dict[int | None, str] = {}
    for found in plan.findings.filter(binding).order_by("pk"):
        newest[found.milestone_id] = found.finding
    if milestone is not None:
        return newest.get(milestone.pk) == NON_COMPLIANT
    return NON_COMPLIANT in newest.values()


def _open(notice: RemedyNotice, act: Act, *, suspended: int) -> Obligation:
    # Counted from the sending, so that a bank holiday proclaimed later is counted from there again.
    organisation = notice.plan.organisation
    return journal.open_obligation_for_working_days(
        clause=CLAUSE, duty=DUTY, owed_by=owner_of(organisation), organisation_id=organisation.pk, subject=notice,
        act=act, from_at=notice.sent_at, working_days=rules.REMEDY + suspended,
    )  # fmt: skip


def clock_of(notice: RemedyNotice) -> Obligation | None:
    """Give the clock of a notice: its newest obligation. While a notice is suspended it has fallen away."""
    return Obligation.objects.about(notice).filter(clause=CLAUSE).order_by("-pk").first()


def _lock(notice: RemedyNotice) -> RemedyNotice:
    access.lock_plan(notice.plan)  # the plan first, as everywhere
    rows = RemedyNotice.objects.select_for_update(of=("self",)).select_related("plan__organisation")
    return rows.get(pk=notice.pk)


def _check_runs(notice: RemedyNotice) -> None:
    if notice.state != RemedyNotice.State.RUNNING:
        raise Conflict(f"{notice} is {notice.get_state_display().lower()} by now.")


def _check_seen(notice: RemedyNotice, version: int) -> None:
    if notice.version != version:
        raise Conflict(f"{notice} has changed since you looked at it.")


def _tell(
    notice: RemedyNotice, happened: str, actor: Actor, at: dt.datetime, reason: str, after: object = None
) -> Act:
    return journal.record(
        actor=actor,
        at=at,
        verb=f"ssc.remedy_notice.{happened}",
        subject=notice,
        clause=CLAUSE,
        reason=reason,
        after=after,
    )


@transaction.atomic
def suspend_remedy_notice(
    *, notice: RemedyNotice, by: User, at: dt.datetime, version: int, reason: str
) -> RemedySuspension:
    """Let the 20 Working Days stand still, as Chair for the SSC. Appendix Z 6.5

    Reading: a referral does not do that by itself (A-59). Raises Refusal once they have passed.
    """
    _, grant = access.for_committee(notice.plan, *access.judging(), by=by)
    notice = _lock(notice)
    _check_runs(notice)
    _check_seen(notice, version)
    return _suspend(notice, grant.actor, at, reason, by_authority=False)


@transaction.atomic
def suspend_for_authority(
    *, notice: RemedyNotice, actor: Actor, at: dt.datetime, reason: str
) -> RemedySuspension | None:
    """Let the 20 Working Days stand still as the Authority ordered; the caller has judged who may record that. Appendix Z 6.5

    None where they have passed already: then there is nothing that could stand still.
    """
    notice = _lock(notice)
    _check_runs(notice)
    clock = clock_of(notice)
    if clock is not None and not is_in_time(at, clock.due_at):
        return None
    return _suspend(notice, actor, at, reason, by_authority=True)


def _suspend(
    notice: RemedyNotice, actor: Actor, at: dt.datetime, reason: str, *, by_authority: bool
) -> RemedySuspension:
    reason = clean_reason(reason, clause=CLAUSE)
    clock = clock_of(notice)
    if notice.suspension is not None:
        raise Conflict(f"{notice} is suspended already.")
    if clock is None or not is_in_time(at, clock.due_at):
        raise Refusal("The time to remedy has passed; it cannot stand still any more.", clause=CLAUSE)
    made = RemedySuspension.objects.create(
        notice=notice, by_authority=by_authority, reason=reason, suspended_at=at
    )
    keep(notice)
    _tell(notice, "suspended", actor, at, reason, after={"by_authority": by_authority})
    journal.fall_away(obligation=clock, reason=f"Suspended: {reason}", at=at)
    _tell_of_suspension(notice, made, "the time to remedy stands still", at)
    return made


@transaction.atomic
def resume_remedy_notice(
    *, notice: RemedyNotice, by: User, at: dt.datetime, version: int, reason: str
) -> RemedySuspension:
    """Let the 20 Working Days go on; their end is later by the Working Days suspended. Appendix Z 6.5

    What the Authority suspended goes on by its word alone. Raises Refusal for that.
    """
    _, grant = access.for_committee(notice.plan, *access.judging(), by=by)
    notice = _lock(notice)
    _check_runs(notice)
    _check_seen(notice, version)
    standing = notice.suspension
    if standing is not None and standing.by_authority:
        raise Refusal(
            "The Authority ordered this suspension: it goes on when the Authority says so.", clause=CLAUSE
        )
    return _resume(notice, grant.actor, at, reason)


@transaction.atomic
def resume_for_authority(
    *, notice: RemedyNotice, actor: Actor, at: dt.datetime, reason: str
) -> RemedySuspension:
    """Let the 20 Working Days go on, as the Authority ordered; the caller has judged who may record that. Appendix Z 6.5"""
    notice = _lock(notice)
    _check_runs(notice)
    return _resume(notice, actor, at, reason)


def _resume(notice: RemedyNotice, actor: Actor, at: dt.datetime, reason: str) -> RemedySuspension:
    reason = clean_reason(reason, clause=CLAUSE)
    standing = notice.suspension
    if standing is None:
        raise Conflict(f"{notice} is not suspended.")
    days = _end_suspension(notice, at, reason)
    keep(notice)
    act = _tell(notice, "resumed", actor, at, reason, after={"working_days": days})
    _go_on(notice, act)
    standing = RemedySuspension.objects.get(pk=standing.pk)
    _tell_of_suspension(notice, standing, "the time to remedy goes on", at)
    return standing


def _end_suspension(notice: RemedyNotice, at: dt.datetime, reason: str) -> int:
    """End the suspension that stands, if one does; give the Working Days by which the end is later."""
    standing = notice.suspension
    if standing is None:
        return 0
    days = rules.suspended_working_days(standing.suspended_at, at, journal.working_calendar())
    standing.resumed_at, standing.resumed_reason, standing.working_days = at, reason, days
    standing.full_clean()
    standing.save()
    return days


def _go_on(notice: RemedyNotice, act: Act) -> Obligation:
    """Open the clock anew, with every day suspended so far; what was announced is never shortened (A-19)."""
    before = clock_of(notice)
    clock = _open(notice, act, suspended=sum(notice.suspensions.values_list("working_days", flat=True)))
    if before is not None and before.due_at > clock.due_at:  # by a calendar that has lost a holiday since
        clock.due_at = before.due_at
        clock.save(update_fields=["due_at"])
    return clock


def _tell_of_suspension(notice: RemedyNotice, row: RemedySuspension, what: str, at: dt.datetime) -> None:
    tell_party(
        organisation=notice.plan.organisation, title=f"Remedial Plan {notice.plan}: {what}", clause=CLAUSE,
        subject=notice, path=access.path_of(notice.plan), at=at,
        key=f"ssc/remedy_{'resumed' if row.resumed_at else 'suspended'}:{row.pk}",
    )  # fmt: skip


@transaction.atomic
def tell_remedied(
    *, notice: RemedyNotice, by: User, at: dt.datetime, remedied_on: dt.date | None, text: str,
    upload: UploadedFile | None = None, classification: str = "",
) -> RemedyClaim:  # fmt: skip
    """Tell the SSC, for the Party, that a failure is remedied; the SSC judges whether it is. Appendix Z 6.5"""
    _, grant = access.for_party(notice.plan, by=by)
    notice = _lock(notice)
    _check_runs(notice)
    day = rules.check_remedied_on(remedied_on, sent_on=london_day(notice.sent_at), today=london_day(at))
    text = clean_reason(text, field="text", clause=CLAUSE)
    same = notice.claims.filter(
        remedied_on=day, text=text, told_by=by, document=None, told_at__gte=at - SENT_TWICE
    )
    if not upload and (sent := same.first()):
        return sent
    document = access.keep_document(upload, classification, grant=grant, at=at)
    claim = RemedyClaim.objects.create(
        notice=notice, remedied_on=day, text=text, document=document, told_by=by, told_at=at
    )
    _tell(notice, "said_remedied", grant.actor, at, text, after={"remedied_on": day})
    access.call_committee(notice.plan, key=f"ssc/remedy_claim:{claim.pk}", at=at)
    return claim


@transaction.atomic
def mark_remedied(*, decision: MinutedDecision, by: User, at: dt.datetime) -> RemedyNotice:
    """Find, as Chair for the SSC, that a failure was remedied on a day, however late that is recorded. Appendix Z 6.5

    Takes what the secretary recorded from the minutes and this Chair has just confirmed: notice, day and reason are
    its own, so two people see to it. Raises Refusal for anything else, Conflict where the notice has ended.
    """
    _, grant = access.for_committee(decision.plan, *access.judging(), by=by)
    decision = MinutedDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    confirmed = decision.state == MinutedDecision.State.CONFIRMED and decision.decided_by_id == by.pk
    if decision.kind != MinutedDecision.Kind.REMEDIED or decision.notice is None or not confirmed:
        raise Refusal(
            "That a failure was remedied is recorded by one person and confirmed by another.", clause=CLAUSE,
            remedy="Record it from the minutes; the Chair then confirms it.",
        )  # fmt: skip
    notice = _lock(decision.notice)
    _check_runs(notice)
    sent_on, today = london_day(notice.sent_at), london_day(at)
    day = rules.check_remedied_on(decision.remedied_on, sent_on=sent_on, today=today)
    _remedy(notice, day, grant.actor, at, decision.reason)
    return notice


def _remedy(notice: RemedyNotice, day: dt.date, actor: Actor, at: dt.datetime, reason: str) -> None:
    stood_still = notice.suspension is not None
    _end_suspension(notice, at, reason)
    notice.remedy()
    notice.remedied_on, notice.ended_at, notice.ended_reason = day, at, reason
    keep(notice)
    act = _tell(notice, "remedied", actor, at, reason, after={"remedied_on": day})
    clock = _go_on(notice, act) if stood_still else clock_of(notice)
    if clock is not None:
        # On the day itself, not when somebody came to write it down: that is what was in time or late.
        done_at = max(notice.sent_at, start_of_day(day)) if day < london_day(at) else at
        journal.discharge(obligation=clock, act=act, at=done_at)
    _tell_of_end(notice, "the SSC finds the failure remedied", at)
    if notice.reported_at and clock and not rules.is_unremedied(due_at=clock.due_at, at=at, remedied_on=day):
        journal.close_task(key=task_key(notice), at=at, reason="It was remedied in time, and recorded late.")


def task_key(notice: RemedyNotice) -> str:
    """The key of the Panel's task about the condition of Z6.5."""
    return f"remedy-notice:{notice.pk}"


def _tell_of_end(notice: RemedyNotice, what: str, at: dt.datetime) -> None:
    tell_party(
        organisation=notice.plan.organisation, title=f"Remedial Plan {notice.plan}: {what}", clause=CLAUSE,
        subject=notice, path=access.path_of(notice.plan), key=f"ssc/remedy_over:{notice.pk}", at=at,
    )  # fmt: skip


def remedied_by_approval(plan: RemedialPlan, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Record, with the SSC's approval, that the failure to gain it is remedied that day. Appendix Z 6.5"""
    for notice in plan.remedy_notices.running().filter(ground=RemedyNotice.Ground.APPROVAL).order_by("pk"):
        _remedy(_lock(notice), london_day(at), actor, at, reason)


def end_notices(
    plan: RemedialPlan, *, actor: Actor, at: dt.datetime, reason: str, ground: str = ""
) -> list[RemedyNotice]:
    """End the running notices of a plan, of one ground or of both: nothing is required any more. Appendix Z 6.5

    For an approval by the Authority (F2.7B-2), and for a plan that is discharged. Where the time had passed already,
    the condition has been met all the same: its report stands, and a person reviews it.
    """
    rows = plan.remedy_notices.running().filter(**({"ground": ground} if ground else {}))
    ended = [_lock(each) for each in rows.order_by("pk")]
    for notice in ended:
        clock = clock_of(notice)
        notice.end()
        notice.ended_at, notice.ended_reason = at, reason
        keep(notice)
        _tell(notice, "ended", actor, at, reason)
        passed = clock is not None and clock.is_standing and at >= clock.due_at
        if clock is not None:
            journal.fall_away(obligation=clock, reason=reason, at=at)
        _end_suspension(notice, at, reason)
        _tell_of_end(notice, "the remedy notice has ended", at)
        if passed:
            journal.open_task(
                key=f"review-{task_key(notice)}", title=f"Review: {notice} ended after its time had passed", clause=CLAUSE,
                at=at, subject=notice, detail=f"The condition of Z6.5 was met before. {reason}",
            )  # fmt: skip
    return ended
