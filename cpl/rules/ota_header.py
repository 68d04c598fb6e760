"""The header of a ZigBee OTA upgrade file, read from its first bytes.

Appendix Z 2.1(h)(iii)  The Hash of the Manufacturer Image. An image is usually handed
    over as a ZigBee OTA upgrade file, whose header says for whom, for what hardware and
    which firmware version it is: what was typed can be compared with it.

The form is that of the ZigBee Cluster Library, “OTA Upgrade Image file format”: little
endian, 56 bytes, then up to three optional fields, then the elements.

Reading: whether the Hash covers the header is a setting (A-01); both digests are kept.
"""

import struct
from dataclasses import dataclass

from secgov.errors import Refusal

MAGIC = 0x0BEEF11E
"""The upgrade file identifier, the first four bytes of every such file."""
FIXED_LENGTH = 56
"""Bytes of the header without its optional fields."""
_FIXED = struct.Struct("<IHHHHHIH32sI")
_HAS_CREDENTIAL, _HAS_DESTINATION, _HAS_HARDWARE = 1, 2, 4
LONGEST_HEADER = FIXED_LENGTH + 1 + 8 + 4
"""Bytes, with every optional field that the standard knows."""


@dataclass(frozen=True, slots=True)
class OtaHeader:
    """What the header says, numbers as the list writes them: hexadecimal, upper case.

    ``total_size`` counts the header with the elements. Optional fields are "" where the
    file does not have them.
    """

    length: int
    manufacturer_code: str
    image_type: str
    file_version: str
    stack_version: str
    text: str
    total_size: int
    credential_version: str = ""
    destination: str = ""
    least_hardware: str = ""
    most_hardware: str = ""


def is_ota_file(beginning: bytes) -> bool:
    """Tell whether a file begins as a ZigBee OTA upgrade file does. Appendix Z 2.1(h)(iii)"""
    return len(beginning) >= 4 and int.from_bytes(beginning[:4], "little") == MAGIC


def header_length(beginning: bytes) -> int:
    """Read how many bytes the header has, from the file's first 56. Appendix Z 2.1(h)(iii)

    Raises Refusal for a file that is too short, or whose header has an impossible length.
    """
    if len(beginning) < FIXED_LENGTH:
        raise _refusal(
            f"The file ends after {len(beginning)} bytes, within its ZigBee OTA header of at least {FIXED_LENGTH}."
        )
    length = int.from_bytes(beginning[6:8], "little")
    if not FIXED_LENGTH <= length <= LONGEST_HEADER:
        raise _refusal(
            f"The ZigBee OTA header says that it has {length:,} bytes; "
            f"it can have {FIXED_LENGTH} to {LONGEST_HEADER}."
        )
    return length


def read_ota_header(beginning: bytes) -> OtaHeader:
    """Read the header from the beginning of a file. Appendix Z 2.1(h)(iii)

    Takes at least the header's own bytes. Raises Refusal (field ``image_file``) that says
    what is wrong: another kind of file, one cut short, or a header that contradicts itself.
    """
    if not is_ota_file(beginning):
        raise _refusal("The file does not begin with the mark of a ZigBee OTA upgrade file.")
    length = header_length(beginning)
    if len(beginning) < length:
        raise _refusal(
            f"The file ends after {len(beginning)} bytes, within its ZigBee OTA header of {length}."
        )
    _, _, _, control, maker, kind, version, stack, text, total = _FIXED.unpack_from(beginning)
    optional: dict[str, str] = {}
    place = FIXED_LENGTH
    for bit, names, layout in (
        (_HAS_CREDENTIAL, ("credential_version",), "<B"),
        (_HAS_DESTINATION, ("destination",), "<Q"),
        (_HAS_HARDWARE, ("least_hardware", "most_hardware"), "<HH"),
    ):
        if not control & bit:
            continue
        size = struct.calcsize(layout)
        if place + size > length:
            raise _refusal("The ZigBee OTA header announces optional fields for which it has no room.")
        width = 2 * size // len(names)
        values = struct.unpack_from(layout, beginning, place)
        optional |= {name: f"{value:0{width}X}" for name, value in zip(names, values, strict=True)}
        place += size
    return OtaHeader(
        length=length,
        manufacturer_code=f"{maker:04X}",
        image_type=f"{kind:04X}",
        file_version=f"{version:08X}",
        stack_version=f"{stack:04X}",
        text=_plain(text),
        total_size=total,
        **optional,
    )


def check_total_size(header: OtaHeader, *, size: int) -> None:
    """Refuse a file that is shorter than its header says: it was cut on its way. Appendix Z 2.1(h)(iii)

    Takes the header and the file's size in bytes. What follows the image (a signature, say) is no fault.
    """
    if size < header.total_size:
        raise _refusal(
            f"The file has {size:,} bytes, but its ZigBee OTA header says {header.total_size:,}: it is not whole."
        )


def _plain(text: bytes) -> str:
    """Give the header's string as text that can be shown: up to its first zero, ASCII only."""
    return "".join(chr(byte) for byte in text.split(b"\0", 1)[0] if 32 <= byte < 127).strip()


def _refusal(message: str) -> Refusal:
    return Refusal(
        message,
        clause="Z2.1(h)(iii)",
        field="image_file",
        remedy="Choose the file again, as the manufacturer hands it over; or give the Hash alone.",
    )
