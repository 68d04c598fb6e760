"""Sample organisations and one person for each role, for trying things out; never outside DEBUG.

Every name, address and number here is invented.
"""

import datetime as dt
import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from oauth2_provider.models import Application

from secgov.accounts.models import Contact, Membership, Organisation, PartyCategory, Role, User
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Rehearsal

KIND = Organisation.Kind
ORGANISATIONS: dict[str, tuple[str, str, bool, bool]] = {
    # name: kind, Party category, Import Supplier, Gas Supplier
    "Code administrator": (KIND.CODE_BODY, "", False, False),
    "SEC Panel": (KIND.CODE_BODY, "", False, False),
    "Security Sub-Committee": (KIND.CODE_BODY, "", False, False),
    "Data Communications Company": (KIND.DCC, PartyCategory.DCC, False, False),
    "Office of the Authority": (KIND.AUTHORITY, "", False, False),
    "Ashbeck Energy": (KIND.PARTY, PartyCategory.LARGE_SUPPLIER, True, True),
    "Brindle Power": (KIND.PARTY, PartyCategory.SMALL_SUPPLIER, True, False),
    "Cawdale Gas Supply": (KIND.PARTY, PartyCategory.SMALL_SUPPLIER, False, True),
    "Dunmere Home Energy": (KIND.PARTY, PartyCategory.LARGE_SUPPLIER, True, True),
    "Eskrigg Electricity": (KIND.PARTY, PartyCategory.SMALL_SUPPLIER, True, False),
    "Fellgate Networks": (KIND.PARTY, PartyCategory.ELECTRICITY_NETWORK, False, False),
    "Garrowby Gas Networks": (KIND.PARTY, PartyCategory.GAS_NETWORK, False, False),
    "Hollin Data Services": (KIND.PARTY, PartyCategory.OTHER_SEC_PARTY, False, False),
    "Osmotherley Instruments": (KIND.MANUFACTURER, "", False, False),
    "Tarnwick Gas Meters": (KIND.MANUFACTURER, "", False, False),
    "Rigg Test Laboratory": (KIND.TEST_LAB, "", False, False),
    "Meter Makers' Association": (KIND.TRADE_BODY, "", False, False),
    "Independent advisers": (KIND.OTHER, "", False, False),
}
PEOPLE: dict[str, tuple[str, Role, str]] = {
    # sign-in name: organisation, role, the person's name
    "secretariat": ("Code administrator", Role.SECRETARIAT, "Morag Penhale"),
    "approver": ("SEC Panel", Role.APPROVER, "Idris Calloway"),
    "ssc-chair": ("Security Sub-Committee", Role.SSC_CHAIR, "Beatrix Holm"),
    "ssc-secretary": ("Security Sub-Committee", Role.SSC_SECRETARY, "Tobias Renwick"),
    "ssc-member": ("Security Sub-Committee", Role.SSC_MEMBER, "Anjali Marsden"),
    "supplier": ("Ashbeck Energy", Role.SUPPLIER, "Rowan Whitlock"),
    "supplier2": ("Brindle Power", Role.SUPPLIER, "Leonie Sharrow"),
    "supplier-admin": ("Ashbeck Energy", Role.ORGANISATION_ADMIN, "Gareth Ould"),
    "network": ("Fellgate Networks", Role.NETWORK, "Petra Lindale"),
    "manufacturer": ("Osmotherley Instruments", Role.MANUFACTURER, "Dev Ramsgill"),
    "test-lab": ("Rigg Test Laboratory", Role.TEST_LAB, "Una Keld"),
    "trade-body": ("Meter Makers' Association", Role.TRADE_BODY, "Silas Thwaite"),
    "testing-participant": ("Ashbeck Energy", Role.TESTING_PARTICIPANT, "Noor Swinford"),
    "working-group-member": ("Tarnwick Gas Meters", Role.WORKING_GROUP_MEMBER, "Ffion Garth"),
    "dcc": ("Data Communications Company", Role.DCC, "Callum Reeve"),
    "authority": ("Office of the Authority", Role.AUTHORITY_RECORDER, "Miriam Stead"),
    "expert": ("Independent advisers", Role.EXPERT, "Kwame Aldous"),
    "auditor": ("Independent advisers", Role.AUDITOR, "Hester Vane"),
}
CLIENT = "dcc-client"


def _address(name: str) -> str:
    return f"{''.join(letter for letter in name.lower() if letter.isalpha())}.example"


@transaction.atomic
def load_people(*, at: dt.datetime, sign_ins: Path) -> dict[str, User]:
    """Make the sample organisations, people and the DCC's client; write their sign-ins to a file that only we read.

    Also marks the database as one for rehearsals. Nothing that stands is changed, so a second run adds nothing.
    """
    Rehearsal.objects.get_or_create(pk=1)
    organisations = {}
    for name, (kind, category, imports, gas) in ORGANISATIONS.items():
        organisations[name], created = Organisation.objects.get_or_create(
            name=name,
            defaults={
                "kind": kind,
                "party_category": category,
                "is_import_supplier": imports,
                "is_gas_supplier": gas,
                "admitted_at": at,
            },
        )
        if created:
            Contact.objects.create(
                organisation=organisations[name], email=f"notices@{_address(name)}", name="Notices desk"
            )
            journal.record(
                actor=SYSTEM,
                at=at,
                verb="accounts.organisation.admitted",
                subject=organisations[name],
                reason="Sample data.",
            )
    password = secrets.token_urlsafe(12)
    hashed = make_password(password)  # once: making it is slow by design
    people, passwords = {}, {}
    for username, (organisation, role, name) in PEOPLE.items():
        people[username], created = User.objects.get_or_create(
            username=username,
            defaults={"name": name, "email": f"{username}@{_address(organisation)}", "password": hashed},
        )
        if created:
            passwords[username] = password
            membership = Membership.objects.create(
                user=people[username], organisation=organisations[organisation], role=role, began_at=at
            )
            journal.record(
                actor=SYSTEM,
                at=at,
                verb="accounts.membership.begun",
                subject=membership,
                reason="Sample data.",
            )
    client = _load_client(organisations["Data Communications Company"], at)
    if passwords and client:
        _write(sign_ins, {"people": passwords, "dcc_client": client})
    return people


def _load_client(dcc: Organisation, at: dt.datetime) -> dict[str, str]:
    account, created = User.objects.get_or_create(username=CLIENT, defaults={"name": "The DCC's systems"})
    if not created:
        return {}
    account.set_unusable_password()
    account.save()
    Membership.objects.create(user=account, organisation=dcc, role=Role.DCC_CLIENT, began_at=at)
    secret = secrets.token_urlsafe(32)
    client = Application.objects.create(
        name="DCC",
        user=account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    return {"id": client.client_id, "secret": secret}


def _write(path: Path, sign_ins: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(sign_ins, stream, indent=1)


def require_debug() -> None:
    """Stop where this copy is not one for trying things out. Raises RuntimeError."""
    if not settings.DEBUG:
        raise RuntimeError("Sample people and data exist only with DEBUG: their passwords are printed.")
