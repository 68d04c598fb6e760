"""The daily look at certificates: dates that have passed, answers still awaited, removals that are required (chart 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from cpl.models import AssuranceCertificate, CertificateEvent
from cpl.services.certificate_events import CLAUSE, note_passed_dates, task_key
from cpl.services.removals import entries_at_stake, follow_gates
from secgov.journal import services as journal
from secgov.journal.models import Task
from secgov.time_rules import is_working_day, london_day, working_days_between


def watch_certificate_dates(*, clock: Callable[[], dt.datetime]) -> int:
    """Record the events of dates that have passed, chase the bodies, and look again at every removal. Section F2.7A, Z6.7

    One certificate, one entry for each transaction; may run twice, late, or beside itself. Gives how many cases it
    handled.
    """
    handled = 0
    for certificate in certificates_due(on=london_day(clock())):
        handled += len(note_passed_dates(certificate=certificate, at=clock()))
    handled += chase_confirmations(at=clock())
    for number in list(entries_at_stake().values_list("pk", flat=True)):
        handled += len(follow_gates(entries=[number], at=clock()))
    return handled


def certificates_due(*, on: dt.date) -> list[AssuranceCertificate]:
    """The valid certificates with a date that has passed and is not recorded as such yet. TR-7"""
    known = CertificateEvent.objects.filter(certificate=OuterRef("pk"))
    expired = known.filter(kind=CertificateEvent.Kind.EXPIRED, relevant_date=OuterRef("expires_on"))
    overdue = known.filter(kind=CertificateEvent.Kind.NOT_RENEWED, relevant_date=OuterRef("renews_on"))
    valid = AssuranceCertificate.objects.filter(state=AssuranceCertificate.State.VALID)
    due = valid.filter(Q(expires_on__lt=on) & ~Exists(expired) | Q(renews_on__lt=on) & ~Exists(overdue))
    return list(due.order_by("pk"))


@transaction.atomic
def chase_confirmations(*, at: dt.datetime) -> int:
    """Ask again, each Working Day, for the answers of bodies that are still awaited. Appendix Z 6.7

    The task of the day takes the place of that of the day before. Gives how many were asked for again.
    """
    today, calendar = london_day(at), journal.working_calendar()
    if not is_working_day(today, calendar):
        return 0
    chased = 0
    for event in CertificateEvent.objects.unconfirmed().select_related("certificate"):
        standing = Task.objects.filter(key=task_key(event), closed_at=None).first()
        if standing and london_day(standing.opened_at) >= today:
            continue
        days = working_days_between(london_day(event.recorded_at), today, calendar)
        journal.close_task(key=task_key(event), at=at, reason="Asked for again.")
        journal.open_task(
            key=task_key(event), title=f"Chase {event.certificate.get_body_display()}: {event}?", clause=CLAUSE, at=at,
            subject=event, detail=f"Asked {days} Working Day{'s' if days != 1 else ''} ago, and no answer is recorded.",
        )  # fmt: skip
        chased += 1
    return chased
