"""Is this edition of the Central Products List genuine and complete? Judged offline, by one file.

    python -m secgov.verify FILE… --manifest MANIFEST --key KEYS [--published KEYS] [--state STATE]
                            [--freshness STATEMENT]

Needs the Python standard library and `cryptography`, no database and no network, so that the DCC and any
Party can keep a copy of this file and judge an edition without trusting the machine that served it.
A FILE is an edition's `csv`, `full` or `json` form (plain or gzip); MANIFEST is the signed manifest that
came with it; KEYS is a JWK set whose fingerprint was compared out of band. STATE is a small file of the
caller's own that remembers the newest edition accepted, so that an older one is refused later. The key set
that the site publishes may be given besides: of its keys those are trusted that a trusted key has signed.

It is one file on purpose, and longer than others here for that reason. The order of the checks is the
order of the trust: the key, the signature, what the manifest says of itself, the remembered state, then
each file, its length before its content.
"""

import argparse
import base64
import binascii
import csv
import gzip
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIST_NAME = "CPL"
ALGORITHM = "Ed25519"
MANIFEST_TYPE = "cpl-manifest"
FRESHNESS_TYPE = "cpl-freshness"
KEY_TYPE = "cpl-next-key"
DEFAULT_ENVIRONMENT = "production"
#: A manifest, a key set, a freshness statement and a state file are all far smaller than this.
SMALL_FILE_BYTES = 1_000_000

