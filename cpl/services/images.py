"""Reading an image file as it streams: digests and header, in flat memory; the file itself is not kept (A-01)."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.db import transaction

from cpl.models import Submission
from cpl.rules.image_file import ImageFile
from cpl.rules.ota_header import LONGEST_HEADER, OtaHeader, check_total_size, is_ota_file, read_ota_header
from cpl.services.drafts import check_editable, lock_submission, require_own
from cpl.services.rows import keep
from cpl.services.warnings import raise_warnings
from secgov.accounts.models import User
from secgov.documents.rules import megabytes, shown_name
from secgov.errors import Refusal


class ImageReader:
    """Takes a file piece by piece and keeps nothing of it but two digests and its first bytes.

    The second digest begins after the ZigBee OTA header, whose length stands in the file's first bytes; so those are
    held back until it is known.
    """

    def __init__(self) -> None:
        self.size = 0
        self._whole = hashlib.sha256()
        self._body = hashlib.sha256()
        self._beginning = b""
        self._header: OtaHeader | None = None
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Take the next bytes. Raises Refusal for a file that is too large or whose header is bad."""
        self.size += len(piece)
        if self.size > settings.DOCUMENT_MAX_BYTES:
            raise _refusal(
                f"The file has more than {megabytes(settings.DOCUMENT_MAX_BYTES)}, which is as much as is read.",
                "Give the Hash alone, as the manufacturer states it.",
            )
        self._whole.update(piece)
        if self._begun:
            self._body.update(piece)
            return
        self._beginning += piece
        if len(self._beginning) >= LONGEST_HEADER:
            self._begin()

    def _begin(self) -> None:
        self._begun = True
        if is_ota_file(self._beginning):
            self._header = read_ota_header(self._beginning)
            self._body.update(self._beginning[self._header.length :])
        self._beginning = b""

    def finish(self, name: str) -> ImageFile:
        """Give what was read, under the name that the browser gave. Raises Refusal for a file that is empty or cut."""
        if not self.size:
            raise _refusal("The file is empty.", "Choose it again; it may not have been saved.")
        if not self._begun:
            self._begin()
        if self._header:
            check_total_size(self._header, size=self.size)
        return ImageFile(
            name=shown_name(name),
            size=self.size,
            sha256=self._whole.hexdigest().upper(),
            sha256_without_header=self._body.hexdigest().upper() if self._header else "",
            header=self._header,
        )


@transaction.atomic
def record_image_file(
    *, submission: Submission, by: User, at: dt.datetime, version: int, file: ImageFile
) -> Submission:
    """Take the Hash of a submission from its image file, and keep what the file says of itself. Appendix Z 2.1(h)(iii)

    Takes what was read of the file. Which of its digests is the Hash is a setting (A-01). A descriptor that was
    typed stays; where there is none, the file's name is one.
    """
    submission = lock_submission(submission, version=version)
    require_own(submission, by)
    check_editable(submission)
    submission.image_file = file.as_json()
    submission.has_image = True
    submission.image_hash = file.the_hash(skips_header=settings.IMAGE_HASH_SKIPS_OTA_HEADER)
    submission.image_descriptor = submission.image_descriptor or file.name
    submission.saved_at = at
    keep(submission)
    raise_warnings(submission=submission, at=at)
    return submission


def _refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="Z2.1(h)(iii)", field="image_file", remedy=remedy)
