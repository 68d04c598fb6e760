"""Make `.venv` from the pinned, hashed requirement files. Run by whatever Python the machine has; standard library only.

uv does the installing, since it is three to five times as fast; it ignores pip's configuration, so where it cannot
reach an index pip itself takes over. Two commands at once on a fresh checkout take turns. Nothing is cached elsewhere.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SETS = {
    "run": ("base", "embedded"),
    "test": ("base", "embedded", "dev"),
}


def install(wanted: str) -> None:
    """Bring `.venv` to what `wanted` needs, or do nothing where it is so already."""
    local = PROJECT / ".local"
    local.mkdir(mode=0o700, exist_ok=True)
    with (local / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = _stamp(wanted)
        if stamp.exists() and stamp.read_text() == _digest(wanted):
            return
        python = PROJECT / ".venv" / "bin" / "python"
        if not python.exists():
            print("Making .venv", flush=True)
            _call([sys.executable, "-m", "venv", "--clear", str(python.parent.parent)], os.environ)
        _install(python, _files(wanted))
        for name in SETS:
            if set(SETS[name]) <= set(SETS[wanted]):
                _stamp(name).write_text(_digest(name))


def _files(wanted: str) -> "list[Path]":
    return [PROJECT / "requirements" / (name + ".txt") for name in SETS[wanted]]


def _stamp(wanted: str) -> Path:
    return PROJECT / ".venv" / ("." + wanted)


def _digest(wanted: str) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in _files(wanted))).hexdigest()


def _install(python: Path, files: "list[Path]") -> None:
    environment = dict(os.environ, PIP_NO_CACHE_DIR="1", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_NO_CACHE="1")
    pinned = [part for path in files for part in ("-r", str(path))]
    bootstrap = str(PROJECT / "requirements" / "bootstrap.txt")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
    print("Installing the packages (" + ", ".join(path.stem for path in files) + ")", flush=True)
    if _call([*pip, "-r", bootstrap], environment, may_fail=True):
        uv = [str(python), "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
        if _call([*uv, "--system-certs", "--require-hashes", *pinned], environment, may_fail=True):
            return
    print("uv could not do it; pip does, which takes a little longer", flush=True)
    _call([*pip, *pinned], environment)


def _call(
    command: "list[str]", environment: "os._Environ[str] | dict[str, str]", *, may_fail: bool = False
) -> bool:
    code = subprocess.call(command, env=environment)
    if code != 0 and not may_fail:
        sys.exit("The installation did not succeed; what went wrong stands above.")
    return code == 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  the machine's Python may be any
        sys.exit("This needs Python 3.11 or newer; `make PYTHON=/path/to/python3.11 run` names another one.")
    install(sys.argv[1])
