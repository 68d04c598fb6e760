"""What imported entries still lack: certificates and firmware details, entered by the Secretariat from evidence.

Nothing is guessed: each is given by a person, with its document or its source, and recorded with its act.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import AssuranceCertificate, CertificateCoverage, DeviceModel
from cpl.rules.certificate_texts import clean_certificate
from cpl.rules.device_identity import FIELDS
from cpl.rules.submissions import clean_reason
from cpl.services.certificates import SAME_FIELDS, keep_new
from cpl.services.locks import hold_list
from cpl.services.removals import follow_certificate
from cpl.services.rows import keep
from firmware_repo.models import FirmwareRecord
from firmware_repo.rules.release import read_release
from firmware_repo.services import record_release
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.documents.models import Document
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.actors import Actor

CERTIFICATE_FIELDS = ("body", "number", *SAME_FIELDS)


@transaction.atomic
def give_certificate_for_entries(
    *, numbers: Iterable[int], by: User, at: dt.datetime, values: Mapping[str, Any], reason: str,
    upload: UploadedFile | None = None, classification: str = "",
) -> AssuranceCertificate:  # fmt: skip
    """Record one certificate, or join the one that stands, for entries that it is said to name. Appendix Z 2.1(f)

    Takes the entries' numbers, the certificate's fields (CERTIFICATE_FIELDS) and its document, if it is given anew. It
    counts for them once the Secretariat has attested it and an Approver has confirmed it. Raises NotPermitted,
    Conflict where an entry has it already, and Refusal where the same number stands with other details.
    """
    hold_list(shared=True)
    grant = require(by, Duty.ATTEST_CERTIFICATE)
    reason = clean_reason(reason, clause="Z2.1(f)")
    values = clean_certificate(values)
    models = lock_entries(numbers)
    document = None
    if upload is not None:
        document = store_document(
            upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at
        )
    certificate = _certificate(values, document, grant, at, reason)
    for model in models:
        say_it_names(certificate, model)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.certificate.said_to_name",
        subject=certificate,
        clause="F2.5",
        reason=reason,
        after={"entries": [str(model) for model in models]},
    )
    follow_certificate(
        certificate, at=at
    )  # a new certificate holds the removals that it would prevent
    return certificate


def lock_entries(numbers: Iterable[int]) -> list[DeviceModel]:
    """Lock entries by their numbers, in order; raises Refusal where none, or one that is not there, was chosen."""
    wanted = sorted(set(numbers))
    rows = DeviceModel.objects.select_for_update(of=("self",)).select_related("manufacturer")
    models = list(rows.filter(pk__in=wanted).order_by("pk"))
    if not models or len(models) != len(wanted):
        raise Refusal(
            "No entry was chosen." if not wanted else "An entry that was chosen is not on record.",
            clause="F2.2",
            field="entry",
            remedy="Choose the entries again.",
        )
    return models


def _certificate(
    values: Mapping[str, Any], document: Document | None, grant: Grant, at: dt.datetime, reason: str
) -> AssuranceCertificate:
    number = str(values["number"]).strip()
    standing = (
        AssuranceCertificate.objects.select_for_update()
        .filter(body=values["body"], number__iexact=number)
        .exclude(state=AssuranceCertificate.State.VOID)
        .first()
    )
    if standing is not None:
        _check_same(standing, values)
        return standing
    return record_new(values, document, grant.actor, at, reason)


def record_new(
    values: Mapping[str, Any], document: Document | None, actor: Actor, at: dt.datetime, reason: str
) -> AssuranceCertificate:
    """Record a certificate that is not on record, with its act. Appendix Z 2.1(f)"""
    certificate = AssuranceCertificate(
        body=values["body"],
        number=str(values["number"]).strip(),
        document=document,
        recorded_at=at,
        **{name: values.get(name) for name in SAME_FIELDS},
    )
    keep_new(certificate, field="number")
    journal.record(
        actor=actor,
        at=at,
        verb="cpl.certificate.recorded",
        subject=certificate,
        clause="Z2.1(f)",
        reason=reason,
        after={name: str(getattr(certificate, name) or "") for name in CERTIFICATE_FIELDS},
    )
    return certificate


def _check_same(standing: AssuranceCertificate, values: Mapping[str, Any]) -> None:
    if standing.state == AssuranceCertificate.State.INVALID:
        raise Refusal(
            f"{standing} was found invalid.",
            clause="F2.5",
            field="number",
            remedy="Give another certificate.",
        )
    other = [name for name in SAME_FIELDS if getattr(standing, name) != values.get(name)]
    if other:
        names = ", ".join(AssuranceCertificate._meta.get_field(name).verbose_name for name in other)
        raise Refusal(
            f"{standing} is recorded already with another {names}.",
            clause="Z2.1(f)",
            field="number",
            remedy="Compare with the certificate itself, and put the details right.",
        )


def say_it_names(certificate: AssuranceCertificate, model: DeviceModel) -> CertificateCoverage:
    """Note that a certificate is said to name an entry; raises Conflict where that is noted. Section F2.5"""
    link = certificate.coverage.filter(identity=model.identity, ended_on=None).first()
    if link is not None and link.device_model_id == model.pk:
        raise Conflict(f"{certificate} is recorded for entry {model} already.", newer={"entry": str(model)})
    if link is None:
        link = CertificateCoverage(
            certificate=certificate, **{field: getattr(model, field) for field in FIELDS}
        )
    link.device_model = model
    link.full_clean(exclude=["identity"])
    link.save()
    return link


@transaction.atomic
def give_release_for_entries(
    *, numbers: Iterable[int], by: User, at: dt.datetime, values: Mapping[str, str], released_on: dt.date | None,
    reason: str,
) -> list[DeviceModel]:  # fmt: skip
    """Record the firmware details of entries that have none, one record for each, in one transaction. Section F2.16

    Takes the entries' numbers and the details of Section F2.15(b) and (c) by field. Raises NotPermitted, Refusals for
    details that are not whole, and Conflict where an entry has its record already.
    """
    hold_list(shared=True)
    grant = require(by, Duty.PROPOSE_LIST_CHANGE)
    reason = clean_reason(reason, clause="F2.16")
    details, refusals = read_release(values)
    refuse_any(refusals)
    if details is None:
        raise AssertionError("details without refusals are details")
    wanted = sorted(set(numbers))
    # The repository's rows are locked before the list's, in the order that every service keeps.
    standing = FirmwareRecord.objects.select_for_update().filter(pk__in=wanted).first()
    if standing is not None:
        raise Conflict(
            f"Entry {standing.pk:06d} has its firmware details already.", newer={"record": standing.pk}
        )
    makers = DeviceModel.objects.select_related("manufacturer").in_bulk(wanted)
    records = {
        number: record_release(
            cpl_number=number, manufacturer=makers[number].manufacturer, details=details, released_on=released_on,
            actor=grant.actor, at=at,
        )
        for number in wanted
        if number in makers
    }  # fmt: skip
    models = lock_entries(wanted)
    for model in models:
        model.firmware_record = records[model.pk]
        keep(model)
        journal.record(
            actor=grant.actor,
            at=at,
            verb="cpl.device_model.firmware_recorded",
            subject=model,
            clause="F2.16",
            reason=reason,
        )
    return models
