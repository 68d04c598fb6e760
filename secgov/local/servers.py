"""The pair of servers, for as long as somebody needs them."""

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2

from secgov.local import passwords as kept
from secgov.local import software
from secgov.local.passwords import Passwords
from secgov.local.places import LocalError, Places, write_private
from secgov.local.postgres import APPLICATION_ROLE, OWNER_ROLE, PostgresServer
from secgov.local.valkey import ValkeyServer

Environment = dict[str, str]


@contextmanager
def started(
    places: Places, folder: Path, passwords: Passwords, *, durable: bool, given: Mapping[str, str]
) -> Iterator[Environment]:
    """Start what is not given by address, with data in `folder`; give the addresses; stop it all at the end."""
    addresses = {
        name: given[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if given.get(name)
    }
    with ExitStack() as stack:
        if "DATABASE_URL" not in addresses:
            postgres = PostgresServer(software.install(places), folder / "postgres", passwords, durable)
            stack.callback(postgres.stop)
            postgres.start()
            addresses["DATABASE_URL"] = postgres.url(APPLICATION_ROLE)
            addresses["DATABASE_OWNER_URL"] = postgres.url(OWNER_ROLE)
        if "REDIS_URL" not in addresses:
            valkey = ValkeyServer(software.install(places), folder / "valkey", passwords.broker, durable)
            stack.callback(valkey.stop)
            valkey.start()
            addresses["REDIS_URL"] = valkey.url
        yield addresses


@contextmanager
def for_project(places: Places, given: Mapping[str, str], *, durable: bool = True) -> Iterator[Environment]:
    """Give the settings that lead to the project's servers, starting them unless given or already up.

    A second process in the same project uses the servers of the first. The settings are also written to `.local/env`.
    """
    places.make()
    if given.get("DATABASE_URL") and given.get("REDIS_URL"):
        passwords = kept.recall(places) or Passwords()
        kept.keep(places, passwords)
        yield settings(places, passwords, given)
        return
    with places.locked("servers") as ours:
        if not ours:
            yield _of_the_first(places)
            return
        passwords = _passwords(places)
        try:
            with started(places, places.private, passwords, durable=durable, given=given) as addresses:
                environment = settings(places, passwords, addresses)
                lines = [f"{name}={shlex.quote(value)}\n" for name, value in environment.items()]
                write_private(places.environment_file, "".join(lines))
                yield environment
        finally:
            places.environment_file.unlink(missing_ok=True)


@contextmanager
def for_tests(places: Places, given: Mapping[str, str]) -> Iterator[Environment]:
    """Give servers of our own for one run of the tests, unless given, and a folder for files; all goes when it ends."""
    places.make()
    folder = places.private / f"test-{os.getpid()}"
    for left in places.private.glob("test-*"):  # by a run that was killed; its number may be ours by now
        if left == folder or not Path(f"/proc/{left.name.removeprefix('test-')}").exists():
            shutil.rmtree(left, ignore_errors=True)  # another run that begins just now may be at it too
    folder.mkdir(mode=0o711)
    folder.chmod(0o711)
    try:
        with started(places, folder, Passwords(), durable=False, given=given) as addresses:
            yield addresses | {"CPL_TEST_FOLDER": str(folder)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what is still being written goes with the next run


def settings(places: Places, passwords: Passwords, addresses: Mapping[str, str]) -> Environment:
    """Give every setting of the sample environment but the signing key, which only the worker is told of."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    return {name: addresses[name] for name in names if addresses.get(name)} | {
        "DEBUG": "1",
        "ENVIRONMENT_NAME": "sample",
        "SECRET_KEY": passwords.secret_key,
        "METRICS_TOKEN": passwords.metrics_token,
        "EDITION_DIR": str(places.local / "editions"),
        "EDITION_WINDOW_MINUTES": "1",
    }


def _passwords(places: Places) -> Passwords:
    passwords = kept.recall(places)
    if passwords is None:
        if (places.private / "postgres" / "data").exists():
            raise LocalError(
                f"There is data in {places.private}, but the passwords that open it, .local/passwords.json, are gone. "
                "Put that file back, or run `make clean` to begin afresh."
            )
        passwords = Passwords()
        kept.keep(places, passwords)
    return passwords


def _of_the_first(places: Places) -> Environment:
    """Wait for the process that holds the servers to say where they are."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if places.environment_file.exists():
            lines = places.environment_file.read_text().splitlines()
            environment = dict(shlex.split(line)[0].split("=", 1) for line in lines)
            try:
                psycopg2.connect(environment["DATABASE_URL"]).close()
            except (
                psycopg2.OperationalError
            ):  # a leftover of one that was killed; its successor is about to replace it
                time.sleep(0.2)
                continue
            return environment
        time.sleep(0.1)
    raise LocalError(
        "Another process of this project holds the servers, and they do not answer. Stop it and try again."
    )
