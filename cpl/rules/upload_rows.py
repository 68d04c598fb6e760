"""One row of a file of many devices: what a submission would be, or everything that is wrong with it.

Section F2.17  Each row is checked as a submission of one device is, by the same rules;
    the file is taken whole or not at all.
Appendix Z 2.1(c)  Identifiers are text: a spreadsheet that made a number of one has
    dropped its leading zeros, and nobody can tell how many.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from cpl.rules import certificates as certificate_rules
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.device_types import clean_device_type
from cpl.rules.image import read_image
from cpl.rules.limbs import unmet
from cpl.rules.submissions import release_refusals
from cpl.rules.upgrade_paths import ENTRIES, NONE, read_numbers
from cpl.rules.upload_columns import CERTIFICATE_COLUMNS, COLUMNS, DATES, Place, label
from cpl.rules.versions import SMETS, SMETS1_SPEC_VERSION, spec_type_for
from firmware_repo.rules.manufacturer_names import clean_manufacturer_name
from firmware_repo.rules.release import CLEANERS
from firmware_repo.rules.text import clean_line
from secgov.documents.rules import clean_name, media_type_of
from secgov.errors import Refusal

DATE_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d-%m-%Y")
DIGITS = {
    "manufacturer_identifier": 4,
    "model_identifier": 4,
    "hardware_version": 2,
    "hardware_revision": 2,
    "firmware_version": 8,
}
_CAPS = {"number": 60, "standard": 120, "standard_version": 40, "sc_version": 20, "firmware_named": 120}
_SAME = ("standard", "standard_version", "issued_on", "expires_on", "renews_on", "sc_version")
_DAYS = ("issued_on", "expires_on", "renews_on")
_BODIES = {name.casefold(): body for body, name in certificate_rules.BODY_NAMES.items()}


class RowProblem(NamedTuple):
    """What is wrong: the row as a spreadsheet numbers it, the column's heading, what, and what to do."""

    row: int
    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A row that may become a draft: values by the submission's names, and its certificates. Dates are ISO text."""

    row: int
    values: dict[str, Any]
    certificates: list[dict[str, str]]

    @property
    def device(self) -> DeviceIdentity:
        """The device that it names."""
        return DeviceIdentity(**{name: self.values[name] for name in FIELDS})


