"""What operators rely on: is it alive, could it work, how does it do, and may it start at all."""

import datetime as dt
import threading

import pytest
from django.core import checks
from django.db import connection
from django.test import Client

from cpl.models import ListChange
from secgov.celery import app
from secgov.checks import check_addresses, check_database_role, check_files, check_production_settings
from secgov.journal import clock
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Heartbeat
from secgov.journal.services import beat
from secgov.web.readiness import findings, longest_silence
from tests.factories import people, published

TOKEN = {"Authorization": "Bearer only-for-the-tests"}


def ready():
    """Ask whether it could work; give the status and what is wrong."""
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["wrong"]


@pytest.fixture
def beating(db):
    """Every sweep has just run."""
    for sweep in longest_silence():
        beat(sweep=sweep, at=clock.now(), handled=0)


def test_process_is_alive_whatever_else_is_not(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"alive\n"


def test_ready_where_everything_stands(beating):
    assert ready() == (200, [])


@pytest.mark.django_db
def test_sweep_that_stopped_or_never_ran_is_named(beating):
    Heartbeat.objects.filter(sweep="publish").update(finished_at=clock.now() - dt.timedelta(minutes=30))
    Heartbeat.objects.filter(sweep="send messages").delete()
    assert ready() == (503, ["sweep: publish", "sweep: send messages"])
    told = {each["name"]: each["says"] for each in Client().get("/readyz").json()["findings"]}
    assert told["sweep: publish"] == "It last ran 30 minutes ago."


def test_sweep_that_never_ran_has_its_first_turns_before_it_and_no_more(beating):
    Heartbeat.objects.filter(sweep__in=("send messages", "watch calendar")).delete()
    began = clock.now()
    journal.record(actor=SYSTEM, at=began, verb="test.began", subject=people.organisation(), reason="Test.")
    wrong = []
    for minutes in (1, 6, 24 * 60 + 1, 24 * 60 + 3):
        at = began + dt.timedelta(minutes=minutes)
        Heartbeat.objects.update(finished_at=at)
        wrong.append([each.name for each in findings(clock=lambda at=at: at) if not each.good])
    late = ["sweep: send messages"]
    assert wrong == [[], late, late, [*late, "sweep: watch calendar"]]


def test_broker_that_does_not_answer_is_named(beating, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ready() == (503, ["broker"])


def test_migration_that_is_not_applied_is_named(beating):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'journal')"
        )
    assert ready() == (503, ["migrations"])


def test_database_that_does_not_answer_is_named_and_the_process_still_lives(beating, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answers = {}

    def ask():  # a thread has a connection of its own, which cannot be opened
        answers["ready"] = Client().get("/readyz")
        answers["alive"] = Client().get("/healthz")
        answers["entries"] = Client(raise_request_exception=False).get("/api/v1/cpl/entries/")

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert answers["ready"].status_code == 503
    assert answers["ready"].json()["wrong"] == ["database"]
    assert answers["alive"].status_code == 200
    assert answers["entries"].status_code == 500
    assert answers["entries"]["Content-Type"] == "application/problem+json"


def test_application_s_own_role_may_not_change_the_journal(application_connection):
    with application_connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('journal_act', 'UPDATE, DELETE')")
        assert cursor.fetchone() == (False,)


def test_application_that_signs_in_as_the_owner_is_refused(db, settings):
    settings.DEBUG = False
    assert check_database_role(None, databases=["default"]) == []
    settings.DATABASE_APP_ROLE = connection.settings_dict["USER"]
    assert ids(check_database_role(None, databases=["default"])) == ["cpl.E007"]


@pytest.mark.django_db
def test_every_sweep_of_the_beat_gives_the_sign_of_life_that_readiness_looks_for():
    for entry in app.conf.beat_schedule.values():
        app.loader.import_default_modules()
        Heartbeat.objects.all().delete()
        app.tasks[entry["task"]].apply(throw=True)
        assert Heartbeat.objects.get().sweep in longest_silence(), entry["task"]


def test_numbers_are_given_to_whoever_brings_the_token_and_hidden_from_all_others(db, settings):
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "only-for-the-tests"},
        {"Authorization": "Bearer é"},
    ):
        assert Client().get("/metrics", headers=headers).status_code == 404
    assert Client().get("/metrics", headers=TOKEN).status_code == 200
    settings.METRICS_TOKEN = ""
    for said in ("Bearer ", "Bearer"):
        assert Client().get("/metrics", headers={"Authorization": said}).status_code == 404


