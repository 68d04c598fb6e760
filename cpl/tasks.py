"""The list's sweeps, as the worker calls them."""

import structlog
from celery import shared_task

from cpl.services import certificate_watch, expiry, list_ages, publication, subscriptions, uploads
from cpl.signing import SigningKeyUnusable
from secgov.accounts import secretariat
from secgov.errors import Refusal
from secgov.journal.clock import now
from secgov.journal.services import beat

log = structlog.get_logger(__name__)


@shared_task(name="cpl.publish")
def publish() -> None:
    """Issue and place the next edition where its window has ended."""
    try:
        issued = publication.publish_due(clock=now)
    except Refusal as refusal:
        # A person has been called; until that person comes, the sweep is alive and says so.
        log.error("no edition can be issued", reason=refusal.message, remedy=refusal.remedy)
        issued = []
    beat(sweep="publish", at=now(), handled=len(issued))


@shared_task(name="cpl.state_freshness")
def state_freshness() -> None:
    """Sign which edition is the newest, where the last such statement is an hour old."""
    at = now()
    try:
        made = publication.state_freshness(at=at)
    except SigningKeyUnusable as fault:
        publication.call_for_key(fault=str(fault), at=at)
        log.error("no freshness statement can be signed", reason=str(fault))
        made = None
    beat(sweep="state freshness", at=at, handled=int(made is not None))


@shared_task(name="cpl.complete_limbs")
def complete_limbs() -> None:
    """Carry each edition to the DCC, the Website and the Parties, and watch what the DCC does with it."""
    at = now()
    handled = publication.complete_limbs(at=at) + publication.watch_editions(at=at)
    beat(sweep="complete limbs", at=at, handled=handled)


@shared_task(name="cpl.call_dcc")
def call_dcc() -> None:
    """Call the DCC's own address about editions that it has not been told of there."""
    try:
        handled = publication.call_dcc(clock=now)
    except SigningKeyUnusable as fault:
        publication.call_for_key(fault=str(fault), at=now())
        log.error("no call can be signed", reason=str(fault))
        handled = 0
    beat(sweep="call dcc", at=now(), handled=handled)


@shared_task(name="cpl.tell_subscribers")
def tell_subscribers() -> None:
    """Mail people the changes of the list that they asked to hear of."""
    at = now()
    handled = subscriptions.tell_subscribers(at=at)
    beat(sweep="tell subscribers", at=at, handled=handled)


@shared_task(name="cpl.check_uploads")
def check_uploads() -> None:
    """Check the files of many devices that wait. It runs beside itself and may be killed: claims lapse."""
    handled = uploads.check_uploads(clock=now)
    beat(sweep="check uploads", at=now(), handled=handled)


@shared_task(name="cpl.send_expiry_notices")
def send_expiry_notices() -> None:
    """Tell the Parties which CPA Certificates come to their dates, and warn those responsible."""
    handled = expiry.send_expiry_notices(clock=now)
    beat(sweep="send expiry notices", at=now(), handled=handled)


@shared_task(name="cpl.watch_certificate_dates")
def watch_certificate_dates() -> None:
    """Record what the passing of certificates' dates has brought, chase the bodies, look again at every removal."""
    handled = certificate_watch.watch_certificate_dates(clock=now)
    beat(sweep="watch certificate dates", at=now(), handled=handled)


@shared_task(name="cpl.watch_list_ages")
def watch_list_ages() -> None:
    """Ask after lists of the DCC, and a matrix, that have grown old."""
    at = now()
    handled = list_ages.watch_list_ages(at=at)
    beat(sweep="watch list ages", at=at, handled=handled)


@shared_task(name="cpl.call_the_secretariat")
def call_the_secretariat() -> None:
    """Mail the Secretariat what has come up since, and see whether the sweeps run at all."""
    at = now()
    handled = secretariat.watch_sweeps(at=at) + secretariat.mail_tasks(at=at)
    beat(sweep="call the secretariat", at=at, handled=handled)
