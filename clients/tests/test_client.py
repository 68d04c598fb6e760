"""Pull, prove, keep, acknowledge; and every attack leaves what was held before."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cpl_client import Busy, NotGenuine, Refused, Transport, Unreachable, read_announcement
from cpl_client.delta import apply_changes
from cpl_client.verify import fingerprint
from fixture_site import FIXTURE

SOURCE = Path(__file__).parents[1] / "src"
MANIFEST = "cpl/editions/latest/manifest"


def test_first_pull_is_taken_whole_and_proven(client, site, held):
    pulled = client.pull(("json", "csv", "full"))
    assert (pulled.edition, pulled.new, pulled.by_changes) == ("0.001", True, False)
    for form, name in (("json", "cpl.json"), ("csv", "cpl.csv"), ("full", "cpl-full.csv")):
        assert pulled.paths[form].read_bytes() == (FIXTURE / "0.001" / name).read_bytes()
    assert client.verify().edition == "0.001"
    assert client.freshness().is_current


def test_next_edition_is_made_from_what_changed_byte_for_byte(client, site, held):
    client.pull()
    for edition in ("0.002", "0.003"):
        site.newest = edition
        site.asked.clear()
        pulled = client.pull()
        assert (pulled.edition, pulled.new, pulled.by_changes) == (edition, True, True)
        assert pulled.paths["json"].read_bytes() == (FIXTURE / edition / "cpl.json").read_bytes()
        assert not any(path.endswith("/json") for path in site.asked)
    assert sorted(each.name for each in (held.folder / "editions").iterdir()) == ["0.002", "0.003"]


def test_two_editions_at_once_and_many_pages_of_changes(client, site):
    client.pull()
    site.newest, site.page = "0.003", 1
    assert client.pull().by_changes
    assert len([path for path in site.asked if "changes" in path]) == 4


def test_same_edition_again_costs_no_bytes_and_another_form_is_added_to_it(client, site, held):
    client.pull()
    site.asked.clear()
    again = client.pull()
    assert not again.new and set(again.paths) == {"json"}
    assert not any("/0.001/" in path for path in site.asked)
    assert set(client.pull(("json", "csv")).paths) == {"json", "csv"}
    assert client.verify().edition == "0.001"


def test_files_that_somebody_took_away_are_taken_anew(client, site, held):
    pulled = client.pull()
    for path in pulled.paths["json"].parent.iterdir():
        path.unlink()
    pulled.paths["json"].parent.rmdir()
    assert client.pull().paths["json"].exists()
    assert client.verify().edition == "0.001"


def test_key_is_followed_to_the_one_that_it_signed(client, site):
    client.pull()
    site.newest = "0.003"  # signed by the next key
    assert client.pull().edition == "0.003"
    assert client.verify().edition == "0.003"


def test_key_that_nobody_signed_is_not_trusted(client, site):
    client.pull()
    site.newest = "0.003"
    keys = json.loads((FIXTURE / "keys.json").read_bytes())
    keys["keys"][0]["signed_by_predecessor"] = None
    site.answers["keys/"] = json.dumps(keys).encode()
    refused(client, "signature")


def test_fingerprint_that_the_site_does_not_publish_is_not_trusted(make, client):
    with pytest.raises(NotGenuine, match="no key with the fingerprint"):
        make().trust("nothing-like-it")
    second = json.loads((FIXTURE / "keys.json").read_bytes())["keys"][0]
    with pytest.raises(NotGenuine, match="Another key is trusted already"):
        make().trust(fingerprint(second["x"]))


def refused(client, check: str, forms=("json",), *, changes=False) -> None:
    """A pull is refused by that check, and what was held before is held still, whole."""
    with pytest.raises(NotGenuine) as caught:
        client.pull(forms, changes=changes)
    assert caught.value.check == check
    assert client.verify().edition == "0.001"


def change_a_byte(data: bytes) -> bytes:
    """The data with one byte changed in their middle."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_one_changed_byte_is_refused_in_every_form_and_in_the_manifest(client, site):
    client.pull()
    site.newest = "0.002"
    for form, name in (("json", "cpl.json"), ("csv", "cpl.csv"), ("full", "cpl-full.csv")):
        path = f"cpl/editions/0.002/{form}"
        site.answers[path] = change_a_byte((FIXTURE / "0.002" / name).read_bytes())
        refused(client, "digest", (form,))
        site.answers.clear()
    site.answers[MANIFEST] = change_a_byte((FIXTURE / "0.002" / "manifest.json").read_bytes())
    refused(client, "signature")


