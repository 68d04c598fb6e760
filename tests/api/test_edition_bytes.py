"""Pulling an edition: stored bytes, one tag wherever they come from (F2.8(a), F2.9)."""

import gzip
import hashlib

import pytest
from django.conf import settings
from django.test import Client

from cpl.api.stored import BytesByDigest
from cpl.models import Receipt
from cpl.rules.witness import Witness
from cpl.services import publication
from cpl.services.publication.witness import hold_folder, write_witness
from secgov import verify
from tests.api.conftest import MINUTE, NOON, client_of, problem
from tests.factories import publishing

pytestmark = pytest.mark.django_db
FORMS = ("csv", "full", "json")


def address(edition, form):
    """Where a form of an edition is."""
    return f"/api/v1/cpl/editions/{edition}/{form}"


@pytest.mark.parametrize("form", FORMS)
def test_plain_and_gzipped_bytes_are_the_same_content_under_the_same_tag(anybody, editions, form):
    stored = editions[1].forms.get(name=form)
    plain = anybody.get(address("0.002", form))
    zipped = anybody.get(address("0.002", form), headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert plain.status_code == zipped.status_code == 200
    assert "Content-Encoding" not in plain
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert hashlib.sha256(plain.content).hexdigest() == stored.sha256
    assert plain["ETag"] == zipped["ETag"] == f'"{stored.sha256}"'
    assert int(plain["Content-Length"]) == len(plain.content) == stored.length
    assert plain["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "gzip;q=0", "br", "gzip;q=x", "identity, gzip; q=0.0"])
def test_bytes_come_plain_to_whoever_does_not_take_gzip(anybody, editions, accepted):
    answer = anybody.get(address("0.001", "csv"), headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer
    assert answer.content.startswith(b"\xef\xbb\xbfVersion,")


@pytest.mark.clause("F2.9-1")
def test_second_pull_with_the_tag_answers_not_modified(anybody, editions):
    tag = anybody.get(address("latest", "csv"))["ETag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = anybody.get(address("latest", "csv"), headers={"If-None-Match": held})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert anybody.get(address("latest", "csv"), headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.clause("F2.9-1")
def test_latest_is_always_the_newest_and_older_ones_stay_by_number(anybody, stage, editions):
    one = editions[0]
    assert anybody.get(address("latest", "json")).json()["edition"] == "0.002"
    older = anybody.get(address("0.001", "json"))
    assert older.json()["edition"] == "0.001"
    assert older["ETag"] == f'"{one.forms.get(name="json").sha256}"'
    publishing.listed(stage.cast, at=NOON + 200 * MINUTE, firmware_version="05080609", image_hash="ef" * 32)
    [third] = publishing.publish(NOON + 240 * MINUTE)
    assert anybody.get(address("latest", "json")).json()["edition"] == "0.003"
    assert anybody.get(address("latest", "csv"))["ETag"] == f'"{third.forms.get(name="csv").sha256}"'


def test_numbered_bytes_may_be_kept_for_ever_and_latest_not_without_asking(anybody, editions):
    assert anybody.get(address("0.002", "csv"))["Cache-Control"] == "public, max-age=31536000, immutable"
    assert anybody.get(address("latest", "csv"))["Cache-Control"] == "public, no-cache"


def test_head_tells_all_but_the_bytes(anybody, editions):
    whole = anybody.get(address("0.002", "full"))
    head = anybody.head(address("0.002", "full"))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control", "Vary"):
        assert head[name] == whole[name]


def test_edition_that_was_never_issued_is_not_there(anybody, editions):
    for name in ("9.999", "0.000", "0.1", "02.001", "newest", "999999.999"):
        problem(anybody.get(address(name, "csv")), 404)
    problem(anybody.get(address("0.001", "xlsx")), 404)


def test_latest_before_the_first_edition_is_not_there(db, anybody):
    problem(anybody.get(address("latest", "csv")), 404)
    problem(anybody.get("/api/v1/cpl/editions/latest/"), 404)


@pytest.mark.clause("F2.8(b)")
def test_edition_whose_files_do_not_stand_yet_is_not_served(anybody, stage, editions):
    publishing.listed(stage.cast, at=NOON + 200 * MINUTE, firmware_version="05080609", image_hash="ef" * 32)
    unplaced = publication.build_next_edition(at=NOON + 240 * MINUTE)
    assert str(unplaced) == "0.003"
    for path in (address("0.003", "csv"), "/api/v1/cpl/editions/0.003/"):
        problem(anybody.get(path), 404)
    assert anybody.get(address("latest", "json")).json()["edition"] == "0.002"
    publication.place_edition(edition=unplaced, at=NOON + 241 * MINUTE)
    assert anybody.get(address("latest", "json")).json()["edition"] == "0.003"


def test_bytes_can_only_be_read(anybody, editions):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(anybody, method)(address("0.001", "csv"))
        problem(answer, 405)
        assert "GET" in answer["Allow"]


@pytest.mark.clause("F2.9-1")
def test_pull_of_the_manifest_with_the_dcc_s_token_is_its_receipt_and_a_second_one_is_not(dcc, editions):
    answer = dcc.get(address("latest", "manifest"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/jose+json"
    assert hashlib.sha256(answer.content).hexdigest() == editions[1].manifest_sha256
    [receipt] = Receipt.objects.all()
    assert (receipt.edition, receipt.kind, receipt.by_pull) == (editions[1], "received", True)
    again = dcc.get(address("latest", "manifest"), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert Receipt.objects.count() == 1


def test_nobody_else_s_pull_is_a_receipt(anybody, dcc, supplier_system, editions):
    assert anybody.get(address("latest", "manifest")).status_code == 200
    assert supplier_system.get(address("latest", "manifest")).status_code == 200
    assert dcc.get(address("latest", "csv")).status_code == 200
    assert dcc.head(address("latest", "manifest")).status_code == 200
    assert not Receipt.objects.exists()


def test_pull_with_a_bad_token_is_refused_so_that_nobody_believes_it_counted(editions):
    for said in ("Bearer never-given", "Bearer", "Basic eDp5", "nonsense"):
        answer = Client(headers={"Authorization": said}).get(address("latest", "manifest"))
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Receipt.objects.exists()


def test_what_was_pulled_passes_the_offline_verifier(anybody, editions):
    keys = verify.read_keys(anybody.get("/api/v1/keys/").content)
    manifest = verify.check_manifest(
        anybody.get(address("latest", "manifest")).content, keys=keys, environment=settings.ENVIRONMENT_NAME
    )
    for form in FORMS:
        assert verify.check_file(anybody.get(address("latest", form)).content, manifest).name == form


def test_with_a_token_the_same_bytes_come_as_without(anybody, dcc, editions):
    for form in (*FORMS, "manifest"):
        assert dcc.get(address("0.001", form)).content == anybody.get(address("0.001", form)).content


def test_reading_again_asks_nothing_of_the_database(anybody, editions, django_assert_num_queries):
    for path in (address("latest", "csv"), address("0.001", "manifest")):
        first = anybody.get(path)
        with django_assert_num_queries(0):
            assert anybody.get(path).content == first.content
            assert anybody.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.clause("F2.9-1")
def test_latest_follows_the_switch_and_never_the_witness_alone(anybody, stage, editions):
    assert anybody.get(address("latest", "json")).json()["edition"] == "0.002"
    publishing.listed(stage.cast, at=NOON + 200 * MINUTE, firmware_version="05080609", image_hash="ef" * 32)
    third = publication.build_next_edition(at=NOON + 240 * MINUTE)
    with hold_folder(settings.EDITION_DIR):
        write_witness(settings.EDITION_DIR, Witness(third.number, third.manifest_sha256))
    for _ in range(2):
        assert anybody.get(address("latest", "json")).json()["edition"] == "0.002"
    publication.place_edition(edition=third, at=NOON + 241 * MINUTE)
    for _ in range(2):
        assert anybody.get(address("latest", "json")).json()["edition"] == "0.003"


def test_latest_is_right_without_a_witness_and_with_one_that_cannot_be_read(anybody, editions):
    witness = settings.EDITION_DIR / "witness.json"
    for spoil in (lambda: witness.write_text("{"), witness.unlink):
        spoil()
        for _ in range(2):
            assert anybody.get(address("latest", "json")).json()["edition"] == "0.002"


def test_bytes_kept_in_process_are_bounded_and_those_unused_longest_go():
    kept = BytesByDigest(10)
    read = []

    def reading(name):
        read.append(name)
        return name.encode() * 4

    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(name, False, lambda name=name: reading(name)) == name.encode() * 4
    assert read == ["a", "b", "c", "b"]


def test_account_that_is_closed_is_not_known_any_more(stage, editions):
    client = client_of(stage.client)
    stage.client.is_active = False
    stage.client.save()
    problem(client.get(address("latest", "manifest")), 401)
