"""An example of every call and of every answer, for the API's description. A test holds each to its schema.

Makers, Parties and certificates here are invented; the forms are real.
"""

from dataclasses import dataclass
from typing import Any

_SITE = "https://cpl.example/api/v1"
_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_OTHER_SHA = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
_AT = "2026-12-01T14:05:00Z"
JSON, CSV, JOSE = "application/json", "text/csv", "application/jose+json"
PROBLEM = "application/problem+json"

ENTRY: dict[str, Any] = {
    "entry": "000737",
    "status": "Current",
    "device_type": "Single Element Electricity Metering Equipment",
    "manufacturer": "7C18",
    "model": "0A01",
    "hardware_version": "01",
    "hardware_revision": "00",
    "device_model": "0A010100",
    "firmware_version": "00070804",
    "specification": "SMETS V5.1",
    "gbcs": "4.1",
    "image": {"creator": "Osmotherley Instruments", "descriptor": "OI-E1 7.8.4", "hash": "AB" * 32},
    "listed": {"from": "2026-12-01", "known_by": None},
    "removed": None,
    "certificates": [
        {
            "body": "NCSC",
            "number": "CPA-90001",
            "standard": "ESME",
            "standard_version": None,
            "date": "2032-11-30",
            "date_kind": "renewal",
            "sc_version": "1.4",
            "governing": True,
        }
    ],
    "fir": "000737",
}
_CORRECTED = ENTRY | {"gbcs": "4.2"}
_EDITION = {
    "edition": "2.052",
    "issued_at": _AT,
    "issued_on": "2026-12-01",
    "imported": False,
    "superseded": False,
    "counts": {"entries": 730, "current": 641, "removed": 89},
    "manifest_sha256": _SHA,
    "manifest": f"{_SITE}/cpl/editions/2.052/manifest/",
    "forms": [
        {
            "name": "csv",
            "profile": 1,
            "bytes": 147211,
            "sha256": _OTHER_SHA,
            "rows": 730,
            "href": f"{_SITE}/cpl/editions/2.052/csv/",
        }
    ],
    "previous": {"edition": "2.051", "manifest_sha256": _OTHER_SHA},
    "limbs": [
        {"limb": "dcc", "clause": "F2.8(a)", "done_at": "2026-12-01T14:07:10Z"},
        {"limb": "website", "clause": "F2.8(b)", "done_at": "2026-12-01T14:05:02Z"},
        {"limb": "parties", "clause": "F2.8(c)", "done_at": None},
    ],
}
_HELD = {
    "since": "2026-12-01T18:20:00Z",
    "edition": "2.052",
    "reason": "GBCS version not known to the DSP yet.",
}
_CHANGED = {"entry": "000737", "kind": "corrected", "before": ENTRY, "after": _CORRECTED}
_JWS = {
    "payload": "eyJsaXN0IjoiQ1BMIn0",
    "signatures": [{"protected": "eyJhbGciOiJFZDI1NTE5In0", "signature": "c2ln"}],
}
_CSV = "Version number & effective date,Entry no.,Entry.status\r\nVersion 2.052 Issued on 01/12/2026,000737,Current\r\n"
_DEVICE = {
    "device_type": "Single Element Electricity Metering Equipment",
    "manufacturer": "7C18",
    "model": "0001",
    "hardware_version": "01",
    "hardware_revision": "00",
    "firmware_version": "00010203",
}
_DEPLOYED = {"entries": ["000012", "000415", "000737"], "type_2_devices": ["IHD"]}
_ELIGIBLE = {
    "reference": "C-001",
    "provider": "South",
    "devices": [_DEVICE],
    "evidence": "PPCT-001",
    "equivalent_of": "",
    "first_added_on": "2026-11-02",
}
_PENDING = {"reference": "P-007", "provider": "North", "devices": [_DEVICE], "status": "CONSIDERING"}
_COUNT = {"entry": "000737", "supplier": "Ashbeck Energy", "devices": 18420, "systems": 18395}
_SPECIFICATIONS = [
    {"specification": "ESMETS", "version": "5.1", "gbcs": "4.1"},
    {"specification": "CHTS", "version": "1.3", "gbcs": "3.2"},
]
_RELEASE = {
    "fir": "000737",
    "entry": "000737",
    "on_list": True,
    "manufacturer": "7C18",
    "manufacturer_name": "Osmotherley Instruments",
    "contact": {
        "email": "firmware@osmotherley.example",
        "phone": "+44 1632 960001",
        "address": "1 Mill Lane, Osmotherley",
    },
    "release_notes": "Mends the reading of export registers after a change of tariff.",
    "released_on": "2026-11-16",
    "upgrades_from": ["000702", "000719"],
    "recorded_at": _AT,
}
_TALLY = {"met": 57, "missed": 1}


