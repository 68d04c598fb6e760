"""What the two SMETS1 lists from the DCC must look like, row by row.

Section F2.10A(a)  SMETS1 Eligible Product Combinations: those for which the DCC has shown by testing, or by
    testing of a substantively equivalent combination, that it can process SMETS1 Service Requests and Alerts;
    with the date each was first added.
Section F2.10A(b)  SMETS1 Pending Product Combinations: (i) considered, or (ii) in development or testing.
    One that a Testing Participant has called confidential is not added.

Reading: the date of first adding never changes, and only the first upload may bring earlier dates (A-22).
"""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cpl.rules import device_identity
from cpl.rules.dcc_lists import Row, Rows, bad_row, parts, refuse_rows, said_in
from cpl.rules.device_types import NAMES, clean_device_type
from secgov.errors import Refusal

STATUSES = ("CONSIDERING", "DEVELOPING_TESTING")
DEVICE_PARTS = (
    "device_type",
    "manufacturer",
    "model",
    "hardware_version",
    "hardware_revision",
    "firmware_version",
)
_CLEANERS = (
    clean_device_type,
    device_identity.clean_manufacturer_identifier,
    device_identity.clean_model_identifier,
    device_identity.clean_hardware_version,
    device_identity.clean_hardware_revision,
    device_identity.clean_firmware_version,
)
MOST_DEVICES = 10  # in one combination


@dataclass(frozen=True, slots=True)
class Combination:
    """SMETS1 devices, sorted, and a communications service provider."""

    provider: str
    devices: tuple[str, ...]

    @property
    def key(self) -> str:
        """The combination as the one text that is stored and compared."""
        return combination_key(self.provider, self.devices)


@dataclass(frozen=True, slots=True)
class Eligible:
    """A row of the Eligible list."""

    row: int
    reference: str
    combination: Combination
    evidence: str
    equivalent_of: str
    first_added_on: dt.date


@dataclass(frozen=True, slots=True)
class Pending:
    """A row of the Pending list."""

    row: int
    reference: str
    combination: Combination
    status: str


def combination_key(provider: str, devices: Iterable[str]) -> str:
    """Write a combination as one text, whatever the order of its devices. Section F2.10A(a)"""
    return "; ".join([" ".join(provider.split()).casefold(), *sorted(devices)])


def device_in_words(device: str) -> str:
    """Write a stored device as a person reads it, for example `GSME 7E3E 00000300 firmware 05080607`. Section F2.10A"""
    kind, manufacturer, model, version, revision, firmware = device.split("|")
    return (
        f"{NAMES[kind]}, manufacturer {manufacturer}, model {model}{version}{revision}, firmware {firmware}"
    )


def read_eligible(
    rows: Rows, *, first_added: Mapping[str, dt.date], first_upload: bool, on: dt.date
) -> list[Eligible]:
    """Read the Eligible list: each row needs its provider and the evidence of its testing. Section F2.10A(a)

    `first_added` has the date of each combination ever added, by its key; `on` is the London date of receipt.
    Raises RowsRefused.
    """
    found: list[Eligible] = []
    wrong: list[Refusal] = []
    for number, row in rows:
        refusals: list[Refusal] = []
        combination = _combination(number, row, refusals)
        reference = _text(number, row, "reference", 60, refusals)
        evidence = _text(number, row, "evidence", 200, refusals)
        equivalent_of = _text(number, row, "equivalent_of", 60, refusals, needed=False)
        day = None
        if combination is not None:
            try:
                day = first_added_on(
                    said_in(row.get("first_added_on")),
                    known=first_added.get(combination.key),
                    first_upload=first_upload,
                    on=on,
                )
            except Refusal as refusal:
                refusals.append(
                    bad_row(number, refusal.field, refusal.message, refusal.clause, refusal.remedy)
                )
        if refusals or combination is None or day is None:
            wrong += refusals
        else:
            found.append(Eligible(number, reference, combination, evidence, equivalent_of, day))
    wrong += _repeated(found)
    wrong += _untested_equivalents(found)
    refuse_rows(wrong)
    return found


def first_added_on(said: str, *, known: dt.date | None, first_upload: bool, on: dt.date) -> dt.date:
    """Give the day on which a combination was first added: set once, never changed. Section F2.10A(a)

    `said` is what the row says, blank for nothing; `known` the day kept since the combination was first added.
    Reading: it stays when a combination is removed and added again (A-22). Raises Refusal.
    """
    field, clause = "first_added_on", "F2.10A(a)"
    try:
        day = dt.date.fromisoformat(said) if said else known or on
    except ValueError as error:
        raise Refusal(
            "That is no date.", clause=clause, field=field, remedy="Write it as 2026-12-01."
        ) from error
    if known is not None and day != known:
        raise Refusal(
            f"This combination was first added on {known.isoformat()}; that never changes.",
            clause=clause, field=field, remedy="Give that date, or leave it blank.",
        )  # fmt: skip
    if day > on:
        raise Refusal("The date lies in the future.", clause=clause, field=field, remedy="Leave it blank.")
    if known is None and day != on and not first_upload:
        raise Refusal(
            "Only the first list may bring earlier dates.",
            clause=clause,
            field=field,
            remedy="Leave it blank: it is added now.",
        )
    return day


