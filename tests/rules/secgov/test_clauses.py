"""How a docstring names a clause, and what the register may hold."""

from pathlib import Path

import pytest

from secgov.clauses import (
    TIME_RULES,
    ClauseRow,
    RegisterFault,
    anchor,
    citations_in,
    clause_of,
    covers,
    find_citations,
    load_register,
    parse_citation,
    spell,
)

SPELLINGS = [
    ("Section F2.1", "F2.1"),
    ("Section F2.8(a)", "F2.8(a)"),
    ("Section F2.10A(b)(ii)", "F2.10A(b)(ii)"),
    ("Section F2.12(c)(ii)(A)", "F2.12(c)(ii)(A)"),
    ("Section F2.7A", "F2.7A"),
    ("Appendix Z 6.2(d)", "Z6.2(d)"),
    ("Appendix Z 2.1(h)(iii)", "Z2.1(h)(iii)"),
    ("SC Methodology 6.10", "SC-6.10"),
    ("SC Methodology 5(g)", "SC-5(g)"),
    ("SC Methodology 1.1(c)", "SC-1.1(c)"),
    ("SC Methodology A1.4", "SC-A1.4"),
    ("SC Methodology A2", "SC-A2"),
    ("PPCT Report 9.16", "PPCT-9.16"),
    ("PPCT Report 4.1.2", "PPCT-4.1.2"),
]

IDS = [
    "X-1", "Z6-R1", "TR-3", "TR-10", "F2-0", "F2.2A-N", "F2.10A-Pub", "F2.10A(a)-d", "SC-A2-0a",
    "SC-A2-Q4", "PPCT-4.1.2-m", "PPCT-4.1-G3", "Z6.2(c)-3",
]  # fmt: skip


@pytest.mark.parametrize(("citation", "key"), SPELLINGS)
def test_citation_is_read_as_its_key_and_spelled_back(citation: str, key: str) -> None:
    assert parse_citation(citation) == key
    assert spell(key) == citation
    assert anchor(citation) == anchor(key) == key


@pytest.mark.parametrize("row_id", IDS)
def test_row_is_cited_by_its_id(row_id: str) -> None:
    assert parse_citation(row_id) == row_id
    assert citations_in(f"Refuse what is wrong. {row_id}") == (row_id,)


@pytest.mark.parametrize(
    "text",
    [
        "F2.8(a)",  # without the word Section nobody knows where to look
        "Section M8.1(h)",
        "Section F3",
        "Section F2.8 (a)",
        "section F2.8(a)",
        "Appendix Z6.2",
        "A-14",
        "SHA-256",
        "",
    ],
)
def test_other_text_is_no_citation(text: str) -> None:
    with pytest.raises(ValueError, match="not spelled like a citation"):
        parse_citation(text)
    assert citations_in(f"Refuse what is wrong. {text}") == ()


@pytest.mark.parametrize(
    ("docstring", "keys"),
    [
        ("Refuse a toaster. Section F2.8(a)", ("F2.8(a)",)),
        ("Refuse a toaster. Section F2.8(a).", ("F2.8(a)",)),
        ("Section F2.8(a)", ("F2.8(a)",)),
        ("\n    Refuse a toaster. Appendix Z 6.10\n\n    More. Section F2.1\n", ("Z6.10",)),
        ("Refuse it. Section F2.7A(b), Appendix Z 6.1", ("F2.7A(b)", "Z6.1")),
        ("Refuse it. Section F2.7A(b) and Appendix Z 6.1.", ("F2.7A(b)", "Z6.1")),
        ("Refuse it. X-1, TR-2, and SC Methodology A1.4", ("X-1", "TR-2", "SC-A1.4")),
        ("Section F2.8(a) is done elsewhere", ()),
        ("Refuse it as Section F2.8(a) says, and at once", ()),
        ("Refuse a toaster.\n\nSection F2.8(a)", ()),
        ("", ()),
    ],
)
def test_first_line_of_a_docstring_ends_with_its_citations(docstring: str, keys: tuple[str, ...]) -> None:
    assert citations_in(docstring) == keys


