"""A plan from the Party's proposal to the SSC's word on it (Z6.3, chart 7)."""

import datetime as dt

import pytest

from secgov.accounts.models import Role, User
from secgov.documents.models import Document
from secgov.errors import Conflict, NotPermitted, Refusal, Refusals
from secgov.journal.models import Act, Message, Notice, Obligation
from ssc.models import ConflictOfInterest, RemedialPlan
from ssc.rules.plans import Period, Promised
from ssc.services import plan_decisions, plan_progress, plan_versions
from tests.documents.files import upload
from tests.factories import people, plans
from tests.ssc import planning
from tests.ssc.planning import APPROVED, DAY, PROPOSED, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> plans.Committee:
    """The SSC's people."""
    return plans.committee()


@pytest.fixture
def party() -> User:
    """A Supplier's person."""
    return plans.supplier()


@pytest.fixture
def plan(group: plans.Committee, party: User) -> RemedialPlan:
    """A plan just imposed."""
    return planning.imposed(group, party)


def owed(plan: RemedialPlan, clause: str) -> Obligation:
    """The newest obligation of a plan under a clause."""
    return Obligation.objects.about(plan).filter(clause=clause).latest("pk")


@pytest.mark.clause("Z6.3(a)")
def test_a_proposal_in_time_discharges_the_duty_to_propose(plan: RemedialPlan, party: User) -> None:
    version = planning.proposed(plan, party)
    assert (now(plan).state, version.number, version.was_late) == ("proposed", 1, False)
    assert [each.what for each in version.milestones.all()] == ["Trial upgrade of 400 meters", "All meters"]
    assert owed(plan, "Z6.3(a)").was_late is False
    assert owed(plan, "Z6.3(b)").is_standing


