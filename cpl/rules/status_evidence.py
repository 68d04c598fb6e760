"""What else there is to say to whoever asks why a Device is, or is not, on the list: evidence, combinations, submissions.

Section F2.2B, Section F2.4  What keeps an entry on the list beside its listing: the certificates that its type and
    specification ask for, or that it is SMETS1 and none is asked for.
PPCT Report 4.1.2  A SMETS1 Device Model is listed only as part of an eligible product combination.
Section F2.1  What is still lacking for a listing, as far as the asker may know: whoever may see a submission is told
    how far it is, and nobody else that there is one.

Reading: a certificate whose date has passed takes nothing off the list by itself (A-10, A-42); it is told because
nothing new is listed under it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpl.rules.certificates import BODIES, BODY_NAMES
from cpl.rules.limbs import Limb
from cpl.rules.status import Reason
from cpl.rules.versions import SMETS1


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that an edition names for an entry: the body, its date if it has one, and which kind of date."""

    body: str
    on: date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Combinations:
    """What the DCC's newest SMETS1 lists say of a device: on the Eligible one, and its words on the Pending one, or ""."""

    eligible: bool = False
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A submission of the device that the asker may see: what is lacking is judged while it is open."""

    reference: str
    state: str
    state_in_words: str
    lacking: tuple[Limb, ...] = ()


def evidence_reason(
    generation: str, required: frozenset[str], held: Iterable[Held], *, on: date
) -> Reason | None:
    """Say of an entry on the list which certificates it stands on, or lacks. Section F2.2B and Section F2.4

    Takes the bodies required that day, and the governing certificates that the edition names; None where nothing is
    asked for.
    """
    if generation == SMETS1:
        return Reason("F2.2B", "It is SMETS1, which needs no Assurance Certificate.")
    if not required:
        return None
    found = {each.body: each for each in held}
    if not found:
        return Reason(
            "F2.4",
            f"Its type and specification ask for certificates of {_names(required)}; the list from which it was taken "
            "over names none, and none has been recorded since.",
        )
    lacking = [_lacking(body, found.get(body), on) for body in BODIES if body in required]
    said = "; ".join(each for each in lacking if each)
    if said:
        return Reason("F2.4", f"Lacking: {said}. It stays on the list until it is removed under Appendix Z.")
    return Reason("F2.4", f"Every certificate asked for is in force: {_names(required)}.")


def combination_reasons(combinations: Combinations, *, may_be_smets1: bool) -> tuple[Reason, ...]:
    """Say of a device without an entry how it stands on the SMETS1 lists. PPCT Report 4.1.2

    ``may_be_smets1`` says whether anything known of it makes it SMETS1; else what no list holds is passed over.
    """
    if combinations.eligible:
        text = (
            "It is part of a SMETS1 Eligible Product Combination; what is lacking is an accepted submission."
        )
    elif combinations.pending:
        text = (
            f"It stands on the DCC’s list of SMETS1 Pending Product Combinations ({combinations.pending.lower()}); a SMETS1 "
            "Device Model is listed only as part of an eligible one."
        )
    elif may_be_smets1:
        text = (
            "No SMETS1 Eligible Product Combination holds it, and a SMETS1 Device Model is listed only as part "
            "of one."
        )
    else:
        return ()
    return (Reason("PPCT-4.1.2", text),)


def submission_reasons(submissions: Iterable[Asked]) -> tuple[Reason, ...]:
    """Say how far each submission of the device is, and what each still lacks, limb by limb. Section F2.1"""
    reasons = []
    for each in submissions:
        if each.state == "accepted":
            reasons.append(
                Reason("F2.8", f"Submission {each.reference} is accepted; the next edition says so.")
            )
            continue
        reasons.append(
            Reason("F2.1", f"Submission {each.reference} is there: {each.state_in_words.lower()}.")
        )
        reasons += [Reason(limb.clause, f"{each.reference} lacks: {limb.lacks}") for limb in each.lacking]
    return tuple(reasons)


def _lacking(body: str, held: Held | None, on: date) -> str:
    if held is None:
        return f"a certificate of {_name(body)}"
    if held.on and held.on < on:
        return f"a certificate of {_name(body)} whose {held.kind} date has not passed (it was {held.on.day} {held.on:%B %Y})"
    return ""


def _names(bodies: Iterable[str]) -> str:
    return ", ".join(_name(body) for body in BODIES if body in bodies)


def _name(body: str) -> str:
    return "NCSC" if body == "NCSC" else f"the {BODY_NAMES[body]}"
