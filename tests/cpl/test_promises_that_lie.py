"""What the promises did not see: each row is broken by the database's owner, and the counter has to say so."""

import datetime as dt

import pytest
from django.db import transaction

from cpl import promises
from cpl.services.relays import record_request, relay_notice
from secgov.journal import services as journal
from tests.cpl.test_promises import vandalise
from tests.factories import devices, publishing, removing
from tests.factories.expiring import at, expiring, run

pytestmark = pytest.mark.django_db
NOON = devices.NOON
ISSUED = NOON + dt.timedelta(minutes=31)
LATER = at("2026-12-03", "12:00")


@pytest.fixture
def story(settings, tmp_path):
    """A listing in an edition, a date told to the Parties, a notice of NCSC's, and a removal that waits."""
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    group = removing.committee(stage.cast)
    expiring(stage.cast, on="2027-11-30", listed_at=at("2026-09-01", "12:00"))
    entry = publishing.listed(stage.cast, at=NOON).device_model
    publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    run("2026-12-01", "13:00")
    relay = record_request(
        title="Review",
        text="Words.",
        classification="amber",
        received_at=NOON,
        by=stage.cast.secretariat,
        at=NOON,
    )
    relay_notice(relay=relay, by=stage.cast.secretariat, at=NOON)
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"), at=ISSUED)
    removing.determined(group, entry, at=ISSUED)
    removing.confirmed(group, event, at=ISSUED)
    journal.raise_alarms(at=LATER)
    return stage


def broken(instant=LATER):
    """The counters that are not zero."""
    return {name for name, number in promises.count_promises(at=instant, full=False).items() if number}


TOLD = "SELECT min(id) FROM journal_notice WHERE subject_type = "
FREE = "UPDATE journal_message SET notice_id = NULL WHERE notice_id = ({}); "
STRIKES = {
    "event confirmed by nobody": (
        "UPDATE cpl_certificateevent SET state = 'denied'", ["cpl_certificateevent"], "journal_breaks"),
    "determination that the Chair never confirmed": (
        "UPDATE cpl_bindingdetermination SET state = 'superseded'", ["cpl_bindingdetermination"], "journal_breaks"),
    "certificate voided by nobody": (
        "UPDATE cpl_assurancecertificate SET state = 'void' WHERE id = (SELECT max(id) FROM cpl_assurancecertificate)",
        ["cpl_assurancecertificate"], "journal_breaks"),
    "notice said to be cancelled": (
        "UPDATE cpl_expirynotice SET state = 'cancelled', ground = 'superseded', reason = 'x' WHERE stage = 'M6'",
        ["cpl_expirynotice"], "journal_breaks"),
    "notice set aside though its model is listed": (
        "UPDATE cpl_expirynotice SET state = 'not_applicable', ground = 'nothing_listed', reason = 'x' WHERE stage = 'M6'",
        ["cpl_expirynotice"], "missing_notices"),
    "Party without NCSC's notice": (
        FREE.format(TOLD + "'cpl.relayednotice'")
        + f"DELETE FROM journal_notice WHERE id = ({TOLD}'cpl.relayednotice')",
        ["journal_notice", "journal_message"], "missing_deliveries"),
    "notice whose mails are gone": (
        f"DELETE FROM journal_message WHERE notice_id = ({TOLD}'cpl.expirydigest')",
        ["journal_message"], "missing_deliveries"),
    "alarm that called nobody": (
        "DELETE FROM journal_task WHERE key LIKE 'alarm:%'", ["journal_task"], "silent_late"),
    "end put off by a year": (
        "UPDATE journal_obligation SET due_at = due_at + interval '1 year' WHERE clause = 'F2.8(b)' AND discharged_at IS NULL",
        ["journal_obligation"], "silent_late"),
    "duty met by an act before it": (
        "UPDATE journal_obligation SET discharged_by_act_id = (SELECT min(id) FROM journal_act) WHERE clause = 'F2.8(b)'"
        " AND discharged_at IS NOT NULL", ["journal_obligation"], "silent_late"),
    "duty that is gone": (
        "DELETE FROM journal_obligation WHERE clause = 'F2.8(c)' AND discharged_at IS NOT NULL",
        ["journal_obligation"], "orphan_changes"),
    "message claimed for ever": (
        "UPDATE journal_message SET sent_at = NULL, claimed_at = now() + interval '5 years' WHERE id = (SELECT min(id)"
        " FROM journal_message)", ["journal_message"], "stuck_messages"),
    "entry changed in the register": (
        "UPDATE cpl_devicemodel SET firmware_version = 'DEADBEEF' WHERE number = 1", ["cpl_devicemodel"], "orphan_changes"),
    "entry off the list by no change": (
        "UPDATE cpl_listingperiod SET closed_known_by = '2026-12-02' WHERE device_model_id = 1",
        ["cpl_listingperiod"], "orphan_changes"),
    "page that says otherwise than the edition": (
        "UPDATE cpl_publishedentry SET status = 'Removed' WHERE number = 1", ["cpl_publishedentry"], "edition_breaks"),
}  # fmt: skip


@pytest.mark.clause("TR-10")
def test_story_breaks_nothing_and_each_strike_is_counted(story):
    """One story for all: each strike is taken back before the next."""
    before = broken()
    unseen = []
    for name, (sql, tables, counter) in STRIKES.items():
        if not _counted(sql, tables, counter):
            unseen.append(name)
    assert (before, unseen) == (set(), [])


def _counted(sql, tables, counter):
    point = transaction.savepoint()
    try:
        vandalise(sql, *tables)
        return counter in broken()
    finally:
        transaction.savepoint_rollback(point)
