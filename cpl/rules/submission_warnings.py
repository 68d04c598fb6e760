"""What looks wrong in a submission although its format is right.

Section F2.2  Wrong values in a valid format are found by comparing, never by a pattern.
    How firmware is coded, shared Hashes and version pairs have rules modules of their
    own; here are all of them together, and the rest:
Appendix Z 2.1(a)  A Manufacturer's name that looks like another, or stands with another
    identifier, is never matched by the system: a person looks at it.
Appendix Z 2.1(c)  A Device Model that stands already, on the list or removed.
Section F2.5  A certificate that names other firmware, or other models only.
Section F2.1(b)  A certificate attached to a SMETS1 submission has no effect.

A warning never refuses: the submitter or the Secretariat answers it. A note asks for
no answer.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.firmware_coding import coding_warning
from cpl.rules.image_file import ImageFile, image_file_warnings
from cpl.rules.sc_warnings import mapping_warning, version_warning
from cpl.rules.shared_hashes import hash_warnings
from cpl.rules.usual_versions import pair_in_words, pair_warning
from cpl.rules.versions import SMETS1
from cpl.rules.warnings import Sibling, Standing, SubmissionWarning, pair_of
from firmware_repo.rules.manufacturer_names import reason_to_review_name
from firmware_repo.rules.text import clean_line

CERTIFICATE_OTHER_FIRMWARE = "certificate-other-firmware"
FIRMWARE_NAMED_CAP = 120
"""Characters."""


@dataclass(frozen=True, slots=True)
class OfferedCertificate:
    """A certificate as it is given with a submission.

    ``name`` is how people call it, ``firmware_named`` the firmware as it names it ("" for
    as submitted), ``mapped`` whether the manufacturer's mapping evidence came with it.
    ``other_models`` are the models it was attested for before; ``names_this`` is True
    where it was attested for this very one. ``sc_version`` is what it names of Security Characteristics, ``commenced_on``
    when its certification began (None: not known), ``sc_expected`` and ``sc_mapped`` what the register says: the version
    expected then, and the GBCS versions that the named one goes with.
    """

    name: str
    firmware_named: str = ""
    mapped: bool = False
    other_models: tuple[str, ...] = ()
    names_this: bool = False
    sc_version: str = ""
    commenced_on: date | None = None
    sc_expected: str = ""
    sc_mapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Maker:
    """A Manufacturer as it is held: its identifier, and its name ("" where it is not known)."""

    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A submission as the warnings read it: every value cleaned."""

    device: DeviceIdentity
    image_hash: str = ""
    manufacturer_name: str = ""
    certificates: tuple[OfferedCertificate, ...] = ()
    image_file: ImageFile | None = None


def warnings_about(
    offer: Offer, *, standing: Standing, makers: Iterable[Maker] = ()
) -> tuple[SubmissionWarning, ...]:
    """Give every warning about a submission. Section F2.2

    Takes the offer, the entries that stand (the one that is corrected or relisted left
    out) and the Manufacturers that are held.
    """
    device = offer.device
    found = [
        name_warning(device, offer.manufacturer_name, tuple(makers)),
        coding_warning(device, standing.of_family(device)),
        pair_warning(device, offer.image_hash, standing),
        *identical_warnings(device, standing.of_hardware(device)),
        *hash_warnings(device, offer.image_hash, standing),
        *image_file_warnings(device, offer.image_hash, offer.image_file),
        *certificate_warnings(device, offer.certificates),
        *sc_warnings(device, offer.certificates),
        smets1_certificate_note(device, certificates_attached=bool(offer.certificates)),
    ]
    return tuple(each for each in found if each)


def name_warning(device: DeviceIdentity, name: str, makers: Sequence[Maker]) -> SubmissionWarning | None:
    """Warn of a Manufacturer's name that looks like, or stands as, another's. Appendix Z 2.1(a)

    One identifier may have several trading names, so another name is no fault; but it is
    looked at.
    """
    identifier = device.manufacturer_identifier
    named = [each for each in makers if each.name]
    held = [each.name for each in named if each.identifier == identifier]
    elsewhere = [each for each in named if each.identifier != identifier]
    if not name or name.casefold() in {each.casefold() for each in held}:
        return None
    review = reason_to_review_name(name, tuple(each.name for each in named))
    same = [each for each in elsewhere if each.name.casefold() == name.casefold()]
    if review:
        heading, expected = "The manufacturer’s name looks like another", review
    elif held:
        heading = "This manufacturer identifier stands with another name"
        expected = f"Identifier {identifier} stands with “{held[0]}”."
    elif same:
        heading = "This manufacturer’s name stands with another identifier"
        expected = f"“{same[0].name}” stands with identifier {same[0].identifier}."
    else:
        return None
    seen = f"“{name}” with identifier {identifier}."
    return SubmissionWarning(
        "manufacturer-name", "Z2.1(a)", "manufacturer_name", heading, seen, expected, (identifier, name)
    )


