"""Makers of facts for the rules' tests: complete, until a test takes something away."""

from datetime import date

from cpl.rules.certificates import VALID, Certificate, Coverage
from cpl.rules.device_identity import DeviceIdentity, read_device

RELEASE = (
    ("email", "firmware@meters.example"),
    ("phone", "+44 20 7946 0000"),
    ("address", "1 Meter Lane\nLeeds"),
    ("release_notes", "none"),
)


def device_of(fields: dict[str, str], **changes: str) -> DeviceIdentity:
    """Read a device that has nothing wrong with it."""
    device, refusals = read_device(fields | changes)
    assert device is not None, [each.message for each in refusals]
    return device


def certificate_of(body: str, device: DeviceIdentity, **changes) -> Certificate:
    """A certificate of a body that is valid and covers one device."""
    facts = {
        "body": body,
        "number": f"{body}-1",
        "standard": "ESME standard",
        "standard_version": "1.0",
        "state": VALID,
        "marks_seen": True,
        "models_named": True,
        "coverage": (Coverage(device.key),),
        "issued_on": date(2024, 1, 1),
        "renews_on": date(2028, 8, 30) if body == "NCSC" else None,
        "sc_version": "1.3" if body == "NCSC" else "",
    }
    return Certificate(**(facts | changes))
