"""A world that many tests share: made once, in a transaction around theirs, which find it each time as it was made.

Making one by the services takes a second, as long as fifty tests that only look at it. Each test has a transaction of
its own within the world's, rolled back when it ends, and copies of the objects; a test of another kind closes the world.
"""

import copy
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

Maker = Callable[[Any, Path], Any]  # is given the settings and a folder


@dataclass
class World:
    """What was made, by whom, with which files, within which transaction of which connection."""

    maker: Maker
    folder: Path
    around: transaction.Atomic
    session: Any
    made: Any = None
    key_file: str = ""


blocker: Any = None  # pytest-django's, from when the process has its database
_open: World | None = None


def open_for(maker: Maker | None) -> None:
    """Have this world open before a test begins, and no other; none where `maker` is None, and before the first test."""
    global _open
    if blocker is None:
        return
    with blocker.unblock():
        if _open is not None and (_open.maker is not maker or _open.session is not connection.connection):
            close()
        if maker is not None and _open is None:
            connection.ensure_connection()
            world = World(maker, Path(tempfile.mkdtemp()), transaction.atomic(), connection.connection)
            world.around.__enter__()
            _open = world
            try:
                with override_settings(EDITION_DIR=world.folder / "editions"):
                    world.made = maker(settings, world.folder)
                    world.key_file = settings.SIGNING_KEY_FILE
            except BaseException:
                close()
                raise


def close() -> None:
    """Take the open world back, if there is one."""
    global _open
    world, _open = _open, None
    if world is not None and world.session is connection.connection:
        transaction.set_rollback(True)
        world.around.__exit__(None, None, None)


def shared(test_settings: Any) -> Any:
    """Give copies of what the open world holds, its key and its files put where the test looks for them."""
    assert _open is not None
    test_settings.SIGNING_KEY_FILE = _open.key_file
    if (_open.folder / "editions").exists():
        shutil.copytree(_open.folder / "editions", settings.EDITION_DIR, dirs_exist_ok=True)
    return copy.deepcopy(_open.made)


def is_open() -> bool:
    """Whether a world is open; none is for the first test of a process, and for one that commits."""
    return _open is not None
