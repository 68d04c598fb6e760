"""Taking over an earlier published edition, whole or not at all (F2.2, A-51).

Its entries keep their published status; what the list never held (certificates, firmware details, the day and
the clause of a removal) is not invented: an entry is known to have been listed, or removed, by the day the
edition was issued. The worker then builds and signs the edition of that number from these rows.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from cpl.models import DeviceModel, Edition, ListImport, Submission
from cpl.reading import REMOVED, Problem, Reading, ReadRow, read_edition
from cpl.rules.publication import format_edition
from cpl.rules.versions import generation_of
from cpl.services.locks import hold_list, hold_numbers
from firmware_repo.models import Manufacturer
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.journal.nudge import nudge

CLAUSE = "F2.2"

DEVICE_COLUMNS = (
    "number, device_type, manufacturer_id, model_identifier, hardware_version, hardware_revision, firmware_version, "
    "spec_type, spec_version, gbcs_version, image_hash, generation, image_creator, image_descriptor, version"
)
PERIOD_COLUMNS = (
    "device_model_id, identity, origin, opened_known_by, closed_known_by, closing_clause, public_reason"
)
_NULL = r"\N"  # as COPY writes it


class UnreadableList(Refusal):
    """The file cannot be taken over; `problems` says row by row what is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            f"The file is refused whole, and nothing was changed: {len(problems)} "
            f"{'thing is' if len(problems) == 1 else 'things are'} wrong with it.",
            clause=CLAUSE,
            remedy="Correct the rows named, and import the file again.",
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or with `dry_run` would have done. `repeated`: these very bytes were imported before."""

    edition: int
    issued_on: dt.date
    entries: int
    removed: int
    manufacturers: int
    warnings: tuple[str, ...] = ()
    repeated: bool = False


@transaction.atomic
def import_list(
    *,
    data: bytes,
    file_name: str,
    actor: Actor,
    at: dt.datetime,
    dry_run: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Take over a published edition into an empty register. Section F2.2

    Takes the bytes of the file in the 13-column format; `say` is told each step. The same bytes again change nothing.
    Raises UnreadableList for a damaged file, and Refusal where the register already holds anything.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    hold_list(shared=False)
    hold_numbers()
    if done := ListImport.objects.filter(sha256=sha256).first():
        return Outcome(done.number, done.issued_on, done.rows, 0, 0, repeated=True)
    say("Reading the file …")
    reading = read_edition(data)
    if reading.problems:
        raise UnreadableList(reading.problems)
    _check_register_is_empty()
    makers = sorted({row.manufacturer_identifier for row in reading.rows})
    outcome = _outcome(reading, makers)
    if dry_run:
        return outcome
    say(f"Storing {len(reading.rows)} entries of {len(makers)} manufacturers …")
    _store(reading, makers)
    say("Recording the import …")
    taken_over = ListImport.objects.create(
        number=reading.edition,
        issued_on=reading.issued_on,
        file_name=file_name,
        sha256=sha256,
        rows=len(reading.rows),
        imported_at=at,
    )
    journal.record(
        actor=actor,
        at=at,
        verb="cpl.list.imported",
        subject=taken_over,
        clause=CLAUSE,
        reason=f"The published edition {format_edition(reading.edition)} is taken over whole from {file_name}.",
        public_reason=f"Edition {format_edition(reading.edition)} was taken over as it was published.",
        after={"sha256": sha256, "entries": outcome.entries, "removed": outcome.removed},
    )
    nudge("cpl.publish")
    return outcome


def _check_register_is_empty() -> None:
    earlier = ListImport.objects.order_by("number").last()
    entries = DeviceModel.objects.count()
    if earlier is not None:
        held = f"the imported edition {earlier} and {entries} entries"
    elif entries:
        held = f"{entries} entries"
    elif Submission.objects.exclude(entry_number=None).exists():
        # A number reserved for a submission may be one that the imported list uses for something else.
        held = "submissions with reserved entry numbers"
    elif Edition.objects.exists():
        held = "an edition of its own, after which the numbers run on without a gap"
    else:
        return
    raise Refusal(
        f"This register is not empty: it holds {held}. A published list is imported into an empty one only; nothing was changed.",
        clause=CLAUSE,
        remedy="Give an empty database in DATABASE_URL, or clear the sample one with `make clean`, and import again.",
    )


def _outcome(reading: Reading, makers: list[str]) -> Outcome:
    return Outcome(
        edition=reading.edition,
        issued_on=reading.issued_on,
        entries=len(reading.rows),
        removed=sum(row.status == REMOVED for row in reading.rows),
        manufacturers=len(makers),
        warnings=tuple(reading.warnings),
    )


def _store(reading: Reading, makers: list[str]) -> None:
    """Copy everything straight into the tables: a tenth of the time that row objects would take.

    Nothing is validated here: `read_edition` has checked every cell, and the constraints of the tables hold.
    """
    Manufacturer.objects.bulk_create(
        [Manufacturer(identifier=maker) for maker in makers], ignore_conflicts=True
    )
    known_by = reading.issued_on.isoformat()
    _copy("cpl_devicemodel", DEVICE_COLUMNS, map(device_line, reading.rows))
    _copy("cpl_listingperiod", PERIOD_COLUMNS, (period_line(row, known_by) for row in reading.rows))


class _Lines:
    """Lines as COPY reads them: made while the database stores the ones before, which saves a fifth of the time."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int) -> str:
        """The next lines, about `size` characters of them; "" at the end."""
        return "".join(islice(self._lines, size // 80))


def _copy(table: str, columns: str, lines: Iterator[str]) -> None:
    # No cell can hold a tab, a backslash or a line end: each passed the pattern of its column.
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(lines))


def device_line(row: ReadRow) -> str:
    """An entry as COPY reads it, in the order of DEVICE_COLUMNS."""
    cells = "\t".join(row[2:])
    return f"{row.number}\t{cells}\t{generation_of(row.spec_type, row.spec_version)}\t\t\t1\n"


def period_line(row: ReadRow, known_by: str) -> str:
    """An entry's listing period as COPY reads it, in the order of PERIOD_COLUMNS; `known_by` is an ISO date."""
    # The identity as `rules.device_identity` writes it; the database refuses one that differs from the entry's own.
    identity = "|".join(row[2:11])
    closed = known_by if row.status == REMOVED else _NULL
    return f"{row.number}\t{identity}\timported\t{known_by}\t{closed}\t\t\n"
