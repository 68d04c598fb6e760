"""The SSC's promises are broken on purpose, as only a database owner with the guards off could, and are then counted."""

import pytest
from django.db import connection

from secgov.accounts.models import Role
from ssc import promises
from ssc.models import AuthorityAnswer, Case, PlanVersion, RemedialPlan
from tests.factories import people, plans, referring, removing

pytestmark = pytest.mark.django_db


def vandalise(table, sql, *, index=""):
    """Write as the owner, with the guards of a table off; the test's transaction takes all of it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if index:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {index}")
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        assert cursor.rowcount, "nothing was struck"


@pytest.fixture
def group():
    """The SSC's people."""
    return plans.committee()


@pytest.fixture
def plan(group):
    """A plan imposed on one Supplier."""
    supplier = plans.supplier()
    made = plans.determination(group, plans.organisation_of(supplier), model=plans.entry())
    [plan] = plans.impose(group, made)
    assert (promises.double_decisions(), promises.single_person_acts()) == (0, 0)
    return plan


def test_second_open_case_of_an_entry_is_counted(plan):
    case = Case.objects.get()
    table = "ssc_case"
    vandalise(table, f"UPDATE {table} SET state = 'open'")
    assert promises.double_decisions() == 0
    vandalise(
        table,
        f"INSERT INTO {table} (device_model_id, reference, opened_at, seriousness, state, returned_reason, void_reason,"
        f" version) VALUES ({case.device_model_id}, 'C-2027-900', now(), '', 'open', '', '', 1)",
        index="ssc_case_one_open_per_entry",
    )
    assert promises.double_decisions() == 1


def test_plan_said_to_be_approved_without_a_version_or_with_two_of_one_number_is_counted(group, plan):
    vandalise("ssc_remedialplan", "UPDATE ssc_remedialplan SET state = 'approved'")
    assert promises.double_decisions() == 1
    for number in (1, 2):
        PlanVersion.objects.create(
            plan=plan, number=number, remedy="Upgrade.", remedied_by=plans.IMPOSED.date(), state="approved",
            submitted_by=group.secretary, submitted_at=plans.IMPOSED,
        )  # fmt: skip
    assert promises.double_decisions() == 0
    vandalise("ssc_planversion", "UPDATE ssc_planversion SET number = 1", index="ssc_planversion_number_once")
    assert promises.double_decisions() == 1
    vandalise("ssc_planversion", "UPDATE ssc_planversion SET state = 'submitted'",
              index="ssc_planversion_one_before_the_ssc")  # fmt: skip
    assert promises.double_decisions() == 3  # and no version of it is approved any more
    assert RemedialPlan.objects.get().state == "approved"


def test_determination_without_two_people_in_their_roles_is_counted(group, plan):
    vandalise("ssc_determination", "UPDATE ssc_determination SET four_eyes = true")
    assert promises.single_person_acts() == 1  # the factory made it without the act of the secretary
    vandalise("ssc_determination", "UPDATE ssc_determination SET decided_by_id = prepared_by_id",
              index="ssc_determination_two_people")  # fmt: skip
    assert promises.single_person_acts() == 1
    vandalise("ssc_determination", "UPDATE ssc_determination SET four_eyes = false")
    assert promises.single_person_acts() == 0


def test_answer_of_the_authority_by_one_person_or_in_another_role_is_counted():
    group = removing.committee()
    smets1 = removing.smets1_entry(group.cast)
    referral = referring.lodged(referring.panel_decided(group, smets1, "not_remove"), group.supplier)
    answer = referring.answered(group, referral, "stands")
    assert (promises.single_person_acts(), promises.double_decisions()) == (0, 0)
    other = people.person(Role.NETWORK)
    vandalise("ssc_authorityanswer", f"UPDATE ssc_authorityanswer SET second_by_id = {other.pk}")
    assert promises.single_person_acts() == 1
    vandalise("ssc_authorityanswer", "UPDATE ssc_authorityanswer SET second_by_id = recorded_by_id",
              index="ssc_authorityanswer_two_people")  # fmt: skip
    assert promises.single_person_acts() == 1 and AuthorityAnswer.objects.get() == answer