def test_numbers_tell_of_the_list_its_duties_and_its_mail(beating):
    published.edition(2052)
    text = Client().get("/metrics", headers=TOKEN).content.decode()
    assert "cpl_newest_edition 2052.0" in text
    assert "cpl_outbox_waiting 0.0" in text
    assert "cpl_obligations_overdue 0.0" in text
    assert f"cpl_changes_awaiting_edition {ListChange.objects.approved().count()}.0" in text
    assert 'cpl_sweep_age_seconds{sweep="publish"}' in text
    assert "django_http_requests_total_by_method_total" in text


def ids(found: list[checks.CheckMessage]) -> list[str]:
    """Which checks speak."""
    return [each.id for each in found]


def test_production_does_not_start_with_settings_of_the_sample(settings):
    settings.DEBUG = True
    assert check_production_settings(None) == []
    settings.DEBUG = False
    settings.ENVIRONMENT_NAME = "sample"
    settings.SITE_URL = "http://cpl.example"
    settings.METRICS_TOKEN = "short"
    settings.FOUR_EYES = False
    assert ids(check_production_settings(None)) == ["cpl.E001", "cpl.E002", "cpl.E003", "cpl.W001"]
    settings.ENVIRONMENT_NAME = "production"
    settings.SITE_URL = "https://cpl.example"
    settings.METRICS_TOKEN = "x" * 32
    settings.FOUR_EYES = True
    assert check_production_settings(None) == []


def test_signing_key_that_others_may_read_stops_the_start(settings, tmp_path):
    key = tmp_path / "key.json"
    settings.SIGNING_KEY_FILE = str(key)
    assert ids(check_files(None)) == ["cpl.W002"]
    key.write_text("{}")
    key.chmod(0o644)
    assert ids(check_files(None)) == ["cpl.E008"]
    key.chmod(0o600)
    assert check_files(None) == []


def test_folder_of_editions_and_clause_register_have_to_be_where_they_are_said_to_be(settings, tmp_path):
    settings.EDITION_DIR = "editions"
    settings.CLAUSE_REGISTER = tmp_path / "clauses.toml"
    assert ids(check_files(None)) == ["cpl.E004", "cpl.E005"]


def test_address_of_the_authority_has_to_be_one(settings):
    assert check_addresses(None) == []
    settings.AUTHORITY_EMAIL = "nobody"
    assert ids(check_addresses(None)) == ["cpl.E006"]
    settings.DCC_SECOND_EMAIL = "nobody either"
    assert ids(check_addresses(None)) == ["cpl.E006", "cpl.E006"]


def test_address_that_is_called_for_the_dcc_is_a_safe_one_in_production(settings):
    settings.DEBUG = False
    for address in (
        "http://dcc.example/hook",
        "https://",
        "ftp://dcc.example",
        "https://me:secret@dcc.example/hook",
    ):
        settings.DCC_WEBHOOK_URL = address
        assert ids(check_addresses(None)) == ["cpl.E009"], address
    settings.DCC_WEBHOOK_URL = "https://dcc.example/hook?of=cpl"
    assert check_addresses(None) == []
    settings.DEBUG, settings.DCC_WEBHOOK_URL = True, "http://127.0.0.1:9000/hook"
    assert check_addresses(None) == []