class RowReader:
    """Reads the rows of one file, in their order; a value that many rows share is judged once. Section F2.17

    Takes the places of the columns, as `read_header` gives them.
    """

    def __init__(self, places: Mapping[int, Place]) -> None:
        self._places = places
        self._judged: dict[tuple[str, str], Any] = {}
        self._devices: dict[str, int] = {}
        self._certificates: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}

    def read(self, row: int, cells: Sequence[Any]) -> tuple[UploadRow | None, list[RowProblem]]:
        """Read one row; give what it holds, or None and everything that is wrong with it."""
        problems: list[RowProblem] = []
        given: dict[Place, str] = {}
        for index, place in self._places.items():
            cell = cells[index] if index < len(cells) else ""
            try:
                given[place] = _text_of(cell, place)
            except Refusal as refusal:
                problems.append(RowProblem(row, label(place), refusal.message, refusal.remedy))
        problems += [
            RowProblem(row, f"Column {index + 1}", "It has a value, but no heading.", "Delete it.")
            for index in range(max(self._places, default=-1) + 1, len(cells))
            if cells[index] != ""
        ]
        values = self._device(row, given, problems)
        numbers = sorted({number for number, _ in given if number})
        read = [self._certificate(row, number, given, problems) for number in numbers]
        if problems:
            return None, problems
        found = UploadRow(row, values, [each for each in read if each])
        self._compare(found, problems)
        return (None, problems) if problems else (found, problems)

    def _device(self, row: int, given: Mapping[Place, str], problems: list[RowProblem]) -> dict[str, Any]:
        """Judge everything about the device itself, by the rules that judge a single submission."""
        fields = {field: given.get((0, field), "") for field in COLUMNS}
        fields["spec_type"] = _spec_type(fields)
        unread = {each.column for each in problems}

        def note(refusals: Sequence[Refusal]) -> None:
            for each in refusals:
                heading = label((0, "spec_version" if each.field == "spec_type" else each.field))
                if heading not in unread:
                    hint = _dropped_zeros(each.field, fields.get(each.field, ""))
                    problems.append(RowProblem(row, heading, each.message + hint, each.remedy))

        device, refusals = read_device(fields)
        note(refusals)
        values: dict[str, Any] = dict.fromkeys(("spec_type",), fields["spec_type"])
        values |= {name: getattr(device, name) for name in FIELDS} if device else {}
        values["manufacturer_name"] = self._once("manufacturer_name", fields, clean_manufacturer_name, note)
        answer = fields["has_image"].casefold()
        if answer not in ("yes", "no") and COLUMNS["has_image"] not in unread:
            said = (
                f"“{fields['has_image']}” is neither yes nor no."
                if answer
                else "It is not said whether there is one."
            )
            problems.append(RowProblem(row, COLUMNS["has_image"], said, "Write yes or no."))
        values["has_image"] = answer == "yes"
        image, refusals = read_image(fields, has_image=values["has_image"])
        note(refusals)
        if image and answer == "no" and image.image_hash:
            note(
                [
                    Refusal(
                        "There is a Hash, but it says that there is no image.",
                        clause="Z2.1(h)",
                        field="has_image",
                        remedy="Write yes, or delete the Hash.",
                    )
                ]
            )
        for name in ("image_creator", "image_descriptor", "image_hash"):
            values[name] = getattr(image, name, "")
        values |= self._release(fields, note)
        values |= self._upgrades(fields["upgrades_from"], note)
        values["released_on"] = _iso(fields["released_on"], "released_on", note)
        return values

    def _once(
        self, name: str, fields: Mapping[str, str], cleaner: Callable[[str], Any], note: Callable
    ) -> Any:
        """Judge a value that many rows share once; what was refused is refused again."""
        key = (name, fields[name])
        if key not in self._judged:
            try:
                self._judged[key] = cleaner(fields[name])
            except Refusal as refusal:
                self._judged[key] = refusal
        judged = self._judged[key]
        if isinstance(judged, Refusal):
            note([judged])
            return ""
        return judged

    def _release(self, fields: Mapping[str, str], note: Callable) -> dict[str, str]:
        names = ("fir_email", "fir_phone", "fir_address", "release_notes")
        key = ("release", "\x1f".join(fields[name] for name in names))
        if key not in self._judged:
            refusals = release_refusals(fields)
            clean = (
                {}
                if refusals
                else {name: CLEANERS[name.removeprefix("fir_")](fields[name]) for name in names}
            )
            self._judged[key] = (clean, refusals)
        clean, refusals = self._judged[key]
        note(refusals)
        return clean

    def _upgrades(self, text: str, note: Callable) -> dict[str, Any]:
        if not text:
            return {"upgrade_kind": "", "upgrades_from": []}
        if text.casefold() in ("none", "n/a"):
            return {"upgrade_kind": NONE, "upgrades_from": []}
        try:
            return {"upgrade_kind": ENTRIES, "upgrades_from": list(read_numbers(text))}
        except Refusal as refusal:
            note([refusal])
            return {}

    def _certificate(
        self, row: int, number: int, given: Mapping[Place, str], problems: list[RowProblem]
    ) -> dict[str, str] | None:
        """Judge one certificate of a row; None where its columns are blank, or where it is refused."""
        fields = {field: given.get((number, field), "") for field in CERTIFICATE_COLUMNS}
        if not any(fields.values()):
            return None
        key = (f"certificate {number}", "\x1f".join(fields.values()))
        if key not in self._judged:
            self._judged[key] = _read_certificate(fields)
        clean, refusals = self._judged[key]
        unread = {each.column for each in problems}
        for each in refusals:
            heading = label((number, each.field if each.field in CERTIFICATE_COLUMNS else "number"))
            if heading not in unread:
                problems.append(RowProblem(row, heading, each.message, each.remedy))
        return clean

    def _compare(self, found: UploadRow, problems: list[RowProblem]) -> None:
        """Refuse what stands in the file already, and one certificate that is described in two ways."""
        first = self._devices.setdefault(found.device.key, found.row)
        if first != found.row:
            problems.append(
                RowProblem(
                    found.row,
                    COLUMNS["firmware_version"],
                    f"The very same device stands in row {first}.",
                    "Delete one of them.",
                )
            )
        for index, each in enumerate(found.certificates, start=1):
            details = tuple(each[name] for name in _SAME)
            row, before = self._certificates.setdefault(
                (each["body"], each["number"].casefold()), (found.row, details)
            )
            if details != before:
                problems.append(
                    RowProblem(
                        found.row,
                        label((index, "number")),
                        f"Certificate {each['number']} has other details in row {row}.",
                        "Compare both with the certificate.",
                    )
                )


