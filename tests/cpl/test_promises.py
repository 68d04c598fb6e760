"""Each promise is broken on purpose, as only a database owner with the guards off could, and is then counted."""

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cpl.models import DeviceModel, Edition, ListChange
from cpl.services import publication
from secgov.journal import services as journal
from secgov.journal.models import Heartbeat, Message, PromiseCheck
from ssc import promises
from tests.factories import casts, devices, publishing

NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
ISSUED = NOON + 31 * MINUTE
LATER = ISSUED + 60 * MINUTE


def received(settings, folder):
    """Make two listings, one of each generation, in an edition that everybody has and the DCC has received."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    publishing.listed(stage.cast)
    smets1 = devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, certificates=(), spec_version="1.2", gbcs_version="0.0",
        firmware_version="0A0B0C0D", image_hash="CD" * 32,
    )  # fmt: skip
    casts.eligible_combination(smets1)
    devices.approved(devices.proposed(smets1, stage.cast.secretariat), stage.cast.approver)
    [stage.edition] = publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    publication.record_pull(edition=stage.edition, client=stage.client, at=ISSUED + MINUTE)
    journal.seal_acts()
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(received)]


@pytest.fixture
def stage(world):
    """The two listings, in the edition that has been received."""
    return world


def broken(at=LATER, *, full=True):
    """The counters that are not zero."""
    return {name: number for name, number in promises.count_promises(at=at, full=full).items() if number}


def vandalise(sql, *tables, constraints=()):
    """Write as the owner, with the guards of some tables off; the test's transaction takes all of it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what is due to be checked must not hold up the owner
        for table, constraint in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        assert cursor.rowcount, "nothing was struck"


def test_whole_register_breaks_no_promise(stage):
    assert broken() == {}
    assert broken(full=False) == {}


def test_empty_register_breaks_no_promise(db):
    assert broken() == {}


def test_lost_entry_is_counted(stage):
    """I-1: the entry is gone, and the register pretends it never was."""
    vandalise(
        """
        WITH gone AS (DELETE FROM cpl_listingperiod WHERE device_model_id = 2),
             freed AS (UPDATE cpl_certificatecoverage SET device_model_id = NULL WHERE device_model_id = 2),
             moved AS (UPDATE cpl_paneldecision SET device_model_id = 1 WHERE device_model_id = 2)
        UPDATE cpl_listchange SET device_model_id = 1 WHERE entry_number = 2
        """,
        "cpl_listingperiod", "cpl_certificatecoverage", "cpl_listchange", "cpl_paneldecision",
    )  # fmt: skip
    vandalise("DELETE FROM cpl_devicemodel WHERE number = 2", "cpl_devicemodel")
    assert not DeviceModel.objects.filter(pk=2).exists()
    assert broken()["lost_entries"] == 1


def test_reserved_number_that_is_gone_is_counted(stage):
    vandalise(
        "UPDATE cpl_submission SET entry_number = NULL, relists_id = NULL WHERE entry_number = 2", "cpl_submission",
        constraints=[("cpl_submission", "cpl_submission_submitted_has_number")],
    )  # fmt: skip
    assert broken()["lost_entries"] == 1


def test_entry_cut_out_of_a_later_edition_is_counted(stage):
    """I-1: what one edition holds, every later one holds."""
    publishing.listed(stage.cast, at=LATER, firmware_version="05080608")
    vandalise("DELETE FROM cpl_listingperiod WHERE device_model_id = 2", "cpl_listingperiod")
    publishing.publish(LATER + 60 * MINUTE)
    assert broken(at=LATER + 61 * MINUTE)["lost_entries"] == 1


def test_period_that_no_change_opened_is_counted(stage):
    """I-2: listed by nobody."""
    vandalise("UPDATE cpl_listingperiod SET opened_by_change_id = NULL WHERE device_model_id = 2", "cpl_listingperiod",
              constraints=[("cpl_listingperiod", "cpl_listingperiod_beginning_known")])  # fmt: skip
    assert broken()["orphan_changes"] == 2, "the period has no change, and the change has no period"


def test_approved_change_that_an_edition_left_behind_is_counted(stage):
    """I-2: approved, and not in exactly one edition."""
    change = publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version="05080608")
    assert broken() == {}
    vandalise(
        f"UPDATE cpl_listchange SET approved_at = approved_at - interval '1 hour' WHERE id = {change.pk}",
        "cpl_listchange",
    )
    assert broken()["orphan_changes"] == 1


