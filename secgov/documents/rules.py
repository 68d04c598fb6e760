"""What may be kept as a document, and under which name.

X-2  How information is provided was not supplied. We take the kinds of file that a certificate or its evidence
    comes in, and no others: what a file is called and what it is must agree, so that nobody opens one thing and
    gets another. A document keeps a name that is safe to save under, on any machine.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable

from secgov.errors import Refusal

NAME_CAP = 120
"""Characters, extension included: what every file system takes."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "docx": f"{_OFFICE}.wordprocessingml.document",
}
"""The kinds of file that are kept, by extension."""

KINDS_IN_WORDS = "PDF, PNG, JPEG, TXT, CSV, XLSX or DOCX"
_BEGINNINGS = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
}
_MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 13} | {127}


def clean_name(text: str) -> str:
    """Give the name under which a document is kept: no folders, no hidden characters, at most 120 long. X-2

    Takes the name as the browser sent it. Raises Refusal (field ``document``) when nothing is left of it.
    """
    tidy = _tidy(text)
    stem, dot, extension = tidy.rpartition(".")
    if not stem or not extension:
        raise _refusal(
            "The file has no name with an extension." if not dot else f"“{tidy}” is not the name of a file.",
            f"Name it like certificate.pdf; we take {KINDS_IN_WORDS}.",
        )
    return f"{stem[: NAME_CAP - len(extension) - 1].rstrip('. ')}.{extension.lower()}"


def shown_name(text: str) -> str:
    """Give a file's name as it may be shown and kept, whatever its kind; “file” when nothing is left of it. X-2"""
    return _tidy(text)[:NAME_CAP] or "file"


def _tidy(text: str) -> str:
    base = unicodedata.normalize("NFKC", text).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in base)
    return " ".join(_NOT_IN_NAMES.sub(" ", shown).split()).strip(". ")


def media_type_of(name: str) -> str:
    """Give the media type of a cleaned name. X-2

    Raises Refusal (field ``document``) for a kind of file that is not kept.
    """
    extension = name.rpartition(".")[2]
    if extension not in MEDIA_TYPES:
        raise _refusal(
            f"A file of the kind “.{extension[:12]}” is not kept.", f"Give it as {KINDS_IN_WORDS}."
        )
    return MEDIA_TYPES[extension]


def check_size(size: int, *, most: int) -> None:
    """Refuse an empty file, and one larger than ``most`` bytes. X-2

    Raises Refusal (field ``document``).
    """
    if size <= 0:
        raise _refusal("The file is empty.", "Choose the file again; it may not have been saved.")
    if size > most:
        raise _refusal(
            f"The file has {megabytes(size)}; at most {megabytes(most)} can be kept.",
            "Make it smaller, for example by scanning in grey, or give its parts as documents of their own.",
        )


def check_is_what_it_says(name: str, data: bytes) -> None:
    """Refuse a file whose contents are not of the kind that its name says. X-2

    Takes a cleaned name and the whole contents. Raises Refusal (field ``document``).
    """
    extension = name.rpartition(".")[2]
    if extension in _BEGINNINGS:
        fits = data.startswith(_BEGINNINGS[extension])
    elif extension in _MAIN_PART:
        fits = _is_office_file(data, _MAIN_PART[extension])
    else:
        fits = _is_text(data)
    if not fits:
        raise _refusal(
            f"“{name}” is not a {extension.upper()} file, or it is damaged.",
            "Open it to see whether it is whole, and save it again in that format.",
        )


def clean_classification(text: str, *, known: Iterable[str]) -> str:
    """Give the level of a document under the Information Policy; every document carries one. X-2

    Raises Refusal (field ``classification``) for any but the known levels.
    """
    tidy = text.strip().lower()
    if tidy not in known:
        raise Refusal(
            "The document has no classification.",
            clause="X-2",
            field="classification",
            remedy="Choose White if anybody may see it, else Green, Amber or Red.",
        )
    return tidy


def megabytes(size: int) -> str:
    """Write a size as people read it: 20,971,520 is “20 MB”. X-2"""
    return f"{size / 1024 / 1024:,.0f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024)):,} kB"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _TEXT_CONTROLS.intersection(data)


def _is_office_file(data: bytes, main_part: str) -> bool:
    """Look into the directory of the archive only: nothing is unpacked, so a bomb stays shut. Macros are not kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return {"[Content_Types].xml", main_part} <= parts and not any(
        "vbaproject" in part.lower() for part in parts
    )


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="X-2", field="document", remedy=remedy)
