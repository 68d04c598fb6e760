"""The daily run: what is due is judged, gathered, told to each Party once, and written down stage by stage.

It may be killed anywhere, run twice, late, or beside itself. A digest in hand is finished before another is made; each
Party's notice has a key of its own; a stage leaves `pending` only when every Party of its digest has been told.
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from django.db import connection, transaction

from cpl.models import ExpiryDigest, ExpiryNotice
from cpl.notices import notice_contacts
from cpl.rules import expiry_notices as rules
from cpl.services.expiry import letters
from cpl.services.expiry.facts import covered_by, responsible_for
from cpl.services.expiry.planning import (
    CLAUSE,
    plan_what_is_missing,
    revive_what_governs_again,
    revive_what_sleeps,
    settle,
)
from cpl.services.expiry.renewal_duties import (
    open_duties_of_newcomers,
    open_renewal_duty,
    settle_renewal_duties,
)
from cpl.services.locks import hold_expiry_notices
from secgov.accounts.models import Contact, Organisation
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Notice, Obligation
from secgov.journal.nudge import nudge
from secgov.time_rules import ONE_DAY, WorkingCalendar, london_day

PARTIES, RESPONSIBLE = "parties", "responsible"
"""ExpiryDigest.Audience: every Party by Section F2.7, those who see to renewal by Section F2.6."""
STAGES: dict[str, tuple[str, ...]] = {PARTIES: rules.TOLD_TO_PARTIES, RESPONSIBLE: (rules.D30,)}
TEMPLATES = {PARTIES: "cpl/expiry_notices", RESPONSIBLE: "cpl/renewal_warning"}
CLAUSES = {PARTIES: CLAUSE, RESPONSIBLE: "F2.6"}


def send_expiry_notices(*, clock: Callable[[], dt.datetime]) -> int:
    """Plan, revive, judge and tell what is due by now; give how many stages were told. Section F2.7 and Section F2.6"""
    plan_what_is_missing(clock=clock)
    revive_what_sleeps(clock=clock)
    revive_what_governs_again(clock=clock)
    settle_renewal_duties(at=clock())
    open_duties_of_newcomers(at=clock())
    told = 0
    for audience in (PARTIES, RESPONSIBLE):
        open_obligations(audience=audience, at=clock())
        while digest := make_digest(audience=audience, at=clock()):
            told += carry(digest=digest, clock=clock)
    nudge("journal.send_messages")
    return told


class Due(NamedTuple):
    """As much of a stage as choosing asks: the rest is read of those that go."""

    pk: int
    certificate_id: int
    relevant_on: dt.date
    stage: str
    late: bool


def due_stages(*, audience: str, until: dt.date) -> list[Due]:
    """Give the pending stages with a target up to a London day: one look into an index. Section F2.7"""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [list(STAGES[audience]), until])
        return [Due(*row) for row in cursor.fetchall()]


_DUE = """
    SELECT id, certificate_id, relevant_on, stage, late_reason <> '' FROM cpl_expirynotice
    WHERE state = 'pending' AND digest_id IS NULL AND stage = ANY(%s) AND target_on <= %s
    ORDER BY target_on, id
