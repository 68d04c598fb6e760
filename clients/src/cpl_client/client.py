"""Pull, prove, keep, acknowledge: what a system that relies on the list has to do, in this order and no other."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cpl_client.delta import apply_changes
from cpl_client.holding import FILES, FRESHNESS, KEYS, MANIFEST, Held, Holding
from cpl_client.transport import Refused, Transport, Unreachable
from cpl_client.verify import (
    SMALL_FILE_BYTES,
    Manifest,
    NotGenuine,
    TrustedKey,
    check_file,
    check_freshness,
    check_manifest,
    follow_keys,
    read_keys,
)

API = "/api/v1"
PAGE = 1000
#: Between an edition's issue and its statement of freshness lie moments, and a minute where something between us caches.
PATIENCE = (1.0, 5.0, 60.0)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull came to: the edition that is held now, whether it is a new one, and how its bytes came."""

    edition: str
    manifest_sha256: str
    paths: Mapping[str, Path]
    new: bool
    by_changes: bool


@dataclass(frozen=True, slots=True)
class Fresh:
    """Which edition is the newest by the signed statement, and which one is held."""

    newest: str
    held: str | None

    @property
    def is_current(self) -> bool:
        """Whether what is held is the newest."""
        return self.newest == self.held


class Client:
    """A client of one site with one folder.

    `now` gives the present instant (aware), by which freshness statements run out. `environment` None expects that of
    the trusted key. `patience` are the seconds to wait where manifest and freshness statement do not fit together yet.
    """

    def __init__(
        self,
        transport: Transport,
        holding: Holding,
        *,
        now: Callable[[], datetime],
        environment: str | None = None,
        patience: Sequence[float] = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._site = transport
        self._holding = holding
        self._now = now
        self._environment = environment
        self._patience = patience
        self._sleep = sleep

    def trust(self, fingerprint: str) -> None:
        """Keep the published key of this fingerprint, which was given to you by another way, as the one to judge by.

        Raises NotGenuine("key") where the site publishes no such key.
        """
        published = self._site.get(f"{API}/keys/").json()
        for member in published.get("keys", []):
            key_set = json.dumps({"keys": [member]}).encode()
            if fingerprint in read_keys(key_set):
                self._holding.trust(key_set)
                return
        raise NotGenuine("key", f"The site publishes no key with the fingerprint {fingerprint}.")

    def pull(self, forms: Sequence[str] = ("json",), *, changes: bool = True) -> Pulled:
        """Take the newest edition, prove it and hold it; what is held already is not taken again. Section F2.9

        With `changes` the `json` form is made from the one that is held and what changed since, where that gives the
        very bytes that the manifest signs; otherwise it is taken whole. Raises NotGenuine, Unreachable, Refused, Busy;
        what was held before is held still.
        """
        if unknown := set(forms) - set(FILES):
            raise ValueError(f"There is no form {', '.join(sorted(unknown))}.")
        with self._holding.alone():
            held = self._holding.held()
            data, manifest, files = self._newest_manifest(held)
            new = held is None or held.edition != manifest.edition
            missing = [form for form in forms if new or (held and form not in held.paths)]
            by_changes = False
            for form in missing:
                made = self._from_changes(held, manifest) if form == "json" and changes and new else None
                by_changes = by_changes or made is not None
                files[FILES[form]] = made or self._whole(form, manifest)
            if missing or new:
                held = self._holding.accept(manifest, {**files, MANIFEST: data})
            assert held is not None
            return Pulled(manifest.edition, manifest.digest, held.paths, new, by_changes)

    def acknowledge(self, state: str, not_loaded: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Tell the Panel that the edition held was `received`, `loaded` or `loaded_in_part`. Section F2.9

        `not_loaded` are the entries that were not, each with the reason, which is published. Gives the site's answer;
        sent again after a lost answer it changes nothing. Raises Refused, Unreachable.
        """
        held = self._must_hold()
        body: dict[str, Any] = {"state": state, "manifest_sha256": held.manifest_sha256}
        if not_loaded:
            body["not_loaded"] = [
                {"entry": entry, "reason": reason} for entry, reason in sorted(not_loaded.items())
            ]
        path = f"{API}/cpl/editions/{held.edition}/receipt/"
        answer: Mapping[str, Any] = self._site.post(path, body, idempotency_key=str(uuid.uuid4())).json()
        return answer

    def freshness(self) -> Fresh:
        """Say which edition is the newest, by the statement in force, and which one is held. Raises NotGenuine."""
        held = self._holding.held()
        keys, _ = self._keys()
        data = self._site.get(f"{API}/cpl/freshness").body
        manifest = check_manifest(
            self._site.get(f"{API}/cpl/editions/latest/manifest").body,
            keys=keys,
            environment=self._environment,
        )
        check_freshness(data, manifest, keys=keys, at=self._now(), environment=self._environment)
        return Fresh(manifest.edition, held.edition if held else None)

    def verify(self) -> Manifest:
        """Judge again, without the network, every file of the edition that is held. Raises NotGenuine."""
        held = self._must_hold()
        keys = follow_keys(read_keys(self._holding.anchor), (held.folder / KEYS).read_bytes())
        manifest = check_manifest(held.manifest, keys=keys, environment=self._environment)
        self._holding.check_follows(manifest)
        for path in held.paths.values():
            check_file(path.read_bytes(), manifest, name=str(path))
        return manifest

    def changes(self, since: str, *, most_bytes: int = 1 << 28) -> Iterator[Mapping[str, Any]]:
        """Give every change after an edition, oldest first. Raises Unreachable where the pages do not end."""
        query, left = {"since": since, "limit": str(PAGE)}, most_bytes
        while True:
            answer = self._site.get(f"{API}/cpl/changes/", query=query, limit=left)
            left -= len(answer.body)
            page = answer.json()
            yield from page["results"]
            if page["next"] is None:
                return
            # Only the place is taken from the address of the next page, never whom to ask.
            [after] = parse_qs(urlsplit(page["next"]).query)["after"]
            if after == query.get("after"):
                raise Unreachable("The pages of changes do not go on.")
            query["after"] = after

    def _must_hold(self) -> Held:
        held = self._holding.held()
        if held is None:
            raise NotGenuine("state", "No edition is held yet. Pull one first.")
        return held

    def _keys(self) -> tuple[dict[str, TrustedKey], bytes]:
        published = self._site.get(f"{API}/keys/").body
        return follow_keys(read_keys(self._holding.anchor), published), published

    def _newest_manifest(self, held: Held | None) -> tuple[bytes, Manifest, dict[str, bytes]]:
        """The manifest of the newest edition, proven to be the newest, with what proves it."""
        for wait in (*self._patience, None):
            keys, published = self._keys()
            answer = self._site.get(
                f"{API}/cpl/editions/latest/manifest",
                held=f'"{held.manifest_sha256}"' if held and held.manifest else "",
                token=self._site.known,
            )
            data = held.manifest if held and answer.status == 304 else answer.body
            manifest = check_manifest(data, keys=keys, environment=self._environment)
            self._holding.check_follows(manifest)
            statement = self._site.get(f"{API}/cpl/freshness").body
            try:
                check_freshness(statement, manifest, keys=keys, at=self._now(), environment=self._environment)
            except NotGenuine:
                if wait is None:
                    raise
                self._sleep(wait)
            else:
                return data, manifest, {KEYS: published, FRESHNESS: statement}
        raise AssertionError("the last attempt gives or raises")

    def _whole(self, form: str, manifest: Manifest) -> bytes:
        claim = next((each for each in manifest.forms if each.name == form), None)
        if claim is None:
            raise NotGenuine("file", f"Edition {manifest.edition} has no form {form}.")
        data = self._site.get(f"{API}/cpl/editions/{manifest.edition}/{form}", limit=claim.length).body
        if check_file(data, manifest, name=form).name != form:
            raise NotGenuine("file", f"Another form of the edition came in the place of {form}.")
        return data

    def _from_changes(self, held: Held | None, manifest: Manifest) -> bytes | None:
        """The `json` form out of the held one and the changes since; None where that does not give its very bytes."""
        claim = next((each for each in manifest.forms if each.name == "json"), None)
        if held is None or claim is None or "json" not in held.paths:
            return None
        try:
            about = self._site.get(f"{API}/cpl/editions/{manifest.edition}/").json()
            # Much beyond the length of the whole list it would be no shorter way.
            told = [
                each
                for each in self.changes(held.edition, most_bytes=claim.length + SMALL_FILE_BYTES)
                if _is_by(each["edition"], manifest.edition)
            ]
            made = apply_changes(
                held.paths["json"].read_bytes(), told, edition=manifest.edition, issued_on=about["issued_on"]
            )
            check_file(made, manifest, name="the json form made from changes")
        except (NotGenuine, Refused, Unreachable, KeyError, TypeError, ValueError):
            return None  # the whole form is taken instead, and judged by the same digest
        return made


def _is_by(edition: str, last: str) -> bool:
    return int(edition.replace(".", "")) <= int(last.replace(".", ""))
