"""What belongs to a case: whose acts, which obligations, documents and editions tell what was done about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from cpl.models import (
    AssuranceCertificate,
    AuthorityOrder,
    BindingDetermination,
    CertificateEvent,
    DeviceModel,
    Edition,
    ExpiryNotice,
    ListChange,
    PanelDecision,
    Submission,
)
from secgov.journal.models import Obligation


@dataclass(slots=True)
class Evidence:
    """What belongs to one case: whose acts, which obligations, documents and editions."""

    title: str
    subjects: set[tuple[str, str]] = field(default_factory=set)
    acts: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    editions: set[int] = field(default_factory=set)

    def add(self, row: Any, *papers: int | None) -> bool:
        """Take acts and obligations about a row, and its documents; False where it is there already."""
        self.documents |= {paper for paper in papers if paper}
        key = (row._meta.label_lower, str(row.pk))
        if key in self.subjects:
            return False
        self.subjects.add(key)
        return True

    def by_kind(self) -> dict[str, list[str]]:
        """The keys of the rows by their kind."""
        found = defaultdict(list)
        for kind, key in sorted(self.subjects):
            found[kind].append(key)
        return dict(found)


def evidence_of_obligation(obligation: Obligation) -> Evidence:
    """Gather what belongs to an obligation: its acts, and all about what it is owed for. TR-10"""
    found = Evidence(f"Obligation {obligation.clause}: {obligation.duty}")
    found.add(obligation)
    found.acts |= {key for key in (obligation.opened_by_act_id, obligation.discharged_by_act_id) if key}
    kind = apps.get_model(obligation.subject_type)
    subject = kind._default_manager.filter(pk=obligation.subject_id).first()
    if subject is None:
        found.subjects.add((obligation.subject_type, obligation.subject_id))
    else:
        _GATHER.get(kind, Evidence.add)(found, subject)
    return found


def evidence_of_entry(model: DeviceModel) -> Evidence:
    """Gather what belongs to an entry: changes, submissions, certificates with their ends, decisions, documents. TR-10"""
    found = Evidence(f"Entry {model}")
    found.add(model)
    for change in ListChange.objects.filter(entry_number=model.pk):
        _add_change(found, change)
    for certificate in AssuranceCertificate.objects.filter(coverage__identity=model.identity).distinct():
        _add_certificate(found, certificate)
    for rows, gather in (
        (model.determinations, _add_determination),
        (model.panel_decisions, _add_decision),
        (model.authority_orders, _add_order),
    ):
        for row in rows.all():
            gather(found, row)
    for advice in model.ssc_advice.all():
        found.add(advice, advice.document_id)
    for asked in model.correction_requests.all():
        found.add(asked, asked.evidence_id)
    return found


def evidence_of_edition(edition: Edition) -> Evidence:
    """Gather what belongs to an edition: the changes it carries, what they rest on, its limbs and receipts. TR-10"""
    found = Evidence(f"Edition {edition}")
    _add_edition(found, edition)
    for change in ListChange.objects.filter(edition=edition):
        _add_change(found, change)
    return found


def _add_edition(found: Evidence, edition: Edition) -> None:
    found.add(edition)
    found.editions.add(edition.pk)


def _add_change(found: Evidence, change: ListChange) -> None:
    if not found.add(change, change.evidence_id):
        return
    if change.edition_id:
        found.editions.add(change.edition_id)
    _add_all(found, _add_submission, [change.submission])
    _add_all(found, _add_event, [change.removal_event])
    _add_all(found, _add_determination, [change.determination])
    _add_all(found, _add_decision, [change.panel_decision])
    _add_all(found, _add_order, [change.authority_order])


def _add_all(found: Evidence, gather: Any, rows: Iterable[Any]) -> None:
    for row in rows:
        if row is not None:
            gather(found, row)


def _add_submission(found: Evidence, submission: Submission) -> None:
    if not found.add(submission):
        return
    for row in submission.certificates.select_related("certificate"):
        found.documents |= {key for key in (row.document_id, row.mapping_evidence_id) if key}
        _add_all(found, _add_certificate, [row.certificate])
    for asked in submission.queries.all():
        found.add(asked, asked.document_id)
    for warning in submission.warnings.all():
        found.add(warning, warning.evidence_id)


def _add_certificate(found: Evidence, certificate: AssuranceCertificate) -> None:
    if not found.add(certificate, certificate.document_id):
        return
    _add_all(found, _add_event, certificate.events.all())
    for change in certificate.changes_proposed.all():
        found.add(change, change.evidence_id)
    for action in certificate.renewal_actions.all():
        found.add(action, action.evidence_id)
    for stage in certificate.expiry_notices.all():
        found.add(stage)


def _add_stage(found: Evidence, stage: ExpiryNotice) -> None:
    _add_certificate(found, stage.certificate)


def _add_event(found: Evidence, event: CertificateEvent) -> None:
    if not found.add(event):
        return
    for report in event.reports.all():
        found.add(report, report.evidence_id)
    for statement in event.statements.all():
        found.add(statement, statement.document_id)
    _add_certificate(found, event.certificate)


def _add_determination(found: Evidence, determination: BindingDetermination) -> None:
    if found.add(determination, determination.document_id):
        _add_all(found, _add_event, determination.events.all())


def _add_decision(found: Evidence, decision: PanelDecision) -> None:
    if found.add(decision, decision.evidence_id) and decision.advice:
        found.add(decision.advice, decision.advice.document_id)


def _add_order(found: Evidence, order: AuthorityOrder) -> None:
    found.add(order, order.document_id)


_GATHER: dict[type, Any] = {
    ListChange: _add_change,
    Edition: _add_edition,
    AssuranceCertificate: _add_certificate,
    CertificateEvent: _add_event,
    ExpiryNotice: _add_stage,
    BindingDetermination: _add_determination,
    PanelDecision: _add_decision,
    AuthorityOrder: _add_order,
    Submission: _add_submission,
}
"""How to gather what belongs to an obligation, by what it is about."""
