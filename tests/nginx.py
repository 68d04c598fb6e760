"""The nginx configuration that production ships, run on this machine: other addresses and folders, and no TLS."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secgov.local import processes

SHIPPED = Path(__file__).parent.parent / "deploy" / "nginx.conf"
_TEMPORARY = "client_body", "proxy", "fastcgi", "uwsgi", "scgi"


def is_installed() -> bool:
    """Whether there is an nginx to run."""
    return shutil.which("nginx") is not None


def shipped(folder: Path, *, port: int, application: int) -> str:
    """Give the shipped configuration for a port of this machine, in front of the application at another one.

    What is replaced is named here one by one, and each has to be found: the rest is what production runs.
    """
    text = SHIPPED.read_text(encoding="utf-8")
    replaced = (
        (r"/dev/stderr", f"{folder}/error.log"),
        (r"/dev/stdout", f"{folder}/access.log"),
        (r"pid /tmp/nginx\.pid", f"pid {folder}/nginx.pid"),
        (r"/var/cache/nginx", f"{folder}/cache"),
        (r"server web:8000", f"server 127.0.0.1:{application}"),
        (r"(?s)    server \{\s+listen 80 .*?\n    \}\n", ""),  # the redirection to TLS
        (r"listen 443 ssl default_server;\s+http2 on;", f"listen 127.0.0.1:{port};"),
        (r"(?m)^\s+ssl_.*\n", ""),
    )
    for pattern, instead in replaced:
        text, found = re.subn(pattern, lambda _, instead=instead: instead, text)
        if not found:
            raise AssertionError(f"the shipped configuration has nothing like {pattern}")
    return text


@contextmanager
def running(folder: Path, configuration: str, *, port: int) -> Iterator[str]:
    """Run nginx with a configuration that listens on a port; give the address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cache").mkdir(exist_ok=True)
    # As root it drops to a user who may not read a folder of the tests.
    user = "user root; " if os.getuid() == 0 else ""
    places = "".join(f"{each}_temp_path {folder}/{each}; " for each in _TEMPORARY)
    text = configuration.replace("http {", "http { " + places, 1)
    (folder / "nginx.conf").write_text(f"daemon off; {user}\n{text}", encoding="utf-8")
    command = ["nginx", "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = processes.start(command, env=os.environ, cwd=folder)
    try:
        processes.wait_until(lambda: _answers(port, process), seconds=120)
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop(process)


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError("nginx did not start; what it said stands in its error.log")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
