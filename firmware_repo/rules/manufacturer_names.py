"""Manufacturers' names, and names made to look like them.

Appendix Z 2.1(a)  The list identifies the Manufacturer. Its name is trimmed and
    normalised (NFKC); a name that mixes alphabets, or that looks like a name
    already held, is never matched by the system: a person reviews it.
"""

import unicodedata

from firmware_repo.rules.text import clean_line

MANUFACTURER_NAME_CAP = 120
"""Characters. Longer than any company name registered in Great Britain we met."""

# What a letter of another alphabet is taken for at a glance. Only look-alikes of
# Latin letters are needed, since names on the list are written in Latin letters.
_CYRILLIC = dict(zip("авсԁеѕһіјкӏмпорԛгтуѵԝхь", "abcdeshijklmnopqrtyvwxb", strict=True))
_GREEK = dict(zip("αβγεζηικμνορτυχω", "abyeznikuvoptuxw", strict=True))
_DIGITS = {"0": "o", "1": "l", "5": "s", "|": "l"}
_LOOK_ALIKE = {**_CYRILLIC, **_GREEK, **_DIGITS, "ı": "i"}


def clean_manufacturer_name(text: str) -> str:
    """Trim and normalise a Manufacturer's name. Appendix Z 2.1(a)

    Takes the name as written; gives it in NFKC, one blank between words. Raises
    Refusal (field ``manufacturer_name``) when blank, over 120 characters, or with
    control or hidden characters.
    """
    return clean_line(
        text,
        field="manufacturer_name",
        clause="Z2.1(a)",
        name="the Manufacturer’s name",
        cap=MANUFACTURER_NAME_CAP,
    )


def reason_to_review_name(name: str, known_names: tuple[str, ...] = ()) -> str:
    """Say why a person must look at a Manufacturer's name, or "". Appendix Z 2.1(a)

    Takes a cleaned name and the names already held; gives one sentence, or the
    empty string when the name may be used as it stands. A name equal to a held
    one but for capitals is the same name, and needs no review.
    """
    alphabets = sorted({_alphabet(letter) for letter in name if letter.isalpha()})
    foreign = [alphabet for alphabet in alphabets if alphabet != "Latin"]
    if foreign and len(alphabets) > 1:
        return f"The name mixes letters of different alphabets ({', '.join(alphabets)})."
    if foreign:
        return f"The name is written in {foreign[0]} letters, which can pass for Latin ones."
    if name.casefold() in {known.casefold() for known in known_names}:
        return ""
    alike = sorted(known for known in known_names if skeleton(known) == skeleton(name))
    if alike:
        return f"The name looks like “{alike[0]}”, which is already held."
    return ""


def skeleton(name: str) -> str:
    """Reduce a name to what the eye takes it for, to compare names by. Appendix Z 2.1(a)

    Takes any name; gives lower-case Latin letters and digits only, accents and
    punctuation dropped, look-alike characters replaced. Not for showing.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    replaced = "".join(_LOOK_ALIKE.get(character, character) for character in plain)
    return "".join(c for c in replaced if c.isalnum()).replace("i", "l").replace("rn", "m").replace("vv", "w")


def _alphabet(letter: str) -> str:
    """Name the alphabet of a letter from its Unicode name: "LATIN SMALL LETTER A" -> "Latin"."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].capitalize()
