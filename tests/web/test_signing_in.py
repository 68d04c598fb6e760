"""Signing in over real HTTP: names, passwords, the second factor, and what happens to whoever guesses."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from time_machine import TimeMachineFixture

from secgov.accounts.models import Role, User
from tests.factories import people

pytestmark = pytest.mark.django_db

PASSWORD = "not a secret here"
SIGN_IN, CODE, SET_UP = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def one_instant(time_machine: TimeMachineFixture) -> None:
    """A code holds for half a minute, which may end between its making and its use; tries are counted by the minute."""
    time_machine.move_to(dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def person() -> User:
    """Somebody of the Secretariat, without a second factor."""
    return people.person(Role.SECRETARIAT)


def try_password(
    who: str, password: str = "a guess", address: str = "192.0.2.1", browser: Client | None = None
):
    return (browser or Client()).post(SIGN_IN, {"login": who, "password": password}, REMOTE_ADDR=address)


def code_of(secret: str) -> str:
    """The code that the person's device would show now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def is_in(browser: Client) -> bool:
    """Whether a browser is signed in."""
    return "_auth_user_id" in browser.session


@pytest.mark.parametrize("by", ["username", "email"])
def test_person_signs_in_by_name_or_address(person, by):
    browser = Client()
    assert try_password(getattr(person, by), PASSWORD, browser=browser).status_code == 302
    assert is_in(browser)


@pytest.mark.parametrize("by", ["username", "email"])
def test_wrong_password_says_what_to_do_and_not_which_of_the_two_was_wrong(person, by):
    known, unknown = (
        try_password(name, "wrong").content.decode() for name in (getattr(person, by), f"x{by}@y.example")
    )
    for page in (known, unknown):
        assert "do not belong together. Check both, or have a link mailed" in page


def test_sign_in_page_leads_to_a_new_password_also_whoever_has_none_yet(person):
    person.set_unusable_password()
    person.save()
    page = Client().get(SIGN_IN).content.decode()
    assert 'href="/accounts/password/reset/"' in page and 'href="/register/">register it' in page
    assert Client().post("/accounts/password/reset/", {"email": person.email}).status_code == 302
    assert [letter.to for letter in mail.outbox] == [[person.email]]


def test_role_without_second_factor_sees_nothing_but_where_to_set_one_up(person, settings: LazySettings):
    settings.SECOND_FACTOR_REQUIRED = True
    browser = Client()
    try_password(person.username, PASSWORD, browser=browser)
    for place in ("/admin/", "/portal/", "/fir/", "/api/v1/fir/", "/after-sign-in/", "/cpl/"):
        assert browser.get(place)["Location"] == SET_UP, place
    assert browser.post("/admin/publish-now/", {"reason": "now"})["Location"] == SET_UP
    sure = browser.get(SET_UP)["Location"]
    assert sure.startswith("/accounts/reauthenticate/")
    assert browser.post(sure, {"password": PASSWORD})["Location"] == SET_UP
    secret = browser.get(SET_UP).context["form"].secret
    assert browser.post(SET_UP, {"code": code_of(secret)}).status_code == 302
    assert browser.get("/admin/").status_code == 200


def test_password_alone_does_not_open_an_account_with_a_second_factor(person):
    TOTP.activate(person, SECRET)
    browser = Client()
    assert try_password(person.username, PASSWORD, browser=browser)["Location"].startswith(CODE)
    assert not is_in(browser)
    assert browser.get("/admin/").status_code == 302
    assert browser.post(CODE, {"code": code_of(SECRET)}).status_code == 302
    assert is_in(browser)


def test_codes_cannot_be_guessed_for_ever_from_however_many_addresses(person):
    TOTP.activate(person, SECRET)
    told = []
    for number in range(12):
        browser, address = Client(), f"192.0.2.{number}"
        try_password(person.username, PASSWORD, address, browser)
        answer = browser.post(CODE, {"code": "000000"}, REMOTE_ADDR=address)
        told.append("Too many" in answer.content.decode())
    assert told == [False] * 10 + [True] * 2
    browser = Client()
    try_password(person.username, PASSWORD, "192.0.2.99", browser)
    browser.post(CODE, {"code": code_of(SECRET)}, REMOTE_ADDR="192.0.2.99")
    assert not is_in(browser)
    assert Authenticator.objects.count() == 1


def test_guesser_is_locked_out_and_the_person_is_not(person):
    answers = [try_password(person.username).status_code for _ in range(9)]
    assert answers[0] == 200 and answers[-1] == 429
    assert try_password(person.username, PASSWORD).status_code == 429
    browser = Client()
    assert try_password(person.username, PASSWORD, "192.0.2.2", browser).status_code == 302
    assert is_in(browser)


def test_guesses_of_many_names_from_one_address_end_and_others_behind_the_same_proxy_go_on(
    person, settings: LazySettings
):
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy = {"REMOTE_ADDR": "10.0.0.1"}

    def come(name: str, password: str, through: str) -> str:
        answer = Client().post(
            SIGN_IN, {"login": name, "password": password}, headers={"X-Forwarded-For": through}, **proxy
        )
        return "in" if answer.status_code == 302 else answer.content.decode()

    for number in range(25):
        last = come(f"nobody-{number}", "a guess", "198.51.100.7, 192.0.2.66")
    assert "Too many" in last
    assert come(person.username, PASSWORD, "192.0.2.67") == "in"


def test_what_is_said_after_signing_in_is_in_our_words(person):
    browser = Client()
    try_password(person.username, PASSWORD, browser=browser)
    page = browser.get("/portal/").content.decode()
    assert "uccessfully" not in page and f"You are signed in as {person.name}." in page


@pytest.mark.parametrize("name", ["A" * 300, "A" * 100_000])
def test_name_longer_than_any_is_turned_away_like_another(name):
    assert try_password(name).status_code == 200