def test_data_without_end_and_a_bomb_are_given_up(client, site):
    client.pull()
    site.newest = "0.002"
    genuine = (FIXTURE / "0.002" / "cpl.json").read_bytes()
    for endless in (genuine + b" " * 100_000, gzip.compress(genuine + b" " * 100_000_000)):
        site.answers["cpl/editions/0.002/json"] = endless
        refused(client, "length")
    site.answers = {MANIFEST: b" " * 2_000_000}
    refused(client, "length")


def test_older_edition_is_refused_even_with_its_own_freshness(client, site, held):
    client.pull()
    site.newest = "0.002"
    client.pull()
    site.newest = "0.001"
    with pytest.raises(NotGenuine) as caught:
        client.pull()
    assert caught.value.check == "rollback"
    assert client.verify().edition == "0.002"


def test_old_manifest_beside_a_new_statement_is_a_replay(client, site):
    client.pull()
    site.answers[MANIFEST] = (FIXTURE / "0.001" / "manifest.json").read_bytes()
    site.newest = "0.002"
    refused(client, "freshness")


def test_time_that_stands_still_is_noticed(make, client):
    client.pull()
    with pytest.raises(NotGenuine, match="ran out") as caught:
        make(now=datetime(2100, 1, 1, tzinfo=UTC)).pull()
    assert caught.value.check == "freshness"


def test_files_of_two_editions_mixed_and_another_form_in_place_are_refused(client, site):
    client.pull()
    site.newest = "0.002"
    site.answers["cpl/editions/0.002/json"] = (FIXTURE / "0.001" / "cpl.json").read_bytes()
    refused(client, "edition")
    site.answers["cpl/editions/0.002/json"] = (FIXTURE / "0.002" / "cpl.csv").read_bytes()
    refused(client, "file")


def test_test_list_in_the_place_of_the_real_one_is_refused(make, client):
    with pytest.raises(NotGenuine) as caught:
        make(environment="production").pull()
    assert caught.value.check == "environment"


def test_stripped_signature_is_refused(client, site):
    client.pull()
    site.newest = "0.002"
    manifest = json.loads((FIXTURE / "0.002" / "manifest.json").read_bytes())
    site.answers[MANIFEST] = json.dumps(manifest | {"signatures": []}).encode()
    refused(client, "signature")


@pytest.mark.parametrize(
    "said",
    [
        b'{"results": [',
        b'{"results": [{"edition": "0.002"}], "next": null}',
        b"[]",
        b'{"results": [], "next": null}',
    ],
)
def test_changes_that_do_not_lead_to_the_signed_bytes_are_left_for_the_whole(client, site, said):
    client.pull()
    site.newest = "0.002"
    site.answers["cpl/changes/"] = said
    pulled = client.pull()
    assert (pulled.edition, pulled.by_changes) == ("0.002", False)
    assert pulled.paths["json"].read_bytes() == (FIXTURE / "0.002" / "cpl.json").read_bytes()


def test_change_that_takes_an_entry_out_is_obeyed():
    held = (FIXTURE / "0.001" / "cpl.json").read_bytes()
    made = apply_changes(held, [{"entry": "000002", "after": None}], edition="0.002", issued_on="2026-12-02")
    assert [each["entry"] for each in json.loads(made)["entries"]] == ["000001", "000003"]


