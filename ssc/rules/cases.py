"""When the SSC has a case, how it is triaged, what may be asked for it, and when it is void or returned.

Section F2.7A(a)  Where a CPA Certificate for a Device Model expires, is not renewed, or is
    withdrawn or cancelled by NCSC, the SSC determines whether to remove that Device Model.
Appendix Z 6.2(d)  It does so as soon as reasonably practicable, taking into account the
    seriousness of the potential security consequences.
Appendix Z 6.6  The DCC and each Supplier Party provide such relevant information as the SSC
    may reasonably request.

Reading: a listed Device Model that another CPA Certificate in force covers at that instant
has no case (A-08). One open case for each entry; later events join it (A-69). A renewal
date that has passed opens a case though NCSC is still silent (A-42). The only ground of
void is that no event stands any more (A-62); a renewal or a replacement after a real lapse
is a new fact that returns the case (A-14). No period is set for the determination or for a
reply, so each has a date that the SSC sets, shown and warned of, never blocked on (TR-9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpl.rules.certificate_events import opens_case
from cpl.rules.limbs import Limb, check_limbs, limb
from secgov.errors import Refusal

HIGH, MEDIUM, LOW = "high", "medium", "low"
SERIOUSNESS = (HIGH, MEDIUM, LOW)
"""How serious the potential security consequences are (Appendix Z 6.2(d)), gravest first."""
TRIAGE_WORKING_DAYS = 1
"""Appendix Z 6.2(d): Working Days after which an untriaged case is alarmed; our own target."""

UNCONFIRMED, CONFIRMED = "unconfirmed", "confirmed"
STANDS, LAPSED, FALLEN = "stands", "lapsed", "fallen"
"""Of a case's events together: one stands; none does, but one had really happened; all have fallen."""

DCC, SUPPLIER, MANUFACTURER, OTHER = "dcc", "supplier", "manufacturer", "other"
"""Who can be asked for information, as Appendix Z 6.6 tells them apart."""


@dataclass(frozen=True, slots=True)
class Event:
    """A certificate's event as a case sees it: its state, and whether a renewal in place has overtaken it."""

    state: str
    overtaken: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is neither denied nor superseded nor overtaken; it need not be confirmed (A-62)."""
        return self.state in (UNCONFIRMED, CONFIRMED) and not self.overtaken


def is_ground_of_case(*, body: str, event: Event, covered_again: bool, listed: bool) -> bool:
    """Say whether what struck an entry is for the SSC to determine on. Section F2.7A(a)

    Takes the body that issued the certificate, its event, whether another CPA Certificate in force held the Device
    Model at that instant (A-08), and whether the entry is on the list.
    """
    return opens_case(body) and event.stands and not covered_again and listed


def standing_of(events: Iterable[Event]) -> str:
    """Say what is left of a case's events: STANDS, LAPSED or FALLEN. Appendix Z 6.2

    FALLEN makes the case void, and nothing else does (A-62). LAPSED does not: a confirmed event that a renewal has
    overtaken did happen, and returns to the SSC as a new fact.
    """
    found = list(events)
    if any(each.stands for each in found):
        return STANDS
    return LAPSED if any(each.state == CONFIRMED for each in found) else FALLEN


def triage_limbs(
    *, seriousness: str, target: date | None, today: date, before: tuple[str, date] | None
) -> tuple[Limb, ...]:
    """Judge a triage, or a later one in its place. Appendix Z 6.2(d)

    ``before`` is the seriousness and the target date as they stood, None for the first triage. What has become more
    serious is determined sooner: its target comes forward, unless it cannot.
    """
    raised = bool(
        before
        and seriousness in SERIOUSNESS
        and SERIOUSNESS.index(seriousness) < SERIOUSNESS.index(before[0])
    )
    return (
        limb(
            "Z6.2(d)",
            "The seriousness of the potential security consequences is rated.",
            seriousness in SERIOUSNESS,
            "Say how serious the potential security consequences are.",
            remedy="Choose high, medium or low.",
            field="seriousness",
        ),
        limb(
            "Z6.2(d)",
            "A day is set by which the SSC means to determine.",
            target is not None,
            "Give the day by which the SSC means to determine, for example 1 February 2027.",
            field="target_date",
        ),
        limb(
            "Z6.2(d)",
            "That day is not past.",
            target is None or target >= today,
            "That day is past.",
            remedy="Give today or a later day.",
            field="target_date",
        ),
        limb(
            "Z6.2(d)",
            "What has become more serious is determined sooner.",
            not raised or before is None or target is None or target < before[1] or target == today,
            "It has become more serious, but its target has not come forward.",
            remedy="Give an earlier day.",
            field="target_date",
        ),
    )


def check_triage(
    *, seriousness: str, target: date | None, today: date, before: tuple[str, date] | None = None
) -> None:
    """Refuse a triage without its rating or its day, and a graver one that comes no sooner. Appendix Z 6.2(d)"""
    check_limbs(triage_limbs(seriousness=seriousness, target=target, today=today, before=before))


def is_obliged_to_answer(addressee: str) -> bool:
    """Say whether an addressee has to provide what the SSC asks: the DCC and Supplier Parties do. Appendix Z 6.6

    A Manufacturer is asked, and free not to answer.
    """
    return addressee in (DCC, SUPPLIER)


def check_request(*, addressee: str, question: str, reply_by: date | None, today: date) -> None:
    """Refuse a request to nobody, about nothing, or to be answered by a day that is past. Appendix Z 6.6

    Raises Refusals for all that is wrong.
    """
    check_limbs(
        (
            limb(
                "Z6.6",
                "It is asked of the DCC, a Supplier Party or a Manufacturer.",
                addressee in (DCC, SUPPLIER, MANUFACTURER),
                "Information is asked of the DCC and of Supplier Parties; a Manufacturer may be asked, too.",
                remedy="Choose one of those.",
                field="addressee",
            ),
            limb(
                "Z6.6",
                "It says what is asked.",
                bool(question.strip()),
                "Say what the SSC asks: one sentence will do.",
                field="question",
            ),
            limb(
                "Z6.6",
                "It says by when a reply is asked for.",
                reply_by is not None,
                "Give the day by which a reply is asked for, for example 5 February 2027.",
                field="reply_by",
            ),
            limb(
                "Z6.6",
                "That day is still to come.",
                reply_by is None or reply_by > today,
                "There would be no time to reply.",
                remedy="Give tomorrow or a later day.",
                field="reply_by",
            ),
        )
    )


def is_overdue(*, reply_by: date, answered: bool, withdrawn: bool, today: date) -> bool:
    """Say whether a reply is late: from the day after the one that was asked for. Appendix Z 6.6"""
    return today > reply_by and not answered and not withdrawn


def check_may_be_asked(*, state: str, plan_stands: bool) -> None:
    """Refuse to ask for a case on which nothing is left to determine. Appendix Z 6.6

    ``plan_stands`` is True where a plan stands in place of removal, so that the SSC may still determine under 6.4.
    """
    if state == "open" or (state == "determined" and plan_stands):
        return
    raise Refusal(
        "Information is asked for to assist a determination under 6.2 or 6.4, and none is to be made on this case.",
        clause="Z6.6",
    )
