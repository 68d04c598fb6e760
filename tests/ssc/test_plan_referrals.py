"""A Party takes to the Authority that its plan was not approved: refused, or the time for it over (F2.7B(b), A-17)."""

import datetime as dt

import pytest
from django.db import connection

from cpl.services import authority_orders
from secgov.errors import NotPermitted, Refusal
from secgov.journal.models import Act, Notice, Task
from ssc.models import PlanPeriod, Referral, RemedialPlan, RemedyNotice
from ssc.services import authority_answers, stays
from ssc.services.referable import of_plan, open_to
from tests.factories import cases, referring, removing
from tests.ssc import planning


def determined_with_a_plan(settings, folder):
    """A case determined with a plan for one Supplier; 40 Working Days to gain its approval."""
    setting = cases.stage(confirmed=True)
    cases.decided(setting, with_plan=True)
    return setting


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(determined_with_a_plan)]
NOON, DAY = cases.NOON, cases.DAY


@pytest.fixture
def setting(world):
    """A case determined with a plan for one Supplier; 40 Working Days to gain its approval."""
    return world


@pytest.fixture
def plan(setting):
    """The plan."""
    return RemedialPlan.objects.get()


def period_of(plan):
    """The time to gain its approval."""
    return plan.periods.get(kind=PlanPeriod.Kind.APPROVAL)


def after(plan):
    """The first instant after that time, by London's clocks in winter."""
    return dt.datetime.combine(period_of(plan).last_day + DAY, dt.time(), dt.UTC)


@pytest.mark.clause("F2.7B(b)")
def test_end_of_the_time_for_approval_may_be_referred_from_its_first_instant_on(setting, plan):
    party, period = setting.group.supplier, period_of(plan)
    planning.proposed(plan, party, at=NOON + DAY)
    planning.commented(plan, setting.chair, at=NOON + 2 * DAY)
    with pytest.raises(Refusal, match="has not ended"):
        referring.drafted(period, party, at=after(plan) - dt.timedelta(seconds=1))
    with pytest.raises(Refusal, match="comments are not a refusal"):
        referring.drafted(plan.versions.get(), party, at=after(plan))
    organisation = removing.organisation_of(party)
    assert of_plan(str(plan), [organisation], at=after(plan)) == period
    assert period in open_to(organisation, at=after(plan))
    referral = referring.lodged(period, party, at=after(plan))
    assert (referral.clause, referral.state) == ("F2.7B(b)", "lodged")


@pytest.mark.clause("F2.7B(b)")
def test_refusal_of_a_change_may_be_referred_and_the_approved_version_stands(setting, plan):
    party = setting.group.supplier
    first = planning.proposed(plan, party, at=NOON + DAY)
    planning.approved(plan, setting.chair, at=NOON + 2 * DAY)
    second = planning.proposed(plan, party, at=NOON + 3 * DAY)
    planning.refused(plan, setting.chair, at=NOON + 4 * DAY)
    with pytest.raises(
        Refusal
    ):  # an approved version is no refusal, and its time is not over without approval
        referring.drafted(first, party, at=NOON + 5 * DAY)
    with pytest.raises(Refusal):
        referring.drafted(period_of(plan), party, at=after(plan))
    assert referring.lodged(second, party, at=NOON + 5 * DAY).state == "lodged"
    assert planning.now(plan).current == first


@pytest.mark.clause("F2.7B(b)")
def test_plan_of_another_party_does_not_exist_for_a_referral(setting, plan):
    planning.proposed(plan, setting.group.supplier, at=NOON + DAY)
    version = planning.refused(plan, setting.chair, at=NOON + 2 * DAY)
    rival = cases.supplier("Rival Power")
    for decision in (version, period_of(plan)):
        with pytest.raises(NotPermitted) as hidden:
            referring.drafted(decision, rival, at=after(plan))
        assert hidden.value.hidden
    assert version not in open_to(removing.organisation_of(rival), at=after(plan))
    assert not Referral.objects.exists()


@pytest.mark.clause("F2.7B-2")
def test_authority_approves_the_plan_the_notice_ends_and_the_refusal_is_settled_for_good(setting, plan):
    party = setting.group.supplier
    planning.proposed(plan, party, at=NOON + DAY)
    version = planning.refused(plan, setting.chair, at=NOON + 2 * DAY)
    planning.notified(plan, setting.chair, at=NOON + 3 * DAY, ground="approval", milestone=None)
    referral = referring.lodged(version, party, at=NOON + 4 * DAY)
    assert RemedyNotice.objects.get().suspension is None  # a referral stays nothing by itself
    answer = referring.answered(setting.group, referral, "approve", at=NOON + 6 * DAY)
    connection.check_constraints()
    plan = planning.now(plan)
    assert (plan.state, plan.current, answer.order) == ("approved", version, None)
    assert RemedyNotice.objects.get().state == "ended"
    assert not Task.objects.filter(
        title__startswith="Review", closed_at=None
    ).exists()  # its time had not passed
    with pytest.raises(Refusal):
        referring.drafted(version, party, at=NOON + 7 * DAY)


