"""Valkey from a wheel: the broker, configured over its standard input so that no password stands in a file."""

import contextlib
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from secgov.local import processes
from secgov.local.places import LocalError, hand_over, server_owner
from secgov.local.software import Software

DATABASES = 256  # one for each test process, so that no worker takes another's tasks


@dataclass
class ValkeyServer:
    """One broker with its append-only file in `folder`."""

    software: Software
    folder: Path
    password: str
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where the server says what troubles it."""
        return self.folder / "valkey.log"

    @property
    def url(self) -> str:
        """The broker's address."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the broker on a free port and wait until it answers."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        hand_over(self.folder)
        self._stop_what_was_left()
        for _ in range(3):  # between asking for a free port and taking it, another may take it
            self.port = processes.free_port()
            with self.log.open("wb") as log:
                self.process = processes.start(
                    [self.software.valkey, "-"],
                    env={"PATH": "/usr/bin:/bin"},
                    cwd=self.folder,
                    owner=server_owner(),
                    stdin=subprocess.PIPE,
                    output=log,
                )
            assert self.process.stdin is not None
            with contextlib.suppress(
                BrokenPipeError
            ):  # it is gone already, and the wait below finds that out
                self.process.stdin.write(self._configuration().encode())
                self.process.stdin.close()
            try:
                processes.wait_until(lambda: self._gone() or self._answers(), seconds=30)
            except TimeoutError:
                self.stop()
                break
            if not self._gone():
                return
        raise LocalError(f"Valkey did not start. Its log, {self.log}, ends with:\n{processes.tail(self.log)}")

    def stop(self) -> None:
        """Stop the broker; what it holds is on disk."""
        if self.process is not None:
            processes.stop(self.process)
            self.process = None

    def _configuration(self) -> str:
        return (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {self.folder}\n"
            f"pidfile {self.folder / 'valkey.pid'}\ndatabases {DATABASES}\n"
            f'appendonly {"yes" if self.durable else "no"}\nsave ""\nloglevel warning\n'
        )

    def _stop_what_was_left(self) -> None:
        """Stop the broker of a driver that was killed: two must not write one append-only file."""
        mark = self.folder / "valkey.pid"
        if mark.exists():
            number = mark.read_text().strip()
            if number.isdigit():
                processes.stop_orphan(self.software.folder.parent, int(number), with_signal=signal.SIGTERM)
            mark.unlink(missing_ok=True)

    def _gone(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _answers(self) -> bool:
        """Tell whether it serves commands; while it reads its file it takes the password but refuses the rest."""
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), timeout=5) as line,
                line.makefile("rwb") as talk,
            ):
                talk.write(f"AUTH {self.password}\r\nPING\r\n".encode())
                talk.flush()
                return talk.readline().startswith(b"+OK") and talk.readline().startswith(b"+PONG")
        except OSError:
            return False
