"""What the SSC weighs, what it may decide, and on whom a Remedial Plan is imposed.

Appendix Z 6.2  Where a CPA Certificate has ended the SSC determines whether the Device Model is to be removed.
    (a) It considers the security implications and weighs them against the consequences for Energy Consumers of
    Devices being Suspended; (b) it takes into account relevant information provided by NCSC; (c) whether or not the
    Device Model is removed it may impose a CPA Certificate Remedial Plan: for SMETS2+ Communications Hubs on the DCC,
    for all others on the Import Suppliers and/or the Gas Suppliers of Devices of that Device Model.
Appendix Z 6.4  Where it determined a plan as an alternative to removal it may at any time determine removal.

Reading: a number of Devices that is not known is said to be so, with the reason. What 6.2(a) and (b) ask to be weighed
is asked of a determination under 6.4 too, since it Suspends the same Devices. The power of 6.4 lasts while the event
stands, a completed plan notwithstanding (A-13). A Party that comes to supply such Devices later may be added by a
supplementary determination, never by itself (A-23). The Code leaves unit and start of the periods to the SSC, so both
are mandatory (A-60).
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpl.rules.device_types import COMMUNICATIONS_HUB
from cpl.rules.estate import GAS, IMPORT, roles_for
from cpl.rules.limbs import Limb, limb, unmet
from cpl.rules.versions import SMETS1
from secgov.errors import Refusal, refuse_any
from ssc.rules.plans import APPROVAL, PROPOSAL, Period, check_period

REMOVE, RETAIN = "remove", "retain"
Z62, Z64 = "Z6.2", "Z6.4"
OUTCOMES = {
    "remove": (REMOVE, False, "Remove"),
    "remove_plan": (REMOVE, True, "Remove, and impose a plan"),
    "retain": (RETAIN, False, "Not remove"),
    "retain_plan": (RETAIN, True, "Not remove, and impose a plan"),
}
"""The four outcomes (Section F2.7A(a), Appendix Z 6.2(c)): whether it is removed, whether a plan is imposed, in words."""
NO_PERIOD = Period(None, "", None)
DCC = "dcc"
ROLE_NAMES = {DCC: "the DCC", IMPORT: "Import Suppliers", GAS: "Gas Suppliers"}


@dataclass(frozen=True, slots=True)
class Party:
    """A Party that might be obliged: its key, its name, and as what it might be (DCC, IMPORT, GAS)."""

    key: int
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Considered:
    """A determination as the secretary has written it. Texts are blank where nothing was said."""

    clause: str = Z62
    security_implications: str = ""
    consumer_consequences: str = ""
    weighing: str = ""
    devices_known: bool = True
    devices_unknown_reason: str = ""
    ncsc_information: bool = False
    ncsc_provided_none: bool = False
    outcome: str = ""
    with_plan: bool | None = None
    device_type: str = ""
    generation: str = ""
    obliged: tuple[Party, ...] = ()
    proposal: Period = NO_PERIOD
    approval: Period = NO_PERIOD
    reasons: str = ""
    minute_reference: str = ""
    determined_on: date | None = None
    struck_on: date | None = None
    today: date | None = None


def possible_outcomes(clause: str = Z62) -> tuple[str, ...]:
    """Give the outcomes among which the SSC chooses: four, of which 6.4 leaves those that remove. Section F2.7A(a)"""
    return tuple(key for key, (outcome, _, _) in OUTCOMES.items() if clause == Z62 or outcome == REMOVE)


def obliged_roles(*, device_type: str, generation: str) -> tuple[str, ...]:
    """Say as what a Party is obliged by a plan for a Device Model. Appendix Z 6.2(c)

    The DCC alone for a SMETS2+ Communications Hub. Else the Suppliers of such Devices: import for electricity, gas for
    gas, either for what may stand with both.
    """
    if device_type == COMMUNICATIONS_HUB:
        return (IMPORT, GAS) if generation == SMETS1 else (DCC,)
    return roles_for(device_type)


def is_automatic(*, device_type: str, generation: str) -> bool:
    """Say whether nobody is to be chosen, since the DCC alone is obliged. Appendix Z 6.2(c)"""
    return obliged_roles(device_type=device_type, generation=generation) == (DCC,)


def weighing_limbs(draft: Considered) -> tuple[Limb, ...]:
    """Judge whether security was weighed against what Suspension means for Energy Consumers. Appendix Z 6.2(a)"""
    return (
        _text("Z6.2(a)", "The security implications are considered.", draft.security_implications,
              "Say what could go wrong while Devices of this model stay in use.", "security_implications"),
        _text("Z6.2(a)", "The consequences for Energy Consumers are considered.", draft.consumer_consequences,
              "Say what removal would mean for Energy Consumers. One sentence will do if it is nothing.",
              "consumer_consequences"),
        _text("Z6.2(a)", "The two are weighed against each other.", draft.weighing,
              "Say how the two weigh against each other.", "weighing"),
        limb(
            "Z6.2(a)",
            "The number of Devices is known, or it is said why not.",
            draft.devices_known or bool(draft.devices_unknown_reason.strip()),
            "How many Devices would be Suspended is not known. Say why not.",
            field="devices_unknown_reason",
        ),
    )  # fmt: skip


def ncsc_limb(draft: Considered) -> Limb:
    """Judge whether NCSC's information was taken into account, or it is said that there was none. Appendix Z 6.2(b)"""
    return limb(
        "Z6.2(b)",
        "Information from NCSC is taken into account, or NCSC provided none.",
        draft.ncsc_information != draft.ncsc_provided_none,
        "Either NCSC provided information, or it provided none."
        if draft.ncsc_information
        else "Say what NCSC’s information is, or that it provided none.",
        field="ncsc",
    )


