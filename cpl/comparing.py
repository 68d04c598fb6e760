"""Two versions of a submission, or two entries, side by side: every field, and which of them differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cpl.models import DeviceModel, Submission, SubmissionCertificate, SubmissionVersion

IDENTIFIERS = frozenset(
    {
        *("manufacturer_identifier", "manufacturer_id", "model_identifier", "hardware_version"),
        *("hardware_revision", "firmware_version", "image_hash"),
    }
)
NAMES = {
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
