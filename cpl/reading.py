"""Reading a published edition of the Central Products List in its 13-column format.

Pure: bytes in; rows, or a list of everything that is wrong with them, out. Published editions were made by
hand, so the reading is forgiving where no meaning is lost (blanks around a cell, lower-case hexadecimal, no
byte order mark, other line ends) and refuses everything else, naming row, column and reason. Rows are
numbered as a spreadsheet shows them: the header is row 1.

Each column is checked over its distinct values, with the same rules that check a submission: that keeps one
definition of every field, and twenty thousand rows within about a tenth of a second.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from operator import eq, itemgetter
from typing import Any, NamedTuple

from cpl.rules import device_identity, image, publication, versions
from cpl.rules.device_types import NAMES
from secgov.errors import Refusal

COLUMNS = (
    "Version",
    "Entry.number",
    "Entry.status",
    "Device_Type.name",
    "Device_Model.manufacturer_identifier",
    "Device_Model.model_identifier",
    "Device_Model.hardware_version.version",
    "Device_Model.hardware_version.revision",
    "Device_Model.model_identifier_concatenated_with_hardware_version",
    "Device_Model.firmware_version",
    "SMETS_CHTS Version.Version_number_and_effective_date",
    "GBCS Version.version_number",
    "Manufacturer_Image.hash",
)
"""The 13 columns. Other people's scripts rely on these names and this order."""
VERSION, NUMBER, STATUS, TYPE, MAKER, MODEL, HARDWARE, REVISION, JOINED, FIRMWARE, SPEC, GBCS, HASH = range(
    13
)

CURRENT, REMOVED = "current", "removed"

_STATUSES = {"Current": CURRENT, "Removed": REMOVED}
_TYPES = {name: code for code, name in NAMES.items()}
_NUMBER = re.compile(r"[0-9]{6}")


class ReadRow(NamedTuple):
    """One entry as published, trimmed; hexadecimal in upper case; `image_hash` is "" where there is none."""

    number: int
    status: str
    device_type: str
    manufacturer_identifier: str
    model_identifier: str
    hardware_version: str
    hardware_revision: str
    firmware_version: str
    spec_type: str
    spec_version: str
    gbcs_version: str
    image_hash: str