def outcome_limbs(draft: Considered) -> tuple[Limb, ...]:
    """Judge whether the case can be closed: with an outcome, reasons, a minute and a day. Appendix Z 6.2

    The SSC determines where a certificate has ended, so not on a day before that, nor on one still to come.
    """
    day = draft.determined_on
    chosen = any(
        (draft.outcome, draft.with_plan) == OUTCOMES[key][:2] for key in possible_outcomes(draft.clause)
    )
    return (
        limb(
            draft.clause,
            "One of the outcomes is chosen.",
            chosen,
            "Choose the outcome."
            if draft.clause == Z62
            else "Under 6.4 the SSC determines removal. Choose whether a plan is imposed, too.",
            field="outcome",
        ),
        _text(draft.clause, "It has reasons.", draft.reasons, "Say why the SSC determined so.", "reasons"),
        _text(draft.clause, "The minute is named.", draft.minute_reference,
              "Give the minute’s reference, for example SSC 112, item 4.", "minute_reference"),
        limb(
            draft.clause,
            "The day of the determination is named.",
            day is not None,
            "Give the day on which the SSC determined, for example 1 February 2027.",
            field="determined_on",
        ),
        limb(
            draft.clause,
            "That day has come.",
            not (day and draft.today) or day <= draft.today,
            "That day is still to come. Give the day on which the SSC determined.",
            field="determined_on",
        ),
        limb(
            draft.clause,
            "The certificate had ended by that day.",
            not (day and draft.struck_on) or day >= draft.struck_on,
            "On that day the certificate had not ended yet. Give the day on which the SSC determined.",
            field="determined_on",
        ),
    )  # fmt: skip


def plan_limbs(draft: Considered) -> tuple[Limb, ...]:
    """Judge on whom a plan is imposed; no limb where none is. Appendix Z 6.2(c)"""
    if not draft.with_plan:
        return ()
    roles = obliged_roles(device_type=draft.device_type, generation=draft.generation)
    strangers = [each.name for each in draft.obliged if not each.roles.intersection(roles)]
    allowed = " and ".join(ROLE_NAMES[role] for role in roles)
    return (
        limb(
            "Z6.2(c)",
            "At least one Party is obliged.",
            bool(draft.obliged),
            "Choose the Parties on whom the plan is imposed.",
            field="obliged",
        ),
        limb(
            "Z6.2(c)",
            f"It is imposed on {allowed} alone.",
            not strangers,
            f"A plan for this Device Model is imposed on {allowed}, so not on {', '.join(strangers)}.",
            field="obliged",
        ),
    )


def check_periods(draft: Considered) -> None:
    """Refuse a plan whose periods do not say how long, in which unit and from when. Appendix Z 6.3(a), Appendix Z 6.3(b)"""
    found: list[Refusal] = []
    for name, period in ((PROPOSAL, draft.proposal), (APPROVAL, draft.approval)):
        try:
            check_period(period, name=name)
        except Refusal as refusal:
            found.extend(refusal.each)
    refuse_any(found)


def determination_limbs(draft: Considered) -> tuple[Limb, ...]:
    """Judge all that a determination needs before it can be put to the Chair. Appendix Z 6.2 and Appendix Z 6.4"""
    return (*weighing_limbs(draft), ncsc_limb(draft), *outcome_limbs(draft), *plan_limbs(draft))


def check_determination(draft: Considered) -> None:
    """Refuse a determination that leaves one of the Code's questions unanswered. Appendix Z 6.2

    Raises Refusals for all that is missing.
    """
    _check(determination_limbs(draft), draft)


def check_supplement(draft: Considered, *, plan_imposed: bool, have: Collection[str]) -> None:
    """Refuse a supplementary determination that adds nobody, or to no plan. Appendix Z 6.2(c)

    ``have`` names those of `draft.obliged` that have their plan of this determination already. Reading: a Party that
    came later is added only so (A-23).
    """
    _check(
        (
            limb(
                "Z6.2(c)",
                "A plan was imposed by the determination that it supplements.",
                plan_imposed,
                "No plan was imposed, so there is none to add a Party to.",
                field="obliged",
            ),
            limb(
                "Z6.2(c)",
                "Each Party is a new one.",
                not have,
                f"A plan of this determination is imposed already on {', '.join(sorted(have))}.",
                field="obliged",
            ),
            *plan_limbs(draft),
            *outcome_limbs(draft)[1:],
        ),
        draft,
    )


def _check(limbs: Iterable[Limb], draft: Considered) -> None:
    found = [each.as_refusal() for each in unmet(limbs)]
    if draft.with_plan:
        try:
            check_periods(draft)
        except Refusal as refusal:
            found.extend(refusal.each)
    refuse_any(found)


def may_still_remove(*, outcome: str, with_plan: bool, binds: bool, event_stands: bool) -> bool:
    """Say whether the SSC may determine under 6.4: it retained with a plan, and the event still stands. Appendix Z 6.4

    Reading: whether the plan has been completed makes no difference (A-13); a new certificate does.
    """
    return outcome == RETAIN and with_plan and binds and event_stands


def told_to_parties(outcome: str) -> str:
    """Give what all Parties hear of a determination: removed or not, never reasons or a plan. Appendix Z 6.2"""
    return "to be removed" if outcome == REMOVE else "not to be removed"


def digest_of(values: Mapping[str, Any]) -> str:
    """Give the digest that binds the Chair's word to exactly these values. TR-10"""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(clause: str, asks: str, text: str, lacks: str, field: str) -> Limb:
    return limb(clause, asks, bool(text.strip()), lacks, field=field)
