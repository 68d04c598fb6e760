"""The three limbs of Section F2.8: the DCC, the Website, the Parties, each on its own with its evidence."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection

from cpl.models import EditionLimb
from cpl.services import publication
from secgov.accounts.models import Contact, Organisation
from secgov.errors import NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Message, Notice, Obligation, Task
from tests.factories import devices, people, publishing

NOON = devices.NOON
MINUTE = dt.timedelta(minutes=1)
ISSUED = NOON + 31 * MINUTE


def edition_out(settings, folder):
    """Make everybody whom a publication needs, a key to sign with, and an edition with one addition."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage()
    publishing.listed(stage.cast)
    [stage.edition] = publishing.publish(ISSUED)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(edition_out)]


@pytest.fixture
def stage(world):
    """Everybody whom a publication needs, and an edition with one addition."""
    return world


def limbs(edition):
    """The limbs that are done, with the instants."""
    return dict(edition.limbs.values_list("limb", "done_at"))


def owed():
    """The F2.8 obligations that stand, by clause."""
    return set(
        Obligation.objects.standing().filter(clause__startswith="F2.8").values_list("clause", flat=True)
    )


@pytest.mark.clause("F2.8-0", "F2.8(a)", "F2.8(b)", "F2.8(c)")
def test_each_limb_discharges_its_own_obligation_with_its_evidence(stage):
    assert owed() == {"F2.8(a)", "F2.8(c)"}
    assert publication.complete_limbs(at=ISSUED + MINUTE) == 0, "nobody has been handed anything yet"
    journal.send_messages(clock=lambda: ISSUED + 2 * MINUTE)
    assert publication.complete_limbs(at=ISSUED + 9 * MINUTE) == 2
    connection.check_constraints()
    assert owed() == set()
    # Done when it was handed over, not when a sweep noticed.
    assert limbs(stage.edition) == {
        "website": ISSUED, "dcc": ISSUED + 2 * MINUTE, "parties": ISSUED + 2 * MINUTE,
    }  # fmt: skip
    assert Obligation.objects.get(clause="F2.8(c)").discharged_at == ISSUED + 2 * MINUTE
    assert stage.edition.limbs.get(limb="parties").evidence == {"parties": 4, "by_mail": 4, "otherwise": 0}
    assert publication.complete_limbs(at=ISSUED + 10 * MINUTE) == 0


@pytest.mark.clause("F2.8(a)")
def test_dcc_is_told_number_digest_and_link(stage):
    publishing.carry(ISSUED)
    [letter] = [each for each in mail.outbox if each.subject == "CPL edition 0.001 is available to you"]
    assert letter.to == ["notices@dcc.example"]
    digest = stage.edition.manifest_sha256
    assert digest[:32] in letter.body and digest[32:] in letter.body
    assert "/api/v1/cpl/editions/0.001/manifest" in letter.body


@pytest.mark.clause("F2.8(c)")
def test_every_party_has_one_notice_and_a_delivery_for_each_contact(stage):
    Contact.objects.create(organisation=stage.parties[0], email="second@supplier-1.example")
    publishing.carry(ISSUED)
    publishing.carry(ISSUED + MINUTE)
    notices = Notice.objects.filter(template="cpl/edition_issued")
    assert {each.organisation for each in notices} == {*stage.parties, stage.dcc}
    assert notices.count() == 4
    sent = Message.objects.filter(template="cpl/edition_issued")
    assert sent.count() == 5 and not sent.filter(sent_at=None).exists()
    assert not notices.filter(organisation=stage.cast.maker).exists(), "a manufacturer is not a Party"


@pytest.mark.clause("F2.8(c)")
@pytest.mark.slow
def test_four_hundred_parties_have_four_hundred_deliveries_and_none_is_missing(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=399)
    publishing.listed(stage.cast)
    [edition] = publishing.publish(ISSUED)
    publication.complete_limbs(at=ISSUED)
    assert publication.parties_progress(edition).told == 0
    journal.send_messages(clock=lambda: ISSUED + MINUTE)
    publication.complete_limbs(at=ISSUED + 2 * MINUTE)
    progress = publication.parties_progress(edition)
    assert (progress.told, progress.total, progress.missing) == (400, 400, ())
    assert Message.objects.filter(template="cpl/edition_issued", sent_at__isnull=False).count() == 400


