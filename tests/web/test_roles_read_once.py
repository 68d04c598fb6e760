"""A page finds its reader's roles once, as they were when it began; whatever does something asks each time."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from secgov.accounts.models import Role
from secgov.accounts.permissions import Duty, permitted
from secgov.web.middleware import RolesReadOnceMiddleware
from tests.cpl.desk import signed_in
from tests.factories import people

pytestmark = pytest.mark.django_db


def may_after_the_role_is_taken_away(method: str) -> bool:
    """Whether somebody may still do a duty in a request in whose course the role for it ended."""
    request = RequestFactory().generic(method, "/")
    request.user = people.person(Role.SECRETARIAT)

    def answer(asked):
        assert permitted(asked.user, Duty.REVIEW_SUBMISSION)
        asked.user.memberships.update(ended_at=people.LONG_AGO)
        asked.may_still = permitted(asked.user, Duty.REVIEW_SUBMISSION) is not None
        return HttpResponse()

    RolesReadOnceMiddleware(answer)(request)
    return request.may_still


@pytest.mark.parametrize("address", ["/admin/", "/admin/cpl/submission/", "/cpl/"])
def test_page_asks_once_for_the_roles_of_its_reader(address):
    desk = signed_in(people.person(Role.SECRETARIAT))
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(address).status_code == 200
    assert sum('FROM "accounts_membership"' in each["sql"] for each in asked) == 1


def test_role_that_was_taken_away_is_gone_at_the_next_page():
    person = people.person(Role.SECRETARIAT)
    desk = signed_in(person)
    assert desk.get("/admin/cpl/submission/").status_code == 200
    person.memberships.update(ended_at=people.LONG_AGO)
    assert desk.get("/admin/cpl/submission/").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_request_that_does_something_knows_of_a_role_taken_away_meanwhile(method):
    assert not may_after_the_role_is_taken_away(method)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_request_that_only_reads_shows_one_moment(method):
    assert may_after_the_role_is_taken_away(method)


def test_nobody_is_looked_up_for_a_page_that_does_not_ask_who_reads():
    asked = []
    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(lambda: asked.append("who") or people.person())
    RolesReadOnceMiddleware(lambda _: HttpResponse())(request)
    assert asked == []
    assert permitted(request.user, Duty.SUBMIT_DEVICE) and asked == ["who"]
