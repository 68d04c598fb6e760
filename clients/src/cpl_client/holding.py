"""What is held: the newest edition accepted, on disk, so that a kill at any moment leaves the old one or the new one.

folder/anchor.json            the key that you trust, compared by its fingerprint once
folder/state.json             which edition is held; it is replaced in one step, last of all
folder/editions/2.052/        its manifest, the keys and the freshness statement it was judged by, and its forms
"""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpl_client.verify import Manifest, NotGenuine, check_state, new_state

FILES = {"csv": "cpl.csv", "full": "cpl-full.csv", "json": "cpl.json"}
MANIFEST, KEYS, FRESHNESS = "manifest.json", "keys.json", "freshness.json"


class Busy(Exception):
    """Another process is at work on this folder."""


@dataclass(frozen=True, slots=True)
class Held:
    """The edition that is held: its number, its manifest's digest, and where its files are."""

    edition: str
    manifest_sha256: str
    folder: Path
    state: Mapping[str, Any]

    @property
    def manifest(self) -> bytes:
        """The bytes of its manifest; none where somebody took its files away."""
        path = self.folder / MANIFEST
        return path.read_bytes() if path.exists() else b""

    @property
    def paths(self) -> dict[str, Path]:
        """Its forms that are held, by name."""
        found = {form: self.folder / name for form, name in FILES.items()}
        return {form: path for form, path in found.items() if path.exists()}


class Holding:
    """A folder of one's own, on a file system that can rename in one step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = folder / "state.json"
        self._editions = folder / "editions"
        self._anchor = folder / "anchor.json"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes away from the folder. Raises Busy where one is at work; a dead one is in nobody's way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise Busy(f"Another process is at work on {self.folder}.") from held
            yield

    @property
    def anchor(self) -> bytes:
        """The trusted key, as a JWK set. Raises NotGenuine("key") before there is one."""
        try:
            return self._anchor.read_bytes()
        except FileNotFoundError as missing:
            raise NotGenuine(
                "key", "No key is trusted yet. Compare a fingerprint first: the command `trust` takes it."
            ) from missing

    def trust(self, key_set: bytes) -> None:
        """Keep the key that everything is judged by. It is never replaced unasked: remove the file to begin anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._anchor.exists() and self._anchor.read_bytes() != key_set:
            raise NotGenuine(
                "key", f"Another key is trusted already, in {self._anchor}. Remove it to begin anew."
            )
        _write(self._anchor, key_set)

    def held(self) -> Held | None:
        """Give what is held, or None in a new folder. Raises NotGenuine("state") for a damaged state: it is not forgotten."""
        try:
            state = json.loads(self._state.read_bytes())
            edition, digest = state["edition"], state["manifest_sha256"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise NotGenuine("state", f"{self._state} is damaged. Restore it before going on.") from error
        return Held(edition, digest, self._editions / edition, state)

    def check_follows(self, manifest: Manifest) -> None:
        """Refuse an edition older than the one held, or another under its number."""
        if found := self.held():
            check_state(dict(found.state), manifest)

    def accept(self, manifest: Manifest, files: Mapping[str, bytes]) -> Held:
        """Hold a proven edition: its files first, then the state, in one step. `files` are bytes by file name."""
        self.check_follows(manifest)
        place = self._editions / manifest.edition
        before = self.held()
        self._editions.mkdir(parents=True, exist_ok=True)
        if before and before.edition == manifest.edition:  # another form of the same edition
            place.mkdir(exist_ok=True)
            for name, data in files.items():
                _write(place / name, data)
            return before
        new = Path(tempfile.mkdtemp(dir=self._editions, prefix=".new-"))
        new.chmod(0o755)
        for name, data in files.items():
            _write(new / name, data)
        if place.exists():  # of a run that was killed before it could say so
            shutil.rmtree(place)
        new.rename(place)
        _sync(self._editions)
        _write(self._state, json.dumps(new_state(manifest)).encode())
        self._tidy(manifest.edition, before.edition if before else "")
        found = self.held()
        assert found is not None
        return found

    def _tidy(self, *kept: str) -> None:
        for each in self._editions.iterdir():
            if each.name not in kept:
                shutil.rmtree(each, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    """Replace a file in one step, and have it on the disk before going on."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    Path(temporary).chmod(0o644)
    os.replace(temporary, path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
