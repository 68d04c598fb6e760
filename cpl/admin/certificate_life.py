"""The life of one certificate as the desk shows it: what it is today, its events, renewal, changes (chart 5)."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from cpl.admin.expiry_notices import KINDS
from cpl.models import AssuranceCertificate, CertificateEvent
from cpl.rules.certificate_events import Life, conditions, is_renewal_in_time
from cpl.services.listing_facts import certificate_facts
from secgov.accounts.permissions import Duty, permitted
from secgov.journal import clock

CONDITIONS = {
    "in force": "good",
    "date passed": "bad",
    "renewal overdue": "warn",
    "event reported": "warn",
    "lapsed": "bad",
    "superseded": "gone",
}


def life_of(request: HttpRequest, certificate: AssuranceCertificate) -> dict[str, Any]:
    """Give what a page shows of a certificate's life, and the addresses of what the person may do about it."""
    events = list(certificate.events.prefetch_related("reports__organisation", "statements"))
    facts = certificate_facts(certificate, list(certificate.coverage.all()))
    life = Life(
        unconfirmed=tuple(each.kind for each in events if each.state == CertificateEvent.State.UNCONFIRMED),
        standing=tuple(
            each.kind
            for each in events
            if each.state == CertificateEvent.State.CONFIRMED and each.overtaken_at is None
        ),
    )
    found = conditions(facts, life, on=clock.today())
    actions = [
        (each, is_renewal_in_time(taken_on=each.taken_on, relevant_date=each.relevant_date))
        for each in certificate.renewal_actions.select_related("organisation", "evidence")
    ]
    return {
        "conditions": [(CONDITIONS[each], each.capitalize()) for each in found],
        "events": events,
        "actions": actions,
        "changes": list(certificate.changes_proposed.select_related("proposed_by")),
        "notices": [(KINDS[each.state], each) for each in certificate.expiry_notices.order_by("-target_on")],
        "doors": _doors(request, certificate),
    }


def _doors(request: HttpRequest, certificate: AssuranceCertificate) -> list[tuple[str, str]]:
    if permitted(request.user, Duty.CONFIRM_EVENT) is None or certificate.state == "void":
        return []
    start = reverse("admin:cpl_certificatechange_start")
    valid = certificate.state == AssuranceCertificate.State.VALID
    doors = []
    if valid:
        query = urlencode({"certificate": certificate.pk})
        doors.append((f"{reverse('admin:cpl_certificateevent_report')}?{query}", "Record what ended it"))
        doors.append(
            (f"{start}?{urlencode({'certificate': certificate.pk, 'kind': 'dates'})}", "Renewed in place")
        )
    doors.append(
        (f"{start}?{urlencode({'certificate': certificate.pk, 'kind': 'void'})}", "Entered in error")
    )
    return doors
