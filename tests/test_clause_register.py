"""The clause register against the code that cites it, the tests that prove it, and the catalogue."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from secgov.clauses import STATUSES_WITH_A_WHY, TIME_RULES, covers, find_citations, load_register

ROOT = Path(__file__).resolve().parent.parent
CODE = [ROOT / name for name in ("secgov", "firmware_repo", "cpl", "ssc")]
TESTS = ROOT / "tests"
CATALOGUE = ROOT.parent / "shared" / "spec" / "obligations"

REGISTER = load_register(ROOT / "docs" / "clauses.toml")
IDS = {row.id for row in REGISTER}
CITATIONS = find_citations(CODE)


def marked_ids() -> Iterator[tuple[str, str]]:
    """Give every ID that a test is marked with, and the place of the mark."""
    for file in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=str(file))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "clause"
                and ast.unparse(node.func.value) == "pytest.mark"
            ):
                for argument in node.args:
                    place = f"{file.relative_to(ROOT)}:{node.lineno}"
                    yield ast.literal_eval(argument), place


def catalogue_rows() -> dict[str, str]:
    """Give kind by ID of every row of the catalogue."""
    rows = {}
    for file in sorted(CATALOGUE.glob("[A-P]-*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("|") and cells[0] not in ("ID", "---"):
                rows[cells[0]] = cells[1]
    return rows


def test_every_citation_in_the_code_is_registered() -> None:
    strangers = [
        f"{one.path.relative_to(ROOT)}:{one.line} {one.name} cites {one.clause}"
        for one in CITATIONS
        if one.clause not in TIME_RULES and not any(covers(one.clause, row) for row in IDS)
    ]
    assert strangers == []


def test_every_coded_row_is_cited_by_the_code() -> None:
    cited = {one.clause for one in CITATIONS}
    coded = [row.id for row in REGISTER if row.status == "coded"]
    assert [row for row in coded if not any(covers(key, row) for key in cited)] == []


def test_every_coded_row_is_named_by_a_test() -> None:
    marked = {row_id for row_id, _ in marked_ids()}
    assert [row.id for row in REGISTER if row.status == "coded" and row.id not in marked] == []


def test_every_test_is_marked_with_a_row_that_exists() -> None:
    known = IDS | TIME_RULES.keys()
    assert [f"{place} {row_id}" for row_id, place in marked_ids() if row_id not in known] == []


def test_every_row_that_is_not_coded_says_why() -> None:
    silent = [row.id for row in REGISTER if row.status in STATUSES_WITH_A_WHY and not row.why]
    assert silent == []


def test_every_row_of_the_catalogue_that_asks_for_something_has_a_table() -> None:
    if not CATALOGUE.is_dir():
        pytest.skip("the catalogue of obligations does not lie beside this checkout (../shared)")
    asked = {row_id for row_id, kind in catalogue_rows().items() if kind != "INFO"}
    assert asked - IDS == set()
    assert IDS - asked == set()
