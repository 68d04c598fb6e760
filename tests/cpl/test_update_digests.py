"""One mail for the updates of a Working Day, for an address that chose so (Section F2.8(c), A-70)."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from cpl import promises
from cpl.services import publication
from cpl.services.publication.digests import send_digests
from secgov.accounts.contacts import choose_digest, retire_contact
from secgov.accounts.models import Contact, Role
from secgov.journal import services as journal
from secgov.journal.models import Message, Notice, Obligation, Task
from tests.cpl.test_promises import vandalise
from tests.factories import devices, people, publishing


def two_editions(settings, folder):
    """Everybody whom a publication needs; the first Supplier chose a digest. Two editions are out, an hour apart."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage()
    stage.contact = Contact.objects.create(
        organisation=stage.parties[0], email=CHOSE, purpose=Contact.Purpose.UPDATES, digest=True
    )
    publishing.listed(stage.cast)
    [stage.first] = publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    publishing.listed(stage.cast, at=ISSUED + MINUTE, firmware_version="05080608")
    [stage.second] = publishing.publish(ISSUED + HOUR)
    publishing.carry(ISSUED + HOUR)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(two_editions)]


NOON = devices.NOON  # Tuesday: what is required now is due at the end of Wednesday, 36 hours on
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
ISSUED = NOON + 31 * MINUTE
GOES = NOON + 17 * HOUR  # an hour before half of the time
CHOSE = "updates@supplier-1.example"


@pytest.fixture
def stage(world):
    """Everybody whom a publication needs; the first Supplier chose a digest. Two editions are out, an hour apart."""
    return world


def to_chooser():
    """The mails that left for the address that chose a digest."""
    return [letter for letter in mail.outbox if letter.to == [CHOSE]]


def silent_late_and_missing(instant):
    """The counters about what was due, of the promises."""
    found = promises.count_promises(at=instant, full=False)
    names = ("silent_late", "missing_deliveries", "stuck_messages")
    return {name: found[name] for name in names if found[name]}


@pytest.mark.clause("F2.8(c)", "F2.8-0")
def test_updates_stand_in_the_portal_at_once_and_go_out_in_one_mail_in_time(stage):
    assert Notice.objects.filter(organisation=stage.parties[0], template="cpl/edition_issued").count() == 2
    assert to_chooser() == [] and not Task.objects.filter(key__startswith="no-contact:").exists()
    for edition in (stage.first, stage.second):
        progress = publication.parties_progress(edition)
        assert (progress.told, progress.total, progress.missing) == (3, 4, (stage.parties[0],))
        assert not edition.limbs.filter(limb="parties").exists(), "an accepted mail is still lacking"
    assert publishing.carry(GOES - dt.timedelta(microseconds=1)) == 0 and to_chooser() == []
    assert publishing.carry(GOES) == 2
    [letter] = to_chooser()
    assert letter.subject == "CPL editions 0.001 to 0.002 are out"
    assert "000001" in letter.body and "000002" in letter.body
    assert max(len(line) for line in letter.body.splitlines() if "http" not in line) <= 72
    connection.check_constraints()
    owed = Obligation.objects.filter(clause="F2.8(c)")
    assert {each.discharged_at for each in owed} == {GOES} and not any(each.was_late for each in owed)
    assert not any(each.half_alarm_at for each in owed)
    for edition in (stage.first, stage.second):
        limb = edition.limbs.get(limb="parties")
        assert limb.done_at == GOES
        assert limb.evidence == {"parties": 4, "by_mail": 4, "otherwise": 0, "in_digest": 1}
    assert silent_late_and_missing(GOES + HOUR) == {}


@pytest.mark.clause("F2.8(c)")
def test_alarm_at_half_is_never_raised_by_a_choice(stage):
    for minutes in range(0, 18 * 60, 30):
        instant = ISSUED + HOUR + minutes * MINUTE
        publishing.carry(instant)
        journal.raise_alarms(at=instant)
    assert not Task.objects.filter(key__startswith="alarm:", title__contains="Notify the Parties").exists()


@pytest.mark.clause("F2.8(c)")
def test_digest_made_twice_or_beside_itself_is_one_mail(stage):
    assert send_digests(at=GOES) == 1
    assert send_digests(at=GOES) == 0
    publishing.carry(GOES)
    publishing.carry(GOES + HOUR)
    assert len(to_chooser()) == 1
    assert Message.objects.filter(template="cpl/update_digest").count() == 1


