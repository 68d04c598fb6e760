"""Whether a Device is on the list, and why, or why not.

Appendix Z 6.10  A Communications Hub Function, or a Gas Proxy Function, is on the
    list if, and only if, the Communications Hub that it forms part of is. That is
    worked out at every question and stored nowhere.
Appendix Z 6.11  An entry marked "removed" stays visible, and is not on the list.
PPCT Report 4.1.2  Firmware can be upgraded only to a version that is an entry of the
    list: the answer is yes or no for the very firmware asked about.

Reading: an entry is on the list exactly while it has an open listing period. A
question about a day is answered for the end of that London day; one about a day
before an imported entry is known to have been listed has no answer (A-50, A-51).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cpl.rules.device_identity import (
    DeviceIdentity,
    clean_firmware_version,
    clean_hardware_revision,
    clean_hardware_version,
    clean_manufacturer_identifier,
    clean_model_identifier,
    concatenation,
)
from cpl.rules.device_types import NAMES, answering_type, hub_function_named
from cpl.rules.versions import SMETS1, gbcs_text, specification_text
from secgov.clauses import spell
from secgov.errors import Refusal


@dataclass(frozen=True, slots=True)
class Period:
    """A listing period in London dates. Where an imported one does not know an end, it has the day
    by which that had happened; with neither ``closed_on`` nor ``closed_known_by`` it is open."""

    opened_on: date | None = None
    opened_known_by: date | None = None
    closed_on: date | None = None
    closed_known_by: date | None = None
    closing_clause: str = ""
    public_reason: str = ""
    decided: str = ""
    """Who had decided the removal, and when: "as the SSC determined on 11 January 2027"; or ""."""

    @property
    def is_open(self) -> bool:
        """True while the entry is on the list by this period."""
        return self.closed_on is None and self.closed_known_by is None

    def has_ended(self, *, on: date) -> bool:
        """True when it is known to have ended before that London day did."""
        ended = self.closed_on or self.closed_known_by
        return ended is not None and on >= ended


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry to answer from: its six-digit number, its identity, its periods, oldest first."""

    number: str
    device: DeviceIdentity
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The Device asked about, cleaned. ``hub_function`` names the part of a hub asked about, or ""."""

    device_type: str
    manufacturer_identifier: str
    model_identifier: str
    hardware_version: str
    hardware_revision: str
    firmware_version: str
    hub_function: str = ""

    @property
    def device_key(self) -> str:
        """The six values as one text, as in ``DeviceIdentity.device_key``."""
        return "|".join(
            (
                self.device_type,
                self.manufacturer_identifier,
                self.model_identifier,
                self.hardware_version,
                self.hardware_revision,
                self.firmware_version,
            )
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a clause's key and a sentence."""

    clause: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """The answer: on the list or not (None: not known), by which entries, and why."""

    on_cpl: bool | None
    entries: tuple[str, ...]
    reasons: tuple[Reason, ...]


_CLEANERS = {
    "device_type": answering_type,
    "manufacturer_identifier": clean_manufacturer_identifier,
    "model_identifier": clean_model_identifier,
    "hardware_version": clean_hardware_version,
    "hardware_revision": clean_hardware_revision,
    "firmware_version": clean_firmware_version,
}


def read_question(fields: Mapping[str, str]) -> tuple[Question | None, tuple[Refusal, ...]]:
    """Read a question about a Device; CHF and GPF are asked of their hub. Appendix Z 6.10

    Takes six fields by name, as written. Gives the cleaned question and no
    refusals, or None and every refusal.
    """
    clean: dict[str, str] = {}
    refusals: list[Refusal] = []
    for field, cleaner in _CLEANERS.items():
        try:
            clean[field] = cleaner(fields.get(field) or "")
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals:
        return None, tuple(refusals)
    return Question(**clean, hub_function=hub_function_named(fields.get("device_type") or "")), ()


def was_listed(periods: Iterable[Period], *, on: date) -> bool | None:
    """Tell whether an entry was on the list when a London day ended. Appendix Z 6.11

    None where its imported periods do not know.
    """
    answers = [_was_listed(period, on) for period in periods]
    if True in answers:
        return True
    return None if None in answers else False


def why(question: Question, entries: Iterable[Entry], *, on: date) -> Status:
    """Say whether a Device is on the list, and why, clause by clause. PPCT Report 4.1.2

    Takes the question, the entries of the same type, manufacturer and model
    identifier (others are passed over), and the London date asked about. Several
    entries may answer, as the version pair is not asked for; one on the list is
    enough.
    """
    known = sorted(entries, key=lambda each: each.number)
    matches = [each for each in known if each.device.device_key == question.device_key]
    reasons = _hub_reason(question)
    if not matches:
        return Status(False, (), (*reasons, *_reasons_for_none(question, known, on)))
    listed = {each.number: was_listed(each.periods, on=on) for each in matches}
    reasons += tuple(_reason_for(each, listed[each.number], on) for each in matches)
    answer = True if True in listed.values() else None if None in listed.values() else False
    numbers = tuple(each.number for each in matches if listed[each.number]) if answer else tuple(listed)
    return Status(answer, numbers, reasons)