_EDITION = re.compile(r"(0|[1-9][0-9]{0,5})\.[0-9]{3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_VERSION_CELL = re.compile(rb"Version ([0-9]{1,6}\.[0-9]{3}) Issued on ")
_JSON_EDITION = re.compile(rb'"edition":\s*"([0-9]{1,6}\.[0-9]{3})"')


class NotGenuine(Exception):
    """A check failed: `check` is its short name, the text says what was found and what it means."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


class UnknownSigner(NotGenuine):
    """Signed, but by none of the keys that are trusted."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key from the caller's key set. `environment` is the one that its lists belong to."""

    fingerprint: str
    environment: str
    public: Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class FormClaim:
    """What the manifest signs about one form of the edition."""

    name: str
    length: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest whose signature and contents have been checked. `digest` is of its exact bytes."""

    environment: str
    edition: str
    issued_at: str
    previous_edition: str | None
    previous_digest: str | None
    journal_seal: str | None
    forms: tuple[FormClaim, ...]
    digest: str
    signed_by: str


# --- small readings, each strict -------------------------------------------------------------------


def edition_order(edition: str) -> int:
    """The edition number as an integer for comparing: "2.051" is 2051. ValueError when malformed."""
    if not _EDITION.fullmatch(edition):
        raise ValueError(f"{edition!r} is not an edition number")
    return int(edition.replace(".", ""))


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return found


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _json_object(data: bytes, check: str, what: str) -> dict[str, Any]:
    """The JSON object in `data`; two readers must never read it differently, so repeats are refused."""
    try:
        found = json.loads(
            data.decode("utf-8"), object_pairs_hook=_refuse_repeated_names, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise NotGenuine(check, f"The {what} is not well-formed JSON: {error}.") from error
    if not isinstance(found, dict):
        raise NotGenuine(check, f"The {what} is not a JSON object.")
    return found


def _base64url(text: Any, check: str, what: str) -> bytes:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise NotGenuine(check, f"The {what} is missing or not base64url text.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise NotGenuine(check, f"The {what} is not base64url text.") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise NotGenuine(check, f"The {what} is not spelled in the one allowed way.")
    return data


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


# --- the key and the signature ---------------------------------------------------------------------


def fingerprint(x: str) -> str:
    """The RFC 7638 thumbprint (SHA-256, base64url) of an Ed25519 public key given as its JWK member `x`."""
    canonical = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def read_keys(data: bytes) -> dict[str, TrustedKey]:
    """The trusted keys in a JWK set (or one JWK), by fingerprint.

    A key may name its `environment`; one that does not is a key of production. Keys of other kinds are
    passed over; a set without any Ed25519 key raises NotGenuine.
    """
    found = _json_object(data, "key", "key file")
    members = found.get("keys", [found])
    if not isinstance(members, list):
        raise NotGenuine("key", "The key file is not a JWK set: `keys` is not a list.")
    keys = {}
    for member in members:
        if not isinstance(member, dict) or member.get("kty") != "OKP" or member.get("crv") != "Ed25519":
            continue
        x = _base64url(member.get("x"), "key", "public key `x`")
        if len(x) != 32:
            raise NotGenuine("key", "An Ed25519 key in the key file is not 32 bytes long.")
        environment = member.get("environment", DEFAULT_ENVIRONMENT)
        if not _is_text(environment):
            raise NotGenuine("key", "A key in the key file names no proper environment.")
        name = fingerprint(member["x"])
        keys[name] = TrustedKey(name, environment, Ed25519PublicKey.from_public_bytes(x))
    if not keys:
        raise NotGenuine("key", "The key file holds no Ed25519 public key.")
    return keys


def follow_keys(trusted: dict[str, TrustedKey], published: bytes) -> dict[str, TrustedKey]:
    """The trusted keys, and those of a `published` set that one of them, or of those, signed as its successor.

    A key that nobody trusted has signed is passed over. One whose predecessor is trusted but says something else of it,
    or of another environment, raises NotGenuine("key").
    """
    members = _json_object(published, "key", "published key set").get("keys")
    if not isinstance(members, list):
        raise NotGenuine("key", "The published key set has no list of keys.")
    offered = {
        name: (key, member["signed_by_predecessor"])
        for member in members
        if isinstance(member, dict) and isinstance(member.get("signed_by_predecessor"), dict)
        for name, key in read_keys(json.dumps(member).encode()).items()
    }
    keys = dict(trusted)
    while followed := {
        name: one for name, one in offered.items() if name not in keys and _vouched(keys, *one)
    }:
        keys |= {name: key for name, (key, _) in followed.items()}
    return keys


def _vouched(keys: dict[str, TrustedKey], key: TrustedKey, statement: dict[str, Any]) -> bool:
    """Whether a trusted key signed `key` as its successor; False where none of the trusted ones did."""
    what = "published key"
    try:
        said, signer = open_signed(json.dumps(statement).encode(), keys=keys, kind=KEY_TYPE, what=what)
    except UnknownSigner:
        return False
    _check_belonging(said, signer.environment, what)
    if said.get("kid") != key.fingerprint or key.environment != signer.environment:
        raise NotGenuine("key", f"The {what} {key.fingerprint} is not the one that its predecessor signed.")
    return True


def open_signed(
    data: bytes, *, keys: dict[str, TrustedKey], kind: str, what: str
) -> tuple[dict[str, Any], TrustedKey]:
    """The payload of a JWS in general JSON serialisation, and the trusted key that signed it.

    `kind` is the `typ` that the protected header must carry, so that a freshness statement never passes
    for a manifest. A signature under another algorithm (`none` included), one that does not verify, or
    none by a trusted key raises NotGenuine("signature").
    """
    found = _json_object(data, "signature", what)
    signatures = found.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise NotGenuine("signature", f"The {what} carries no signature: it was stripped or never signed.")
    payload = _base64url(found.get("payload"), "signature", f"payload of the {what}")
    signer = None
    for entry in signatures:
        # Each signature must pass by itself: one good beside one forged is not waved through.
        signer = _check_signature(entry, found["payload"], keys, kind, what) or signer
    if signer is None:
        raise UnknownSigner(
            "signature",
            f"The {what} is signed by another key. None of the {len(keys)} key(s) you trust signed it.",
        )
    return _json_object(payload, "manifest", f"payload of the {what}"), signer


def _check_signature(
    entry: Any, payload: str, keys: dict[str, TrustedKey], kind: str, what: str
) -> TrustedKey | None:
    """The trusted key behind one signature, or None when its key is not among the trusted ones."""
    if not isinstance(entry, dict) or set(entry) != {"protected", "signature"}:
        raise NotGenuine("signature", f"A signature of the {what} is not a protected header and a signature.")
    protected = _base64url(entry["protected"], "signature", "protected header")
    header = _json_object(protected, "signature", "protected header")
    if header.get("alg") != ALGORITHM:
        raise NotGenuine(
            "signature",
            f"The {what} is signed with the algorithm {header.get('alg')!r}; only {ALGORITHM} is accepted.",
        )
    if "crit" in header or header.get("b64", True) is not True:
        raise NotGenuine("signature", f"The {what} asks for a kind of signature that is not used here.")
    if header.get("typ") != kind:
        raise NotGenuine(
            "signature", f"The {what} is signed as {header.get('typ')!r}, not as {kind!r}: another document."
        )
    signature = _base64url(entry["signature"], "signature", "signature")
    key = keys.get(header["kid"]) if isinstance(header.get("kid"), str) else None
    if key is None:
        return None
    try:
        key.public.verify(signature, f"{entry['protected']}.{payload}".encode())
    except InvalidSignature as error:
        raise NotGenuine(
            "signature", f"The signature of the {what} does not verify: it was changed after signing."
        ) from error
    return key


# --- the manifest ----------------------------------------------------------------------------------


def check_manifest(data: bytes, *, keys: dict[str, TrustedKey], environment: str | None = None) -> Manifest:
    """The manifest in `data`, once its signature, list and environment are right; else NotGenuine.

    `environment` None expects the environment of the key that signed it.
    """
    payload, signer = open_signed(data, keys=keys, kind=MANIFEST_TYPE, what="manifest")
    _check_belonging(payload, environment or signer.environment, "manifest")
    previous = payload.get("previous")
    forms = payload["forms"] if isinstance(payload.get("forms"), list) else []
    whole = (
        _is_edition(payload.get("edition"))
        and _is_text(payload.get("issued_at"))
        and (payload.get("journal_seal") is None or _is_text(payload["journal_seal"]))
        and (previous is None or _is_predecessor(previous, payload["edition"]))
        and forms
        and all(_is_form(form) for form in forms)
        and len({form["name"] for form in forms}) == len(forms)
    )
    if not whole:
        raise NotGenuine("manifest", "The manifest is signed but does not say what a manifest must say.")
    return Manifest(
        environment=payload["environment"],
        edition=payload["edition"],
        issued_at=payload["issued_at"],
        previous_edition=previous["edition"] if previous else None,
        previous_digest=previous["manifest_sha256"] if previous else None,
        journal_seal=payload.get("journal_seal"),
        forms=tuple(FormClaim(form["name"], form["bytes"], form["sha256"], form["rows"]) for form in forms),
        digest=hashlib.sha256(data).hexdigest(),
        signed_by=signer.fingerprint,
    )


def _check_belonging(payload: dict[str, Any], environment: str, what: str) -> None:
    if payload.get("list") != LIST_NAME:
        raise NotGenuine("list", f"The {what} is of the list {payload.get('list')!r}, not {LIST_NAME!r}.")
    if payload.get("environment") != environment:
        raise NotGenuine(
            "environment",
            f"The {what} is of the environment {payload.get('environment')!r}, not {environment!r}: "
            "another list, or a test list, in its place.",
        )


def _is_edition(value: Any) -> bool:
    return isinstance(value, str) and _EDITION.fullmatch(value) is not None


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_predecessor(value: Any, edition: str) -> bool:
    # An imported edition was signed by nobody here, so a predecessor's digest may be absent (null).
    return (
        isinstance(value, dict)
        and _is_edition(value.get("edition"))
        and edition_order(value["edition"]) < edition_order(edition)
        and (value.get("manifest_sha256") is None or _is_digest(value["manifest_sha256"]))
    )


def _is_form(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _is_text(value.get("name"))
        and _is_count(value.get("bytes"))
        and _is_digest(value.get("sha256"))
        and _is_count(value.get("rows"))
    )


def check_freshness(
    data: bytes,
    manifest: Manifest,
    *,
    keys: dict[str, TrustedKey],
    at: datetime,
    environment: str | None = None,
) -> None:
    """Refuse a replayed manifest: the statement must be in force at `at` and name this very manifest."""
    payload, signer = open_signed(data, keys=keys, kind=FRESHNESS_TYPE, what="freshness statement")
    _check_belonging(payload, environment or signer.environment, "freshness statement")
    until = payload.get("valid_until")
    try:
        valid_until = datetime.fromisoformat(until) if isinstance(until, str) else None
    except ValueError:
        valid_until = None
    if valid_until is None or valid_until.tzinfo is None or not _is_edition(payload.get("edition")):
        raise NotGenuine("freshness", "The freshness statement is signed but does not say what it must.")
    if at >= valid_until:
        raise NotGenuine(
            "freshness",
            f"The freshness statement ran out at {until}: an old answer is being replayed, or time stands "
            "still at its source. Fetch a new one.",
        )
    if edition_order(payload["edition"]) < edition_order(manifest.edition):
        raise NotGenuine(
            "freshness",
            f"The freshness statement still names edition {payload['edition']} as the newest, which is older than this "
            f"manifest of {manifest.edition}: an old statement. Fetch a new one.",
        )
    if payload["edition"] != manifest.edition:
        raise NotGenuine(
            "freshness",
            f"The newest edition is {payload['edition']}; this manifest is of {manifest.edition}: "
            "an old manifest is being replayed.",
        )
    if payload.get("manifest_sha256") != manifest.digest:
        raise NotGenuine("freshness", f"Another manifest was issued as edition {manifest.edition}.")


# --- what was accepted before ----------------------------------------------------------------------


def check_state(state: dict[str, Any], manifest: Manifest) -> None:
    """Refuse to go back, or sideways, from the edition that `state` remembers (see `new_state`)."""
    if state.get("list") != LIST_NAME or state.get("environment") != manifest.environment:
        raise NotGenuine("state", "The state file remembers another list or another environment.")
    if not _is_edition(state.get("edition")) or not _is_digest(state.get("manifest_sha256")):
        raise NotGenuine("state", "The state file is damaged. Restore it before accepting an edition.")
    seen, now = edition_order(state["edition"]), edition_order(manifest.edition)
    if now < seen:
        raise NotGenuine(
            "rollback",
            f"Edition {manifest.edition} is older than edition {state['edition']}, which was accepted "
            "before: an old list in place of the new one.",
        )
    if now == seen and manifest.digest != state["manifest_sha256"]:
        raise NotGenuine("rollback", f"Another manifest was accepted as edition {manifest.edition} before.")
    follows = now > seen and manifest.previous_edition == state["edition"]
    if follows and manifest.previous_digest != state["manifest_sha256"]:
        raise NotGenuine(
            "chain",
            f"Edition {manifest.edition} does not follow from the edition {state['edition']} that was "
            "accepted before: its predecessor's digest differs.",
        )


def new_state(manifest: Manifest) -> dict[str, Any]:
    """What to remember once `manifest` is accepted: plain JSON."""
    return {
        "list": LIST_NAME,
        "environment": manifest.environment,
        "edition": manifest.edition,
        "manifest_sha256": manifest.digest,
    }


# --- the files -------------------------------------------------------------------------------------


def read_bounded(stream: BinaryIO, limit: int) -> bytes:
    """At most `limit` + 1 bytes of `stream`, opened if it is gzip: endless data ends the reading, not us."""
    head = stream.read(2)
    if head != b"\x1f\x8b":
        return head + _read_up_to(stream, limit + 1 - len(head))
    # The compressed file is itself bounded by gzip's own overhead over its content.
    compressed = head + _read_up_to(stream, limit + limit // 1000 + 1024)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as opened:
            return _read_up_to(opened, limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotGenuine("file", f"The gzip data is damaged or cut short: {error}.") from error


def _read_up_to(stream: Any, limit: int) -> bytes:
    parts = []
    while limit > 0 and (part := stream.read(min(limit, 1 << 20))):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


def check_file(data: bytes, manifest: Manifest, *, name: str = "the file") -> FormClaim:
    """The form of the edition that `data` is, byte for byte; else NotGenuine says how it differs.

    `data` is what `read_bounded` gave with the limit `longest_form(manifest)`.
    """
    digest = hashlib.sha256(data).hexdigest()
    for form in manifest.forms:
        if len(data) == form.length and digest == form.sha256:
            rows = count_rows(data)
            if rows != form.rows:
                raise NotGenuine(
                    "rows", f"{name} holds {rows} rows; the manifest signs {form.rows}. Do not use it."
                )
            return form
    raise _difference(data, manifest, name)


def longest_form(manifest: Manifest) -> int:
    """The length in bytes of the longest form: nothing longer can be genuine, so nothing longer is read."""
    return max(form.length for form in manifest.forms)


def _difference(data: bytes, manifest: Manifest, name: str) -> NotGenuine:
    """Why `data` is none of the manifest's forms, in the words of the likeliest cause."""
    claimed = _JSON_EDITION.search(data[:200]) or _VERSION_CELL.search(data[:4000])
    if claimed and claimed[1].decode() != manifest.edition:
        return NotGenuine(
            "edition",
            f"{name} says that it is of edition {claimed[1].decode()}; the manifest is of edition "
            f"{manifest.edition}: files of two editions are mixed.",
        )
    kind = _kind_of(data)
    form = next((form for form in manifest.forms if form.name == kind), None)
    if form is None:
        return NotGenuine("file", f"{name} is no form that the manifest of {manifest.edition} names.")
    if len(data) > form.length:
        return NotGenuine(
            "length",
            f"{name} is longer than the {form.length} bytes that the manifest signs for `{form.name}`: "
            "a row too many, or data without end.",
        )
    if len(data) < form.length:
        rows = count_rows(data)
        return NotGenuine(
            "length",
            f"{name} has {len(data)} bytes and {rows} rows; the manifest signs {form.length} bytes and "
            f"{form.rows} rows for `{form.name}`: it was cut short, or rows were cut out.",
        )
    return NotGenuine(
        "digest",
        f"{name} has the right length but another SHA-256 than the manifest signs for `{form.name}`: "
        "at least one byte was changed.",
    )


def _kind_of(data: bytes) -> str:
    """Which form `data` looks like. Only words an error with it: what counts is the digest."""
    if data[:1] == b"{":
        return "json"
    return "full" if b",listed_on," in data.split(b"\n", 1)[0] else "csv"


def count_rows(data: bytes) -> int:
    """How many entries a form holds: rows under the header of a CSV, or `entries` of the JSON."""
    if data[:1] == b"{":
        try:
            entries = json.loads(data).get("entries")
        except (ValueError, RecursionError):
            return 0
        return len(entries) if isinstance(entries, list) else 0
    text = io.StringIO(data.decode("utf-8-sig", errors="replace"), newline="")
    try:
        return max(0, sum(1 for row in csv.reader(text) if row) - 1)
    except csv.Error:
        return 0


# --- the command -----------------------------------------------------------------------------------


def verify_files(
    files: Iterable[Path],
    *,
    manifest: Path,
    key: Path,
    state: Path | None = None,
    freshness: Path | None = None,
    published: Path | None = None,
    environment: str | None = None,
    at: datetime,
) -> Manifest:
    """Judge `files` against the manifest and keys; give the checked manifest or raise NotGenuine.

    With `state`, what was accepted before is respected, and the newly accepted edition is written there.
    `at` is the instant (aware) at which a freshness statement must be in force. OSError when a file
    cannot be read.
    """
    keys = read_keys(_small_file(key))
    if published is not None:
        keys = follow_keys(keys, _small_file(published))
    checked = check_manifest(_small_file(manifest), keys=keys, environment=environment)
    if state is not None and state.exists():
        check_state(_json_object(_small_file(state), "state", "state file"), checked)
    if freshness is not None:
        check_freshness(_small_file(freshness), checked, keys=keys, at=at, environment=environment)
    for path in files:
        with path.open("rb") as stream:
            check_file(read_bounded(stream, longest_form(checked)), checked, name=str(path))
    if state is not None:
        _write_state(state, new_state(checked))
    return checked


def _small_file(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(SMALL_FILE_BYTES + 1)
    if len(data) > SMALL_FILE_BYTES:
        raise NotGenuine("length", f"{path} is far too long to be what it should be.")
    return data


def _write_state(path: Path, state: dict[str, Any]) -> None:
    """Replace the state file in one step, so that a crash leaves the old one or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give `parser` the verifier's arguments: the management command has the same."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a form of the edition")
    parser.add_argument("--manifest", required=True, type=Path, help="the signed manifest of the edition")
    parser.add_argument("--key", required=True, type=Path, help="JWK set of the public keys you trust")
    parser.add_argument("--published", type=Path, help="the key set of the site: follows a change of keys")
    parser.add_argument("--state", type=Path, help="remembers the newest edition accepted; made if absent")
    parser.add_argument("--freshness", type=Path, help="the signed freshness statement fetched just now")
    parser.add_argument("--environment", help="expected environment; by default, the one the key names")


def run(options: argparse.Namespace) -> tuple[bool, str]:
    """Judge what the arguments name, as of now: whether it passed, and the sentence to print."""
    # The one place below the edges that reads a clock: this file must run alone, without the rest of us.
    at = datetime.now(UTC)
    try:
        checked = verify_files(
            options.files,
            manifest=options.manifest,
            key=options.key,
            state=options.state,
            freshness=options.freshness,
            published=options.published,
            environment=options.environment,
            at=at,
        )
    except NotGenuine as refusal:
        return False, f"NOT GENUINE ({refusal.check}): {refusal}"
    except OSError as error:
        return False, f"NOT CHECKED: {error}"
    return True, f"Edition {checked.edition} is genuine and complete (signed by {checked.signed_by})."


def main(arguments: list[str] | None = None) -> int:
    """Run the command: prints one sentence, gives 0 when every check passed and 1 when one failed."""
    parser = argparse.ArgumentParser(
        prog="python -m secgov.verify", description=(__doc__ or "").split("\n")[0]
    )
    add_arguments(parser)
    passed, sentence = run(parser.parse_args(arguments))
    print(sentence, file=sys.stdout if passed else sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
