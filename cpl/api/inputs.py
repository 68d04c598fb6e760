"""What the API takes: bodies, and the questions in its addresses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from cpl.models import PublishedEntry
from cpl.rules import device_identity as identity
from cpl.rules.device_types import NAMES, clean_device_type
from cpl.rules.point_in_time import read_instant
from cpl.rules.versions import GENERATIONS, clean_gbcs_version, generation_of, parse_specification
from secgov.errors import Refusal, refuse_any

HEX = "0123456789ABCDEF"


class Exact(serializers.Serializer):
    """Refuses what nobody asked for: a field with a slip of the pen would otherwise be lost without a word."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Give the values. Raises ValidationError for a field that the call does not know, or a wrong value."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            raise ValidationError({name: ["This call has no such field."] for name in sorted(unknown)})
        return super().to_internal_value(data)


class NotLoaded(Exact):
    """An entry that the DCC could not load, and why."""

    entry = serializers.RegexField(r"^[0-9]{6}\Z", help_text="Six digits.")
    reason = serializers.CharField(max_length=2000)


class Receipt(Exact):
    """What the DCC says of an edition (F2.9)."""

    state = serializers.ChoiceField(["received", "loaded", "loaded_in_part"])
    manifest_sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}\Z", help_text="Of the manifest's bytes, in hexadecimal digits."
    )
    not_loaded = NotLoaded(
        many=True, required=False, help_text="For `loaded_in_part`: each entry, with the reason."
    )

    def validate_not_loaded(self, value: list[dict[str, str]]) -> list[dict[str, str]]:
        """Refuse an entry that is named twice: only one of its reasons could be kept."""
        if len({each["entry"] for each in value}) != len(value):
            raise ValidationError("An entry stands here twice.")
        return value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list that may be asked for.

    `clean` gives the stored spelling, or raises Refusal; `lookups` finds it in the database, `of` in an entry's record.
    """

    clean: Callable[[str], Any]
    lookups: Callable[[Any], dict[str, Any]]
    of: Callable[[Mapping[str, Any]], Any]
    help: str


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _slip("entry number", "000639", "Z2.1")
    return int(text)


def _status(text: str) -> str:
    for value in PublishedEntry.Status.values:
        if text.casefold() == value.casefold():
            return value
    raise _slip("status", "Current, or Removed", "Z6.11")


def _generation(text: str) -> str:
    # In an address a plus stands for a blank.
    if (tidy := text.upper().replace("SMETS2 ", "SMETS2+")) in GENERATIONS:
        return tidy
    raise _slip("generation", " or ".join(GENERATIONS), "F2.1")


def _device_model(text: str) -> str:
    tidy = text.strip().upper()
    if len(tidy) != 8 or not set(tidy) <= set(HEX):
        raise _slip("device model: model, hardware version and revision joined", "433100AC", "Z2.1(b)")
    return tidy


def _image_hash(text: str) -> str:
    tidy = text.strip().upper()
    if tidy and (len(tidy) != 64 or not set(tidy) <= set(HEX)):
        raise _slip(
            "Hash", "64 hexadecimal digits, or leave it empty for entries without one", "Z2.1(h)(iii)"
        )
    return tidy


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _slip("day", "2026-12-01", "F2.8") from None


def _clause(text: str) -> str:
    tidy = text.strip()
    if not tidy.isprintable() or not 1 <= len(tidy) <= 40:
        raise _slip("clause", "Z6.2", "F2.2")
    return tidy


def _slip(what: str, example: str, clause: str) -> Refusal:
    article = "an" if what[0] in "aeiou" else "a"
    return Refusal(f"That is not {article} {what}.", clause=clause, remedy=f"Write it like {example}.")


def _is(column: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {column: value}


def _as_published(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda record: record[name]


def _day_in(part: str, name: str) -> Callable[[Mapping[str, Any]], date | None]:
    def of(record: Mapping[str, Any]) -> date | None:
        text = (record[part] or {}).get(name)
        return date.fromisoformat(text) if text else None

    return of


COLUMNS: dict[str, Column] = {
    "entry": Column(_number, _is("number"), lambda r: int(r["entry"]), "Entry number, such as 000639."),
    "status": Column(_status, _is("status"), _as_published("status"), "Current or Removed."),
    "generation": Column(
        _generation,
        _is("generation"),
        lambda r: generation_of(*parse_specification(r["specification"])),
        "SMETS1 or SMETS2+.",
    ),
    "device_type": Column(
        lambda text: NAMES[clean_device_type(text)],
        lambda name: {"device_type": clean_device_type(name)},
        _as_published("device_type"),
        "Physical Device Type, by its published name, short name or code.",
    ),
    "manufacturer": Column(
        identity.clean_manufacturer_identifier,
        _is("manufacturer_identifier"),
        _as_published("manufacturer"),
        "Four hexadecimal digits.",
    ),
    "model": Column(
        identity.clean_model_identifier,
        _is("model_identifier"),
        _as_published("model"),
        "Four hexadecimal digits.",
    ),
    "hardware_version": Column(
        identity.clean_hardware_version,
        _is("hardware_version"),
        _as_published("hardware_version"),
        "Two hexadecimal digits.",
    ),
    "hardware_revision": Column(
        identity.clean_hardware_revision,
        _is("hardware_revision"),
        _as_published("hardware_revision"),
        "Two hexadecimal digits.",
    ),
    "device_model": Column(
        _device_model,
        lambda text: {
            "model_identifier": text[:4],
            "hardware_version": text[4:6],
            "hardware_revision": text[6:],
        },
        _as_published("device_model"),
        "Model, hardware version and revision joined: eight hexadecimal digits.",
    ),
    "firmware_version": Column(
        identity.clean_firmware_version,
        _is("firmware_version"),
        _as_published("firmware_version"),
        "Eight hexadecimal digits.",
    ),
    "specification": Column(
        parse_specification,
        lambda pair: {"spec_type": pair[0], "spec_version": pair[1]},
        lambda r: parse_specification(r["specification"]),
        "Such as SMETS V4.2 or CHTS V1.3.",
    ),
    "gbcs": Column(
        clean_gbcs_version, _is("gbcs_version"), _as_published("gbcs"), "Such as 3.2; 0.0 for SMETS1."
    ),
    "image_hash": Column(
        _image_hash,
        _is("image_hash"),
        lambda r: (r["image"] or {}).get("hash", ""),
        "64 hexadecimal digits; empty for none.",
    ),
    "listed_on": Column(
        _day, _is("listed_on"), _day_in("listed", "from"), "The day of listing, such as 2026-12-01."
    ),
    "listed_known_by": Column(
        _day,
        _is("listed_known_by"),
        _day_in("listed", "known_by"),
        "For imported entries: the day by which it was listed.",
    ),
    "removed_on": Column(_day, _is("removed_on"), _day_in("removed", "on"), "The day of removal."),
    "removal_clause": Column(
        _clause,
        _is("removal_clause"),
        lambda r: (r["removed"] or {}).get("clause"),
        "The clause of removal, such as Z6.2.",
    ),
}
"""Every column of the list that may be asked for, by the name that the answers give it."""


def cleaned(asked: Mapping[str, str]) -> dict[str, Any]:
    """Give the values of columns in their stored spelling. Raises every Refusal at once, each naming its parameter."""
    values: dict[str, Any] = {}
    refusals = []
    for name, text in asked.items():
        try:
            values[name] = COLUMNS[name].clean(text)
        except Refusal as refusal:
            refusals += renamed(refusal.each, {}, name)
    refuse_any(refusals)
    return values


def renamed(refusals: Iterable[Refusal], names: Mapping[str, str], otherwise: str = "") -> list[Refusal]:
    """Give refusals whose fields are called as the API calls them."""
    return [
        Refusal(
            each.message,
            clause=each.clause,
            field=names.get(each.field, otherwise or each.field),
            remedy=each.remedy,
        )
        for each in refusals
    ]


def only(asked: Mapping[str, str], names: Iterable[str]) -> Mapping[str, str]:
    """Give what was asked where every parameter is one that the call knows. Raises ValidationError."""
    unknown = asked.keys() - set(names)
    if unknown:
        raise ValidationError({name: ["This call has no such parameter."] for name in sorted(unknown)})
    return asked


def day_asked(text: str | None, name: str) -> date | None:
    """Give the day of a parameter, or None where it was not given. Raises Refusal."""
    if text is None:
        return None
    try:
        return _day(text)
    except Refusal as refusal:
        raise renamed(refusal.each, {}, name)[0] from None


def instant_asked(text: str | None, name: str) -> datetime | None:
    """Give the instant of a parameter, in UTC, or None where it was not given. Raises Refusal."""
    if text is None:
        return None
    try:
        return read_instant(text)
    except Refusal as refusal:
        raise renamed(refusal.each, {}, name)[0] from None
