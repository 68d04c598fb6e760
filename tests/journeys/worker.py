"""The worker of production in a process of its own: Celery, the broker, the application's database role, the one key."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 240  # seconds; a machine under load is slow, a broken worker never comes


@contextmanager
def worker(
    *, folder: Path, email_url: str, key_file: Path, editions: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker until the block ends."""
    environment = {name: value for name, value in os.environ.items() if name != "CPL_DATABASE_ROLE"}
    environment |= {
        "EMAIL_URL": email_url,
        "SIGNING_KEY_FILE": str(key_file),
        "EDITION_DIR": str(editions),
        "EDITION_WINDOW_MINUTES": "30",
    }
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "secgov.celery", "worker", "--pool", "solo", "-l", "INFO"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        except BaseException:
            print((folder / "worker.log").read_text()[-4000:])  # pytest shows it beside the failure
            raise
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(question: Callable[[], Any], what: str) -> Any:
    """Ask until the answer is something; fail with words where it never is."""
    until = time.monotonic() + PATIENCE
    while not (answer := question()):
        assert time.monotonic() < until, f"{what}: it never came"
        time.sleep(0.2)
    return answer
