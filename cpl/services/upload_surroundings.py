"""What the devices of a file are compared with, read once for all of them: no query for each row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.db.models.functions import Upper

from cpl.models import AssuranceCertificate, CertificateCoverage, SubmissionCertificate
from cpl.rules.device_identity import FIELDS, DeviceIdentity
from cpl.rules.submission_warnings import Maker, Offer, OfferedCertificate, warnings_about
from cpl.rules.upgrade_paths import NamedEntry, check_upgrade_path
from cpl.rules.upload_columns import label
from cpl.rules.upload_rows import RowProblem, UploadRow
from cpl.rules.warnings import Standing, SubmissionWarning
from cpl.services.certificates import SAME_FIELDS
from cpl.services.warnings import certificate_name, entries_to_compare
from firmware_repo.models import Manufacturer

AT_ONCE = 1_000


class Surroundings:
    """The entries, Manufacturers and recorded certificates as they stand, for the rows of one file."""

    def __init__(self, rows: Iterable[UploadRow]) -> None:
        entries = entries_to_compare()
        self._standing = Standing(entries)
        self._entries = {int(each.number): each.device for each in entries}
        self._makers = tuple(
            Maker(*row) for row in Manufacturer.objects.exclude(name="").values_list("identifier", "name")
        )
        self._recorded = _recorded(
            {(each["body"], each["number"]) for row in rows for each in row.certificates}
        )

    def warnings(self, row: UploadRow) -> tuple[SubmissionWarning, ...]:
        """Give every warning about a row, as a single submission would be warned about. Section F2.2"""
        device = row.device
        offer = Offer(
            device=device,
            image_hash=row.values["image_hash"],
            manufacturer_name=row.values["manufacturer_name"],
            certificates=tuple(self._offered(each, device) for each in row.certificates),
        )
        return warnings_about(offer, standing=self._standing, makers=self._makers)

    def problems(self, row: UploadRow) -> list[RowProblem]:
        """Say what of a row goes against what stands: its upgrade path, and certificates recorded with other details."""
        found = [
            RowProblem(row.row, label((0, "upgrades_from")), each.message, each.remedy)
            for each in check_upgrade_path(
                kind=row.values["upgrade_kind"],
                device=row.device,
                own=None,
                named=[
                    NamedEntry(number, self._entries.get(number)) for number in row.values["upgrades_from"]
                ],
            )
        ]
        for index, each in enumerate(row.certificates, start=1):
            recorded = self._recorded.get((each["body"], each["number"].casefold()))
            if recorded is None:
                continue
            other = [name for name in SAME_FIELDS if str(getattr(recorded[0], name) or "") != each[name]]
            if other:
                names = ", ".join(
                    str(AssuranceCertificate._meta.get_field(name).verbose_name) for name in other
                )
                found.append(
                    RowProblem(
                        row.row,
                        label((index, "number")),
                        f"Certificate {each['number']} is recorded already with another {names}.",
                        "Compare with the certificate itself, and put the details right.",
                    )
                )
        return found

    def _offered(self, certificate: dict[str, str], device: DeviceIdentity) -> OfferedCertificate:
        recorded = self._recorded.get((certificate["body"], certificate["number"].casefold()))
        models = recorded[1] if recorded else ()
        return OfferedCertificate(
            name=certificate_name(
                SubmissionCertificate(body=certificate["body"], number=certificate["number"])
            ),
            firmware_named=certificate["firmware_named"],
            other_models=tuple(text for key, text in models if key != device.key),
            names_this=any(key == device.key for key, _ in models),
        )


Recorded = tuple[AssuranceCertificate, tuple[tuple[str, str], ...]]


def _recorded(named: set[tuple[str, str]]) -> dict[tuple[str, str], Recorded]:
    """Give the recorded certificates of the numbers named, with the models that each was attested for."""
    attested = CertificateCoverage.objects.filter(ended_on=None).exclude(attested_at=None).order_by("id")
    numbers = sorted({number.upper() for _, number in named})
    found: dict[tuple[str, str], Recorded] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = AssuranceCertificate.objects.annotate(upper=Upper("number")).filter(
            upper__in=numbers[start : start + AT_ONCE]
        )
        for row in some.exclude(state=AssuranceCertificate.State.VOID).prefetch_related(
            Prefetch("coverage", queryset=attested, to_attr="attested")
        ):
            models = [
                DeviceIdentity(**{name: getattr(link, name) for name in FIELDS}) for link in row.attested
            ]
            found[row.body, row.number.casefold()] = (row, tuple((each.key, str(each)) for each in models))
    return found


def as_kept(warning: SubmissionWarning) -> dict[str, Any]:
    """Give a warning as the preview keeps it."""
    return {
        "code": warning.code,
        "clause": warning.clause,
        "field": warning.field,
        "heading": warning.heading,
        "seen": warning.seen,
        "expected": warning.expected,
        "asks": warning.asks,
        "fingerprint": warning.fingerprint,
    }