@pytest.mark.clause("F2.7B-2")
def test_without_a_version_the_authority_can_only_let_the_end_of_the_time_stand(setting, plan):
    referral = referring.lodged(period_of(plan), setting.group.supplier, at=after(plan))
    assert authority_answers.possible_outcomes(referral.decision) == ("stands",)
    with pytest.raises(Refusal):
        referring.recorded(setting.group, referral, "approve", at=after(plan))
    referring.answered(setting.group, referral, "stands", at=after(plan))
    assert planning.now(plan).state == "imposed" and Referral.objects.get().state == "determined"


def stayed(setting, plan):
    """A refusal before the Authority, stayed by it, with the notice for failure to gain approval standing still."""
    party = setting.group.supplier
    planning.proposed(plan, party, at=NOON + DAY)
    version = planning.refused(plan, setting.chair, at=NOON + 2 * DAY)
    planning.notified(plan, setting.chair, at=NOON + 3 * DAY, ground="approval", milestone=None)
    referral = referring.lodged(version, party, at=NOON + 4 * DAY)
    stay = stays.order_stay(
        referral=referral, by=setting.group.recorder, at=NOON + 6 * DAY,
        values={"ordered_on": (NOON + 6 * DAY).date(), "authority_reference": "OFG/4", "text": "Not for now."},
    )  # fmt: skip
    assert RemedyNotice.objects.get().suspension.by_authority
    return referral, stay


def test_stay_of_a_refusal_suspends_the_notice_and_its_end_lets_it_go_on(setting, plan):
    _, stay = stayed(setting, plan)
    stays.end_stay(
        stay=stay, by=setting.group.recorder, at=NOON + 8 * DAY, version=stay.version, reason="It lifted it."
    )
    notice = RemedyNotice.objects.get()
    assert notice.suspension is None and notice.suspensions.get().working_days == 2  # Monday to Wednesday


@pytest.mark.clause("F2.7B-2")
@pytest.mark.parametrize(("outcome", "goes_on"), [("stands", True), ("approve", False)])
def test_stay_ends_with_the_determination_and_those_told_of_it_are_told(setting, plan, outcome, goes_on):
    referral, stay = stayed(setting, plan)
    answer = referring.recorded(setting.group, referral, outcome, at=NOON + 8 * DAY)
    assert stays.standing_of(referral) == stay, "what one person wrote ends nothing yet"
    authority_answers.confirm_answer(
        answer=answer, by=setting.group.secretariat, at=NOON + 8 * DAY, version=answer.version, agree=True,
        reason="As received.",
    )  # fmt: skip
    connection.check_constraints()
    assert stays.standing_of(referral) is None
    act = Act.objects.get(verb="ssc.stay.ended", subject_id=str(stay.pk))
    assert "The Authority has determined" in act.reason and act.actor_role == "Secretariat"
    assert Task.objects.get(key=stays.task_key(stay)).closed_at == NOON + 8 * DAY
    notice = RemedyNotice.objects.get()
    assert notice.suspension is None and notice.state == ("running" if goes_on else "ended")
    told = Notice.objects.filter(organisation=referral.organisation).values_list("title", flat=True)
    says = "the time to remedy goes on" if goes_on else "the remedy notice has ended"
    assert f"Remedial Plan {plan}: {says}" in told
    assert (f"Remedial Plan {plan}: the time to remedy goes on" in told) is goes_on


@pytest.mark.clause("F2.7B-2")
def test_determination_that_the_authority_overrides_takes_its_plans_along(setting, plan):
    binding = plan.determination.binding
    referral = referring.lodged(binding, setting.group.supplier, at=NOON + DAY)
    referring.answered(setting.group, referral, "remove", at=NOON + 2 * DAY)
    connection.check_constraints()
    ended = planning.now(plan)
    assert ended.state == "discharged" and "Authority" in ended.ended_reason
    change = removing.waiting_removal(setting.entries[0])
    assert change is not None and change.clause == "F2.7B"
    assert setting.case.state == "determined"  # the old determination stays on file, with what overrode it


@pytest.mark.clause("F2.7B-2")
def test_order_of_the_authority_without_any_referral_ends_the_plans_by_the_sweep(setting, plan):
    order = authority_orders.record_authority_order(
        model=setting.entries[0], by=setting.group.recorder, at=NOON + DAY,
        values={"outcome": "remove", "clause": "F2.7B", "ordered_on": (NOON + DAY).date(), "reference": "OFG/5",
                "text": "Remove it."},
    )  # fmt: skip
    authority_orders.confirm_authority_order(
        order=order,
        by=setting.group.secretariat,
        at=NOON + DAY,
        version=order.version,
        agree=True,
        reason="As received.",
    )
    assert planning.now(plan).state == "imposed"
    assert authority_answers.follow_orders(clock=lambda: NOON + DAY) == 1
    assert planning.now(plan).state == "discharged"
    assert authority_answers.follow_orders(clock=lambda: NOON + DAY) == 0
