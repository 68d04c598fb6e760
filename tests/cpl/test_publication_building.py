"""From approved changes to an edition: its number, its bytes, its proof (Section F2.8)."""

import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings as live_settings
from django.core.management import CommandError, call_command
from django.db import connection

from cpl.models import Edition, ListChange, PublicationRequest, PublishedEntry, SigningKey
from cpl.rendering import render_forms
from cpl.services import publication
from cpl.services.edition_rows import edition_rows
from cpl.services.publication.witness import read_witness
from cpl.signing import SigningKeyUnusable, public_key_set
from secgov import verify
from secgov.errors import NotPermitted, Refusal
from secgov.journal.models import Act, Obligation, Seal, Task
from tests.factories import devices, people, publishing

pytestmark = pytest.mark.django_db
NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
AFTER_WINDOW = NOON + 31 * MINUTE


@pytest.fixture
def stage(settings, tmp_path):
    """Everybody whom a publication needs, and a key to sign with."""
    publishing.signing_key(settings, tmp_path)
    return publishing.stage()


def file_of(edition, form):
    """The file of an edition's form in the folder of editions."""
    return Path(live_settings.EDITION_DIR) / publication.file_name(edition.number, form)


def entries(edition):
    """The statuses that an edition says, by entry."""
    return {entry["entry"]: entry["status"] for entry in publication.entries_of(edition)}


@pytest.mark.clause("F2.1")
def test_empty_system_issues_an_empty_valid_numbered_edition(stage):
    [edition] = publishing.publish(NOON, at_once=True)
    assert str(edition) == "0.001"
    assert edition.current_entries == edition.removed_entries == 0
    assert publishing.publish(NOON + MINUTE, at_once=True) == []
    keys = verify.read_keys(public_key_set(SigningKey.objects.values_list("public_jwk", flat=True)))
    manifest = verify.check_manifest(bytes(edition.manifest), keys=keys)
    claim = verify.check_file(file_of(edition, "csv").read_bytes(), manifest)
    assert claim.rows == 0


@pytest.mark.clause("F2.8-0")
def test_changes_gather_for_the_window_into_one_edition(stage):
    first = publishing.listed(stage.cast)
    second = publishing.listed(stage.cast, at=NOON + 20 * MINUTE, firmware_version="05080608")
    assert publishing.publish(NOON + 29 * MINUTE) == []
    [edition] = publishing.publish(NOON + 30 * MINUTE)
    assert set(edition.changes.all()) == {first, second}
    assert entries(edition) == {"000001": "Current", "000002": "Current"}
    assert publishing.publish(NOON + 90 * MINUTE) == []


@pytest.mark.clause("F2.8-0")
def test_window_never_runs_past_the_earliest_due_instant(stage, settings):
    """Approved on Tuesday at noon, due at the end of Wednesday: a window of days is cut to a quarter of an hour before."""
    settings.EDITION_WINDOW_MINUTES = 60 * 24 * 3
    publishing.listed(stage.cast)
    due = dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
    assert publication.next_edition().due_at == due - 15 * MINUTE


@pytest.mark.clause("F2.8(a)", "F2.8-0")
def test_every_change_is_issued_once_with_an_act_and_its_edition(stage):
    change = publishing.listed(stage.cast)
    [edition] = publishing.publish(AFTER_WINDOW)
    connection.check_constraints()  # the deferred guard: no state changes without an act
    change = ListChange.objects.get(pk=change.pk)
    assert (change.state, change.edition) == ("issued", edition)
    assert Act.objects.filter(verb="cpl.list_change.issued", subject_id=str(change.pk)).count() == 1
    assert Act.objects.get(verb="cpl.edition.issued").clause == "F2.8"


@pytest.mark.clause("F2.8(a)")
def test_editions_are_numbered_on_and_each_names_its_predecessor_and_the_newest_seal(stage):
    publishing.listed(stage.cast)
    [first] = publishing.publish(AFTER_WINDOW)
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    [second] = publishing.publish(NOON + 91 * MINUTE)
    assert (first.number, second.number) == (1, 2)
    payload = json.loads(verify._base64url(json.loads(bytes(second.manifest))["payload"], "", ""))
    assert payload["previous"] == {"edition": "0.001", "manifest_sha256": first.manifest_sha256}
    assert payload["environment"] == "test"
    assert payload["journal_seal"] == second.journal_seal.sha256
    assert second.journal_seal == Seal.objects.first()


