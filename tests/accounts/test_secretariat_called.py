"""The Secretariat is called by mail, once for each task; and when the sweeps themselves were silent."""

import datetime as dt

import pytest
from django.core import mail

from secgov.accounts.models import Contact, Organisation, Role
from secgov.accounts.secretariat import addresses, mail_tasks, send_again, watch_sweeps
from secgov.errors import NotPermitted
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.beats import sweeps
from secgov.journal.models import Heartbeat, Message, Task
from tests.factories import people
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
NOW = london("2026-12-24 15:20")


@pytest.fixture
def desk():
    """The Secretariat, with one contact."""
    body = people.organisation("Code administrator", Organisation.Kind.CODE_BODY)
    people.person(Role.SECRETARIAT, body)
    people.person(Role.SUPPLIER)
    Contact.objects.create(organisation=body, email="desk@code.example")
    return body


@pytest.mark.clause("TR-9")
def test_each_task_is_mailed_once_to_the_secretariats_contacts(desk):
    journal.open_task(key="a", title="A mailbox refuses", at=NOW)
    journal.open_task(key="b", title="A gate is open", at=NOW, clause="Z6.7")
    assert mail_tasks(at=NOW) == 2 and mail_tasks(at=NOW) == 0
    journal.send_messages(clock=lambda: NOW)
    [letter] = mail.outbox
    assert letter.to == ["desk@code.example"] and "A gate is open (Z6.7)" in letter.body
    assert letter.subject == "2 things to look at, the first: A mailbox refuses"
    journal.open_task(key="c", title="Another", at=NOW)
    assert mail_tasks(at=NOW) == 1


@pytest.mark.clause("TR-9")
def test_without_a_contact_its_people_are_called(desk):
    Contact.objects.update(retired_at=NOW)
    [address] = addresses()
    assert address.endswith("@example.org")


@pytest.mark.clause("TR-9")
def test_sweeps_that_were_silent_are_one_task_when_they_come_back(desk):
    for each in sweeps():
        Heartbeat.objects.create(sweep=each.name, finished_at=NOW - each.longest_silence)
    assert watch_sweeps(at=NOW) == 0
    three_days = NOW + dt.timedelta(days=3)
    assert watch_sweeps(at=three_days) == len(sweeps()) == watch_sweeps(at=three_days)
    task = Task.objects.get(key="beat:silent")
    assert "send the messages that wait" in task.detail and "marked late" in task.detail


@pytest.mark.clause("TR-9")
def test_new_system_is_not_silent_until_a_sweep_has_missed_its_first_turns(desk):
    began = NOW
    journal.record(actor=SYSTEM, at=began, verb="test.began", subject=people.organisation(), reason="Test.")
    nightly = [each for each in sweeps() if each.longest_silence > dt.timedelta(days=1)]
    assert watch_sweeps(at=began) == 0
    for each in sweeps():
        if each not in nightly:
            Heartbeat.objects.create(sweep=each.name, finished_at=began + dt.timedelta(days=2))
    assert nightly and watch_sweeps(at=began + nightly[0].longest_silence) == 0
    assert watch_sweeps(at=began + dt.timedelta(days=2)) == len(nightly), (
        "those that never ran are not forgotten"
    )


@pytest.mark.clause("TR-9")
def test_mail_that_was_given_up_is_sent_again_by_the_secretariat_alone(desk, client):
    message = journal.enqueue(template="accounts/tasks", recipient="a@b.example", context={}, key="k", at=NOW)
    Message.objects.filter(pk=message.pk).update(dead_at=NOW)
    journal.open_task(
        key=f"dead-message:{message.pk}", title="A mail could not be delivered", at=NOW, subject=message
    )
    secretary = people.person(Role.SECRETARIAT, desk)
    with pytest.raises(NotPermitted):
        send_again(message=message, by=people.person(Role.AUDITOR, desk), at=NOW)
    client.force_login(secretary, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Send again" in client.get("/admin/").content.decode()
    assert client.post(f"/admin/messages/{message.pk}/again/").status_code == 302
    assert Message.objects.waiting().get() == message
    assert not Task.objects.filter(closed_at=None).exists()
    assert client.post(f"/admin/messages/{message.pk}/again/").status_code == 409
