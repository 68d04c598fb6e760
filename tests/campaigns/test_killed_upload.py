"""Kill -9 of the worker in the middle of checking a list: nothing is lost, nothing is written twice.

Each run strikes a process of its own with a real SIGKILL and counts only if the process died of it.
"""

import datetime as dt
import signal
from dataclasses import replace

import pytest
from django.db import connection

from cpl.models import Submission, Upload
from cpl.services.groups import make_drafts
from cpl.services.uploads import check_uploads, receive_upload
from secgov.journal.models import Act
from tests.campaigns.test_killed_publication import ended, job
from tests.campaigns.worker import Job, start
from tests.factories import casts, devices, publishing
from tests.factories.device_lists import as_csv, row, upload_of

__all__ = ["job"]  # the fixture
pytestmark = [pytest.mark.campaign, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 600
LATER = devices.NOON + dt.timedelta(minutes=40)  # the claim of a worker that died has lapsed by then
UPLOADS = "cpl.services.uploads"
STEPS = {
    "when it is claimed": (UPLOADS, "_claim", "after", 1),
    "in the middle of the rows": (UPLOADS, "_progress", "after", 2),
    "while the rows are compared": (UPLOADS, "_progress", "after", 5),
    "before the result": (UPLOADS, "_conclude", "before", 1),
    "when the result is committed": (UPLOADS, "_conclude", "after", 1),
}


@pytest.fixture
def stage(settings, tmp_path) -> casts.Cast:
    """A manufacturer whose list of devices waits, and the key that the worker looks for."""
    publishing.signing_key(settings, tmp_path)
    cast = casts.cast()
    file = upload_of(as_csv([row(number) for number in range(1, ROWS + 1)]))
    receive_upload(organisation=cast.maker, file=file, by=cast.manufacturer, at=devices.NOON)
    return cast


@pytest.mark.parametrize("step", STEPS)
def test_list_is_checked_once_whenever_the_worker_is_killed(stage: casts.Cast, job: Job, step: str) -> None:
    assert ended(start(replace(job, kill=STEPS[step]))) == -signal.SIGKILL
    connection.close()
    check_uploads(clock=lambda: LATER)
    upload = Upload.objects.get()
    assert upload.state == Upload.State.CHECKED and len(upload.preview) == ROWS == upload.rows_done
    assert Act.objects.filter(verb="cpl.upload.checked").count() == 1
    make_drafts(upload=upload, by=stage.manufacturer, at=LATER)
    assert Submission.objects.count() == ROWS


def test_two_workers_beside_each_other_check_a_list_once(stage: casts.Cast, job: Job) -> None:
    assert [ended(each) for each in [start(job), start(job)]] == [0, 0]
    connection.close()
    assert Upload.objects.get().state == Upload.State.CHECKED
    assert Act.objects.filter(verb="cpl.upload.checked").count() == 1
