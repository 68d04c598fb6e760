"""`python -m secgov.local serve`, as root and as an ordinary user, stopped and killed in every way."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from secgov.local import processes, servers
from secgov.local.places import PROJECT, Places

ORDINARY = pwd.getpwnam("daemon").pw_uid  # every Linux has it, and it may do nothing
PACKAGES = Path(psycopg2.__file__).parents[1]


@dataclass
class Person:
    """Somebody at the keyboard: who they are, the Python that they can run, and the project folder that is theirs."""

    uid: int
    python: str
    places: Places

    @property
    def private(self) -> Path:
        """Their private folder."""
        ours = self.places.private
        return ours.with_name(ours.name.replace(f"cpl-{os.getuid()}-", f"cpl-{self.uid}-"))

    def serve(self) -> "subprocess.Popen[str]":
        """Start the servers in the foreground and wait until they are up."""
        process = subprocess.Popen(
            [self.python, "-m", "secgov.local", "--project", str(self.places.project), "serve"],
            cwd="/",
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": f"{PROJECT}:{PACKAGES}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            user=self.uid,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if "The servers are up" in line:
                return process
        raise AssertionError("".join(said))

    def count(self) -> int:
        """Count a start in the database, and give how many there have been."""
        lines = self.places.environment_file.read_text().splitlines()
        url = dict(line.split("=", 1) for line in lines)["DATABASE_OWNER_URL"]
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS starts (at timestamptz DEFAULT now())")
            cursor.execute("INSERT INTO starts DEFAULT VALUES")
            cursor.execute("SELECT count(*) FROM starts")
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def left_running(self) -> list[int]:
        """Give the processes that still run a program from the private folder."""
        numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [number for number in numbers if processes.runs_from(self.private, number)]


@pytest.fixture(params=["present user", "ordinary user"])
def person(request: pytest.FixtureRequest) -> Iterator[Person]:
    uid, python = os.getuid(), sys.executable
    if request.param == "ordinary user":
        if uid != 0:
            pytest.skip("the present user is an ordinary one")
        uid = ORDINARY
        candidates = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
        python = next((path for path in candidates if _runs_as(uid, path)), "")
        if not python:
            pytest.skip("this Python or this checkout lies where an ordinary user may not go")
    project = Path(tempfile.mkdtemp(prefix="cpl-project-", dir="/tmp"))
    os.chown(project, uid, -1)
    someone = Person(uid, python, Places(project))
    yield someone
    shutil.rmtree(project)
    shutil.rmtree(someone.private, ignore_errors=True)


def _runs_as(uid: int, python: str) -> bool:
    if not Path(python).exists():
        return False
    try:
        environment = {"PYTHONPATH": f"{PROJECT}:{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [python, "-c", "import psycopg2, secgov.local.servers"]
        return subprocess.call(command, user=uid, env=environment, cwd="/", stderr=subprocess.DEVNULL) == 0
    except PermissionError:
        return False


def test_start_stop_and_second_start_keep_the_data_and_leave_nothing_running(person: Person) -> None:
    for start, number in enumerate((signal.SIGTERM, signal.SIGINT), start=1):
        process = person.serve()
        assert person.count() == start
        process.send_signal(number)
        assert process.wait(120) == 0
        assert person.left_running() == []
        assert not person.places.environment_file.exists()


def test_killed_driver_takes_its_servers_along_and_the_next_start_has_the_data(person: Person) -> None:
    process = person.serve()
    assert person.count() == 1
    process.kill()
    process.wait()
    processes.wait_until(lambda: person.left_running() == [], seconds=120)
    process = person.serve()
    assert person.count() == 2
    process.terminate()
    assert process.wait(120) == 0


def test_second_process_uses_the_servers_of_the_first() -> None:
    project = Path(tempfile.mkdtemp(prefix="cpl-project-", dir="/tmp"))
    someone = Person(os.getuid(), sys.executable, Places(project))
    process = someone.serve()
    try:
        before = someone.left_running()
        with servers.for_project(someone.places, {}) as environment:
            assert (
                f"DATABASE_URL={environment['DATABASE_URL']}\n" in someone.places.environment_file.read_text()
            )
        assert len(someone.left_running()) >= len(before) > 0
    finally:
        process.terminate()
        process.wait(120)
        shutil.rmtree(project)
        shutil.rmtree(someone.private)
