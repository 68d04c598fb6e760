"""When the Panel has to remove a Device Model for a certificate, and when it may remove or reinstate one.

Section F2.7A(b), Appendix Z 6.1  A ZigBee or DLMS certificate withdrawn or cancelled by
    the body that issued it: the Panel removes, without discretion.
Appendix Z 6.2, 6.4  For a CPA Certificate the Panel removes, or does not, as the SSC
    determines; after a plan in place of removal the SSC may still determine removal.
Appendix Z 6.7  In each case only after the Panel has confirmed with the issuing body,
    and only while no new certificate has been provided.
Appendix Z 6.8, 6.9  A SMETS1 Device Model may be removed on the SSC's advice or on a
    determination that its Devices do not comply, and reinstated.

Reading: 6.7 gates every removal that follows from a certificate event, that of 6.4 too
(A-12); a replacement awaiting validation holds the removal, one found valid ends it
(A-14). Only the expiry of a CPA Certificate is a ground (A-10). 6.4 needs a plan that
stood in place of removal, and an event that still stands (A-13). A row that never met
Section F2.1 is removed as listed in error (A-64). What the Authority determines
overrides these gates.
"""

from dataclasses import dataclass

from cpl.rules.certificate_events import KIND_NAMES, requires_removal
from cpl.rules.certificates import BODY_NAMES, KINDS, NCSC
from cpl.rules.certificates import KIND_NAMES as CERTIFICATE_NAMES
from cpl.rules.limbs import Limb, check_limbs, limb
from cpl.rules.versions import SMETS1

REMOVE, RETAIN = "remove", "retain"
Z61, Z62, Z64 = "Z6.1", "Z6.2", "Z6.4"
LISTED_IN_ERROR = "F2.1"

NONE, AWAITING, IN_FORCE = "none", "awaiting", "in_force"
"""A replacement: not provided; provided and awaiting validation; in force."""

CONFIRMING_TARGET = 1
"""Appendix Z 6.7: Working Days after which an open confirmation is alarmed; our own target (A-12)."""
VALIDATION_TARGET = 1
"""Appendix Z 6.7: Working Days to validate a replacement, so that it cannot be used to stall; our own target (A-14)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a removal for a certificate rests on.

    ``kind`` and ``issuer`` are of the event; ``confirmed`` says whether the issuing body confirmed it, in words of
    ``confirmation`` ("23 December 2026, ref. 2026/311"). ``determined`` is the outcome of the SSC's binding
    determination, "" where none binds. ``replacement`` is one of NONE, AWAITING, IN_FORCE.
    """

    clause: str
    kind: str
    issuer: str
    confirmed: bool
    confirmation: str = ""
    determined: str = ""
    replacement: str = NONE


def removal_gates(ground: Ground) -> tuple[Limb, ...]:
    """Judge every gate of a removal for a certificate, limb by limb. Appendix Z 6.1, Appendix Z 6.2 and Appendix Z 6.4"""
    first = event_gate(ground) if ground.clause == Z61 else determination_gate(ground)
    return (first, confirmation_gate(ground), replacement_gate(ground))


def event_gate(ground: Ground) -> Limb:
    """Judge whether the event is one for which the Panel removes without the SSC. Appendix Z 6.1"""
    return limb(
        Z61,
        f"A {CERTIFICATE_NAMES[KINDS[ground.issuer]]} was withdrawn or cancelled by {BODY_NAMES[ground.issuer]}.",
        requires_removal(body=ground.issuer, kind=ground.kind),
        "Only the withdrawal or cancellation of a ZigBee or DLMS certificate obliges the Panel to remove."
        if ground.issuer != NCSC
        else "What follows from the end of a CPA Certificate is for the SSC to determine.",
        field="clause",
    )


def determination_gate(ground: Ground) -> Limb:
    """Judge whether the SSC's binding determination says remove. Appendix Z 6.2 and Appendix Z 6.4"""
    return limb(
        ground.clause,
        "The SSC has determined that the Device Model is to be removed.",
        ground.determined == REMOVE,
        "The SSC has determined that it is not to be removed; the Panel does as the SSC determines."
        if ground.determined == RETAIN
        else "No determination of the SSC says that it is to be removed.",
        field="clause",
    )


def confirmation_gate(ground: Ground) -> Limb:
    """Judge whether the issuing body has confirmed the event. Appendix Z 6.7"""
    body = BODY_NAMES[ground.issuer]
    return limb(
        "Z6.7",
        f"{body} has confirmed that the certificate is {KIND_NAMES[ground.kind]}"
        + (f": {ground.confirmation}." if ground.confirmation else "."),
        ground.confirmed,
        f"{body} has not confirmed that the certificate is {KIND_NAMES[ground.kind]}.",
        remedy="Record its confirmation.",
    )