def identical_warnings(device: DeviceIdentity, same_hardware: Sequence[Sibling]) -> list[SubmissionWarning]:
    """Say where the very same Device stands already, on the list or removed. Appendix Z 2.1(c)

    With the same version pair, or removed with another one, it is a warning: wrong rows
    were once mended by removing them and listing them again. On the list with another
    pair it is a note: one entry for each pair is as it should be.
    """
    same = [each for each in same_hardware if each.device.device_key == device.device_key]
    return [_identical(device, each) for each in same]


def _identical(device: DeviceIdentity, entry: Sibling) -> SubmissionWarning:
    stands = "is on the list" if entry.listed else "was removed from the list"
    about = (device.key, entry.number, stands)
    if entry.device.key == device.key:
        remedy = (
            "A second entry of it cannot be listed."
            if entry.listed
            else "If it returns, begin with “Entry that returns”: it keeps its number."
        )
        return SubmissionWarning(
            "identical-entry",
            "Z2.1(c)",
            "firmware_version",
            f"The very same Device Model stands as entry {entry.number}",
            f"{device}.",
            f"Entry {entry.number} {stands}, with every value the same. {remedy}",
            about,
        )
    seen = f"Firmware {device.firmware_version} with {pair_in_words(pair_of(device))}."
    expected = f"Entry {entry.number} {stands}: the same hardware and firmware, with {pair_in_words(pair_of(entry.device))}."
    if entry.listed:
        return SubmissionWarning(
            "same-device-other-pair",
            "Z2.1(d)",
            "spec_version",
            f"The same Device stands as entry {entry.number} with other versions",
            seen,
            f"{expected} One entry for each pair is as it should be.",
            about,
            asks=False,
        )
    return SubmissionWarning(
        "removed-device-other-pair",
        "Z2.1(d)",
        "spec_version",
        f"The same Device was listed as entry {entry.number} with other versions",
        seen,
        expected,
        about,
    )


def certificate_warnings(
    device: DeviceIdentity, certificates: Iterable[OfferedCertificate]
) -> list[SubmissionWarning]:
    """Warn of certificates that name other firmware, or other models only. Section F2.5

    The first is answered with the manufacturer's mapping evidence, which is kept for
    audit and never published. The second is a note: one certificate may cover many models,
    and nothing is listed before the Secretariat has seen that it names this one.
    """
    found = []
    for each in certificates:
        if each.firmware_named and not names_firmware(each.firmware_named, device.firmware_version):
            found.append(
                SubmissionWarning(
                    CERTIFICATE_OTHER_FIRMWARE,
                    "F2.5",
                    "certificates",
                    f"{each.name} does not name this firmware",
                    f"{each.name} names the firmware as “{each.firmware_named}”.",
                    f"The submission says {device.firmware_version}. It may mean the same; we cannot tell.",
                    (each.name, each.firmware_named, device.firmware_version),
                    wants_evidence=not each.mapped,
                )
            )
        if each.other_models and not each.names_this:
            listed = "; ".join(each.other_models[:3]) + ("; and more" if len(each.other_models) > 3 else "")
            found.append(
                SubmissionWarning(
                    "certificate-other-models",
                    "F2.5",
                    "certificates",
                    f"{each.name} was attested for other models only",
                    f"{each.name} for {device}.",
                    f"It was attested for {listed}.",
                    (each.name, device.key),
                    asks=False,
                )
            )
    return found


def sc_warnings(
    device: DeviceIdentity, certificates: Iterable[OfferedCertificate]
) -> list[SubmissionWarning | None]:
    """Warn of Security Characteristics that do not fit. SC Methodology 5.4 and SC Methodology 6.16"""
    found = []
    for each in certificates:
        if each.sc_version:
            found.append(
                version_warning(
                    name=each.name,
                    named=each.sc_version,
                    expected=each.sc_expected,
                    commenced_on=each.commenced_on,
                )
            )
            found.append(
                mapping_warning(device, name=each.name, named=each.sc_version, mapped=each.sc_mapped)
            )
    return found


def clean_firmware_named(text: str) -> str:
    """Give the firmware as a certificate names it, on one line; "" where it is as submitted. Section F2.5

    Raises Refusal (field ``firmware_named``) over 120 characters, or with control or hidden characters.
    """
    if not text.strip():
        return ""
    name = "the firmware as the certificate names it"
    return clean_line(text, field="firmware_named", clause="F2.5", name=name, cap=FIRMWARE_NAMED_CAP)


def names_firmware(named: str, version: str) -> bool:
    """Tell whether a certificate's way of naming firmware is plainly the version submitted. Section F2.5

    Takes what the certificate says and the eight digits: “0x00070804” and “0007-0804” are
    00070804; “7.8.4” may be, but not plainly.
    """
    return re.sub(r"^0X|[^0-9A-Z]", "", named.upper()) == version


def smets1_certificate_note(
    device: DeviceIdentity, *, certificates_attached: bool
) -> SubmissionWarning | None:
    """Note that a certificate has no effect for SMETS1. Section F2.1(b)"""
    if device.generation != SMETS1 or not certificates_attached:
        return None
    return SubmissionWarning(
        "smets1-certificate",
        "F2.1(b)",
        "certificates",
        "No certificate is required of a SMETS1 Device Model",
        "A certificate is attached.",
        "None is asked for: it is kept as information and has no effect.",
        (device.key,),
        asks=False,
    )
