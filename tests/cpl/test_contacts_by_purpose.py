"""Who is told of what at an organisation: its contacts for that purpose, or those for notices."""

import pytest

from cpl.notices import notice_contacts
from secgov.accounts.models import Contact, Role
from tests.factories import people, publishing
from tests.factories.expiring import at, expiring, run

pytestmark = pytest.mark.django_db


@pytest.mark.clause("F2.7-1")
def test_notices_about_certificates_go_to_the_contacts_for_them():
    stage = publishing.stage(parties=2)
    special = Contact.objects.create(
        organisation=stage.parties[0], purpose=Contact.Purpose.CERTIFICATES, email="certs@supplier.example"
    )
    expiring(stage.cast, on="2027-11-30", listed_at=at("2026-09-01"))
    run("2026-11-30")
    notices = [party.notices.get(template="cpl/expiry_notices") for party in stage.parties]
    assert [each.messages.get().recipient for each in notices] == [
        special.email,
        "notices@supplier-2.example",
    ]
    assert notice_contacts(stage.parties[0]) == ["notices@supplier-1.example"]
    assert notice_contacts(stage.parties[0], Contact.Purpose.UPDATES) == ["notices@supplier-1.example"]


@pytest.mark.clause("F2.7-1")
def test_administrator_adds_a_contact_for_a_purpose(client):
    party = publishing.party("Supplier 1")
    admin = people.person(Role.ORGANISATION_ADMIN, party)
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = {"organisation": party.pk, "email": "updates@supplier.example", "purpose": "updates"}
    assert client.post("/portal/contacts/", form).status_code == 302
    assert notice_contacts(party, Contact.Purpose.UPDATES) == ["updates@supplier.example"]
    assert "Updates of the list" in client.get("/portal/contacts/").content.decode()
