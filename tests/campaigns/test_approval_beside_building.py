"""A change approved while an edition is being built falls into the next one, whole."""

import datetime as dt
import threading

import pytest
from django.db import connections, transaction

from cpl.models import Edition, ListChange, ListingPeriod, Submission
from cpl.services import additions, publication
from cpl.services.locks import hold_list
from secgov.errors import Conflict
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import casts, devices, publishing

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
AT = devices.NOON + dt.timedelta(minutes=31)


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
        wait_until_it_waits(approval)
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
        thread.join(timeout=240)
        assert done.is_set()


@pytest.mark.clause("Z2.1(c)")
def test_same_device_approved_at_one_instant_under_two_numbers_is_listed_once(monkeypatch):
    cast = casts.cast()
    first = devices.submitted(cast.manufacturer, cast.maker)
    second = devices.submitted(cast.manufacturer, cast.maker, certificates=())
    changes = [devices.proposed(first, cast.secretariat)]
    changes.append(devices.proposed(Submission.objects.get(pk=second.pk), cast.secretariat))
    # Both have been judged before either is listed: the moment at which only the database can tell.
    judged = threading.Barrier(2, timeout=120)
    say = additions.what_the_list_will_say

    def say_once_both_are_judged(submission: Submission) -> dict:
        judged.wait()
        return say(submission)

    monkeypatch.setattr(additions, "what_the_list_will_say", say_once_both_are_judged)
    told = []

    def approve(change: ListChange) -> None:
        try:
            told.append(devices.approved(change, cast.approver).state)
        except Conflict as conflict:
            told.append(conflict.newer)
        connections.close_all()

    threads = [threading.Thread(target=approve, args=[change]) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [listed] = ListingPeriod.objects.open()
    [other] = [each for each in changes if each.entry_number != listed.device_model_id]
    assert sorted(told, key=str) == sorted(["approved", {"change": other.pk}], key=str)
    assert ListChange.objects.get(pk=other.pk).state == "proposed"
