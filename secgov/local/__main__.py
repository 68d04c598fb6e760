"""`python -m secgov.local serve | run | manage | check | test | bench | clean`: what the Makefile calls."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from secgov.local import clean, run, servers
from secgov.local.passwords import Passwords
from secgov.local.places import PROJECT, LocalError, Places

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(SystemExit):
    """A person or the system asked us to stop, which is no error."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks and give the exit code; a sentence says what stands in the way."""
    parser = argparse.ArgumentParser(prog="python -m secgov.local", description=__doc__)
    parser.add_argument(
        "--project",
        type=Path,
        default=PROJECT,
        help="whose .local and data to use; this checkout's by default",
    )
    parser.add_argument("task", choices=["serve", "run", "manage", "check", "test", "bench", "clean"])
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="what the task itself is told")
    options = parser.parse_args(arguments)
    rest: list[str] = options.rest
    places = Places(options.project.resolve())
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        if options.task in ("run", "test"):
            _compile_once(places)
        if options.task == "test":
            os.chdir(PROJECT)
            os.execv(
                sys.executable,
                [sys.executable, "-m", "pytest", "-n", str(_workers()), "--dist", "worksteal", *rest],
            )  # tests/servers.py sees to the servers
        if options.task == "clean":
            return clean.clean(places)
        if options.task == "serve":
            return serve(places)
        if options.task == "run":
            return run.run(places)
        if options.task == "check":
            return check(places)
        return with_servers(
            places, ["manage.py", *rest] if options.task == "manage" else ["-m", "bench", *rest]
        )
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 0


def serve(places: Places) -> int:
    """Keep the servers up until asked to stop, and print the settings that lead to them."""
    with servers.for_project(places, os.environ) as environment:
        for name, value in environment.items():
            print(f"{name}={value}")
        print(
            f"\nThe servers are up; their data is in {places.private}. These settings also stand in .local/env.",
            flush=True,
        )
        while True:
            signal.pause()


def with_servers(places: Places, command: list[str]) -> int:
    """Run a Python command against the project's servers, starting them for its time if they are not up."""
    with servers.for_project(places, os.environ) as found:
        environment = (
            {"LOG_LEVEL": "WARNING"} | found | os.environ | {"SIGNING_KEY_FILE": str(run.signing_key(places))}
        )
        child = subprocess.Popen([sys.executable, *command], cwd=PROJECT, env=environment)
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def check(places: Places) -> int:
    """Ask Django whether a migration is missing and what it finds wrong, on servers that go when it has answered.

    What a project keeps is not touched, and need not open: a build server may make its clone where an earlier one's
    data still lies and its passwords do not.
    """
    with servers.for_tests(places, os.environ) as addresses:
        environment = {"LOG_LEVEL": "WARNING"} | os.environ | servers.settings(places, Passwords(), addresses)
        for command in (["makemigrations", "--check", "--dry-run"], ["check"]):
            code = subprocess.call([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment)
            if code:
                return code
    return 0


def _compile_once(places: Places) -> None:
    """Have the programs that we start keep what they compile, in our folder and for each other.

    A machine that is told to keep none of it compiles all of Django anew for each of them, which takes longer than the
    rest of a start. It lies in the checkout: a clone that comes in its place, with other code of the same size and
    time, must not run what was compiled of this one.
    """
    places.make()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(places.local / "bytecode")


def _workers() -> int:
    """How many processes run the tests: one more than there are processors, since each waits for a server at times."""
    return min(len(os.sched_getaffinity(0)) + 1, 8)


def _stop(number: int, frame: FrameType | None) -> None:
    for other in STOP_SIGNALS:  # once stopping has begun, another Ctrl-C must not leave half of it running
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(0)


if __name__ == "__main__":
    sys.exit(main())
