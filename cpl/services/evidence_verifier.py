"""Verifies an evidence pack with nothing but Python: `python3 verify_pack.py [FOLDER]` in the unpacked folder.

Every file is what SHA256SUMS says; every seal hashes the one before and its own acts; every act shown is in a seal.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path


def verify(folder: Path) -> list[str]:
    """Give a sentence for each thing that is wrong; an empty list is a pack that holds."""
    wrong = []
    named = set()
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        named.add(name)
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(f"{name} is not what SHA256SUMS says.")
    present = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    wrong += [f"{name} is not named in SHA256SUMS." for name in sorted(present - named - {"SHA256SUMS"})]
    previous = (folder / "journal" / "begins-after.txt").read_text(encoding="utf-8")
    sealed, seals = {}, {previous}
    for file in sorted((folder / "journal").glob("*.jsonl")):
        chain = hashlib.sha256(previous.encode())
        for hashed in file.read_bytes().splitlines():
            chain.update(b"\n" + hashed)
            act = json.loads(hashed)
            sealed[act["id"]] = act
        previous = file.stem.partition("-")[2]
        seals.add(previous)
        if chain.hexdigest() != previous:
            wrong.append(f"The seal of {file.name} does not fit its acts and the seal before.")
    for act in json.loads((folder / "acts.json").read_text(encoding="utf-8")):
        if act["id"] in sealed and act != sealed[act["id"]]:
            wrong.append(f"Act {act['id']} is not as the seal holds it.")
        elif act["id"] not in sealed:
            wrong.append(f"Act {act['id']} is in no seal of this pack.")
    anchored = [
        file.stem for file in sorted((folder / "manifests").glob("*.json")) if _seal_of(file) in seals
    ]
    print(
        f"{len(sealed)} acts in {len(seals) - 1} seals; anchored by the manifests of: {', '.join(anchored) or 'none here'}."
    )
    if not anchored:
        print(
            "Without such a manifest the seals prove each other only: ask for a pack made after the next edition."
        )
    return wrong


def _seal_of(manifest: Path) -> str:
    payload = json.loads(manifest.read_bytes())["payload"]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("journal_seal", "")


if __name__ == "__main__":
    found = verify(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
    print("\n".join(found) or "The pack holds.")
    sys.exit(1 if found else 0)
