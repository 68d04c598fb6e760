"""What makes a Device Model that one and no other.

Appendix Z 2.1(a)  Manufacturer and model: four hexadecimal digits each.
Appendix Z 2.1(b)  Hardware version and revision: two hexadecimal digits each; the
    concatenation of model, version and revision is derived, never typed.
Appendix Z 2.1(c)  Firmware version: eight hexadecimal digits, kept as text. New
    firmware is a new Device Model.
Appendix Z 2.1(d), (e)  The version pair, see ``versions``.

The clean functions give the one spelling that is stored, or refuse naming field,
clause and remedy. ``read_device`` reads all fields and gives every refusal at
once, so that a form shows them together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cpl.rules.device_types import NAMES, clean_device_type
from cpl.rules.versions import (
    check_version_pair,
    clean_gbcs_version,
    clean_spec_type,
    clean_spec_version,
    gbcs_text,
    generation_of,
    specification_text,
)
from secgov.errors import Refusal

_HEX = re.compile(r"[0-9A-F]*\Z")


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """The tuple that identifies a Device Model, every part in its stored spelling."""

    device_type: str
    manufacturer_identifier: str
    model_identifier: str
    hardware_version: str
    hardware_revision: str
    firmware_version: str
    spec_type: str
    spec_version: str
    gbcs_version: str

    @property
    def generation(self) -> str:
        """ "SMETS1" or "SMETS2+", which follows from the specification version."""
        return generation_of(self.spec_type, self.spec_version)

    @property
    def device_model(self) -> str:
        """Model, hardware version and revision in one: eight hexadecimal digits."""
        return concatenation(self.model_identifier, self.hardware_version, self.hardware_revision)

    @property
    def key(self) -> str:
        """The identity as the one text that is stored and compared."""
        return identity(
            device_type=self.device_type,
            manufacturer_identifier=self.manufacturer_identifier,
            model_identifier=self.model_identifier,
            hardware_version=self.hardware_version,
            hardware_revision=self.hardware_revision,
            firmware_version=self.firmware_version,
            spec_type=self.spec_type,
            spec_version=self.spec_version,
            gbcs_version=self.gbcs_version,
        )

    @property
    def device_key(self) -> str:
        """The identity without its version pair: what a Device says of itself."""
        return self.key.rsplit("|", 3)[0]

    def __str__(self) -> str:
        """The Device Model as a person reads it."""
        return (
            f"{NAMES[self.device_type]}, manufacturer {self.manufacturer_identifier}, "
            f"model {self.device_model}, firmware {self.firmware_version}, "
            f"{specification_text(self.spec_type, self.spec_version)}, {gbcs_text(self.gbcs_version)}"
        )


def clean_manufacturer_identifier(text: str) -> str:
    """Give the manufacturer identifier as published: 4 hex digits. Appendix Z 2.1(a)

    "106c" gives "106C". Raises Refusal (field ``manufacturer_identifier``).
    """
    return _clean_hex(text, 4, "manufacturer_identifier", "Z2.1(a)", "manufacturer identifier")


def clean_model_identifier(text: str) -> str:
    """Give the model identifier as published: 4 hex digits. Appendix Z 2.1(a)

    Raises Refusal (field ``model_identifier``).
    """
    return _clean_hex(text, 4, "model_identifier", "Z2.1(a)", "model identifier")


def clean_hardware_version(text: str) -> str:
    """Give the hardware version as published: 2 hex digits, zeros kept. Appendix Z 2.1(b)

    Raises Refusal (field ``hardware_version``).
    """
    return _clean_hex(text, 2, "hardware_version", "Z2.1(b)", "hardware version")


def clean_hardware_revision(text: str) -> str:
    """Give the hardware revision as published: 2 hex digits, zeros kept. Appendix Z 2.1(b)

    Raises Refusal (field ``hardware_revision``).
    """
    return _clean_hex(text, 2, "hardware_revision", "Z2.1(b)", "hardware revision")


def clean_firmware_version(text: str) -> str:
    """Give the firmware version as published: 8 hex digits, as text. Appendix Z 2.1(c)

    "00070804" stays "00070804". Raises Refusal (field ``firmware_version``).
    """
    return _clean_hex(text, 8, "firmware_version", "Z2.1(c)", "firmware version")


def concatenation(model_identifier: str, hardware_version: str, hardware_revision: str) -> str:
    """Join model, hardware version and revision into 8 hex digits. Appendix Z 2.1(b)

    Takes the three cleaned parts: "4331", "00", "AC" give "433100AC".
    """
    return f"{model_identifier}{hardware_version}{hardware_revision}"


def identity(
    *,
    device_type: str,
    manufacturer_identifier: str,
    model_identifier: str,
    hardware_version: str,
    hardware_revision: str,
    firmware_version: str,
    spec_type: str,
    spec_version: str,
    gbcs_version: str,
) -> str:
    """Write the identity of a Device Model as one text, version pair included. Appendix Z 2.1(c)

    Takes the nine cleaned parts; gives them joined by "|", in this order. The
    database derives the same text, so neither may change without the other. New
    firmware gives another identity, and so another entry.
    """
    return "|".join(
        (
            device_type,
            manufacturer_identifier,
            model_identifier,
            hardware_version,
            hardware_revision,
            firmware_version,
            spec_type,
            spec_version,
            gbcs_version,
        )
    )


_CLEANERS = {
    "device_type": clean_device_type,
    "manufacturer_identifier": clean_manufacturer_identifier,
    "model_identifier": clean_model_identifier,
    "hardware_version": clean_hardware_version,
    "hardware_revision": clean_hardware_revision,
    "firmware_version": clean_firmware_version,
    "spec_type": clean_spec_type,
    "spec_version": clean_spec_version,
    "gbcs_version": clean_gbcs_version,
}
FIELDS = tuple(_CLEANERS)
"""The nine fields of an identity, in the order of the identity text."""


def read_device(fields: Mapping[str, str]) -> tuple[DeviceIdentity | None, tuple[Refusal, ...]]:
    """Read all nine fields of a device, and say everything that is wrong. Section F2.2

    Takes the fields by name, as written; missing ones count as blank. Gives the
    cleaned identity and no refusals, or None and every refusal, each with its
    field, clause and remedy.
    """
    clean: dict[str, str] = {}
    refusals: list[Refusal] = []
    for field, cleaner in _CLEANERS.items():
        try:
            clean[field] = cleaner(fields.get(field) or "")
        except Refusal as refusal:
            refusals.append(refusal)
    if {"device_type", "spec_type", "spec_version", "gbcs_version"} <= clean.keys():
        refusals += check_version_pair(
            device_type=clean["device_type"],
            spec_type=clean["spec_type"],
            spec_version=clean["spec_version"],
            gbcs_version=clean["gbcs_version"],
            generation=(fields.get("generation") or "").strip(),
        )
    return (None, tuple(refusals)) if refusals else (DeviceIdentity(**clean), ())


def _clean_hex(text: str, length: int, field: str, clause: str, name: str) -> str:
    tidy = _upper(text.strip())
    if len(tidy) == length and _HEX.match(tidy):
        return tidy
    remedy = f"Give {length} hexadecimal digits (0-9, A-F), leading zeros included."
    if not tidy:
        raise Refusal(f"The {name} is missing.", clause=clause, field=field, remedy=remedy)
    if not _HEX.match(tidy):
        wrong = next(c for c in tidy if not _HEX.match(c))
        raise Refusal(
            f"The {name} contains “{wrong}”, which is not a hexadecimal digit.",
            clause=clause,
            field=field,
            remedy=remedy,
        )
    raise Refusal(
        f"The {name} has {len(tidy)} {'digit' if len(tidy) == 1 else 'digits'}; it must have {length}.",
        clause=clause,
        field=field,
        remedy=remedy,
    )


def _upper(text: str) -> str:
    # Only plain letters: in upper case the ligature “ﬀ” would become two hexadecimal digits that nobody wrote.
    return text.upper() if text.isascii() else text
