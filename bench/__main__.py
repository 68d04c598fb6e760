"""`python -m bench [NAME…]`: measure what was promised about speed, a row each; needs the project's servers."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secgov.settings")
django.setup()

from bench import building, dcc_lists, due, importing, reading, search, serving, stores, uploads  # noqa: E402  Django first

BENCHES = {
    "importing": importing.measure,
    "building": building.measure,
    "dcc_lists": dcc_lists.measure,
    "serving": serving.measure,
    "reading": reading.measure,
    "growth": reading.growth,
    "search": search.measure,
    "uploads": uploads.measure,
    "due": due.measure,
}
"""Each gives its rows one by one as they are measured."""


def main(names: list[str]) -> int:
    """Run the benches named, or all; gives 0 when every promise was kept in this run."""
    print(
        "The promises are about two cores with nothing else to do; on a busy machine run it again.",
        flush=True,
    )
    kept = True
    try:
        for name in names or BENCHES:
            for measured in BENCHES[name]():
                print(measured, flush=True)
                kept = kept and measured.kept
    finally:
        stores.remove()
    return 0 if kept else 1


sys.exit(main(sys.argv[1:]))