def _about(kind: str) -> dict[str, Any]:
    return {
        "list": kind,
        "version": 14,
        "sha256": _SHA,
        "rows": 1,
        "added": 1,
        "gone": 0,
        "received_at": _AT,
        "published_at": None if kind == "counts" else _AT,
    }


@dataclass(frozen=True, slots=True)
class Example:
    """What a call answers when all is well; what it is sent, by media type; and what its address is asked with."""

    answer: Any
    sent: dict[str, Any] | None = None
    asked: dict[str, Any] | None = None


def _page(kind: str, row: dict[str, Any]) -> Example:
    return Example(_about(kind) | {"results": [{"row": 1, **row}], "next": None})


def _sent(kind: str, row: dict[str, Any], line: str) -> Example:
    return Example(_about(kind) | {"created": True, "remarks": []}, {JSON: {"rows": [row]}, CSV: line})


_EDITION_ASKED = {"edition": "2.052"}
EXAMPLES: dict[str, Example] = {
    "editions": Example({"results": [_EDITION], "next": None}),
    "edition": Example(_EDITION, asked=_EDITION_ASKED),
    "edition_form": Example({CSV: _CSV, JSON: {"edition": "2.052", "issued_on": "2026-12-01", "entries": [ENTRY]}, JOSE: _JWS},
        asked=_EDITION_ASKED | {"form": "csv", "If-None-Match": f'"{_OTHER_SHA}"'}),
    "freshness": Example({JOSE: _JWS}),
    "keys": Example(
        {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                    "use": "sig",
                    "alg": "Ed25519",
                    "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                    "environment": "production",
                    "valid_from": "2026-10-01T09:00:00Z",
                    "valid_to": None,
                    "signed_by_predecessor": None,
                }
            ]
        }
    ),
    "receipt": Example(
        {"edition": "2.052", "state": "loaded_in_part", "at": _HELD["since"], "recorded": True, "superseded": False},
        {
            JSON: {
                "state": "loaded_in_part",
                "manifest_sha256": _SHA,
                "not_loaded": [{"entry": "000737", "reason": _HELD["reason"]}],
            }
        },
        _EDITION_ASKED | {"Idempotency-Key": "5e0c1f1e-6f4b-4b8e-9d6e-1f2a3b4c5d6e"},
    ),
    "changes": Example(
        {
            "since": "2.051",
            "latest": "2.052",
            "results": [
                {
                    "edition": "2.052",
                    "clause": "F2.2",
                    "public_reason": "The GBCS version was written wrongly.",
                    "decided_at": _AT,
                    **_CHANGED,
                }
            ],
            "next": None,
        },
        asked={"since": "2.051"},
    ),
    "compare": Example(
        {"first": "2.051", "second": "2.052", "results": [_CHANGED], "next": None},
        asked={"first": "2.051", "second": "2.052"},
    ),
    "entries": Example(
        {"edition": "2.052", "results": [ENTRY], "next": f"{_SITE}/cpl/entries/?limit=1&after=000737"},
        asked={"manufacturer": "7C18", "status": "Current", "as_of": "2026-12-01", "known_at": _AT},
    ),
    "entry": Example({"edition": "2.052", "entry": ENTRY, "held_back": _HELD}, asked={"number": "000737"}),
    "held_back": Example({"results": [{"entry": "000737", **_HELD}], "next": None}),
    "status": Example(
        {
            "on_cpl": False,
            "entries": ["000721"],
            "reasons": [{"clause": "Z6.1", "text": "It was removed on 23 December 2026: its ZigBee certificate was withdrawn."}],
            "edition": "2.052",
        },
        asked={
            "device_type": "ESME",
            "manufacturer": "7C18",
            "model": "0A01",
            "hardware_version": "01",
            "hardware_revision": "00",
            "firmware_version": "00070804",
        },
    ),
    "deployed_products": _page("deployed", _DEPLOYED),
    "send_deployed_products": _sent(
        "deployed", _DEPLOYED, "entries,type_2_devices\r\n000012;000415;000737,IHD\r\n"
    ),
    "deployed_counts": _page("counts", _COUNT),
    "send_deployed_counts": _sent(
        "counts", _COUNT, "entry,supplier,devices,systems\r\n000737,Ashbeck Energy,18420,18395\r\n"
    ),
    "smets1_eligible": _page("eligible", _ELIGIBLE),
    "send_smets1_eligible": _sent(
        "eligible", _ELIGIBLE,
        "reference,provider,devices,evidence\r\nC-001,South,ESME/7C18/0001/01/00/00010203,PPCT-001\r\n",
    ),
    "smets1_pending": _page("pending", _PENDING),
    "send_smets1_pending": _sent(
        "pending", _PENDING,
        "reference,provider,devices,status\r\nP-007,North,ESME/7C18/0001/01/00/00010203,CONSIDERING\r\n",
    ),
    "incompatibility_matrix": Example(
        {
            "version": 3,
            "published_at": _AT,
            "summary": "GBCS 4.1 added.",
            "versions": _SPECIFICATIONS,
            "pairs": [
                {
                    "a": _SPECIFICATIONS[1],
                    "b": _SPECIFICATIONS[0],
                    "value": "constrained",
                    "constraints": "Only over 2.4 GHz.",
                    "source": "Technical Specification report, November 2026",
                }
            ],
        }
    ),
    "releases": Example({"results": [_RELEASE], "next": None}, asked={"manufacturer": "7C18"}),
    "release": Example(_RELEASE, asked={"number": "000737"}),
    "service_level": Example(
        {
            **_TALLY,
            "at": _AT,
            "worst_lateness_seconds": 5400,
            "overdue_now": 0,
            "last_heartbeat": _AT,
            "months": [{**_TALLY, "month": "2026-12", "kinds": {"F2.8": _TALLY}}],
            "missed_duties": [
                {
                    "clause": "F2.8(c)",
                    "duty": "Notify the Parties that the list has been updated",
                    "due_at": "2026-12-03T00:00:00Z",
                    "late_by_seconds": 5400,
                    "still_open": False,
                    "explanation": "The mail server was down from 22:00 to 01:30.",
                }
            ],
        }
    ),
}  # fmt: skip

