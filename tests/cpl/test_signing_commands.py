"""The commands an operator uses: make a key once, judge an edition."""

import gzip
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cpl import signing
from cpl.rendering import render_forms


def test_operator_makes_a_key_once_and_a_second_time_is_refused(tmp_path, settings):
    settings.SIGNING_KEY_FILE = str(tmp_path / "key.json")
    said = StringIO()
    call_command("make_signing_key", stdout=said)
    made = signing.load_signing_key(Path(settings.SIGNING_KEY_FILE))
    assert made.fingerprint in said.getvalue()
    assert made.public["environment"] == settings.ENVIRONMENT_NAME
    with pytest.raises(CommandError, match="never replaced"):
        call_command("make_signing_key")


def test_operator_without_a_place_for_the_key_is_told_what_to_set(settings):
    settings.SIGNING_KEY_FILE = ""
    with pytest.raises(CommandError, match="SIGNING_KEY_FILE"):
        call_command("make_signing_key")


def test_command_judges_an_edition_as_the_file_alone_does(tmp_path):
    key = signing.make_key_file(tmp_path / "key.json", environment="production")
    issued_at = datetime(2026, 12, 1, 14, 5, tzinfo=UTC)
    forms = render_forms([], edition=1, issued_on=issued_at.date())
    payload = signing.manifest_payload(
        environment="production",
        edition=1,
        issued_at=issued_at,
        previous_edition=None,
        previous_manifest_sha256=None,
        journal_seal=None,
        forms=forms,
    )
    (tmp_path / "manifest").write_bytes(signing.sign_manifest(payload, key))
    (tmp_path / "keys").write_bytes(signing.public_key_set([key.public]))
    edition = tmp_path / "list.csv"
    edition.write_bytes(gzip.decompress(forms[0].gzipped))
    arguments = [str(edition), "--manifest", str(tmp_path / "manifest"), "--key", str(tmp_path / "keys")]
    said = StringIO()
    call_command("verify_edition", *arguments, stdout=said)
    assert said.getvalue().startswith("Edition 0.001 is genuine and complete")
    edition.write_bytes(edition.read_bytes() + b"x")
    with pytest.raises(CommandError, match="NOT GENUINE"):
        call_command("verify_edition", *arguments)
