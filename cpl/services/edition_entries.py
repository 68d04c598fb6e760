"""Entries out of the stored bytes of an edition."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from cpl.models import Edition, EditionForm, PublishedEntry
from cpl.rules.device_types import DEVICE_TYPES
from cpl.rules.versions import generation_of, parse_specification

_BEGINNING = b'{"entry":"'
_TYPE_CODES = {each.name: each.code for each in DEVICE_TYPES}


def entries_of(edition: Edition) -> Iterator[dict[str, Any]]:
    """Give the entries of an edition as its stored `json` form holds them."""
    yield from orjson.loads(_json_of(edition))["entries"]


def entry_in(edition: Edition, number: int) -> dict[str, Any] | None:
    """Give one entry as an edition's stored `json` form holds it, or None."""
    return _cut_out(_json_of(edition), number)


def published_entry(record: Mapping[str, Any], maker: str, edition: Edition) -> PublishedEntry:
    """Give the row, unsaved, that answers for an entry as an edition writes it; `maker` is the manufacturer's name."""
    spec_type, spec_version = parse_specification(record["specification"])
    removed = record["removed"] or {}
    return PublishedEntry(
        number=int(record["entry"]),
        status=record["status"],
        generation=generation_of(spec_type, spec_version),
        device_type=_TYPE_CODES[record["device_type"]],
        manufacturer_identifier=record["manufacturer"],
        manufacturer_name=maker,
        model_identifier=record["model"],
        hardware_version=record["hardware_version"],
        hardware_revision=record["hardware_revision"],
        firmware_version=record["firmware_version"],
        spec_type=spec_type,
        spec_version=spec_version,
        gbcs_version=record["gbcs"],
        image_hash=(record["image"] or {}).get("hash") or "",
        listed_on=record["listed"]["from"],
        listed_known_by=record["listed"]["known_by"],
        removed_on=removed.get("on"),
        removal_clause=removed.get("clause") or "",
        removal_public_reason=removed.get("public_reason") or "",
        record=record,
        edition=edition,
    )


def _json_of(edition: Edition) -> bytes:
    stored = EditionForm.objects.values_list("gzipped", flat=True).get(edition=edition, name="json")
    return gzip.decompress(bytes(stored))


def _cut_out(text: bytes, number: int) -> dict[str, Any] | None:
    """Cut one entry out of the bytes, which is far quicker than to read them all.

    Within a text a quotation mark has a backslash before it, so what begins an entry stands nowhere else.
    """
    begin = text.find(b'%b%06d"' % (_BEGINNING, number))
    if begin < 0:
        return None
    end = text.find(b"," + _BEGINNING, begin)
    found: dict[str, Any] = orjson.loads(text[begin : end if end > 0 else text.rindex(b"]}")])
    return found
