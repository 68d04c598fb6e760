"""Errors are told in one form everywhere below /api/; tokens are for clients; the repository is not for everybody."""

import base64
import json

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve
from oauth2_provider.models import AccessToken, Application

from secgov.accounts.models import Role
from tests.api.conftest import NOON, SECRET, client_of, problem
from tests.factories import people

pytestmark = pytest.mark.django_db
READS = [
    "/api/v1/cpl/editions/",
    "/api/v1/cpl/entries/",
    "/api/v1/cpl/changes/?since=0.001",
    "/api/v1/cpl/editions/0.001/",
    "/api/v1/keys/",
]


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v2/cpl/", "/api/v1/cpl/nothing/", "/api/v1/cpl/entries", "/api/v1/keys"],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_address_at_which_nothing_stands_is_told_in_problem_json(db, path, method):
    problem(getattr(Client(enforce_csrf_checks=True), method)(path), 404)


@pytest.mark.parametrize("path", READS)
def test_reads_take_no_other_method_and_no_other_form(anybody, editions, path):
    for method in ("post", "put", "patch", "delete", "options"):
        refused = getattr(anybody, method)(path)
        problem(refused, 405)
        assert "GET" in refused["Allow"]
    problem(anybody.get(path, headers={"Accept": "text/turtle"}), 406)
    assert anybody.get(path, headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_head_answers_as_get_without_a_body(anybody, editions, path):
    assert anybody.head(path).status_code == 200


def test_body_beyond_every_measure_is_refused_in_problem_json(dcc, editions, settings):
    body = b"[" * (settings.DOCUMENT_MAX_BYTES + 1024 * 1024)
    path = "/api/v1/cpl/editions/0.001/receipt/"
    problem(dcc.post(path, body, content_type="application/json"), 413)


def test_page_of_the_api_answers_no_method_but_get(anybody, db):
    for method in ("options", "post", "delete"):
        problem(getattr(anybody, method)("/api/v1/docs/"), 405)


def test_parameter_given_twice_is_refused_and_not_half_obeyed(anybody, db):
    body = problem(anybody.get("/api/v1/cpl/entries/?status=Current&status=Removed"), 400)
    assert [each["field"] for each in body["fields"]] == ["status"]


def test_fault_of_ours_is_told_without_its_inside(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cpl_signingkey RENAME TO cpl_signingkey_gone")
    answer = Client(raise_request_exception=False).get("/api/v1/keys/")
    body = problem(answer, 500)
    assert "signingkey" not in json.dumps(body)


def test_host_that_is_not_ours_is_refused_in_problem_json(db):
    problem(Client().get("/api/v1/keys/", headers={"Host": "elsewhere.example"}), 400)


def test_too_many_calls_are_told_to_wait(anybody, db):
    for _ in range(60):
        answer = anybody.get("/api/v1/docs/")
    assert answer.status_code == 200
    answer = anybody.get("/api/v1/docs/")
    problem(answer, 429)
    assert int(answer["Retry-After"]) >= 1


def test_every_answer_names_its_request(anybody, db):
    first, second = (anybody.get("/api/v1/keys/", headers={"X-Request-ID": "mine"}) for _ in range(2))
    assert first["X-Request-ID"] != second["X-Request-ID"] != "mine"


def test_request_keeps_the_name_that_our_own_proxy_gave_it(anybody, db, settings):
    settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
    assert anybody.get("/api/v1/keys/", headers={"X-Request-ID": "abc"})["X-Request-ID"] == "abc"


def application(**changes) -> Application:
    """A client as the Secretariat makes one."""
    return Application.objects.create(
        **{
            "name": "Client",
            "user": people.person(Role.SUPPLIER),
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
            "client_secret": SECRET,
            **changes,
        }
    )


def ask_for_token(client_id: str, secret: str = SECRET, **form: str):
    """Post to the token endpoint."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Client(enforce_csrf_checks=True).post(
        "/o/token/", {"grant_type": "client_credentials", **form}, headers={"Authorization": f"Basic {basic}"}
    )


def test_token_is_given_for_the_right_secret_only(db):
    ours = application()
    assert ask_for_token(ours.client_id).status_code == 200
    for answer in (
        ask_for_token(ours.client_id, "wrong"),
        ask_for_token("nobody"),
        ask_for_token(ours.client_id, grant_type="password", username="x", password="y"),
        ask_for_token(ours.client_id, grant_type="authorization_code", code="x"),
        ask_for_token(
            ours.client_id, grant_type="urn:ietf:params:oauth:grant-type:device_code", device_code="x"
        ),
        ask_for_token(ours.client_id, scope="everything"),
        ask_for_token(ours.client_id, resource="\x00"),
        Client().get("/o/token/"),
    ):
        assert answer.status_code in (400, 401, 405)
    assert AccessToken.objects.count() == 1


def test_attempts_at_secrets_are_slowed_down(db):
    ours = application()
    codes = [ask_for_token(ours.client_id, grant_type="none").status_code for _ in range(61)]
    assert set(codes[:60]) == {400} and codes[60] == 429


def test_ended_token_is_known_no_more(stage, editions):
    client = client_of(stage.client)
    assert client.get("/api/v1/fir/").status_code == 200
    AccessToken.objects.update(expires="2020-01-01T00:00:00Z")
    problem(client.get("/api/v1/fir/"), 401)
    problem(client.get("/api/v1/keys/"), 401)


def test_token_in_an_address_counts_for_nothing(stage, dcc, editions):
    token = AccessToken.objects.get().token
    problem(Client().get(f"/api/v1/fir/?access_token={token}"), 401)


@pytest.mark.parametrize(
    "path",
    [
        "authorize/",
        "applications/",
        "applications/register/",
        "introspect/",
        "device-authorization/",
        "userinfo/",
    ],
)
def test_no_other_way_to_a_token_and_no_page_to_manage_clients_stands_open(path):
    with pytest.raises(Resolver404):
        resolve(f"/o/{path}")


@pytest.mark.clause("F2.14")
def test_repository_is_read_with_a_token_or_signed_in_and_by_nobody_else(anybody, dcc, stage, editions):
    number = f"{editions[2].entry_number:06d}"
    body = dcc.get(f"/api/v1/fir/{number}/").json()
    assert (body["fir"], body["entry"], body["on_list"]) == (number, number, True)
    assert body["contact"] == {
        "email": "firmware@tarnwick.example", "phone": "+44 1632 960114", "address": "1 Gas Lane\nTarnwick",
    }  # fmt: skip
    assert [each["fir"] for each in dcc.get("/api/v1/fir/").json()["results"]] == [
        f"{editions[3].entry_number:06d}",
        number,
    ]
    for path in ("/api/v1/fir/", f"/api/v1/fir/{number}/"):
        problem(anybody.get(path), 401)
        problem(client_of(stage.client, scope="cpl:receipt").get(path), 403)
    supplier = people.person(Role.SUPPLIER, stage.parties[0])
    anybody.force_login(supplier, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert anybody.get(f"/api/v1/fir/{number}/").status_code == 200
    supplier.memberships.update(ended_at=NOON)
    problem(anybody.get(f"/api/v1/fir/{number}/"), 403)


def test_setting_opens_the_repository_to_everybody(anybody, editions, settings):
    settings.FIR_PUBLIC = True
    assert len(anybody.get("/api/v1/fir/").json()["results"]) == 2


@pytest.mark.clause("F2.16-2")
def test_entry_and_release_name_each_other(dcc, editions):
    entry = dcc.get(f"/api/v1/cpl/entries/{editions[2].entry_number:06d}/").json()["entry"]
    assert dcc.get(f"/api/v1/fir/{entry['fir']}/").json()["entry"] == entry["entry"]


def test_repository_is_asked_in_pages_and_by_manufacturer(dcc, stage, editions, django_assert_num_queries):
    first = dcc.get("/api/v1/fir/?limit=1&manufacturer=7e3e").json()
    assert len(dcc.get(first["next"]).json()["results"]) == 1
    assert dcc.get("/api/v1/fir/?manufacturer=FFFF").json()["results"] == []
    for query in ("manufacturer=7", "manufacturer=%00", "after=x", "limit=-1", "maker=7E3E"):
        problem(dcc.get(f"/api/v1/fir/?{query}"), 400)
    problem(dcc.get("/api/v1/fir/000777/"), 404)
    with django_assert_num_queries(7):
        dcc.get("/api/v1/fir/")