# --- the way there -----------------------------------------------------------------------------------


def test_faults_that_pass_are_tried_again_with_growing_waits(make, site, client):
    waits: list[float] = []
    patient = make(sleep=waits.append)
    site.faults = [503, 429, 502]
    assert patient.pull().edition == "0.001"
    assert len(waits) == 3 and 1 <= waits[0] <= 2 <= waits[1] <= 4 <= waits[2] <= 8


def test_site_that_asks_to_wait_is_obeyed_within_reason(make, site, client):
    waits: list[float] = []
    site.faults = [
        lambda handler: handler.answer(429, b"", {"Retry-After": "7"}),
        lambda handler: handler.answer(503, b"", {"Retry-After": "99999"}),
    ]
    make(sleep=waits.append).pull()
    assert waits == [7, 120]


def cut_short(handler) -> None:
    """Promise more than comes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"{")


def test_line_that_breaks_and_line_that_hangs_are_tried_again(make, site, client):
    site.faults = [cut_short, lambda handler: time.sleep(3)]
    assert make(timeout=1).pull().edition == "0.001"


def test_site_that_stays_away_is_given_up_and_nothing_is_changed(make, site, client, held):
    client.pull()
    site.faults = [503] * 50
    with pytest.raises(Unreachable, match="5 times"):
        make().pull()
    site.faults = []
    assert client.verify().edition == "0.001"


def test_redirect_is_not_followed(make, site, client):
    site.faults = [lambda handler: handler.answer(302, b"", {"Location": f"{site.address}/api/v1/keys/"})]
    with pytest.raises(Refused) as caught:
        client.pull()
    assert caught.value.status == 302


def test_site_has_to_be_asked_over_a_safe_line():
    for address in ("http://cpl.example", "ftp://cpl.example", "cpl.example"):
        with pytest.raises(ValueError, match="https"):
            Transport(address)


def test_token_that_ran_out_is_renewed_once(client, site):
    client.pull()
    site.faults = [lambda handler: handler.answer(401, b"{}")]
    client.acknowledge("received")
    assert site.asked.count("/o/token/") == 2
    site.faults = [401, 200, 401]  # the renewed one is refused as well
    with pytest.raises((Refused, KeyError)):
        client.acknowledge("received")


def test_wrong_secret_is_told_in_the_site_s_words_and_not_tried_again(client, site):
    client.pull()
    said = b'{"error": "invalid_client", "error_description": "The secret is not the one of this client."}'
    site.faults = [lambda handler: handler.answer(401, b"{}"), lambda handler: handler.answer(401, said)]
    site.asked.clear()
    with pytest.raises(Refused, match="not the one of this client"):
        client.acknowledge("received")
    assert len(site.asked) == 2


def test_receipt_names_the_manifest_held_and_is_sent_once_with_one_key(client, site):
    client.pull()
    site.faults = [503]
    answer = client.acknowledge("loaded_in_part", {"000002": "GBCS version not known to the DSP"})
    assert answer["recorded"]
    [receipt] = site.receipts
    assert receipt["path"] == "/api/v1/cpl/editions/0.001/receipt/"
    assert receipt["not_loaded"] == [{"entry": "000002", "reason": "GBCS version not known to the DSP"}]
    assert len(receipt["manifest_sha256"]) == 64 and receipt["key"]


def test_answer_that_was_lost_is_asked_for_again_with_the_same_key(client, site):
    client.pull()
    lost = []

    def keep_and_drop(handler) -> None:
        lost.append(handler.headers["Idempotency-Key"])

    site.faults = [keep_and_drop]
    client.acknowledge("loaded")
    assert [each["key"] for each in site.receipts] == lost


def test_nothing_held_cannot_be_acknowledged_or_verified(client):
    for act in (client.verify, lambda: client.acknowledge("loaded")):
        with pytest.raises(NotGenuine, match="No edition is held"):
            act()


# --- what is held ------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from cpl_client import Client, Holding, Transport, holding
step, calls = int(sys.argv[3]), 0
real = os.replace if sys.argv[4] == "replace" else Path.rename
def struck(*given, **more):
    global calls
    calls += 1
    if calls == step:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **more)
if sys.argv[4] == "replace":
    os.replace = struck
else:
    Path.rename = struck
client = Client(Transport(sys.argv[1]), Holding(Path(sys.argv[2])), now=lambda: datetime(2026, 12, 4, tzinfo=UTC))
client.pull()
"""


