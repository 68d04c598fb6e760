"""Which organisations may give a new certificate for a listed entry, read from the rows (Appendix Z 6.7)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Min

from cpl.models import (
    AssuranceCertificate,
    CertificateEvent,
    CertificateProvision,
    DeviceModel,
    EstateClaim,
    Submission,
    SubmissionCertificate,
)
from cpl.rules.replacements import Provider, counts_unseen, may_provide
from secgov.accounts.models import Organisation

STANDING = (CertificateEvent.State.UNCONFIRMED, CertificateEvent.State.CONFIRMED)


def providers_of(organisation: Organisation, models: Sequence[DeviceModel]) -> dict[int, Provider]:
    """What ties an organisation to each of some entries, by their numbers, in five queries."""
    numbers, identities = [each.pk for each in models], [each.identity for each in models]
    struck = dict(
        CertificateEvent.objects.filter(
            certificate__coverage__identity__in=identities, state__in=STANDING, overtaken_at=None
        )
        .values_list("certificate__coverage__identity")
        .annotate(first=Min("recorded_at"))
    )
    claimed = dict(
        EstateClaim.objects.current()
        .filter(organisation=organisation, device_model__in=numbers)
        .values_list("device_model")
        .annotate(first=Min("claimed_at"))
    )
    submitted = set(
        Submission.objects.filter(
            entry_number__in=numbers, state=Submission.State.ACCEPTED, organisation=organisation
        ).values_list("entry_number", flat=True)
    )
    given = CertificateProvision.objects.filter(
        organisation=organisation, coverage__identity__in=identities, coverage__ended_on=None
    ).values_list("coverage__identity", "coverage__certificate__state", "provided_at")
    awaiting = {identity for identity, state, _ in given if state == AssuranceCertificate.State.RECORDED}
    invalid = {
        identity
        for identity, state, at in given
        if state == AssuranceCertificate.State.INVALID and identity in struck and at >= struck[identity]
    }
    invalid |= {
        identity
        for identity, at in SubmissionCertificate.objects.filter(
            submission__organisation=organisation,
            certificate__state=AssuranceCertificate.State.INVALID,
            certificate__coverage__identity__in=identities,
        ).values_list("certificate__coverage__identity", "certificate__recorded_at")
        if identity in struck and at >= struck[identity]
    }
    return {
        each.pk: Provider(
            submitted=each.pk in submitted,
            is_dcc=organisation.kind == Organisation.Kind.DCC,
            claimed_at=claimed.get(each.pk),
            struck_at=struck.get(each.identity),
            awaiting=each.identity in awaiting,
            found_invalid=each.identity in invalid,
        )
        for each in models
    }


def entries_of_provider(organisation: Organisation, models: Sequence[DeviceModel]) -> list[DeviceModel]:
    """Those of some entries for which a new certificate from an organisation counts as provided. Appendix Z 6.7"""
    tied = providers_of(organisation, models)
    return [each for each in models if may_provide(tied[each.pk], device_type=each.device_type)]


def is_provided(certificate: AssuranceCertificate, identity: str) -> bool:
    """Whether a recorded certificate was provided for an entry by somebody who may, or was seen to name it. Appendix Z 6.7

    Takes a certificate with its coverage fetched. What the Secretariat or the portal recorded for the entry names it by
    its number; what came with a submission counts where its submitter may provide it.
    """
    links = [
        each for each in certificate.coverage.all() if each.identity == identity and each.ended_on is None
    ]
    if any(each.device_model_id or each.attested_at for each in links):
        return True
    submitters = Organisation.objects.filter(submissions__certificates__certificate=certificate).distinct()
    models = list(DeviceModel.objects.filter(identity=identity))
    return any(
        counts_unseen(tied, device_type=model.device_type)
        for each in submitters
        for model, tied in zip(models, providers_of(each, models).values(), strict=True)
    )
