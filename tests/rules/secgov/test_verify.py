"""The offline verifier against each named attack on the list: every one is refused, and by its right name."""

import base64
import gzip
import hashlib
import itertools
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cpl import signing
from secgov import verify

AT = datetime(2026, 12, 1, 14, 5, tzinfo=UTC)
HEADER = "Version,Entry.number,Entry.status"
ROWS_OF_THE_SAMPLE = 3


@dataclass(frozen=True)
class Bytes:
    """A form as the manifest describes it."""

    name: str
    raw_length: int
    raw_sha256: str
    rows: int
    profile: int = 1


def described(name: str, data: bytes, rows: int = ROWS_OF_THE_SAMPLE) -> Bytes:
    return Bytes(name, len(data), hashlib.sha256(data).hexdigest(), rows)


def csv_bytes(edition: str = "2.053", statuses: tuple[str, ...] = ("Current", "Removed", "Current")) -> bytes:
    lines = [HEADER] + [
        f"Version {edition} Issued on 01-12-2026,{number:06},{status}"
        for number, status in enumerate(statuses, start=1)
    ]
    return b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode()


def json_bytes(edition: str = "2.053") -> bytes:
    entries = [{"entry": f"{number:06}"} for number in range(1, 4)]
    return json.dumps({"edition": edition, "issued_on": "2026-12-01", "entries": entries}).encode()


class Issued:
    """An edition on disk as a relying party holds it: two forms, manifest, keys; each test spoils one thing."""

    def __init__(self, folder: Path, key: signing.SigningKey) -> None:
        self.folder, self.key = folder, key
        self.csv, self.json = folder / "list.csv", folder / "list.json"
        self.manifest, self.keys, self.state = folder / "manifest", folder / "keys", folder / "state"
        self.csv.write_bytes(csv_bytes())
        self.json.write_bytes(json_bytes())
        self.keys.write_bytes(signing.public_key_set([key.public]))
        self.sign()

    def payload(self, **changed: Any) -> dict[str, Any]:
        said: dict[str, Any] = {
            "environment": "production",
            "edition": 2053,
            "issued_at": AT,
            "previous_edition": 2052,
            "previous_manifest_sha256": "ab" * 32,
            "journal_seal": "cd" * 32,
            "forms": [described("csv", csv_bytes()), described("json", json_bytes())],
        }
        return signing.manifest_payload(**{**said, **changed})

    def sign(self, key: signing.SigningKey | None = None, **changed: Any) -> bytes:
        self.manifest.write_bytes(signing.sign_manifest(self.payload(**changed), key or self.key))
        return self.manifest.read_bytes()

    def check(self, *files: Path, **more: Any) -> verify.Manifest:
        return verify.verify_files(
            files or (self.csv, self.json), manifest=self.manifest, key=self.keys, **{"at": AT, **more}
        )

    def refused(self, *files: Path, **more: Any) -> tuple[str, str]:
        with pytest.raises(verify.NotGenuine) as caught:
            self.check(*files, **more)
        return caught.value.check, str(caught.value)

    def spoil_envelope(self, **changed: Any) -> None:
        self.manifest.write_text(json.dumps({**json.loads(self.manifest.read_bytes()), **changed}))

    def spoil_header(self, **changed: Any) -> None:
        """Change the protected header and sign anew, as one who holds the key but breaks the rules would."""
        envelope = json.loads(self.manifest.read_bytes())
        header = {"alg": "Ed25519", "kid": self.key.fingerprint, "typ": "cpl-manifest", **changed}
        protected = encoded(json.dumps(header).encode())
        raw = self.key.private.private_key.sign(f"{protected}.{envelope['payload']}".encode())
        self.spoil_envelope(signatures=[{"protected": protected, "signature": encoded(raw)}])


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def new_key(tmp_path_factory: pytest.TempPathFactory):
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp("keys")

    def make(environment: str = "production") -> signing.SigningKey:
        return signing.make_key_file(folder / f"{next(numbers)}.json", environment=environment)

    return make


@pytest.fixture(scope="session")
def key(new_key) -> signing.SigningKey:
    return new_key()


