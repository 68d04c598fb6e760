"""What the DCC receives and loads, and its 24 hours (Section F2.9)."""

import datetime as dt

import pytest
from django.core import mail

from cpl.models import Receipt
from cpl.services import publication
from secgov.accounts.models import Role
from secgov.errors import NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation, Task
from tests.factories import devices, people, publishing

NOON = devices.NOON
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
ISSUED = NOON + 31 * MINUTE


def two_out(settings, folder):
    """Make two editions, both carried."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage()
    publishing.listed(stage.cast)
    [stage.first] = publishing.publish(ISSUED)
    publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version="05080608")
    [stage.second] = publishing.publish(ISSUED + 60 * MINUTE)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(two_out)]


@pytest.fixture
def stage(world):
    """Two editions, both carried."""
    return world


def post(stage, edition, kind, at, holdbacks=None, **given):
    """Post a receipt as the DCC's client does."""
    values = {"manifest_sha256": edition.manifest_sha256, "client": stage.client, **given}
    return publication.record_receipt(edition=edition, kind=kind, holdbacks=holdbacks, at=at, **values)


def clocks():
    """The F2.9 obligations by edition: opened, due, discharged."""
    owed = Obligation.objects.filter(clause="F2.9").order_by("id")
    return {each.subject_name: (each.opened_at, each.due_at, each.discharged_at) for each in owed}


AT = ISSUED + 2 * HOUR


@pytest.mark.clause("F2.9-2")
def test_first_sign_of_receipt_starts_exactly_24_hours(stage):
    result = post(stage, stage.second, "received", AT)
    assert result.created and not result.superseded
    assert clocks() == {"0.002": (AT, AT + dt.timedelta(seconds=86_400), None)}
    obligation = Obligation.objects.get(clause="F2.9")
    assert (obligation.owed_by, obligation.organisation, obligation.elapsed_seconds) == (
        "dcc",
        stage.dcc,
        86_400,
    )
    assert Act.objects.get(verb="cpl.edition.received").actor_role == "DCC client"


@pytest.mark.clause("F2.9-2")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        (
            dt.datetime(2027, 3, 27, 12, tzinfo=dt.UTC),
            dt.datetime(2027, 3, 28, 12, tzinfo=dt.UTC),
        ),  # 13:00 BST
        (
            dt.datetime(2027, 10, 30, 11, tzinfo=dt.UTC),
            dt.datetime(2027, 10, 31, 11, tzinfo=dt.UTC),
        ),  # 11:00 GMT
    ],
)
def test_24_hours_run_through_both_changes_of_summer_time(stage, received, due):
    post(stage, stage.second, "received", received)
    assert clocks()["0.002"][1] == due


@pytest.mark.clause("F2.9-2")
def test_pull_of_the_manifest_is_receipt_and_the_earliest_sign_keeps_its_instant(stage):
    pulled = publication.record_pull(edition=stage.second, client=stage.client, at=AT)
    assert pulled.receipt.by_pull
    assert publication.record_pull(edition=stage.second, client=stage.client, at=AT + HOUR) is None
    again = post(stage, stage.second, "received", AT + 2 * HOUR)
    assert not again.created and again.receipt == pulled.receipt
    assert clocks() == {"0.002": (AT, AT + 24 * HOUR, None)}


@pytest.mark.clause("F2.9-2")
def test_loaded_ends_the_24_hours_of_this_edition_and_of_all_older(stage):
    post(stage, stage.first, "received", AT)
    post(stage, stage.second, "received", AT + HOUR)
    post(stage, stage.second, "loaded", AT + 3 * HOUR)
    assert clocks() == {
        "0.001": (AT, AT + 24 * HOUR, AT + 3 * HOUR),
        "0.002": (AT + HOUR, AT + 25 * HOUR, AT + 3 * HOUR),
    }


@pytest.mark.clause("F2.9-2")
def test_loading_an_older_edition_leaves_the_newer_one_open(stage):
    post(stage, stage.first, "received", AT)
    post(stage, stage.second, "received", AT)
    post(stage, stage.first, "loaded", AT + HOUR)
    assert clocks()["0.001"][2] == AT + HOUR and clocks()["0.002"][2] is None


