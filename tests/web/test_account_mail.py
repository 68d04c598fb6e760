"""The mails about a person's own account, in the words of this site."""

import re

import pytest
from django.core import mail

from tests.factories import people

pytestmark = pytest.mark.django_db


def test_forgotten_password_is_set_anew_by_a_link_that_works_once(client):
    somebody = people.person()
    client.post("/accounts/password/reset/", {"email": somebody.email})
    [sent] = mail.outbox
    assert sent.subject == "Central Products List: Set a new password"
    assert "Hello from" not in sent.body
    link = re.search(r"https?://\S+", sent.body)[0]
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    new = {"password1": "seven wet brown otters", "password2": "seven wet brown otters"}
    assert client.post(address, new).status_code == 302
    assert mail.outbox[-1].subject == "Central Products List: Your password was set anew"
    somebody.refresh_from_db()
    assert somebody.check_password(new["password1"])
    somebody.refresh_from_db()
    assert somebody.check_password(new["password1"])
    assert b"This link has been used" in client.get(link, follow=True).content


def test_stranger_is_told_the_same_on_the_page_and_the_truth_by_mail(client):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert b"If somebody here uses that address" in answer.content
    [sent] = mail.outbox
    assert "No account here has that address" in sent.body
    assert max(len(line) for line in sent.body.splitlines()) <= 72
