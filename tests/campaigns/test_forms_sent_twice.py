"""The same form pressed twice at one instant: one of both is taken, and the other is told so, or is the same."""

import datetime as dt
import threading

import pytest
from django.db import connections, transaction

from cpl.models import EstateClaim
from cpl.services.estate import claim_from_file, claim_model
from secgov.accounts.feeds import make_feed_token
from secgov.accounts.models import FeedToken
from secgov.errors import Conflict
from tests.campaigns.waiting import wait_until_it_waits
from tests.factories import removing

pytestmark = [pytest.mark.campaign, pytest.mark.django_db(transaction=True)]
AT = removing.NOON + removing.DAY


def pressed_twice(press):
    """Do it in a transaction that is still open when a second thread does it too; give what the second got."""
    got = []

    def again():
        try:
            got.append(press())
        except Conflict as conflict:
            got.append(conflict)
        connections.close_all()

    second = threading.Thread(target=again)
    with transaction.atomic():
        press()
        second.start()
        wait_until_it_waits(second)
    second.join()
    return got[0]


@pytest.mark.clause("F2.6(b)")
@pytest.mark.parametrize("way", ["form", "file"])
def test_claim_pressed_twice_stands_once(way):
    group = removing.committee()
    entry = removing.listed_entry(group.cast)
    mine = {"organisation": removing.organisation_of(group.supplier), "by": group.supplier, "at": AT}

    def press():
        if way == "form":
            return claim_model(entry=entry.pk, role="gas", since=dt.date(2026, 12, 1), **mine)
        data = f"entry,role,since\n{entry.pk},gas,2026-12-01\n".encode()
        return claim_from_file(name="mine.csv", data=data, **mine)

    got = pressed_twice(press)
    assert isinstance(got, Conflict) if way == "form" else (got.made, got.standing) == (0, 1)
    assert EstateClaim.objects.count() == 1


@pytest.mark.clause("F2.7-1")
def test_address_of_a_feed_made_twice_is_two_secrets_of_which_the_last_opens():
    group = removing.committee()
    pressed_twice(lambda: make_feed_token(by=group.supplier, at=AT))
    assert FeedToken.objects.filter(revoked_at=None).count() == 1 and FeedToken.objects.count() == 2