@pytest.mark.clause("F2.8(a)")
def test_earlier_editions_keep_their_bytes_when_a_later_one_is_issued(stage):
    publishing.listed(stage.cast)
    [first] = publishing.publish(AFTER_WINDOW)
    before = {form.name: (form.sha256, bytes(form.gzipped)) for form in first.forms.all()}
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    publishing.publish(NOON + 91 * MINUTE)
    assert {form.name: (form.sha256, bytes(form.gzipped)) for form in first.forms.all()} == before
    assert entries(first) == {"000001": "Current"}


@pytest.mark.clause("F2.8(b)")
def test_website_shows_exactly_the_edition_whose_files_stand(stage):
    publishing.listed(stage.cast)
    [edition] = publishing.publish(AFTER_WINDOW)
    entry = PublishedEntry.objects.get()
    assert (entry.number, entry.status, entry.manufacturer_name) == (1, "Current", "Tarnwick Gas Meters")
    assert entry.record == next(iter(publication.entries_of(edition)))
    assert entry.listed_on == dt.date(2026, 12, 1)
    assert read_witness(live_settings.EDITION_DIR).manifest_sha256 == edition.manifest_sha256
    for form in edition.forms.all():
        stands = file_of(edition, form.name).read_bytes()
        assert stands == gzip.decompress(bytes(form.gzipped)) and len(stands) == form.length
        assert Path(f"{file_of(edition, form.name)}.gz").read_bytes() == bytes(form.gzipped)
    assert file_of(edition, "manifest").read_bytes() == bytes(edition.manifest)
    limb = edition.limbs.get(limb="website")
    assert limb.done_at == AFTER_WINDOW
    assert Obligation.objects.get(clause="F2.8(b)").discharged_at == AFTER_WINDOW


def test_only_what_differs_is_written_when_the_website_switches(stage):
    publishing.listed(stage.cast)
    [first] = publishing.publish(AFTER_WINDOW)
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    [second] = publishing.publish(NOON + 91 * MINUTE)
    changed_by = dict(PublishedEntry.objects.values_list("number", "edition__number"))
    assert changed_by == {1: first.number, 2: second.number}


def test_same_rows_give_the_same_bytes(stage):
    publishing.listed(stage.cast)
    [edition] = publishing.publish(AFTER_WINDOW)
    rows = edition_rows(on=dt.date(2026, 12, 1))
    again = render_forms(rows, edition=1, issued_on=dt.date(2026, 12, 1))
    assert {form.name: form.raw_sha256 for form in again} == dict(edition.forms.values_list("name", "sha256"))


# --- publish now -------------------------------------------------------------------------------


def test_publish_now_does_not_wait_for_the_window(stage):
    publishing.listed(stage.cast)
    publication.request_publication(
        by=stage.cast.secretariat, at=NOON + MINUTE, reason="The meter is installed today."
    )
    [edition] = publishing.publish(NOON + 2 * MINUTE)
    assert edition.changes.count() == 1
    assert Act.objects.get(verb="cpl.publication.requested").reason == "The meter is installed today."


def test_an_answered_request_does_not_shorten_the_next_window(stage):
    publishing.listed(stage.cast)
    publication.request_publication(by=stage.cast.secretariat, at=NOON + MINUTE, reason="Now.")
    publishing.publish(NOON + 2 * MINUTE)
    publishing.listed(stage.cast, at=NOON + 10 * MINUTE, firmware_version="05080608")
    assert publishing.publish(NOON + 39 * MINUTE) == []
    assert len(publishing.publish(NOON + 40 * MINUTE)) == 1


def test_publish_now_without_a_change_is_refused(stage):
    publishing.publish(NOON, at_once=True)
    with pytest.raises(Refusal, match="No approved change waits"):
        publication.request_publication(by=stage.cast.secretariat, at=NOON + MINUTE, reason="Now.")


def test_publish_now_by_somebody_who_may_not_is_refused(stage):
    with pytest.raises(NotPermitted):
        publication.request_publication(by=stage.cast.manufacturer, at=NOON, reason="Now.")
    assert not PublicationRequest.objects.exists()


# --- the witness -------------------------------------------------------------------------------


def test_a_database_ahead_of_its_witness_heals_itself(stage):
    """Killed between the commit of the edition and its files: the next sweep writes them, and no number is skipped."""
    publishing.listed(stage.cast)
    edition = publication.build_next_edition(at=AFTER_WINDOW)
    assert not PublishedEntry.objects.exists() and not live_settings.EDITION_DIR.exists()
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    assert publication.build_next_edition(at=NOON + 91 * MINUTE) is None, (
        "the edition before has to be placed first"
    )
    [second] = publishing.publish(NOON + 91 * MINUTE)
    assert (edition.number, second.number) == (1, 2)
    assert Edition.objects.placed().count() == 2
    assert file_of(edition, "csv").exists()