def replacement_gate(ground: Ground) -> Limb:
    """Judge whether a new certificate has been provided. Appendix Z 6.7"""
    return limb(
        "Z6.7",
        "No new certificate of the same body has been provided for the Device Model.",
        ground.replacement == NONE,
        "A new certificate has been provided and awaits validation; it holds the removal."
        if ground.replacement == AWAITING
        else "Another certificate of the same body is in force for the Device Model.",
        remedy="Find the new certificate valid or invalid." if ground.replacement == AWAITING else "",
    )


def check_removal(ground: Ground) -> None:
    """Refuse a removal one of whose gates is shut. Appendix Z 6.7"""
    check_limbs(removal_gates(ground))


def public_reason(*, clause: str, kind: str, issuer: str) -> str:
    """Write what the public reads of a removal for a certificate: clause and kind of the confirmed event. Appendix Z 6.11

    Nothing of reasons, plans or cases.
    """
    body = BODY_NAMES[issuer]
    told = f"{CERTIFICATE_NAMES[KINDS[issuer]]} {KIND_NAMES[kind]}; confirmed by {_the(body)}."
    if clause == Z61:
        return told
    return f"{told} The Security Sub-Committee determined that the Device Model be removed."


def determination_limbs(
    *, clause: str, outcome: str, event_stands: bool, covered_again: bool, plan_in_place_of_removal: bool
) -> tuple[Limb, ...]:
    """Judge whether the SSC can determine so under this clause. Appendix Z 6.2 and Appendix Z 6.4

    ``event_stands`` is True while an event of a CPA Certificate for the entry is neither denied nor overtaken; it
    need not be confirmed yet (A-62). ``plan_in_place_of_removal`` is True where the determination that binds the
    entry was not to remove, with a plan.
    """
    limbs = [
        limb(
            clause,
            "A CPA Certificate for the Device Model expired, was not renewed, or was withdrawn or cancelled.",
            event_stands,
            "No event of a CPA Certificate for this entry stands.",
            remedy="Record the event first.",
            field="events",
        ),
    ]
    if clause == Z64:
        limbs += [
            limb(
                Z64,
                "The SSC had determined a plan as an alternative to removal.",
                plan_in_place_of_removal,
                "No plan stands in place of removal, so this needs a new trigger under Appendix Z 6.2.",
                remedy="Determine under Appendix Z 6.2.",
                field="clause",
            ),
            limb(
                Z64,
                "No new certificate covers the Device Model.",
                not covered_again,
                "A new CPA Certificate is in force for the Device Model, so the event no longer stands.",
                field="clause",
            ),
            limb(
                Z64, "It determines removal.", outcome == REMOVE, "It is about removal only.", field="outcome"
            ),
        ]
    return tuple(limbs)


@dataclass(frozen=True, slots=True)
class Discretion:
    """What a decision of the Panel's own rests on: advice, a determination of non-compliance, or evidence of an error.

    ``determiner`` is "authority", "panel" or ""; ``others`` how many other entries on the list it names.
    ``closed_under`` is the clause under which the entry was last removed, "" where it is on the list.
    """

    kind: str
    clause: str
    generation: str
    listed: bool
    advice: bool = False
    advice_withdrawn: bool = False
    determiner: str = ""
    determination: str = ""
    in_combination: bool = False
    others: int = 0
    closed_under: str = ""
    rectified: str = ""
    evidence: bool = False
    minute: str = ""
    reasons: str = ""


CLAUSES = {
    "remove": ("Z6.8(a)", "Z6.8(b)", LISTED_IN_ERROR),
    "not_remove": ("Z6.8(a)", "Z6.8(b)"),
    "reinstate": ("Z6.9",),
    "not_reinstate": ("Z6.9",),
}
"""Under which clauses the Panel takes each kind of decision; an addition is decided with its submission."""


