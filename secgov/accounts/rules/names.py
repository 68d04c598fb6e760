"""Names of organisations and people, and names made to look like others.

X-2  A name is normalised (NFKC) and trimmed. A name that mixes alphabets, or that looks like one already held, is
    never matched by the system: a person looks at it (so of Manufacturers' names too, Appendix Z 2.1(a)).
"""

import unicodedata
from functools import lru_cache

from secgov.errors import Refusal

# What a letter of another alphabet is taken for at a glance. Only look-alikes of
# Latin letters are needed, since names here are written in Latin letters.
_CYRILLIC = dict(zip("авсԁеѕһіјкӏмпорԛгтуѵԝхь", "abcdeshijklmnopqrtyvwxb", strict=True))
_GREEK = dict(zip("αβγεζηικμνορτυχω", "abyeznikuvoptuxw", strict=True))
_DIGITS = {"0": "o", "1": "l", "5": "s", "|": "l"}
_LOOK_ALIKE = {**_CYRILLIC, **_GREEK, **_DIGITS, "ı": "i"}


def clean_name(text: str, *, field: str, cap: int) -> str:
    """Give a name of an organisation or person in NFKC, one blank between words. X-2

    Takes the name as written, the form field and the cap in characters. Raises Refusal (that field) when nothing is
    left, for a control or hidden character, or beyond the cap.
    """
    tidy = " ".join(unicodedata.normalize("NFKC", text).split())
    hidden = next((c for c in tidy if unicodedata.category(c)[0] == "C"), "")
    if hidden:
        said = f"The name holds a character that cannot be seen (U+{ord(hidden):04X})."
    elif not any(c.isalnum() for c in tidy):
        said = "The name is missing."
    elif len(tidy) > cap:
        said = f"The name has {len(tidy)} characters; at most {cap} can be kept."
    else:
        return tidy
    raise Refusal(said, clause="", field=field, remedy="Type it again as plain text, on one line.")


def check_name_free(name: str, held: tuple[str, ...]) -> None:
    """Refuse the name of an organisation that stands already, whatever its capitals. X-2

    Takes a cleaned name and the names held. Raises Refusal (field ``organisation_name``). Who is admitted is no
    secret: the Code's Parties are published.
    """
    if name.casefold() in {each.casefold() for each in held}:
        raise Refusal(
            f"An organisation of the name “{name}” is registered already.",
            clause="",
            field="organisation_name",
            remedy="Ask its administrator to invite you. If it is another one, tell it apart in the name.",
        )


def reason_to_review_name(name: str, held: tuple[str, ...] = ()) -> str:
    """Say why a person must look at a name, or "". X-2 and Appendix Z 2.1(a)

    Takes a cleaned name and the names already held; gives one sentence, or the empty string when the name may be
    used as it stands. A name equal to a held one but for capitals is the same name, and needs no review.
    """
    alphabets = sorted({_alphabet(letter) for letter in name if letter.isalpha()})
    foreign = [alphabet for alphabet in alphabets if alphabet != "Latin"]
    if foreign and len(alphabets) > 1:
        return f"The name mixes letters of different alphabets ({', '.join(alphabets)})."
    if foreign:
        return f"The name is written in {foreign[0]} letters, which can pass for Latin ones."
    if name.casefold() in {known.casefold() for known in held}:
        return ""
    mine = skeleton(name)
    alike = sorted(known for known in held if skeleton(known) == mine)
    if alike:
        return f"The name looks like “{alike[0]}”, which is already held."
    return ""


@lru_cache(maxsize=8192)
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
