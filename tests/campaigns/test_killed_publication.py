"""Kill -9 of the worker at every step of a publication ends with one edition, no number skipped, each limb done.

Each run strikes a process of its own with a real SIGKILL and counts only if the process died of it. What the next
sweep makes of it is judged by the promises. 16 runs without a failure support a rate of at most 3 in 16, never "never".
"""

import collections
import datetime as dt
import re
import signal
from dataclasses import replace

import pytest
from django.core import mail
from django.db import connection

from cpl import promises
from cpl.models import Edition, ListChange
from cpl.services.publication.witness import read_witness
from secgov.accounts.models import Contact
from secgov.journal.models import Message, Notice, Obligation
from tests.campaigns.worker import NO_BROKER, Job, start
from tests.factories import devices, publishing

pytestmark = [pytest.mark.campaign, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT = devices.NOON + dt.timedelta(minutes=31)
LATER = AT + dt.timedelta(minutes=5)  # the claim of a worker that died has lapsed by then

BUILDING = "cpl.services.publication.building"
PLACING = "cpl.services.publication.placing"
LIMBS = "cpl.services.publication.limbs"
RUNNING = "cpl.services.publication.running"
OUTBOX = "secgov.journal.services.outbox"
DIGESTS = "cpl.services.publication.digests"

STEPS = {
    "before the edition is built": (RUNNING, "build_next_edition", "before", 1),
    "when its rows are read": (BUILDING, "edition_rows", "after", 1),
    "when it is stored, not committed": (BUILDING, "_store", "after", 1),
    "when its changes are issued, not committed": (BUILDING, "_issue_changes", "after", 1),
    "when it is committed, without its files": (RUNNING, "build_next_edition", "after", 1),
    "between two of its files": (PLACING, "write_whole", "after", 3),
    "before the witness": (PLACING, "write_witness", "before", 1),
    "after the witness, before the switch": (PLACING, "write_witness", "after", 1),
    "while the Website is switched": (PLACING, "_switch_entries", "after", 1),
    "when it is placed, and nobody is told": (RUNNING, "place_edition", "after", 1),
    "between two notices": (LIMBS, "notice_contacts", "before", 4),
    "when the notices stand, before any mail": (LIMBS, "_finish_parties", "after", 1),
    "before the first mail": (OUTBOX, "_send", "before", 1),
    "between the hand-over of a mail and its commit": (OUTBOX, "_send", "after", 3),
    "while the first limb is written down": (LIMBS, "discharge_limb", "before", 1),
    "between two limbs": (LIMBS, "_finish_dcc", "after", 2),
}


@pytest.fixture
def stage(settings, tmp_path):
    """Everybody whom a publication needs, a first edition, and a second change that waits."""
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    publishing.publish(devices.NOON - dt.timedelta(hours=1), at_once=True)
    stage.change = publishing.listed(stage.cast)
    return stage


@pytest.fixture
def job(settings, tmp_path):
    """What a worker of this test is to do."""
    return Job(
        at=AT,
        edition_dir=settings.EDITION_DIR,
        signing_key=settings.SIGNING_KEY_FILE,
        mail_folder=tmp_path / "mail",
    )


def ended(process):
    """Wait for a worker; give how it ended: 0, or less the signal that it died of."""
    process.join(timeout=600)
    return process.exitcode


def recover():
    """The next sweeps, five minutes later."""
    publishing.publish(LATER)
    publishing.carry(LATER)


def letters(tmp_path):
    """How often each Message-ID left, by any process."""
    left = collections.Counter()
    for file in (tmp_path / "mail").glob("*"):
        left.update(re.findall(r"^Message-ID: (\S+)", file.read_text(), re.MULTILINE))
    left.update(letter.message()["Message-ID"] for letter in mail.outbox)
    return left


def assert_whole(stage, settings):
    """One edition on from the first, every limb done, nothing owed, every promise kept."""
    connection.close()
    assert list(Edition.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    edition = Edition.objects.latest()
    assert ListChange.objects.get(pk=stage.change.pk).edition == edition
    assert set(edition.limbs.values_list("limb", flat=True)) == {"dcc", "website", "parties"}
    assert not Obligation.objects.standing().filter(clause__startswith="F2.8").exists()
    assert Notice.objects.filter(template="cpl/edition_issued", subject_id=str(edition.pk)).count() == 4
    assert read_witness(settings.EDITION_DIR).edition == 2
    counters = promises.count_promises(at=LATER, full=True)
    assert {name: number for name, number in counters.items() if number} == {}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
@pytest.mark.clause("F2.8-0")
def test_worker_killed_ends_with_one_edition_and_every_limb(stage, job, settings, tmp_path, step):
    assert ended(start(replace(job, kill=step))) == -signal.SIGKILL, "the fault did not land"
    recover()
    assert_whole(stage, settings)
    left = letters(tmp_path)
    assert len(left) == Message.objects.count() and not Message.objects.waiting().exists()
    repeated = {key: number for key, number in left.items() if number > 1}
    assert len(repeated) <= 1 and all(number == 2 for number in repeated.values())


@pytest.mark.parametrize(
    "step",
    [
        (LIMBS, "hold_update", "after", 1),
        (DIGESTS, "_context", "before", 1),
        (DIGESTS, "_send", "after", 1),
        (OUTBOX, "_send", "after", 1),
    ],
    ids=[
        "when it is held",
        "before its mail is made",
        "when its mail is made",
        "when its mail was handed over",
    ],
)
@pytest.mark.clause("F2.8(c)")
def test_worker_killed_over_a_digest_makes_one_mail_of_it(stage, job, settings, tmp_path, step):
    publishing.carry(devices.NOON)  # the first edition is told: it has nothing to wait for
    Contact.objects.create(
        organisation=stage.parties[0], email="digest@supplier.example", purpose="updates", digest=True
    )
    early = replace(job, kill=step) if step[0] == LIMBS else job
    assert ended(start(early)) == (-signal.SIGKILL if early.kill else 0)
    recover()
    connection.close()
    assert not Message.objects.filter(template="cpl/update_digest").exists()
    goes = devices.NOON + dt.timedelta(hours=17)
    if not early.kill:
        assert ended(start(replace(job, at=goes, kill=step))) == -signal.SIGKILL, "the fault did not land"
    assert [
        ended(each) for each in [start(replace(job, at=goes + dt.timedelta(minutes=5))) for _ in "12"]
    ] == [0, 0]
    assert_whole(stage, settings)
    assert Message.objects.filter(template="cpl/update_digest").count() == 1
    assert sum(number - 1 for number in letters(tmp_path).values()) <= 1


@pytest.mark.clause("F2.8-0")
def test_two_workers_at_once_issue_one_edition(stage, job, settings, tmp_path):
    assert [ended(worker) for worker in [start(job), start(job)]] == [0, 0]
    recover()
    assert_whole(stage, settings)
    assert set(letters(tmp_path).values()) == {1}


@pytest.mark.clause("F2.8-0")
def test_broker_down_delays_nothing_but_the_nudge(stage, job, settings):
    assert ended(start(replace(job, broker=NO_BROKER))) == 0, "the fault did not land, or it struck something"
    assert_whole(stage, settings)
