"""Hashes that stand on several entries, as they should and as they should not.

Appendix Z 2.1(h)(iii)  One Hash on several entries is normal, since one image serves
    many hardware variants. One Hash with two firmware versions is not; nor is one that
    crosses manufacturers or kinds of device, one shared by far more variants than any
    other of its maker, or two Hashes for the very same Device.
"""

from collections.abc import Sequence

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.device_types import ELECTRICITY_METERS, NAMES
from cpl.rules.warnings import Sibling, Standing, SubmissionWarning, counted, hardware_of

FAR_MORE = 2
"""So many times the variants of the maker's next most shared Hash are far more."""
VARIANTS_NEEDED = 8
"""Below this many hardware variants sharing is nothing unusual for anybody."""


def hash_warnings(device: DeviceIdentity, image_hash: str, standing: Standing) -> list[SubmissionWarning]:
    """Warn about a Hash that is shared in an unusual way. Appendix Z 2.1(h)(iii)

    Takes the device, its Hash ("" for none, which is never warned about) and the
    entries that stand.
    """
    if not image_hash:
        return []
    sharing = standing.with_hash(image_hash)
    found = (
        two_firmwares_warning(device, image_hash, sharing),
        other_maker_warning(device, image_hash, sharing),
        other_type_warning(device, image_hash, sharing),
        many_variants_warning(device, image_hash, sharing, standing.of_maker(device.manufacturer_identifier)),
        two_hashes_warning(device, image_hash, standing.of_hardware(device)),
    )
    return [each for each in found if each]


def two_firmwares_warning(
    device: DeviceIdentity, image_hash: str, sharing: Sequence[Sibling]
) -> SubmissionWarning | None:
    """Warn when the Hash stands with another firmware version. Appendix Z 2.1(h)(iii)"""
    others = [each for each in sharing if each.device.firmware_version != device.firmware_version]
    if not others:
        return None
    versions = sorted({each.device.firmware_version for each in others})
    return _warning(
        "hash-two-firmwares",
        "The Hash already stands with another firmware version",
        f"The Hash with firmware {device.firmware_version}.",
        f"{_entries(others)} {'has' if len(others) == 1 else 'have'} the same Hash with firmware {' and '.join(versions)}. "
        "One image holds one firmware: either the Hash or the version is wrong.",
        (image_hash, device.firmware_version, *versions),
    )


def other_maker_warning(
    device: DeviceIdentity, image_hash: str, sharing: Sequence[Sibling]
) -> SubmissionWarning | None:
    """Warn when the Hash stands with another manufacturer. Appendix Z 2.1(h)(iii)"""
    others = [
        each for each in sharing if each.device.manufacturer_identifier != device.manufacturer_identifier
    ]
    if not others:
        return None
    makers = sorted({each.device.manufacturer_identifier for each in others})
    return _warning(
        "hash-other-manufacturer",
        "The Hash already stands with another manufacturer",
        f"The Hash for manufacturer {device.manufacturer_identifier}.",
        f"{_entries(others)} of manufacturer {' and '.join(makers)} {'has' if len(others) == 1 else 'have'} the same Hash. "
        "No two manufacturers share an image on the list.",
        (image_hash, device.manufacturer_identifier, *makers),
    )


def other_type_warning(
    device: DeviceIdentity, image_hash: str, sharing: Sequence[Sibling]
) -> SubmissionWarning | None:
    """Warn when the Hash stands with another kind of device. Appendix Z 2.1(h)(iii)

    Single element, twin element and polyphase meters are one kind: their images are
    often the same.
    """
    others = [each for each in sharing if _kind(each.device) != _kind(device)]
    if not others:
        return None
    types = sorted({NAMES[each.device.device_type] for each in others})
    return _warning(
        "hash-other-type",
        "The Hash already stands with another kind of device",
        f"The Hash for a {NAMES[device.device_type]}.",
        f"{_entries(others)}, a {' and a '.join(types)}, {'has' if len(others) == 1 else 'have'} the same Hash.",
        (image_hash, device.device_type, *types),
    )


def many_variants_warning(
    device: DeviceIdentity, image_hash: str, sharing: Sequence[Sibling], same_maker: Sequence[Sibling]
) -> SubmissionWarning | None:
    """Warn when far more variants share the Hash than share any other of the maker. Appendix Z 2.1(h)(iii)"""
    if len(sharing) + 1 < VARIANTS_NEEDED:
        return None
    variants: dict[str, set[str]] = {image_hash: {hardware_of(device)}}
    for each in (*sharing, *same_maker):
        if each.image_hash:
            variants.setdefault(each.image_hash, set()).add(hardware_of(each.device))
    here = len(variants.pop(image_hash))
    most = max((len(hardware) for hardware in variants.values()), default=0)
    if here < VARIANTS_NEEDED or here <= FAR_MORE * most:
        return None
    return _warning(
        "hash-many-variants",
        "Far more hardware variants than usual share the Hash",
        f"With this one, {here} hardware variants share the Hash.",
        f"Of this manufacturer at most {counted(most, 'variant')} share any other.",
        (image_hash, hardware_of(device)),
    )


def two_hashes_warning(
    device: DeviceIdentity, image_hash: str, same_hardware: Sequence[Sibling]
) -> SubmissionWarning | None:
    """Warn when the very same Device stands with another Hash. Appendix Z 2.1(h)(iii)"""
    others = [
        each
        for each in same_hardware
        if each.device.device_key == device.device_key and each.image_hash not in ("", image_hash)
    ]
    if not others:
        return None
    return _warning(
        "hash-differs",
        "The same Device stands with another Hash",
        f"The Hash {image_hash[:8]}… for firmware {device.firmware_version} on this hardware.",
        f"{_entries(others)}, of the same hardware and firmware, {'has' if len(others) == 1 else 'have'} "
        f"the Hash {others[-1].image_hash[:8]}….",
        (image_hash, device.device_key, others[-1].image_hash),
    )


def _kind(device: DeviceIdentity) -> str:
    return "meter" if device.device_type in ELECTRICITY_METERS else device.device_type


def _entries(others: Sequence[Sibling]) -> str:
    """Name the first three entries, and say how many more there are."""
    named = [each.number for each in others[:3]]
    if len(others) == 1:
        return f"Entry {named[0]}"
    more = len(others) - len(named)
    return (
        f"Entries {', '.join(named)} and {more} more"
        if more
        else f"Entries {', '.join(named[:-1])} and {named[-1]}"
    )


def _warning(code: str, heading: str, seen: str, expected: str, about: tuple[str, ...]) -> SubmissionWarning:
    return SubmissionWarning(code, "Z2.1(h)(iii)", "image_hash", heading, seen, expected, about)
