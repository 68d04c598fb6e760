"""Signing what the world relies on: an edition's manifest, and the statement of which edition is newest.

Ed25519 (RFC 8037, RFC 9864), as a JWS in general JSON serialisation. Ed25519 is deterministic, so the same
payload under the same key is the same bytes, and a worker killed and started again signs no second manifest.
The private key lies in one file that only the worker can read; its name, the fingerprint, is the RFC 7638
thumbprint, so that nobody can give one key the name of another. `secgov.verify` judges what is made here.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cpl.rendering import Form
from cpl.rules.freshness import FRESHNESS_LASTS
from cpl.rules.publication import format_edition
from secgov.verify import ALGORITHM, FRESHNESS_TYPE, KEY_TYPE, LIST_NAME, MANIFEST_TYPE

WEBHOOK_TYPE = "cpl-webhook"


class SigningKeyUnusable(Exception):
    """The signing key file is missing, readable by others, or not an Ed25519 key; the text says which."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key ready to sign, its fingerprint, and its public half as a JWK that may be published."""

    private: OKPKey
    fingerprint: str
    public: dict[str, str]


def make_key_file(path: Path, *, environment: str) -> SigningKey:
    """Make a new signing key in a file that only its owner may read, and give it.

    Never overwrites: FileExistsError when `path` exists, so that no key can be lost by a second run.
    `environment` is written into the key, so that a key of a test list can never vouch for the real one.
    """
    parameters: Any = {"use": "sig", "alg": ALGORITHM, "environment": environment}
    made = OKPKey.generate_key("Ed25519", parameters, private=True, auto_kid=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({"keys": [made.as_dict(private=True)]}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    return _signing_key(made)


def load_signing_key(path: Path) -> SigningKey:
    """The current signing key: the first in the JWK set at `path`. Raises SigningKeyUnusable."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        held = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SigningKeyUnusable(f"The signing key file cannot be read: {error}.") from error
    except ValueError as error:
        raise SigningKeyUnusable(f"The signing key file {path} is not JSON.") from error
    if mode & 0o077:
        raise SigningKeyUnusable(f"The signing key file {path} is open to others: run chmod 600 on it.")
    try:
        key = OKPKey.import_key(held["keys"][0])
    except (KeyError, IndexError, TypeError, ValueError, JoseError) as error:
        raise SigningKeyUnusable(
            f"The signing key file {path} is not a JWK set with an Ed25519 key."
        ) from error
    if not key.is_private or key.curve_name != "Ed25519":
        raise SigningKeyUnusable(f"The first key in {path} is not a private Ed25519 key.")
    return _signing_key(key)


def _signing_key(key: OKPKey) -> SigningKey:
    return SigningKey(private=key, fingerprint=key.thumbprint(), public=public_jwk(key))


def public_jwk(key: OKPKey) -> dict[str, str]:
    """The public half of `key` as a JWK: its fingerprint as `kid`, its use, and the environment it serves."""
    held: Any = key.as_dict(private=False)
    members = {name: str(held[name]) for name in ("kty", "crv", "x", "environment") if name in held}
    return {**members, "use": "sig", "alg": ALGORITHM, "kid": key.thumbprint()}


def public_key_set(public_keys: Iterable[dict[str, Any]]) -> bytes:
    """The JWK set that `keys/` answers with: the bytes of {"keys": […]}, newest key first as given."""
    return _json_bytes({"keys": list(public_keys)})


def manifest_payload(
    *,
    environment: str,
    edition: int,
    issued_at: datetime,
    previous_edition: int | None,
    previous_manifest_sha256: str | None,
    journal_seal: str | None,
    forms: Iterable[Form],
) -> dict[str, Any]:
    """What a manifest says: one edition (2052 for "2.052"), its predecessor, the journal's seal, and every form.

    The first edition of an empty system has no predecessor; an imported one has a number but no manifest.
    """
    previous = None
    if previous_edition is not None:
        previous = {"edition": format_edition(previous_edition), "manifest_sha256": previous_manifest_sha256}
    return {
        "list": LIST_NAME,
        "environment": environment,
        "edition": format_edition(edition),
        "issued_at": instant(issued_at),
        "previous": previous,
        "journal_seal": journal_seal,
        "forms": [
            {
                "name": form.name,
                "profile": form.profile,
                "bytes": form.raw_length,
                "sha256": form.raw_sha256,
                "rows": form.rows,
            }
            for form in forms
        ],
    }


def freshness_payload(
    *, environment: str, edition: int, manifest_sha256: str, at: datetime
) -> dict[str, Any]:
    """What a freshness statement says at `at`: the newest edition, its manifest, and until when it holds."""
    return {
        "list": LIST_NAME,
        "environment": environment,
        "edition": format_edition(edition),
        "manifest_sha256": manifest_sha256,
        "valid_until": instant(at + FRESHNESS_LASTS),
    }


def sign_manifest(payload: dict[str, Any], key: SigningKey) -> bytes:
    """The signed manifest: these exact bytes are stored, served, and named by `manifest_digest`."""
    return _sign(payload, key, MANIFEST_TYPE)


def sign_freshness(payload: dict[str, Any], key: SigningKey) -> bytes:
    """The signed freshness statement, as bytes."""
    return _sign(payload, key, FRESHNESS_TYPE)


def sign_next_key(public: dict[str, str], key: SigningKey, *, valid_from: datetime) -> dict[str, Any]:
    """What the key in use says of the one that follows it: a JWS as JSON, to stand beside it in `keys/`."""
    said = {
        "list": LIST_NAME,
        "environment": public["environment"],
        "kid": public["kid"],
        "x": public["x"],
        "valid_from": instant(valid_from),
    }
    signed: dict[str, Any] = json.loads(_sign(said, key, KEY_TYPE))
    return signed


def webhook_id(edition: int) -> str:
    """The id of the announcement of an edition (2052): "edition-2.052", the same however often it is sent."""
    return f"edition-{format_edition(edition)}"


def webhook_payload(
    *, environment: str, edition: int, issued_at: datetime, manifest_sha256: str, manifest: str
) -> dict[str, Any]:
    """What the DCC's system is called about: that an edition is available, and where its manifest is."""
    return {
        "list": LIST_NAME,
        "environment": environment,
        "event": "edition_available",
        "id": webhook_id(edition),
        "edition": format_edition(edition),
        "issued_at": instant(issued_at),
        "manifest_sha256": manifest_sha256,
        "manifest": manifest,
    }


def sign_webhook(payload: dict[str, Any], key: SigningKey) -> bytes:
    """The signed announcement, as bytes."""
    return _sign(payload, key, WEBHOOK_TYPE)


def manifest_digest(manifest: bytes) -> str:
    """The SHA-256 of a manifest's exact bytes, 64 lower-case hex: what the next edition and receipts cite."""
    return hashlib.sha256(manifest).hexdigest()


def instant(at: datetime) -> str:
    """An aware instant in UTC to the second: "2026-12-01T14:05:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sign(payload: dict[str, Any], key: SigningKey, kind: str) -> bytes:
    header = {"alg": ALGORITHM, "kid": key.fingerprint, "typ": kind}
    # The library refuses this algorithm unless it is named here, and payloads over about 129 kB.
    signed = jws.serialize_json(
        [{"protected": header}], _json_bytes(payload), key.private, algorithms=[ALGORITHM]
    )
    return _json_bytes(signed)


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