@pytest.fixture
def issued(tmp_path: Path, key: signing.SigningKey) -> Issued:
    return Issued(tmp_path, key)


# --- what is genuine passes ---------------------------------------------------------------------------


def test_genuine_edition_passes_with_all_its_forms(issued):
    found = issued.check()
    assert (found.edition, found.signed_by) == ("2.053", issued.key.fingerprint)


def test_genuine_form_passes_when_it_was_kept_as_gzip(issued):
    issued.csv.write_bytes(gzip.compress(csv_bytes()))
    assert issued.check(issued.csv).edition == "2.053"


def test_edition_signed_by_one_of_several_trusted_keys_passes(issued, new_key):
    issued.keys.write_bytes(signing.public_key_set([new_key().public, issued.key.public]))
    assert issued.check().edition == "2.053"


def test_first_edition_of_all_has_no_predecessor(issued):
    issued.sign(previous_edition=None, previous_manifest_sha256=None)
    assert issued.check().previous_edition is None


def test_first_edition_after_an_import_names_a_predecessor_that_nobody_here_signed(issued):
    issued.sign(previous_manifest_sha256=None)
    assert (issued.check().previous_edition, issued.check().previous_digest) == ("2.052", None)


# --- the attacks of the promises ------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 3, 60, -3])
def test_changed_byte_is_refused(issued, place):
    data = bytearray(csv_bytes())
    data[place] ^= 1
    issued.csv.write_bytes(data)
    check, said = issued.refused()
    assert check == "digest" and "SHA-256" in said


def test_endless_data_is_refused_without_being_read_to_its_end(issued):
    check, said = issued.refused(Path("/dev/zero"))
    assert check == "length" and "data without end" in said


def test_gzip_that_opens_into_endless_data_is_refused_at_the_signed_length(issued):
    issued.csv.write_bytes(gzip.compress(csv_bytes() + b"0" * 50_000_000))
    check, said = issued.refused(issued.csv)
    assert check == "length" and "longer than" in said


def test_truncated_list_is_refused(issued):
    issued.csv.write_bytes(csv_bytes()[:-10])
    assert issued.refused()[0] == "length"


def test_truncated_gzip_is_refused(issued):
    issued.csv.write_bytes(gzip.compress(csv_bytes())[:-12])
    assert issued.refused()[0] == "file"


def test_extra_row_is_refused(issued):
    issued.csv.write_bytes(csv_bytes(statuses=("Current", "Removed", "Current", "Current")))
    check, said = issued.refused(issued.csv)
    assert check == "length" and "a row too many" in said


@pytest.mark.parametrize(("name", "form"), [("csv", csv_bytes()), ("json", json_bytes())])
def test_row_count_other_than_the_signed_one_is_refused_even_if_the_digest_fits(issued, name, form):
    issued.sign(forms=[described(name, form, rows=4)])
    check, said = issued.refused(issued.csv if name == "csv" else issued.json)
    assert check == "rows" and "holds 3 rows; the manifest signs 4" in said


@pytest.mark.clause("Z6.11-1")
def test_list_with_its_removed_rows_cut_out_is_refused(issued):
    issued.csv.write_bytes(csv_bytes(statuses=("Current", "Current")))
    check, said = issued.refused(issued.csv)
    assert check == "length" and "2 rows" in said and "cut out" in said


def test_higher_edition_signed_by_another_key_is_refused(issued, new_key):
    stranger = new_key()
    issued.sign(key=stranger, edition=9999)
    assert issued.refused() == (
        "signature",
        "The manifest is signed by another key. None of the 1 key(s) you trust signed it.",
    )


def test_other_key_that_borrows_the_name_of_a_trusted_one_is_refused(issued, new_key):
    issued.sign(key=replace(new_key(), fingerprint=issued.key.fingerprint))
    check, said = issued.refused()
    assert check == "signature" and "does not verify" in said


def test_name_of_a_key_in_the_key_file_is_not_believed(issued, new_key):
    stranger = new_key()
    issued.keys.write_bytes(signing.public_key_set([{**issued.key.public, "kid": stranger.fingerprint}]))
    issued.sign(key=stranger)
    assert issued.refused()[0] == "signature"


