"""Clauses of the Code, and where they are coded.

A *row* is one line of the catalogue of obligations; its ID may carry a suffix that
tells several rows of one clause apart (``F2.8-0``, ``PPCT-9.16-1``). A *clause* is the
key without that suffix (``F2.8``). A *citation* is how a docstring names a clause::

    Section F2.8(a)          F2.8(a)
    Appendix Z 6.2(d)        Z6.2(d)
    SC Methodology 6.10      SC-6.10
    SC Methodology A1.4      SC-A1.4      Appendix 1; A2 is Appendix 2
    PPCT Report 9.16         PPCT-9.16
    X-1, Z6-R1, SC-A2-Q4     themselves: one row, by its ID
    TR-3                     itself: a time rule, which is no row

The first line of a docstring ends with its citations, joined by a comma or "and"; a
full stop may follow. A citation covers every row whose ID, or whose ID without its
last suffix, equals it. Where a clause is coded is read from the docstrings here, and
never typed twice.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# The conventions that every row of the catalogue relies on. They are cited like rows,
# but nobody owes them, so the register has no table for them.
TIME_RULES = {
    "TR-1": "Instants are kept in UTC; dates and Working Days are those of London.",
    "TR-2": "A Working Day is neither a Saturday, a Sunday nor a day in the bank holiday table.",
    "TR-3": "The day of the event is not counted; the period ends with the last day, 24:00 London.",
    "TR-4": "Hours are elapsed hours: 24 hours are 86,400 seconds, whatever the day or the clocks.",
    "TR-5": "Months lead to the same day-number, or to the last day of a month that lacks it.",
    "TR-6": "A notice whose day is not a Working Day goes on the Working Day before.",
    "TR-7": "A certificate is valid through the whole of its date; it ends when the next begins.",
    "TR-8": "On or around: ten Working Days before the target to five after it.",
    "TR-9": "Where the text sets no date, a target is asked for and age is shown; nothing waits.",
    "TR-10": "Every act says who, for whom, when, under which clause, why, and what changed.",
}

STATUSES = ("coded", "by hand", "not ours", "planned")
STATUSES_WITH_A_WHY = ("by hand", "not ours")

# What stands before the first hyphen here names a document, not a clause.
_DOCUMENTS = frozenset({"SC", "PPCT", "X", "TR"})

_LIMBS = r"(?:\([a-zA-Z]+\))*"
_NUMBER = rf"A?\d+(?:\.\d+)*{_LIMBS}"
_SPELLINGS = (
    (re.compile(rf"Section (F2(?:\.\d+[A-Z]?{_LIMBS})?)"), ""),
    (re.compile(rf"Appendix Z (\d+(?:\.\d+)?{_LIMBS})"), "Z"),
    (re.compile(rf"SC Methodology ({_NUMBER})"), "SC-"),
    (re.compile(rf"PPCT Report ({_NUMBER})"), "PPCT-"),
    (
        re.compile(
            r"((?:F2|Z2|Z6|SC|PPCT|X|TR)(?:\.\w+(?:\([a-zA-Z]+\))*)?(?:-[\w.]*\w(?:\([a-zA-Z]+\))*)+)"
        ),
        "",
    ),
)
_ONE = "|".join(f"(?:{pattern.pattern})" for pattern, _ in _SPELLINGS)
_ALL_AT_THE_END = re.compile(rf"(?<![\w(/-])(?:{_ONE})(?:(?:,| and|, and) (?:{_ONE}))*\.?$")
_JOINT = re.compile(r", and |, | and ")


class RegisterFault(ValueError):
    """The clause register does not hold what it must; the message names the table."""


@dataclass(frozen=True)
class ClauseRow:
    """One row of the register: what is owed, in one line, and how far the system sees to it."""

    id: str
    duty: str
    status: str
    why: str = ""

    @property
    def clause(self) -> str:
        """Give the clause that this row belongs to: its ID without the last suffix."""
        return clause_of(self.id)


@dataclass(frozen=True)
class Citation:
    """One place in the code that cites a clause: file as given, qualified name, line, and what it says it does."""

    clause: str
    path: Path
    name: str
    line: int
    says: str


def parse_citation(text: str) -> str:
    """Give the key of one citation, ``Section F2.8(a)`` to ``F2.8(a)``; ValueError if it is none.

    A bare key without a hyphen (``F2.8(a)``) is not a citation: people read the code,
    and ``Section`` tells them which document to open.
    """
    for pattern, prefix in _SPELLINGS:
        match = pattern.fullmatch(text)
        if match:
            return prefix + match[1]
    raise ValueError(f"{text!r} is not spelled like a citation")


def citations_in(docstring: str) -> tuple[str, ...]:
    """Give the keys cited at the end of a docstring's first line; empty if it cites nothing."""
    first_line = docstring.strip().partition("\n")[0].strip()
    match = _ALL_AT_THE_END.search(first_line)
    if not match:
        return ()
    return tuple(parse_citation(part) for part in _JOINT.split(match[0].removesuffix(".")))


