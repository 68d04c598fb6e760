"""Keys that nobody else reads or overwrites, and signatures that are the same bytes every time."""

import json
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpl import signing
from cpl.rendering import Form
from secgov import verify

AT = datetime(2026, 12, 1, 14, 5, tzinfo=UTC)
FORM = Form("csv", 1, "text/csv; charset=utf-8", "ab" * 32, 147_211, 730, b"")
SAID = {
    "environment": "sample",
    "edition": 2052,
    "issued_at": AT,
    "previous_edition": 2051,
    "previous_manifest_sha256": "cd" * 32,
    "journal_seal": "ef" * 32,
    "forms": [FORM],
}


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    return signing.make_key_file(tmp_path_factory.mktemp("key") / "key.json", environment="sample")


def trusted(key):
    return verify.read_keys(signing.public_key_set([key.public]))


def test_new_key_lies_in_a_file_for_its_owner_alone(tmp_path):
    path = tmp_path / "folder" / "key.json"
    made = signing.make_key_file(path, environment="sample")
    assert path.stat().st_mode & 0o777 == 0o600
    assert signing.load_signing_key(path).public == made.public


def test_existing_key_is_never_overwritten(tmp_path):
    path = tmp_path / "key.json"
    made = signing.make_key_file(path, environment="sample")
    with pytest.raises(FileExistsError):
        signing.make_key_file(path, environment="sample")
    assert signing.load_signing_key(path).fingerprint == made.fingerprint


def test_public_half_names_its_fingerprint_and_environment_and_holds_no_secret(key):
    assert set(key.public) == {"kty", "crv", "x", "use", "alg", "kid", "environment"}
    assert key.public["kid"] == key.fingerprint == verify.fingerprint(key.public["x"])
    assert key.public["environment"] == "sample"


def test_key_file_that_others_can_read_is_not_used(tmp_path):
    path = tmp_path / "key.json"
    signing.make_key_file(path, environment="sample")
    path.chmod(0o640)
    with pytest.raises(signing.SigningKeyUnusable, match="chmod 600"):
        signing.load_signing_key(path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys":[]}', '{"keys":[{}]}', '{"keys":[{"kty":"oct","k":"AAAA"}]}']
)
def test_key_file_that_holds_no_key_is_named_in_a_sentence(tmp_path, text):
    path = tmp_path / "key.json"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(signing.SigningKeyUnusable, match=r"key\.json"):
        signing.load_signing_key(path)


def test_public_key_does_not_sign(tmp_path, key):
    path = tmp_path / "key.json"
    path.touch(0o600)
    path.write_bytes(signing.public_key_set([key.public]))
    with pytest.raises(signing.SigningKeyUnusable, match="not a private Ed25519 key"):
        signing.load_signing_key(path)


def test_absent_key_file_is_named_in_a_sentence(tmp_path):
    with pytest.raises(signing.SigningKeyUnusable, match="cannot be read"):
        signing.load_signing_key(tmp_path / "absent")


def test_manifest_says_what_outsiders_rely_on():
    assert signing.manifest_payload(**SAID) == {
        "list": "CPL",
        "environment": "sample",
        "edition": "2.052",
        "issued_at": "2026-12-01T14:05:00Z",
        "previous": {"edition": "2.051", "manifest_sha256": "cd" * 32},
        "journal_seal": "ef" * 32,
        "forms": [{"name": "csv", "profile": 1, "bytes": 147_211, "sha256": "ab" * 32, "rows": 730}],
    }


def test_first_edition_names_no_predecessor():
    said = signing.manifest_payload(**{**SAID, "previous_edition": None, "previous_manifest_sha256": None})
    assert said["previous"] is None


def test_instant_is_written_in_utc_whatever_its_zone():
    summer = datetime(2027, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    assert signing.instant(summer) == "2027-07-01T08:00:00Z"


def test_manifest_is_the_same_bytes_each_time_and_verifies(key):
    manifest = signing.sign_manifest(signing.manifest_payload(**SAID), key)
    assert manifest == signing.sign_manifest(signing.manifest_payload(**SAID), key)
    checked = verify.check_manifest(manifest, keys=trusted(key))
    assert (checked.edition, checked.previous_digest) == ("2.052", "cd" * 32)
    assert checked.digest == signing.manifest_digest(manifest)


def test_manifest_is_a_jws_in_general_json_serialisation(key):
    manifest = json.loads(signing.sign_manifest(signing.manifest_payload(**SAID), key))
    assert set(manifest) == {"payload", "signatures"}
    assert [set(signature) for signature in manifest["signatures"]] == [{"protected", "signature"}]


def test_freshness_statement_holds_for_26_hours(key):
    said = signing.freshness_payload(environment="sample", edition=2052, manifest_sha256="ab" * 32, at=AT)
    assert said["valid_until"] == "2026-12-02T16:05:00Z"


@given(st.binary(min_size=1, max_size=64), st.integers(min_value=0))
def test_manifest_with_any_bytes_of_it_overwritten_is_refused_or_says_the_same(key, noise, place):
    manifest = signing.sign_manifest(signing.manifest_payload(**SAID), key)
    place %= len(manifest)
    spoilt = manifest[:place] + noise + manifest[place + len(noise) :]
    try:
        found = verify.check_manifest(spoilt, keys=trusted(key))
    except verify.NotGenuine:
        return
    assert found.forms == verify.check_manifest(manifest, keys=trusted(key)).forms


def test_signing_key_is_not_shown_when_printed(key):
    secret = json.loads(json.dumps(key.private.as_dict(private=True)))["d"]
    assert secret not in repr(key)


def test_umask_does_not_open_the_key(tmp_path):
    before = os.umask(0)
    try:
        signing.make_key_file(tmp_path / "key.json", environment="sample")
    finally:
        os.umask(before)
    assert (tmp_path / "key.json").stat().st_mode & 0o777 == 0o600
