"""The Manufacturer Image, where a Device Model has one.

Appendix Z 2.1(h)  Where there is an associated Manufacturer Image, the list holds
    all three of the following, otherwise none:
    (i)   the relevant identity of the person who created the image;
    (ii)  a descriptor of the image (plain text);
    (iii) the Hash of the image.

Reading: the clause that says how the Hash is made was not supplied; it is SHA-256,
64 hexadecimal digits, upper case as published (A-01).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from firmware_repo.rules.text import clean_line
from secgov.errors import Refusal

HASH_DIGITS = 64
"""SHA-256 in hexadecimal (A-01)."""
IMAGE_CREATOR_CAP = 200
IMAGE_DESCRIPTOR_CAP = 500
"""Characters."""

_HASH = re.compile(rf"[0-9A-F]{{{HASH_DIGITS}}}\Z")


@dataclass(frozen=True, slots=True)
class Image:
    """The three items of a Manufacturer Image; all blank where there is none."""

    image_creator: str = ""
    image_descriptor: str = ""
    image_hash: str = ""

    @property
    def stands(self) -> bool:
        """True where the Device Model has an image."""
        return bool(self.image_creator or self.image_descriptor or self.image_hash)


NO_IMAGE = Image()


def clean_image_creator(text: str) -> str:
    """Give the identity of the image's creator as one line. Appendix Z 2.1(h)(i)

    Raises Refusal (field ``image_creator``).
    """
    return clean_line(
        text,
        field="image_creator",
        clause="Z2.1(h)(i)",
        name="the identity of the image’s creator",
        cap=IMAGE_CREATOR_CAP,
    )


def clean_image_descriptor(text: str) -> str:
    """Give the image's descriptor as one line of plain text. Appendix Z 2.1(h)(ii)

    Raises Refusal (field ``image_descriptor``).
    """
    return clean_line(
        text,
        field="image_descriptor",
        clause="Z2.1(h)(ii)",
        name="the descriptor of the image",
        cap=IMAGE_DESCRIPTOR_CAP,
    )


def clean_image_hash(text: str) -> str:
    """Give the Hash as published: 64 hex digits, upper case. Appendix Z 2.1(h)(iii)

    Raises Refusal (field ``image_hash``) for another length or another character.
    """
    tidy = text.strip()
    if tidy.isascii():  # in upper case the ligature “ﬀ” would become two hexadecimal digits that nobody wrote
        tidy = tidy.upper()
    if not tidy:
        said = "The Hash of the image is missing."
    elif len(tidy) != HASH_DIGITS:
        said = f"The Hash of the image has {len(tidy)} characters; it must have {HASH_DIGITS}."
    elif not _HASH.match(tidy):
        wrong = next(c for c in tidy if c not in "0123456789ABCDEF")
        said = f"The Hash of the image contains “{wrong}”, which is not a hexadecimal digit."
    else:
        return tidy
    raise Refusal(
        said,
        clause="Z2.1(h)(iii)",
        field="image_hash",
        remedy=f"Copy the SHA-256 digest of the image: {HASH_DIGITS} hexadecimal digits.",
    )


def read_image(
    fields: Mapping[str, str], *, has_image: bool = False
) -> tuple[Image | None, tuple[Refusal, ...]]:
    """Read the three items of an image: all of them or none. Appendix Z 2.1(h)

    Takes the fields by name, as written, and whether the submitter says that
    there is an image (then all three are required). Gives the cleaned image (``NO_IMAGE``
    where all three are blank) and no refusals, or None and every refusal.
    """
    cleaners = {
        "image_creator": clean_image_creator,
        "image_descriptor": clean_image_descriptor,
        "image_hash": clean_image_hash,
    }
    if not has_image and not any((fields.get(field) or "").strip() for field in cleaners):
        return NO_IMAGE, ()
    clean: dict[str, str] = {}
    refusals: list[Refusal] = []
    for field, cleaner in cleaners.items():
        try:
            clean[field] = cleaner(fields.get(field) or "")
        except Refusal as refusal:
            refusals.append(refusal)
    return (None, tuple(refusals)) if refusals else (Image(**clean), ())


def check_hash_unchanged(*, held: str, offered: str) -> None:
    """Refuse to overwrite a Hash once set. Appendix Z 2.1(h)(iii)

    Takes the Hash the entry holds ("" for none) and the one offered, both clean.
    Raises Refusal (field ``image_hash``): a wrong Hash is mended by a recorded
    correction, never in place.
    """
    if held and offered != held:
        raise Refusal(
            "The Hash of this image is set and cannot be changed.",
            clause="Z2.1(h)(iii)",
            field="image_hash",
            remedy="Propose a correction of the entry, with evidence.",
        )