def why_entry(entry: Entry, *, on: date) -> Status:
    """Say whether one entry is on the list, and why. Section F2.1

    Takes the entry and the London date asked about.
    """
    listed = was_listed(entry.periods, on=on)
    return Status(listed, (entry.number,), (_reason_for(entry, listed, on),))


def _was_listed(period: Period, on: date) -> bool | None:
    """Judge one period: on the list, not on it, or not known."""
    if period.closed_on is not None and on >= period.closed_on:
        return False
    if period.closed_known_by is not None:
        return False if on >= period.closed_known_by else None
    if period.opened_on is not None:
        return on >= period.opened_on
    # Imported: listed from some day up to the one on which it was seen.
    return True if period.opened_known_by and on >= period.opened_known_by else None


def _hub_reason(question: Question) -> tuple[Reason, ...]:
    if not question.hub_function:
        return ()
    return (
        Reason(
            "Z6.10",
            f"A {question.hub_function} is on the list if, and only if, its Communications Hub is; "
            "so the hub was looked up.",
        ),
    )


def _reason_for(entry: Entry, listed: bool | None, on: date) -> Reason:
    device = entry.device
    pair = f"{specification_text(device.spec_type, device.spec_version)}, {gbcs_text(device.gbcs_version)}"
    name = f"Entry {entry.number} ({pair})"
    if listed:
        clause = "F2.1(b)" if device.generation == SMETS1 else "F2.1(a)"
        period = next(each for each in entry.periods if _was_listed(each, on))
        since = (
            f"since {_day(period.opened_on)}"
            if period.opened_on
            else f"since before {_day_after(period.opened_known_by)}"
        )
        return Reason(clause, f"{name} is on the list, {since}.")
    if listed is None:
        return Reason("F2.1", f"{name}: whether it was on the list on {_day(on)} is not known.")
    past = [each for each in entry.periods if each.has_ended(on=on)]
    if not past:
        return Reason("F2.1", f"{name} was not yet on the list on {_day(on)}.")
    last = past[-1]
    when = f"on {_day(last.closed_on)}" if last.closed_on else f"before {_day_after(last.closed_known_by)}"
    under = f" under {spell(last.closing_clause)}" if last.closing_clause else ""
    because = f": {last.public_reason.rstrip('.')}" if last.public_reason else ""
    decided = f", {last.decided}" if last.decided else ""
    return Reason("Z6.11", f"{name} was marked removed {when}{under}{decided}{because}.")


def _reasons_for_none(question: Question, entries: list[Entry], on: date) -> tuple[Reason, ...]:
    """Say what is missing: the model, its hardware, or only this firmware."""
    asked = replace(question, firmware_version="").device_key
    hardware = concatenation(question.model_identifier, question.hardware_version, question.hardware_revision)
    type_name = NAMES[question.device_type]
    same_hardware = [each for each in entries if each.device.device_key.rpartition("|")[0] + "|" == asked]
    if same_hardware:
        listed = sorted({e.device.firmware_version for e in same_hardware if was_listed(e.periods, on=on)})
        others = f" Firmware on the list for it: {', '.join(listed)}." if listed else ""
        return (
            Reason(
                "PPCT-4.1.2",
                f"No entry has {type_name} {hardware} of manufacturer {question.manufacturer_identifier} with "
                f"firmware {question.firmware_version}, so it cannot be upgraded to.{others}",
            ),
        )
    same_model = [
        each
        for each in entries
        if (each.device.device_type, each.device.manufacturer_identifier, each.device.model_identifier)
        == (question.device_type, question.manufacturer_identifier, question.model_identifier)
    ]
    if same_model:
        hardwares = sorted({each.device.device_model for each in same_model})
        return (
            Reason(
                "F2.1",
                f"No entry has hardware {hardware}; those of this model have {', '.join(hardwares)}.",
            ),
        )
    return (
        Reason(
            "F2.1",
            f"No entry has a {type_name} of manufacturer {question.manufacturer_identifier} "
            f"with model {question.model_identifier}.",
        ),
    )


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "an unknown day"


def _day_after(known_by: date | None) -> str:
    """Write the day before which something had happened that was true on ``known_by``."""
    return _day(known_by + timedelta(days=1) if known_by else None)