def test_late_obligation_without_an_alarm_is_counted(stage):
    """I-3: late in silence. With its alarm raised it is late, and no longer silent."""
    late = ISSUED + dt.timedelta(hours=25)
    assert broken(at=late) == {"silent_late": 1}
    journal.raise_alarms(at=late)
    assert broken(at=late) == {}


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE cpl_edition SET number = 7", "cpl_edition"),
        ("UPDATE cpl_edition SET manifest_sha256 = repeat('a', 64)", "cpl_edition"),
        ("UPDATE cpl_edition SET manifest = '{}'::bytea", "cpl_edition"),
        ("UPDATE cpl_editionform SET sha256 = repeat('a', 64) WHERE name = 'csv'", "cpl_editionform"),
        ("UPDATE cpl_editionform SET gzipped = '\\x00'::bytea WHERE name = 'full'", "cpl_editionform"),
        (
            "UPDATE cpl_editionform SET gzipped = overlay(gzipped placing '\\xff00ff00'::bytea from 30)",
            "cpl_editionform",
        ),
        ("DELETE FROM cpl_editionform WHERE name = 'full'", "cpl_editionform"),
        ("DELETE FROM cpl_editionform WHERE name = 'json'", "cpl_editionform"),
        ("UPDATE cpl_signingkey SET public_jwk = '{}'", "cpl_signingkey"),
        ("DELETE FROM cpl_publishedentry WHERE number = 2", "cpl_publishedentry"),
        ("UPDATE cpl_publishedentry SET record = record || '{\"status\": \"Removed\"}' WHERE number = 2", "cpl_publishedentry"),
    ],
    ids=[
        "number", "digest", "manifest", "form digest", "form bytes", "inner bytes", "form gone", "json gone", "key",
        "entry hidden", "entry changed",
    ],
)  # fmt: skip
def test_broken_edition_is_counted(stage, sql, table):
    """I-4: numbers, chain, signature, bytes, and the Website that shows them."""
    vandalise(sql, table)
    assert broken()["edition_breaks"] >= 1


def test_gap_in_the_numbers_is_counted(stage):
    publishing.listed(stage.cast, at=LATER, firmware_version="05080608")
    publishing.publish(LATER + 60 * MINUTE)
    assert broken(at=LATER + 61 * MINUTE) == {}
    vandalise("UPDATE cpl_edition SET number = 9 WHERE number = 2", "cpl_edition")
    assert broken(at=LATER + 61 * MINUTE)["edition_breaks"] >= 1


def test_witness_that_says_otherwise_is_counted(stage, settings):
    (settings.EDITION_DIR / "witness.json").write_text(
        json.dumps({"number": 1, "manifest_sha256": "ab" * 32})
    )
    assert broken() == {"edition_breaks": 1}
    (settings.EDITION_DIR / "witness.json").unlink()
    assert broken() == {"edition_breaks": 1}


def test_edition_that_nobody_places_is_counted(stage):
    publishing.listed(stage.cast, at=LATER, firmware_version="05080608")
    publication.build_next_edition(at=LATER + 31 * MINUTE)
    assert "edition_breaks" not in broken(at=LATER + 32 * MINUTE)
    assert broken(at=LATER + 60 * MINUTE)["edition_breaks"] == 1


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE journal_act SET reason = 'forged' WHERE verb = 'cpl.list_change.approved'", "journal_act"),
        ("UPDATE journal_seal SET sha256 = repeat('a', 64) WHERE previous_id IS NULL", "journal_seal"),
        ("UPDATE cpl_edition SET journal_seal_id = NULL", "cpl_edition"),
    ],
    ids=["act", "seal", "seal in the manifest"],
)
def test_broken_journal_is_counted(stage, sql, table):
    """I-5: an act that was changed, a seal that was changed, a manifest that carries another seal."""
    vandalise(sql, table)
    assert broken()["journal_breaks"] >= 1


def test_state_without_an_act_is_counted(stage):
    """I-5: the state was changed behind everybody's back."""
    vandalise("UPDATE cpl_assurancecertificate SET state = 'invalid'", "cpl_assurancecertificate")
    vandalise(
        "UPDATE cpl_listchange SET state = 'cancelled', cancelled_reason = 'x', edition_id = NULL WHERE entry_number = 1",
        "cpl_listchange",
    )
    assert broken()["journal_breaks"] >= 1


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        (
            "UPDATE cpl_assurancecertificate SET state = 'invalid' WHERE body = 'ZIGBEE'",
            "cpl_assurancecertificate",
        ),
        (
            "UPDATE cpl_assurancecertificate SET renews_on = '2026-11-30' WHERE body = 'NCSC'",
            "cpl_assurancecertificate",
        ),
        ("UPDATE cpl_certificatecoverage SET attested_at = NULL", "cpl_certificatecoverage"),
        ("UPDATE cpl_eligiblecombination SET ended_on = '2026-11-30'", "cpl_eligiblecombination"),
    ],
    ids=["not valid", "date passed", "model not named", "not eligible"],
)
def test_unlawful_listing_is_counted(stage, sql, table):
    """I-8: listed without what F2.1 asks, as of that instant."""
    vandalise(sql, table)
    assert broken()["unlawful_listing"] == 1


def test_override_with_a_reason_makes_a_smets1_listing_lawful(stage):
    vandalise("UPDATE cpl_eligiblecombination SET ended_on = '2026-11-30'", "cpl_eligiblecombination")
    vandalise("UPDATE cpl_submission SET eligibility_override = 'The Panel decided so.'", "cpl_submission")
    assert "unlawful_listing" not in broken()


