"""A project folder of its own for each test of the driver, and no trace of it afterwards."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from secgov.local.places import Places


@pytest.fixture(scope="module")
def used_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """The places of a project that earlier tests may have used: making a cluster is what takes the time."""
    found = Places(tmp_path_factory.mktemp("used") / "project")
    yield found
    shutil.rmtree(found.private, ignore_errors=True)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """The places of an empty project."""
    found = Places(tmp_path / "project")
    yield found
    shutil.rmtree(found.private, ignore_errors=True)