@pytest.mark.clause("F2.8(c)")
def test_party_without_a_contact_is_a_task_and_counts_as_missing(stage):
    silent = people.organisation("Silent Supplier", Organisation.Kind.PARTY)
    publishing.carry(ISSUED)
    progress = publication.parties_progress(stage.edition)
    assert (progress.told, progress.total, progress.missing) == (4, 5, (silent,))
    assert "parties" not in limbs(stage.edition) and "dcc" in limbs(stage.edition)
    assert Task.objects.get(key__startswith="no-contact:").title == "No notice contact for Silent Supplier"
    assert owed() == {"F2.8(c)"}


def test_contact_given_later_is_written_to_and_the_task_closes(stage):
    silent = people.organisation("Silent Supplier", Organisation.Kind.PARTY)
    publishing.carry(ISSUED)
    Contact.objects.create(organisation=silent, email="late@silent.example")
    publishing.carry(ISSUED + 5 * MINUTE)
    assert [each.to for each in mail.outbox if "late@silent.example" in each.to] == [["late@silent.example"]]
    assert limbs(stage.edition)["parties"] == ISSUED + 5 * MINUTE
    assert Task.objects.get(key__startswith="no-contact:").closed_at is not None


@pytest.mark.clause("F2.8(c)")
def test_recorded_other_channel_counts_with_its_act(stage):
    silent = people.organisation("Silent Supplier", Organisation.Kind.PARTY)
    publishing.carry(ISSUED)
    notice = Notice.objects.get(organisation=silent)
    told_at = ISSUED + 30 * MINUTE
    publication.record_other_channel(
        notice=notice,
        by=stage.cast.secretariat,
        at=ISSUED + 60 * MINUTE,
        how="By telephone, to Mr Hale.",
        told_at=told_at,
    )
    assert publication.complete_limbs(at=ISSUED + 61 * MINUTE) == 1
    assert limbs(stage.edition)["parties"] == told_at
    act = Act.objects.get(verb="cpl.notice.given_otherwise")
    assert act.reason == "By telephone, to Mr Hale." and act.actor_role == "Secretariat"
    with pytest.raises(Refusal, match="recorded already"):
        publication.record_other_channel(
            notice=notice, by=stage.cast.secretariat, at=ISSUED + 62 * MINUTE, how="Again."
        )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"how": " "}, "reason"),
        ({"how": "By telephone.", "told_at": ISSUED + 99 * MINUTE}, "still to come"),
        ({"how": "By telephone.", "told_at": ISSUED - 99 * MINUTE}, "before the notice"),
    ],
)
def test_other_channel_needs_a_way_and_a_possible_time(stage, values, words):
    publishing.carry(ISSUED)
    notice = Notice.objects.filter(template="cpl/edition_issued").first()
    with pytest.raises(Refusal, match=words):
        publication.record_other_channel(
            notice=notice, by=stage.cast.secretariat, at=ISSUED + MINUTE, **values
        )


def test_only_the_secretariat_records_another_channel(stage):
    publishing.carry(ISSUED)
    notice = Notice.objects.first()
    with pytest.raises(NotPermitted):
        publication.record_other_channel(
            notice=notice, by=stage.cast.approver, at=ISSUED + MINUTE, how="By telephone."
        )


@pytest.mark.clause("F2.8-0")
def test_limbs_are_independent_of_one_another(stage):
    """A Party that cannot be reached keeps neither the DCC nor the Website waiting."""
    people.organisation("Silent Supplier", Organisation.Kind.PARTY)
    publishing.carry(ISSUED)
    assert set(limbs(stage.edition)) == {"website", "dcc"}
    publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version="05080608")
    [second] = publishing.publish(ISSUED + 60 * MINUTE)
    publishing.carry(ISSUED + 60 * MINUTE)
    assert set(limbs(second)) == {"website", "dcc"}