def decision_limbs(decision: Discretion) -> tuple[Limb, ...]:
    """Judge whether the Panel can decide so, and on what. Appendix Z 6.8 and Appendix Z 6.9"""
    limbs = [
        limb(
            "F2.2",
            "The clause provides for this decision.",
            decision.clause in CLAUSES.get(decision.kind, ()),
            "This clause does not provide for this decision.",
            remedy="Choose the clause that does.",
            field="clause",
        ),
        limb("F2.2", "The minute is named.", bool(decision.minute.strip()), "No minute is named.",
             remedy="Give the reference of the Panel’s minute.", field="minute_reference"),
        limb("F2.2", "The decision has reasons.", bool(decision.reasons.strip()), "No reasons are given.",
             remedy="Say why the Panel decided so.", field="reasons"),
    ]  # fmt: skip
    if decision.clause == LISTED_IN_ERROR:
        limbs += error_limbs(decision)
    elif decision.kind in ("remove", "not_remove"):
        limbs += discretion_limbs(decision)
    elif decision.kind in ("reinstate", "not_reinstate"):
        limbs += return_limbs(decision)
    return tuple(limbs)


def check_decision(decision: Discretion) -> None:
    """Refuse a decision that its clause does not allow. Appendix Z 6.8 and Appendix Z 6.9"""
    check_limbs(decision_limbs(decision))


def discretion_limbs(decision: Discretion) -> list[Limb]:
    """Judge the ground on which the Panel may remove a SMETS1 Device Model. Appendix Z 6.8"""
    limbs = [
        limb(
            "Z6.8",
            "The entry is a SMETS1 Device Model on the list.",
            decision.generation == SMETS1 and decision.listed,
            "Appendix Z 6.8 is about SMETS1 Device Models on the list only.",
            field="device_model",
        ),
    ]
    return (
        [*limbs, advice_limb(decision)]
        if decision.clause == "Z6.8(a)"
        else [*limbs, *compliance_limbs(decision)]
    )


def advice_limb(decision: Discretion) -> Limb:
    """Judge whether the SSC's advice stands. Appendix Z 6.8(a)"""
    return limb(
        "Z6.8(a)",
        "The SSC advises that the Device Model be removed.",
        decision.advice and not decision.advice_withdrawn,
        "The SSC has withdrawn its advice."
        if decision.advice_withdrawn
        else "No advice of the SSC is recorded.",
        remedy="Link the SSC’s advice.",
        field="advice",
    )


def compliance_limbs(decision: Discretion) -> list[Limb]:
    """Judge the determination that Devices do not comply with SMETS1. Appendix Z 6.8(b)"""
    return [
        limb(
            "Z6.8(b)",
            "The Authority, or the Panel under Section F3, has determined that its Devices do not comply.",
            bool(decision.determiner and decision.determination.strip()),
            "No determination is named, or not whose it is.",
            remedy="Give its reference, and say whether the Authority or the Panel made it.",
            field="determination_reference",
        ),
        limb(
            "Z6.8(b)",
            "Where it is about a combination, another Device Model on the list is named.",
            not decision.in_combination or decision.others > 0,
            "A combination needs at least one other Device Model on the list.",
            remedy="Name the other entries.",
            field="other_models",
        ),
    ]


def return_limbs(decision: Discretion) -> list[Limb]:
    """Judge whether a SMETS1 Device Model may be reinstated. Appendix Z 6.9

    Reading: the text's "6.2A(b)" is 6.8(b) (A-39).
    """
    return [
        limb(
            "Z6.9",
            "The entry is a SMETS1 Device Model that was removed under Appendix Z 6.8.",
            decision.generation == SMETS1
            and decision.closed_under.startswith("Z6.8")
            and not decision.listed,
            "Only a SMETS1 Device Model removed under Appendix Z 6.8 can be reinstated.",
            remedy="A Device Model removed otherwise returns by a new submission that names its entry.",
            field="device_model",
        ),
        limb(
            "Z6.9",
            "Where it was removed under 6.8(b) (printed as 6.2A(b)), the issue has been rectified.",
            decision.kind == "not_reinstate"
            or decision.closed_under != "Z6.8(b)"
            or bool(decision.rectified.strip()),
            "The Panel has not determined that the issue which gave rise to the removal has been rectified.",
            remedy="Give the reference of that determination.",
            field="rectification_reference",
        ),
    ]


def error_limbs(decision: Discretion) -> list[Limb]:
    """Judge the removal of a row that never met Section F2.1. Section F2.2"""
    return [
        limb(
            "F2.2",
            "The entry is on the list.",
            decision.listed,
            "The entry is not on the list.",
            field="device_model",
        ),
        limb(
            "F2.2",
            "Evidence shows that it never met Section F2.1.",
            decision.evidence,
            "No evidence has been given.",
            remedy="Attach the document, or say where the evidence stands.",
            field="evidence_note",
        ),
    ]


def _the(body: str) -> str:
    return body if body == "NCSC" else f"the {body}"