@pytest.mark.clause("F2.9-2")
def test_loaded_as_the_first_sign_starts_and_ends_the_24_hours(stage):
    post(stage, stage.second, "loaded", AT)
    assert clocks() == {"0.002": (AT, AT + 24 * HOUR, AT)}
    late = post(stage, stage.first, "received", AT + HOUR)
    assert late.superseded and clocks()["0.001"][2] == AT + HOUR, (
        "a later edition is loaded: nothing is left to do"
    )


@pytest.mark.clause("F2.9-2")
def test_loaded_in_part_names_entries_and_leaves_the_clock_running(stage):
    result = post(stage, stage.second, "loaded_in_part", AT, {"000002": "GBCS 3.2 is not configured."})
    [held] = result.receipt.holdbacks.all()
    assert (held.entry_number, held.reason) == (2, "GBCS 3.2 is not configured.")
    assert clocks()["0.002"][2] is None
    repeated = post(
        stage, stage.second, "loaded_in_part", AT + MINUTE, {"000002": "GBCS 3.2 is not configured."}
    )
    assert not repeated.created and Receipt.objects.count() == 1
    post(stage, stage.second, "loaded", AT + HOUR)
    assert clocks()["0.002"][2] == AT + HOUR


@pytest.mark.parametrize(
    ("kind", "holdbacks", "words"),
    [
        ("loaded_in_part", {}, "no entry is named"),
        ("loaded_in_part", {"000099": "Not known."}, "not in this edition"),
        ("loaded_in_part", {"000001": "  "}, "no reason"),
        ("received", {"000001": "Why."}, "loaded in part"),
        ("swallowed", None, "not a receipt"),
    ],
)
def test_receipt_that_makes_no_sense_is_refused_and_writes_nothing(stage, kind, holdbacks, words):
    with pytest.raises(Refusal, match=words):
        post(stage, stage.second, kind, AT, holdbacks)
    assert not Receipt.objects.exists() and not clocks()


@pytest.mark.clause("F2.9-1")
def test_wrong_digest_is_refused(stage):
    with pytest.raises(Refusal, match="digest"):
        post(stage, stage.second, "received", AT, manifest_sha256=stage.first.manifest_sha256)
    assert not Receipt.objects.exists()


def test_a_step_backward_is_refused(stage):
    post(stage, stage.second, "loaded", AT)
    for kind, holdbacks in (("received", None), ("loaded_in_part", {"000001": "Held back."})):
        with pytest.raises(Refusal, match="cannot go back"):
            post(stage, stage.second, kind, AT + HOUR, holdbacks)
    assert publication.record_pull(edition=stage.second, client=stage.client, at=AT + HOUR) is None


@pytest.mark.parametrize("role", [Role.DCC, Role.SECRETARIAT, Role.SUPPLIER, Role.AUDITOR])
def test_nobody_but_the_dcc_s_client_acknowledges(stage, role):
    with pytest.raises(NotPermitted):
        post(stage, stage.second, "received", AT, client=people.person(role))
    with pytest.raises(NotPermitted):
        publication.record_pull(edition=stage.second, client=people.person(role), at=AT)
    assert not Receipt.objects.exists()


@pytest.mark.clause("F2.9-1")
def test_receipt_for_an_earlier_edition_is_accepted_and_labelled(stage):
    result = post(stage, stage.first, "received", AT)
    assert result.superseded and not result.receipt.was_newest
    standing = publication.dcc_standing()
    assert standing.received.edition == stage.first and standing.loaded is None


@pytest.mark.clause("F2.9-2")
def test_dcc_is_reminded_once_at_20_hours_and_overdue_after_24_calls_the_panel(stage):
    post(stage, stage.second, "received", AT)
    assert publication.watch_editions(at=AT + 19 * HOUR) == 0
    publication.watch_editions(at=AT + 20 * HOUR)
    publication.watch_editions(at=AT + 21 * HOUR)
    journal.send_messages(clock=lambda: AT + 21 * HOUR)
    [letter] = [each for each in mail.outbox if "24 hours end" in each.subject]
    assert letter.to == ["notices@dcc.example"] and "as loaded in part" in letter.body
    journal.raise_alarms(at=AT + 24 * HOUR)
    assert Task.objects.filter(title="The time has passed: Modify the Smart Metering Inventory").exists()