"""


def open_obligations(*, audience: str, at: dt.datetime) -> int:
    """Start the clock of every stage that comes near, so that the board shows it days before. Section F2.7"""
    near = ExpiryNotice.objects.within(day=london_day(at) + rules.REACH * ONE_DAY).filter(
        stage__in=STAGES[audience], obligation=None
    )
    return sum(_open(each, audience, at) for each in list(near.order_by("target_on", "id")))


@transaction.atomic
def _open(stage: ExpiryNotice, audience: str, at: dt.datetime) -> bool:
    stage = (
        ExpiryNotice.objects.select_for_update(of=("self",)).select_related("certificate").get(pk=stage.pk)
    )
    if stage.obligation_id or stage.state != ExpiryNotice.State.PENDING:
        return False
    calendar = journal.working_calendar()
    due = rules.due_of_notice(
        stage.stage, stage.relevant_on, known_on=stage.first_known_on, calendar=calendar
    )
    act = journal.record(
        actor=SYSTEM, at=at, verb="cpl.expiry_notice.came_near", subject=stage, clause=CLAUSES[audience],
        reason="Its day comes near.", after={"due": due.last_day},
    )  # fmt: skip
    parties = audience == PARTIES
    stage.obligation = journal.open_obligation_until(
        clause=CLAUSES[audience],
        duty="Tell every Party that a CPA Certificate comes to its date"
        if parties
        else "Warn those responsible that a CPA Certificate comes to its date",
        owed_by=Obligation.Owner.PANEL, subject=stage, act=act, from_at=at, due=due,
        calendar_version=calendar.version, by_law=parties,
    )  # fmt: skip
    stage.save(update_fields=["obligation"])
    return True


def make_digest(*, audience: str, at: dt.datetime) -> ExpiryDigest | None:
    """Give the digest in hand, or gather what is due today into a new one; None where nothing is. Section F2.7

    What is due but not to be told any more is settled on the way, each in a transaction of its own.
    """
    today, calendar = london_day(at), journal.working_calendar()
    due = due_stages(audience=audience, until=rules.last_target_due(today, calendar))
    due += _taken_along(due, today, calendar)
    covered = covered_by([each.certificate_id for each in due], on=today)
    going = []
    for each in due:
        standing = covered[each.certificate_id].standing
        if ground := rules.why_untold(each.stage, each.relevant_on, standing, on=today):
            settle(key=each.pk, ground=ground, at=at)
        else:
            going.append(each.pk)
    return _gather(audience, going, at)


def _taken_along(due: list[Due], today: dt.date, calendar: WorkingCalendar) -> list[Due]:
    """The six-month notices that a late twelve-month one takes along (A-06)."""
    late = {(each.certificate_id, each.relevant_on) for each in due if each.stage == rules.M12 and each.late}
    if not late:
        return []
    rows = ExpiryNotice.objects.pending().filter(
        stage=rules.M6, certificate__in={key for key, _ in late}, digest=None
    ).exclude(pk__in=[each.pk for each in due])  # fmt: skip
    return [
        Due(each.pk, each.certificate_id, each.relevant_on, each.stage, False)
        for each in rows
        if (each.certificate_id, each.relevant_on) in late
        and rules.goes_with(each.target_on, on=today, calendar=calendar)
    ]


@transaction.atomic
def _gather(audience: str, going: list[int], at: dt.datetime) -> ExpiryDigest | None:
    hold_expiry_notices()
    in_hand = ExpiryDigest.objects.filter(audience=audience, completed_at=None).first()
    if in_hand:
        return in_hand
    free = ExpiryNotice.objects.select_for_update().filter(
        pk__in=going, state=ExpiryNotice.State.PENDING, digest=None
    )
    keys = [each.pk for each in free]
    if not keys:
        return None
    digest = ExpiryDigest.objects.create(audience=audience, day=london_day(at), made_at=at)
    ExpiryNotice.objects.filter(pk__in=keys).update(digest=digest)
    return digest


def parties_of(digest: ExpiryDigest) -> list[Organisation]:
    """Give the Parties that there were when a digest was made (A-48)."""
    rows = Organisation.objects.filter(admitted_at__lte=digest.made_at).exclude(party_category="")
    return list(rows.exclude(retired_at__lte=digest.made_at))


def carry(*, digest: ExpiryDigest, clock: Callable[[], dt.datetime]) -> int:
    """Tell each Party of a digest once, then write down each of its stages; give how many. Section F2.7

    Another worker may do the same at the same time: every step finds what the other has done.
    """
    stages = list(digest.expiry_notices.select_related("certificate", "obligation"))
    covered = covered_by([each.certificate_id for each in stages], on=digest.day)
    told = letters.told_of(stages, covered)
    parties = parties_of(digest)
    if digest.audience == PARTIES:
        _tell(digest, parties, told, clock)
    else:
        for party in parties:
            mine = [each for each in told if responsible_for(each.covered, organisations=[party])]
            if mine:
                _tell(digest, [party], mine, clock)
    _see_to_renewal(told, parties, clock())
    written = sum(_write_down(each.pk, clock()) for each in stages)
    ExpiryDigest.objects.filter(pk=digest.pk, completed_at=None).update(completed_at=clock())
    return written


def _tell(
    digest: ExpiryDigest,
    parties: list[Organisation],
    told: list[letters.Told],
    clock: Callable[[], dt.datetime],
) -> None:
    subject_type, key = ExpiryDigest._meta.label_lower, f"expiry:{digest.pk}"
    done = set(
        Notice.objects.filter(subject_type=subject_type, subject_id=str(digest.pk)).values_list(
            "organisation", flat=True
        )
    )
    written = letters.blocks(told, on=digest.day, calendar=journal.working_calendar())
    template, clause = TEMPLATES[digest.audience], CLAUSES[digest.audience]
    for party in parties:
        if party.pk in done:
            continue
        context = letters.context_for(digest, party, told, written)
        with transaction.atomic():
            journal.give_notice(
                organisation_id=party.pk, recipients=notice_contacts(party, Contact.Purpose.CERTIFICATES),
                template=template, context=context, title=_title(context), clause=clause, subject=digest, key=key, at=clock(),
            )  # fmt: skip


def _title(context: dict[str, int]) -> str:
    total, affected = context["total"], context["affected"]
    what = "A CPA Certificate comes" if total == 1 else f"{total:,} CPA Certificates come"
    yours = f"; {affected:,} for models of yours" if affected else ""
    return f"{what} to {'its date' if total == 1 else 'their dates'}{yours}"


def _see_to_renewal(told: list[letters.Told], parties: list[Organisation], at: dt.datetime) -> None:
    """Start the clock of each Party that is to see to renewal, and call a person where nobody is. Section F2.6"""
    for each in told:
        stage = each.first
        for party in responsible_for(each.covered, organisations=parties):
            open_renewal_duty(stage=stage, covered=each.covered, organisation=party, at=at)
        if unclaimed := each.covered.unclaimed:
            journal.open_task(
                key=f"nobody-responsible:{stage.certificate_id}:{stage.relevant_on}",
                title=f"Nobody supplies models under {stage.certificate}", clause="F2.6(b)", at=at,
                detail=f"No Supplier has claimed {letters.numbers(unclaimed)}. Ask who supplies them.",
                subject=stage.certificate,
            )  # fmt: skip


@transaction.atomic
def _write_down(key: int, at: dt.datetime) -> bool:
    """Write that a stage was told, on its day or late; False where another worker has done so. Section F2.7"""
    stage = (
        ExpiryNotice.objects.select_for_update(of=("self",))
        .select_related("certificate", "obligation")
        .get(pk=key)
    )
    if stage.state != ExpiryNotice.State.PENDING:
        return False
    calendar, today = journal.working_calendar(), london_day(at)
    stage.sent_at, stage.due_on = at, rules.day_to_tell(stage.target_on, calendar)
    if rules.is_late(stage.target_on, sent_on=today, calendar=calendar):
        stage.send_late()
        stage.outside_tolerance = rules.is_breach(stage.target_on, sent_on=today, calendar=calendar)
    else:
        stage.send()
    stage.save()
    act = journal.record(
        actor=SYSTEM, at=at, verb="cpl.expiry_notice.sent", subject=stage,
        clause=CLAUSES[stage.digest.audience], reason=stage.late_reason or "Its day has come.",
        after={
            "state": stage.state, "certificate": stage.certificate.number, "relevant_on": stage.relevant_on,
            "due_on": stage.due_on, "outside_tolerance": stage.outside_tolerance, "digest": stage.digest_id,
        },
    )  # fmt: skip
    if stage.obligation:
        journal.discharge(obligation=stage.obligation, act=act, at=at)
    return True