def _text_of(cell: Any, place: Place) -> str:
    """Give a cell as text; dates as ISO text. Raises Refusal for numbers, formulas and errors. Appendix Z 2.1(c)"""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        if place[1] in DATES:
            return cell.isoformat()
        raise _cell_refusal(
            f"The spreadsheet made a date of it ({cell.isoformat()}).",
            "Make the column text, and type it again.",
        )
    if cell.what == "formula":
        raise _cell_refusal(
            f"It is a formula, or begins like one ({cell.shown}); none is ever run.", "Give the value itself."
        )
    if cell.what == "number":
        digits = DIGITS.get(place[1])
        zeros = (
            f" A spreadsheet drops leading zeros: it may have been {cell.shown.zfill(digits)}."
            if digits and cell.shown.isdigit() and len(cell.shown) < digits
            else ""
        )
        raise _cell_refusal(
            f"The spreadsheet made a number of it ({cell.shown}).{zeros}",
            "Make the column text, and type it again.",
        )
    raise _cell_refusal(
        f"It holds {cell.shown}, which is no text.", "Make the column text, and type it again."
    )


def _cell_refusal(message: str, remedy: str) -> Refusal:
    return Refusal(message, clause="Z2.1(c)", remedy=remedy)


def _dropped_zeros(field: str, text: str) -> str:
    """Say what a spreadsheet may have done to an identifier that is too short, or was turned into a power of ten."""
    digits = DIGITS.get(field, 0)
    if text.isdigit() and len(text) < digits:
        return f" A spreadsheet drops leading zeros: it may have been {text.zfill(digits)}."
    if digits and "E+" in text.upper():
        return " A spreadsheet made a number of it."
    return ""


def _spec_type(fields: Mapping[str, str]) -> str:
    """Tell SMETS or CHTS from the type; SMETS1 is SMETS for every type. Appendix Z 2.1(d)"""
    if fields["spec_version"].lstrip("Vv ") == SMETS1_SPEC_VERSION and fields["gbcs_version"].lstrip(
        "Vv "
    ) in ("0.0", ""):
        return SMETS
    try:
        return spec_type_for(clean_device_type(fields["device_type"]))
    except Refusal:  # the type itself is refused by the rule that reads it
        return SMETS


def _iso(text: str, field: str, note: Callable) -> str:
    if not text:
        return ""
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  a day, not an instant
        except ValueError:
            continue
    note(
        [
            Refusal(
                f"“{text[:40]}” is not a day.", clause="X-2", field=field, remedy="Write it like 2027-02-01."
            )
        ]
    )
    return ""


def _read_certificate(fields: Mapping[str, str]) -> tuple[dict[str, str] | None, list[Refusal]]:
    """Read one certificate by the rules for certificates. Appendix Z 2.1(f) and Appendix Z 2.1(g)"""
    refusals: list[Refusal] = []
    clean: dict[str, str] = {}
    try:
        body = _BODIES.get(fields["body"].casefold(), fields["body"])
        clean["body"] = certificate_rules.clean_body(body)
    except Refusal as refusal:
        refusals.append(refusal)
    for name, cap in _CAPS.items():
        try:
            clean[name] = (
                clean_line(
                    fields[name], field=name, clause="Z2.1(f)", name=CERTIFICATE_COLUMNS[name], cap=cap
                )
                if fields[name]
                else ""
            )
        except Refusal as refusal:
            refusals.append(refusal)
    for name in _DAYS:
        clean[name] = _iso(fields[name], name, refusals.extend)
    if not fields["issued_on"]:
        refusals.append(
            Refusal(
                "The issue date is missing.",
                clause="Z2.1(f)",
                field="issued_on",
                remedy="Copy it from the certificate.",
            )
        )
    try:
        clean["document"] = clean_name(fields["document"])
        media_type_of(clean["document"])
    except Refusal as refusal:
        refusals.append(
            Refusal(refusal.message, clause=refusal.clause, field="document", remedy=refusal.remedy)
        )
    if not refusals:
        days = {name: date.fromisoformat(clean[name]) if clean[name] else None for name in _DAYS}
        facts = certificate_rules.Certificate(
            body=clean["body"],
            number=clean["number"],
            standard=clean["standard"],
            standard_version=clean["standard_version"],
            sc_version=clean["sc_version"],
            issued_on=days["issued_on"],
            expires_on=days["expires_on"],
            renews_on=days["renews_on"],
        )
        limbs = (
            *certificate_rules.number_limbs(facts),
            certificate_rules.cap_limb(facts),
            certificate_rules.order_limb(facts),
            *certificate_rules.cpa_limbs(facts),
        )
        refusals += [each.as_refusal() for each in unmet(limbs)]
    return (None, refusals) if refusals else (clean, [])
