"""The duty of those responsible to see to renewal before the Relevant Date, as a clock of each (Section F2.6)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from cpl.models import AssuranceCertificate, ExpiryNotice, RenewalAction
from cpl.rules.certificates import relevant_date
from cpl.rules.expiry_notices import due_before
from cpl.services.expiry.facts import Covered, covered_by, date_of, responsible_for
from secgov.accounts.models import Organisation
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation
from secgov.time_rules import london_day

CLAUSES = ("F2.6(a)", "F2.6(b)")
OTHER_DATE = "The certificate has another date now."


@transaction.atomic
def open_renewal_duty(
    *, stage: ExpiryNotice, covered: Covered, organisation: Organisation, at: dt.datetime
) -> Obligation | None:
    """Open the duty of one Party for one certificate and date, once; None where it stands or an action is recorded.

    The period ends with the day before the Relevant Date. Section F2.6(a) and Section F2.6(b)
    """
    # The certificate is held while we look, so that two runs beside each other open one duty between them.
    certificate = AssuranceCertificate.objects.select_for_update(of=("self",)).get(pk=covered.certificate.pk)
    is_dcc = organisation.kind == Organisation.Kind.DCC
    due = due_before(stage.relevant_on)
    standing = Obligation.objects.about(certificate).filter(
        clause__in=CLAUSES, organisation=organisation, due_at=due.due_at
    )
    if covered.standing.action_recorded or standing.exists() or due.due_at <= at:
        return None
    clause = clause_of(organisation)
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


def clause_of(organisation: Organisation) -> str:
    """Give the limb by which an organisation sees to renewal: the DCC for hubs, Suppliers for all else. Section F2.6"""
    return CLAUSES[0] if organisation.kind == Organisation.Kind.DCC else CLAUSES[1]


@transaction.atomic
def discharge_renewal_duties(
    *, certificate: AssuranceCertificate, organisation: Organisation, act: Act, at: dt.datetime
) -> int:
    """Discharge what was owed for a certificate's present date: one Supplier's action satisfies all Suppliers. Section F2.6

    Takes who acted and the act by which the action was recorded. Where a certificate names hubs and other types, the
    DCC's action meets its own duty only, and the Suppliers' theirs. Where the date has been changed since, the duty of
    the old date falls away. Gives how many ended.
    """
    date = relevant_date(date_of(certificate))
    ended = 0
    for each in Obligation.objects.standing().about(certificate).filter(clause__in=CLAUSES):
        if not date or each.due_at != due_before(date).due_at:
            ended += journal.fall_away(obligation=each, reason=OTHER_DATE, at=at)
        elif each.clause == clause_of(organisation):
            ended += journal.discharge(obligation=each, act=act, at=at)
    return ended


@transaction.atomic
def settle_renewal_duties(*, at: dt.datetime, certificates: Iterable[int] | None = None) -> int:
    """End the duties that an action has met, and those that are owed no longer; give how many ended. Section F2.6

    Takes the keys of certificates, or none for all. A duty ends before its time with the certificate, with its date, with
    the last listed Device Model for which that Party answers, and where a later certificate covers them all.
    """
    standing = Obligation.objects.standing().filter(clause__in=CLAUSES).select_related("organisation")
    if certificates is not None:
        standing = standing.filter(
            subject_type=AssuranceCertificate._meta.label_lower,
            subject_id__in=[str(key) for key in certificates],
        )
    rows = list(standing.order_by("id"))
    covered = covered_by({int(each.subject_id) for each in rows}, on=london_day(at))
    actions = defaultdict(list)
    for action in (
        RenewalAction.objects.filter(certificate__in=covered).select_related("organisation").order_by("id")
    ):
        actions[action.certificate_id, action.relevant_date, clause_of(action.organisation)].append(action)
    ended = 0
    for each in rows:
        found = covered[int(each.subject_id)]
        taken = actions.get((found.certificate.pk, found.standing.relevant_on, each.clause))
        if reason := _why_owed_no_longer(each, found, at):
            ended += journal.fall_away(obligation=each, reason=reason, at=at)
        elif taken:
            ended += _met(each, taken[0])
    return ended


def _why_owed_no_longer(obligation: Obligation, found: Covered, at: dt.datetime) -> str:
    date = found.standing.relevant_on
    if found.certificate.state != AssuranceCertificate.State.VALID:
        return "The certificate is not valid any more."
    if not date or obligation.due_at != due_before(date).due_at:
        return OTHER_DATE
    if obligation.due_at <= at:
        return ""  # what was missed stays missed
    if not found.standing.in_force:
        return "The certificate has been withdrawn or cancelled."
    if obligation.organisation and not responsible_for(found, organisations=[obligation.organisation]):
        return "It answers for no listed Device Model under the certificate any more."
    if found.standing.superseded:
        return "Every Device Model that it covers is covered by a later CPA Certificate (A-45)."
    return ""


def open_duties_of_newcomers(*, at: dt.datetime) -> int:
    """Open the duty of those who came to answer for a certificate after its notice had gone; give how many. Section F2.6

    A Supplier that claims a model, or takes it over, within the last twelve months before the date.
    """
    today = london_day(at)
    told = {}
    for stage in ExpiryNotice.objects.filter(
        state__in=(ExpiryNotice.State.SENT, ExpiryNotice.State.SENT_LATE), relevant_on__gt=today
    ).order_by("target_on"):
        told[stage.certificate_id] = stage
    covered = covered_by(told, on=today)
    known = set(
        Obligation.objects.filter(clause__in=CLAUSES, subject_id__in=[str(key) for key in told]).values_list(
            "subject_id", "organisation", "due_at"
        )
    )
    parties = {each.pk: each for each in Organisation.objects.parties()}
    opened = 0
    for key, found in covered.items():
        stage = told[key]
        standing = found.standing
        if stage.relevant_on != standing.relevant_on or not standing.in_force or standing.superseded:
            continue
        for organisation in _answering(found, parties):
            if (str(key), organisation.pk, due_before(stage.relevant_on).due_at) not in known:
                opened += bool(
                    open_renewal_duty(stage=stage, covered=found, organisation=organisation, at=at)
                )
    return opened


def _answering(found: Covered, parties: dict[int, Organisation]) -> list[Organisation]:
    claiming = set().union(*found.claims.values()) if found.claims else set()
    near = [each for each in parties.values() if each.pk in claiming or each.kind == Organisation.Kind.DCC]
    return responsible_for(found, organisations=near)


@transaction.atomic
def _met(obligation: Obligation, action: RenewalAction) -> bool:
    act = journal.record(
        actor=SYSTEM, at=action.recorded_at, verb="cpl.renewal.seen_to", subject=action.certificate,
        clause=obligation.clause, reason="An action to renew the certificate is recorded.",
    )  # fmt: skip
    return journal.discharge(obligation=obligation, act=act, at=action.recorded_at)
