"""Remedy notices, their clocks, and what the daily look at plans does (Z6.5, A-18, A-19, A-59, A-65)."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from secgov.accounts.models import Organisation, Role, User
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, BankHoliday, Message, Notice, Obligation, Task
from ssc.models import (
    ComplianceFinding,
    MinutedDecision,
    PlanVersion,
    RemedialPlan,
    RemedyNotice,
    RemedySuspension,
)  # fmt: skip
from ssc.services import minuted, plan_decisions, plan_progress, plan_watch, remedy_notices
from ssc.services.remedy_notices import clock_of
from tests.factories import people, plans
from tests.ssc import planning
from tests.ssc.planning import APPROVED, DAY, now

pytestmark = pytest.mark.django_db
SENT = dt.datetime(
    2027, 3, 1, 10, tzinfo=dt.UTC
)  # the catalogue's Easter example: to Wednesday 31 March 2027
OVER = dt.datetime(2027, 3, 31, 23, tzinfo=dt.UTC)  # 00:00 London of 1 April, in summer time
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def group() -> plans.Committee:
    """The SSC's people."""
    return plans.committee()


@pytest.fixture
def party() -> User:
    """A Supplier's person."""
    return plans.supplier()


def fresh(notice: RemedyNotice) -> RemedyNotice:
    """The notice as it is now."""
    return RemedyNotice.objects.get(pk=notice.pk)


def watch(at: dt.datetime) -> int:
    """Run the sweep as of an instant."""
    return plan_watch.watch_plans(clock=lambda: at)


def titles(plan: RemedialPlan) -> list[str]:
    """What its Party was told, oldest first."""
    rows = Notice.objects.filter(organisation=plan.organisation).order_by("pk")
    return [each.title.partition(": ")[2] for each in rows]


@pytest.mark.clause("Z6.5-2", "Z6.5-3")
def test_a_notice_starts_twenty_working_days_of_its_own(group: plans.Committee, party: User) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    clock = clock_of(notice)
    assert (notice.announced_last_day, clock.due_at) == (dt.date(2027, 3, 31), OVER)
    assert (clock.working_days, clock.organisation_id) == (20, plan.organisation_id)
    planning.found(plan, group.chair, "non_compliant", at=SENT + DAY, milestone=2)
    second = planning.notified(plan, group.chair, at=SENT + DAY, milestone=2)
    assert (second.number, clock_of(second).due_at) == (2, OVER + DAY)


@pytest.mark.clause("Z6.5-2")
def test_no_milestone_however_late_leads_to_the_condition_without_a_notice_of_the_ssc(
    group: plans.Committee, party: User
) -> None:
    plan = planning.carried_out(group, party)
    watch(dt.datetime(2028, 12, 4, 9, tzinfo=dt.UTC))
    assert now(plan).state == "approved"
    assert not Task.objects.filter(key__startswith="remedy-notice").exists()
    assert "the day of milestone 1 has passed" in titles(plan)
    with pytest.raises(Refusal, match="has not found"):
        planning.notified(plan, group.chair, at=SENT)


@pytest.mark.clause("Z6.5-2")
@pytest.mark.parametrize("role", [Role.SSC_SECRETARY, Role.SSC_MEMBER, Role.SECRETARIAT, Role.SUPPLIER])
def test_nobody_but_the_chair_sends_a_notice(group: plans.Committee, party: User, role: Role) -> None:
    plan = planning.carried_out(group, party)
    planning.found(plan, group.chair, "non_compliant", at=SENT)
    with pytest.raises(NotPermitted):
        planning.notified(plan, people.person(role, plans.organisation_of(group.chair)), at=SENT)


