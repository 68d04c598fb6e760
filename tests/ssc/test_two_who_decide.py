"""Two of the SSC decide on one plan at the same moment: one wins, the other is told (Z6.3(b))."""

import threading

import pytest
from django.db import connection

from secgov.accounts.models import Role
from secgov.errors import Conflict
from ssc.models import RemedialPlan
from ssc.services import plan_decisions
from tests.factories import people, plans
from tests.ssc import planning
from tests.ssc.planning import APPROVED, now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("Z6.3(b)-2")
def test_of_an_approval_and_a_refusal_at_the_same_moment_one_is_done_and_the_other_is_a_conflict() -> None:
    group, party = plans.committee(), plans.supplier()
    plan = planning.imposed(group, party)
    planning.proposed(plan, party)
    seen = now(plan).version
    other = people.person(Role.SSC_CHAIR, plans.organisation_of(group.chair))
    start, ends = threading.Barrier(2), []

    def decide(by: object, service: object) -> None:
        start.wait(timeout=120)
        try:
            service(plan=plan, by=by, at=APPROVED, version=seen, number=1, reason="As weighed.")
            ends.append("done")
        except Conflict:
            ends.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(group.chair, plan_decisions.approve_version)),
        threading.Thread(target=decide, args=(other, plan_decisions.refuse_version)),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(ends) == ["done", "told"]
    plan = RemedialPlan.objects.get(pk=plan.pk)
    assert (plan.state, plan.versions.get().state) in {("approved", "approved"), ("proposed", "refused")}