@pytest.mark.parametrize(("how", "step"), [("replace", 1), ("replace", 4), ("rename", 1), ("replace", 5)])
def test_killed_at_any_step_the_old_edition_stays_and_the_next_run_goes_on(client, site, held, how, step):
    client.pull()
    site.newest = "0.002"
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    arguments = [sys.executable, "-c", KILLED, site.address, str(held.folder), str(step), how]
    killed = subprocess.run(arguments, env=environment, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert held.held().edition == "0.001" and client.verify().edition == "0.001"
    assert client.pull().edition == "0.002"
    assert sorted(each.name for each in (held.folder / "editions").iterdir()) == ["0.001", "0.002"]


def test_damaged_state_is_not_forgotten(client, held):
    client.pull()
    (held.folder / "state.json").write_text("{}")
    with pytest.raises(NotGenuine) as caught:
        client.pull()
    assert caught.value.check == "state"


def test_two_at_once_do_not_meet(client, held):
    with held.alone(), pytest.raises(Busy):
        client.pull()


def test_file_that_was_changed_on_disk_is_noticed(client):
    path = client.pull().paths["json"]
    path.write_bytes(change_a_byte(path.read_bytes()))
    with pytest.raises(NotGenuine) as caught:
        client.verify()
    assert caught.value.check == "digest"


# --- the command, alone ------------------------------------------------------------------------------


def run(folder: Path, site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an engineer does, with the package and nothing else of ours on its path."""
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "CPL_SITE": site.address, "CPL_FOLDER": str(folder),
        "CPL_CLIENT_ID": "id", "CPL_CLIENT_SECRET": "secret",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "cpl_client", *arguments],
        env=environment, cwd=folder.parent, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_command_goes_the_whole_way(site, tmp_path):
    folder = tmp_path / "cpl"
    early = run(folder, site, "pull")
    assert early.returncode == 1 and "No key is trusted yet" in early.stderr
    steps = [
        (["trust", "--fingerprint", (FIXTURE / "fingerprint.txt").read_text().strip()], "is trusted"),
        (["pull", "--forms", "json,csv"], "Edition 0.001 is new."),
        (["verify"], "Edition 0.001 is genuine and complete."),
        (["acknowledge", "received"], "Edition 0.001 received: recorded."),
        (["freshness"], "Edition 0.001 is the newest. Edition 0.001 is held."),
    ]
    for arguments, said in steps:
        done = run(folder, site, *arguments)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
    (tmp_path / "not-loaded.csv").write_text("entry,reason\n000002,Not known to the DSP\n")
    done = run(folder, site, "acknowledge", "loaded_in_part", "--not-loaded", "not-loaded.csv")
    assert done.returncode == 0, done.stderr
    assert site.receipts[-1]["not_loaded"] == [{"entry": "000002", "reason": "Not known to the DSP"}]
    assert run(folder, site, "pull", "--forms", "xml").returncode == 2


def test_package_needs_nothing_of_the_system():
    source = "import cpl_client, sys; print([m for m in sys.modules if m.split('.')[0] in ('secgov', 'cpl', 'django')])"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", source], env=environment, cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_announcement_of_another_kind_is_none(client):
    keys = (FIXTURE / "keys.json").read_bytes()
    with pytest.raises(NotGenuine, match="another document"):
        read_announcement((FIXTURE / "0.001" / "manifest.json").read_bytes(), keys)