@pytest.mark.clause("Z6.5-2")
def test_failure_to_gain_approval_is_a_ground_once_the_time_for_it_has_ended(
    group: plans.Committee, party: User
) -> None:
    plan = planning.imposed(group, party)
    ended = Obligation.objects.about(plan).get(clause="Z6.3(b)").due_at
    given = {"ground": "approval", "milestone": None}
    with pytest.raises(Refusal, match="still has time"):
        planning.notified(plan, group.chair, at=ended - SECOND, **given)
    notice = planning.notified(plan, group.chair, at=ended, **given)
    planning.proposed(plan, party, at=ended + DAY, remedied_by=dt.date(2027, 6, 30))
    planning.approved(plan, group.chair, at=ended + 2 * DAY)
    notice = fresh(notice)
    assert (notice.state, notice.remedied_on) == ("remedied", dt.date(2027, 4, 3))


@pytest.mark.clause("Z6.5-3")
def test_the_condition_is_reported_once_at_the_first_instant_after_the_last_day_and_nothing_is_declared(
    group: plans.Committee, party: User
) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    watch(OVER - SECOND)
    assert fresh(notice).reported_at is None
    for _ in range(2):
        watch(OVER)
    assert (fresh(notice).state, fresh(notice).reported_at) == ("running", OVER)
    task = Task.objects.get(key=f"remedy-notice:{notice.pk}")
    assert task.clause == "Z6.5"
    assert "declares nothing" in task.detail
    assert "DCC" not in task.detail
    assert Act.objects.filter(verb="ssc.remedy_notice.unremedied").count() == 1
    told = Message.objects.filter(key__startswith=f"ssc/unremedied:{notice.pk}:")
    assert {group.chair.email, group.secretary.email} <= {each.recipient for each in told}
    assert now(plan).state == "approved"


@pytest.mark.clause("Z6.5-3")
def test_for_the_dcc_the_report_carries_a_remark(group: plans.Committee) -> None:
    dcc = people.organisation("DCC", Organisation.Kind.DCC)
    _, notice = planning.failed(group, people.person(Role.DCC, dcc), at=SENT)
    assert clock_of(notice).owed_by == "dcc"
    watch(OVER)
    assert "may not reach it" in Task.objects.get(key=f"remedy-notice:{notice.pk}").detail


@pytest.mark.clause("Z6.5-3")
def test_warnings_go_out_at_ten_five_and_one_once_each_and_a_missed_one_is_not_made_up_for(
    group: plans.Committee, party: User
) -> None:
    plan, _ = planning.failed(group, party, at=SENT)
    before = len(titles(plan))
    for day in (15, 16, 16, 22, 23, 30, 31):  # ten left on the 15th, five on the 22nd, one on the 30th
        watch(dt.datetime(2027, 3, day, 9, tzinfo=dt.UTC))
    warned = [each for each in titles(plan)[before:] if "left to remedy" in each]
    assert warned == [f"{left} Working Day{'s' if left > 1 else ''} left to remedy" for left in (10, 5, 1)]


@pytest.mark.clause("Z6.5-3")
def test_what_was_remedied_in_time_and_recorded_late_is_remedied_by_two_people(
    group: plans.Committee, party: User
) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    watch(OVER)
    remedy_notices.tell_remedied(
        notice=notice, by=party, at=OVER + DAY, remedied_on=dt.date(2027, 3, 31), text="Done on the last day."
    )
    late = OVER + 2 * DAY
    row = minuted.record_minuted_decision(
        plan=plan, by=group.secretary, at=late, version=now(plan).version, kind="remedied", reason="Seen.",
        minute_reference="SSC 114",
        decided=minuted.Decided(notice=notice, remedied_on=dt.date(2027, 3, 31)),
    )  # fmt: skip
    with pytest.raises(Refusal, match="confirmed by another"):
        remedy_notices.mark_remedied(decision=row, by=group.chair, at=late)
    assert fresh(notice).state == "running"
    given = {"decision": row, "at": late, "version": row.version, "agree": True, "reason": "So minuted."}
    with pytest.raises(NotPermitted):
        minuted.decide_minuted(by=group.secretary, **given)
    minuted.decide_minuted(by=group.chair, **given)
    notice = fresh(notice)
    assert (notice.state, notice.remedied_on, notice.ended_at) == ("remedied", dt.date(2027, 3, 31), late)
    assert clock_of(notice).was_late is False
    assert Task.objects.get(key=f"remedy-notice:{notice.pk}").closed_at == late
    with pytest.raises(Conflict):
        minuted.decide_minuted(by=group.chair, **given)


