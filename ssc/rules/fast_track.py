"""When firmware against a security vulnerability may be tested before its turn.

PPCT Report 2.1  From the re-designation date on, which is a setting: the report is a proposal (A-33).
PPCT Report 9.2  Only to address a material security vulnerability.
PPCT Report 4.1.2  With an assessment that the fix does not affect the S1SR and DMVES requirements, and an
    explicit answer on interoperability (A-35).
PPCT Report 9.15  The DCC, not the Testing Participant, contacts SECAS: whether the SSC has been notified, and when
    the upgrade would be tested if treated as urgent and if not, in one message (A-34).
PPCT Report 9.16  SECAS, for the SSC, answers: notified, material in the Chair's view, and warranting the fast track.
PPCT Report 9.17  The DCC gives priority where that is recommended.

Reading: the three answers are separate and have no default; what is not material cannot warrant the fast track. The
Chair's view is effective at once and ratified by the SSC afterwards; a refusal to ratify is for a person to look at
(A-37). The secretary of the SSC is SECAS acting for it. Where all three are yes the DCC grants, and has no further
discretion; otherwise it refuses, with what would have to change.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cpl.rules.limbs import Limb, limb
from cpl.rules.smets1_lists import MOST_DEVICES
from secgov.errors import Refusal, refuse_any

GROUND = "MATERIAL_SECURITY_VULNERABILITY"
"""PPCT Report 9.2: the only ground."""
VIEW_WORKING_DAYS = 1
"""PPCT Report 4.1: the answer may come within the Working Day, without a meeting; our own target (TR-9)."""
NOTIFY_AND_APPLY_AGAIN = "Notify the SSC of the vulnerability, and apply again."


def is_available(*, effective_from: date | None, today: date) -> bool:
    """Say whether the fast track can be asked for: from its effective date on, never while none is set. PPCT Report 2.1"""
    return effective_from is not None and today >= effective_from


def check_available(*, effective_from: date | None, today: date) -> None:
    """Refuse before the regime has effect. PPCT Report 2.1"""
    if is_available(effective_from=effective_from, today=today):
        return
    since = (
        f"It takes effect on {effective_from.isoformat()}." if effective_from else "No date is set for it."
    )
    raise Refusal(f"The fast track is not in effect. {since}", clause="PPCT-2.1")


def request_limbs(
    *, ground: str, purpose: str, assessment: str, has_assessment_file: bool, affects_interoperability: bool | None,
    interoperability: str, devices: Sequence[str], new_device: str,
) -> tuple[Limb, ...]:  # fmt: skip
    """Judge a request: its ground, its assessment, its answer on interoperability. PPCT Report 4.1.2 and PPCT Report 9.2"""
    return (
        limb(
            "PPCT-9.2", "It addresses a material security vulnerability.", ground == GROUND,
            "The fast track is only for a material security vulnerability.", field="ground",
            remedy="Anything else is tested in its turn.",
        ),
        limb(
            "PPCT-4.1.2", "It says what it is for.", bool(purpose.strip()), "Say what the firmware is for.", field="purpose",
            remedy="The weakness itself belongs in the notification to the SSC, not here.",
        ),
        limb(
            "PPCT-4.1.2", "It comes with an assessment of the S1SR and DMVES requirements.",
            bool(assessment.strip()) or has_assessment_file,
            "Say why the fix does not affect the S1SR and DMVES requirements.", field="assessment",
        ),
        limb(
            "PPCT-9.17", "It says whether something is known that might impact interoperability.",
            affects_interoperability is not None, "Answer yes, or none known.", field="affects_interoperability",
        ),
        limb(
            "PPCT-9.17", "What is known is told.", affects_interoperability is not True or bool(interoperability.strip()),
            "Say what might impact interoperability.", field="interoperability",
        ),
        limb(
            "PPCT-4.1.2", f"It names 1 to {MOST_DEVICES} different devices.",
            1 <= len(set(devices)) == len(devices) <= MOST_DEVICES, "Name each device of the combination once.",
            field="devices",
        ),
        limb(
            "PPCT-4.1.2", "The device with the new firmware is one of them.", new_device in devices,
            "Say which of the devices has the new firmware.", field="new_device",
        ),
    )  # fmt: skip


def check_view_is_sought(
    *, date_if_not: date | None, date_if_fast: date | None, asks_whether_notified: bool, today: date
) -> None:
    """Refuse a message to SECAS without both dates and the question, or in which fast is slower. PPCT Report 9.15

    Equal dates are allowed: `is_no_benefit` warns of them. Raises Refusals.
    """
    found = []
    for field, day, words in (
        ("date_if_not", date_if_not, "in its turn"),
        ("date_if_fast", date_if_fast, "fast tracked"),
    ):
        if day is None:
            found.append(Refusal(f"Say when it would be tested {words}.", clause="PPCT-9.15", field=field))
        elif day < today:
            found.append(Refusal("That day is past.", clause="PPCT-9.15", field=field))
    if date_if_not and date_if_fast and date_if_fast > date_if_not:
        found.append(
            Refusal(
                "Fast tracked, it would be tested later than in its turn.", clause="PPCT-9.15", field="date_if_fast",
                remedy="Give the same day, or an earlier one.",
            )
        )  # fmt: skip
    if not asks_whether_notified:
        found.append(
            Refusal(
                "Ask in the same message whether the SSC has been notified.", clause="PPCT-9.15",
                field="asks_whether_notified",
            )
        )  # fmt: skip
    refuse_any(found)


def is_no_benefit(*, date_if_not: date, date_if_fast: date) -> bool:
    """Say whether the fast track would bring nothing: both days are the same. PPCT Report 4.1.2"""
    return date_if_fast == date_if_not


@dataclass(frozen=True, slots=True)
class Answers:
    """The three answers; None is no answer."""

    was_notified: bool | None
    is_material: bool | None
    warrants: bool | None

    @property
    def are_three_yeses(self) -> bool:
        """Whether each of them is yes."""
        return self.was_notified is True and self.is_material is True and self.warrants is True


_ASKED = (
    ("was_notified", "Answer whether the SSC has been notified."),
    ("is_material", "Answer whether the Chair considers the vulnerability material."),
    ("warrants", "Answer whether the Chair considers that this warrants the fast track."),
)


def check_view(answers: Answers, *, to_change: str, for_the_chair: bool, has_evidence: bool) -> None:
    """Refuse a view that lacks an answer, contradicts itself, or lacks remedy or evidence. PPCT Report 9.16

    `for_the_chair`: the secretary writes it down. Raises Refusals.
    """
    found = [
        Refusal(words, clause="PPCT-9.16", field=field)
        for field, words in _ASKED
        if getattr(answers, field) is None
    ]
    if answers.warrants and answers.is_material is False:
        found.append(
            Refusal(
                "What is not material cannot warrant the fast track.", clause="PPCT-9.16", field="warrants",
                remedy="Ask the Chair again.",
            )
        )  # fmt: skip
    answered = None not in (answers.was_notified, answers.is_material, answers.warrants)
    needs_words = answered and answers.was_notified and not answers.are_three_yeses
    if needs_words and not to_change.strip():
        found.append(Refusal("Say what would have to change.", clause="PPCT-9.16", field="to_change"))
    if for_the_chair and not has_evidence:
        found.append(
            Refusal(
                "Show how the Chair’s view is known.", clause="PPCT-9.16", field="evidence",
                remedy="Give the mail or minute, or its file; or let the Chair answer.",
            )
        )  # fmt: skip
    refuse_any(found)


def what_would_have_to_change(answers: Answers, to_change: str) -> str:
    """Give what a refusal tells the Testing Participant; without notification that comes first. PPCT Report 9.16"""
    if answers.are_three_yeses:
        return ""
    words = to_change.strip()
    if answers.was_notified is False and NOTIFY_AND_APPLY_AGAIN not in words:
        words = f"{NOTIFY_AND_APPLY_AGAIN} {words}".strip()
    return words


def check_may_grant(answers: Answers) -> None:
    """Refuse a grant without three yeses. PPCT Report 9.16"""
    if not answers.are_three_yeses:
        raise Refusal(
            "It is granted only where all three answers are yes.", clause="PPCT-9.16",
            remedy="Refuse it, with what would have to change.",
        )  # fmt: skip


def check_may_refuse(answers: Answers) -> None:
    """Refuse a refusal of what was recommended: the DCC gives priority to it. PPCT Report 9.17"""
    if answers.are_three_yeses:
        raise Refusal("The fast track was recommended, so the DCC gives it priority.", clause="PPCT-9.17")


@dataclass(frozen=True, slots=True)
class Move:
    """A day in the testing queue that is to move: which place, whose, from when, to when."""

    slot: int
    organisation: int
    was_on: date
    now_on: date


def impacted(moves: Iterable[Move]) -> dict[int, tuple[Move, ...]]:
    """Give by organisation the moves that it has to be told of: its own, and only what really moves. PPCT Report 4.1.2

    Whoever asked for the fast track is told like everybody else where another of its own tests gives way.
    """
    found: dict[int, tuple[Move, ...]] = {}
    for move in moves:
        if move.now_on != move.was_on:
            found[move.organisation] = (*found.get(move.organisation, ()), move)
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """A day in the testing queue that moved, and whether the request that it gave way to needs it no longer."""

    was_on: date
    now_on: date
    is_idle: bool


def way_back(history: Sequence[Moved], *, planned_on: date, today: date, taken: Collection[date]) -> date:
    """Give the day to which a place goes back, once what it gave way to is withdrawn untested. PPCT Report 4.1.2

    Takes its moves, oldest first. It goes back over the newest moves for which there is no need any more, as far as the
    days are still to come and no test with priority is planned for them; else it stays on its day, ``planned_on``.
    Reading: nothing in the report says so; it says that schedules are impacted by a fast track, and this one is none.
    """
    day = found = planned_on
    for move in reversed(history):
        if not move.is_idle or move.now_on != day:
            break
        day = move.was_on
        if day > today and day not in taken:
            found = min(found, day)
    return found


def check_sets_received(sets_received_on: date | None, *, today: date) -> None:
    """Refuse to begin a test before the Testing Participant's device sets are there. PPCT Report 4.1.2"""
    if sets_received_on is None or sets_received_on > today:
        raise Refusal(
            "The Testing Participant supplies the device sets before the test.", clause="PPCT-4.1.2", field="sets_received_on",
            remedy="Record the day on which they came.",
        )  # fmt: skip


def check_tested_on(tested_on: date | None, *, sets_received_on: date, today: date) -> None:
    """Refuse the outcome of a test of no day, of one to come, or of one before its device sets came. PPCT Report 4.1.2"""
    if tested_on is None or tested_on > today:
        raise Refusal("Give the day of the test, today or before.", clause="PPCT-4.1.2", field="tested_on")
    if tested_on < sets_received_on:
        raise Refusal(
            f"The device sets came on {sets_received_on.day} {sets_received_on:%B %Y}: the test was on that day or later.",
            clause="PPCT-4.1.2", field="tested_on",
        )  # fmt: skip
