"""Version pairs that are usual for a device, and those that are not.

Appendix Z 2.1(d)  The SMETS or CHTS version, and the GBCS version, for which the Device
    Model has its certificates. Any lawful pair may stand; but three entries were once
    listed with a pair that their image never had, and had to be listed again.
"""

from collections.abc import Mapping, Sequence

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.versions import generation_of
from cpl.rules.warnings import Sibling, Standing, SubmissionWarning, VersionPair, counted, pair_of

ENTRIES_NEEDED = 5
"""Below this many entries, a pair that none of them has shows nothing."""
FEW = 3
"""A pair is out of line with its image where so many times as many entries have others."""


def pair_warning(device: DeviceIdentity, image_hash: str, standing: Standing) -> SubmissionWarning | None:
    """Warn when the version pair is unusual for the hardware. Appendix Z 2.1(d)

    Gives the first that holds: the same image stands on other hardware, and hardly ever
    with this pair; the same hardware stands with a newer pair of its generation; no entry
    of the list has this pair.
    """
    return (
        _unlike_image(device, standing.with_hash(image_hash))
        or _goes_back(device, standing.of_hardware(device))
        or _never_seen(device, standing.pairs)
    )


def _unlike_image(device: DeviceIdentity, sharing: Sequence[Sibling]) -> SubmissionWarning | None:
    beside = [each for each in sharing if each.device.device_key != device.device_key]
    others = [each for each in beside if pair_of(each.device) != pair_of(device)]
    if not others or FEW * (len(beside) - len(others)) > len(others):
        return None
    pairs = {pair_of(each.device) for each in others}
    stand = "stands" if len(others) == 1 else "stand"
    return _warning(
        device,
        "The versions differ from those of the same image elsewhere",
        f"{counted(len(others), 'other entry')} with the same Hash {stand} with {_all_in_words(pairs)}, "
        f"for example {others[-1].number}.",
    )


def _goes_back(device: DeviceIdentity, same_hardware: Sequence[Sibling]) -> SubmissionWarning | None:
    newer = [
        each
        for each in same_hardware
        if each.device.generation == device.generation and _age(pair_of(each.device)) > _age(pair_of(device))
        if each.device.device_key != device.device_key
    ]
    if not newer:
        return None
    last = newer[-1]
    return _warning(
        device,
        "The versions are older than those of the same hardware",
        f"Entry {last.number}, of the same hardware with firmware {last.device.firmware_version}, "
        f"stands with {pair_in_words(pair_of(last.device))} already.",
    )


def _never_seen(device: DeviceIdentity, pairs: Mapping[VersionPair, int]) -> SubmissionWarning | None:
    alike = {
        pair: number
        for pair, number in pairs.items()
        if pair[0] == device.spec_type and generation_of(pair[0], pair[1]) == device.generation
    }
    if alike.get(pair_of(device)) or sum(alike.values()) < ENTRIES_NEEDED:
        return None
    return _warning(
        device,
        "No other entry stands with these versions",
        f"The {counted(sum(alike.values()), 'entry')} of the list stand with {_all_in_words(set(alike))}.",
    )


def pair_in_words(pair: VersionPair) -> str:
    """Write a version pair as people read it: “SMETS 4.2 / GBCS 3.2”. Appendix Z 2.1(d)"""
    return f"{pair[0]} {pair[1]} / GBCS {pair[2]}"


def _all_in_words(pairs: set[VersionPair]) -> str:
    *some, last = [pair_in_words(pair) for pair in sorted(pairs, key=_age)]
    return f"{', '.join(some)} or {last}" if some else last


def _age(pair: VersionPair) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give a key that sorts pairs of one generation by age."""
    spec, gbcs = ([int(part) for part in version.split(".")] for version in pair[1:])
    return tuple(gbcs), tuple(spec)


def _warning(device: DeviceIdentity, heading: str, expected: str) -> SubmissionWarning:
    return SubmissionWarning(
        "version-pair",
        "Z2.1(d)",
        "spec_version",
        heading,
        f"Firmware {device.firmware_version} with {pair_in_words(pair_of(device))}.",
        expected,
        (device.key,),
    )