@pytest.mark.clause("Z6.5-3")
def test_with_four_eyes_off_the_secretary_alone_decides_on_a_plan_and_what_is_kept_says_so(
    group: plans.Committee, party: User, settings: Any
) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    settings.FOUR_EYES = False
    planning.remedied(notice, group.secretary, on=SENT.date(), at=SENT + DAY)
    assert fresh(notice).state == "remedied"
    row = plan.minuted_decisions.get()
    assert (row.decided_by, row.four_eyes) == (group.secretary, False)
    assert Act.objects.filter(verb="ssc.minuted_decision.confirmed", after__four_eyes=False).exists()
    for each in (group.member, party):
        with pytest.raises(NotPermitted):
            planning.approved(plan, each, at=SENT + DAY)
    planning.proposed(plan, party, at=SENT + DAY)
    planning.approved(plan, group.secretary, at=SENT + 2 * DAY)
    assert now(plan).current.number == 2


@pytest.mark.clause("Z6.5-3")
def test_what_was_remedied_a_day_late_leaves_the_report_standing(group: plans.Committee, party: User) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    watch(OVER)
    planning.remedied(notice, group.chair, on=dt.date(2027, 4, 1), at=OVER + DAY)
    assert clock_of(notice).was_late is True
    assert Task.objects.get(key=f"remedy-notice:{notice.pk}").closed_at is None


@pytest.mark.clause("Z6.5-3")
def test_a_bank_holiday_proclaimed_within_the_time_lengthens_it_and_one_taken_back_does_not_shorten_it(
    group: plans.Committee, party: User
) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    added = BankHoliday.objects.create(
        division="england-and-wales", day=dt.date(2027, 3, 17), name="Proclaimed"
    )
    journal.recompute_obligations(actor=SYSTEM, at=SENT + DAY)
    assert clock_of(notice).due_at == OVER + DAY
    watch(OVER)
    assert fresh(notice).reported_at is None
    added.delete()
    journal.recompute_obligations(actor=SYSTEM, at=SENT + 2 * DAY)
    assert clock_of(notice).due_at == OVER + DAY
    assert notice.announced_last_day == dt.date(2027, 3, 31)


@pytest.mark.clause("Z6.5-3")
def test_a_suspension_stops_the_time_and_shifts_its_end_by_the_working_days_suspended(
    group: plans.Committee, party: User
) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    given = {"notice": notice, "by": group.chair, "reason": "The referral is before the Authority."}
    remedy_notices.suspend_remedy_notice(at=SENT + 3 * DAY, version=notice.version, **given)
    watch(OVER + 30 * DAY)
    assert fresh(notice).reported_at is None
    with pytest.raises(Conflict):
        remedy_notices.suspend_remedy_notice(at=SENT + 4 * DAY, version=fresh(notice).version, **given)
    resumed_at = dt.datetime(2027, 4, 8, 9, tzinfo=dt.UTC)
    row = remedy_notices.resume_remedy_notice(at=resumed_at, version=fresh(notice).version, **given)
    assert row.working_days == 23  # from Friday 5 March to Thursday 8 April, Easter left out
    clock = clock_of(notice)
    assert clock.due_at == dt.datetime(2027, 5, 4, 23, tzinfo=dt.UTC)  # 43 Working Days, 3 May a holiday
    assert clock.working_days == 43
    assert "the time to remedy stands still" in titles(plan)
    BankHoliday.objects.create(division="england-and-wales", day=dt.date(2027, 4, 19), name="Proclaimed")
    journal.recompute_obligations(actor=SYSTEM, at=resumed_at + DAY)
    assert clock_of(notice).due_at == dt.datetime(2027, 5, 5, 23, tzinfo=dt.UTC)
    with pytest.raises(Conflict):
        remedy_notices.resume_remedy_notice(at=resumed_at, version=fresh(notice).version, **given)