def test_without_a_dcc_a_person_is_called(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    Organisation.objects.filter(pk=stage.dcc.pk).update(retired_at=NOON)
    publishing.listed(stage.cast)
    [edition] = publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    assert set(limbs(edition)) == {"website", "parties"}
    assert Task.objects.filter(key="publication:no-dcc", closed_at=None).exists()


def test_a_party_admitted_after_the_issue_is_not_told_of_it(stage):
    later = publishing.party("Late Supplier")
    Organisation.objects.filter(pk=later.pk).update(admitted_at=ISSUED + MINUTE)
    publishing.carry(ISSUED + 2 * MINUTE)
    assert not Notice.objects.filter(organisation=later).exists()
    assert "parties" in limbs(stage.edition)


@pytest.mark.clause("F2.8-0")
def test_done_after_the_due_instant_is_a_breach_on_record(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    publishing.listed(stage.cast)
    late = dt.datetime(2026, 12, 3, 0, 0, tzinfo=dt.UTC)
    publishing.publish(late)
    publishing.carry(late)
    journal.raise_alarms(at=late)
    assert all(each.was_late for each in Obligation.objects.filter(clause__startswith="F2.8"))


@pytest.mark.clause("F2.8-0")
def test_alarms_at_half_at_four_fifths_and_at_the_end(stage):
    journal.raise_alarms(at=NOON + dt.timedelta(hours=18))
    assert Task.objects.filter(title__startswith="Half of the time").count() == 2
    journal.raise_alarms(at=NOON + dt.timedelta(hours=29))
    assert Task.objects.filter(title__startswith="Four fifths").count() == 2
    journal.raise_alarms(at=dt.datetime(2026, 12, 3, tzinfo=dt.UTC))
    assert Task.objects.filter(title__startswith="The time has passed").count() == 2


@pytest.mark.clause("F2.8(a)")
def test_dcc_that_does_not_pull_by_half_of_the_period_is_told_by_a_second_channel(stage):
    publishing.carry(ISSUED)
    assert publication.watch_editions(at=ISSUED + 60 * MINUTE) == 0
    assert publication.watch_editions(at=NOON + dt.timedelta(hours=18)) == 1
    assert publication.watch_editions(at=NOON + dt.timedelta(hours=19)) == 1
    task = Task.objects.get(key="dcc-not-received:1")
    assert "second channel" in task.detail
    assert not Message.objects.filter(template="cpl/edition_not_received").exists()
    publication.record_pull(edition=stage.edition, client=stage.client, at=NOON + dt.timedelta(hours=20))
    assert Task.objects.get(pk=task.pk).closed_at is not None


@pytest.mark.clause("F2.8(a)")
def test_second_address_of_the_dcc_is_written_to_once_at_half_of_the_period(stage, settings):
    settings.DCC_SECOND_EMAIL = "duty.officer@dcc.example"
    publishing.carry(ISSUED)
    opened, due = Obligation.objects.filter(clause="F2.8(a)").values_list("opened_at", "due_at").first()
    half = opened + (due - opened) / 2
    publication.watch_editions(at=half - dt.timedelta(seconds=1))
    assert not Message.objects.filter(recipient=settings.DCC_SECOND_EMAIL).exists()
    for at in (half, half + MINUTE):
        publication.watch_editions(at=at)
    assert Message.objects.filter(recipient=settings.DCC_SECOND_EMAIL).count() == 1
    journal.send_messages(clock=lambda: half + MINUTE)
    letter = mail.outbox[-1]
    assert (
        letter.to == [settings.DCC_SECOND_EMAIL] and letter.subject == "Not yet received: CPL edition 0.001"
    )
    assert max(len(line) for line in letter.body.splitlines() if "http" not in line) <= 72


def test_letters_fit_seventy_two_columns_and_name_what_changed(stage):
    for number in range(16):
        publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version=f"0609{number:04d}")
    [edition] = publishing.publish(ISSUED + 60 * MINUTE)
    publishing.carry(ISSUED + 60 * MINUTE)
    letters = [each for each in mail.outbox if str(edition) in each.subject]
    assert letters[-1].subject == "CPL edition 0.002 is out: 16 added"
    for letter in letters:
        assert max(len(line) for line in letter.body.splitlines() if "http" not in line) <= 72
        assert (
            "000017" in letter.body
            and "Edition    0.002, issued Tuesday 1 December 2026, 13:31" in letter.body
        )


def test_limb_rows_are_never_changed(stage):
    limb = EditionLimb.objects.first()
    limb.evidence = {"forged": True}
    with pytest.raises(Exception, match="Cannot update"):
        limb.save()