class Problem(NamedTuple):
    """What is wrong: the row as a spreadsheet numbers it (0 for the file as a whole), the column, the reason."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        """The problem as one line of a report."""
        place = f"Row {self.row}" if self.row else "The file"
        return f"{place}, {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"


@dataclass(slots=True)
class Reading:
    """What was read. With any problem nothing of it may be used; warnings are for a person to look at."""

    edition: int = 0
    """The edition's number: 2051 for "2.051"."""
    issued_on: date = date.min
    rows: list[ReadRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Table:
    """The trimmed cells by column, with each line's row number, while they are being checked."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.row_numbers: list[int] = []
        self.lines: list[tuple[str, ...]] = []
        self.columns: list[tuple[str, ...]] = []

    def add(self, row: int, column: int, reason: str) -> None:
        self.problems.append(Problem(row, COLUMNS[column], reason))

    def add_where(self, column: int, reasons: dict[str, str]) -> None:
        """Report every row whose cell is one of the bad values in `reasons`."""
        if reasons:
            for row, cell in zip(self.row_numbers, self.columns[column], strict=True):
                if cell in reasons:
                    self.add(row, column, reasons[cell])


def read_edition(data: bytes) -> Reading:
    """Read the bytes of a published edition. Appendix Z 2.1

    Gives its number, its issue date and its rows in ascending entry number; or every problem found.
    """
    reading = Reading()
    table = _Table(reading.problems)
    if _take_lines(data, table) and table.lines:
        table.columns = list(zip(*table.lines, strict=True))
        _check_version(table, reading)
        _check_numbers(table)
        clean = {column: _check_column(table, column, rule) for column, rule in _RULES.items()}
        _check_concatenation(table)
        _check_pairs(table, clean)
        if not reading.problems:
            rows = _rows(table, clean)
            _check_listed_once(table, rows)
        if not reading.problems:
            reading.rows, reading.warnings = rows, _warnings(rows)
    elif not reading.problems:
        reading.problems.append(Problem(0, "", "it holds no entry"))
    reading.problems.sort(key=lambda problem: problem.row)
    return reading


def _take_lines(data: bytes, table: _Table) -> bool:
    """Cut the bytes into trimmed cells; whether the header allows them to be understood."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text (at byte {error.start}); save it as “CSV UTF-8”"
        table.problems.append(Problem(0, "", reason))
        return False
    if "\0" in text:
        reason = "it holds zero bytes, as UTF-16 text does; save it as “CSV UTF-8”"
        table.problems.append(Problem(0, "", reason))
        return False
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if not _header_is_right(next(lines, []), table.problems):
            return False
        for row, line in enumerate(lines, start=2):
            if len(line) == len(COLUMNS):
                table.row_numbers.append(row)
                table.lines.append(tuple(map(str.strip, line)))
            elif line:  # an empty line is the end of a file, or a slip that changes nothing
                table.problems.append(Problem(row, "", f"it has {_counted(len(line))}, not 13"))
    except csv.Error as error:
        table.problems.append(Problem(lines.line_num, "", f"the line is not well-formed CSV: {error}"))
    return True


def _header_is_right(header: list[str], problems: list[Problem]) -> bool:
    found = [cell.strip() for cell in header]
    if len(found) != len(COLUMNS):
        reason = f"the header has {_counted(len(found))}; the published list has 13"
        problems.append(Problem(1, "", reason))
        return False
    for name, cell in zip(COLUMNS, found, strict=True):
        if cell != name:
            problems.append(Problem(1, name, f"the header says {_quoted(cell)} here"))
    return not problems


def _check_version(table: _Table, reading: Reading) -> None:
    """Every row names the same edition, with a real date."""
    first = table.columns[VERSION][0]
    try:
        reading.edition, reading.issued_on = publication.parse_version_cell(first)
    except Refusal as refusal:
        table.add(table.row_numbers[0], VERSION, f"{refusal.message} {refusal.remedy}")
    others = set(table.columns[VERSION]) - {first}
    table.add_where(
        VERSION, {each: f"it says {_quoted(each)}, the first row {_quoted(first)}" for each in others}
    )


def _check_numbers(table: _Table) -> None:
    """Entry numbers are six digits, each there once, ascending: so nobody overlooks that one is missing."""
    cells = table.columns[NUMBER]
    well_formed = {cell for cell in set(cells) if _NUMBER.fullmatch(cell) and cell != "000000"}
    first_seen: dict[str, int] = {}
    highest = ""
    for row, cell in zip(table.row_numbers, cells, strict=True):
        if cell not in well_formed:
            table.add(row, NUMBER, f"{_quoted(cell)} is not an entry number of six digits")
        elif first_seen.setdefault(cell, row) != row:
            table.add(row, NUMBER, f"entry {cell} stands in row {first_seen[cell]} already")
        elif cell < highest:
            table.add(row, NUMBER, f"entry {cell} stands after {highest}; entry numbers ascend")
        else:
            highest = cell


def _check_column(table: _Table, column: int, rule: Callable[[str], Any]) -> dict[str, Any]:
    """What `rule` makes of each distinct cell of the column; rows whose cell it refuses are reported."""
    clean, refused = {}, {}
    for cell in set(table.columns[column]):
        try:
            clean[cell] = rule(cell)
        except Refusal as refusal:
            refused[cell] = refusal.message
    table.add_where(column, refused)
    return clean


def _status(cell: str) -> str:
    if cell not in _STATUSES:
        message = f"{_quoted(cell)} is not a status; it is Current or Removed"
        raise Refusal(message, clause="Z6.11", field="status")
    return _STATUSES[cell]


def _device_type(cell: str) -> str:
    # Exactly as published: an export must give back the very cell that was read.
    if cell not in _TYPES:
        message = f"{_quoted(cell)} is not a Physical Device Type"
        raise Refusal(message, clause="Z2.1", field="device_type")
    return _TYPES[cell]


def _image_hash(cell: str) -> str:
    return image.clean_image_hash(cell) if cell else ""


_RULES: dict[int, Callable] = {
    STATUS: _status,
    TYPE: _device_type,
    MAKER: device_identity.clean_manufacturer_identifier,
    MODEL: device_identity.clean_model_identifier,
    HARDWARE: device_identity.clean_hardware_version,
    REVISION: device_identity.clean_hardware_revision,
    FIRMWARE: device_identity.clean_firmware_version,
    SPEC: versions.parse_specification,
    GBCS: versions.parse_gbcs,
    HASH: _image_hash,
}


def _check_concatenation(table: _Table) -> None:
    """The ninth column repeats three others; where it does not, one of the four is wrong."""
    parts = zip(*(table.columns[column] for column in (JOINED, MODEL, HARDWARE, REVISION)), strict=True)
    for row, (joined, model, hardware, revision) in zip(table.row_numbers, parts, strict=True):
        derived = model + hardware + revision
        if joined != derived and joined.upper() != derived.upper():
            table.add(
                row, JOINED, f"it says {_quoted(joined)}, but the model and hardware make {_quoted(derived)}"
            )


def _check_pairs(table: _Table, clean: dict[int, dict]) -> None:
    """The specification fits the type, and the GBCS version the specification (Z2.1(d), (e))."""
    columns = (TYPE, SPEC, GBCS)
    triples = list(zip(*(table.columns[column] for column in columns), strict=True))
    refused = {}
    for triple in set(triples):
        if all(cell in clean[column] for column, cell in zip(columns, triple, strict=True)):
            spec_type, spec_version = clean[SPEC][triple[1]]
            refused[triple] = versions.check_version_pair(
                device_type=clean[TYPE][triple[0]],
                spec_type=spec_type,
                spec_version=spec_version,
                gbcs_version=clean[GBCS][triple[2]],
            )
    if any(refused.values()):
        for row, triple in zip(table.row_numbers, triples, strict=True):
            for refusal in refused.get(triple, ()):
                table.add(row, GBCS if refusal.field == "gbcs_version" else SPEC, refusal.message)


def _rows(table: _Table, clean: dict[int, dict]) -> list[ReadRow]:
    spec_types = {cell: spec_type for cell, (spec_type, _) in clean[SPEC].items()}
    spec_versions = {cell: spec_version for cell, (_, spec_version) in clean[SPEC].items()}

    def cells(column: int, values: dict[str, str] | None = None) -> Iterable[str]:
        values = values or clean[column]
        # Most columns stand as they are to be stored, and need no second look at each cell.
        as_they_are = all(map(eq, values.keys(), values.values()))
        return table.columns[column] if as_they_are else map(values.__getitem__, table.columns[column])

    identifiers = (cells(column) for column in (STATUS, TYPE, MAKER, MODEL, HARDWARE, REVISION, FIRMWARE))
    versions_given = cells(SPEC, spec_types), cells(SPEC, spec_versions), cells(GBCS)
    columns = map(int, table.columns[NUMBER]), *identifiers, *versions_given, cells(HASH)
    return list(map(ReadRow._make, zip(*columns, strict=True)))


def _check_listed_once(table: _Table, rows: list[ReadRow]) -> None:
    """The same Device Model, version pair included, is not on the list under two numbers at once."""
    listed: dict[tuple, int] = {}
    for row_number, row in zip(table.row_numbers, rows, strict=True):
        if row.status == CURRENT and (other := listed.setdefault(row[2:-1], row.number)) != row.number:
            reason = f"the same Device Model is Current as entry {other:06} already"
            table.add(row_number, NUMBER, reason)


def _warnings(rows: list[ReadRow]) -> list[str]:
    """What is allowed but looks like a slip: one image's Hash under two firmware versions."""
    pairs = {(row.image_hash, row.firmware_version) for row in rows if row.image_hash}
    times = Counter(map(itemgetter(0), pairs))
    several: defaultdict[str, list[str]] = defaultdict(list)
    for image_hash, firmware in pairs:
        if times[image_hash] > 1:
            several[image_hash].append(firmware)
    return [
        f"The Hash {image_hash} stands with {len(found)} firmware versions: {', '.join(sorted(found))}."
        for image_hash, found in sorted(several.items())
    ]


def _quoted(cell: str) -> str:
    return f"“{cell if len(cell) <= 60 else cell[:60] + '…'}”"


def _counted(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"