@pytest.mark.clause("Z6.5-3")
def test_what_the_authority_suspended_goes_on_by_its_word_alone(group: plans.Committee, party: User) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    actor = plans.require_of(group.chair)
    remedy_notices.suspend_for_authority(notice=notice, actor=actor, at=SENT + DAY, reason="Stay of 2 March.")
    with pytest.raises(Refusal, match="Authority"):
        remedy_notices.resume_remedy_notice(
            notice=notice, by=group.chair, at=SENT + 2 * DAY, version=fresh(notice).version, reason="On."
        )
    row = remedy_notices.resume_for_authority(notice=notice, actor=actor, at=SENT + 2 * DAY, reason="Ended.")
    assert row.working_days == 1


@pytest.mark.clause("Z6.5-3")
def test_what_is_remedied_while_the_time_stands_still_is_remedied_in_time(
    group: plans.Committee, party: User
) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    remedy_notices.suspend_remedy_notice(
        notice=notice, by=group.chair, at=SENT + DAY, version=notice.version, reason="Wait."
    )
    late = OVER + 30 * DAY
    planning.remedied(notice, group.chair, on=late.date(), at=late)
    assert clock_of(notice).was_late is False
    assert fresh(notice).suspension is None


def test_the_time_cannot_stand_still_once_it_has_passed(group: plans.Committee, party: User) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    with pytest.raises(Refusal, match="has passed"):
        remedy_notices.suspend_remedy_notice(
            notice=notice, by=group.chair, at=OVER, version=notice.version, reason="Wait."
        )
    actor = plans.require_of(group.chair)
    assert remedy_notices.suspend_for_authority(notice=notice, actor=actor, at=OVER, reason="Stay.") is None
    assert fresh(notice).suspension is None


@pytest.mark.clause("F2.7B-2")
def test_the_authoritys_approval_after_the_time_had_passed_asks_a_person_to_review(
    group: plans.Committee, party: User
) -> None:
    plan = planning.imposed(group, party)
    planning.proposed(plan, party)
    planning.refused(plan, group.chair, at=APPROVED)
    notice = planning.notified(plan, group.chair, at=SENT, ground="approval", milestone=None)
    watch(OVER)
    plan_decisions.approve_for_authority(
        plan=plan, actor=plans.require_of(group.chair), at=OVER + DAY, reason="The Authority approves."
    )
    assert fresh(notice).state == "ended"
    assert Task.objects.filter(key__startswith="review-remedy-notice", closed_at=None).count() == 1
    assert Task.objects.get(key=f"remedy-notice:{notice.pk}").closed_at is None


def test_a_plan_is_not_completed_while_a_notice_runs_and_a_discharged_one_ends_it(
    group: plans.Committee, party: User
) -> None:
    plan, notice = planning.failed(group, party, at=SENT)
    with pytest.raises(Refusal, match="is running"):
        plan_decisions.complete_plan(
            plan=plan, by=group.chair, at=SENT + DAY, version=now(plan).version, reason="Done."
        )
    plan_decisions.discharge_plan(
        plan=plan, by=group.chair, at=SENT + DAY, version=now(plan).version, reason="The event was denied."
    )
    assert fresh(notice).state == "ended"
    assert not Obligation.objects.standing().about(notice).exists()


@pytest.mark.clause("Z6.3(a)", "Z6.3(b)-2", "Z6.3(d)")
def test_times_that_end_are_warned_of_and_told_once_however_often_the_sweep_runs(
    group: plans.Committee, party: User
) -> None:
    plan = planning.imposed(group, party)
    plan_progress.request_progress(
        plan=plan, by=group.secretary, at=planning.PROPOSED, question="And?", reply_by=dt.date(2027, 3, 12)
    )
    days = [dt.datetime(2027, 2, 19, 9, tzinfo=dt.UTC) + n * DAY for n in range(60)]
    for day in days:
        watch(day)
    told = titles(plan)
    for words in ("time to propose it", "time to gain its approval", "time to report"):
        assert told.count(f"the {words} is ending") == 1
        assert told.count(f"the {words} has ended") == 1
    assert sum(watch(day) for day in days[-2:]) == 0


