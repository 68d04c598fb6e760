"""Two versions of a submission, two entries, or an entry and its correction side by side, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cpl.models import CorrectionRequest, DeviceModel, Submission, SubmissionCertificate, SubmissionVersion
from secgov.journal.models import Act

IDENTIFIERS = frozenset(
    {
        *("manufacturer_identifier", "manufacturer_id", "model_identifier", "hardware_version"),
        *("hardware_revision", "firmware_version", "image_hash"),
    }
)
NAMES = {
    "manufacturer_id": "Manufacturer identifier",
    "image_hash": "Hash",
    "fir_email": "Manufacturer email address",
    "release_notes": "Release notes",
    "released_on": "Release date",
    "upgrade_kind": "Upgrade path",
    "upgrades_from": "May be upgraded from",
}
TYPES = dict(DeviceModel._meta.get_field("device_type").choices)
OF_ENTRY = (
    *("device_type", "manufacturer_id", "model_identifier", "hardware_version", "hardware_revision"),
    *("firmware_version", "spec_type", "spec_version", "gbcs_version"),
    *("image_creator", "image_descriptor", "image_hash"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the first and as the second says it."""

    name: str
    before: str
    after: str
    is_identifier: bool = False

    @property
    def differs(self) -> bool:
        """True where the two do not say the same."""
        return self.before != self.after


def compare_versions(first: SubmissionVersion, second: SubmissionVersion) -> list[Line]:
    """Lay two versions of a submission side by side: every field that either holds, then every certificate."""
    names = dict.fromkeys((*first.fields, *second.fields))
    lines = [
        Line(
            _name(Submission, name),
            _said(name, first.fields.get(name)),
            _said(name, second.fields.get(name)),
            name in IDENTIFIERS,
        )
        for name in names
    ]
    old, new = _certificates(first.certificates), _certificates(second.certificates)
    lines += [Line(key, old.get(key, ""), new.get(key, "")) for key in dict.fromkeys((*old, *new))]
    return [line for line in lines if line.before or line.after]


def two_versions(
    found: list[SubmissionVersion], first: str, second: str
) -> tuple[SubmissionVersion, SubmissionVersion] | None:
    """Give the two versions asked for by number, the newest two where nothing is asked, None where there are none such."""
    by_number = {str(each.number): each for each in found}
    if found and not first and not second:
        return found[max(0, len(found) - 2)], found[-1]
    chosen = by_number.get(first), by_number.get(second)
    return (chosen[0], chosen[1]) if chosen[0] and chosen[1] else None


def compare_entries(first: DeviceModel, second: DeviceModel) -> list[Line]:
    """Lay two entries side by side, with what is kept of each beside the list. Costs two queries for each entry."""
    lines = [
        Line(
            _name(DeviceModel, name),
            _said(name, getattr(first, name)),
            _said(name, getattr(second, name)),
            name in IDENTIFIERS,
        )
        for name in OF_ENTRY
    ]
    more = [_beside(first), _beside(second)]
    return [*lines, *(Line(name, more[0][name], more[1][name]) for name in more[0])]


def lines_of_correction(request: CorrectionRequest) -> list[Line]:
    """Lay what an entry said when a correction was asked for beside what it should say. Costs one query."""
    asked = Act.objects.filter(
        subject_type=request._meta.label_lower, subject_id=str(request.pk), verb="cpl.correction.asked"
    ).first()
    before = (asked.before if asked else None) or {}
    return [
        Line(_name(Submission, name), _said(name, before.get(name)), _said(name, value), name in IDENTIFIERS)
        for name, value in request.values.items()
    ]


def _beside(entry: DeviceModel) -> dict[str, str]:
    last = max(entry.periods.all(), key=lambda period: period.pk, default=None)
    covered = entry.coverage.filter(ended_on=None).select_related("certificate")
    firmware = entry.firmware_record
    return {
        "Status": "Current" if last and last.is_open else "Removed",
        "Certificates": "\n".join(sorted(str(link.certificate) for link in covered)),
        "Whom Suppliers should ask": f"{firmware.email}\n{firmware.phone}\n{firmware.address}"
        if firmware
        else "",
        "Release notes": firmware.release_notes if firmware else "",
    }


def _name(model: type[Any], name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    label = str(model._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _said(name: str, value: object) -> str:
    text = "" if value is None else str(value)
    return str(TYPES.get(text, text)) if name == "device_type" else text


def _certificates(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give each certificate of a version as one text, by its body and number."""
    return {f"Certificate {row['body']} {row['number']}": "\n".join(_details(row)) for row in rows}


def _details(row: Mapping[str, str]) -> Iterable[str]:
    for name, value in row.items():
        if name == "document" and value:
            yield f"Document: SHA-256 {value[:12]}…"
        elif value and name not in ("body", "number"):
            yield f"{_name(SubmissionCertificate, name)}: {value}"
