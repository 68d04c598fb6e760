"""What the Authority is given of a referral: the decision, the grounds, the documents, in one file with digests (A-71)."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
from collections.abc import Iterable
from typing import Any

from cpl.models import BindingDetermination, PanelDecision
from cpl.services.evidence_pack import as_json, zipped
from secgov.documents.models import Content, Document
from ssc.models import PlanPeriod, PlanVersion, Referral
from ssc.services.referable import Decision, in_words, model_of

Pair = tuple[str, str]


def make_bundle(referral: Referral, *, at: dt.datetime) -> bytes:
    """Make the file: a page to print, the same as data, every document, and the digest of each. A-71

    It holds the decision with its reasons, and so is for the Authority, not for the Party that referred.
    """
    decision = referral.decision
    documents = [*referral.documents.order_by("pk"), *_papers_of(decision)]
    files: dict[str, bytes] = {}
    papers = []
    for document in documents:
        name = f"documents/{document.pk}-{document.name}".replace("..", "_")
        files[name] = bytes(Content.objects.values_list("data", flat=True).get(pk=document.content_id))
        papers.append((name, document.get_classification_display(), document.content_id))
    head, said = _head(referral, at), decision_in_full(decision)
    files["referral.json"] = as_json(
        {"referral": dict(head), "decision": dict(said), "grounds": referral.grounds,
         "documents": [{"file": name, "classification": level, "sha256": sha256} for name, level, sha256 in papers]}
    )  # fmt: skip
    files["README.html"] = _page(head, said, referral.grounds, papers)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    return zipped(files, at)


def _head(referral: Referral, at: dt.datetime) -> list[Pair]:
    return [
        ("Reference", referral.reference),
        ("Referred by", referral.organisation.name),
        ("Under", referral.clause),
        ("Lodged", f"{at:%Y-%m-%d %H:%M} UTC"),
        ("Entry", str(model_of(referral.decision))),
        ("Follows a determination of the Authority itself", "yes" if referral.is_circular else "no"),
        ("Others who have referred the same decision", str(Referral.objects.joined(referral).exclude(pk=referral.pk).count())),
    ]  # fmt: skip


def decision_in_full(decision: Decision) -> list[Pair]:
    """Write out a decision with its reasons, as the Authority needs it. A-71

    Reading: of what the SSC weighed all but the words of NCSC, which are for NCSC to give.
    """
    found = [("Decision", in_words(decision))]
    if isinstance(decision, PanelDecision):
        found += [
            ("Ground", decision.clause), ("Decided", _day(decision.decided_on)), ("Minute", decision.minute_reference),
            ("Reasons", decision.reasons), ("SSC’s advice", str(decision.advice or "")),
            ("Determination of non-compliance", decision.determination_reference),
            ("Rectified", decision.rectification_reference), ("Evidence", decision.evidence_note),
        ]  # fmt: skip
    elif isinstance(decision, BindingDetermination):
        found += [
            ("Clause", decision.clause), ("Determined", _day(decision.determined_on)),
            ("Minute", decision.minute_reference), ("With a Remedial Plan", "yes" if decision.with_plan else "no"),
        ]  # fmt: skip
        case = getattr(decision, "ssc_determination", None)
        found += [("Reasons", case.reasons if case else decision.reasons)]
        if case is not None:
            found += [
                ("Security implications", case.security_implications),
                ("Consequences for Energy Consumers", case.consumer_consequences), ("Weighing", case.weighing),
            ]  # fmt: skip
    elif isinstance(decision, PlanVersion):
        found += _plan(decision)
    else:
        found += _period(decision)
    return [(label, words) for label, words in found if words]


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _plan(version: PlanVersion) -> list[Pair]:
    promised = [
        f"{each.number}. {each.what}, by {_day(each.by)}" for each in version.milestones.order_by("number")
    ]
    return [
        ("Plan", f"{version.plan} of {version.plan.organisation}"), ("Remedy", version.remedy),
        ("Remedied by", _day(version.remedied_by)), ("Milestones", "\n".join(promised)),
        ("Why it was not approved", version.decided_reason), ("Minute", version.minute_reference),
    ]  # fmt: skip


def _period(period: PlanPeriod) -> list[Pair]:
    newest = period.plan.versions.order_by("-number").first()
    found = [
        ("Plan", f"{period.plan} of {period.plan.organisation}"),
        (
            "Time for approval",
            f"{period.days} {period.get_unit_display()}, to the end of {_day(period.last_day)}",
        ),
    ]
    return [*found, ("Newest version", str(newest.number)), *_plan(newest)[1:]] if newest else found


def _papers_of(decision: Decision) -> list[Document]:
    if isinstance(decision, PanelDecision):
        found = [decision.evidence]
    elif isinstance(decision, BindingDetermination):
        case = getattr(decision, "ssc_determination", None)
        found = [decision.document, case.minute if case else None]
    elif isinstance(decision, PlanVersion):
        found = [decision.document]
    else:
        found = [each.document for each in decision.plan.versions.order_by("number")]
    return list({each.pk: each for each in found if each}.values())


def _page(head: list[Pair], said: list[Pair], grounds: str, papers: list[tuple[str, str, str]]) -> bytes:
    def cell(value: Any) -> str:
        return html.escape(str(value)).replace("\n", "<br>")

    def table(heading: str, rows: Iterable[Iterable[Any]]) -> str:
        lines = ("".join(f"<td>{cell(each)}</td>" for each in row) for row in rows)
        return f"<h2>{heading}</h2><table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"

    parts = [
        f"<h1>Referral {cell(head[0][1])}</h1>", table("Referral", head), table("The decision", said),
        f"<h2>Grounds</h2><p>{cell(grounds)}</p>",
        table("Documents (file, classification, SHA-256)", papers) if papers else "<p>No documents.</p>",
    ]  # fmt: skip
    top = '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Referral</title></head><body>'
    return (top + "".join(parts) + "</body></html>").encode()
