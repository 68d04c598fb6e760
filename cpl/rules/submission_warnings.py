"""What looks wrong in a submission although its format is right.

Appendix Z 2.1(c)  A firmware version coded otherwise than those of the sibling
    entries (decimal digits against hexadecimal ones).
Appendix Z 2.1(h)(iii)  One Hash on several entries is normal, as one image serves
    many hardware variants; one Hash with two firmware versions is not.
Section F2.1(b)  A certificate attached to a SMETS1 submission has no effect.

A warning never refuses: the submitter or the Secretariat answers it. Wrong values in
a valid format are why it exists, since no pattern finds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.versions import SMETS1


@dataclass(frozen=True, slots=True)
class SubmissionWarning:
    """Something to look at: a stable code, the clause's key, the field, and a sentence."""

    code: str
    clause: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another entry to compare with: its number, its identity and its Hash ("" for none)."""

    number: str
    device: DeviceIdentity
    image_hash: str = ""


SIBLINGS_NEEDED = 3
"""Below this many sibling entries their way of coding firmware shows nothing."""


def warnings_about(
    device: DeviceIdentity,
    *,
    image_hash: str,
    siblings: Iterable[Sibling],
    certificates_attached: bool,
) -> tuple[SubmissionWarning, ...]:
    """Give every warning about a submission. Section F2.2

    Takes the cleaned device and Hash, the entries to compare with (those of the
    same manufacturer and those with the same Hash; the entry itself left out when
    it is corrected or relisted), and whether certificates are attached.
    """
    entries = sorted(siblings, key=lambda each: each.number)
    found = (
        coding_warning(device, entries),
        hash_warning(device, image_hash, entries),
        smets1_certificate_warning(device, certificates_attached=certificates_attached),
    )
    return tuple(each for each in found if each)


def coding_warning(device: DeviceIdentity, siblings: Iterable[Sibling]) -> SubmissionWarning | None:
    """Warn when firmware is coded otherwise than the siblings' is. Appendix Z 2.1(c)

    Compares with the entries of the same manufacturer and model, or, if there are
    fewer than three, of the same manufacturer. All of them in decimal digits and
    this one with letters is a departure; so is letters in all, and none here.
    """
    same_maker = [
        each.device
        for each in siblings
        if each.device.manufacturer_identifier == device.manufacturer_identifier
    ]
    same_model = [each for each in same_maker if each.model_identifier == device.model_identifier]
    compared = same_model if len(same_model) >= SIBLINGS_NEEDED else same_maker
    if len(compared) < SIBLINGS_NEEDED:
        return None
    ways = {each.firmware_version.isdigit() for each in compared}
    here = device.firmware_version.isdigit()
    if ways != {not here}:
        return None
    there, now = ("letters", "only digits") if here else ("only digits", "letters")
    return SubmissionWarning(
        "firmware-coding",
        "Z2.1(c)",
        "firmware_version",
        f"Firmware {device.firmware_version} has {now}, while all {len(compared)} sibling entries of "
        f"manufacturer {device.manufacturer_identifier} have {there}: is it coded in the same way?",
    )


def hash_warning(
    device: DeviceIdentity, image_hash: str, siblings: Iterable[Sibling]
) -> SubmissionWarning | None:
    """Warn when the Hash stands with another firmware version. Appendix Z 2.1(h)(iii)"""
    others = [
        each
        for each in siblings
        if image_hash
        and each.image_hash == image_hash
        and each.device.firmware_version != device.firmware_version
    ]
    if not others:
        return None
    return SubmissionWarning(
        "hash-two-firmwares",
        "Z2.1(h)(iii)",
        "image_hash",
        f"The same Hash stands at entry {others[0].number} with firmware "
        f"{others[0].device.firmware_version}, not {device.firmware_version}.",
    )


def smets1_certificate_warning(
    device: DeviceIdentity, *, certificates_attached: bool
) -> SubmissionWarning | None:
    """Warn that a certificate has no effect for SMETS1. Section F2.1(b)"""
    if device.generation != SMETS1 or not certificates_attached:
        return None
    return SubmissionWarning(
        "smets1-certificate",
        "F2.1(b)",
        "certificates",
        "No certificate is required of a SMETS1 Device Model: it is kept as information and has no effect.",
    )