@pytest.mark.parametrize("signatures", [[], None, "", [{}], [{"protected": "", "signature": ""}]])
def test_stripped_signature_is_refused(issued, signatures):
    issued.spoil_envelope(signatures=signatures)
    assert issued.refused()[0] == "signature"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "EdDSA", "ed25519", "", None, 5])
def test_downgraded_algorithm_is_refused(issued, algorithm):
    issued.spoil_header(alg=algorithm)
    check, said = issued.refused()
    assert check == "signature" and "only Ed25519 is accepted" in said


def test_algorithm_none_without_a_signature_is_refused(issued):
    protected = encoded(json.dumps({"alg": "none"}).encode())
    issued.spoil_envelope(signatures=[{"protected": protected, "signature": ""}])
    assert issued.refused()[0] == "signature"


def test_algorithm_named_outside_the_signed_header_is_refused(issued):
    genuine = json.loads(issued.manifest.read_bytes())["signatures"][0]
    issued.spoil_envelope(signatures=[{**genuine, "header": {"alg": "none"}}])
    assert issued.refused()[0] == "signature"


def test_forged_signature_beside_a_good_one_is_refused(issued):
    genuine = json.loads(issued.manifest.read_bytes())["signatures"][0]
    issued.spoil_envelope(signatures=[genuine, {**genuine, "signature": encoded(bytes(64))}])
    assert issued.refused()[0] == "signature"


@pytest.mark.parametrize("header", [{"crit": ["b64"]}, {"b64": False}])
def test_signature_with_extensions_that_change_its_meaning_is_refused(issued, header):
    issued.spoil_header(**header)
    assert issued.refused()[0] == "signature"


def test_changed_payload_under_the_old_signature_is_refused(issued):
    altered = json.dumps({**issued.payload(), "edition": "2.054"}).encode()
    issued.spoil_envelope(payload=encoded(altered))
    check, said = issued.refused()
    assert check == "signature" and "changed after signing" in said


def test_freshness_statement_does_not_pass_for_a_manifest(issued):
    issued.manifest.write_bytes(signing.sign_freshness(issued.payload(), issued.key))
    check, said = issued.refused()
    assert check == "signature" and "another document" in said


def test_lower_edition_than_the_remembered_one_is_refused(issued):
    issued.check(state=issued.state)
    issued.csv.write_bytes(csv_bytes("2.052"))
    issued.sign(edition=2052, previous_edition=2051, forms=[described("csv", csv_bytes("2.052"))])
    check, said = issued.refused(issued.csv, state=issued.state)
    assert check == "rollback" and "older than edition 2.053" in said


def test_second_manifest_under_a_remembered_number_is_refused(issued):
    issued.check(state=issued.state)
    issued.sign(journal_seal="ef" * 32)
    assert issued.refused(state=issued.state)[0] == "rollback"


def test_edition_that_does_not_follow_from_the_remembered_one_is_refused(issued):
    issued.sign(edition=2052, previous_edition=2051, forms=[described("csv", csv_bytes("2.052"))])
    issued.csv.write_bytes(csv_bytes("2.052"))
    issued.check(issued.csv, state=issued.state)
    issued.csv.write_bytes(csv_bytes())
    issued.sign()
    assert issued.refused(issued.csv, state=issued.state)[0] == "chain"


def test_next_edition_is_accepted_and_remembered_and_a_refused_one_is_not(issued):
    issued.sign(edition=2052, previous_edition=2051, forms=[described("csv", csv_bytes("2.052"))])
    issued.csv.write_bytes(csv_bytes("2.052"))
    first = issued.check(issued.csv, state=issued.state)
    issued.csv.write_bytes(csv_bytes())
    issued.sign(previous_manifest_sha256=first.digest)
    issued.json.write_bytes(b"{}")
    issued.refused(state=issued.state)
    assert json.loads(issued.state.read_text())["edition"] == "2.052"
    issued.check(issued.csv, state=issued.state)
    assert json.loads(issued.state.read_text())["edition"] == "2.053"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"list":"CPL","environment":"production","edition":5}']
)
def test_damaged_state_is_refused_rather_than_forgotten(issued, text):
    issued.state.write_text(text)
    assert issued.refused(state=issued.state)[0] == "state"


