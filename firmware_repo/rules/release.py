"""What the Firmware Information Repository holds of each release.

Section F2.15  At least three things, none of which may be left out:
    (a) the number that uniquely identifies a record on the Central Products List;
    (b) the Manufacturer's email address, telephone number and business address;
    (c) release notes: free text, mandatory to complete, its content at the
        Manufacturer's discretion.
Section F2.16  The CPL number is the cross reference between both lists.
Section F2.17  Whoever submits Device details for addition to the Central Products
    List also supplies these details for the same Device.

Reading: a field that is mandatory but free needs one character that is not a blank;
"none" will do (A-54). The number is reserved at submission (A-24).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from firmware_repo.rules.text import clean_body
from secgov.errors import Refusal

RELEASE_NOTES_CAP = 20_000
"""Characters; some ten printed pages."""
ADDRESS_CAP = 1_000
EMAIL_CAP = 254
"""The longest address that mail can be sent to."""
PHONE_CAP = 40
PHONE_DIGITS = range(6, 19)
"""From a short national number to a long international one with its prefix."""

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_LOCAL})@((?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9])\Z", re.ASCII)
_PHONE = re.compile(r"\+?[0-9()\- ]+\Z", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,6}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReleaseDetails:
    """The contact details and release notes of one release, cleaned."""

    email: str
    phone: str
    address: str
    release_notes: str


def clean_cpl_number(text: str) -> int:
    """Read the number that identifies a record on the list. Section F2.15(a)

    Takes "000123" or "123"; gives 123. Raises Refusal (field ``cpl_number``).
    """
    tidy = text.strip()
    if not _NUMBER.match(tidy) or int(tidy) == 0:
        raise Refusal(
            f"“{tidy}” is not a number on the Central Products List."
            if tidy
            else "The number on the Central Products List is missing.",
            clause="F2.15(a)",
            field="cpl_number",
            remedy="Write it in six digits, like 000123.",
        )
    return int(tidy)


def clean_email(text: str) -> str:
    """Give one email address, fit to be put into a mail header. Section F2.15(b)

    Blanks at the ends are dropped; a line break, a second address or a display
    name is refused. Raises Refusal (field ``email``).
    """
    # Trim blanks only: a line break at either end is an attempt on a mail header.
    tidy = text.strip(" ")
    found = _EMAIL.match(tidy)
    if not found or len(tidy) > EMAIL_CAP or len(found[1]) > 64:
        raise Refusal(
            "The email address is missing." if not tidy else "This is not a single email address.",
            clause="F2.15(b)",
            field="email",
            remedy="Give one address, like firmware@example.com; a shared mailbox will do.",
        )
    return tidy


def clean_phone(text: str) -> str:
    """Give a telephone number as text, its "+" and zeros kept. Section F2.15(b)

    Raises Refusal (field ``phone``) for anything but digits, blanks, brackets and
    hyphens after an optional "+".
    """
    tidy = text.strip(" ")
    digits = sum(character.isdigit() for character in tidy)
    if not _PHONE.match(tidy) or digits not in PHONE_DIGITS or len(tidy) > PHONE_CAP:
        raise Refusal(
            "The telephone number is missing." if not tidy else "This is not a telephone number.",
            clause="F2.15(b)",
            field="phone",
            remedy="Give digits, with blanks, brackets or hyphens if you like, such as +44 20 7946 0000.",
        )
    return tidy


def clean_address(text: str) -> str:
    """Give the business address, which may have several lines. Section F2.15(b)

    Raises Refusal (field ``address``) when blank, over 1,000 characters, or with
    control characters.
    """
    return clean_body(text, field="address", clause="F2.15(b)", name="the business address", cap=ADDRESS_CAP)


def clean_release_notes(text: str) -> str:
    """Give the release notes: any words, as long as there are some. Section F2.15(c)

    Raises Refusal (field ``release_notes``) when blank, over 20,000 characters, or
    with control characters.
    """
    return clean_body(
        text,
        field="release_notes",
        clause="F2.15(c)",
        name="the text of the release notes",
        cap=RELEASE_NOTES_CAP,
    )


CLEANERS = {
    "email": clean_email,
    "phone": clean_phone,
    "address": clean_address,
    "release_notes": clean_release_notes,
}
"""The fields of Section F2.15(b) and (c), with what cleans each; (a) is the record's own key."""


def read_release(fields: Mapping[str, str]) -> tuple[ReleaseDetails | None, tuple[Refusal, ...]]:
    """Read the details that a submitter supplies for a Device. Section F2.17 and Section F2.15

    Takes the fields by name, as written; missing ones count as blank. Gives the
    cleaned details and no refusals, or None and every refusal. Who submits does
    not matter: a Party and any other person supply the same.
    """
    clean: dict[str, str] = {}
    refusals: list[Refusal] = []
    for field, cleaner in CLEANERS.items():
        try:
            clean[field] = cleaner(fields.get(field) or "")
        except Refusal as refusal:
            refusals.append(refusal)
    return (None, tuple(refusals)) if refusals else (ReleaseDetails(**clean), ())


def is_telephone(text: str) -> bool:
    """Tell whether a cell that begins with "+" is a telephone number. Section F2.15(b)

    Takes a cell of a spreadsheet. True for "+" followed by digits, blanks,
    brackets and hyphens only, with a digit among them: no formula, so it is
    exported unchanged.
    """
    return text.startswith("+") and bool(_PHONE.match(text)) and any(c in "0123456789" for c in text)
