"""Facts that the rules' tests start from, each complete until a test takes something away."""

import pytest

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.image import Image
from cpl.rules.listing import ListingFacts
from tests.rules.cpl.facts import RELEASE, certificate_of, device_of


@pytest.fixture
def esme_fields() -> dict[str, str]:
    """What a submitter writes for a single element meter of SMETS2+."""
    return {
        "device_type": "single_element_esme",
        "manufacturer_identifier": "7c18",
        "model_identifier": "0000",
        "hardware_version": "01",
        "hardware_revision": "00",
        "firmware_version": "00070804",
        "spec_type": "SMETS",
        "spec_version": "4.2",
        "gbcs_version": "3.2",
    }


@pytest.fixture
def esme(esme_fields) -> DeviceIdentity:
    """A single element meter of SMETS2+."""
    return device_of(esme_fields)


@pytest.fixture
def smets1_esme(esme_fields) -> DeviceIdentity:
    """A single element meter of SMETS1."""
    return device_of(esme_fields, spec_version="1.2", gbcs_version="0.0")


@pytest.fixture
def esme_facts(esme) -> ListingFacts:
    """A listing that lacks nothing."""
    bodies = ("ZIGBEE", "DLMS", "NCSC")
    return ListingFacts(
        device=esme,
        required=frozenset(bodies),
        certificates=tuple(certificate_of(body, esme) for body in bodies),
        image=Image("Meters Ltd", "ESME application image", "AB" * 32),
        release=RELEASE,
    )


@pytest.fixture
def smets1_facts(smets1_esme) -> ListingFacts:
    """A SMETS1 listing that lacks nothing, and has no certificate."""
    return ListingFacts(device=smets1_esme, release=RELEASE, eligible=True)
