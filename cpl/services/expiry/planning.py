"""Writing down the stages of a CPA Certificate's date, as soon as the date is known (Section F2.7)."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Least

from cpl.models import AssuranceCertificate, Body, CertificateCoverage, ExpiryNotice, ListingPeriod
from cpl.rules import expiry_notices as rules
from cpl.rules.certificates import date_kind, relevant_date
from cpl.services.expiry.facts import covered_by, date_of
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day

CLAUSE = "F2.7"
SWEEP = "cpl.send_expiry_notices"


@transaction.atomic
def plan_notices(*, certificate: AssuranceCertificate, at: dt.datetime) -> list[ExpiryNotice]:
    """Write down the stages of a valid CPA Certificate's Relevant Date, and drop those of another date. Section F2.7

    Called where a certificate becomes valid or its date changes, in that transaction, and by the sweep; a second time
    changes nothing. Gives the stages that are new. Other certificates have none.
    """
    certificate = AssuranceCertificate.objects.select_for_update().get(pk=certificate.pk)
    dates = date_of(certificate)
    relevant = relevant_date(dates)
    if certificate.body != Body.NCSC or certificate.state != AssuranceCertificate.State.VALID or not relevant:
        return []
    for stale in certificate.expiry_notices.pending().exclude(relevant_on=relevant):
        settle(key=stale.pk, ground=rules.DATE_CHANGED, at=at)
    standing = {each.stage: each for each in certificate.expiry_notices.filter(relevant_on=relevant)}
    known_on = london_day(at)
    planned = rules.plan(
        relevant,
        known_on=known_on,
        covers_listed=_covers_listed(certificate),
        calendar=journal.working_calendar(),
    )
    made = []
    for each in planned:
        if each.stage in standing:
            if standing[each.stage].ground == rules.DATE_CHANGED:
                _awaken(standing[each.stage], each, at)
            continue
        made.append(
            ExpiryNotice.objects.create(
                certificate=certificate, relevant_on=relevant, date_kind=date_kind(dates), stage=each.stage,
                target_on=each.target_on, first_known_on=known_on, late_reason=each.late_reason, ground=each.ground,
                reason=rules.REASONS.get(each.ground, ""),
                state=rules.NOT_APPLICABLE if each.ground else rules.PENDING,
            )
        )  # fmt: skip
    if made:
        journal.record(
            actor=SYSTEM, at=at, verb="cpl.expiry_notices.planned", subject=certificate, clause=CLAUSE,
            reason="The certificate has this Relevant Date.",
            after={"relevant_on": relevant, "stages": {each.stage: each.state for each in made}},
        )  # fmt: skip
        nudge(SWEEP)
    return made


def _covers_listed(certificate: AssuranceCertificate) -> bool:
    named = certificate.coverage.filter(ended_on=None, attested_at__isnull=False).values("identity")
    return ListingPeriod.objects.open().filter(identity__in=named).exists()


@transaction.atomic
def settle(*, key: int, ground: str, at: dt.datetime) -> bool:
    """Write that a pending stage is not told, and why; False where it is pending no longer. Section F2.7

    A certificate that covers nothing on the list sets it aside (A-66); every other ground cancels it.
    """
    stage = (
        ExpiryNotice.objects.select_for_update(of=("self",))
        .select_related("certificate", "obligation")
        .get(pk=key)
    )
    if stage.state != ExpiryNotice.State.PENDING or stage.digest_id:
        return False
    if ground == rules.NOTHING_LISTED:
        stage.set_aside()
    else:
        stage.cancel()
    stage.ground, stage.reason = ground, rules.REASONS[ground]
    obligation, stage.obligation = stage.obligation, None
    stage.save()
    journal.record(
        actor=SYSTEM, at=at, verb=f"cpl.expiry_notice.{stage.state}", subject=stage,
        clause=rules.clause_of(stage.stage), reason=stage.reason,
        before={"state": "pending"}, after={"state": stage.state, "certificate": stage.certificate.number},
    )  # fmt: skip
    if obligation:
        journal.fall_away(obligation=obligation, reason=stage.reason, at=at)
    if ground == rules.DATE_PASSED:
        journal.open_task(
            key=f"never-told:{stage.pk}", title=f"An expiry notice was never given: {stage}", at=at,
            clause=rules.clause_of(stage.stage), detail="Its Relevant Date passed before it could be given. "
            "Say in the journal why, and tell " + ("those responsible." if stage.stage == rules.D30 else "the Parties."),
            subject=stage,
        )  # fmt: skip
    return True


def plan_what_is_missing(*, clock: Callable[[], dt.datetime]) -> int:
    """Plan every valid CPA Certificate whose date is to come and has no stages yet, one transaction each. Section F2.7"""
    today = london_day(clock())
    planned = ExpiryNotice.objects.filter(certificate=OuterRef("pk"), relevant_on=OuterRef("relevant"))
    missing = (
        AssuranceCertificate.objects.filter(body=Body.NCSC, state=AssuranceCertificate.State.VALID)
        .annotate(relevant=Least("expires_on", "renews_on"))
        .filter(relevant__gte=today)
        .filter(~Exists(planned) | Exists(planned.filter(ground=rules.DATE_CHANGED)))
    )
    return sum(bool(plan_notices(certificate=each, at=clock())) for each in missing.iterator(chunk_size=500))


def revive_what_sleeps(*, clock: Callable[[], dt.datetime]) -> int:
    """Bring back the stages set aside for want of a listed model, where one has been listed since (A-66). Section F2.7"""
    listed = ListingPeriod.objects.filter(identity=OuterRef("identity"), closed_at=None, closed_known_by=None)
    covers = CertificateCoverage.objects.filter(
        Q(ended_on=None), Exists(listed), certificate=OuterRef("certificate"), attested_at__isnull=False
    )
    asleep = ExpiryNotice.objects.filter(
        Exists(covers),
        state=ExpiryNotice.State.NOT_APPLICABLE,
        ground=rules.NOTHING_LISTED,
        relevant_on__gte=london_day(clock()),
    )
    keys = asleep.order_by("certificate").values_list("certificate", "relevant_on").distinct()
    return sum(_revive(*key, rules.NOTHING_LISTED, clock()) for key in list(keys))


def revive_what_governs_again(*, clock: Callable[[], dt.datetime]) -> int:
    """Bring back the stages that a later certificate made needless, where that one no longer covers all. Section F2.7

    Reading: a notice is suppressed while the later certificate governs (A-45). Where that one is withdrawn, or its
    coverage ends, the earlier date counts again, and what was missed meanwhile goes late.
    """
    today = london_day(clock())
    cancelled = ExpiryNotice.objects.filter(
        state=ExpiryNotice.State.CANCELLED, ground=rules.SUPERSEDED, relevant_on__gte=today
    )
    keys = list(cancelled.order_by("certificate").values_list("certificate", "relevant_on").distinct())
    covered = covered_by([certificate for certificate, _ in keys], on=today)
    return sum(
        _revive(certificate, relevant, rules.SUPERSEDED, clock())
        for certificate, relevant in keys
        if not rules.why_untold(rules.M6, relevant, covered[certificate].standing, on=today)
    )


@transaction.atomic
def _revive(certificate: int, relevant: dt.date, ground: str, at: dt.datetime) -> int:
    stages = ExpiryNotice.objects.select_for_update(of=("self",)).select_related("certificate").filter(
        certificate=certificate, relevant_on=relevant, ground=ground
    )  # fmt: skip
    planned = rules.plan(
        relevant, known_on=london_day(at), covers_listed=True, calendar=journal.working_calendar()
    )
    again = {each.stage: each for each in planned}
    return sum(_awaken(stage, again[stage.stage], at) for stage in stages)


def _awaken(stage: ExpiryNotice, planned: rules.PlannedStage, at: dt.datetime) -> bool:
    """Make a stage pending again, or say anew why there is no time left for it."""
    before = stage.state
    stage.ground, stage.reason = planned.ground, rules.REASONS.get(planned.ground, "")
    if planned.is_pending:
        stage.revive()
        stage.first_known_on, stage.late_reason = london_day(at), planned.late_reason
    stage.save()
    journal.record(
        actor=SYSTEM, at=at, verb="cpl.expiry_notice.revived", subject=stage, clause=rules.clause_of(stage.stage),
        reason="The certificate covers a listed Device Model under this date."
        if planned.is_pending else stage.reason,
        before={"state": before}, after={"state": stage.state},
    )  # fmt: skip
    return planned.is_pending