@pytest.mark.clause("Z6.3(c)")
def test_a_milestone_is_warned_of_and_its_passing_changes_no_state_until_the_ssc_judges(
    group: plans.Committee, party: User
) -> None:
    plan = planning.carried_out(group, party)
    watch(dt.datetime(2027, 3, 21, 9, tzinfo=dt.UTC))
    assert "milestone 1 is near" not in titles(plan)
    for day in (22, 23):
        watch(dt.datetime(2027, 3, day, 9, tzinfo=dt.UTC))
    assert titles(plan).count("milestone 1 is near") == 1
    watch(dt.datetime(2027, 4, 1, 9, tzinfo=dt.UTC))
    assert titles(plan).count("the day of milestone 1 has passed") == 1
    assert now(plan).state == "approved"
    assert not ComplianceFinding.objects.exists()
    planning.found(plan, group.chair, "met", at=dt.datetime(2027, 4, 2, 9, tzinfo=dt.UTC), milestone=2)
    watch(dt.datetime(2027, 5, 10, 9, tzinfo=dt.UTC))
    assert "the day of milestone 2 has passed" not in titles(plan)


@pytest.mark.clause("Z6.3(b)-2")
def test_the_chair_carries_out_exactly_what_the_secretary_recorded_or_sends_it_back(
    group: plans.Committee, party: User
) -> None:
    plan = planning.imposed(group, party)
    version = planning.proposed(plan, party)
    given = {
        "plan": plan, "by": group.secretary, "at": APPROVED, "kind": "approve", "reason": "It will do.",
        "minute_reference": "SSC 113", "decided": minuted.Decided(plan_version=version),
    }  # fmt: skip
    with pytest.raises(Refusal, match="minute"):
        minuted.record_minuted_decision(version=now(plan).version, **given | {"minute_reference": " "})
    row = minuted.record_minuted_decision(version=now(plan).version, **given)
    with pytest.raises(Conflict, match="waits for the Chair"):
        minuted.record_minuted_decision(version=now(plan).version, **given)
    planning.commented(plan, group.member, at=APPROVED)
    answer = {
        "decision": row,
        "by": group.chair,
        "at": APPROVED,
        "version": row.version,
        "reason": "Looked at.",
    }
    with pytest.raises(Conflict, match="has changed"):
        minuted.decide_minuted(agree=True, **answer)
    minuted.decide_minuted(agree=False, **answer)
    assert MinutedDecision.objects.get(pk=row.pk).state == "refused"
    row = minuted.record_minuted_decision(version=now(plan).version, **given)
    minuted.decide_minuted(agree=True, **answer | {"decision": row, "version": row.version})
    assert now(plan).state == "approved"
    assert now(plan).current.minute_reference == "SSC 113"
    assert MinutedDecision.objects.get(pk=row.pk).four_eyes is True


def test_what_was_proposed_asked_minuted_and_ordered_stands_whoever_asks_the_database(
    group: plans.Committee, party: User
) -> None:
    _, notice = planning.failed(group, party, at=SENT)
    remedy_notices.suspend_remedy_notice(
        notice=notice, by=group.chair, at=SENT + DAY, version=notice.version, reason="Wait."
    )
    planning.remedied(notice, group.chair, on=SENT.date(), at=SENT + DAY)
    changes: list[tuple[Any, dict[str, Any]]] = [
        (PlanVersion, {"remedy": "Nothing."}),
        (RemedyNotice, {"announced_last_day": dt.date(2030, 1, 1)}),
        (MinutedDecision, {"reason": "Quite another."}),
        (RemedySuspension, {"suspended_at": SENT}),
    ]
    for model, change in changes:
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            model.objects.update(**change)
