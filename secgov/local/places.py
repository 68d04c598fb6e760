"""Where a bare machine keeps the servers' files: `.local` in the project, and one private folder outside it.

PostgreSQL refuses to run as root, so root starts it as `nobody`, who must be able to reach its data. The
project may lie where `nobody` cannot go (under the home of root, say): therefore the private folder, whose name is
made of the person and the project's path, so that two checkouts or two people never meet.
"""

import fcntl
import hashlib
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class LocalError(Exception):
    """A sentence for the person at the keyboard that says what is wrong and what to do."""


@dataclass(frozen=True)
class Owner:
    """The user under whom the servers run."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """Every folder the driver touches, for one project."""

    project: Path = PROJECT

    @property
    def local(self) -> Path:
        """The folder in the project for passwords, sign-ins, editions and mails; ignored by git."""
        return self.project / ".local"

    @property
    def private(self) -> Path:
        """The one folder outside the project: the servers' programs and their data."""
        digest = hashlib.sha256(str(self.project.resolve()).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"cpl-{os.getuid()}-{digest}"

    @property
    def environment_file(self) -> Path:
        """KEY=VALUE lines that lead a program to the running servers."""
        return self.local / "env"

    def make(self) -> None:
        """Make both folders; raise LocalError where somebody else sits on the private one's name."""
        self.local.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.private.mkdir(mode=0o711, exist_ok=True)
        found = os.lstat(self.private)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise LocalError(
                f"{self.private} belongs to somebody else. Remove it, or ask its owner to, and start again."
            )
        self.private.chmod(0o711)  # whatever the umask was; what lies inside is closed to others

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Hold the lock of that name while the block runs; give False where another process holds it."""
        with (self.local / f"{name}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def server_owner() -> Owner | None:
    """Give the user under whom the servers must run, or None where that is the present one."""
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def hand_over(path: Path) -> None:
    """Give a file or folder to the servers' user."""
    owner = server_owner()
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or nothing."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
