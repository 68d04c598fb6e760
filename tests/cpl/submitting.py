"""A device as somebody submits it, and the walk through the portal's steps over real HTTP."""

import uuid
from typing import Any

from django.test import Client

from cpl.models import DeviceModel, ListingPeriod, Submission
from firmware_repo.models import Manufacturer
from secgov.accounts.models import User
from tests.documents.files import upload

DEVICE = {
    "device_type": "single_element_esme",
    "manufacturer_identifier": "7b25",
    "manufacturer_name": "Osmotherley Instruments",
}
HARDWARE = {
    "model_identifier": "3138", "hardware_version": "42", "hardware_revision": "0a", "firmware_version": "00070804",
    "pair": "other", "spec_version": "4.2", "gbcs_version": "3.2",
}  # fmt: skip
IMAGE = {
    "has_image": "yes", "image_creator": "Osmotherley Instruments", "image_descriptor": "OSM_00070804.ota",
    "image_hash": "b08bcc8b8e779d1e6476417faa59ea2424e18bbfbbf5b44e6a047e8917cc6f8a",
}  # fmt: skip
FIRMWARE = {
    "fir_email": "firmware@osmotherley.example", "fir_phone": "+44 1632 960 114",
    "fir_address": "1 High Street\nOsmotherley", "release_notes": "none", "released_on": "14 December 2026",
}  # fmt: skip
STEPS = {"device": DEVICE, "hardware": HARDWARE, "image": IMAGE, "firmware": FIRMWARE}
CPA = {
    "body": "NCSC", "number": "CPA-SM-24-1391", "standard": "CPA Build Standard", "standard_version": "1.4",
    "issued_on": "14 May 2024", "renews_on": "14 May 2030", "sc_version": "1.3", "classification": "amber",
}  # fmt: skip


def begin(client: Client, **more: Any) -> Submission:
    """Begin a draft and give it."""
    answer = client.post("/portal/submissions/new/", {"idempotency_key": str(uuid.uuid4()), **more})
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(reference=answer["Location"].split("/")[3])


def post(client: Client, draft: Submission, place: str, values: dict[str, Any], **more: Any) -> Any:
    """Send a form of a draft, made from the version that stands now unless told otherwise."""
    version = Submission.objects.values_list("version", flat=True).get(pk=draft.pk)
    return client.post(
        f"/portal/submissions/{draft.reference}/{place}/", {"version": version, **values, **more}
    )


def fill(client: Client, draft: Submission, **changed: dict[str, Any]) -> Submission:
    """Fill in every step; `changed` replaces fields of a step."""
    for place, values in STEPS.items():
        answer = post(client, draft, place, {**values, **changed.get(place, {})})
        assert answer.status_code == 302, answer.content.decode()
    return fresh(draft)


def give(client: Client, draft: Submission, **changed: Any) -> Any:
    """Add a certificate with its document."""
    return post(client, draft, "certificates/new", {**CPA, "document": upload(), **changed})


def hand_in(client: Client, draft: Submission) -> Submission:
    """Declare and submit."""
    answer = post(client, draft, "check", {"declaration": "on"})
    assert answer.status_code == 302, answer.content.decode()
    return fresh(draft)


def fresh(draft: Submission) -> Submission:
    """Read a submission again: a protected state cannot be refreshed in place."""
    return Submission.objects.get(pk=draft.pk)


def signed_in(user: User) -> Client:
    """A browser of its own for a person."""
    client = Client()
    client.force_login(user)
    return client


def removed_entry(number: int = 33, **changed: str) -> DeviceModel:
    """An entry of an imported list that was removed."""
    fields = {
        "device_type": "single_element_esme", "model_identifier": "3138", "hardware_version": "42",
        "hardware_revision": "0A", "firmware_version": "00070804", "spec_type": "SMETS", "spec_version": "4.2",
        "gbcs_version": "3.2", "generation": "SMETS2+",
        **changed,
    }  # fmt: skip
    manufacturer, _ = Manufacturer.objects.get_or_create(
        identifier="7B25", defaults={"name": "Osmotherley Instruments"}
    )
    entry = DeviceModel.objects.create(number=number, manufacturer=manufacturer, **fields)
    identity = DeviceModel.objects.values_list("identity", flat=True).get(pk=number)
    ListingPeriod.objects.create(
        device_model=entry,
        identity=identity,
        origin="imported",
        opened_known_by="2022-09-21",
        closed_known_by="2022-09-21",
    )
    return entry
