"""Small files of every kind that may be kept."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


def office(main_part: str, *more: str) -> bytes:
    """Make an archive that has the parts by which an Office file is known."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in ("[Content_Types].xml", main_part, *more):
            archive.writestr(part, "<xml/>")
    return held.getvalue()


def upload(name: str = "certificate.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    """Make an upload as a form hands it over."""
    return SimpleUploadedFile(name, data)
