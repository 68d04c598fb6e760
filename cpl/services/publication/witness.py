"""The folder of editions: what lies in it, and the witness of the last number outside the database."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpl.rules.publication import format_edition
from cpl.rules.witness import Witness
from secgov.errors import Refusal

WITNESS = "witness.json"
LOCK = ".lock"
FORM_SUFFIXES = {"csv": "csv", "full": "full.csv", "json": "json"}


def file_name(number: int, form: str) -> str:
    """Give the name of a form's file, or of the manifest's: `cpl-2.052.csv`, `cpl-2.052.manifest.json`."""
    return f"cpl-{format_edition(number)}.{FORM_SUFFIXES.get(form, f'{form}.json')}"


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Hold the folder alone, so that two workers never write the witness past each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOCK, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_witness(folder: Path) -> Witness | None:
    """Give what the witness says, None where there is none. Raises Refusal where it cannot be read. Section F2.8"""
    try:
        said = json.loads((folder / WITNESS).read_text(encoding="utf-8"))
        return Witness(edition=int(said["number"]), manifest_sha256=str(said["manifest_sha256"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as fault:
        raise Refusal(
            f"No edition can be issued. The witness in the folder of editions cannot be read: {fault}.",
            clause="F2.8",
            field="witness",
            remedy="Find out which edition the DCC holds and restore the witness.",
        ) from fault


def write_witness(folder: Path, witness: Witness) -> None:
    """Write the witness. Only under `hold_folder`."""
    said = {
        "list": "CPL",
        "edition": format_edition(witness.edition),
        "number": witness.edition,
        "manifest_sha256": witness.manifest_sha256,
    }
    write_whole(folder / WITNESS, (json.dumps(said, indent=1) + "\n").encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader meets all of it or nothing, also after a power cut."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # nginx reads it under another name
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
