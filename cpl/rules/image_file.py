"""What an image file says of itself, against what was typed.

Appendix Z 2.1(h)(iii)  The Hash of the Manufacturer Image: taken from the file itself it
    cannot be mistyped. The file is read once, as it streams, and is not kept.

Reading: the Hash is taken over the image without its ZigBee OTA header where it has one;
a setting turns that round, and both digests are kept and shown (A-01).
"""

from dataclasses import asdict, dataclass
from typing import Any

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.ota_header import OtaHeader
from cpl.rules.warnings import SubmissionWarning


@dataclass(frozen=True, slots=True)
class ImageFile:
    """What was read of an image file.

    ``sha256`` is the digest of the whole file, ``sha256_without_header`` that of the file
    after its ZigBee OTA header ("" where it has none); both 64 hexadecimal digits, upper
    case. ``size`` is in bytes.
    """

    name: str
    size: int
    sha256: str
    sha256_without_header: str = ""
    header: OtaHeader | None = None

    def the_hash(self, *, skips_header: bool) -> str:
        """Give the digest that is *the* Hash, by the setting (A-01)."""
        return (self.sha256_without_header if skips_header else "") or self.sha256

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data, to be kept."""
        return asdict(self)


def read_image_file(data: dict[str, Any] | None) -> ImageFile | None:
    """Give what was kept of an image file back from plain data; None where none was given. Appendix Z 2.1(h)(iii)"""
    if not data:
        return None
    header = OtaHeader(**data["header"]) if data["header"] else None
    return ImageFile(**{**data, "header": header})


def image_file_warnings(
    device: DeviceIdentity, image_hash: str, file: ImageFile | None
) -> list[SubmissionWarning]:
    """Warn where the image file disagrees with what was typed. Appendix Z 2.1(h)(iii)

    Compares the Hash, and where the file has a ZigBee OTA header its firmware version, its
    manufacturer and the hardware it is for.
    """
    if file is None:
        return []
    found = []
    if image_hash and image_hash not in (file.sha256, file.sha256_without_header):
        found.append(
            _warning(
                "image-file-hash",
                "image_hash",
                "The Hash is not that of the image file",
                f"The Hash that was typed is {image_hash[:8]}….",
                f"The file {file.name} has {(file.sha256_without_header or file.sha256)[:8]}…"
                f"{f', with its header {file.sha256[:8]}…' if file.sha256_without_header else ''}.",
                (image_hash, file.sha256),
            )
        )
    if file.header is None:
        return found
    header = file.header
    if header.file_version != device.firmware_version:
        found.append(
            _warning(
                "image-file-firmware",
                "firmware_version",
                "The firmware version inside the file is another",
                f"You typed {device.firmware_version}.",
                f"The ZigBee OTA header of {file.name} says {header.file_version}.",
                (device.firmware_version, header.file_version, file.sha256),
            )
        )
    if header.manufacturer_code != device.manufacturer_identifier:
        found.append(
            _warning(
                "image-file-manufacturer",
                "manufacturer_identifier",
                "The manufacturer inside the file is another",
                f"You typed {device.manufacturer_identifier}.",
                f"The ZigBee OTA header of {file.name} says {header.manufacturer_code}.",
                (device.manufacturer_identifier, header.manufacturer_code, file.sha256),
            )
        )
    hardware = f"{device.hardware_version}{device.hardware_revision}"
    if header.least_hardware and not header.least_hardware <= hardware <= header.most_hardware:
        found.append(
            _warning(
                "image-file-hardware",
                "hardware_version",
                "The file is for other hardware",
                f"You typed hardware version {device.hardware_version}, revision {device.hardware_revision}: {hardware}.",
                f"The ZigBee OTA header of {file.name} says {header.least_hardware} to {header.most_hardware}.",
                (hardware, header.least_hardware, header.most_hardware, file.sha256),
            )
        )
    return found


def agrees(device: DeviceIdentity, image_hash: str, file: ImageFile | None) -> bool:
    """Tell whether a file with a header agrees with all that was typed. Appendix Z 2.1(h)(iii)"""
    return file is not None and file.header is not None and not image_file_warnings(device, image_hash, file)


def _warning(
    code: str, field: str, heading: str, seen: str, expected: str, about: tuple[str, ...]
) -> SubmissionWarning:
    return SubmissionWarning(code, "Z2.1(h)(iii)", field, heading, seen, expected, about)