@pytest.mark.clause("F2.8(c)")
def test_update_that_comes_when_half_has_passed_goes_at_once_and_takes_along_what_waits(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    Contact.objects.create(
        organisation=stage.parties[0], email=CHOSE, purpose=Contact.Purpose.UPDATES, digest=True
    )
    publishing.listed(stage.cast)
    late = NOON + 20 * HOUR
    publishing.publish(late)
    assert publishing.carry(late) == 2
    assert [letter.subject for letter in to_chooser()] == ["CPL edition 0.001 is out: 1 added"]


@pytest.mark.clause("F2.8(c)")
def test_retired_address_is_not_written_to_and_the_others_of_its_party_are(stage):
    admin = people.person(Role.ORGANISATION_ADMIN, stage.parties[0])
    retire_contact(contact=stage.contact, by=admin, at=ISSUED + 2 * HOUR)
    assert publishing.carry(ISSUED + 2 * HOUR) == 2
    assert to_chooser() == []
    told = [letter.to for letter in mail.outbox if "is out" in letter.subject]
    assert told.count(["notices@supplier-1.example"]) == 2
    assert silent_late_and_missing(GOES + HOUR) == {}


def test_digest_that_the_mail_server_refuses_for_good_calls_a_person(stage):
    send_digests(at=GOES)
    Message.objects.filter(template="cpl/update_digest").update(dead_at=GOES, last_error="no such mailbox")
    publishing.carry(GOES + MINUTE)
    assert publication.parties_progress(stage.first).missing == (stage.parties[0],)
    publication.record_other_channel(
        notice=Notice.objects.get(organisation=stage.parties[0], subject_id=str(stage.first.pk)),
        by=stage.cast.secretariat, at=GOES + HOUR, how="By telephone.",
    )  # fmt: skip
    publishing.carry(GOES + HOUR)
    assert publication.parties_progress(stage.first).missing == ()


def test_dcc_is_told_of_its_extract_at_once_whatever_its_address_chose(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage()
    Contact.objects.create(
        organisation=stage.dcc, email="updates@dcc.example", purpose=Contact.Purpose.UPDATES, digest=True
    )
    publishing.listed(stage.cast)
    [edition] = publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    assert edition.limbs.filter(limb="dcc", done_at=ISSUED).exists()
    subjects = [letter.subject for letter in mail.outbox if letter.to == ["updates@dcc.example"]]
    assert subjects == ["CPL edition 0.001 is available to you"]


def test_digest_whose_time_passes_unmade_breaks_a_promise(stage):
    assert silent_late_and_missing(GOES + MINUTE) == {}
    assert silent_late_and_missing(GOES + 3 * MINUTE) == {"missing_deliveries": 1}, "the second goes later"


def test_address_for_other_things_cannot_choose_a_digest_even_by_sql(stage):
    with pytest.raises(Exception, match="accounts_contact_digest_of_updates"):
        vandalise("UPDATE accounts_contact SET digest = true", "accounts_contact")


def test_what_waits_goes_with_its_digest_when_the_choice_is_undone(stage):
    admin = people.person(Role.ORGANISATION_ADMIN, stage.parties[0])
    choose_digest(contact=stage.contact, digest=False, by=admin, at=ISSUED + 2 * HOUR)
    publishing.listed(stage.cast, at=ISSUED + 2 * HOUR, firmware_version="05080609")
    publishing.publish(ISSUED + 3 * HOUR)
    publishing.carry(ISSUED + 3 * HOUR)
    publishing.carry(GOES)
    assert [letter.subject for letter in to_chooser()] == [
        "CPL edition 0.003 is out: 1 added",
        "CPL editions 0.001 to 0.002 are out",
    ]


def test_administrator_chooses_a_digest_in_the_portal_and_undoes_it(stage):
    party = stage.parties[1]
    admin = Client()
    admin.force_login(people.person(Role.ORGANISATION_ADMIN, party))
    values = {"organisation": party.pk, "email": "list@supplier-2.example", "digest": "on"}
    answer = admin.post("/portal/contacts/", values)
    assert answer.status_code == 422 and "Only updates of the list" in answer.content.decode()
    assert admin.post("/portal/contacts/", values | {"purpose": "updates"}).status_code == 302
    contact = Contact.objects.get(email="list@supplier-2.example")
    assert contact.digest
    page = admin.get("/portal/contacts/").content.decode()
    assert "in one mail for a Working Day" in page and "Mail each update" in page
    assert admin.post(f"/portal/contacts/{contact.pk}/digest/").status_code == 302
    assert not Contact.objects.get(pk=contact.pk).digest
    assert admin.post(f"/portal/contacts/{contact.pk}/digest/", {"digest": "on"}).status_code == 302
    assert Contact.objects.get(pk=contact.pk).digest
    assert admin.post(f"/portal/contacts/{stage.contact.pk}/digest/").status_code == 404
    for kind in ("notices", "certificates"):
        other = Contact.objects.create(organisation=party, email=f"{kind}@x.example", purpose=kind)
        assert admin.post(f"/portal/contacts/{other.pk}/digest/", {"digest": "on"}).status_code == 404
    assert admin.post(f"/portal/contacts/{contact.pk}/retire/").status_code == 302, "those for notices remain"


def test_desk_sees_who_waits_for_a_digest_and_by_when(stage):
    desk = Client()
    desk.force_login(stage.cast.secretariat)
    page = desk.get(f"/admin/cpl/edition/{stage.first.pk}/change/").content.decode()
    assert "Chose a digest" in page and "2 December 2026, 05:00" in page
