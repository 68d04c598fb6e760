"""What may be in a file of many devices, and what is refused before anything reads a row of it."""

import io
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from cpl.upload_reading import MOST_ROWS, NotText, check_file, read_lines
from cpl.upload_template import csv_template, xlsx_template
from secgov.errors import Refusal
from tests.factories.device_lists import as_csv, as_xlsx, row


def refusal(name: str, data: bytes) -> str:
    def take() -> None:
        check_file(name, data)
        list(read_lines(name, data))

    with pytest.raises(Refusal) as caught:
        take()
    assert caught.value.remedy and caught.value.field == "file"
    return caught.value.message


def with_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    """A workbook with more parts in it, or with others."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, content in parts.items():
            after.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("name", "data"), [("t.csv", csv_template()), ("t.xlsx", xlsx_template())])
def test_template_is_read_as_its_own_headings(name: str, data: bytes) -> None:
    [header] = read_lines(name, data)
    assert header.row == 1 and header.cells[0] == "Physical Device Type"


def test_template_s_columns_are_text_so_that_no_zero_is_dropped() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_template()))["Devices"]
    assert {each.number_format for each in sheet.column_dimensions.values()} == {"@"}


def test_quoted_line_breaks_stay_in_their_cell_and_rows_count_as_a_spreadsheet_counts_them() -> None:
    lines = list(read_lines("a.csv", as_csv([row(1), row(2)])))
    assert [line.row for line in lines] == [1, 2, 3]
    assert "1 Gas Lane\nTarnwick" in lines[1].cells


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a,b\r\nStraße,1".encode("cp1252"), "line 2 holds a letter in another encoding"),
        ("a,b\r\n1,2".encode("utf-16"), "UTF-16"),
        (b"a;b;c\r\n1;2;3", "semicolons"),
        (b"a\tb\tc\r\n1\t2\t3", "tabs"),
        (b'a,b\r\n"1,2', "not well-formed CSV"),
        (b"PK\x03\x04 not text", "something else inside"),
    ],
)
def test_csv_that_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal("a.csv", data)


@pytest.mark.parametrize("name", ["a.xlsm", "a.xlsb", "a.xls", "a.ods", "a.pdf", "a"])
def test_file_of_another_kind_is_refused(name: str) -> None:
    refusal(name, as_xlsx([row()]))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "other files or from the network"),
        ("xl/connections.xml", "other files or from the network"),
        ("xl/embeddings/oleObject1.bin", "holds other files"),
    ],
)
def test_workbook_that_carries_more_than_cells_is_refused(part: str, words: str) -> None:
    assert words in refusal("a.xlsx", with_parts(as_xlsx([row()]), {part: b"<x/>"}))


def test_macro_workbook_under_another_name_is_refused() -> None:
    data = as_xlsx([row()])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types = archive.read("[Content_Types].xml").replace(
            b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main"
        )
    assert "macros" in refusal("a.xlsx", with_parts(data, {"[Content_Types].xml": types}))


def test_bomb_is_refused_before_it_is_opened_in_flat_memory() -> None:
    data = with_parts(as_xlsx([row()]), {"xl/media/zeros.bin": b"\0" * (120 * 1024 * 1024)})
    tracemalloc.start()
    assert "unpack to" in refusal("a.xlsx", data)
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()


def test_entities_are_never_expanded() -> None:
    data = as_xlsx([row()])
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bomb = sheet.replace(b"<worksheet", laughs + b"<worksheet", 1)
    assert "damaged" in refusal("a.xlsx", with_parts(data, {"xl/worksheets/sheet1.xml": bomb}))


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"x" * 200, as_xlsx([row()])[:-200]])
def test_damaged_workbook_is_refused(data: bytes) -> None:
    assert "damaged" in refusal("a.xlsx", data)


def test_old_or_locked_workbook_is_refused() -> None:
    assert "password-protected" in refusal("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_merged_cells_are_refused_by_their_place() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.merge_cells("A2:A9")
    file = io.BytesIO()
    book.save(file)
    assert "A2:A9" in refusal("a.xlsx", file.getvalue())


def test_formula_number_and_day_are_told_from_text_and_nothing_is_computed() -> None:
    header = ["a", "b", "c", "d"]
    data = as_xlsx([{"a": "=1+1", "b": 10203, "c": True, "d": "00010203"}], header=header)
    _, line = read_lines("a.xlsx", data)
    assert line.cells == (
        NotText("formula", "=1+1"),
        NotText("number", "10203"),
        NotText("yes or no", "TRUE"),
        "00010203",
    )
    _, line = read_lines("a.csv", b"a,b\r\n=cmd|' /C calc'!A0,-1")
    assert line.cells[0] == NotText("formula", "=cmd|' /C calc'!A0") and line.cells[1] == "-1"


def test_million_empty_rows_end_the_file_in_flat_memory() -> None:
    book = Workbook()
    book.active.append(["a"])
    book.active["A2"] = "x"
    book.active["A1048576"] = "far away"
    file = io.BytesIO()
    book.save(file)
    tracemalloc.start()
    lines = list(read_lines("a.xlsx", file.getvalue()))
    assert [line.cells for line in lines] == [("a",), ("x",)]
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()
    assert len(list(read_lines("a.csv", b"a\r\nx\r\n" + b",,,\r\n" * 500_000))) == 2


def test_row_beyond_the_most_is_refused() -> None:
    assert "more than 10,000 rows" in refusal("a.csv", b"a\r\n" + b"x\r\n" * (MOST_ROWS + 1))
