"""An Approver's act on a certificate alone, which makes it valid (Section F2.5, chart 5)."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from cpl.models import AssuranceCertificate
from cpl.rules.certificate_validity import check_confirmed_by_another, check_validatable
from cpl.rules.submissions import clean_reason
from cpl.services.certificates import _lock, validate_relied_upon
from cpl.services.listing_facts import certificate_facts
from cpl.services.locks import hold_list
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require


@transaction.atomic
def validate_certificate(
    *, certificate: AssuranceCertificate, by: User, at: dt.datetime, version: int, reason: str
) -> AssuranceCertificate:
    """Confirm as the second person what the Secretariat attested: the certificate is valid. Section F2.5

    The next edition prints it with every listed entry that it was attested to name. Raises NotPermitted, Conflict
    where the certificate is not as the person saw it, and Refusals with what it lacks.
    """
    hold_list(shared=True)  # an edition that is being built carries all of it or nothing
    certificate = _lock(certificate, version)
    alone = None if settings.FOUR_EYES else permitted(by, Duty.ATTEST_CERTIFICATE)
    grant = alone or require(by, Duty.APPROVE_LIST_CHANGE)
    reason = clean_reason(reason, clause="F2.5")
    check_validatable(certificate_facts(certificate, list(certificate.coverage.all())))
    check_confirmed_by_another(
        attested_by=str(certificate.attested_by_id),
        by=str(by.pk),
        role=grant.role.value,
        four_eyes=settings.FOUR_EYES,
    )
    one_person = "" if settings.FOUR_EYES else " Four eyes are off: one person may do both."
    validate_relied_upon(certificates=[certificate], actor=grant.actor, at=at, reason=reason + one_person)
    return AssuranceCertificate.objects.get(pk=certificate.pk)
