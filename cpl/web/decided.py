"""What pages say of decisions, wherever they are shown: on the desk, to the SSC, to the Authority's recorder."""

from cpl.models import AuthorityOrder, BindingDetermination, CertificateEvent, PanelDecision
from cpl.web.records import Fact, facts

DETERMINATION_KINDS = {
    "recorded": "warn", "binding": "law", "refused": "gone", "superseded": "gone", "returned": "info", "void": "gone",
}  # fmt: skip
DECISION_KINDS = {"recorded": "warn", "decided": "law", "refused": "gone"}
ORDER_KINDS = {"recorded": "warn", "confirmed": "law", "refused": "gone"}


def _entry(row: PanelDecision | BindingDetermination | AuthorityOrder) -> Fact:
    return Fact("Entry", f"{row.device_model}", f"/cpl/entries/{row.device_model}/")


def _event(event: CertificateEvent) -> str:
    return f"{event}, historic" if event.is_historic else str(event)


def of_determination(row: BindingDetermination) -> list[Fact]:
    """What a determination says."""
    return [
        _entry(row),
        *facts([
            ("Clause", row.get_clause_display()), ("Outcome", row.get_outcome_display()),
            ("Remedial Plan", "imposed" if row.with_plan else "none"),
            ("On", "\n".join(map(_event, row.events.all()))), ("Determined", row.determined_on),
            ("Minute", row.minute_reference), ("Reasons", row.reasons), ("Document", row.document),
            ("Recorded by", row.recorded_by), ("Recorded", row.recorded_at),
            ("Second person", row.confirmed_by), ("Then", row.confirmed_at),
            ("Ended", row.ended_at), ("Why", row.ended_reason),
        ]),
    ]  # fmt: skip


def of_decision(row: PanelDecision) -> list[Fact]:
    """What a decision of the Panel says."""
    return [
        _entry(row),
        *facts([
            ("Decision", row.get_kind_display()), ("Clause", row.clause), ("Minute", row.minute_reference),
            ("Decided", row.decided_on), ("Reasons", row.reasons), ("SSC’s advice", row.advice),
            ("Determined by", row.get_determined_by_display()), ("Reference", row.determination_reference),
            ("In combination with", ", ".join(str(each) for each in row.other_models.all())),
            ("Rectified", row.rectification_reference), ("Evidence", row.evidence), ("It stands", row.evidence_note),
            ("Recorded by", row.recorded_by), ("Recorded", row.recorded_at),
            ("Second person", row.second_by), ("Then", row.second_at), ("Why", row.second_reason),
        ]),
    ]  # fmt: skip


def of_order(row: AuthorityOrder) -> list[Fact]:
    """What the Authority determined."""
    return [
        _entry(row),
        *facts([
            ("Outcome", row.get_outcome_display()), ("Under", row.get_clause_display()),
            ("Determined", row.ordered_on), ("Reference", row.reference), ("It says", row.text),
            ("Document", row.document), ("Recorded by", row.recorded_by), ("Recorded", row.recorded_at),
            ("Second person", row.second_by), ("Then", row.second_at), ("Why", row.second_reason),
        ]),
    ]  # fmt: skip
