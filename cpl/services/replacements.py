"""A new certificate for entries of the list, given by the portal by whoever may (Appendix Z 6.7, A-14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import AssuranceCertificate, CertificateProvision, DeviceModel, ListingPeriod
from cpl.rules.certificate_texts import clean_certificate
from cpl.rules.replacements import check_next_certificate, may_provide
from cpl.rules.submissions import clean_reason
from cpl.services.certificates import provided_key
from cpl.services.lacking import lock_entries, record_new, say_it_names
from cpl.services.locks import hold_list
from cpl.services.providers import entries_of_provider, providers_of
from cpl.services.removals import follow_certificate
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.documents.services import store_document
from secgov.errors import NotPermitted, Refusal
from secgov.journal import services as journal

CLAUSE = "Z6.7"


def entries_to_provide_for(
    certificate: AssuranceCertificate, organisations: Iterable[Organisation]
) -> tuple[Organisation, list[DeviceModel]] | None:
    """The first of some organisations that may give a new certificate for listed entries that one names, and these."""
    named = certificate.coverage.filter(ended_on=None).values("device_model")
    listed = DeviceModel.objects.filter(pk__in=named, periods__in=ListingPeriod.objects.open())
    models = list(listed.select_related("manufacturer").distinct().order_by("pk"))
    for organisation in organisations:
        if mine := entries_of_provider(organisation, models):
            return organisation, mine
    return None


@transaction.atomic
def provide_certificate(
    *, numbers: Iterable[int], organisation: Organisation, by: User, at: dt.datetime, values: Mapping[str, Any],
    upload: UploadedFile, classification: str, reason: str,
) -> AssuranceCertificate:  # fmt: skip
    """Provide a new certificate to the Panel for entries on the list. Appendix Z 6.7

    Takes the entries' numbers, the certificate's fields and its document. It is recorded, holds the removals that it
    would prevent, and calls the Secretariat to find it valid or invalid (A-14). Raises NotPermitted, as if an entry did
    not exist, for one that is no business of the organisation; Refusal for a number that stands already, and for one
    certificate after another.
    """
    hold_list(shared=True)
    grant = require(by, Duty.SUBMIT_DEVICE, organisation, hidden=True)
    reason = clean_reason(reason, clause=CLAUSE, field="note")
    values = clean_certificate(values)
    models = lock_entries(numbers)
    tied = providers_of(organisation, models)
    for model in models:
        if not may_provide(tied[model.pk], device_type=model.device_type):
            raise NotPermitted("There is nothing at this address.", hidden=True)
        check_next_certificate(tied[model.pk], entry=str(model))
    _check_new(values)
    document = store_document(
        upload=upload, classification=classification, organisation=organisation, by=by, at=at
    )
    certificate = record_new(values, document, grant.actor, at, reason)
    for model in models:
        CertificateProvision.objects.create(
            coverage=say_it_names(certificate, model),
            organisation=organisation,
            provided_by=by,
            provided_at=at,
        )
    journal.record(
        actor=grant.actor, at=at, verb="cpl.certificate.provided", subject=certificate, clause=CLAUSE, reason=reason,
        after={"entries": [str(model) for model in models]},
    )  # fmt: skip
    journal.open_task(
        key=provided_key(certificate), title=f"{certificate} was provided: find it valid or invalid", clause=CLAUSE,
        at=at, subject=certificate,
        detail=f"{organisation} gave it for {', '.join(f'entry {model}' for model in models[:20])}. While it waits, it "
        "holds the removal of these.",
    )  # fmt: skip
    follow_certificate(certificate, at=at)
    return certificate


def _check_new(values: Mapping[str, Any]) -> None:
    """Refuse a number that stands: whether it names further models is for the Secretariat to see. Appendix Z 2.1(f)"""
    gone = [AssuranceCertificate.State.VOID, AssuranceCertificate.State.INVALID]
    standing = AssuranceCertificate.objects.filter(
        body=values["body"], number__iexact=str(values["number"]).strip()
    ).exclude(state__in=gone)
    if standing.exists():
        raise Refusal(
            "A certificate of this number is on record already.",
            clause="Z2.1(f)",
            field="number",
            remedy="If it names further models now, send it to the Secretariat, who records that.",
        )
