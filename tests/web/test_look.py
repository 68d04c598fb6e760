"""The look's parts in templates, the frame around a page, and the pages of what went wrong."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.template import Context, Template
from django.test import RequestFactory

from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal, Refusals
from secgov.journal.models import Obligation
from secgov.web import context, errors
from secgov.web.middleware import ErrorsMiddleware, client_ip
from tests.factories import people

NOW = dt.datetime(2026, 12, 24, 15, 20, tzinfo=dt.UTC)


def drawn(template: str, **values: object) -> str:
    """What a template with our parts draws at NOW."""
    frame = SimpleNamespace(now=NOW)
    return Template("{% load look %}" + template).render(Context({"look": frame, **values}))


def owed(due_at: dt.datetime, **values: object) -> Obligation:
    """An unsaved obligation with this end."""
    return Obligation(clause="F2.8(c)", due_at=due_at, **values)


def test_state_is_a_word_in_a_tag_and_an_unknown_kind_is_refused():
    assert drawn('{% tag "good" "Current" %}') == '<span class="tag tag-good">Current</span>'
    assert drawn('{% tag "" words %}', words="<b>") == '<span class="tag">&lt;b&gt;</span>'
    with pytest.raises(ValueError, match="no tag of kind"):
        drawn('{% tag "green" "Current" %}')


@pytest.mark.parametrize("citation", ["F2.8(a)", "Section F2.8(a)"])
def test_clause_links_to_its_row_whichever_way_it_is_cited(citation):
    assert (
        drawn("{% clause cited %}", cited=citation)
        == '<a class="clause" href="/clauses/#F2.8(a)">F2.8(a)</a>'
    )


def test_numbers_are_shown_as_the_list_writes_them():
    assert drawn("{{ 123|entry_number }} {{ 2051|edition }} {{ 1|edition }}") == "000123 2.051 0.001"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due_at", "state", "said"),
    [
        (dt.datetime(2026, 12, 24, tzinfo=dt.UTC), "late", "Late by 15 h 20 min"),
        (dt.datetime(2026, 12, 25, tzinfo=dt.UTC), "today", "Due today"),
        (
            dt.datetime(2026, 12, 30, tzinfo=dt.UTC),
            "next",
            "1 Working Day left",
        ),  # 29 December; 25 and 28 are holidays
        (dt.datetime(2027, 1, 13, tzinfo=dt.UTC), "next", "10 Working Days left"),
        (dt.datetime(2090, 1, 13, tzinfo=dt.UTC), "next", "23,030 days left"),  # of no bank holiday known
    ],
)
def test_deadline_says_how_many_working_days_are_left(due_at, state, said):
    shown = drawn("{% due obligation %}", obligation=owed(due_at, working_days=1))
    assert f'class="due due-{state}"' in shown
    assert f"<b>{said}</b>" in shown
    assert f'datetime="{due_at.isoformat()}"' in shown


def test_deadline_of_an_hours_clock_says_hours_and_minutes():
    shown = drawn("{% due o %}", o=owed(NOW + dt.timedelta(hours=1, minutes=24), elapsed_seconds=86_400))
    assert "1 h 24 min left" in shown
    assert "due-today" in shown


def test_deadline_met_and_met_late_are_told_apart():
    end = dt.datetime(2026, 12, 24, tzinfo=dt.UTC)
    assert "<b>Met</b>" in drawn("{% due o %}", o=owed(end, discharged_at=end - dt.timedelta(seconds=1)))
    assert "Met late, by 3 min" in drawn(
        "{% due o %}", o=owed(end, discharged_at=end + dt.timedelta(minutes=3))
    )


def test_deadline_that_fell_away_after_its_time_says_that_it_was_late():
    end = dt.datetime(2026, 12, 24, tzinfo=dt.UTC)
    assert "<b>Fell away</b>" in drawn("{% due o %}", o=owed(end, fell_away_at=end - dt.timedelta(seconds=1)))
    assert "Fell away late, by 3 min" in drawn(
        "{% due o %}", o=owed(end, fell_away_at=end + dt.timedelta(minutes=3))
    )


def test_why_this_date_unfolds_sentence_by_sentence():
    shown = drawn("{% why steps %}", steps=["One Working Day after.", "<So> the end."])
    assert "<details" in shown
    assert "&lt;So&gt; the end." in shown
    assert drawn("{% why steps %}", steps=[]).strip() == ""


def frame_of(path: str, person: object) -> context.Frame:
    """The frame of a page for a person."""
    request = RequestFactory().get(path)
    request.user = person
    return context.surroundings(request)["look"]


@pytest.mark.django_db
def test_public_is_led_to_the_list_and_offered_to_sign_in():
    frame = frame_of("/cpl/entries/000001/", AnonymousUser())
    assert [link.label for link in frame.audiences if link.current] == ["The list"]
    assert [link.label for link in frame.sub if link.current] == ["Search"]
    assert frame.sign_in_url
    assert not frame.who


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "own"),
    [(Role.MANUFACTURER, "/portal/"), (Role.SECRETARIAT, "/admin/"), (Role.APPROVER, "/admin/")],
)
def test_people_have_the_parts_of_their_roles_and_land_there(role, own):
    person = people.person(role)
    frame = frame_of(own, person)
    assert own in [link.url for link in frame.audiences if link.current]
    assert role.label in frame.who
    assert context.landing_place(person) == own


@pytest.mark.django_db
def test_recorder_of_the_authority_lands_where_referrals_wait_for_it():
    recorder = people.person(Role.AUTHORITY_RECORDER)
    assert context.landing_place(recorder) == "/portal/referrals/"


@pytest.mark.django_db
def test_only_places_that_stand_are_linked():
    assert context.stands("/cpl/editions/")
    assert not context.stands("/nowhere/")
    links = frame_of("/cpl/", AnonymousUser())
    assert all(context.stands(link.url) for link in (*links.audiences, *links.sub, *links.footer))


@pytest.mark.django_db
def test_production_has_no_banner_and_every_other_copy_has_one(client, settings):
    settings.ENVIRONMENT_NAME = "rehearsal"
    assert "<strong>Rehearsal.</strong> The time here is" in client.get("/").content.decode()
    settings.ENVIRONMENT_NAME = "production"
    assert 'class="env"' not in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Refusal("No.", clause="Z6.7", remedy="Record it."), 422, ("No.", "/clauses/#Z6.7", "Record it.")),
        (Refusals([Refusal("One.", clause="F2.5"), Refusal("Two.", clause="F2.4")]), 422, ("One.", "Two.")),
        (NotPermitted("Only the Approver may."), 403, ("Only the Approver may.",)),
        (NotPermitted("Hidden.", hidden=True), 404, ("Nothing stands here",)),
        (Conflict("Somebody changed it.", newer="Approved"), 409, ("Somebody changed it.", "Approved")),
        (Http404(), 404, ("Nothing stands here",)),
    ],
)
def test_errors_become_their_pages_with_clause_and_remedy(rf, error, status, words):
    request = rf.get("/")
    request.user = AnonymousUser()
    answer = ErrorsMiddleware(lambda _: None).process_exception(request, error)
    assert answer.status_code == status
    page = answer.content.decode()
    assert all(each in page for each in words)
    assert "Hidden." not in page


def test_fault_of_ours_is_left_to_be_logged_and_its_page_asks_nothing_of_the_database(rf):
    assert ErrorsMiddleware(lambda _: None).process_exception(rf.get("/"), ValueError("no")) is None
    assert b"A fault of ours" in errors.server_error(rf.get("/")).content


@pytest.mark.django_db
def test_old_form_is_answered_with_what_to_do(rf):
    request = rf.post("/")
    request.user = AnonymousUser()
    answer = errors.csrf_failure(request, reason="CSRF cookie not set.")
    assert answer.status_code == 403
    assert b"load the page again" in answer.content


@pytest.mark.django_db
def test_page_that_does_not_stand_says_what_addresses_look_like(rf):
    request = rf.get("/cpl/entries/1/")
    request.user = AnonymousUser()
    assert b"/cpl/entries/000123/" in errors.not_found(request, Http404()).content


@pytest.mark.django_db
def test_person_without_a_second_proof_is_led_to_set_one_up(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(people.person(Role.SECRETARIAT))
    answer = client.get("/portal/")
    assert answer.status_code == 302
    assert answer.url == "/accounts/2fa/totp/activate/"
    assert client.get("/guidance/").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.9.9.9, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
    ],
)
def test_address_of_a_caller_is_what_our_own_proxies_saw(rf, settings, proxies, passed, address):
    settings.TRUSTED_PROXIES = proxies
    assert client_ip(rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": passed})) == address


def test_frame_alone_says_in_a_title_that_a_form_was_refused():
    pages = [each for folder in settings.TEMPLATES[0]["DIRS"] for each in Path(folder).rglob("*.html")]
    twice = [each.name for each in pages if "{% block title %}{% if form.errors %}" in each.read_text()]
    assert pages and not twice, f"their titles begin “Error: Error:”: {twice}"