@pytest.mark.parametrize(
    ("row_id", "clause"),
    [
        ("F2.8-0", "F2.8"),
        ("F2.8(a)", "F2.8(a)"),
        ("F2.1(a)-D2", "F2.1(a)"),
        ("F2-0", "F2"),
        ("Z6.7-2", "Z6.7"),
        ("Z6-R1", "Z6"),
        ("SC-6.4", "SC-6.4"),
        ("SC-6.4-1", "SC-6.4"),
        ("SC-5(a)", "SC-5(a)"),
        ("SC-A1.4-7", "SC-A1.4"),
        ("SC-A2-Q1", "SC-A2"),
        ("PPCT-2.1", "PPCT-2.1"),
        ("PPCT-9.16-1", "PPCT-9.16"),
        ("X-1", "X-1"),
        ("TR-3", "TR-3"),
    ],
)
def test_clause_of_a_row_is_its_id_without_the_last_suffix(row_id: str, clause: str) -> None:
    assert clause_of(row_id) == clause
    assert ClauseRow(row_id, "Something.", "planned").clause == clause
    assert covers(clause, row_id)
    assert covers(row_id, row_id)


@pytest.mark.parametrize(
    ("key", "row_id"),
    [("F2.8", "F2.8(a)"), ("F2.8(a)", "F2.8-0"), ("F2.8-0", "F2.8-1"), ("SC", "SC-6.4"),
     ("F2.1", "F2.10-1"), ("SC-6.1", "SC-6.10"), ("PPCT-4.1", "PPCT-4.1.2-m"), ("X", "X-1")],
)  # fmt: skip
def test_citation_does_not_cover_its_neighbours(key: str, row_id: str) -> None:
    assert not covers(key, row_id)


def test_time_rules_are_the_ten_of_the_catalogue() -> None:
    assert list(TIME_RULES) == [f"TR-{n}" for n in range(1, 11)]


def test_citations_are_found_wherever_a_docstring_may_stand(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "gates.py").write_text(
        '"""The gates. Appendix Z 6.7"""\n\n'
        "LIMIT = 1\n\n"
        "class Gate:\n"
        '    """One gate."""\n\n'
        "    async def open(self):\n"
        '        """Open it. Appendix Z 6.2(d), TR-3"""\n\n'
        "def free():\n    return 'Section F2.1'\n"
    )
    found = find_citations([tmp_path])
    assert [(one.clause, one.name, one.line) for one in found] == [
        ("Z6.7", "", 1),
        ("Z6.2(d)", "Gate.open", 8),
        ("TR-3", "Gate.open", 8),
    ]
    assert {one.path for one in found} == {folder / "gates.py"}


def write(tmp_path: Path, text: str) -> Path:
    """Put a register into a file of its own."""
    path = tmp_path / "clauses.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_register_is_read_in_the_order_of_its_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '["Z6.1"]\nduty = "Remove it."\nstatus = "planned"\n\n'
        '["F2.1"]\nduty = "Keep it."\nstatus = "by hand"\nwhy = "A person reads it."\n',
    )
    assert load_register(path) == (
        ClauseRow("Z6.1", "Remove it.", "planned"),
        ClauseRow("F2.1", "Keep it.", "by hand", "A person reads it."),
    )


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('duty = "Keep it."', "status"),
        ('duty = "Keep it."\nstatus = "done"', "status"),
        ('status = "planned"', "duty of one line"),
        ('duty = " "\nstatus = "planned"', "duty of one line"),
        ('duty = "Keep\\nit."\nstatus = "planned"', "duty of one line"),
        ('duty = "Keep it."\nstatus = "by hand"', "does not say why"),
        ('duty = "Keep it."\nstatus = "not ours"\nwhy = " "', "does not say why"),
        ('duty = "Keep it."\nstatus = "planned"\nwhere = "there"', "duty, status and why"),
        ("duty = 3\nstatus = 'planned'", "not text"),
    ],
)
def test_faulty_table_is_named(tmp_path: Path, table: str, fault: str) -> None:
    with pytest.raises(RegisterFault, match=r"\[F2\.1\]") as caught:
        load_register(write(tmp_path, f'["F2.1"]\n{table}\n'))
    assert fault in str(caught.value)