@pytest.mark.clause("Z6.3(a)")
@pytest.mark.parametrize(("second", "late"), [(-1, False), (0, True), (1, True)])
def test_a_proposal_from_the_first_instant_after_its_time_is_accepted_and_marked_late(
    plan: RemedialPlan, party: User, second: int, late: bool
) -> None:
    at = dt.datetime(2027, 3, 2, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    assert planning.proposed(plan, party, at=at).was_late is late
    assert owed(plan, "Z6.3(a)").was_late is late


@pytest.mark.clause("Z6.3(a)")
def test_a_proposal_without_remedy_time_or_milestone_is_refused_with_all_that_is_missing(
    plan: RemedialPlan, party: User
) -> None:
    with pytest.raises(Refusals) as refused:
        planning.proposed(plan, party, remedy=" ", remedied_by=None, milestones=())
    assert [each.field for each in refused.value.each] == ["remedy", "remedied_by", "milestones"]
    assert now(plan).state == "imposed"


def test_a_document_with_a_proposal_is_kept_for_the_plan_alone(plan: RemedialPlan, party: User) -> None:
    version = planning.proposed(plan, party, upload=upload(), classification="amber")
    assert version.document.is_reserved
    assert not Document.objects.visible_to(party).exists()


@pytest.mark.clause("Z6.3(b)-1")
def test_every_comment_needs_an_answer_before_the_next_version(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    first = planning.commented(plan, group.member, text="How will you reach them?")
    second = planning.commented(plan, group.secretary, text="By when?")
    assert now(plan).state == "commented"
    with pytest.raises(Refusal, match="Comment 2 has no answer"):
        planning.proposed(plan, party, answers={first.pk: "A visit."})
    with pytest.raises(Refusal, match="Comment 2 has no answer"):
        planning.proposed(plan, party, answers={first.pk: "A visit.", second.pk: "  "})
    version = planning.proposed(plan, party, answers={first.pk: "A visit.", second.pk: "In June."})
    assert version.number == 2
    assert now(plan).state == "proposed"
    assert plan.versions.get(number=1).state == "replaced"
    assert [each.text for each in version.answers.all()] == ["A visit.", "In June."]


@pytest.mark.clause("Z6.3(b)-1")
def test_a_comment_on_the_next_version_opens_another_round(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    first = planning.commented(plan, group.member)
    planning.proposed(plan, party, answers={first.pk: "So."})
    again = planning.commented(plan, group.member, text="And then?")
    assert again.number == 2
    with pytest.raises(Refusal, match="Comment 2"):
        planning.proposed(plan, party)


@pytest.mark.clause("Z6.3(b)-2")
def test_only_the_newest_version_can_be_approved_or_commented_on(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    planning.proposed(plan, party)
    given = {"plan": plan, "at": APPROVED, "version": now(plan).version, "number": 1}
    for act in (plan_decisions.approve_version, plan_decisions.refuse_version):
        with pytest.raises(Refusal, match="version 2 is"):
            act(by=group.chair, reason="Good.", **given)
    with pytest.raises(Refusal, match="version 2 is"):
        plan_versions.comment_on_plan(by=group.chair, text="Good.", **given)


@pytest.mark.clause("Z6.3(b)-2")
def test_the_chairs_approval_is_the_plan_and_ends_the_time_for_it(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    version = planning.approved(plan, group.chair)
    plan = now(plan)
    assert (plan.state, plan.current) == ("approved", version)
    assert owed(plan, "Z6.3(b)").was_late is False
    assert Notice.objects.filter(organisation=plan.organisation, title__contains="approved").exists()


@pytest.mark.clause("Z6.3(b)-2")
@pytest.mark.parametrize(
    "role", [Role.SSC_MEMBER, Role.SSC_SECRETARY, Role.SUPPLIER, Role.SECRETARIAT, Role.AUDITOR]
)
def test_nobody_but_the_chair_approves(
    plan: RemedialPlan, party: User, group: plans.Committee, role: Role
) -> None:
    planning.proposed(plan, party)
    somebody = people.person(role, plans.organisation_of(group.chair))
    with pytest.raises(NotPermitted):
        planning.approved(plan, somebody)
    assert now(plan).state == "proposed"


@pytest.mark.clause("Z6.3(b)-2")
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    seen = now(plan).version
    planning.commented(plan, group.member)
    with pytest.raises(Conflict) as told:
        plan_decisions.approve_version(
            plan=plan, by=group.chair, at=APPROVED, version=seen, number=1, reason="It will do."
        )
    assert told.value.newer == {"plan": "RP-001", "state": "commented", "version": seen + 1}
    assert now(plan).state == "commented"


@pytest.mark.clause("Z6.3-D1")
def test_the_approved_version_stands_until_a_change_of_it_is_approved(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    first = planning.approved(plan, group.chair)
    planning.proposed(plan, party, at=APPROVED + DAY)
    assert (now(plan).state, now(plan).current) == ("approved", first)
    comment = planning.commented(plan, group.member, at=APPROVED + 2 * DAY)
    assert (now(plan).state, now(plan).current) == ("approved", first)
    planning.proposed(plan, party, at=APPROVED + 3 * DAY, answers={comment.pk: "So."})
    third = planning.approved(plan, group.chair, at=APPROVED + 4 * DAY)
    assert now(plan).current == third


@pytest.mark.clause("F2.7B(b)")
def test_a_refused_version_leaves_the_plan_where_it_was(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    version = planning.refused(plan, group.chair)
    assert (version.state, now(plan).state) == ("refused", "proposed")
    with pytest.raises(Conflict):
        planning.approved(plan, group.chair)
    planning.proposed(plan, party, at=APPROVED + DAY)
    planning.approved(plan, group.chair, at=APPROVED + DAY)
    planning.proposed(plan, party, at=APPROVED + 2 * DAY)
    planning.refused(plan, group.chair, at=APPROVED + 2 * DAY)
    assert (now(plan).state, now(plan).current.number) == ("approved", 2)


@pytest.mark.clause("F2.7B-2")
def test_the_authority_approves_what_the_ssc_refused(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    planning.refused(plan, group.chair)
    notice = planning.notified(plan, group.chair, at=APPROVED + DAY, ground="approval", milestone=None)
    actor = plans.require_of(group.chair)
    given = {"plan": plan, "actor": actor, "at": APPROVED + 2 * DAY, "reason": "Determined by the Authority."}
    version = plan_decisions.approve_for_authority(**given)
    assert (version.state, now(plan).state) == ("approved", "approved")
    notice.refresh_from_db(fields=["ended_at", "version"])
    assert type(notice).objects.get(pk=notice.pk).state == "ended"
    with pytest.raises(Conflict):
        plan_decisions.approve_for_authority(**given)


@pytest.mark.clause("Z6.3-0")
def test_a_party_never_finds_the_plan_of_another(plan: RemedialPlan, group: plans.Committee) -> None:
    rival = plans.supplier("Thrushgill Energy")
    with pytest.raises(NotPermitted) as refused:
        planning.proposed(plan, rival)
    assert refused.value.hidden
    assert list(RemedialPlan.objects.visible_to(rival)) == []
    assert list(RemedialPlan.objects.visible_to(group.member)) == [plan]


@pytest.mark.clause("SC-1.2-1")
def test_a_member_with_a_conflict_of_interest_takes_no_part(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    ConflictOfInterest.objects.create(
        case=plan.determination.case, member=group.chair, reason="Shares.", declared_at=PROPOSED
    )
    with pytest.raises(NotPermitted, match="conflict of interest"):
        planning.approved(plan, group.chair)


def test_another_period_takes_the_place_of_the_first_which_stays_on_file(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    given = {"plan": plan, "by": group.chair, "at": PROPOSED, "reason": "Asked for by the Party."}
    period = Period(30, plans.CALENDAR, dt.date(2027, 2, 3))
    row = plan_decisions.change_period(kind="proposal", period=period, version=now(plan).version, **given)
    assert row.last_day == dt.date(2027, 3, 5)
    assert [each.days for each in plan.periods.filter(kind="proposal")] == [20, 30]
    standing = Obligation.objects.standing().about(plan).get(clause="Z6.3(a)")
    assert standing.due_at == dt.datetime(2027, 3, 6, tzinfo=dt.UTC)
    for kind, days in (("approval", 29), ("proposal", 100)):  # to 4 March, and to 14 May
        crossed = Period(days, plans.CALENDAR, dt.date(2027, 2, 3))
        with pytest.raises(Refusal, match="ends before the time to propose"):
            plan_decisions.change_period(kind=kind, period=crossed, version=now(plan).version, **given)
    planning.proposed(plan, party)
    with pytest.raises(Refusal, match="has been done"):
        plan_decisions.change_period(kind="proposal", period=period, version=now(plan).version, **given)
    bad = Period(30, "", dt.date(2027, 2, 3))
    with pytest.raises(Refusal):
        plan_decisions.change_period(kind="approval", period=bad, version=now(plan).version, **given)


@pytest.mark.clause("Z6.3(d)")
def test_a_report_that_was_asked_for_is_owed_by_the_end_of_its_day(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    request = plan_progress.request_progress(
        plan=plan, by=group.secretary, at=PROPOSED, question="How many so far?", reply_by=dt.date(2027, 3, 12)
    )
    due = Obligation.objects.standing().about(request).get()
    assert (due.clause, due.due_at) == ("Z6.3(d)", dt.datetime(2027, 3, 13, tzinfo=dt.UTC))
    late = dt.datetime(2027, 3, 13, tzinfo=dt.UTC)
    assert not Obligation.objects.overdue(at=late - dt.timedelta(seconds=1)).about(request).exists()
    assert Obligation.objects.overdue(at=late).about(request).exists()
    assert request == plan_progress.request_progress(
        plan=plan, by=group.secretary, at=PROPOSED, question="How many so far?", reply_by=dt.date(2027, 3, 12)
    ), "a form that is sent twice asks once"
    report, again = (
        plan_progress.report_progress(
            plan=plan,
            by=party,
            at=late,
            text="400.",
            as_of=dt.date(2027, 3, 12),
            devices=400,
            request=request,
        )
        for _ in range(2)
    )
    assert report == again
    assert (report.devices, Obligation.objects.about(request).get().was_late) == (400, True)


@pytest.mark.clause("Z6.3(c)")
def test_only_the_chair_finds_that_a_milestone_is_met_or_not(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    planning.approved(plan, group.chair)
    milestone = now(plan).current.milestones.get(number=1)
    plan_progress.give_evidence(
        milestone=milestone,
        by=party,
        at=APPROVED,
        text="The report.",
        upload=upload(),
        classification="green",
    )
    for somebody in (party, group.member, group.secretary):
        with pytest.raises(NotPermitted):
            planning.found(plan, somebody, "met", at=APPROVED)
    planning.found(plan, group.chair, "not_met", at=APPROVED)
    assert planning.found(plan, group.chair, "met", at=APPROVED).milestone == milestone
    assert now(plan).state == "approved"


def test_a_plan_is_completed_only_while_it_is_carried_out_and_owes_nothing_afterwards(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)

    def complete() -> RemedialPlan:
        return plan_decisions.complete_plan(
            plan=plan, by=group.chair, at=APPROVED, version=now(plan).version, reason="All are upgraded."
        )

    with pytest.raises(Conflict):
        complete()
    planning.approved(plan, group.chair)
    request = plan_progress.request_progress(
        plan=plan, by=group.chair, at=APPROVED, question="And?", reply_by=dt.date(2027, 3, 12)
    )
    complete()
    assert now(plan).state == "completed"
    assert not Obligation.objects.standing().about(request).exists()
    for again in (complete, lambda: planning.proposed(plan, party)):
        with pytest.raises(Conflict):
            again()


def test_the_chair_discharges_a_plan_with_a_reason(plan: RemedialPlan, group: plans.Committee) -> None:
    given = {"plan": plan, "by": group.chair, "at": PROPOSED, "version": plan.version}
    with pytest.raises(Refusal):
        plan_decisions.discharge_plan(reason=" ", **given)
    plan_decisions.discharge_plan(reason="No Device of that model is left.", **given)
    assert now(plan).state == "discharged"
    assert not Obligation.objects.standing().about(plan).exists()


def test_a_proposal_is_told_to_the_ssc_by_mail_without_contents(plan: RemedialPlan, party: User) -> None:
    planning.proposed(plan, party)
    mails = Message.objects.filter(key__startswith="ssc/plan_proposed")
    assert {each.context["path"] for each in mails} == {"/portal/ssc/plans/RP-001/"}
    assert mails.count() == 2
    assert Act.objects.filter(verb="ssc.remedial_plan.proposed").count() == 1


@pytest.mark.clause("Z6.3(b)-1")
def test_comments_on_a_version_that_was_approved_are_settled_by_that(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    planning.commented(plan, group.member)
    planning.approved(plan, group.chair)
    assert planning.proposed(plan, party, at=APPROVED + DAY).number == 2


@pytest.mark.clause("Z6.3(c)")
def test_what_was_found_of_a_milestone_stands_for_the_same_one_of_the_next_version_alone(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    planning.approved(plan, group.chair)
    planning.found(plan, group.chair, "met", at=APPROVED, milestone=1)
    planning.found(plan, group.chair, "non_compliant", at=APPROVED, milestone=2)
    same, later = planning.MILESTONES[0], Promised("All meters", dt.date(2027, 5, 31), 9870)
    given = {"milestones": (same, later), "remedied_by": dt.date(2027, 5, 31)}
    planning.proposed(plan, party, at=APPROVED + DAY, **given)
    planning.approved(plan, group.chair, at=APPROVED + DAY)
    first, second = now(plan).current.milestones.all()
    assert [each.finding for each in first.findings.all()] == ["met"]
    assert not second.findings.exists()
    with pytest.raises(Refusal, match="has not found"):
        planning.notified(plan, group.chair, at=APPROVED + 2 * DAY, milestone=None)


@pytest.mark.clause("F2.7B-2")
def test_the_authority_approves_the_version_that_was_referred_though_a_later_one_is_before_the_ssc(
    plan: RemedialPlan, party: User, group: plans.Committee
) -> None:
    planning.proposed(plan, party)
    refused = planning.refused(plan, group.chair)
    planning.proposed(plan, party, at=APPROVED + DAY)
    plan_decisions.approve_for_authority(
        plan=plan,
        actor=plans.require_of(group.chair),
        at=APPROVED + 2 * DAY,
        reason="So determined.",
        version=refused,
    )
    assert now(plan).current == refused
    assert plan.versions.get(number=2).state == "submitted"


@pytest.mark.clause("Z6.3(a)")
def test_a_time_that_has_ended_already_is_not_set(plan: RemedialPlan, group: plans.Committee) -> None:
    given = {"plan": plan, "by": group.chair, "at": PROPOSED, "reason": "Asked for.", "version": plan.version}
    with pytest.raises(Refusal, match="has ended already"):
        plan_decisions.change_period(
            kind="proposal", period=Period(2, plans.CALENDAR, PROPOSED.date() - 3 * DAY), **given
        )
    row = plan_decisions.change_period(
        kind="proposal", period=Period(2, plans.CALENDAR, PROPOSED.date() - 2 * DAY), **given
    )
    assert row.last_day == PROPOSED.date()
