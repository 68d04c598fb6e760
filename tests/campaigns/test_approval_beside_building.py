"""A change approved while an edition is being built falls into the next one, whole."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from cpl.models import Edition, ListChange
from cpl.services import publication
from cpl.services.locks import hold_list
from tests.factories import devices, publishing

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
AT = devices.NOON + dt.timedelta(minutes=31)


def wait_until_somebody_waits_for_the_list() -> None:
    """Come back once the database says that a transaction waits for an advisory lock."""
    waiting = 0
    while not waiting:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            waiting = cursor.fetchone()[0]


@pytest.mark.clause("F2.8-0")
def test_approval_waits_for_the_edition_that_is_being_built_and_falls_into_the_next(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    first = publishing.listed(stage.cast)
    other = devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05080608", image_hash="cd" * 32
    )
    proposed = devices.proposed(other, stage.cast.secretariat)

    def approve() -> None:
        devices.approved(proposed, stage.cast.approver, at=AT)
        connections.close_all()

    approval = threading.Thread(target=approve)
    with transaction.atomic():
        hold_list(shared=False)  # as the worker does while it builds
        approval.start()
        wait_until_somebody_waits_for_the_list()
        edition = publication.build_next_edition(at=AT)
    approval.join()
    assert list(edition.changes.all()) == [first]
    publication.place_edition(edition=edition, at=AT)
    [following] = publishing.publish(AT + dt.timedelta(minutes=30))
    assert list(following.changes.values_list("entry_number", flat=True)) == [proposed.entry_number]
    assert not ListChange.objects.approved().exists()
    assert Edition.objects.count() == 2


def test_two_approvals_do_not_wait_for_each_other(settings, tmp_path):
    """Approvals hold the list beside one another: only the building of an edition holds it alone."""
    stage = publishing.stage(parties=1)
    with transaction.atomic():
        hold_list(shared=True)
        done = threading.Event()

        def approve() -> None:
            publishing.listed(stage.cast)
            done.set()
            connections.close_all()

        thread = threading.Thread(target=approve)
        thread.start()
        thread.join(timeout=60)
        assert done.is_set()
