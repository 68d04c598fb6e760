"""A warning: a value in a valid format that looks out of line, and what it is compared with.

Section F2.2  What the list identifies is checked for sense, not only for form: wrong
    values in a valid format are the ones that no pattern finds.

A warning never refuses a value. It says what was seen beside what was expected, and
asks for an answer: the value is put right, or somebody says why it is right. A note
is a warning that asks nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpl.rules.device_identity import DeviceIdentity


@dataclass(frozen=True, slots=True)
class SubmissionWarning:
    """Something to look at.

    ``code`` is its stable name, ``clause`` the clause's key, ``field`` the form field
    concerned; ``heading`` names it in a line, ``seen`` and ``expected`` are the
    sentences that stand beside each other. ``about`` are the values that make it this
    warning and no other: while they stay, an answer stays. ``asks`` is False for a
    note; ``wants_evidence`` is True where a reason alone does not answer it.
    """

    code: str
    clause: str
    field: str
    heading: str
    seen: str
    expected: str
    about: tuple[str, ...]
    asks: bool = True
    wants_evidence: bool = False

    @property
    def message(self) -> str:
        """What was seen and what was expected, in one."""
        return f"{self.seen} {self.expected}"

    @property
    def fingerprint(self) -> str:
        """The digest of the code and the values seen, by which an answered warning is known again."""
        return hashlib.sha256("\x1f".join((self.code, *self.about)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another entry to compare with: its number, identity and Hash ("" for none), and whether it is on the list."""

    number: str
    device: DeviceIdentity
    image_hash: str = ""
    listed: bool = True


VersionPair = tuple[str, str, str]


def pair_of(device: DeviceIdentity) -> VersionPair:
    """Give the version pair of a device: specification, its version, GBCS version. Appendix Z 2.1(d)"""
    return device.spec_type, device.spec_version, device.gbcs_version


def hardware_of(device: DeviceIdentity) -> str:
    """Give what a Device is but for its firmware: type, manufacturer, model and hardware. Appendix Z 2.1(b)"""
    return device.device_key.rsplit("|", 1)[0]


class Standing:
    """The entries that stand, found by what they share. Section F2.2

    Takes entries in any order. ``pairs`` counts the entries of the whole list by version
    pair, where the entries given are not all of them; without it they are counted.
    """

    def __init__(
        self, entries: Iterable[Sibling] = (), *, pairs: Mapping[VersionPair, int] | None = None
    ) -> None:
        self._makers: dict[str, list[Sibling]] = {}
        self._families: dict[tuple[str, str], list[Sibling]] = {}
        self._hashes: dict[str, list[Sibling]] = {}
        self._hardware: dict[str, list[Sibling]] = {}
        self._given = pairs
        self._pairs: Counter[VersionPair] = Counter()
        for each in sorted(entries, key=lambda one: one.number):
            self.add(each)

    def add(self, entry: Sibling) -> None:
        """Let one more entry stand; give them in the order of their numbers."""
        self._makers.setdefault(entry.device.manufacturer_identifier, []).append(entry)
        family = (entry.device.manufacturer_identifier, entry.device.device_type)
        self._families.setdefault(family, []).append(entry)
        self._hardware.setdefault(hardware_of(entry.device), []).append(entry)
        self._pairs[pair_of(entry.device)] += 1
        if entry.image_hash:
            self._hashes.setdefault(entry.image_hash, []).append(entry)

    @property
    def pairs(self) -> Mapping[VersionPair, int]:
        """How many entries of the list stand with each version pair."""
        return self._pairs if self._given is None else self._given

    def of_maker(self, identifier: str) -> list[Sibling]:
        """Give the entries of a manufacturer, the oldest first."""
        return self._makers.get(identifier, [])

    def of_family(self, device: DeviceIdentity) -> list[Sibling]:
        """Give the entries of a device's manufacturer and type, the oldest first."""
        return self._families.get((device.manufacturer_identifier, device.device_type), [])

    def with_hash(self, image_hash: str) -> list[Sibling]:
        """Give the entries with a Hash, the oldest first; none for no Hash."""
        return self._hashes.get(image_hash, [])

    def of_hardware(self, device: DeviceIdentity) -> list[Sibling]:
        """Give the entries of the same hardware, with any firmware and version pair, the oldest first."""
        return self._hardware.get(hardware_of(device), [])


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: 1 entry, 11 entries. Section F2.2"""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"
