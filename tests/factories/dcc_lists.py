"""Lists as the DCC sends them, and the people who send them."""

import datetime as dt
import json
from typing import Any

from cpl.models import DccListVersion
from cpl.services.dcc_lists import Taken, take_list
from secgov.accounts.models import Organisation, Role, User
from tests.factories import people
from tests.factories.devices import NOON

METER = "Gas Smart Meter/7E3E/0000/03/00/05080607"
HUB = "Communications Hub/106C/0001/01/00/00070804"


def dcc_person() -> User:
    """A person of the DCC."""
    return people.person(Role.DCC, people.organisation("The DCC", Organisation.Kind.DCC))


def as_json(*rows: dict[str, Any]) -> bytes:
    """The rows as JSON."""
    return json.dumps({"rows": rows}).encode()


def eligible(**changed: Any) -> dict[str, Any]:
    """A good row of the Eligible list."""
    return {"reference": "C-1", "provider": "North", "devices": [METER, HUB], "evidence": "PPCT-1"} | changed


def pending(**changed: Any) -> dict[str, Any]:
    """A good row of the Pending list."""
    return {"reference": "P-1", "provider": "North", "devices": [METER], "status": "CONSIDERING"} | changed


def sent(kind: str, by: User, *rows: dict[str, Any], at: dt.datetime = NOON, **more: Any) -> Taken:
    """Take a list of these rows."""
    return take_list(kind=kind, data=as_json(*rows), form="json", by=by, at=at, **more)


def version(kind: str, by: User, *rows: dict[str, Any], at: dt.datetime = NOON) -> DccListVersion:
    """Take a list of these rows, and give its version."""
    taken = sent(kind, by, *rows, at=at)
    assert taken.version is not None
    return taken.version