def sentence_in(docstring: str) -> str:
    """Give the first line of a docstring without the citations at its end: what the code there says it does."""
    first_line = docstring.strip().partition("\n")[0].strip()
    match = _ALL_AT_THE_END.search(first_line)
    return first_line[: match.start()].strip() if match else first_line


def clause_of(row_id: str) -> str:
    """Give the clause of a row: ``F2.8-0`` to ``F2.8``, ``SC-6.10`` and ``X-1`` to themselves."""
    stem, _, _ = row_id.rpartition("-")
    return row_id if stem in _DOCUMENTS or not stem else stem


def covers(key: str, row_id: str) -> bool:
    """Say whether citing ``key`` covers the row: as its ID, or as its ID less the last suffix."""
    return key in (row_id, clause_of(row_id))


def spell(key: str) -> str:
    """Give a key as the Code's readers spell it: ``F2.8(c)`` to ``Section F2.8(c)``."""
    if key.startswith("F2"):
        return f"Section {key}"
    if re.match(r"Z\d+(\.|$)", key):
        return f"Appendix Z {key[1:]}"
    for prefix, document in (("SC-", "SC Methodology "), ("PPCT-", "PPCT Report ")):
        if key.startswith(prefix):
            return document + key.removeprefix(prefix)
    return key


def anchor(clause: str) -> str:
    """Give the id of a clause on the page /clauses/, from its key or its citation.

    ``/clauses/#`` and this make the link. The page gives every row its ID, and the
    first row of a clause the clause's key besides, so that both lead somewhere.
    """
    try:
        return parse_citation(clause)
    except ValueError:
        return clause


def load_register(path: Path) -> tuple[ClauseRow, ...]:
    """Read the register, in the order of the file; RegisterFault if a table is not as it must be.

    Every table has a one-line ``duty`` and a ``status``; the statuses "by hand" and
    "not ours" have a ``why``.
    """
    with path.open("rb") as source:
        tables = tomllib.load(source)
    return tuple(_read_row(row_id, table) for row_id, table in tables.items())


def _read_row(row_id: str, table: object) -> ClauseRow:
    if not isinstance(table, dict) or not table.keys() <= {"duty", "status", "why"}:
        raise RegisterFault(f"[{row_id}] is not a table of duty, status and why")
    row = ClauseRow(row_id, table.get("duty", ""), table.get("status", ""), table.get("why", ""))
    if not all(isinstance(cell, str) for cell in (row.duty, row.status, row.why)):
        raise RegisterFault(f"[{row_id}] holds something that is not text")
    if not row.duty.strip() or "\n" in row.duty:
        raise RegisterFault(f"[{row_id}] needs a duty of one line")
    if row.status not in STATUSES:
        raise RegisterFault(f"[{row_id}] has the status {row.status!r}, not one of {STATUSES}")
    if row.status in STATUSES_WITH_A_WHY and not row.why.strip():
        raise RegisterFault(f"[{row_id}] is {row.status!r} and does not say why")
    return row


def find_citations(roots: Iterable[Path]) -> tuple[Citation, ...]:
    """Read every citation in the Python files below the given folders, in order of file and line.

    Docstrings of modules, classes and functions count; nothing is imported.
    """
    files = sorted(file for root in roots for file in root.rglob("*.py"))
    return tuple(citation for file in files for citation in _cited_in_file(file))


def _cited_in_file(file: Path) -> Iterator[Citation]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    for name, node in _documented(tree, ()):
        docstring = ast.get_docstring(node) or ""
        for key in citations_in(docstring):
            yield Citation(key, file, name, getattr(node, "lineno", 1), sentence_in(docstring))


def _documented(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    within: tuple[str, ...],
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    yield ".".join(within), node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, (*within, child.name))