def test_old_manifest_replayed_is_refused_by_a_fresh_statement(issued):
    newer = signing.freshness_payload(
        environment="production", edition=2054, manifest_sha256="ab" * 32, at=AT
    )
    statement = issued.folder / "freshness"
    statement.write_bytes(signing.sign_freshness(newer, issued.key))
    check, said = issued.refused(freshness=statement)
    assert check == "freshness" and "newest edition is 2.054" in said


def test_frozen_freshness_statement_is_refused_from_its_last_instant_on(issued):
    digest = signing.manifest_digest(issued.manifest.read_bytes())
    statement = issued.folder / "freshness"
    said = signing.freshness_payload(environment="production", edition=2053, manifest_sha256=digest, at=AT)
    statement.write_bytes(signing.sign_freshness(said, issued.key))
    end = AT + signing.FRESHNESS_LASTS
    assert issued.check(freshness=statement, at=end - timedelta(seconds=1)).edition == "2.053"
    assert issued.refused(freshness=statement, at=end)[0] == "freshness"


def test_freshness_statement_for_another_manifest_of_the_same_number_is_refused(issued):
    said = signing.freshness_payload(environment="production", edition=2053, manifest_sha256="ab" * 32, at=AT)
    statement = issued.folder / "freshness"
    statement.write_bytes(signing.sign_freshness(said, issued.key))
    assert issued.refused(freshness=statement)[0] == "freshness"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_files_of_two_editions_mixed_are_refused(issued, form):
    spoilt = issued.csv if form == "csv" else issued.json
    spoilt.write_bytes(csv_bytes("2.052") if form == "csv" else json_bytes("2.052"))
    check, said = issued.refused()
    assert check == "edition" and "two editions are mixed" in said


def test_another_list_in_its_place_is_refused(issued):
    other = {**issued.payload(), "list": "DPL"}
    issued.manifest.write_bytes(signing.sign_manifest(other, issued.key))
    assert issued.refused()[0] == "list"


def test_test_list_signed_by_the_real_key_is_refused(issued):
    issued.sign(environment="sample")
    assert issued.refused()[0] == "environment"


def test_real_list_is_refused_where_the_key_is_of_a_test_environment(issued, new_key):
    sample = new_key("sample")
    issued.keys.write_bytes(signing.public_key_set([sample.public]))
    issued.sign(key=sample)
    assert issued.refused()[0] == "environment"
    issued.sign(key=sample, environment="sample")
    assert issued.check().environment == "sample"
    assert issued.refused(environment="production")[0] == "environment"


# --- malformed input is refused quickly and in words -------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"nonsense", b"\xff\xfe{}", b"[" * 100_000, b'{"payload":"e30","payload":"e30"}']
)
def test_manifest_that_is_no_manifest_is_refused(issued, data):
    issued.manifest.write_bytes(data)
    assert issued.refused()[0] == "signature"


def test_manifest_beyond_all_size_is_refused_unread(issued):
    issued.manifest.write_bytes(b" " * (verify.SMALL_FILE_BYTES + 1))
    assert issued.refused()[0] == "length"


@pytest.mark.parametrize(
    "change",
    [
        {"edition": "2.53"},
        {"edition": 2053},
        {"forms": []},
        {"forms": [{"name": "csv", "profile": 1, "bytes": True, "sha256": "ab" * 32, "rows": 3}]},
        {"forms": [{"name": "csv", "profile": 1, "bytes": -1, "sha256": "ab" * 32, "rows": 3}]},
        {"forms": [{"name": "csv", "profile": 1, "bytes": 1, "sha256": "AB" * 32, "rows": 3}] * 2},
        {"previous": {"edition": "2.053", "manifest_sha256": "ab" * 32}},
        {"previous": "2.052"},
        {"issued_at": None},
        {"journal_seal": 5},
    ],
)
def test_signed_manifest_that_says_too_little_or_nonsense_is_refused(issued, change):
    issued.manifest.write_bytes(signing.sign_manifest({**issued.payload(), **change}, issued.key))
    assert issued.refused()[0] == "manifest"


