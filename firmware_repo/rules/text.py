"""Plain text as a person may write it: trimmed, normalised, free of control characters.

Appendix Z 2.1(a)  The Manufacturer's name is trimmed and normalised (NFKC).
Appendix Z 2.1(h)(ii)  The descriptor of an image is plain text.
Section F2.15(c)  Release notes are free text: any words, shown as text.

These functions change nothing that a reader would see as meaning: angle brackets
and leading signs stay, and are made harmless where they are shown.
"""

import unicodedata

from secgov.errors import Refusal

_LINE_BREAKS = {"\r\n": "\n", "\r": "\n"}
# Invisible characters that reorder or hide what follows them: nobody types them
# into a name or an address on purpose, and they make two texts look alike.
_HIDDEN = frozenset(
    "\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def clean_line(text: str, *, field: str, clause: str, name: str, cap: int) -> str:
    """Tidy one line of plain text, or refuse it. Appendix Z 2.1

    Takes the text, the form field and clause that ask for it, the name a person
    knows it by ("the image descriptor") and the cap in characters. Gives the text
    in NFKC with runs of blanks made one. Raises Refusal when nothing is left, for
    a control or hidden character (line breaks included), or beyond the cap.
    """
    tidy = unicodedata.normalize("NFKC", text).strip()
    _refuse_hidden(tidy, allowed="", field=field, clause=clause, name=name)
    tidy = " ".join(tidy.split())
    _refuse_length(tidy, field=field, clause=clause, name=name, cap=cap)
    return tidy


def clean_body(text: str, *, field: str, clause: str, name: str, cap: int) -> str:
    """Tidy a body of plain text that may run over several lines. Section F2.15(c)

    Takes and raises as ``clean_line``, but keeps line breaks (as ``\\n``), tabs
    and the writer's own spacing, and normalises to NFC only, so that the words
    stay as they were written.
    """
    for was, becomes in _LINE_BREAKS.items():
        text = text.replace(was, becomes)
    tidy = unicodedata.normalize("NFC", text).strip()
    _refuse_hidden(tidy, allowed="\n\t", field=field, clause=clause, name=name)
    _refuse_length(tidy, field=field, clause=clause, name=name, cap=cap)
    return tidy


def _refuse_hidden(text: str, *, allowed: str, field: str, clause: str, name: str) -> None:
    for place, character in enumerate(text, start=1):
        control = unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}
        if (control or character in _HIDDEN) and character not in allowed:
            raise Refusal(
                f"Character {place} of {name} cannot be shown (U+{ord(character):04X}).",
                clause=clause,
                field=field,
                remedy="Delete it, or type the text again as plain text"
                + ("." if "\n" in allowed else ", on one line."),
            )


def _refuse_length(text: str, *, field: str, clause: str, name: str, cap: int) -> None:
    if not text:
        raise Refusal(
            f"{name[:1].upper()}{name[1:]} is missing.",
            clause=clause,
            field=field,
            remedy=f"Write {name}.",
        )
    if len(text) > cap:
        raise Refusal(
            f"{name[:1].upper()}{name[1:]} has {len(text):,} characters; at most {cap:,} can be kept.",
            clause=clause,
            field=field,
            remedy=f"Shorten it by {len(text) - cap:,} characters.",
        )
