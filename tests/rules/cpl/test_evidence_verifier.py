"""The verifier that lies in every evidence pack, by itself: what it says of a pack, and of one that was changed."""

import base64
import hashlib
import json

import pytest

from cpl.services.evidence_verifier import verify


def packed(folder, *, seal_carried=""):
    """Write a pack of one act under one seal, and one manifest that may carry that seal; give the folder."""
    line = json.dumps({"id": 1, "verb": "test.done"}).encode()
    seal = hashlib.sha256(b"\n" + line).hexdigest()
    files = {
        "acts.json": json.dumps([{"id": 1, "verb": "test.done"}]).encode(),
        "documents/1-letter.txt": b"A letter.",
        "journal/begins-after.txt": b"",
        f"journal/000000001-{seal}.jsonl": line + b"\n",
        "manifests/1.001.json": json.dumps({"payload": _encoded(seal if seal_carried else "other")}).encode(),
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    (folder / "SHA256SUMS").write_text(sums)
    return folder


def _encoded(seal):
    return base64.urlsafe_b64encode(json.dumps({"journal_seal": seal}).encode()).decode().rstrip("=")


@pytest.mark.clause("TR-10")
def test_pack_that_no_manifest_anchors_holds_and_says_what_that_is_worth(tmp_path, capsys):
    assert verify(packed(tmp_path / "a", seal_carried="yes")) == []
    assert "anchored by the manifests of: 1.001" in capsys.readouterr().out
    assert verify(packed(tmp_path / "b")) == []
    said = capsys.readouterr().out
    assert "none here" in said and "the seals prove each other only" in said


@pytest.mark.clause("TR-10")
@pytest.mark.parametrize("name", ["documents/1-letter.txt", "acts.json"])
def test_changed_file_is_named_as_the_list_of_digests_writes_it(tmp_path, name):
    folder = packed(tmp_path)
    (folder / name).write_bytes(b"[]")
    (folder / "documents" / "2-added.txt").write_bytes(b"More.")
    assert verify(folder)[:2] == [
        f"{name} is not what SHA256SUMS says.",
        "documents/2-added.txt is not named in SHA256SUMS.",
    ]
