"""How a system begins in which nobody can sign in: the first of the Secretariat, and the DCC's client."""

import base64
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from secgov.accounts.models import Membership, Organisation, Role, User
from secgov.journal.models import Act
from tests.factories import people

pytestmark = pytest.mark.django_db

EMAIL = "first@secretariat.example"


def printed(*command: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def link_for(email: str = EMAIL) -> str:
    """The path of the link that the command prints."""
    told = printed("admit_secretariat", email, "--organisation", "Code administrator").split()
    return urlsplit(told[-1]).path


def take_up(link: str) -> int:
    """Set name and password by a link; give the status."""
    answer = Client().post(link, {"name": "Ada Brook", "password": "three odd words together"})
    return answer.status_code


def test_first_of_the_secretariat_comes_in_by_a_link_and_has_a_desk():
    assert take_up(link_for()) == 200
    person = User.objects.get(email=EMAIL)
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/admin/").status_code == 200
    assert Membership.objects.get(user=person).role == Role.SECRETARIAT
    assert EMAIL not in str(list(Act.objects.values()))


def test_newest_link_alone_holds_and_none_once_the_secretariat_has_people():
    first, second = link_for(), link_for()
    assert take_up(first) == 404
    assert take_up(second) == 200
    with pytest.raises(CommandError, match="has people already"):
        link_for("another@secretariat.example")


def test_secretariat_is_nobody_of_another_kind_and_has_an_address():
    people.organisation("Code administrator", Organisation.Kind.PARTY)
    with pytest.raises(CommandError, match="which has no Secretariat"):
        link_for()
    with pytest.raises(CommandError, match="valid email"):
        link_for("nobody")
    assert not User.objects.exists()


def test_client_of_the_dcc_gets_its_token_and_is_shut_with_its_role():
    with pytest.raises(CommandError, match="no DCC"):
        printed("make_dcc_client")
    people.organisation("DCC", Organisation.Kind.DCC)
    _, client, _, secret = printed("make_dcc_client").split()
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    answer = Client().post(
        "/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert Client().get("/api/v1/fir/", headers=bearer).status_code == 200
    role = Membership.objects.get(role=Role.DCC_CLIENT)
    Membership.objects.filter(pk=role.pk).update(ended_at=role.began_at)
    assert Client().get("/api/v1/fir/", headers=bearer).status_code == 403
    assert secret not in str(list(Act.objects.values()))
