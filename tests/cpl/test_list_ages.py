"""Lists that have grown old are asked after, each at its setting and not before (Theme H, A-63)."""

import datetime as dt

import pytest
from django.test import Client

from cpl.services.list_ages import watch_list_ages
from secgov.accounts.models import Organisation, Role
from secgov.journal import services as journal
from secgov.journal.models import Task
from tests.cpl import test_matrix
from tests.factories import people
from tests.factories.dcc_lists import dcc_person, eligible, pending, version

pytestmark = pytest.mark.django_db
FRIDAY = dt.datetime(2027, 1, 15, 10, 0, tzinfo=dt.UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def asked():
    """The lists that the Secretariat is asked to ask for."""
    return sorted(Task.objects.filter(closed_at=None).values_list("key", flat=True))


@pytest.mark.clause("F2.10B")
def test_eligible_list_is_asked_for_only_from_its_commencement_date_on(settings):
    settings.EPC_COMMENCEMENT_DATE = None
    assert watch_list_ages(at=FRIDAY) == 0
    settings.EPC_COMMENCEMENT_DATE = dt.date(2027, 1, 15)
    last_moment = dt.datetime(2027, 1, 22, 23, 59, 59, tzinfo=dt.UTC)
    assert watch_list_ages(at=last_moment) == 0
    assert watch_list_ages(at=last_moment + dt.timedelta(seconds=1)) == 1
    assert asked() == ["dcc-list-age:eligible"]


@pytest.mark.clause("F2.10A-0", "F2.10-1")
def test_old_list_is_asked_for_once_until_the_next_version_comes(settings):
    settings.EPC_COMMENCEMENT_DATE = dt.date(2026, 1, 1)
    dcc = dcc_person()
    version("eligible", dcc, eligible(), at=FRIDAY)
    version("pending", dcc, pending(), at=FRIDAY)
    version("deployed", dcc, at=FRIDAY)
    assert watch_list_ages(at=dt.datetime(2027, 1, 22, 23, 59, 59, tzinfo=dt.UTC)) == 0
    for _ in range(2):
        assert watch_list_ages(at=dt.datetime(2027, 1, 23, 0, 0, tzinfo=dt.UTC)) == 2
    assert asked() == ["dcc-list-age:eligible", "dcc-list-age:pending"]
    version("pending", dcc, at=FRIDAY + dt.timedelta(days=9))
    assert asked() == ["dcc-list-age:eligible"]
    assert watch_list_ages(at=dt.datetime(2027, 2, 12, 23, 59, 59, tzinfo=dt.UTC)) == 2
    assert watch_list_ages(at=dt.datetime(2027, 2, 13, 0, 0, tzinfo=dt.UTC)) == 3


@pytest.mark.clause("F2.11-0")
def test_matrix_is_looked_at_again_after_its_time_and_closing_the_task_starts_it_anew():
    by = people.person(
        Role.SECRETARIAT, people.organisation("Code administrator", Organisation.Kind.CODE_BODY)
    )
    made = test_matrix.matrix.begin_matrix(by=by, at=FRIDAY)
    test_matrix.add(made, by, "CHTS")
    test_matrix.publish(made, by)
    assert watch_list_ages(at=dt.datetime(2027, 2, 12, 23, 59, 59, tzinfo=dt.UTC)) == 0
    late = dt.datetime(2027, 2, 13, 0, 0, tzinfo=dt.UTC)
    assert watch_list_ages(at=late) == 1 and asked() == ["matrix-age"]
    journal.close_task(key="matrix-age", at=late, reason="Looked at: it is right.")
    assert watch_list_ages(at=late + dt.timedelta(days=1)) == 0


def test_combinations_are_kept_by_hand_only_until_the_dcc_provides_its_list():
    desk = Client()
    desk.force_login(people.person(Role.SECRETARIAT), backend=BACKEND)
    assert desk.get("/admin/cpl/eligiblecombination/add/").status_code == 200
    version("eligible", dcc_person(), eligible())
    assert desk.get("/admin/cpl/eligiblecombination/add/").status_code == 403
    assert desk.get("/admin/cpl/eligiblecombination/").status_code == 200
