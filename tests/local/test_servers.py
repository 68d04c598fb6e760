"""The embedded servers: what is written stays, whatever happens to the processes."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2
import pytest
import redis

from secgov.local import clean, processes, servers, software
from secgov.local.passwords import Passwords
from secgov.local.places import LocalError, Places
from secgov.local.postgres import APPLICATION_ROLE, OWNER_ROLE, PostgresServer

up = partial(servers.for_project, durable=False)  # most tests look at the start, not at what outlives a crash


@contextmanager
def cursor(url: str) -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as opened:
            yield opened


def remember(url: str, word: str) -> None:
    with cursor(url) as opened:
        opened.execute("CREATE TABLE IF NOT EXISTS remembered (word text)")
        opened.execute("INSERT INTO remembered VALUES (%s)", [word])


def remembered(url: str) -> list[str]:
    with cursor(url) as opened:
        opened.execute("SELECT word FROM remembered")
        return [row[0] for row in opened.fetchall()]


@pytest.fixture(scope="module")
def postgres(used_places: Places) -> Iterator[PostgresServer]:
    """A running server; each test leaves it running."""
    used_places.make()
    server = PostgresServer(
        software.install(used_places), used_places.private / "alone", Passwords(), durable=False
    )
    server.start()
    yield server
    server.stop()


def test_programs_installed_for_their_owner_alone_are_copied_for_the_servers_user(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under umask 077, which a build server may have."""
    wheels = tmp_path / "wheels"
    for name in (software.POSTGRES_WHEEL, f"{software.POSTGRES_WHEEL}.libs", software.VALKEY_WHEEL):
        shutil.copytree(Path(psycopg2.__file__).parents[1] / name, wheels / name, symlinks=True)
    for path in wheels.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    monkeypatch.syspath_prepend(wheels)
    places.make()
    made = software.install(places)
    for program in (made.postgres / "initdb", made.valkey):
        for path in (program, *program.relative_to(places.private).parents):
            assert (places.private / path).stat().st_mode & 0o001, path


def test_second_start_keeps_the_data_of_both_servers(used_places: Places) -> None:
    with servers.for_project(used_places, {}) as environment:
        remember(environment["DATABASE_OWNER_URL"], "kept")
        with redis.Redis.from_url(environment["REDIS_URL"]) as broker:
            broker.set("word", "kept")
    with servers.for_project(used_places, {}) as environment:
        assert "kept" in remembered(environment["DATABASE_OWNER_URL"])  # beside what other tests left here
        with redis.Redis.from_url(environment["REDIS_URL"]) as broker:
            assert broker.get("word") == b"kept"


def test_settings_lie_in_a_file_for_the_owner_alone_while_the_servers_are_up(used_places: Places) -> None:
    with up(used_places, {}) as environment:
        for name in ("env", "passwords.json"):
            assert stat.S_IMODE((used_places.local / name).stat().st_mode) == 0o600
        assert f"REDIS_URL={environment['REDIS_URL']}\n" in used_places.environment_file.read_text()
    assert not used_places.environment_file.exists()


def test_killed_server_comes_back_with_what_was_committed(postgres: PostgresServer) -> None:
    postgres.stop()
    postgres.durable = True
    postgres.start()
    remember(postgres.url(OWNER_ROLE), "committed")
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()
    postgres.start()
    assert "committed" in remembered(postgres.url(OWNER_ROLE))


def test_orphaned_server_is_stopped_before_its_data_is_opened_again(postgres: PostgresServer) -> None:
    orphan = postgres.process
    assert orphan is not None
    successor = PostgresServer(postgres.software, postgres.folder, postgres.passwords, durable=False)
    successor.start()
    try:
        assert orphan.wait(120) == 0
        assert successor.process is not None and successor.process.poll() is None
    finally:
        successor.stop()
        postgres.start()


def test_number_of_a_dead_server_given_to_another_process_does_not_block_the_start(
    postgres: PostgresServer,
) -> None:
    mark = postgres.data / "postmaster.pid"
    text = mark.read_text()
    postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        mark.write_text(text.replace(text.split("\n", 1)[0], str(bystander.pid), 1))
        os.chown(mark, postgres.data.stat().st_uid, postgres.data.stat().st_gid)
        postgres.start()
        assert bystander.poll() is None
        bystander.kill()


def test_interrupted_making_of_the_cluster_is_begun_again(places: Places) -> None:
    places.make()
    half = places.private / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with up(places, {}) as environment:
        remember(environment["DATABASE_OWNER_URL"], "whole")


def test_usual_ports_may_be_taken(used_places: Places) -> None:
    with ExitStack() as stack:
        for port in (5432, 6379):
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:  # taken already, which is the point
                continue
            listener.listen()
        with up(used_places, {}) as environment:
            remember(environment["DATABASE_OWNER_URL"], "on another port")


def test_application_role_may_not_change_the_schema(postgres: PostgresServer) -> None:
    with (
        cursor(postgres.url(APPLICATION_ROLE)) as opened,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        opened.execute("CREATE TABLE made_by_the_application ()")


def test_given_addresses_are_used_and_nothing_is_started(places: Places) -> None:
    given = {"DATABASE_URL": "postgres://elsewhere/cpl", "REDIS_URL": "redis://elsewhere/0"}
    with up(places, given) as environment:
        assert environment["DATABASE_URL"] == given["DATABASE_URL"]
        assert list(places.private.iterdir()) == []


def test_lost_passwords_are_said_and_nothing_is_overwritten(places: Places) -> None:
    places.make()
    (places.private / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(LocalError, match="are gone"), up(places, {}):
        pass
    assert (places.private / "postgres" / "data").exists()


def test_private_folder_of_somebody_else_is_refused(places: Places) -> None:
    places.private.symlink_to("/tmp")
    try:
        with pytest.raises(LocalError, match="belongs to somebody else"):
            places.make()
    finally:
        places.private.unlink()


def test_clean_removes_everything_but_not_under_running_servers(places: Places) -> None:
    places.make()
    with places.locked("servers"):
        assert clean.clean(places) == 1
    assert clean.clean(places) == 0
    assert not places.private.exists()
    assert not places.local.exists()


def test_data_of_a_killed_test_run_is_removed_by_the_next(places: Places) -> None:
    places.make()
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = places.private / f"test-{gone.pid}"
    left.mkdir()
    given = {"DATABASE_URL": "postgres://elsewhere/cpl", "REDIS_URL": "redis://elsewhere/0"}
    with servers.for_tests(places, given) as environment:
        assert not left.exists()
        assert Path(environment["CPL_TEST_FOLDER"]).is_dir()
    assert not Path(environment["CPL_TEST_FOLDER"]).exists()


def test_tests_and_checks_need_no_passwords_of_what_an_earlier_checkout_left_here(places: Places) -> None:
    places.make()
    (places.private / "postgres" / "data").mkdir(parents=True)
    (places.private / f"test-{os.getpid()}" / "postgres").mkdir(parents=True)  # by a killed run of our number
    with servers.for_tests(places, {}) as environment:
        remember(environment["DATABASE_OWNER_URL"], "fresh")
    assert list((places.private / "postgres").iterdir()) == [places.private / "postgres" / "data"]


def test_process_that_will_not_stop_is_made_to() -> None:
    stubborn = processes.start(
        ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"],
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path("/"),
    )
    processes.stop(stubborn, seconds=0.5)
    assert stubborn.returncode in (-signal.SIGKILL, -signal.SIGTERM)
