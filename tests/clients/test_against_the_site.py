"""The client that we hand over, and the commands that we print, against the system as it runs."""

import datetime as dt
import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cpl_client import NotGenuine, Refused
from django.core.management.base import CommandError
from django.test import Client as Browser

from cpl.management.commands.make_fixture_editions import Command as MakeFixture
from cpl.models import Receipt
from cpl.services import publication
from cpl.services.loading import held_back
from cpl.signing import make_key_file, public_key_set
from secgov import verify
from secgov.journal import clock
from secgov.journal.actors import SYSTEM
from tests.clients.conftest import SECRET

CLIENT = Path(__file__).parents[2] / "clients"


def test_verifier_of_the_client_is_the_system_s_own():
    ours = Path(verify.__file__).read_bytes()
    theirs = (CLIENT / "src" / "cpl_client" / "verify.py").read_bytes()
    assert ours == theirs, "run: cp secgov/verify.py clients/src/cpl_client/verify.py"


@pytest.mark.clause("F2.9-1", "F2.9-2")
def test_edition_is_pulled_proven_held_and_acknowledged(site):
    dcc = site.client()
    dcc.trust(site.fingerprint)
    first = dcc.pull(("json", "csv", "full"))
    assert (first.edition, first.new) == ("0.001", True)
    assert Receipt.objects.get().by_pull
    assert dcc.acknowledge("loaded")["recorded"] is True
    assert dcc.acknowledge("loaded")["recorded"] is False
    assert not dcc.pull().new

    second = site.issue("05080608")
    changed = dcc.pull()
    assert (changed.edition, changed.by_changes, changed.manifest_sha256) == (
        "0.002",
        True,
        second.manifest_sha256,
    )
    whole = Browser().get("/api/v1/cpl/editions/0.002/json").content
    assert changed.paths["json"].read_bytes() == whole
    assert dcc.verify().edition == "0.002" and dcc.freshness().is_current

    entry = f"{second.changes.get().entry_number:06d}"
    assert dcc.acknowledge("loaded_in_part", {entry: "Not known to the DSP"})["state"] == "loaded_in_part"
    assert held_back(entry).reason == "Not known to the DSP"
    with pytest.raises(Refused) as caught:
        dcc.acknowledge("loaded_in_part", {"999999": "No such entry"})
    assert caught.value.status == 422 and caught.value.problem["clause"] == "F2.9"


def test_next_key_is_followed_and_another_s_is_not(site, settings, tmp_path):
    dcc = site.client()
    dcc.trust(site.fingerprint)
    dcc.pull()
    following = make_key_file(tmp_path / "next.json", environment=settings.ENVIRONMENT_NAME)
    publication.announce_next_key(
        public=following.public,
        announced_days=14,
        overlap_days=14,
        actor=SYSTEM,
        at=clock.now() - dt.timedelta(days=15),
    )
    settings.SIGNING_KEY_FILE = str(tmp_path / "next.json")
    site.issue("05080608")
    assert dcc.pull().edition == "0.002" and dcc.verify().signed_by == following.fingerprint

    site.issue("05080609")
    stranger = make_key_file(tmp_path / "stranger.json", environment=settings.ENVIRONMENT_NAME)
    (tmp_path / "held" / "anchor.json").write_bytes(public_key_set([stranger.public]))
    with pytest.raises(NotGenuine) as caught:
        dcc.pull()
    assert caught.value.check == "signature"
    assert json.loads((tmp_path / "held" / "state.json").read_text())["edition"] == "0.002"


@pytest.mark.usefixtures("true_clock")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_commands_of_the_page_do_what_it_says(site, tmp_path):
    page = Browser().get("/guidance/integrate/").content.decode()
    blocks = [html.unescape(each) for each in re.findall(r'<pre class="commands">(.*?)</pre>', page, re.S)]
    assert len(blocks) == 7
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CLIENT / "src"),
        "CPL_CLIENT_ID": site.application.client_id,
        "CPL_CLIENT_SECRET": SECRET,
        "CPL_FINGERPRINT": site.fingerprint,
    }
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + "\n".join(blocks)],
        env=environment, cwd=work, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for said in (
        "Edition 0.001 is genuine and complete",
        '"state":"loaded"',
        "\n304\n",
        '"since":"0.001"',
        "is trusted from now on",
        "Edition 0.001 is new.",
        "Edition 0.001 loaded: known already.",
        "Edition 0.001 is the newest. Edition 0.001 is held.",
    ):
        assert said in done.stdout, said
    assert {receipt.kind for receipt in Receipt.objects.all()} == {"received", "loaded"}


def test_fixture_can_be_made_anew_and_is_of_a_test_environment_only(tmp_path):
    made = tmp_path / "fixture"
    MakeFixture().handle(folder=made, environment="integration")
    manifest = made / "0.003" / "manifest.json"
    files = [made / "0.003" / name for name in ("cpl.csv", "cpl-full.csv", "cpl.json")]
    judged = {"manifest": manifest, "key": made / "keys.json", "at": dt.datetime(2026, 12, 4, tzinfo=dt.UTC)}
    assert verify.verify_files(files, **judged).edition == "0.003"
    with pytest.raises(verify.NotGenuine, match="test list"):
        verify.verify_files(files, **judged, environment="production")
    kept = CLIENT / "tests" / "fixture"
    assert sorted(each.relative_to(made) for each in made.rglob("*")) == sorted(
        each.relative_to(kept) for each in kept.rglob("*")
    )
    assert (made / "0.002" / "cpl.json").read_bytes() == (kept / "0.002" / "cpl.json").read_bytes()
    assert not any(b'"d":' in each.read_bytes() for each in kept.rglob("*") if each.is_file())


def test_fixture_is_never_made_for_the_real_list_nor_over_another(tmp_path):
    with pytest.raises(CommandError, match="real list"):
        MakeFixture().handle(folder=tmp_path / "fixture", environment="production")
    with pytest.raises(CommandError, match="exists already"):
        MakeFixture().handle(folder=tmp_path, environment="integration")
    assert not (tmp_path / "fixture").exists()
