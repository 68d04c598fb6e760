"""Advice of the SSC to the Authority, and its reviews of the CPA scheme (SC-1.2-3, SC-1.2-4)."""

import pytest
from django.urls import reverse

from secgov.accounts.models import Organisation, Role
from secgov.errors import NotPermitted, Refusals
from secgov.journal.models import Act, Message, Task
from ssc.models import AuthorityAdvice, SchemeReview
from ssc.services import advice
from tests.cpl.desk import signed_in, text_of
from tests.factories import devices, people, plans

pytestmark = pytest.mark.django_db
NOON = devices.NOON
VALUES = {
    "kind": "potential", "devices": "Meters of Tarnwick with release 5.8.6", "security_characteristics": "SM 1.3",
    "text": "Their random numbers may repeat.", "advised_on": NOON.date(), "minute_reference": "SSC 112, item 4",
}  # fmt: skip
REVIEW = {
    "reviewed_on": NOON.date(), "what": "Renewal of lifetime certificates", "finding": "Fit for its purpose.",
    "suggestion": "", "minute_reference": "SSC 112, item 7",
}  # fmt: skip


@pytest.fixture
def group():
    """The SSC's people."""
    return plans.committee()


@pytest.mark.clause("SC-1.2-4")
def test_advice_is_read_by_the_ssc_and_the_authoritys_recorder_and_exists_for_nobody_else(group, settings):
    settings.AUTHORITY_EMAIL = "codes@authority.example"
    made = advice.advise_authority(by=group.secretary, at=NOON, values=VALUES)
    authority = people.organisation("Office of the Authority", Organisation.Kind.AUTHORITY)
    readers = [group.chair, group.secretary, group.member, people.person(Role.AUTHORITY_RECORDER, authority)]
    url = reverse("ssc:advice-given", args=[made.reference])
    for who in readers:
        assert list(advice.advice_open_to(who)) == [made]
        assert "random numbers" in text_of(signed_in(who).get(url))
    others = (
        Role.SECRETARIAT,
        Role.APPROVER,
        Role.AUDITOR,
        Role.SUPPLIER,
        Role.EXPERT,
        Role.DCC,
        Role.MANUFACTURER,
    )
    for role in others:
        client = signed_in(people.person(role))
        assert client.get(url).status_code == 404
        assert client.get(reverse("ssc:advice")).status_code == 404
    mail = Message.objects.get(key=advice.mail_key(made))
    assert mail.recipient == "codes@authority.example" and "random" not in str(mail.context)
    act = Act.objects.get(verb="ssc.authority_advice.given")
    assert "random" not in f"{act.reason}{act.after}"  # more people read the journal than the advice


@pytest.mark.clause("SC-1.2-4")
def test_only_the_secretary_and_the_chair_advise_and_nothing_may_be_left_out(group, settings):
    settings.AUTHORITY_EMAIL = ""
    for who in (group.member, people.person(Role.SECRETARIAT), people.person(Role.AUTHORITY_RECORDER)):
        with pytest.raises(NotPermitted):
            advice.advise_authority(by=who, at=NOON, values=VALUES)
    blank = VALUES | dict.fromkeys(("devices", "security_characteristics", "text", "minute_reference"), " ")
    with pytest.raises(Refusals) as refused:
        advice.advise_authority(by=group.chair, at=NOON, values=blank)
    assert len(refused.value.each) == 4 and not AuthorityAdvice.objects.exists()
    made = advice.advise_authority(by=group.chair, at=NOON, values=VALUES)
    assert made.reference == "ADV-2026-001"
    assert Task.objects.get(key=f"advice-address:{made.pk}").subject_id == ""


def test_advice_is_given_by_the_form_with_or_without_an_entry(group):
    client, url = signed_in(group.chair), reverse("ssc:advice")
    typed = VALUES | {"advised_on": "1 October 2026"}
    assert client.post(url, typed | {"device_model": "000999"}).status_code == 422
    assert client.post(url, typed | {"device_model": ""}).status_code == 302
    assert AuthorityAdvice.objects.get().device_model is None
    assert signed_in(group.member).post(url, typed).status_code == 403


@pytest.mark.clause("SC-1.2-3")
def test_review_of_the_cpa_scheme_is_added_to_the_register_and_stays_as_it_was_written(group):
    client = signed_in(group.secretary)
    url = reverse("ssc:scheme")
    assert client.post(url, {**REVIEW, "reviewed_on": "1 October 2026", "what": ""}).status_code == 422
    assert client.post(url, {**REVIEW, "reviewed_on": "1 October 2026"}).status_code == 302
    assert SchemeReview.objects.get().finding == "Fit for its purpose."
    assert "Fit for its purpose." in text_of(signed_in(group.member).get(url))
    assert signed_in(group.member).post(url, REVIEW).status_code in (403, 422)
    assert signed_in(people.person(Role.SUPPLIER)).get(url).status_code == 404
    with pytest.raises(NotPermitted):
        advice.record_review(by=group.member, at=NOON, values=REVIEW)
