"""A client's secret changes with an overlap, and what its systems ask for is counted."""

import base64
import datetime as dt

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from secgov.accounts.clients import clients_seen, end_former_secret, rotate_secret
from secgov.accounts.models import ClientUse, Organisation, Role
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from secgov.journal.models import Act
from tests.api.conftest import SECRET, client_of, problem
from tests.factories import people

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WHY = {"reason": "It is a year old."}


@pytest.fixture
def client(stage):
    """The DCC's client, as the operator made it."""
    return Application.objects.create(
        name="DCC", user=stage.client, client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS, client_secret=SECRET,
    )  # fmt: skip


@pytest.fixture
def admin(stage):
    """The DCC's administrator."""
    return people.person(Role.ORGANISATION_ADMIN, stage.dcc)


def opens(client, secret, *, in_body=False):
    """Whether a secret gets a token."""
    form = {"grant_type": "client_credentials"}
    if in_body:
        answer = Client().post("/o/token/", form | {"client_id": client.client_id, "client_secret": secret})
    else:
        basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
        answer = Client().post("/o/token/", form, headers={"Authorization": f"Basic {basic}"})
    return answer.status_code == 200


def test_former_secret_opens_until_its_overlap_ends_and_the_new_one_at_once(client, admin):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        new = rotate_secret(client=client, by=admin, at=now, overlap=7 * DAY, **WHY)
        assert opens(client, new) and opens(client, SECRET) and opens(client, SECRET, in_body=True)
        assert not opens(client, "neither") and not opens(client, "")
    with time_machine.travel(now + 7 * DAY - dt.timedelta(seconds=1), tick=False):
        assert opens(client, SECRET)
    with time_machine.travel(now + 7 * DAY, tick=False):
        assert not opens(client, SECRET) and opens(client, new)


def test_second_change_ends_the_first_overlap_and_no_overlap_ends_at_once(client, admin):
    now = clock.now()
    second = rotate_secret(client=client, by=admin, at=now, overlap=7 * DAY, **WHY)
    third = rotate_secret(client=client, by=admin, at=now, overlap=dt.timedelta(), **WHY)
    assert [opens(client, each) for each in (SECRET, second, third)] == [False, False, True]


def test_leaked_secret_is_shut_with_every_token(client, admin):
    now = clock.now()
    new = rotate_secret(client=client, by=admin, at=now, overlap=7 * DAY, **WHY)
    assert opens(client, SECRET) and AccessToken.objects.exists()
    assert end_former_secret(client=client, by=admin, at=now, reason="It stood in a log.") == 1
    assert not AccessToken.objects.exists()
    assert not opens(client, SECRET) and opens(client, new)


def test_only_the_own_administrator_and_the_secretariat_change_a_secret(client, stage, admin):
    now = clock.now()
    other = people.person(Role.ORGANISATION_ADMIN, stage.parties[0])
    for person in (other, people.person(Role.DCC, stage.dcc), stage.client, stage.cast.approver):
        with pytest.raises(NotPermitted) as caught:
            rotate_secret(client=client, by=person, at=now, overlap=DAY, **WHY)
        assert caught.value.hidden
    assert opens(client, SECRET)
    new = rotate_secret(client=client, by=stage.cast.secretariat, at=now, overlap=DAY, **WHY)
    assert opens(client, new)
    [act] = Act.objects.filter(verb="accounts.client.secret_changed")
    assert new not in str(act.after) and act.after["client"] == client.client_id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"overlap": 31 * DAY}, "overlap_days"),
        ({"overlap": -DAY}, "overlap_days"),
    ],
)
def test_change_without_a_reason_or_with_an_endless_overlap_is_refused(client, admin, given, field):
    with pytest.raises(Refusal) as caught:
        rotate_secret(client=client, by=admin, at=clock.now(), **{"overlap": DAY, **WHY, **given})
    assert caught.value.field == field
    assert opens(client, SECRET)


def test_what_a_client_asks_for_is_counted_by_day_with_what_was_refused(stage, editions):
    dcc = client_of(stage.client)
    for _ in range(2):
        assert dcc.get("/api/v1/cpl/editions/latest/manifest").status_code == 200
    problem(dcc.get("/api/v1/cpl/editions/9.999/manifest"), 404)
    [seen] = clients_seen(at=clock.now(), organisations=[stage.dcc])
    assert {each.call: (each.calls, each.refused) for each in seen.uses} == {
        "POST token": (1, 0),
        "GET edition bytes": (3, 1),
    }
    assert seen.organisation == stage.dcc and seen.last_at is not None
    assert (
        clients_seen(at=clock.now(), organisations=[Organisation.objects.exclude(pk=stage.dcc.pk).first()])
        == []
    )


def test_wrong_secret_counts_as_refused_and_strangers_count_nowhere(client, stage):
    assert not opens(client, "wrong")
    assert not opens(Application(client_id="nobody"), "wrong")
    [use] = ClientUse.objects.all()
    assert (use.call, use.calls, use.refused, use.account) == ("POST token", 1, 1, stage.client)
