"""A rehearsal moves the one clock, forward only, and nowhere else can it be moved."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from secgov.journal import clock
from secgov.journal.models import Rehearsal

pytestmark = pytest.mark.django_db
SWEEP = "journal.raise_alarms"


def test_true_time_cannot_be_moved():
    with pytest.raises(CommandError, match="not marked as a rehearsal"):
        call_command("sweep", SWEEP, at="2099-01-01T09:00")
    assert abs(clock.now() - clock.real_now()) < dt.timedelta(minutes=1)


def test_rehearsal_goes_on_from_the_instant_that_it_was_given(capsys):
    Rehearsal.objects.create()
    call_command("sweep", SWEEP, at="2099-07-01T09:00")
    assert "ran as of 2099-07-01 08:00" in capsys.readouterr().out, "09:00 in London, in summer"
    assert clock.now() >= dt.datetime(2099, 7, 1, 8, tzinfo=dt.UTC)


def test_rehearsal_never_goes_back():
    Rehearsal.objects.create()
    call_command("sweep", SWEEP, at="2099-07-01T09:00")
    with pytest.raises(CommandError, match="Time never goes back"):
        call_command("sweep", SWEEP, at="2099-06-30T09:00")
    assert clock.now() >= dt.datetime(2099, 7, 1, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2027-02-30T10:00", "2027-13-01T10:00"])
def test_nonsense_is_no_instant(text):
    Rehearsal.objects.create()
    with pytest.raises(CommandError, match="not an instant"):
        call_command("sweep", SWEEP, at=text)