@pytest.mark.parametrize("data", [b"{}", b'{"keys":[]}', b'{"keys":5}', b'{"keys":[{"kty":"RSA"}]}', b"x"])
def test_key_file_without_a_usable_key_is_refused(issued, data):
    issued.keys.write_bytes(data)
    assert issued.refused()[0] == "key"


def test_file_that_is_no_form_of_the_edition_is_refused(issued):
    issued.sign(forms=[described("csv", csv_bytes())])
    assert issued.refused(issued.json)[0] == "file"


# --- the command, alone ---------------------------------------------------------------------------------


def run_alone(issued: Issued, *arguments: str | Path) -> subprocess.CompletedProcess:
    """Run a copy of the one file with nothing of this project beside it."""
    alone = Path(shutil.copy(verify.__file__, issued.folder / "judge.py"))
    command = [sys.executable, "-I", alone, *arguments, "--manifest", issued.manifest, "--key", issued.keys]
    return subprocess.run(command, capture_output=True, text=True, cwd=issued.folder, timeout=60, check=False)


def test_command_alone_says_that_an_edition_is_genuine_and_complete(issued):
    done = run_alone(issued, issued.csv, issued.json, "--state", issued.state)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Edition 2.053 is genuine and complete")


def test_command_alone_names_the_check_that_failed(issued):
    issued.csv.write_bytes(csv_bytes()[:-10])
    done = run_alone(issued, issued.csv)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT GENUINE (length): ")


def test_command_alone_says_when_a_file_is_not_there(issued):
    done = run_alone(issued, issued.folder / "absent")
    assert done.returncode == 1 and done.stderr.startswith("NOT CHECKED: ")


# --- a change of keys -------------------------------------------------------------------------------------


def successor(key: signing.SigningKey, former: signing.SigningKey, **changed: Any) -> dict[str, Any]:
    """A key as `keys/` shows it, with what the one before it signed."""
    return {
        **key.public,
        "signed_by_predecessor": signing.sign_next_key(
            {**key.public, **changed}, former, valid_from=AT - timedelta(days=1)
        ),
    }


def test_edition_signed_by_a_successor_of_a_trusted_key_passes_with_the_published_key_set(issued, new_key):
    second, third = new_key(), new_key()
    published = issued.folder / "published"
    members = [successor(third, second), successor(second, issued.key), issued.key.public]
    published.write_bytes(signing.public_key_set(members))
    issued.sign(key=third)
    assert issued.refused()[0] == "signature"
    assert issued.check(published=published).signed_by == third.fingerprint


def test_published_key_that_no_trusted_key_signed_is_not_trusted(issued, new_key):
    stranger, other = new_key(), new_key()
    published = issued.folder / "published"
    published.write_bytes(signing.public_key_set([successor(stranger, other), stranger.public]))
    issued.sign(key=stranger, edition=9999)
    check, said = issued.refused(published=published)
    assert check == "signature" and "signed by another key" in said


def test_published_key_under_the_statement_of_another_successor_is_refused(issued, new_key):
    genuine, stranger = new_key(), new_key()
    published = issued.folder / "published"
    published.write_bytes(
        signing.public_key_set(
            [
                {
                    **stranger.public,
                    "signed_by_predecessor": successor(genuine, issued.key)["signed_by_predecessor"],
                }
            ]
        )
    )
    check, said = issued.refused(published=published)
    assert check == "key" and "not the one that its predecessor signed" in said


def test_test_key_never_follows_a_key_of_the_real_list(issued, new_key):
    published = issued.folder / "published"
    published.write_bytes(signing.public_key_set([successor(new_key("sample"), issued.key)]))
    assert issued.refused(published=published)[0] == "environment"


def test_manifest_newer_than_the_freshness_statement_asks_for_a_new_statement(issued):
    said = signing.freshness_payload(environment="production", edition=2052, manifest_sha256="ab" * 32, at=AT)
    statement = issued.folder / "freshness"
    statement.write_bytes(signing.sign_freshness(said, issued.key))
    check, words = issued.refused(freshness=statement)
    assert check == "freshness" and "an old statement" in words
