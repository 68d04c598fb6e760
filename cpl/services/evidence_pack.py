"""One file that proves what was done about an obligation, an entry or an edition, to somebody without this system.

It holds a page to read, the acts as data, the documents with their digests, the manifests of the editions concerned, and
the journal's seals with every act that they hash, so that the chain can be computed anew with nothing but Python.
"""

import datetime as dt
import hashlib
import html
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q

from cpl.models import Edition
from cpl.services.evidence import Evidence
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.documents.models import Document
from secgov.documents.services import read_document
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation, Seal
from secgov.journal.services.acts import SEALED_FIELDS

VERIFIER = Path(__file__).with_name("evidence_verifier.py")
MOST_ACTS_TO_AN_ANCHOR = 50_000


@transaction.atomic
def pack_evidence(*, evidence: Evidence, by: User, at: dt.datetime) -> bytes:
    """Give the file, and note who took it; what is not White counts as read by that person. TR-10

    Raises NotPermitted for everybody but the Auditor and the Secretariat.
    """
    grant = require(by, Duty.PACK_EVIDENCE)
    about, owed = Q(pk__in=evidence.acts), Q(pk=None)
    for kind, keys in evidence.by_kind().items():
        about |= Q(subject_type=kind, subject_id__in=keys)
        owed |= Q(subject_type=kind, subject_id__in=keys)
    journal.seal_acts()  # so that every act of the pack stands in a seal of the pack
    obligations = list(
        Obligation.objects.filter(owed).select_related("organisation").order_by("opened_at", "id")
    )
    acts = list(Act.objects.filter(about, sealed__isnull=False).select_related("sealed__seal").order_by("id"))
    files: dict[str, bytes] = {
        "acts.json": as_json([{name: getattr(act, name) for name in SEALED_FIELDS} for act in acts]),
        "obligations.json": as_json([_obligation(each) for each in obligations]),
    }
    papers = []
    for document in Document.objects.filter(pk__in=evidence.documents).order_by("pk"):
        name = f"documents/{document.pk}-{document.name}".replace("..", "_")
        if document.is_reserved:  # whoever keeps it hands it out; its digest says which it was
            papers.append(
                (f"document {document.pk} (not in this pack)", document.classification, document.content_id)
            )
            continue
        files[name] = read_document(document=document, by=by, at=at)
        papers.append((name, document.classification, hashlib.sha256(files[name]).hexdigest()))
    seals = _seals(acts)
    concerned = Q(pk__in=evidence.editions) | Q(
        journal_seal__in=seals[-1:]
    )  # the last is what anchors the chain
    editions = list(Edition.objects.filter(concerned).select_related("journal_seal").order_by("number"))
    for edition in editions:
        files[f"manifests/{edition}.json"] = bytes(edition.manifest)
    for seal in seals:
        files[f"journal/{seal.pk:09d}-{seal.sha256}.jsonl"] = b"".join(
            line + b"\n" for line in journal.seal_lines(seal)
        )
    first = seals[0].previous.sha256 if seals and seals[0].previous else ""
    files["journal/begins-after.txt"] = first.encode()
    files["README.html"] = _summary(evidence.title, acts, obligations, papers, editions, seals, at)
    files["verify_pack.py"] = VERIFIER.read_bytes()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    packed = zipped(files, at)
    journal.record(
        actor=grant.actor, at=at, verb="cpl.evidence.taken", subject=grant.organisation,
        reason=f"An evidence pack was taken: {evidence.title}.",
        after={"title": evidence.title, "acts": len(acts), "sha256": hashlib.sha256(packed).hexdigest()},
    )  # fmt: skip
    return packed


def _seals(acts: list[Act]) -> list[Seal]:
    """The seals from the first that holds one of these acts to the first manifest after the last that does.

    Each hashes the one before, so none may be left out; where no manifest has followed yet, to the newest seal.
    """
    held = [act.sealed.seal_id for act in acts]
    if not held:
        return []
    rows = list(Seal.objects.filter(pk__gte=min(held)).select_related("previous").order_by("id"))
    anchors = set(Edition.objects.exclude(journal_seal=None).values_list("journal_seal", flat=True))
    chosen, number = [], 0
    for seal in rows:
        chosen.append(seal)
        number += seal.acts
        if seal.pk >= max(held) and (seal.pk in anchors or number > MOST_ACTS_TO_AN_ANCHOR):
            break
    return chosen


def _obligation(each: Obligation) -> dict[str, Any]:
    names = (
        "clause", "duty", "owed_by", "subject_type", "subject_id", "subject_name", "by_law", "opened_at", "due_at", "why",
        "calendar_version", "discharged_at", "fell_away_at", "fell_away_reason", "opened_by_act_id", "discharged_by_act_id",
    )  # fmt: skip
    return {"organisation": str(each.organisation or "")} | {name: getattr(each, name) for name in names}


def as_json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True).encode()


def zipped(files: dict[str, bytes], at: dt.datetime) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _summary(
    title: str, acts: list[Act], obligations: list[Obligation], papers: list[tuple[str, str, str]],
    editions: list[Edition], seals: list[Seal], at: dt.datetime,
) -> bytes:  # fmt: skip
    def rows(values: Iterable[Iterable[object]]) -> str:
        return "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in values
        )

    def table(heading: str, columns: str, values: Iterable[Iterable[object]]) -> str:
        heads = "".join(f'<th scope="col">{name}</th>' for name in columns.split("|"))
        return (
            f"<h2>{heading}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows(values)}</tbody></table>"
        )

    parts = [
        f"<h1>{html.escape(title)}</h1><p>Evidence from the journal of the Central Products List, {at:%Y-%m-%d %H:%M} UTC.</p>",
        "<p>To verify without the system: <code>python3 verify_pack.py</code> in this folder. The manifests verify with "
        "the list’s own verifier and its public keys.</p>"
        "<p>The folder “journal” holds every act of the seals, those of others too, since the chain cannot be computed "
        "without them. Treat the whole pack as Red, and hand it to nobody who may not read the journal.</p>",
        table(
            "Obligations", "Clause|Duty|About|Due|Done|Why this date",
            [(each.clause, each.duty, each.subject_name, each.due_at, each.discharged_at or each.fell_away_reason or "stands",
              " ".join(each.why)) for each in obligations],
        ),
        table(
            "Acts", "No.|When|Act|About|By|Clause|Reason|Seal",
            [(act.pk, act.at, act.verb, act.subject_name, f"{act.actor_role} {act.actor_organisation}", act.clause, act.reason,
              act.sealed.seal_id) for act in acts],
        ),
        table("Documents", "File|Classification|SHA-256", papers),
        table("Editions", "Edition|Issued|Manifest SHA-256|Seal carried",
              [(str(each), each.issued_at, each.manifest_sha256, each.journal_seal.sha256 if each.journal_seal else "none")
               for each in editions]),
        table("Seals", "No.|Acts|SHA-256", [(each.pk, each.acts, each.sha256) for each in seals]),
    ]  # fmt: skip
    head = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Evidence</title></head><body>'
    )
    return (head + "".join(parts) + "</body></html>").encode()
