"""`python -m bench`: measure what was promised about speed, print a line each; needs the project's servers."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secgov.settings")
django.setup()

from bench import editions, stores  # noqa: E402  Django first


def main() -> int:
    """Run every bench; gives 0 when every promise was kept in this run."""
    print("Two cores are what the promises are about; on a busy machine run it again.", flush=True)
    kept = True
    try:
        for measured in editions.measure():
            print(measured, flush=True)
            kept = kept and measured.kept
    finally:
        stores.remove()
    return 0 if kept else 1


sys.exit(main())
