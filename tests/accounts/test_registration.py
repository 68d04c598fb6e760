"""How organisations and their people come in and go: over HTTP, with real mail in the outbox."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from secgov.accounts.models import Invitation, Membership, Organisation, Registration, Role, User
from secgov.journal import clock
from secgov.journal.models import Act, Message, Task
from secgov.journal.services import send_messages
from tests.factories import people

pytestmark = pytest.mark.django_db

FORM = {
    "organisation_name": "Brackenfell Metering Ltd",
    "kind": "manufacturer",
    "party_category": "",
    "person_name": "Ada Brook",
    "email": "ada@brackenfell.example",
    "phone": "+44 1632 960114",
    "note": "We make gas meters.",
}
PASSWORD = "three odd words together"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def mailed_link(to: str, pattern: str) -> str:
    """Send what waits, and give the newest link of that kind that was mailed to an address."""
    send_messages(clock=clock.now)
    bodies = [letter.body for letter in mail.outbox if letter.to == [to]]
    found = [
        link for body in bodies for link in re.findall(rf"http://[^/\s]+({pattern}[0-9a-f]{{64}}/)", body)
    ]
    assert found, bodies
    return found[-1]


def register(**changed: str) -> str:
    """Register over HTTP and give the mailed link."""
    answer = Client().post("/register/", FORM | changed)
    assert answer.status_code == 200, answer.content.decode()
    return mailed_link((FORM | changed)["email"], "/register/confirm/")


@pytest.fixture
def secretariat() -> User:
    return people.person(
        Role.SECRETARIAT, people.organisation("Code administrator", Organisation.Kind.CODE_BODY)
    )


def admitted(secretariat: User, **changed: str) -> str:
    """Register, confirm and admit; give the link by which the registrant sets a password."""
    assert Client().post(register(**changed)).status_code == 200
    registration = Registration.objects.get(email=(FORM | changed)["email"])
    answer = signed_in(secretariat).post(
        f"/admin/accounts/registration/{registration.pk}/admit/",
        {"reason": "Rang the company; it is theirs."},
    )
    assert answer.status_code == 302, answer.content.decode()
    return mailed_link((FORM | changed)["email"], "/invitations/")


def test_manufacturer_registers_is_admitted_and_signs_in_as_its_administrator(secretariat: User) -> None:
    link = register()
    organisation = Organisation.objects.get(name=FORM["organisation_name"])
    assert organisation.admitted_at is None
    assert Client().get(link).status_code == 200, "opening a link decides nothing: mail scanners open links"
    assert not Task.objects.filter(closed_at=None).exists()
    assert Client().post(link).status_code == 200
    board = signed_in(secretariat).get("/admin/").content.decode()
    assert "Admit Brackenfell Metering Ltd, or refuse it" in board
    assert f"/admin/accounts/registration/of/{organisation.pk}/" in board
    desk = signed_in(secretariat).get(f"/admin/accounts/registration/of/{organisation.pk}/", follow=True)
    assert "ada@brackenfell.example" in desk.content.decode()
    assert ">Reason" in desk.content.decode()
    registration = organisation.registration
    answer = signed_in(secretariat).post(
        f"/admin/accounts/registration/{registration.pk}/admit/", {"reason": "Rang the company."}
    )
    assert answer.status_code == 302
    assert not Task.objects.filter(closed_at=None).exists()
    browser = Client()
    link = mailed_link(FORM["email"], "/invitations/")
    assert browser.post(link, {"name": "Ada Brook", "password": PASSWORD}).status_code == 200
    signed = browser.post("/accounts/login/", {"login": FORM["email"], "password": PASSWORD})
    assert signed.status_code == 302
    assert browser.get("/portal/people/").status_code == 200
    assert browser.get("/portal/submissions/new/").status_code == 200
    roles = set(Membership.objects.filter(user__email=FORM["email"]).values_list("role", flat=True))
    assert roles == {"organisation_admin", "manufacturer"}
    verbs = list(
        Act.objects.filter(subject_type="accounts.organisation").order_by("id").values_list("verb", flat=True)
    )
    assert verbs == [
        "accounts.organisation.registered", "accounts.registration.confirmed", "accounts.organisation.admitted",
        "accounts.invitation.accepted",
    ]  # fmt: skip


def test_journal_and_tasks_never_name_a_person(secretariat: User) -> None:
    admitted(secretariat)
    told = str(list(Act.objects.values())) + str(list(Task.objects.values()))
    assert "Ada Brook" not in told and FORM["email"] not in told


def test_token_of_a_link_stands_nowhere_in_the_database() -> None:
    token = register().split("/")[-2]
    assert token not in str(list(Message.objects.values())) + str(list(Registration.objects.values()))


def test_forged_used_and_expired_confirmations_open_nothing_and_look_alike(secretariat: User) -> None:
    link = register()
    forged = Client().post("/register/confirm/" + "0" * 64 + "/")
    Client().post(link)
    used = Client().post(link)
    late = register(organisation_name="Fellside Gas", email="late@fellside.example")
    with time_machine.travel(clock.now() + dt.timedelta(days=3, minutes=1), tick=False):
        expired = Client().get(late)
    assert {forged.status_code, used.status_code, expired.status_code} == {404}
    assert "not valid any more" in used.content.decode()


def test_refused_registrant_is_told_why_and_the_name_is_free_again(secretariat: User) -> None:
    Client().post(register())
    registration = Registration.objects.get()
    desk = signed_in(secretariat)
    assert (
        desk.post(f"/admin/accounts/registration/{registration.pk}/refuse/", {"reason": " "}).status_code
        == 422
    )
    answer = desk.post(
        f"/admin/accounts/registration/{registration.pk}/refuse/", {"reason": "Nobody there knows you."}
    )
    assert answer.status_code == 302
    send_messages(clock=clock.now)
    assert "Nobody there knows you." in mail.outbox[-1].body
    again = desk.post(
        f"/admin/accounts/registration/{registration.pk}/admit/", {"reason": "Changed our mind."}
    )
    assert again.status_code == 409
    register(email="other@brackenfell.example")
    assert not Membership.objects.filter(organisation__name__startswith="Brackenfell").exists()


def test_only_the_secretariat_admits(secretariat: User) -> None:
    Client().post(register())
    address = f"/admin/accounts/registration/{Registration.objects.get().pk}/admit/"
    for role in (Role.APPROVER, Role.AUDITOR, Role.MANUFACTURER):
        assert signed_in(people.person(role)).post(address, {"reason": "Mine."}).status_code == 403
    assert Registration.objects.get().admitted is None


def test_registration_is_not_admitted_before_its_address_is_proved(secretariat: User) -> None:
    register()
    address = f"/admin/accounts/registration/{Registration.objects.get().pk}/admit/"
    assert signed_in(secretariat).post(address, {"reason": "In a hurry."}).status_code == 422


def test_name_that_stands_already_is_refused_and_a_look_alike_is_shown_to_the_secretariat(
    secretariat: User,
) -> None:
    people.organisation("Tarnwick Gas Meters")
    same = Client().post("/register/", FORM | {"organisation_name": "  tarnwick  GAS meters "})
    assert same.status_code == 422 and "registered already" in same.content.decode()
    Client().post(register(organisation_name="Tarnwісk Gas Meters"))  # two Cyrillic letters
    assert "mixes letters of different alphabets" in Task.objects.get(closed_at=None).detail
    hidden = Client().post("/register/", FORM | {"organisation_name": "Tarn\u200bwick Two"})
    assert hidden.status_code == 422 and "U+200B" in hidden.content.decode()


def test_form_answers_alike_whether_the_address_is_known_or_not(secretariat: User) -> None:
    known = people.person()
    first = Client().post("/register/", FORM | {"email": known.email, "organisation_name": "One Metering"})
    other = Client().post(
        "/register/", FORM | {"email": "new@example.org", "organisation_name": "Two Metering"}
    )
    assert first.status_code == other.status_code == 200
    strip = re.compile(r"csrf\S+|person-\d+@example\.org|new@example\.org")
    assert strip.sub("", first.content.decode()) == strip.sub("", other.content.decode())


def test_known_person_who_registers_another_organisation_keeps_the_password(secretariat: User) -> None:
    known = people.person(name="Known Person")
    link = admitted(secretariat, email=known.email)
    before = User.objects.get(pk=known.pk).password
    stranger = Client().post(link, {"name": "Thief", "password": PASSWORD})
    assert stranger.status_code == 422
    assert signed_in(known).post(link).status_code == 302
    after = User.objects.get(pk=known.pk)
    assert (after.password, after.name) == (before, "Known Person")
    assert Client().get(link).status_code == 404


def test_address_that_registers_too_often_gets_no_more_mail_and_the_same_answer() -> None:
    for number in range(5):
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post(
            "/register/", FORM | {"organisation_name": f"Firm {number}"}
        )
        assert answer.status_code == 200
    assert Message.objects.filter(template="accounts/confirm_registration").count() == 3


def test_form_sent_too_often_from_one_place_is_answered_with_too_many() -> None:
    client = Client(REMOTE_ADDR="198.51.100.9")
    answers = [client.post("/register/", {}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_unconfirmed_registration_keeps_a_name_from_its_bearer_for_three_days_only() -> None:
    register()
    assert Client().post("/register/", FORM | {"email": "b@b.example"}).status_code == 422
    with time_machine.travel(clock.now() + dt.timedelta(days=3, minutes=1), tick=False):
        assert Client().post("/register/", FORM | {"email": "b@b.example"}).status_code == 200


@pytest.mark.parametrize("address", ["/register/", "/invitations/" + "0" * 64 + "/"])
def test_forms_of_strangers_need_their_secret_token(address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address, FORM).status_code == 403


@pytest.fixture
def administrator(secretariat: User) -> User:
    Client().post(admitted(secretariat), {"name": "Ada Brook", "password": PASSWORD})
    return User.objects.get(email=FORM["email"])


def invite(
    administrator: User, email: str = "colleague@brackenfell.example", role: str = "manufacturer"
) -> str:
    organisation = Organisation.objects.get(name=FORM["organisation_name"])
    answer = signed_in(administrator).post(
        "/portal/people/", {"organisation": organisation.pk, "email": email, "role": role}
    )
    assert answer.status_code == 302, answer.content.decode()
    return mailed_link(email, "/invitations/")


def test_invited_colleague_sets_a_password_works_and_loses_access_at_once(administrator: User) -> None:
    browser = Client()
    link = invite(administrator)
    weak = browser.post(link, {"name": "Ben", "password": "short"})
    assert weak.status_code == 422 and "too short" in weak.content.decode()
    assert browser.post(link, {"name": "Ben Ash", "password": PASSWORD}).status_code == 200
    assert Client().post(link, {"name": "Again", "password": PASSWORD}).status_code == 404
    browser.post("/accounts/login/", {"login": "colleague@brackenfell.example", "password": PASSWORD})
    assert browser.get("/portal/submissions/new/").status_code == 200
    membership = Membership.objects.get(user__email="colleague@brackenfell.example")
    admin = signed_in(administrator)
    assert admin.post(f"/portal/people/{membership.pk}/retire/").status_code == 302
    assert browser.get("/portal/submissions/new/").status_code == 403
    assert admin.post(f"/portal/people/{membership.pk}/retire/").status_code == 409
    assert Membership.objects.get(pk=membership.pk).ended_at is not None


def test_colleague_is_given_another_role_that_the_organisation_can_give_and_no_other(
    administrator: User,
) -> None:
    Client().post(invite(administrator), {"name": "Ben Ash", "password": PASSWORD})
    membership = Membership.objects.get(user__email="colleague@brackenfell.example")
    admin = signed_in(administrator)
    for role in ("secretariat", "supplier", "dcc_client", "working_group_member", "nonsense", ""):
        assert admin.post(f"/portal/people/{membership.pk}/role/", {"role": role}).status_code == 422, role
    assert (
        admin.post(f"/portal/people/{membership.pk}/role/", {"role": "organisation_admin"}).status_code == 302
    )
    assert Membership.objects.get(user=membership.user, ended_at=None).role == "organisation_admin"


def test_no_role_is_offered_that_the_organisation_cannot_hold(administrator: User) -> None:
    organisation = Organisation.objects.get(name=FORM["organisation_name"])
    answer = signed_in(administrator).post(
        "/portal/people/", {"organisation": organisation.pk, "email": "x@y.example", "role": "approver"}
    )
    assert answer.status_code == 422 and "cannot give this role" in answer.content.decode()
    assert not Invitation.objects.filter(email="x@y.example").exists()


def test_party_gives_the_roles_of_its_category() -> None:
    for category, offered, other in (
        ("large_supplier", "supplier", "network"),
        ("gas_network", "network", "supplier"),
    ):
        party = people.organisation(kind=Organisation.Kind.PARTY, party_category=category)
        page = (
            signed_in(people.person(Role.ORGANISATION_ADMIN, party)).get("/portal/people/").content.decode()
        )
        assert f'value="{offered}"' in page and f'value="{other}"' not in page


def test_withdrawn_expired_and_forged_invitations_open_nothing(administrator: User) -> None:
    withdrawn = invite(administrator)
    invitation = Invitation.objects.get(email="colleague@brackenfell.example")
    assert (
        signed_in(administrator).post(f"/portal/people/invitations/{invitation.pk}/withdraw/").status_code
        == 302
    )
    late = invite(administrator, "late@brackenfell.example")
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1), tick=False):
        answers = [Client().post(link, {"name": "A", "password": PASSWORD}) for link in (withdrawn, late)]
    answers.append(Client().post("/invitations/" + "f" * 64 + "/", {"name": "A", "password": PASSWORD}))
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert not User.objects.filter(
        email__in=["colleague@brackenfell.example", "late@brackenfell.example"]
    ).exists()


def test_invitation_of_an_organisation_that_was_retired_opens_nothing(administrator: User) -> None:
    link = invite(administrator)
    Organisation.objects.filter(name=FORM["organisation_name"]).update(retired_at=clock.now())
    assert Client().get(link).status_code == 404


def test_new_invitation_to_the_same_role_takes_the_place_of_the_one_before(administrator: User) -> None:
    first, second = invite(administrator), invite(administrator)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_administrator_of_another_organisation_finds_nothing(administrator: User) -> None:
    invite(administrator)
    rival = signed_in(people.person(Role.ORGANISATION_ADMIN))
    organisation = Organisation.objects.get(name=FORM["organisation_name"])
    membership = Membership.objects.get(user=administrator, role="manufacturer")
    invitation = Invitation.objects.get(email="colleague@brackenfell.example")
    answers = [
        rival.post(f"/portal/people/{membership.pk}/role/", {"role": "manufacturer"}),
        rival.post(f"/portal/people/{membership.pk}/retire/"),
        rival.post(f"/portal/people/invitations/{invitation.pk}/withdraw/"),
        rival.post(
            "/portal/people/",
            {"organisation": organisation.pk, "email": "a@b.example", "role": "manufacturer"},
        ),
    ]
    assert [each.status_code for each in answers] == [404] * 4
    assert organisation.name not in rival.get("/portal/people/").content.decode()


def test_nobody_changes_their_own_roles(administrator: User) -> None:
    membership = Membership.objects.get(user=administrator, role="organisation_admin")
    admin = signed_in(administrator)
    assert admin.post(f"/portal/people/{membership.pk}/retire/").status_code == 422
    assert admin.post(f"/portal/people/{membership.pk}/role/", {"role": "manufacturer"}).status_code == 422


def test_people_without_the_administrator_s_role_have_no_page_of_people() -> None:
    client = signed_in(people.person(Role.MANUFACTURER))
    assert client.get("/portal/people/").status_code == 404
    assert "/portal/people/" not in client.get("/portal/").content.decode()


def test_inviting_a_person_who_has_an_account_looks_the_same_and_needs_that_account(
    administrator: User,
) -> None:
    known = people.person()
    link = invite(administrator, known.email)
    assert Client().post(link, {"name": "Thief", "password": PASSWORD}).status_code == 422
    assert signed_in(people.person()).post(link).status_code == 422
    assert signed_in(known).post(link).status_code == 302
    assert known.memberships.filter(organisation__name=FORM["organisation_name"]).exists()


def test_names_typed_by_strangers_never_become_markup(secretariat: User) -> None:
    nasty = "<script>alert(1)</script> & Sons"
    Client().post(register(organisation_name=nasty, person_name="<b>x</b>", note="{{ 7|add:7 }}<img src=x>"))
    desk = signed_in(secretariat)
    for address in ("/admin/", f"/admin/accounts/registration/{Registration.objects.get().pk}/change/"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and "<b>x</b>" not in page and "<img src=x>" not in page
    send_messages(clock=clock.now)
    assert nasty in mail.outbox[0].body, "a letter is plain text and shows what was typed"
