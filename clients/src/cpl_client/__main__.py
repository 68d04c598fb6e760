"""python -m cpl_client: trust, pull, verify, acknowledge, freshness, judge.

The site and the folder come from --site and --folder, or CPL_SITE and CPL_FOLDER; the client's id and secret from
CPL_CLIENT_ID and CPL_CLIENT_SECRET only (or the file that CPL_CLIENT_SECRET_FILE names), so that they stand in no list
of processes. Exits with 0 when done, 1 where something is not genuine or was refused, 2 for a wrong call, 3 where the
site could not be reached: try again later.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cpl_client.client import Client
from cpl_client.holding import FILES, Busy, Holding
from cpl_client.transport import Refused, Transport, Unreachable
from cpl_client.verify import NotGenuine, add_arguments, run

DONE, REFUSED, WRONG_CALL, NOT_REACHED = 0, 1, 2, 3


def read_not_loaded(path: Path) -> dict[str, str]:
    """Entries that were not loaded, with reasons: a CSV with the columns `entry` and `reason`, or the same as JSON."""
    text = path.read_text(encoding="utf-8-sig")
    rows = json.loads(text) if text.lstrip().startswith("[") else csv.DictReader(text.splitlines())
    return {row["entry"].strip(): row["reason"].strip() for row in rows}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cpl_client", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--site", default=os.environ.get("CPL_SITE", ""), help="for example https://cpl.example"
    )
    parser.add_argument("--folder", type=Path, default=os.environ.get("CPL_FOLDER", "cpl"))
    parser.add_argument(
        "--environment", help="expected environment; by default the one the trusted key names"
    )
    calls = parser.add_subparsers(dest="call", required=True)
    trust = calls.add_parser(
        "trust", help="keep the key with a fingerprint that you were given by another way"
    )
    trust.add_argument("--fingerprint", required=True)
    pull = calls.add_parser("pull", help="take, prove and hold the newest edition")
    pull.add_argument("--forms", default="json", help=f"some of {','.join(FILES)}, by commas")
    pull.add_argument("--whole", action="store_true", help="take it whole, not what changed")
    add_arguments(calls.add_parser("judge", help="judge files that came by another way, offline"))
    calls.add_parser("verify", help="judge what is held once more, offline")
    acknowledge = calls.add_parser("acknowledge", help="tell the Panel what became of it")
    acknowledge.add_argument("state", choices=["received", "loaded", "loaded_in_part"])
    acknowledge.add_argument("--not-loaded", type=Path, help="CSV or JSON: entry, reason")
    calls.add_parser("freshness", help="say whether what is held is the newest")
    return parser


def _secret(environment: Mapping[str, str]) -> str:
    if name := environment.get("CPL_CLIENT_SECRET_FILE"):
        return Path(name).read_text(encoding="utf-8").strip()
    return environment.get("CPL_CLIENT_SECRET", "")


def _run(client: Client, options: argparse.Namespace) -> str:
    if options.call == "trust":
        client.trust(options.fingerprint)
        return f"The key {options.fingerprint} is trusted from now on."
    if options.call == "pull":
        pulled = client.pull([each for each in options.forms.split(",") if each], changes=not options.whole)
        how = (
            "is new" + (", made from what changed" if pulled.by_changes else "")
            if pulled.new
            else "is held already"
        )
        return "\n".join([f"Edition {pulled.edition} {how}.", *(str(path) for path in pulled.paths.values())])
    if options.call == "verify":
        return f"Edition {client.verify().edition} is genuine and complete."
    if options.call == "acknowledge":
        held_back = read_not_loaded(options.not_loaded) if options.not_loaded else None
        answer = client.acknowledge(options.state, held_back)
        what = "recorded" if answer["recorded"] else "known already"
        return f"Edition {answer['edition']} {answer['state']}: {what}."
    fresh = client.freshness()
    held = f"Edition {fresh.held} is held" if fresh.held else "None is held"
    return f"Edition {fresh.newest} is the newest. {held}."


def main(arguments: list[str] | None = None) -> int:
    """Run one call; prints a sentence, and gives the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.call == "judge":
        passed, sentence = run(options)
        print(sentence, file=sys.stdout if passed else sys.stderr)
        return DONE if passed else REFUSED
    try:
        transport = Transport(
            options.site or "https://",
            client_id=os.environ.get("CPL_CLIENT_ID", ""),
            client_secret=_secret(os.environ),
        )
        client = Client(
            transport, Holding(options.folder), now=lambda: datetime.now(UTC), environment=options.environment
        )
        print(_run(client, options))
    except NotGenuine as refusal:
        print(f"NOT GENUINE ({refusal.check}): {refusal}", file=sys.stderr)
        return REFUSED
    except Refused as refusal:
        fields = "".join(
            f"\n  {each['field']}: {each['message']}" for each in refusal.problem.get("fields", [])
        )
        print(f"REFUSED {refusal}{fields}", file=sys.stderr)
        return REFUSED
    except (Unreachable, Busy) as fault:
        print(f"NOT DONE: {fault}", file=sys.stderr)
        return NOT_REACHED
    except (ValueError, KeyError, OSError) as mistake:
        print(f"NOT DONE: {mistake}", file=sys.stderr)
        return WRONG_CALL
    return DONE


if __name__ == "__main__":
    sys.exit(main())
