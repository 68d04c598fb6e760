"""What the database itself refuses, whoever asks: direct SQL with the application's own role, and with the owner's."""

import re
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import DatabaseError

from cpl.models import Submission
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.grants import INSERT_ONLY_TABLES
from secgov.journal.models import Act, Seal, SealedAct
from tests.factories import casts, devices

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listed(transactional_db):
    """One entry, listed in committed transactions, with its acts sealed."""
    cast = casts.cast()
    change = devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    journal.seal_acts()
    return change


@pytest.fixture
def role(application_url):
    """A connection as the application's role. Permission is refused before any row is looked for, so none is needed."""
    with closing(psycopg2.connect(application_url)) as opened:
        yield opened


@pytest.mark.parametrize("table", INSERT_ONLY_TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_applications_role_may_not_touch_what_is_insert_only(role, table, statement):
    with role.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", [table]
        )
        column = cursor.fetchone()[0]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement.format(table, column, column))
    role.rollback()


def test_no_code_locks_rows_that_the_applications_role_may_not_change():
    # The database refuses that lock; these tests run as the owner, whom it lets.
    names = "|".join(each.__name__ for each in apps.get_models() if each._meta.db_table in INSERT_ONLY_TABLES)
    locks = re.compile(rf"\b(?:{names})\.objects(?:\.\w+\([^()]*\))*\s*\.select_for_update\(")
    files = [
        file for folder in ("secgov", "firmware_repo", "cpl", "ssc") for file in (ROOT / folder).rglob("*.py")
    ]
    assert locks.search("Act.objects.filter(pk=1).select_for_update()")
    assert [file.name for file in files if locks.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "table",
    ["cpl_devicemodel", "cpl_listingperiod", "cpl_listchange", "cpl_submission", "cpl_assurancecertificate",
     "firmware_repo_manufacturer", "firmware_repo_firmwarerecord", "journal_obligation", "journal_message", "accounts_user"],
)  # fmt: skip
@pytest.mark.clause("Z6.11-1")
def test_the_applications_role_may_delete_no_entry_and_nothing_that_hangs_on_it(role, table):
    with role.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(f"DELETE FROM {table}")
    role.rollback()


def test_the_applications_role_may_not_change_the_schema(role):
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE journal_act DISABLE TRIGGER ALL",
        "DROP TABLE journal_act",
    ):
        with role.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
        role.rollback()


