"""The duty of those responsible to see to renewal before the Relevant Date, as a clock of each (Section F2.6)."""

import datetime as dt

from django.db import transaction

from cpl.models import AssuranceCertificate, Body, ExpiryNotice, RenewalAction
from cpl.rules.certificates import relevant_date
from cpl.rules.device_types import COMMUNICATIONS_HUB
from cpl.rules.expiry_notices import due_before
from cpl.services.expiry.facts import Covered, date_of
from secgov.accounts.models import Organisation
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation

CLAUSES = ("F2.6(a)", "F2.6(b)")


@transaction.atomic
def open_renewal_duty(
    *, stage: ExpiryNotice, covered: Covered, organisation: Organisation, at: dt.datetime
) -> Obligation | None:
    """Open the duty of one Party for one certificate and date, once; None where it stands or an action is recorded.

    The period ends with the day before the Relevant Date. Section F2.6(a) and Section F2.6(b)
    """
    certificate = covered.certificate
    is_dcc = organisation.kind == Organisation.Kind.DCC
    due = due_before(stage.relevant_on)
    standing = Obligation.objects.about(certificate).filter(
        clause__in=CLAUSES, organisation=organisation, due_at=due.due_at
    )
    if covered.standing.action_recorded or standing.exists() or due.due_at <= at:
        return None
    hubs = any(each.device_type == COMMUNICATIONS_HUB for each in covered.models_of(organisation))
    clause = "F2.6(a)" if is_dcc and hubs else "F2.6(b)"
    act = journal.record(
        actor=SYSTEM, at=at, verb="cpl.renewal.owed", subject=certificate, clause=clause,
        reason="The certificate comes to its date, and no action to renew it is recorded.",
        after={"organisation": organisation.name, "relevant_on": stage.relevant_on},
    )  # fmt: skip
    return journal.open_obligation_until(
        clause=clause, duty="See to it that the CPA Certificate can be considered for renewal",
        owed_by=Obligation.Owner.DCC if is_dcc else Obligation.Owner.PARTY, organisation_id=organisation.pk,
        subject=certificate, act=act, from_at=at, due=due,
    )  # fmt: skip


@transaction.atomic
def discharge_renewal_duties(*, certificate: AssuranceCertificate, act: Act, at: dt.datetime) -> int:
    """Discharge what was owed for a certificate's present date: one Party's action satisfies all. Section F2.6

    Takes the act by which the action was recorded. Where the date has been changed since, the duty of the old date
    falls away. Gives how many ended.
    """
    date = relevant_date(date_of(certificate))
    ended = 0
    for each in Obligation.objects.standing().about(certificate).filter(clause__in=CLAUSES):
        if date and each.due_at == due_before(date).due_at:
            ended += journal.discharge(obligation=each, act=act, at=at)
        else:
            ended += journal.fall_away(obligation=each, reason="The certificate has another date now.", at=at)
    return ended


def settle_renewal_duties(*, at: dt.datetime) -> int:
    """End the duties that an action has met, or whose certificate has another date or none: what a service missed.

    Section F2.6
    """
    keys = Obligation.objects.standing().filter(clause__in=CLAUSES).values_list("subject_id", flat=True)
    ended = 0
    for certificate in AssuranceCertificate.objects.filter(pk__in={int(key) for key in keys}, body=Body.NCSC):
        date = relevant_date(date_of(certificate))
        action = RenewalAction.objects.filter(certificate=certificate, relevant_date=date).first()
        for each in Obligation.objects.standing().about(certificate).filter(clause__in=CLAUSES):
            if certificate.state != AssuranceCertificate.State.VALID or not date or (
                each.due_at != due_before(date).due_at
            ):  # fmt: skip
                ended += journal.fall_away(
                    obligation=each, reason="The certificate has another date now.", at=at
                )
            elif action:
                ended += _met(each, action)
    return ended


@transaction.atomic
def _met(obligation: Obligation, action: RenewalAction) -> bool:
    act = journal.record(
        actor=SYSTEM, at=action.recorded_at, verb="cpl.renewal.seen_to", subject=action.certificate,
        clause=obligation.clause, reason="An action to renew the certificate is recorded.",
    )  # fmt: skip
    return journal.discharge(obligation=obligation, act=act, at=action.recorded_at)
