"""The inbox of an organisation, its contacts, and the portal's first page."""

import datetime as dt

import pytest
from django.test import Client

from secgov.accounts.models import Contact, Organisation, Role
from secgov.journal.models import Act, Notice
from secgov.journal.services import give_notice
from tests.cpl.submitting import DEVICE, begin, fill, hand_in, post
from tests.factories.people import organisation, person

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 12, 23, 16, 31, tzinfo=dt.UTC)


@pytest.fixture
def party() -> Organisation:
    return organisation("Northallerton Energy", Organisation.Kind.PARTY)


def signed_in(role: str, of: Organisation) -> Client:
    client = Client()
    client.force_login(person(role, of))
    return client


def told(of: Organisation, reference: str = "S-2026-00001") -> Notice:
    """A notice in the words of a mail that exists."""
    return give_notice(
        organisation_id=of.pk, recipients=[], template="cpl/submission_received", title="Submission received", clause="F2.17",
        context={"reference": reference, "entry": "000123", "device": "a meter", "path": "/portal/submissions/x/"},
        subject=of, key=f"test:{reference}", at=AT,
    )  # fmt: skip


def test_notice_is_shown_in_the_words_of_its_mail_and_marked_read_by_hand(party: Organisation) -> None:
    notice = told(party)
    client = signed_in(Role.SUPPLIER, party)
    assert "Submission received" in client.get("/portal/notices/").content.decode()
    page = client.get(f"/portal/notices/{notice.pk}/").content.decode()
    assert "S-2026-00001" in page and "Mark as read" in page
    assert Notice.objects.get().read_at is None  # looking changes nothing
    assert client.get(f"/portal/notices/{notice.pk}/read/").status_code == 405
    client.post(f"/portal/notices/{notice.pk}/read/")
    first = Notice.objects.get().read_at
    client.post(f"/portal/notices/{notice.pk}/read/")
    assert first is not None and Notice.objects.get().read_at == first


def test_script_in_a_notice_comes_out_as_text(party: Organisation) -> None:
    notice = told(party, reference="<script>alert(1)</script>")
    page = signed_in(Role.SUPPLIER, party).get(f"/portal/notices/{notice.pk}/").content.decode()
    assert "<script>" not in page and "&lt;script&gt;" in page and "&amp;lt;" not in page


def test_notice_of_another_organisation_is_not_there(party: Organisation) -> None:
    notice = told(party)
    stranger = signed_in(Role.NETWORK, organisation(kind=Organisation.Kind.PARTY))
    assert stranger.get(f"/portal/notices/{notice.pk}/").status_code == 404
    assert stranger.post(f"/portal/notices/{notice.pk}/read/").status_code == 404
    assert "No notice yet" in stranger.get("/portal/notices/").content.decode()


def test_administrator_adds_and_retires_contacts_and_the_journal_names_nobody(party: Organisation) -> None:
    client = signed_in(Role.ORGANISATION_ADMIN, party)
    values = {"organisation": party.pk, "name": "Code desk", "phone": ""}
    for address in ("notices@northallerton.example", "second@northallerton.example"):
        assert client.post("/portal/contacts/", {**values, "email": address}).status_code == 302
    first = Contact.objects.get(email="notices@northallerton.example")
    assert client.post(f"/portal/contacts/{first.pk}/retire/").status_code == 302
    assert client.post(f"/portal/contacts/{first.pk}/retire/").status_code == 409
    acts = Act.objects.filter(verb__startswith="accounts.contact.")
    assert sorted(act.verb.rsplit(".", 1)[1] for act in acts) == ["added", "added", "retired"]
    assert not any(
        "northallerton.example" in f"{act.subject_name}{act.before}{act.after}{act.reason}" for act in acts
    )


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Give an e-mail address"),
        ("nobody", "not a single e-mail address"),
        ("a@b.example\nBcc: c@d.example", "not a single"),
    ],
)
def test_address_that_is_none_is_refused_and_kept(party: Organisation, email: str, words: str) -> None:
    client = signed_in(Role.ORGANISATION_ADMIN, party)
    answer = client.post("/portal/contacts/", {"organisation": party.pk, "email": email, "name": "Code desk"})
    page = answer.content.decode()
    assert (
        answer.status_code == 422
        and words in page
        and 'value="Code desk"' in page
        and "<title>Error: " in page
    )
    assert not Contact.objects.exists()


def test_same_address_twice_is_refused(party: Organisation) -> None:
    client = signed_in(Role.ORGANISATION_ADMIN, party)
    values = {"organisation": party.pk, "email": "notices@northallerton.example"}
    assert client.post("/portal/contacts/", values).status_code == 302
    assert client.post("/portal/contacts/", values).status_code == 422
    assert Contact.objects.count() == 1


@pytest.mark.clause("F2.8(c)")
def test_last_contact_of_a_party_stays(party: Organisation) -> None:
    contact = Contact.objects.create(organisation=party, email="notices@northallerton.example")
    answer = signed_in(Role.ORGANISATION_ADMIN, party).post(f"/portal/contacts/{contact.pk}/retire/")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Add the new contact first" in page and "<title>Error: " in page
    assert Contact.objects.get().retired_at is None


def test_only_its_own_administrator_keeps_an_organisation_s_contacts(party: Organisation) -> None:
    contact = Contact.objects.create(organisation=party, email="notices@northallerton.example")
    for client in (signed_in(Role.SUPPLIER, party), signed_in(Role.ORGANISATION_ADMIN, organisation())):
        values = {"organisation": party.pk, "email": "mine@example.org"}
        assert client.post("/portal/contacts/", values).status_code == 404
        assert client.post(f"/portal/contacts/{contact.pk}/retire/").status_code == 404
    page = signed_in(Role.SUPPLIER, party).get("/portal/contacts/").content.decode()
    assert "notices@northallerton.example" in page and "Retire" not in page


def test_first_page_says_what_waits_and_where_everything_stands(party: Organisation) -> None:
    client = signed_in(Role.SUPPLIER, party)
    assert "Nothing is asked of you now." in client.get("/portal/").content.decode()
    post(client, begin(client), "device", DEVICE)
    hand_in(client, fill(client, begin(client)))
    told(party)
    page = client.get("/portal/").content.decode()
    assert (
        "One draft waits for you." in page
        and "The Secretariat takes it up." in page
        and "Submission received" in page
    )
    assert "1 Working Day left" in page


def test_sign_in_leads_to_the_portal(party: Organisation) -> None:
    assert signed_in(Role.SUPPLIER, party).get("/after-sign-in/")["Location"] == "/portal/"