def read_pending(rows: Rows, *, withheld: Container[str]) -> list[Pending]:
    """Read the Pending list; each row says whether it is considered or in development. Section F2.10A(b)(i)

    `withheld` holds the keys of combinations called confidential since. Raises RowsRefused.
    """
    found: list[Pending] = []
    wrong: list[Refusal] = []
    for number, row in rows:
        refusals: list[Refusal] = []
        try:
            check_not_confidential(said_in(row.get("confidential")))
        except Refusal as refusal:
            wrong.append(bad_row(number, refusal.field, refusal.message, refusal.clause, refusal.remedy))
            continue
        combination = _combination(number, row, refusals)
        reference = _text(number, row, "reference", 60, refusals)
        status = said_in(row.get("status")).upper().replace(" ", "_")
        if not (is_considered(status) or is_developed_or_tested(status)):
            words = "It is not said" if not status else "The status does not say"
            refusals.append(
                bad_row(
                    number,
                    "status",
                    f"{words} whether it is considered, or in development or testing.",
                    "F2.10A(b)(i)",
                    f"Write {STATUSES[0]} or {STATUSES[1]}.",
                )
            )
        if combination is not None and combination.key in withheld:
            refusals = [_confidential(number)]
        if refusals or combination is None:
            wrong += refusals
        else:
            found.append(Pending(number, reference, combination, status))
    wrong += _repeated(found)
    refuse_rows(wrong)
    return found


def is_considered(status: str) -> bool:
    """Whether the DCC considers if testing or development is needed. Section F2.10A(b)(i)"""
    return status == STATUSES[0]


def is_developed_or_tested(status: str) -> bool:
    """Whether the DCC develops or tests the capability. Section F2.10A(b)(ii)"""
    return status == STATUSES[1]


def check_not_confidential(said: str) -> None:
    """Refuse what a Testing Participant has called confidential, without repeating any of it. Section F2.10A

    `said` is the answer in the row: no or blank, else yes. Raises Refusal (field ``confidential``).
    """
    if said.strip().casefold() not in ("", "no", "false", "n", "0"):
        raise Refusal(
            "A Testing Participant has called this combination confidential.", clause="F2.10A", field="confidential",
            remedy="Leave the row out (ETAD, clause 9).",
        )  # fmt: skip


def _confidential(number: int) -> Refusal:
    return bad_row(
        number, "confidential", "A Testing Participant has called this combination confidential.", "F2.10A",
        "Leave the row out (ETAD, clause 9).",
    )  # fmt: skip


def _text(
    number: int, row: Row, field: str, most: int, refusals: list[Refusal], *, needed: bool = True
) -> str:
    text = " ".join(said_in(row.get(field)).split())
    if needed and not text:
        words = {"evidence": "The evidence of its testing is missing."}.get(field, f"The {field} is missing.")
        refusals.append(bad_row(number, field, words, "F2.10A(a)", "Give it."))
    elif len(text) > most or not text.isprintable():
        refusals.append(
            bad_row(
                number,
                field,
                f"The {field} is no text of at most {most} characters.",
                "F2.10A",
                "Shorten it.",
            )
        )
    return text


def _combination(number: int, row: Row, refusals: list[Refusal]) -> Combination | None:
    before = len(refusals)
    provider = _text(number, row, "provider", 120, refusals)
    devices: list[str] = []
    for place, given in enumerate(_given_devices(row.get("devices")), start=1):
        try:
            devices.append(read_device(given))
        except Refusal as refusal:
            refusals.append(
                bad_row(
                    number, "devices", f"device {place}: {refusal.message}", refusal.clause, refusal.remedy
                )
            )
    if len(refusals) == before and not 1 <= len(set(devices)) == len(devices) <= MOST_DEVICES:
        refusals.append(
            bad_row(
                number,
                "devices",
                f"A combination has 1 to {MOST_DEVICES} different devices.",
                "F2.10A(a)",
                "Name each once.",
            )
        )
    return None if len(refusals) > before else Combination(provider, tuple(sorted(devices)))


def _given_devices(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    else:
        yield from parts(value)


def read_device(given: Any) -> str:
    """Read one device of a combination, given by its six parts or as one text of them. Section F2.10A

    Gives it as it is stored. Raises Refusal (field ``devices``).
    """
    parts = (
        [said_in(given.get(name)) for name in DEVICE_PARTS]
        if isinstance(given, dict)
        else said_in(given).split("/")
    )
    if len(parts) != len(DEVICE_PARTS):
        raise Refusal(
            "it does not have its six parts.", clause="Z2.1", field="devices",
            remedy="Write type/manufacturer/model/hardware version/hardware revision/firmware version.",
        )  # fmt: skip
    return "|".join(clean(part) for clean, part in zip(_CLEANERS, parts, strict=True))


def _repeated(found: Iterable[Eligible | Pending]) -> Iterator[Refusal]:
    keys: dict[str, int] = {}
    references: dict[str, int] = {}
    for each in found:
        if (first := keys.setdefault(each.combination.key, each.row)) != each.row:
            yield bad_row(
                each.row, "devices", f"Row {first} is the same combination.", "F2.10A", "Give each once."
            )
        if (first := references.setdefault(each.reference, each.row)) != each.row:
            yield bad_row(
                each.row, "reference", f"Row {first} has the same reference.", "F2.10A", "Give each its own."
            )


def _untested_equivalents(found: list[Eligible]) -> Iterator[Refusal]:
    by_reference = {each.reference: each for each in found}
    for each in found:
        if not each.equivalent_of:
            continue
        tested = by_reference.get(each.equivalent_of)
        if tested is None or tested.equivalent_of:
            yield bad_row(
                each.row, "equivalent_of", "It does not name a tested combination of this list.", "F2.10A(a)",
                "Give the reference of the combination that was tested.",
            )  # fmt: skip
