"""The stored bytes of editions: found by number, kept in process by digest, sent as they are.

A number means the same bytes for ever, so what was found once is kept. What `latest` means is kept as long as the
witness in the folder of editions does not change: it is written before the switch to a later edition, so `latest` is
never an older one (F2.9). Where there is no witness to look at, the database is asked each time.
"""

import gzip
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from cpl.models import Edition, EditionForm
from cpl.rules.publication import format_edition
from cpl.services.publication.witness import WITNESS, read_witness
from cpl.web.converters import EditionNumber
from secgov.errors import Refusal

LATEST = "latest"
EDITION_IN_ADDRESSES = rf"(?:{LATEST}|{EditionNumber.regex})"
MANIFEST = "manifest"
MEDIA_TYPES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "full": ("text/csv; charset=utf-8", "full.csv"),
    "json": ("application/json", "json"),
    MANIFEST: ("application/jose+json", "manifest.json"),
}
KEPT_BYTES = 192 * 1024 * 1024  # a process: some fifty editions of real size, or ten of 50,000 entries

_FORM = """
    SELECT e.number, f.sha256 FROM cpl_edition e JOIN cpl_editionplacement p ON p.edition_id = e.id
    JOIN cpl_editionform f ON f.edition_id = e.id AND f.name = %s
"""
_MANIFEST = """
    SELECT e.number, e.manifest_sha256 FROM cpl_edition e JOIN cpl_editionplacement p ON p.edition_id = e.id
"""


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A form of a placed edition: which one, and the SHA-256 of its content, which is its ETag."""

    edition: int
    form: str
    sha256: str

    @property
    def etag(self) -> str:
        """The strong ETag, the same wherever and however the bytes are served."""
        return f'"{self.sha256}"'


class BytesByDigest:
    """Bytes that were read once, up to a total; those unused for longest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[tuple[str, bool], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, sha256: str, zipped: bool, read: Callable[[], bytes]) -> bytes:
        """Give the bytes of a digest, gzipped or plain, reading them where they are not kept."""
        key = (sha256, zipped)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        data = read()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = data
                self._held += len(data)
            while self._held > self._most and len(self._kept) > 1:
                self._held -= len(self._kept.popitem(last=False)[1])
        return data


_bytes = BytesByDigest(KEPT_BYTES)


_found: dict[tuple[str, str, str], tuple[object, StoredForm]] = {}


def find_form(edition: str, form: str) -> StoredForm | None:
    """Find a form of a placed edition by its number as people write it, or of `latest`; None where there is none."""
    folder = settings.EDITION_DIR
    key = (str(folder), edition, form)
    seen = _state_of_witness(folder) if edition == LATEST else None
    kept = _found.get(key)
    if kept and kept[0] == seen:
        return kept[1]
    found = _ask(edition, form)
    if found and (edition != LATEST or (seen and _is_witnessed(folder, found, seen))):
        _found[key] = (seen, found)
    return found


def _state_of_witness(folder: Path) -> tuple[int, int, int] | None:
    """What tells one writing of the witness from another, or None where there is none."""
    try:
        state = os.stat(folder / WITNESS)
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


def _is_witnessed(folder: Path, found: StoredForm, seen: object) -> bool:
    """Say whether the witness names this very edition: between its writing and the switch it names a later one."""
    try:
        witness = read_witness(folder)
    except Refusal:
        return False
    return witness is not None and witness.edition == found.edition and _state_of_witness(folder) == seen


def _ask(edition: str, form: str) -> StoredForm | None:
    query: str = _MANIFEST if form == MANIFEST else _FORM
    values: list[str | int] = [] if form == MANIFEST else [form]
    if edition == LATEST:
        query += "ORDER BY e.number DESC LIMIT 1"
    else:
        query += "WHERE e.number = %s"
        values.append(EditionNumber().to_python(edition))
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return StoredForm(row[0], form, row[1]) if row else None


def stored_answer(request: HttpRequest, found: StoredForm, *, asked: str) -> HttpResponse:
    """Answer GET or HEAD with a form's bytes, or with 304 where the reader holds them. Section F2.8(a)

    `asked` is the edition as the address names it: a number never changes what it means, `latest` may.
    """
    answer = HttpResponseNotModified() if _holds(request, found.etag) else _whole(request, found)
    answer.headers["ETag"] = found.etag
    answer.headers["Cache-Control"] = (
        "public, no-cache" if asked == LATEST else "public, max-age=31536000, immutable"
    )
    # A pull of the manifest with a token is an act, so no cache between may take it for an anonymous one.
    answer.headers["Vary"] = "Authorization" if found.form == MANIFEST else "Accept-Encoding"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _whole(request: HttpRequest, found: StoredForm) -> HttpResponse:
    zipped = found.form != MANIFEST and _takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    media_type, ending = MEDIA_TYPES[found.form]
    data = _bytes.get(found.sha256, zipped, lambda: _read(found, zipped))
    answer = HttpResponse(b"" if request.method == "HEAD" else data, content_type=media_type)
    answer.headers["Content-Length"] = str(len(data))
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="cpl-{format_edition(found.edition)}.{ending}"'
    )
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _read(found: StoredForm, zipped: bool) -> bytes:
    if found.form == MANIFEST:
        return bytes(Edition.objects.values_list("manifest", flat=True).get(number=found.edition))
    stored = bytes(
        EditionForm.objects.values_list("gzipped", flat=True).get(
            edition__number=found.edition, name=found.form
        )
    )
    return stored if zipped else gzip.decompress(stored)


def _holds(request: HttpRequest, etag: str) -> bool:
    held = request.META.get("HTTP_IF_NONE_MATCH")
    if held is None:
        return False
    # A proxy that compresses marks the tag as weak; the content is the same for all that.
    return held == etag or any(each in ("*", etag, f"W/{etag}") for each in parse_etags(held))


def _takes_gzip(accepted: str) -> bool:
    """Say whether a reader takes gzip, by its Accept-Encoding header."""
    for part in accepted.lower().split(","):
        coding, _, parameters = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip", "*"):
            return _quality(parameters) > 0
    return False


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
