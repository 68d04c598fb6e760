"""`make run`: the whole system on one bare machine, for a person to try."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from secgov.local import processes, servers
from secgov.local.places import PROJECT, LocalError, Places

CALM = 60  # seconds of work after which an earlier failure no longer counts


@dataclass
class Program:
    """One program of the system, kept running."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    seconds_to_stop: float = 20
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0
    start_again_at: float = 0
    failures: int = 0

    def start(self) -> None:
        """Start it."""
        self.process = processes.start(self.command, env=self.environment, cwd=PROJECT)
        self.started_at = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it has ended, waiting longer each time that it ends at once."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.failures = 1 if now - self.started_at > CALM else self.failures + 1
            wait = min(2 ** (self.failures - 1), 30)
            print(
                f"The {self.name} ended with code {self.process.returncode}; it starts again in {wait} s.",
                flush=True,
            )
            self.process, self.start_again_at = None, now + wait
        if self.process is None and now >= self.start_again_at:
            self.start()

    def stop(self) -> None:
        """Stop it, letting it finish what it is at."""
        if self.process is not None:
            processes.stop(self.process, seconds=self.seconds_to_stop)


def run(places: Places) -> int:
    """Bring everything up, say where it is, keep it up until asked to stop, then stop it in order."""
    places.make()
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    with places.locked("run") as ours:
        if not ours:
            raise LocalError(
                "`make run` is up already in this folder. Stop that one first: two would send everything twice."
            )
        _check_address(host, port)
        with servers.for_project(places, os.environ) as found:
            mail, pages = processes.free_port(), processes.free_port()
            environment = _environment(places, found, host, port, mail)
            _prepare(places, environment)
            programs = _programs(places, environment, host, port, mail, pages)
            try:
                for program in programs:
                    program.start()
                _wait_for_web(host, port, programs[0])
                _announce(places, host, port, pages)
                while True:
                    time.sleep(0.5)
                    for program in programs:
                        program.look_after()
            finally:
                print("\nStopping.", flush=True)
                for program in programs:
                    program.stop()


def _environment(places: Places, found: Mapping[str, str], host: str, port: int, mail: int) -> dict[str, str]:
    names = ["127.0.0.1", "localhost", "[::1]"]
    if host not in (*names, "0.0.0.0", "::"):
        names.append(host)
    elif host in ("0.0.0.0", "::"):
        names.append(socket.gethostname())
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    defaults = {
        "ALLOWED_HOSTS": ",".join(names),
        "SITE_URL": f"http://{shown}:{port}",
        "FAST_TRACK_FROM": "2020-02-01",  # in effect, so that the sample shows it; in production a date is set (PPCT-2.1)
        "LOG_LEVEL": "WARNING",  # so that the addresses and sign-ins stay in sight; LOG_LEVEL=INFO shows every request
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",  # on a bare machine root may be all there is
    }
    return (
        defaults
        | dict(found)
        | dict(os.environ)
        | {
            "DJANGO_SETTINGS_MODULE": "secgov.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
            "PYTHONUNBUFFERED": "1",
        }
    )


def _prepare(places: Places, environment: Mapping[str, str]) -> None:
    """Migrate, and on first start fetch the list and the people to try it with."""
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    if not signing_key(places).exists():
        _manage(dict(environment) | {"SIGNING_KEY_FILE": str(signing_key(places))}, "make_signing_key")
    given = os.environ.get("LIST", "")
    worker = _of_the_worker(places, environment)
    if given:
        _manage(worker, "import_cpl", str(Path(given).resolve()))
    elif not _holds_a_list(environment["DATABASE_URL"]):
        _manage(worker, "load_sample")
    if not _sign_ins(places).exists():
        _manage(environment, "load_sample_people")


def _programs(
    places: Places, environment: dict[str, str], host: str, port: int, mail: int, pages: int
) -> list[Program]:
    """List the programs in the order in which they start and stop."""
    python = sys.executable
    worker = _of_the_worker(places, environment)
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    gunicorn = [
        python,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        "--bind",
        bind,
        "secgov.wsgi",
    ]
    celery = [python, "-m", "celery", "--app", "secgov.celery:app", "--quiet"]
    schedule = str(places.local / "beat-schedule")
    catcher = [python, "-m", "secgov.local.mailcatcher", "--smtp-port", str(mail), "--page-port", str(pages)]
    return [
        Program(
            "web server",
            gunicorn,
            environment | {"PROMETHEUS_MULTIPROC_DIR": str(places.local / "metrics")},
            35,
        ),
        Program(
            "beat",
            [*celery, "beat", "--pidfile=", "--schedule", schedule, "--loglevel", "WARNING"],
            environment,
        ),
        Program("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"], worker, 60),
        Program("mail catcher", [*catcher, "--folder", str(places.local / "mail")], environment),
    ]


def _of_the_worker(places: Places, environment: Mapping[str, str]) -> dict[str, str]:
    """Only the worker, and the commands that publish, are told where the signing key is."""
    return dict(environment) | {"SIGNING_KEY_FILE": str(signing_key(places))}


def signing_key(places: Places) -> Path:
    """Where the sample's private key is kept."""
    return places.local / "signing-key.json"


def _sign_ins(places: Places) -> Path:
    return places.local / "sign-ins.json"


def _manage(environment: Mapping[str, str], *arguments: str) -> None:
    process = processes.start([sys.executable, "manage.py", *arguments], env=environment, cwd=PROJECT)
    try:
        code = process.wait()
    finally:
        processes.stop(process)
    if code != 0:
        raise LocalError(f"`manage.py {arguments[0]}` did not succeed, so nothing was started.")


def _holds_a_list(url: str) -> bool:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM cpl_devicemodel)")
            row = cursor.fetchone()
            return bool(row and row[0])
    finally:
        connection.close()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LocalError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _check_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LocalError(
                f"{host}:{port} cannot be used ({error.strerror}). Try `make run PORT={port + 1}`."
            ) from error


def _wait_for_web(host: str, port: int, web: Program) -> None:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)

    def answers() -> bool:
        if web.process is None or web.process.poll() is not None:
            raise LocalError("The web server did not start; what it said stands above.")
        try:
            socket.create_connection((target, port), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        processes.wait_until(answers, seconds=60)
    except TimeoutError:
        raise LocalError(
            "The web server did not answer within a minute; what it said stands above."
        ) from None


def _announce(places: Places, host: str, port: int, pages: int) -> None:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    site = f"http://{shown}:{port}"
    print(f"\nThe Central Products List is up. Ctrl-C stops it; the data stays in {places.private}\n")
    for name, address in (
        ("The list", f"{site}/"),
        ("Sign in", f"{site}/accounts/login/"),
        ("Secretariat", f"{site}/admin/"),
        ("API", f"{site}/api/v1/docs/"),
        ("Mails caught", f"http://127.0.0.1:{pages}/"),
    ):
        print(f"  {name:<14}{address}")
    if not _sign_ins(places).exists():
        print("\nNo sample sign-ins are kept here. `make clean` begins afresh, with new ones.\n", flush=True)
        return
    sign_ins = json.loads(_sign_ins(places).read_text())
    print("\nSample sign-ins (also in .local/sign-ins.json):\n")
    for person, password in sign_ins["people"].items():
        print(f"  {person:<24}{password}")
    client = sign_ins.get("dcc_client", {})
    print(f"\n  The DCC's client: id {client.get('id')}  secret {client.get('secret')}\n", flush=True)
