"""A signing key, the DCC and some Parties: what publishing an edition needs besides an approved change."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import LazySettings

from cpl.models import DeviceModel, Edition, ListChange
from cpl.services import publication
from cpl.signing import make_key_file
from secgov.accounts.models import Contact, Organisation, Role, User
from secgov.journal import services as journal
from tests.factories import casts, devices, people


@dataclass
class Stage:
    """The people of a listing, the DCC with its client, and the Parties."""

    cast: casts.Cast
    dcc: Organisation
    client: User
    parties: list[Organisation]


def signing_key(settings: LazySettings, folder: Path) -> Path:
    """Make a signing key for a test, and tell the settings of it."""
    path = folder / "signing-key.json"
    make_key_file(path, environment=settings.ENVIRONMENT_NAME)
    settings.SIGNING_KEY_FILE = str(path)
    return path


def stage(*, parties: int = 3) -> Stage:
    """Make the people of a publication; each Party has a notice contact, and so has the DCC, itself a Party."""
    dcc = party("DCC", Organisation.Kind.DCC)
    return Stage(
        cast=casts.cast(),
        dcc=dcc,
        client=people.person(Role.DCC_CLIENT, dcc),
        parties=[party(f"Supplier {number}") for number in range(1, parties + 1)],
    )


def party(name: str, kind: str = Organisation.Kind.PARTY) -> Organisation:
    """Make a Party with one notice contact."""
    made = people.organisation(name, kind)
    Contact.objects.create(organisation=made, email=f"notices@{name.lower().replace(' ', '-')}.example")
    return made


def listed(cast: casts.Cast, *, at: dt.datetime = devices.NOON, **values: object) -> ListChange:
    """An approved addition of a device, by the services that make one in life."""
    if "firmware_version" in values:  # a hash that stands with another firmware version asks for an answer
        values = {"image_hash": hashlib.sha256(str(values["firmware_version"]).encode()).hexdigest()} | values
    submission = devices.submitted(cast.manufacturer, cast.maker, at=at, **values)
    return devices.approved(devices.proposed(submission, cast.secretariat, at=at), cast.approver, at=at)


def with_entry(settings: LazySettings, folder: Path) -> tuple[casts.Cast, DeviceModel]:
    """The people of a listing and an entry on the list: a world for the tests that begin there."""
    cast = casts.cast()
    return cast, listed(cast).device_model


def publish(at: dt.datetime, *, at_once: bool = False) -> list[Edition]:
    """Run the worker's sweep as of an instant."""
    return publication.publish_due(clock=lambda: at, at_once=at_once)


def carry(at: dt.datetime) -> int:
    """Run the sweep of the limbs, send every mail, and run it again, as of an instant."""
    done = publication.complete_limbs(at=at)
    journal.send_messages(clock=lambda: at)
    return done + publication.complete_limbs(at=at)
