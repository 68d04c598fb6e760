"""What proves an edition besides its manifest: hourly statements of the newest one, and keys that follow one another."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cpl import promises, signing
from cpl.models import FreshnessStatement, SigningKey
from cpl.services import publication
from cpl.tasks import state_freshness
from secgov import verify
from secgov.journal.models import Heartbeat, Task
from tests.factories import devices, publishing


def edition_out(settings, folder):
    """Everybody whom a publication needs, a key to sign with, and an edition."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage()
    publishing.listed(stage.cast)
    [made] = publishing.publish(NOON + HOUR)
    return stage, made


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(edition_out)]
NOON = devices.NOON
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def stage(world):
    return world[0]


@pytest.fixture
def edition(world):
    return world[1]


def get(address, **more):
    return Client().get(f"/api/v1/{address}", **more)


def trusted():
    return verify.read_keys(get("keys/").content)


@pytest.mark.clause("F2.9-1")
def test_statement_is_signed_with_the_edition_and_then_every_hour(edition):
    assert FreshnessStatement.objects.get().edition == edition
    assert publication.state_freshness(at=NOON + 2 * HOUR - MINUTE) is None
    made = publication.state_freshness(at=NOON + 2 * HOUR)
    assert made.valid_until == NOON + 28 * HOUR
    assert publication.state_freshness(at=NOON + 2 * HOUR) is None


@pytest.mark.clause("F2.9-1")
def test_offline_verifier_takes_what_the_site_serves_and_refuses_it_once_it_has_run_out(edition, tmp_path):
    for name, address in (("csv", "csv"), ("manifest", "manifest")):
        (tmp_path / name).write_bytes(get(f"cpl/editions/latest/{address}").content)
    (tmp_path / "keys").write_bytes(get("keys/").content)
    (tmp_path / "fresh").write_bytes(get("cpl/freshness").content)
    given = {
        "manifest": tmp_path / "manifest", "key": tmp_path / "keys", "freshness": tmp_path / "fresh",
        "state": tmp_path / "state",
    }  # fmt: skip
    assert verify.verify_files([tmp_path / "csv"], **given, at=NOON + 26 * HOUR).edition == "0.001"
    with pytest.raises(verify.NotGenuine, match="ran out"):
        verify.verify_files([tmp_path / "csv"], **given, at=NOON + 27 * HOUR)


def test_old_manifest_is_refused_by_the_statement_that_the_site_serves_now(stage, edition):
    old = get("cpl/editions/0.001/manifest").content
    publishing.listed(stage.cast, at=NOON + 2 * HOUR, firmware_version="05080608")
    publishing.publish(NOON + 3 * HOUR)
    keys = trusted()
    fresh = get("cpl/freshness").content
    with pytest.raises(verify.NotGenuine, match="an old manifest is being replayed"):
        verify.check_freshness(fresh, verify.check_manifest(old, keys=keys), keys=keys, at=NOON + 3 * HOUR)
    new = verify.check_manifest(get("cpl/editions/latest/manifest").content, keys=keys)
    verify.check_freshness(fresh, new, keys=keys, at=NOON + 3 * HOUR)


def test_statement_is_served_as_its_bytes_under_a_tag(edition):
    answer = get("cpl/freshness")
    assert answer["Content-Type"] == "application/jose+json"
    assert answer.content == bytes(FreshnessStatement.objects.get().statement)
    assert get("cpl/freshness", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_without_an_edition_there_is_no_statement(db):
    assert publication.state_freshness(at=NOON) is None
    assert get("cpl/freshness").status_code == 404


def test_worker_without_its_key_calls_a_person_and_stays_alive(edition, settings):
    settings.SIGNING_KEY_FILE = ""
    state_freshness()
    assert Task.objects.filter(key="publication:signing-key", closed_at=None).exists()
    assert Heartbeat.objects.get(sweep="state freshness").handled == 0


def test_statement_that_says_otherwise_is_found_by_check_promises(edition, settings):
    key = signing.load_signing_key(Path(settings.SIGNING_KEY_FILE))
    said = signing.freshness_payload(
        environment=settings.ENVIRONMENT_NAME, edition=1, manifest_sha256="ab" * 32, at=NOON + HOUR
    )
    FreshnessStatement.objects.create(
        edition=edition, signing_key_id=key.fingerprint, made_at=NOON + HOUR, valid_until=NOON + 27 * HOUR,
        statement=signing.sign_freshness(said, key),
    )  # fmt: skip
    assert promises.count_promises(at=NOON + HOUR, full=True)["edition_breaks"] == 1


# --- one key after another ---------------------------------------------------------------------


@pytest.fixture
def rotated(edition, tmp_path, monkeypatch):
    """The next key, announced at 14:00: it signs from a fortnight later on, and the former one for a week more."""
    monkeypatch.setattr("cpl.management.commands.rotate_signing_key.now", lambda: NOON + 2 * HOUR)
    path = tmp_path / "next.json"
    call_command("rotate_signing_key", str(path), announce=14, overlap=7)
    return path


def publish_another(stage, at):
    publishing.listed(stage.cast, at=at, firmware_version=f"0508{at.day:02d}{at.hour:02d}")
    [made] = publishing.publish(at + HOUR)
    return made


def test_next_key_is_published_with_the_signature_of_the_one_before(rotated):
    first = {
        name: key for name, key in trusted().items() if name == SigningKey.objects.earliest("valid_from").kid
    }
    newest, former = json.loads(get("keys/").content)["keys"]
    assert newest["kid"] == signing.load_signing_key(rotated).fingerprint
    assert (newest["valid_to"], former["valid_to"] is None) == (None, False)
    assert set(verify.follow_keys(first, get("keys/").content)) == {newest["kid"], former["kid"]}
    assert Task.objects.filter(key="publication:next-key", closed_at=None).exists()


def test_both_keys_sign_in_the_overlap_and_outside_of_it_one_alone(rotated, stage, settings):
    former, begins = settings.SIGNING_KEY_FILE, NOON + 2 * HOUR + 14 * DAY
    settings.SIGNING_KEY_FILE = str(rotated)
    with pytest.raises(signing.SigningKeyUnusable, match="signs only from"):
        publication.state_freshness(at=begins - MINUTE)
    settings.SIGNING_KEY_FILE = former
    assert publish_another(stage, begins + HOUR).signing_key.signed_by_predecessor is None
    settings.SIGNING_KEY_FILE = str(rotated)
    second = publish_another(stage, begins + 5 * HOUR)
    assert second.signing_key_id == signing.load_signing_key(rotated).fingerprint
    assert not Task.objects.filter(key="publication:next-key", closed_at=None).exists()
    settings.SIGNING_KEY_FILE = former
    with pytest.raises(signing.SigningKeyUnusable, match="signs nothing since"):
        publication.state_freshness(at=begins + 7 * DAY)
    assert promises.count_promises(at=begins + 7 * DAY, full=True)["edition_breaks"] == 0


def test_second_successor_of_one_key_is_refused_and_leaves_no_file(rotated, tmp_path):
    with pytest.raises(CommandError, match="has a successor already"):
        call_command("rotate_signing_key", str(tmp_path / "third.json"))
    assert not (tmp_path / "third.json").exists()
    with pytest.raises(CommandError, match="left as it is"):
        call_command("rotate_signing_key", str(rotated))
    assert SigningKey.objects.count() == 2
