"""Which decisions may be referred to the Authority, by whom, and what its determination does.

Section F2.2A  A Party that disagrees with a decision of the Panel to add, to remove, not to remove, to reinstate or
    not to reinstate a SMETS1 Device Model may refer it to the Authority, whose determination is final and binding.
Section F2.7B  (a) A Party that disagrees with the SSC's decision to remove or not to remove a Device Model may refer
    it. (b) A Party may refer that its own Remedial Plan was not approved. The determination is final and binding.

Reading: a refusal to add is not in the list of F2.2A, and silence is no decision (A-16). A round of comments is not a
refusal; a formal refusal, also of a modification, and the end of the approval period without approval are (A-17). No
time limit applies, and a decision stands until the Authority determines or orders a stay (A-49). A removal that
follows the Authority's own determination may be referred and is flagged (A-61). A decision that has been superseded,
returned to the SSC or voided stands no longer, so there is nothing left to refer.
"""

from collections.abc import Collection
from dataclasses import dataclass

from secgov.errors import Refusal

SMETS1 = "SMETS1"
PANEL_KINDS = ("add", "remove", "not_remove", "reinstate", "not_reinstate")
STANDS, REMOVE, RETAIN, REINSTATE, APPROVE = "stands", "remove", "retain", "reinstate", "approve"
ON_THE_LIST = {
    "add": True,
    "not_remove": True,
    "reinstate": True,
    "retain": True,
    "remove": False,
    "not_reinstate": False,
}
"""Whether a Device Model is to be on the list by each kind of decision, of the Panel, the SSC or the Authority."""

DISPUTES = "The general way to resolve disputes under the Code remains open (Section M7)."


@dataclass(frozen=True, slots=True)
class PanelChoice:
    """A decision of the Panel: its kind, the generation of the Device Model, whether it has had its second person.

    ``by_duty`` is True where the Panel had no choice: a removal after the end of a certificate.
    """

    kind: str
    generation: str
    is_decided: bool = True
    by_duty: bool = False


def check_panel_decision_referable(choice: PanelChoice) -> None:
    """Refuse any decision of the Panel but the five about SMETS1 Device Models. Section F2.2A

    Reading: not to add is none of them (A-16).
    """
    if choice.kind == "not_add":
        raise Refusal(
            "A refusal to add a Device Model carries no right of referral.", clause="F2.2A", field="decision",
            remedy=f"Section F2.2A names adding, removing, not removing, reinstating and not reinstating. {DISPUTES}",
        )  # fmt: skip
    check_not_by_duty(choice)
    if choice.kind not in PANEL_KINDS or choice.generation != SMETS1:
        raise Refusal(
            "Only the Panel’s decisions about SMETS1 Device Models may be referred.", clause="F2.2A", field="decision",
            remedy=DISPUTES,
        )  # fmt: skip
    if not choice.is_decided:
        raise Refusal("The Panel has not decided this yet: it waits for its second person.", clause="F2.2A",
                      field="decision")  # fmt: skip


def check_not_by_duty(choice: PanelChoice) -> None:
    """Refuse a removal that the Panel had to make: it decided nothing. F2.2A-N"""
    if choice.by_duty:
        raise Refusal(
            "The Panel had to remove this Device Model; it decided nothing that could be referred.", clause="F2.2A",
            field="decision",
            remedy=f"Where the SSC determined the removal, refer its determination (F2.7B). {DISPUTES}",
        )  # fmt: skip


def check_determination_referable(*, state: str) -> None:
    """Refuse a determination of the SSC that is not made yet, or stands no longer. Section F2.7B(a)

    Takes the state of the determination as it binds the Panel.
    """
    if state in ("recorded", "refused"):
        raise Refusal("The SSC has not determined this.", clause="F2.7B(a)", field="decision")
    if state != "binding":
        raise Refusal(
            "That determination stands no longer.", clause="F2.7B(a)", field="decision",
            remedy="Refer the one that took its place.",
        )  # fmt: skip


def check_plan_referable(*, state: str, is_lapsed: bool, plan_stands: bool) -> None:
    """Refuse what is no decision not to approve a plan. Section F2.7B(b)

    Takes the state of the version, "" where none is meant; whether the approval period ended without approval; and
    whether the plan is still asked for. Reading: a refusal or a lapsed period, of a modification too, but not a round
    of comments (A-17).
    """
    if not plan_stands:
        raise Refusal("This plan is no longer asked of you.", clause="F2.7B(b)", field="decision")
    if state == "refused" or is_lapsed:
        return
    raise Refusal(
        "The SSC has not refused this plan: comments are not a refusal." if state == "commented"
        else "The SSC has not refused this plan, and the time for its approval has not ended.",
        clause="F2.7B(b)", field="decision", remedy="Answer the SSC’s comments and submit the next version.",
    )  # fmt: skip


def check_not_final(*, determined: bool, clause: str) -> None:
    """Refuse to take a decision to the Authority again that it has determined. F2.2A-6 and F2.7B-2"""
    if determined:
        raise Refusal(
            "The Authority has determined this. Its determination is final and binding.", clause=clause,
            field="decision",
        )  # fmt: skip


def check_grounds(grounds: str, *, clause: str) -> str:
    """Give the grounds of a referral, tidied; refuse none. Section F2.2A and Section F2.7B(a)"""
    tidy = grounds.strip()
    if not tidy:
        raise Refusal("Say why you disagree with the decision.", clause=clause, field="grounds")
    return tidy


def is_circular(*, kind: str, clause: str, determined_by: str) -> bool:
    """Say whether a removal follows the Authority's own determination that Devices do not comply. F2.2A-2

    Reading: it may be referred all the same; it is flagged, and nothing follows from the flag (A-61).
    """
    return kind == "remove" and clause == "Z6.8(b)" and determined_by == "authority"


def outcomes_on_removal(*, on_the_list: bool, decided_on_list: bool) -> tuple[str, ...]:
    """Give what the Authority can determine of a decision about the list, as the list stands. F2.2A-6 and F2.7B-2

    ``decided_on_list`` says whether by the decision the Device Model is to be on the list. The decision stands, or is
    overridden: what was to stay is removed; what was to go is not removed, or reinstated where it has gone.
    """
    if decided_on_list:
        return (STANDS, REMOVE) if on_the_list else (STANDS,)
    return (STANDS, RETAIN) if on_the_list else (STANDS, REINSTATE)


OUTCOMES_ON_PLAN = (STANDS, APPROVE)
"""Of a plan that was not approved: that stands, or the plan is approved (F2.7B-2)."""


def check_outcome(outcome: str, *, possible: Collection[str], clause: str) -> None:
    """Refuse an outcome that does not answer the decision as things stand. F2.2A-6 and F2.7B-2"""
    if outcome not in possible:
        raise Refusal(
            "That does not answer this decision, as the list stands now.", clause=clause, field="outcome",
            remedy="Choose one of the outcomes offered.",
        )  # fmt: skip


def is_contradicted(outcome: str, *, decided: str, later: Collection[str]) -> bool:
    """Say whether a later decision leaves the Device Model otherwise than the Authority's determination. F2.2A-6

    Takes the outcome, the kind of the decision referred, and the kinds of the decisions made since. The determination
    is carried out all the same; a person has to look at what was decided later.
    """
    wanted = ON_THE_LIST[decided] if outcome == STANDS else outcome in (RETAIN, REINSTATE)
    return any(ON_THE_LIST[kind] != wanted for kind in later)