def test_removal_without_its_gates_is_counted(stage):
    """I-9: a removal that cites no gate, or one passed after it; and one that no event stands behind."""
    change = ListChange.objects.get(entry_number=1)
    vandalise(
        f"UPDATE cpl_listchange SET kind = 'remove', clause = 'Z6.1', gates = '[]' WHERE id = {change.pk}",
        "cpl_listchange",
    )
    assert broken()["unlawful_removal"] == 2
    late = json.dumps([{"clause": "Z6.7", "asks": "Confirmed.", "met": True, "at": LATER.isoformat()}])
    vandalise(f"UPDATE cpl_listchange SET gates = '{late}' WHERE id = {change.pk}", "cpl_listchange")
    assert broken()["unlawful_removal"] == 2
    timely = json.dumps([{"clause": "Z6.7", "asks": "Confirmed.", "met": True, "at": NOON.isoformat()}])
    vandalise(f"UPDATE cpl_listchange SET gates = '{timely}' WHERE id = {change.pk}", "cpl_listchange")
    assert broken()["unlawful_removal"] == 1, "no event of a certificate stands behind it"


def test_listing_without_its_firmware_record_is_counted(stage):
    """I-10."""
    vandalise("UPDATE cpl_devicemodel SET firmware_record_id = NULL WHERE number = 1", "cpl_devicemodel")
    assert broken() == {"fir_gaps": 1}


def test_message_that_sleeps_or_died_unnoticed_is_counted(stage):
    """I-11."""
    message = Message.objects.first()
    Message.objects.filter(pk=message.pk).update(sent_at=None, next_attempt_at=LATER + 10 * MINUTE)
    assert broken() == {"stuck_messages": 1}
    Message.objects.filter(pk=message.pk).update(dead_at=LATER)
    assert broken() == {"stuck_messages": 1}
    journal.open_task(key=f"dead-message:{message.pk}", title="Not delivered", at=LATER)
    assert broken() == {}


def test_one_person_in_two_roles_is_counted(stage):
    """I-13: with four eyes on, one person did both, or the second was no Approver."""
    vandalise("UPDATE cpl_listchange SET approved_by_id = proposed_by_id WHERE entry_number = 1", "cpl_listchange",
              constraints=[("cpl_listchange", "cpl_listchange_two_people")])  # fmt: skip
    assert broken()["single_person_acts"] == 1
    vandalise(
        "UPDATE journal_act SET actor_role = 'Supplier' WHERE verb = 'cpl.list_change.approved'",
        "journal_act",
    )
    assert broken()["single_person_acts"] == 2


@pytest.mark.parametrize(
    "change",
    [
        "due_at = due_at - interval '1 second'",
        "elapsed_seconds = 3600",
        "opened_at = opened_at + interval '1 minute'",
    ],
)
def test_24_hours_of_another_length_are_counted(stage, change):
    """I-14."""
    vandalise(f"UPDATE journal_obligation SET {change} WHERE clause = 'F2.9'", "journal_obligation")
    assert broken()["wrong_24h"] >= 1


def test_receipt_without_its_24_hours_is_counted(stage):
    vandalise("DELETE FROM journal_obligation WHERE clause = 'F2.9'", "journal_obligation")
    assert broken() == {"wrong_24h": 1}


# --- the command -------------------------------------------------------------------------------


def test_command_prints_a_row_for_each_promise_and_keeps_the_result(stage, capsys):
    call_command("check_promises", "--full")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["I-1", "lost_entries", "0"]
    assert [line.split()[1] for line in lines[:-1]] == list(promises.INVARIANTS)
    assert f"All {len(promises.INVARIANTS)} promises hold" in lines[-1]
    kept = PromiseCheck.objects.get()
    assert kept.full and not kept.broken and set(kept.counters) == set(promises.INVARIANTS)


def test_command_fails_where_a_promise_is_broken(stage, settings):
    (settings.EDITION_DIR / "witness.json").unlink()
    with pytest.raises(CommandError, match=f"1 of {len(promises.INVARIANTS)} promises are broken"):
        call_command("check_promises")
    assert PromiseCheck.objects.get().broken == {"edition_breaks": 1}


def test_bytes_checked_before_are_not_read_again_without_full(stage):
    """Nightly the new editions are read; `--full` reads them all."""
    PromiseCheck.objects.create(ran_at=ISSUED + dt.timedelta(days=2), seconds=0, counters={})
    vandalise("UPDATE cpl_editionform SET gzipped = '\\x00'::bytea WHERE name = 'csv'", "cpl_editionform")
    soon = ISSUED + dt.timedelta(minutes=30)
    assert "edition_breaks" not in broken(at=soon, full=False)
    assert broken(at=soon)["edition_breaks"] == 1


def test_sweep_runs_by_name_and_leaves_its_sign_of_life(stage, capsys):
    call_command("sweep", "ssc.check_promises")
    assert Heartbeat.objects.filter(sweep="check promises").exists()
    assert "ssc.check_promises ran as of" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"There are: .*ssc\.check_promises, "):
        call_command("sweep", "nonsense")
    assert Edition.objects.count() == 1
