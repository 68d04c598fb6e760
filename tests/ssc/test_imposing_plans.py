"""Plans imposed by a determination, one for each Party, and discharged with it (Z6.3-0, A-60)."""

import datetime as dt

import pytest

from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal.models import Notice, Obligation, Task
from ssc.models import RemedialPlan
from ssc.services import plans as services
from tests.factories import plans

pytestmark = pytest.mark.django_db
LATER = plans.IMPOSED + dt.timedelta(days=3)


@pytest.mark.clause("Z6.3-0")
def test_each_party_gets_its_own_plan_and_a_notice_that_names_nobody_else() -> None:
    group = plans.committee()
    names = ["Cindermoor Power", "Thrushgill Energy", "Marrowby Gas & Electric"]
    parties = [plans.organisation_of(plans.supplier(name)) for name in names]
    made = plans.impose(group, plans.determination(group, *parties, model=plans.entry()))
    assert sorted(each.reference for each in made) == ["RP-001", "RP-002", "RP-003"]
    for party in parties:
        notice = Notice.objects.get(organisation=party)
        others = [name for name in names if name != party.name]
        assert notice.clause == "Z6.3"
        assert not any(name in f"{notice.title} {notice.context}" for name in others)
        assert notice.messages.count() == 1


@pytest.mark.clause("Z6.3(a)", "Z6.3(b)-2")
def test_both_periods_become_obligations_of_the_party() -> None:
    group = plans.committee()
    party = plans.organisation_of(plans.supplier())
    (plan,) = plans.impose(
        group,
        plans.determination(
            group, party, model=plans.entry(), approval_days=60, approval_unit=plans.CALENDAR
        ),
    )
    owed = {each.clause: each for each in Obligation.objects.standing().about(plan)}
    assert owed["Z6.3(a)"].due_at == dt.datetime(2027, 3, 2, tzinfo=dt.UTC)  # end of Monday 1 March 2027
    assert owed["Z6.3(a)"].working_days == 20
    assert owed["Z6.3(b)"].due_at == dt.datetime(
        2027, 4, 2, 23, tzinfo=dt.UTC
    )  # end of Friday 2 April, summer
    assert {each.organisation_id for each in owed.values()} == {party.pk}
    assert {each.kind: each.last_day for each in plan.periods.all()} == {
        "proposal": dt.date(2027, 3, 1),
        "approval": dt.date(2027, 4, 2),
    }


@pytest.mark.clause("Z6.3-0")
@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"proposal_days": None}, "proposal_days"),
        ({"approval_unit": ""}, "approval_unit"),
        ({"approval_starts_on": None}, "approval_starts_on"),
        ({"approval_days": 19}, "approval_days"),
    ],
)
def test_nothing_is_imposed_without_both_periods(missing: dict, field: str) -> None:
    group = plans.committee()
    party = plans.organisation_of(plans.supplier())
    made = plans.determination(group, party, model=plans.entry(), **missing)
    with pytest.raises(Refusal) as refused:
        plans.impose(group, made)
    assert refused.value.field == field
    assert not RemedialPlan.objects.exists()


@pytest.mark.clause("Z6.3-0")
def test_a_party_that_cannot_be_mailed_becomes_a_task_and_its_plan_stays_imposed() -> None:
    group = plans.committee()
    person = plans.supplier()
    party = plans.organisation_of(person)
    party.contacts.update(retired_at=plans.IMPOSED)
    (plan,) = plans.impose(group, plans.determination(group, party, model=plans.entry()))
    assert Task.objects.get(closed_at=None).title == "No notice contact for Cindermoor Power"
    assert (plan.state, Notice.objects.filter(organisation=party).count()) == ("imposed", 1)


def test_imposing_twice_gives_no_party_a_second_plan() -> None:
    group = plans.committee()
    party = plans.organisation_of(plans.supplier())
    made = plans.determination(group, party, model=plans.entry())
    assert len(plans.impose(group, made)) == 1
    assert plans.impose(group, made, at=LATER) == []


def test_a_void_determination_discharges_its_plans_once_and_nothing_is_owed_any_more() -> None:
    group = plans.committee()
    party = plans.organisation_of(plans.supplier())
    made = plans.determination(group, party, model=plans.entry())
    (plan,) = plans.impose(group, made)
    actor = require(group.chair, Duty.JUDGE_PLAN).actor
    given = {"determination": made, "actor": actor, "at": LATER, "reason": "NCSC denied the event."}
    assert [each.pk for each in services.discharge_plans_of(**given)] == [plan.pk]
    assert services.discharge_plans_of(**given) == []
    plan = RemedialPlan.objects.get(pk=plan.pk)
    assert (plan.state, plan.ended_reason) == ("discharged", "NCSC denied the event.")
    assert not Obligation.objects.standing().about(plan).exists()
    assert Notice.objects.filter(organisation=party).count() == 2
