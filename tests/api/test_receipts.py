"""The DCC's receipts through the API (F2.9)."""

import json

import pytest

from cpl.models import Receipt
from secgov.journal.models import Act, IdempotencyKey, Obligation
from tests.api.conftest import client_of, problem

pytestmark = pytest.mark.django_db


def post(client, edition, *, state="received", key=None, digest=None, **more):
    """Post a receipt of an edition."""
    body = {"state": state, "manifest_sha256": digest or edition.manifest_sha256, **more}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        f"/api/v1/cpl/editions/{edition}/receipt/", json.dumps(body), "application/json", headers=headers
    )


@pytest.mark.clause("F2.9-2")
def test_receipt_starts_the_24_hours_and_loading_ends_them(dcc, editions):
    answer = post(dcc, editions[1])
    assert answer.status_code == 201
    body = answer.json()
    assert (body["edition"], body["state"], body["recorded"], body["superseded"]) == (
        "0.002",
        "received",
        True,
        False,
    )
    [clock] = Obligation.objects.filter(clause="F2.9")
    assert clock.is_standing and (clock.due_at - clock.opened_at).total_seconds() == 86_400
    assert post(dcc, editions[1], state="loaded").status_code == 201
    clock = Obligation.objects.get(pk=clock.pk)
    assert not clock.is_standing


def test_act_of_a_receipt_names_the_request_that_its_answer_names(dcc, editions):
    answer = post(dcc, editions[1])
    act = Act.objects.get(verb="cpl.edition.received")
    assert act.request_id == answer["X-Request-ID"]


@pytest.mark.clause("F2.9-1")
def test_same_receipt_again_changes_nothing_and_one_of_an_older_edition_is_labelled(dcc, editions):
    assert post(dcc, editions[0]).json()["superseded"] is True
    again = post(dcc, editions[0])
    assert (again.status_code, again.json()["recorded"]) == (200, False)
    assert Receipt.objects.count() == 1


def test_wrong_digest_step_backward_and_missing_reasons_are_refused_by_name(dcc, editions):
    wrong = problem(post(dcc, editions[1], digest="0" * 64), 422)
    assert (wrong["clause"], wrong["fields"][0]["field"]) == ("F2.9", "manifest_sha256")
    assert post(dcc, editions[1], state="loaded").status_code == 201
    assert problem(post(dcc, editions[1], state="received"), 422)["fields"][0]["field"] == "state"
    assert problem(post(dcc, editions[0], state="loaded_in_part"), 422)["fields"][0]["field"] == "not_loaded"
    unknown = [{"entry": "000777", "reason": "GBCS version not known to the DSP"}]
    assert (
        "000777" in problem(post(dcc, editions[0], state="loaded_in_part", not_loaded=unknown), 422)["detail"]
    )


def test_loaded_in_part_keeps_each_entry_with_its_reason(dcc, editions):
    number = f"{editions[2].entry_number:06d}"
    held = [{"entry": number, "reason": "GBCS version not known to the DSP"}]
    assert post(dcc, editions[1], state="loaded_in_part", not_loaded=held).status_code == 201
    [holdback] = Receipt.objects.get().holdbacks.all()
    assert (holdback.entry_number, holdback.reason) == (editions[2].entry_number, held[0]["reason"])


def test_receipts_of_other_clients_are_refused_and_of_nobody_too(anybody, supplier_system, stage, editions):
    problem(post(anybody, editions[1]), 401)
    problem(post(supplier_system, editions[1]), 403)
    problem(post(client_of(stage.client, scope="fir:read"), editions[1]), 403)
    assert not Receipt.objects.exists()


def test_pull_of_the_manifest_is_a_receipt_only_with_a_token_that_may_acknowledge(dcc, stage, editions):
    reader = client_of(stage.client, scope="fir:read")
    assert reader.get("/api/v1/cpl/editions/latest/manifest").status_code == 200
    assert not Receipt.objects.exists()
    assert dcc.get("/api/v1/cpl/editions/latest/manifest").status_code == 200
    assert Receipt.objects.get().by_pull


def test_session_of_a_signed_in_person_writes_nothing(anybody, stage, editions):
    anybody.force_login(stage.client, backend="allauth.account.auth_backends.AuthenticationBackend")
    problem(post(anybody, editions[1]), 401)
    assert not Receipt.objects.exists()


def test_edition_never_issued_cannot_be_acknowledged(dcc, editions):
    body = json.dumps({"state": "received", "manifest_sha256": "0" * 64})
    problem(dcc.post("/api/v1/cpl/editions/7.000/receipt/", body, "application/json"), 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"manifest_sha256": "abc"}, "manifest_sha256"),
        ({"organisation": 1}, "organisation"),
        ({"not_loaded": [{"entry": "1", "reason": "x"}]}, "not_loaded.0.entry"),
        ({"not_loaded": [{"entry": "000001"}]}, "not_loaded.0.reason"),
        ({"not_loaded": [{"entry": "000001", "reason": "x"}] * 2}, "not_loaded"),
        ({"not_loaded": [{"entry": "000001", "reason": "x", "until": "x"}]}, "not_loaded.0.until"),
    ],
)
def test_fields_that_cannot_be_read_or_were_not_asked_for_are_named(dcc, editions, change, field):
    answer = (
        post(dcc, editions[1], **change) if "state" not in change else post(dcc, editions[1], state="lost")
    )
    if "manifest_sha256" in change:
        answer = post(dcc, editions[1], digest="abc")
    assert problem(answer, 400)["fields"][0]["field"] == field
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"state": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"state": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
        (b"state=received", "application/x-www-form-urlencoded", 415),
        (b"state: received", "text/yaml", 415),
    ],
)
def test_bodies_that_are_none_are_refused_quickly(dcc, editions, body, media_type, status):
    problem(dcc.post("/api/v1/cpl/editions/0.002/receipt/", body, media_type), status)


def test_same_idempotency_key_gets_the_same_answer_and_changes_nothing(dcc, editions):
    first = post(dcc, editions[1], key="one")
    again = post(dcc, editions[1], key="one")
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert Receipt.objects.count() == Act.objects.filter(verb="cpl.edition.received").count() == 1


def test_idempotency_key_belongs_to_one_request_of_one_client(dcc, stage, editions):
    assert post(dcc, editions[1], key="one").status_code == 201
    reused = problem(post(dcc, editions[1], state="loaded", key="one"), 422)
    assert reused["fields"][0]["field"] == "Idempotency-Key"
    problem(post(dcc, editions[0], key="one"), 422)
    for bad in ("x" * 101, "two words", "£"):
        problem(post(dcc, editions[0], key=bad), 422)
    assert Receipt.objects.count() == IdempotencyKey.objects.count() == 1


def test_refused_request_may_be_mended_and_sent_with_the_same_key(dcc, editions):
    problem(post(dcc, editions[1], digest="0" * 64, key="one"), 422)
    assert post(dcc, editions[1], key="one").status_code == 201
