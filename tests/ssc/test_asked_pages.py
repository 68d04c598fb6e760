"""What the SSC asks of an organisation, and the place where it answers (Z6.6, Z6.3)."""

import datetime as dt

import pytest
from django.test import Client
from django.utils.html import strip_tags

from secgov.accounts.models import Organisation, Role, User
from secgov.journal.models import Obligation, Rehearsal
from ssc.models import InformationReply, InformationRequest
from tests.documents.files import upload
from tests.factories import people, plans
from tests.ssc import planning

pytestmark = pytest.mark.django_db
ASKED = planning.PROPOSED
LIST = "/portal/plans/"


@pytest.fixture
def group() -> plans.Committee:
    """The SSC's people, at a time shortly after they asked."""
    Rehearsal.objects.create(now=ASKED + dt.timedelta(hours=1), set_at=dt.datetime.now(dt.UTC))
    return plans.committee()


def browser(user: User) -> Client:
    """A browser for a person."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str = LIST) -> str:
    """A page as text, on one line."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def asked(group: plans.Committee, addressee: Organisation) -> InformationRequest:
    """A question on a case that stands with a plan."""
    supplier = plans.supplier("Thrushgill Energy")
    case = planning.imposed(group, supplier).determination.case
    return InformationRequest.objects.create(
        case=case, addressee=addressee, question="How many upgrades a week?", reply_by=dt.date(2027, 2, 10),
        asked_by=group.secretary, asked_at=ASKED, is_voluntary=addressee.kind == Organisation.Kind.MANUFACTURER,
    )  # fmt: skip


@pytest.mark.clause("Z6.6")
def test_a_supplier_finds_the_question_and_answers_it_in_parts(group: plans.Committee) -> None:
    person = plans.supplier()
    row = asked(group, plans.organisation_of(person))
    client = browser(person)
    shown = page(client)
    assert "One question to answer" in shown
    assert "How many upgrades a week?" in shown
    assert "C-2027-001" not in page(client, f"{LIST}requests/{row.pk}/")
    assert client.post(f"{LIST}requests/{row.pk}/", {"text": " "}).status_code == 422
    unclassified = client.post(f"{LIST}requests/{row.pk}/", {"text": "250.", "document": upload()})
    assert "every document carries a classification" in unclassified.content.decode()
    for given in (
        {"text": "250.", "document": upload(), "classification": "amber"},
        {"text": "From May 400."},
    ):
        assert client.post(f"{LIST}requests/{row.pk}/", given).status_code == 302
    document = f"{LIST}requests/{row.pk}/documents/{InformationReply.objects.first().document_id}/"
    assert client.get(document).status_code == 200
    assert browser(plans.supplier("Marrowby Gas")).get(document).status_code == 404
    assert [each.text for each in InformationReply.objects.all()] == ["250.", "From May 400."]
    shown = page(client)
    assert "No questions to answer" in shown
    assert "Answered" in shown


@pytest.mark.clause("Z6.6")
def test_a_manufacturer_is_asked_but_not_obliged_and_nobody_else_sees_it(group: plans.Committee) -> None:
    person = people.person(Role.MANUFACTURER)
    row = asked(group, plans.organisation_of(person))
    client = browser(person)
    assert "Voluntary" in page(client)
    assert "You are not obliged to answer" in page(client, f"{LIST}requests/{row.pk}/")
    rival = browser(people.person(Role.MANUFACTURER))
    assert rival.get(f"{LIST}requests/{row.pk}/").status_code == 404
    assert rival.post(f"{LIST}requests/{row.pk}/", {"text": "250."}).status_code == 404
    assert "How many upgrades" not in page(rival)
    assert browser(people.person(Role.TEST_LAB)).get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 302


@pytest.mark.clause("Z6.3-0")
def test_a_party_s_first_page_and_navigation_count_what_the_ssc_asks(group: plans.Committee) -> None:
    person = plans.supplier()
    planning.imposed(group, person)
    client = browser(person)
    home = page(client, "/portal/")
    assert "Propose the Remedial Plan" in home
    assert "SSC asks of us 1 waiting" in home
    assert "SSC asks of us 1 waiting" in page(client)
    assert Obligation.objects.filter(organisation=plans.organisation_of(person)).count() == 2
    assert "SSC asks of us" not in page(browser(people.person(Role.TEST_LAB)), "/portal/")


@pytest.mark.clause("F2.7B(b)")
def test_a_party_whose_time_for_approval_has_ended_is_led_to_a_referral(group: plans.Committee) -> None:
    person = plans.supplier()
    plan = planning.imposed(group, person)
    planning.proposed(plan, person)
    client, address = browser(person), f"{LIST}{plan.reference}/"
    assert "Refer to the Authority" not in page(client, address)
    Rehearsal.objects.update(now=dt.datetime(2027, 4, 1, 9, tzinfo=dt.UTC))
    shown = page(client, address)
    assert "The time to gain approval has ended without." in shown
    assert "Refer to the Authority" in shown
