"""Start and stop child processes so that none outlives the driver, however the driver ends."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from secgov.local.places import Owner

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    owner: Owner | None = None,
    stdin: int | None = subprocess.DEVNULL,
    output: IO[bytes] | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that the keyboard's Ctrl-C reaches only the driver.

    `death_signal` is what the kernel sends it should the driver be killed before it can stop it itself.
    """

    def die_with_parent() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)

    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=die_with_parent,
        umask=0o077 if owner else -1,
        user=owner.uid if owner else None,
        group=owner.gid if owner else None,
        extra_groups=[] if owner else None,
    )


def stop(process: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, seconds: float = 20) -> None:
    """Ask a process to stop, and after `seconds` insist, with everything in its session."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def runs_from(folder: Path, pid: int) -> bool:
    """Tell whether the process of that number runs a program of ours, rather than one that inherited the number."""
    try:
        return Path(os.readlink(f"/proc/{pid}/exe")).is_relative_to(folder)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def stop_orphan(folder: Path, pid: int, *, with_signal: int, seconds: float = 20) -> None:
    """Stop a process that a driver left when it was killed, if it is one of ours and still there."""
    if not runs_from(folder, pid):
        return
    os.kill(pid, with_signal)
    try:
        wait_until(lambda: not runs_from(folder, pid), seconds=seconds)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until the condition holds; raise TimeoutError when it has not after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def free_port() -> int:
    """Give a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(path: Path, lines: int = 15) -> str:
    """Give the last lines of a log, for a message that says why a server did not start."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
