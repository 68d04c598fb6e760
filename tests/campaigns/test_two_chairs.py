"""Two Chairs say opposite things at the same moment: one word counts, and the other is told."""

import threading

import pytest
from django.db import connections, transaction

from cpl.models import BindingDetermination
from secgov.accounts.models import Role
from secgov.errors import Conflict
from secgov.journal.models import Act
from ssc.models import Case, Determination
from ssc.services import determinations, plan_decisions
from ssc.services.determination_facts import digest_of
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import cases, people, removing
from tests.ssc import planning

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
AT = cases.NOON + cases.DAY


@pytest.mark.parametrize("first", [True, False], ids=["yes first", "no first"])
def test_of_two_chairs_on_one_determination_one_is_told_that_it_is_decided(first: bool) -> None:
    setting = cases.stage(confirmed=True)
    cases.triaged(setting)
    row = cases.put(setting, outcome="remove")
    other = people.person(Role.SSC_CHAIR, removing.organisation_of(setting.chair))
    told = []

    def say(by, agree: bool) -> None:
        determinations.decide(
            case=row.case,
            by=by,
            at=AT,
            version=row.version,
            digest=digest_of(row),
            agree=agree,
            reason="So determined.",
        )

    def second() -> None:
        try:
            say(other, not first)
        except Conflict as conflict:
            told.append(conflict)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        say(setting.chair, first)
        thread.start()
        wait_until_it_waits(thread)
    thread.join()
    assert len(told) == 1
    assert Determination.objects.get().state == ("confirmed" if first else "refused")
    assert Case.objects.get().state == ("determined" if first else "open")
    assert BindingDetermination.objects.count() == int(first)
    acts = Act.objects.filter(verb__in=["ssc.determination.confirmed", "ssc.determination.refused"])
    assert acts.get().actor == setting.chair


def test_of_two_chairs_on_one_plan_one_approves_and_the_other_does_not_refuse() -> None:
    setting = cases.stage(confirmed=True)
    party = setting.group.supplier
    plan = cases.decided(setting, with_plan=True).plans.get()
    planning.proposed(plan, party, at=AT)
    plan = planning.now(plan)
    other = people.person(Role.SSC_CHAIR, removing.organisation_of(setting.chair))
    told = []

    def refuse() -> None:
        try:
            plan_decisions.refuse_version(
                plan=plan, by=other, at=AT, version=plan.version, number=1, reason="Too slow."
            )
        except Conflict as conflict:
            told.append(conflict)
        finally:
            connections.close_all()

    thread = threading.Thread(target=refuse)
    with transaction.atomic():
        plan_decisions.approve_version(
            plan=plan, by=setting.chair, at=AT, version=plan.version, number=1, reason="It will do."
        )
        thread.start()
        wait_until_it_waits(thread)
    thread.join()
    assert len(told) == 1 and planning.now(plan).state == "approved"
    assert planning.now(plan).versions.get().decided_by == setting.chair