@pytest.mark.clause("Z6.11-1")
def test_even_the_owner_deletes_no_entry(listed):
    with (
        pytest.raises(DatabaseError, match="Cannot delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM cpl_devicemodel")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cpl_devicemodel")
        assert cursor.fetchone() == (1,)


def test_even_the_owner_changes_no_act(listed):
    for statement in ("UPDATE journal_act SET reason = 'another'", "DELETE FROM journal_act"):
        with (
            pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_state_changed_without_an_act_is_refused_at_commit(listed):
    with pytest.raises(DatabaseError, match="without an act"):
        Submission.objects.update(state="withdrawn")
    assert Submission.objects.get().state == "accepted"


def test_a_state_changed_with_its_act_in_the_same_transaction_stands(listed):
    with transaction.atomic():
        submission = Submission.objects.get()
        Submission.objects.update(state="withdrawn")
        journal.record(
            actor=SYSTEM, at=devices.NOON, verb="test.withdrawn", subject=submission, reason="A test."
        )
    assert Submission.objects.get().state == "withdrawn"


def test_an_act_of_another_transaction_does_not_excuse_a_change(listed):
    journal.record(
        actor=SYSTEM,
        at=devices.NOON,
        verb="test.withdrawn",
        subject=Submission.objects.get(),
        reason="A test.",
    )
    with pytest.raises(DatabaseError, match="without an act"):
        Submission.objects.update(state="withdrawn")


@pytest.mark.django_db
@pytest.mark.clause("TR-10")
def test_seals_chain_every_act_once_and_a_second_run_seals_nothing(db):
    cast = casts.cast()
    devices.submitted(cast.manufacturer, cast.maker)
    first = journal.seal_acts()
    assert first.acts == Act.objects.count() == SealedAct.objects.count()
    assert journal.seal_acts() is None
    devices.draft(cast.manufacturer, cast.maker)
    second = journal.seal_acts()
    assert second.previous == first and Seal.objects.count() == 2
    assert journal.verify_seals() == []


@pytest.mark.django_db
def test_a_changed_act_breaks_its_seal_and_names_it(db):
    cast = casts.cast()
    devices.draft(cast.manufacturer, cast.maker)
    seal = journal.seal_acts()
    connection.check_constraints()  # no trigger may be pending on a table that is altered
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        cursor.execute("UPDATE journal_act SET reason = 'something else'")
    assert journal.verify_seals() == [f"Seal {seal.pk} does not fit its {seal.acts} acts."]


@pytest.mark.django_db
@pytest.mark.clause("F2-0", "TR-10")
def test_an_act_under_a_clause_names_the_text_of_the_code_in_force(settings):
    settings.RULE_VERSION = "Section F 11.0 as of MP209"
    cast = casts.cast()
    devices.submitted(cast.manufacturer, cast.maker)
    act = Act.objects.get(verb="cpl.submission.submitted")
    assert (act.clause, act.rule_version) == ("F2.17", "Section F 11.0 as of MP209")
    assert act.actor == cast.manufacturer and act.actor_organisation == cast.maker.name and act.reason


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cpl_devicemodel SET firmware_version = '00000000'",
        "UPDATE cpl_devicemodel SET image_hash = repeat('0', 64)",
        "UPDATE cpl_listingperiod SET closed_known_by = now()",
        "UPDATE cpl_assurancecertificate SET renews_on = renews_on + 1",
        "UPDATE cpl_assurancecertificate SET sc_version = '9.9'",
    ],
)
@pytest.mark.clause("Z2.1(h)(iii)")
def test_what_the_list_says_changes_only_with_an_act(listed, statement):
    with pytest.raises(DatabaseError, match="changed without an act"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_membership SET role = 'approver'",
        "UPDATE accounts_membership SET began_at = now()",
        "UPDATE journal_notice SET title = 'something else'",
        "UPDATE journal_notice SET given_at = given_at - interval '1 day'",
    ],
)
def test_what_was_told_and_who_held_which_role_never_changes_whoever_asks(listed, statement):
    journal.give_notice(
        organisation_id=listed.submission.organisation_id, recipients=[], template="cpl/listed", context={}, title="Told.",
        clause="F2.8(c)", subject=listed, key="told", at=devices.NOON, mailed_later=True,
    )  # fmt: skip
    with (
        pytest.raises(DatabaseError, match="Cannot update"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_applications_role_may_end_a_signing_key_but_not_change_it(role):
    with role.cursor() as cursor:
        cursor.execute("UPDATE cpl_signingkey SET valid_to = now()")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("UPDATE cpl_signingkey SET public_jwk = '{}'")
    role.rollback()


@pytest.mark.django_db
@pytest.mark.clause("TR-10")
def test_whom_to_ask_at_the_manufacturer_is_in_no_act(db):
    cast = casts.cast()
    devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    for act in Act.objects.all():
        told = f"{act.reason} {act.before} {act.after}"
        assert "firmware@tarnwick.example" not in told and "960114" not in told and "Gas Lane" not in told, (
            act.verb
        )


@pytest.mark.django_db
def test_the_applications_role_forgets_wrong_passwords_of_long_ago(role):
    """Whoever signs in clears away the tries that have expired; what it may not clear would shut everybody out."""
    with role.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'axes\\_%'")
        tables = [name for (name,) in cursor.fetchall()]
        assert "axes_accessattempt" in tables
        for table in tables:
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'DELETE')", [table])
            assert cursor.fetchone() == (True,), table
    role.rollback()