PROBLEMS: dict[str, dict[str, Any]] = {
    "400": {"code": "invalid", "title": "Not understood", "detail": "Some values are missing or wrong: see fields.",
        "fields": [{"field": "limit", "message": "Give a whole number from 1 to 1000."}]},
    "401": {"code": "not_authenticated", "title": "Not known", "detail": "Authentication credentials were not provided."},
    "403": {"code": "permission_denied", "title": "Not permitted",
        "detail": "You do not have permission to perform this action."},
    "404": {"code": "not_found", "title": "Not found", "detail": "There is nothing at this address."},
    "406": {"code": "not_acceptable", "title": "Not in that form",
        "detail": "Could not satisfy the request Accept header."},
    "413": {"code": "too_long", "title": "Too long", "detail": "The list is longer than 20971520 bytes."},
    "415": {"code": "unsupported_media_type", "title": "Not in that form",
        "detail": 'Unsupported media type "text/plain" in request.'},
    "422": {"code": "refused", "title": "The Code says no", "clause": "F2.9",
        "detail": "That is not the digest of the manifest of edition 2.052.",
        "fields": [{"field": "manifest_sha256", "message": "That is not the digest of the manifest of edition 2.052.",
            "clause": "F2.9", "remedy": "Fetch the manifest again, verify it, and post the SHA-256 of its bytes."}]},
    "429": {"code": "throttled", "title": "Too often",
        "detail": "Request was throttled. Expected available in 12 seconds."},
}  # fmt: skip
"""An example of each error, by status."""


def with_examples(result: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Put the examples into the description; drf-spectacular calls this last."""
    for operations in result["paths"].values():
        for operation in operations.values():
            example = EXAMPLES.get(operation["operationId"])
            if example is not None:
                _into(operation, example)
    return result


def _into(operation: dict[str, Any], example: Example) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["name"] in (example.asked or {}):
            parameter["example"] = (example.asked or {})[parameter["name"]]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if media_type in (example.sent or {}):
            content["example"] = (example.sent or {})[media_type]
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type == PROBLEM:
                if status in PROBLEMS:
                    content["example"] = {"type": "about:blank", "status": int(status), **PROBLEMS[status]}
            elif isinstance(example.answer, dict) and media_type in example.answer:
                content["example"] = example.answer[media_type]
            else:
                content["example"] = example.answer
