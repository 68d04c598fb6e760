"""PostgreSQL from a wheel: made once, started on a free loopback port, stopped with the driver."""

import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from psycopg2 import sql

from secgov.local import processes
from secgov.local.passwords import Passwords
from secgov.local.places import LocalError, hand_over, server_owner, write_private
from secgov.local.software import Software

SUPERUSER = "postgres"
OWNER_ROLE = "cpl_owner"
APPLICATION_ROLE = "cpl_app"
DATABASE = "cpl"
BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes, and loopback serves every client
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",  # our queries are short; compiling them costs more than running them
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # between two tests it finds every table empty, and the next is planned for as if it stayed so
}


@dataclass
class PostgresServer:
    """One server with its data in `folder`. `durable` off is for tests, whose data nobody will miss."""

    software: Software
    folder: Path
    passwords: Passwords
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """The cluster's own folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server says what troubles it."""
        return self.folder / "postgres.log"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Give the address by which a role reaches a database."""
        password = {
            SUPERUSER: self.passwords.superuser,
            OWNER_ROLE: self.passwords.owner,
            APPLICATION_ROLE: self.passwords.application,
        }[role]
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, start it, and see to the two roles and the database."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        hand_over(self.folder)
        self._stop_what_was_left()
        if not self.data.exists():
            self._initialise()
        self._check_version()
        self._launch()
        try:
            self._provision()
        except BaseException:  # Ctrl-C too: nobody else knows yet that the server runs, and would stop it
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server; sessions that are still open are rolled back."""
        if self.process is not None:
            processes.stop(self.process, with_signal=signal.SIGINT, seconds=30)
            self.process = None

    def _stop_what_was_left(self) -> None:
        """Clear the way after a kill: stop an orphan, or remove the mark of a server that is no more.

        PostgreSQL refuses to start where the process named in its mark exists, even when the number has since been
        given to something else.
        """
        mark = self.data / "postmaster.pid"
        if not mark.exists():
            return
        first = mark.read_text().split("\n", 1)[0].strip()
        if first.isdigit():
            processes.stop_orphan(self.software.folder.parent, int(first), with_signal=signal.SIGINT)
        mark.unlink(missing_ok=True)

    def _initialise(self) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)  # of a start that was cut short
        password_file = self.folder / "password"
        write_private(password_file, self.passwords.superuser)
        hand_over(password_file)
        with self.log.open("ab") as log:
            code = processes.start(
                [
                    self.software.postgres / "initdb",
                    *("-D", fresh, "-U", SUPERUSER, "--pwfile", password_file, "-E", "UTF8"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *("--auth=scram-sha-256", *([] if self.durable else ["--no-sync"])),
                ],
                env=BARE_ENVIRONMENT,
                cwd=self.folder,
                owner=server_owner(),
                output=log,
            ).wait()
        password_file.unlink()
        if code != 0:
            raise LocalError(f"PostgreSQL's data could not be made in {fresh}:\n{processes.tail(self.log)}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if not self.software.postgres.parent.name.endswith(found):
            raise LocalError(
                f"The data in {self.data} was made by PostgreSQL {found}, and the one installed is another. "
                "Dump it with the old one, or run `make clean` to begin afresh."
            )

    def _launch(self) -> None:
        settings = SETTINGS | ({} if self.durable else FAST_AND_FORGETFUL)
        for _ in range(3):  # between asking for a free port and taking it, another may take it
            self.port = processes.free_port()
            if self.log.exists() and self.log.stat().st_size > 10_000_000:
                self.log.unlink()
            with self.log.open("ab") as log:
                self.process = processes.start(
                    [
                        *(self.software.postgres / "postgres", "-D", self.data, "-p", str(self.port)),
                        *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                    ],
                    env=BARE_ENVIRONMENT,
                    cwd=self.folder,
                    owner=server_owner(),
                    output=log,
                    death_signal=signal.SIGINT,
                )
            try:
                processes.wait_until(self._ready_or_gone, seconds=60)
            except TimeoutError:
                self.stop()
                break
            if self.process.poll() is None:
                return
        raise LocalError(
            f"PostgreSQL did not start. Its log, {self.log}, ends with:\n{processes.tail(self.log)}"
        )

    def _ready_or_gone(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            return True
        mark = self.data / "postmaster.pid"
        lines = mark.read_text().splitlines() if mark.exists() else []
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def _provision(self) -> None:
        """Make the owner, who migrates, and the application's role, who may not; and the owner's database."""
        try:
            connection = psycopg2.connect(self.url(SUPERUSER, "postgres"))
        except psycopg2.OperationalError as error:
            raise LocalError(
                f"The data in {self.data} is kept under passwords that are no longer in .local/passwords.json. "
                f"Put that file back, or run `make clean` to begin afresh. ({str(error).strip()})"
            ) from error
        connection.autocommit = True
        with connection.cursor() as cursor:
            for role, password, right in (
                (OWNER_ROLE, self.passwords.owner, "CREATEDB"),
                (APPLICATION_ROLE, self.passwords.application, "NOCREATEDB"),
            ):
                cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                if cursor.rowcount == 0:
                    statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD %s"
                    cursor.execute(
                        sql.SQL(statement).format(sql.Identifier(role), sql.SQL(right)), [password]
                    )
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.rowcount == 0:
                names = {
                    "database": sql.Identifier(DATABASE),
                    "owner": sql.Identifier(OWNER_ROLE),
                    "application": sql.Identifier(APPLICATION_ROLE),
                }
                for statement in (
                    "CREATE DATABASE {database} OWNER {owner}",
                    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",  # not even temporary tables
                    "GRANT CONNECT ON DATABASE {database} TO {application}",
                ):
                    cursor.execute(sql.SQL(statement).format(**names))
        connection.close()
