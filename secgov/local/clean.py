"""Remove everything that `make run` and `make test` made but the checkout itself. Standard library only."""

import shutil
import sys
from pathlib import Path

from secgov.local.places import Places

MADE = ("staticfiles", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis")


def clean(places: Places) -> int:
    """Remove the servers' data, the passwords and every cache; refuse while the servers are up."""
    places.make()
    with places.locked("servers") as free:
        if not free:
            print("The servers of this project are up. Stop `make run` first.", file=sys.stderr)
            return 1
        for folder in (places.private, *(places.project / name for name in MADE)):
            if folder.exists():
                shutil.rmtree(folder)
                print(f"removed {folder}")
        for cache in _caches(places.project):
            shutil.rmtree(cache)
        shutil.rmtree(places.local)
        print(f"removed {places.local}")
    return 0


def _caches(project: Path) -> list[Path]:
    return [path for path in project.rglob("__pycache__") if ".venv" not in path.parts]


if __name__ == "__main__":
    sys.exit(clean(Places()))
