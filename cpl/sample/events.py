"""Certificates in every stage of their end, so that the desk, the portal and the SSC have something to look at."""

import datetime as dt

from cpl.models import AssuranceCertificate, Body, CertificateEvent
from cpl.services.certificate_events import Answer, confirm_event, note_passed_dates, report_event
from cpl.services.certificate_life import is_responsible, record_renewal_action
from cpl.services.certificate_watch import certificates_due
from secgov.accounts.models import Organisation, User
from secgov.time_rules import london_day

REASON = "Sample: by its mail."


def load_events(*, people: dict[str, User], at: dt.datetime) -> None:
    """Dates that have passed, a report that nobody has confirmed, a removal that is required, a renewal in hand.

    `people` are the sample's, by user name.
    """
    for certificate in certificates_due(on=london_day(at)):
        note_passed_dates(certificate=certificate, at=at)
    others = AssuranceCertificate.objects.filter(state="valid").exclude(body=Body.NCSC).order_by("-number")
    _report(others[0], people, at)
    confirm_event(
        event=_report(others[3], people, at), by=people["secretariat"], at=at, version=1, reason=REASON,
        answer=Answer(body=others[3].body, contact="Certification desk", method="mail", said_on=london_day(at),
                      reference="2026/311"),
    )  # fmt: skip
    _renew(people, at)


def _report(certificate: AssuranceCertificate, people: dict[str, User], at: dt.datetime) -> CertificateEvent:
    day = london_day(at)
    report = report_event(
        certificate=certificate, by=people["supplier"], organisation=_of(people["supplier"]), at=at, kind="WITHDRAWN",
        occurred_on=day, aware_on=day, note="Sample: by a letter of the maker.",
    )  # fmt: skip
    return CertificateEvent.objects.get(pk=report.event_id)


def _of(user: User) -> Organisation:
    return user.memberships.current().get().organisation


def _renew(people: dict[str, User], at: dt.datetime) -> None:
    supplier = _of(people["supplier"])
    waiting = AssuranceCertificate.objects.filter(state="valid", body=Body.NCSC, renews_on__gt=london_day(at))
    for certificate in waiting.prefetch_related("coverage").order_by("renews_on"):
        if is_responsible(supplier, certificate):
            record_renewal_action(
                certificate=certificate, by=people["supplier"], organisation=supplier, at=at, taken_on=london_day(at),
                what="Sample: NCSC has our application for renewal.",
            )  # fmt: skip
            return
