"""How firmware versions are coded: in decimal digits, two for each part, or in hexadecimal.

Appendix Z 2.1(c)  The firmware version. One and the same release has been submitted
    once in binary-coded decimal and once in hexadecimal, both of the right form: decimal
    16.26.23.34 is 16262334 in the one and 101A1722 in the other. So a version is
    compared with those of the sibling entries of the same manufacturer.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.warnings import Sibling, SubmissionWarning, counted

SIBLINGS_NEEDED = 3
"""Below this many sibling entries their way of coding firmware shows nothing."""
_PARTS = re.compile("..")


def as_decimal(version: str) -> str:
    """Write a hexadecimal version in decimal digits, two for each part. Appendix Z 2.1(c)

    Takes eight hexadecimal digits: 101A1722 gives 16262334; "" where a part is over 99.
    """
    parts = [int(part, 16) for part in _PARTS.findall(version)]
    return "" if any(part > 99 for part in parts) else "".join(f"{part:02d}" for part in parts)


def as_hexadecimal(version: str) -> str:
    """Write a version of decimal digits in hexadecimal, two digits for each part. Appendix Z 2.1(c)

    Takes eight digits: 16262334 gives 101A1722; "" where there are letters.
    """
    return "".join(f"{int(part):02X}" for part in _PARTS.findall(version)) if version.isdigit() else ""


def coding_warning(device: DeviceIdentity, siblings: Sequence[Sibling]) -> SubmissionWarning | None:
    """Warn when firmware is coded otherwise than the siblings' is. Appendix Z 2.1(c)

    Takes the entries of the same manufacturer and type, the oldest first. Compares with
    those of the same model; where there are fewer than three, with all of them. Warns
    when the same version, coded the other way, stands already; when this one has letters
    and none of the siblings has any; and when only the other coding of digits begins as
    siblings with letters do. A version that cannot be written the other way is no slip of
    this kind.
    """
    version = device.firmware_version
    other = as_hexadecimal(version) if version.isdigit() else as_decimal(version)
    if other in ("", version) or any(each.device.firmware_version == version for each in siblings):
        return None
    same_model = [each for each in siblings if each.device.model_identifier == device.model_identifier]
    twin = next((each for each in reversed(same_model) if each.device.firmware_version == other), None)
    if twin and twin.device.firmware_version.isdigit() != version.isdigit():
        return _warning(device, f"Entry {twin.number} of the same model has {other}.")
    compared = same_model if len(same_model) >= SIBLINGS_NEEDED else siblings
    there = [each.device.firmware_version for each in compared]
    if len(there) < SIBLINGS_NEEDED or {each.isdigit() for each in there} != {not version.isdigit()}:
        return None
    nearer = _leading_parts(other, there) - _leading_parts(version, there)
    if nearer < 0 or (nearer == 0 and version.isdigit()):
        return None
    whose = (
        f"for model {device.model_identifier}" if compared is same_model else "of this type and manufacturer"
    )
    return _warning(
        device,
        f"The {counted(len(compared), 'other entry')} {whose} "
        f"{'have letters' if version.isdigit() else 'use only the digits 0 to 9'}: "
        f"the newest, {compared[-1].number}, has {there[-1]}.",
    )


def _leading_parts(version: str, others: Sequence[str]) -> int:
    """Count the leading parts, of four, that a version shares with the one of the others that is nearest to it."""
    parts = _PARTS.findall(version)
    return max(
        sum(
            1
            for _ in takewhile(
                lambda pair: pair[0] == pair[1], zip(parts, _PARTS.findall(other), strict=True)
            )
        )
        for other in others
    )


def _warning(device: DeviceIdentity, compared: str) -> SubmissionWarning:
    version = device.firmware_version
    return SubmissionWarning(
        "firmware-coding",
        "Z2.1(c)",
        "firmware_version",
        "The firmware version may be coded differently from its siblings",
        f"Firmware {version}, {'with digits only' if version.isdigit() else 'with letters among its digits'}.",
        f"{compared}{_worked_example(version)}",
        (device.manufacturer_identifier, device.model_identifier, version),
    )


def _worked_example(version: str) -> str:
    """Show the version in both codings, where it can be written in both."""
    if version.isdigit():
        dotted = ".".join(str(int(part)) for part in _PARTS.findall(version))
        return f" Decimal {dotted} would be written {as_hexadecimal(version)} in hexadecimal; in decimal digits it is {version}."
    if decimal := as_decimal(version):
        dotted = ".".join(str(int(part)) for part in _PARTS.findall(decimal))
        return f" Decimal {dotted} would be written {decimal}; in hexadecimal the same is {version}."
    return ""
