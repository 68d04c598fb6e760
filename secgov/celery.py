"""The worker and its beat. A sweep does what is due and may run twice, late or beside itself; a message only hurries it."""

import os
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured

from secgov.checks import stop_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secgov.settings")

app = Celery("secgov")
app.set_default()  # for every thread of the web server too, whose nudges would otherwise look for another broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["secgov.journal", "cpl", "ssc"])

app.conf.beat_schedule = {
    "publish the next edition when its window has ended": {"task": "cpl.publish", "schedule": 60.0},
    "sign every hour which edition is the newest": {"task": "cpl.state_freshness", "schedule": 300.0},
    "carry each edition to the DCC, the website and the Parties": {
        "task": "cpl.complete_limbs",
        "schedule": 60.0,
    },
    "call the DCC's own address about each edition": {"task": "cpl.call_dcc", "schedule": 60.0},
    "tell people the changes that they subscribed to": {"task": "cpl.tell_subscribers", "schedule": 60.0},
    "check the files of many devices that wait": {"task": "cpl.check_uploads", "schedule": 60.0},
    "record the dates of certificates that have passed": {
        "task": "cpl.watch_certificate_dates",
        "schedule": 300.0,
    },
    "follow what the Authority ordered outside of a referral's page": {
        "task": "ssc.follow_orders",
        "schedule": 300.0,
    },
    "open the SSC's cases as the certificates' events ask": {"task": "ssc.open_cases", "schedule": 300.0},
    "watch the times of Remedial Plans and of remedy notices": {
        "task": "ssc.watch_plans",
        "schedule": 3600.0,
    },
    "close the fast tracks that stand on the DCC's Eligible list": {
        "task": "ssc.watch_fast_tracks",
        "schedule": 300.0,
    },
    "send the messages that wait": {"task": "journal.send_messages", "schedule": 60.0},
    "raise the alarms at half, at four fifths and when due": {
        "task": "journal.raise_alarms",
        "schedule": 60.0,
    },
    "seal the acts since the last seal": {"task": "journal.seal_acts", "schedule": 300.0},
    "tell the Parties which certificates come to their dates": {
        "task": "cpl.send_expiry_notices",
        "schedule": crontab(hour=6, minute=30),
    },
    "tell them late, where the hour was missed": {
        "task": "cpl.send_expiry_notices",
        "schedule": crontab(hour="7-20", minute=30),
    },
    "call the Secretariat by mail": {"task": "cpl.call_the_secretariat", "schedule": 60.0},
    "see that the calendar reaches far enough": {
        "task": "journal.watch_calendar",
        "schedule": crontab(hour=5, minute=20),
    },
    "ask after lists that have grown old": {
        "task": "cpl.watch_list_ages",
        "schedule": crontab(hour=7, minute=10),
    },
    "tell the Panel every month of the proposals of which it asked to hear": {
        "task": "ssc.update_panel",
        "schedule": crontab(hour=8, minute=40),
    },
    "count the promises every night": {"task": "ssc.check_promises", "schedule": crontab(hour=3, minute=10)},
}


@celeryd_init.connect
@beat_init.connect
def look_before_start(**kwargs: Any) -> None:
    """Stop a worker or beat whose settings no production may run with; Celery passes over anything but an exit."""
    try:
        stop_unsafe_start()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