def test_files_without_the_placement_are_placed_by_the_next_sweep(stage):
    publishing.listed(stage.cast)
    edition = publication.build_next_edition(at=AFTER_WINDOW)
    publication.place_edition(edition=edition, at=AFTER_WINDOW)
    assert publication.place_edition(edition=edition, at=AFTER_WINDOW + MINUTE) is False
    assert edition.limbs.get(limb="website").done_at == AFTER_WINDOW


def test_a_restored_older_database_refuses_to_issue_a_number_again(stage, settings):
    """The witness is ahead: what the database would call 0.001 may have been issued already."""
    publishing.listed(stage.cast)
    settings.EDITION_DIR.mkdir(parents=True)
    (settings.EDITION_DIR / "witness.json").write_text(
        json.dumps({"number": 7, "manifest_sha256": "ab" * 32})
    )
    with pytest.raises(Refusal, match=r"edition 0\.007 was issued; the database holds none"):
        publishing.publish(AFTER_WINDOW)
    assert not Edition.objects.exists()
    assert Task.objects.get(key="publication:witness").closed_at is None


def test_a_witness_that_names_another_manifest_stops_the_next_edition(stage, settings):
    publishing.listed(stage.cast)
    publishing.publish(AFTER_WINDOW)
    (settings.EDITION_DIR / "witness.json").write_text(
        json.dumps({"number": 1, "manifest_sha256": "ab" * 32})
    )
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    with pytest.raises(Refusal, match="another manifest"):
        publishing.publish(NOON + 91 * MINUTE)
    assert Edition.objects.count() == 1


def test_a_lost_witness_calls_a_person_who_can_restore_it(stage, settings):
    publishing.listed(stage.cast)
    [edition] = publishing.publish(AFTER_WINDOW)
    shutil.rmtree(settings.EDITION_DIR)
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    with pytest.raises(Refusal, match="holds no witness"):
        publishing.publish(NOON + 91 * MINUTE)
    assert Task.objects.filter(key="publication:witness", closed_at=None).exists()
    with pytest.raises(CommandError, match="newest edition"):
        call_command("restore_witness", "0.002", reason="The DCC was asked.")
    call_command("restore_witness", "0.001", reason="The DCC holds 0.001; asked by telephone.")
    assert file_of(edition, "csv").exists()
    assert len(publishing.publish(NOON + 91 * MINUTE)) == 1
    assert not Task.objects.filter(key="publication:witness", closed_at=None).exists()


# --- the key -----------------------------------------------------------------------------------


def test_without_a_key_nothing_is_issued_and_a_person_is_called(stage, settings):
    settings.SIGNING_KEY_FILE = ""
    publishing.listed(stage.cast)
    with pytest.raises(SigningKeyUnusable):
        publishing.publish(AFTER_WINDOW)
    assert not Edition.objects.exists()
    assert ListChange.objects.approved().count() == 1
    assert Task.objects.filter(key="publication:signing-key", closed_at=None).exists()


def test_a_second_key_that_the_first_did_not_sign_is_refused(stage, settings, tmp_path):
    publishing.listed(stage.cast)
    publishing.publish(AFTER_WINDOW)
    (tmp_path / "other").mkdir()
    publishing.signing_key(settings, tmp_path / "other")
    publishing.listed(stage.cast, at=NOON + 60 * MINUTE, firmware_version="05080608")
    with pytest.raises(SigningKeyUnusable, match="not the one that signed before"):
        publishing.publish(NOON + 91 * MINUTE)
    assert Edition.objects.count() == 1 and SigningKey.objects.count() == 1


def test_a_key_of_another_environment_is_refused(stage, settings):
    settings.ENVIRONMENT_NAME = "production"
    publishing.listed(stage.cast)
    with pytest.raises(SigningKeyUnusable, match="never vouches"):
        publishing.publish(AFTER_WINDOW)


def test_a_clock_that_went_back_does_not_make_an_edition_older_than_its_predecessor(stage):
    publishing.listed(stage.cast)
    [first] = publishing.publish(AFTER_WINDOW)
    publishing.listed(stage.cast, at=NOON - 5 * MINUTE, firmware_version="05080608")
    [second] = publishing.publish(AFTER_WINDOW - MINUTE)
    assert second.issued_at == first.issued_at + dt.timedelta(seconds=1)


def test_publish_edition_issues_at_once_and_says_what(stage, capsys):
    people.person()  # somebody else changes nothing
    publishing.listed(stage.cast)
    call_command("publish_edition")
    call_command("publish_edition")
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "Edition 0.001 is issued: 1 Current, 0 Removed.",
        "Nothing waits to be issued.",
    ]
