"""What may be kept as a document, and under which name."""

import pytest

from secgov.documents import rules
from secgov.errors import Refusal
from tests.documents.files import PDF, PNG, office


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("certificate.pdf", "certificate.pdf"),
        ("C:\\Users\\me\\CPA Certificate.PDF", "CPA Certificate.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("fake\u202efdp.txt", "fake fdp.txt"),
        ('a"b\r\nSet-Cookie: x.pdf', "a b Set-Cookie x.pdf"),
        ("ｃｐａ．pdf", "cpa.pdf"),
        (".hidden.pdf", "hidden.pdf"),
    ],
)
def test_name_is_kept_without_folders_or_hidden_characters(given: str, kept: str) -> None:
    assert rules.clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "pdf", "../..", ".pdf", "certificate."])
def test_name_without_an_extension_is_refused(given: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.clean_name(given)
    assert refused.value.field == "document"


def test_long_name_keeps_its_extension() -> None:
    name = rules.clean_name("x" * 500 + ".pdf")
    assert len(name) == rules.NAME_CAP and name.endswith(".pdf")


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.zip", "a.docm", "a.pdf.js"])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="is not kept"):
        rules.media_type_of(name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", PDF),
        ("a.png", PNG),
        ("a.jpeg", b"\xff\xd8\xff\xe0rest"),
        ("a.txt", "Grüße\r\n".encode()),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.xlsx", office("xl/workbook.xml")),
        ("a.docx", office("word/document.xml")),
    ],
)
def test_file_that_is_what_it_says_is_kept(name: str, data: bytes) -> None:
    rules.check_is_what_it_says(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"MZ\x90\0 this is a program"),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.png", PDF),
        ("a.txt", b"\x00\x01binary"),
        ("a.txt", b"caf\xe9 in latin-1"),
        ("a.csv", b"\xff\xfea\x00"),
        ("a.xlsx", office("word/document.xml")),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin")),
    ],
)
def test_file_that_is_something_else_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Refusal, match="is not a"):
        rules.check_is_what_it_says(name, data)


def test_empty_and_oversize_files_are_refused_with_the_limit() -> None:
    rules.check_size(10, most=10)
    with pytest.raises(Refusal, match="empty"):
        rules.check_size(0, most=10)
    with pytest.raises(Refusal, match="at most 20 MB"):
        rules.check_size(20 * 1024 * 1024 + 1, most=20 * 1024 * 1024)


def test_every_document_carries_a_known_classification() -> None:
    assert rules.clean_classification(" Amber ", known=["white", "amber"]) == "amber"
    with pytest.raises(Refusal) as refused:
        rules.clean_classification("", known=["white", "amber"])
    assert refused.value.field == "classification"
